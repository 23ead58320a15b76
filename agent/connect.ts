import {
  EMERGENCY_ALONE_TEXT,
  NOT_CONNECTED_AGAIN_TEXT,
  NOT_CONNECTED_TEXTS,
  inLanguage,
} from '../src/clinic/sentences.ts';
import { CALL } from '../src/config/defaults.ts';
import type { TransferOutcome } from '../src/providers/sip-transfer.ts';
import { leaveEmergency } from './alarms.ts';
import type { CallEnd } from './call.ts';
import type { CallState, TransferWish } from './call-state.ts';
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
  const sentence = settleTransfer(state, wish.reason, outcome, durationMs);
  if (outcome === 'completed') {
    return { outcome: 'transferred', reason: wish.reason === 'emergency' ? 'emergency' : 'asked_for' };
  }
  if (sentence === undefined || line.callerLeft()) return { outcome: 'completed', reason: 'caller_hung_up' };
  state.silenced = false;
  call.session.say(sentence);
  return undefined;
}

/** Puts a transfer on record, by voice or by text; what to say to the caller who is back, where one is. */
export function settleTransfer(
  state: CallState,
  reason: string,
  outcome: TransferOutcome,
  durationMs: number,
): string | undefined {
  state.ledger.toolRun({
    // The audit of what was said takes this row for it, whether the model or code wanted the transfer.
    name: 'transfer',
    arguments: { reason },
    result: { outcome },
    errorCode: null,
    durationMs,
  });
  if (outcome === 'completed' || outcome === 'caller_left') return undefined;
  state.failedTransfers += 1;
  state.done.delete('transferring');
  state.changed();
  if (reason === 'emergency') {
    leaveEmergency(state);
    return inLanguage(EMERGENCY_ALONE_TEXT, state.language);
  }
  const sentence = state.failedTransfers > 1 ? NOT_CONNECTED_AGAIN_TEXT : NOT_CONNECTED_TEXTS[outcome];
  return inLanguage(sentence, state.language);
}
