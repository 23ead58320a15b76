import { Appointments } from '../src/clinic/appointments.ts';
import type { OpenedCall } from '../src/clinic/calls.ts';
import type { ClinicProfile } from '../src/clinic/clinics.ts';
import type { Database } from '../src/clinic/database.ts';
import type { TaskBrief } from '../src/clinic/tasks.ts';
import type { Logger } from '../src/log.ts';
import { type CallState, newToolState } from './call-state.ts';
import type { Ledger } from './ledger.ts';
import { storeState } from './stored-state.ts';

/** What is there when a call begins. */
export interface CallBeginning {
  readonly db: Database;
  readonly opened: OpenedCall;
  readonly clinic: ClinicProfile;
  /** E.164, or undefined for a hidden number. */
  readonly callerNumber: string | undefined;
  /** What the clinic calls about, where it is the one that calls. */
  readonly outbound?: TaskBrief | undefined;
  readonly ledger: Ledger;
  readonly log: Logger;
  /** The present, ms since the epoch. */
  readonly nowMs: () => number;
}

/** What a call knows at its beginning, by voice or by text. */
export function newCallState({
  db,
  opened,
  clinic,
  callerNumber,
  outbound,
  ledger,
  log,
  nowMs,
}: CallBeginning): CallState {
  const state: CallState = {
    ...newToolState(db, clinic),
    callId: opened.call_id,
    epoch: opened.epoch,
    clinic,
    callerNumber,
    outbound,
    appointments: new Appointments(db),
    ledger,
    log,
    booked: [],
    resumed: opened.resumed !== null,
    toolMemory: [],
    goodbye: false,
    silenced: false,
    changed: () => ledger.state(() => storeState(state)),
    nowMs,
  };
  return state;
}
