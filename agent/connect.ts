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
import { type TransferClock, transferWarm } from './warm-transfer.ts';

/**
 * Connects the caller with the clinic's own telephone, which rings meanwhile. Undefined when nobody came to it: the call is ours again, and
 * the caller has been told and asked what they would like instead.
 */
export async function connectCaller(
  call: LiveCall,
  wish: TransferWish,
  clock: TransferClock,
): Promise<CallEnd | undefined> {
  const { state, log, line } = call;
  const to = state.clinic.staff_number;
  const startedAt = performance.now();
  // What the caller says into the ringing is nothing to be answered.
  state.silenced = true;
  const { outcome, bridged } = await connect(call, to, wish, clock);
  const durationMs = performance.now() - startedAt;
  log.info({ transfer: outcome, bridged, durationMs: Math.round(durationMs) }, 'transfer');
  const sentence = settleTransfer(state, wish.reason, outcome, durationMs);
  if (outcome === 'completed') {
    const reason = wish.reason === 'emergency' ? 'emergency' : 'asked_for';
    return { outcome: 'transferred', reason, ...(bridged && { bridged }) };
  }
  // The call is being finished, by somebody who says so themselves.
  if (clock.givenUp.aborted) return undefined;
  if (sentence === undefined || line.callerLeft()) return { outcome: 'completed', reason: 'caller_hung_up' };
  state.silenced = false;
  call.session.say(sentence);
  return undefined;
}

/** In the caller's room where somebody can be called into it, and otherwise by REFER. */
async function connect(
  call: LiveCall,
  to: string | null,
  wish: TransferWish,
  clock: TransferClock,
): Promise<{ outcome: TransferOutcome; bridged: boolean }> {
  if (to === null) return { outcome: 'failed', bridged: false };
  const desk = call.openFrontDesk?.();
  const warm = desk === undefined ? 'cold' : await transferWarm(call, desk, to, wish, clock);
  if (warm !== 'cold') return { outcome: warm, bridged: warm === 'completed' };
  if (clock.givenUp.aborted) return { outcome: 'no_answer', bridged: false };
  return { outcome: await call.line.transfer(to, CALL.transferRingMs), bridged: false };
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
