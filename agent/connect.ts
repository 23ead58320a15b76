import {
  EMERGENCY_ALONE_TEXT,
  NOT_CONNECTED_AGAIN_TEXT,
  NOT_CONNECTED_TEXTS,
} from '../src/clinic/sentences.ts';
import { CALL } from '../src/config/defaults.ts';
import type { TransferOutcome } from '../src/providers/sip-transfer.ts';
import { leaveEmergency } from './alarms.ts';
import type { CallEnd } from './call.ts';
import type { TransferWish } from './call-state.ts';
import type { LiveCall } from './live-call.ts';

/**
 * Connects the caller with the clinic's own telephone, which rings meanwhile. Undefined when nobody came to it: the call is ours again, and
 * the caller has been told and asked what they would like instead.
 */
export async function connectCaller(call: LiveCall, wish: TransferWish): Promise<CallEnd | undefined> {
  const { state, log, line } = call;
  const to = state.clinic.staff_number;
  const startedAt = performance.now();
  // What the caller says into the ringing is nothing to be answered.
  state.silenced = true;
  const outcome: TransferOutcome = to === null ? 'failed' : await line.transfer(to, CALL.transferRingMs);
  const durationMs = performance.now() - startedAt;
  log.info({ transfer: outcome, durationMs: Math.round(durationMs) }, 'transfer');
  state.ledger.toolRun({
    // The audit of what was said takes this row for it, whether the model or code wanted the transfer.
    name: 'transfer',
    arguments: { reason: wish.reason },
    result: { outcome },
    errorCode: null,
    durationMs,
  });
  const reason = wish.reason === 'emergency' ? 'emergency' : 'asked_for';
  if (outcome === 'completed') return { outcome: 'transferred', reason };
  if (outcome === 'caller_left' || line.callerLeft())
    return { outcome: 'completed', reason: 'caller_hung_up' };
  state.silenced = false;
  state.failedTransfers += 1;
  state.done.delete('transferring');
  state.changed();
  if (reason === 'emergency') leaveEmergency(state);
  call.session.say(backAgain(outcome, reason, state.failedTransfers));
  return undefined;
}

/** What a caller hears who is back, by how the transfer ended and how many were in vain. */
export function backAgain(
  outcome: Exclude<TransferOutcome, 'completed' | 'caller_left'>,
  reason: string,
  times: number,
): string {
  if (reason === 'emergency') return EMERGENCY_ALONE_TEXT;
  return times > 1 ? NOT_CONNECTED_AGAIN_TEXT : NOT_CONNECTED_TEXTS[outcome];
}
