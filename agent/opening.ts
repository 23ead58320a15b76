import { ClaimsLedger } from '../src/clinic/claims-ledger.ts';
import type { Progress } from './call.ts';
import { callKey } from './call-state.ts';

/** Puts on record what is known of a call beside its turns; a row that cannot be written costs the call nothing. */
export function noteCall(call: Progress, facts: { language?: string; recordingConsent?: string }): void {
  const { state, deps } = call;
  if (state === undefined) return;
  new ClaimsLedger(deps.db).note(callKey(state), facts).catch((error: unknown) => {
    call.log.warn({ error, facts: Object.keys(facts) }, 'a fact of the call could not be written');
  });
}

/**
 * Tells the caller that calls are recorded, where the clinic has a sentence for it: to its end, also when the caller spoke into the greeting.
 * Resolves when it has been said; never rejects.
 */
export async function announceRecording(call: Progress): Promise<void> {
  const line = call.state?.clinic.recording_line ?? '';
  if (line === '') return;
  const said = await call.announcer?.say(line, { interruptible: false });
  if (said === 'heard') noteCall(call, { recordingConsent: 'announced' });
}
