import { Appointments } from '../src/clinic/appointments.ts';
import type { OpenedCall } from '../src/clinic/calls.ts';
import type { ClinicProfile } from '../src/clinic/clinics.ts';
import type { Database } from '../src/clinic/database.ts';
import type { Config } from '../src/config/load.ts';
import type { Logger } from '../src/log.ts';
import { type CallState, newToolState } from './call-state.ts';
import type { Ledger } from './ledger.ts';
import { storeState } from './stored-state.ts';

/** What a call by text is given. */
export interface TextCallOptions {
  readonly db: Database;
  readonly openai: Config['openai'];
  readonly room: string;
  readonly callerNumber: string | undefined;
  readonly dialledNumber: string;
  readonly workerId: string;
  readonly nowMs: () => number;
  readonly transfer: (to: string) => Promise<'completed' | 'busy' | 'no_answer' | 'failed'>;
  readonly log: Logger;
}

/** What a call by text knows at its beginning; as `steps.ts` makes it, with the rehearsal's clock. */
export function newTextCallState(
  { db, callerNumber, nowMs, log }: TextCallOptions,
  opened: OpenedCall,
  clinic: ClinicProfile,
  ledger: Ledger,
): CallState {
  const state: CallState = {
    callId: opened.call_id,
    epoch: opened.epoch,
    clinic,
    callerNumber,
    appointments: new Appointments(db),
    ...newToolState(db, clinic, () => new Date(nowMs())),
    ledger,
    log,
    booked: [],
    resumed: false,
    toolMemory: [],
    goodbye: false,
    silenced: false,
    changed: () => ledger.state(() => storeState(state)),
    nowMs,
  };
  return state;
}
