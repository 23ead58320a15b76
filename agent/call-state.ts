import { DateTime } from 'luxon';
import type { Appointments, BookedAppointment, FreeSlot } from '../src/clinic/appointments.ts';
import type { ClinicProfile, Service } from '../src/clinic/clinics.ts';
import type { CallId } from '../src/clinic/ids.ts';
import type { Logger } from '../src/log.ts';
import type { Ledger } from './ledger.ts';

/** A slot that was read out to the caller under a short name. */
export interface OfferedSlot {
  slotId: string;
  slot: FreeSlot;
  service: Service;
}

/** A booking that was read back and waits for the caller's yes. */
export interface Proposal {
  offered: OfferedSlot;
  patientName: string;
  patientPhone: string | undefined;
  /** The same for every try at this very booking, so that it is made once. */
  requestId: string;
  /** The turn in which it was read back: a yes counts only from a later one. */
  turnIndex: number;
}

/** A tool run as the model saw it. */
export interface ToolMemory {
  /** The turn in which it ran. */
  turn: number;
  name: string;
  /** JSON. */
  args: string;
  output: string;
}

/** What one call knows; the tools' common ground. */
export interface CallState {
  readonly callId: CallId;
  /** Which agent of the call this is, counted from 1: the database refuses the writes of one that was replaced. */
  readonly epoch: number;
  readonly clinic: ClinicProfile;
  readonly callerNumber: string | undefined;
  readonly appointments: Appointments;
  readonly ledger: Ledger;
  readonly log: Logger;
  /** Slots read out so far, by short name. */
  readonly offered: Map<string, OfferedSlot>;
  proposal: Proposal | undefined;
  readonly booked: BookedAppointment[];
  /** True when another agent had the call before. */
  readonly resumed: boolean;
  /** The last tool runs as the model saw them, oldest first: another agent's model has to know what was offered. */
  readonly toolMemory: ToolMemory[];
  /** Set by the tool that ends the call: hang up once the goodbye has been heard. */
  goodbye: boolean;
  /** The call is being finished elsewhere: what the caller says is put on record, and no answer to it is begun. */
  silenced: boolean;
  /** Stores what another agent would need to go on; called after each change of `offered` and `proposal`. */
  readonly changed: () => void;
  /** The present, in ms since the epoch; passed so that scenarios can pin it. */
  readonly nowMs: () => number;
}

/** The present in the clinic's zone. */
export function clinicNow(state: Pick<CallState, 'clinic' | 'nowMs'>): DateTime {
  return DateTime.fromMillis(state.nowMs(), { zone: state.clinic.time_zone });
}
