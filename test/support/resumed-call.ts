import { DateTime } from 'luxon';
import type { CallState } from '../../agent/call-state.ts';
import { restoreState, resumeTexts } from '../../agent/resume.ts';
import { storeState } from '../../agent/stored-state.ts';
import { prepareBooking } from '../../agent/tools/book.ts';
import type { BookedAppointment } from '../../src/clinic/appointments.ts';
import type { ResumedCall, StoredTurn } from '../../src/clinic/calls.ts';
import type { AppointmentId, PatientId } from '../../src/clinic/ids.ts';
import { makeCall, verify } from './call-state.ts';
import { CHECK_UP, freeSlot, makeClinic } from './clinic.ts';

/** What Sara says. */
export const SARA_CLAIM = { fullName: 'Sara Notreal', dateOfBirth: DateTime.fromISO('1990-05-03') };
/** Tuesday at ten with the first dentist. */
export const TEN = freeSlot('2026-11-24T10:00');
/** Turns as [caller, agent]; the first is the greeting. */
export function resumed(
  turns: [string | null, string | null][] = [],
  overrides: Partial<ResumedCall> = {},
): ResumedCall {
  return {
    turns: turns.map(([caller_text, agent_text], index): StoredTurn => {
      return { index, caller_text, agent_text, interrupted: false };
    }),
    next_index: turns.length,
    state: {},
    appointments: [],
    handovers: 1,
    previous_worker: null,
    answered: turns.length > 0,
    ...overrides,
  };
}

/** Sara's check-up. */
export function booking(slot = TEN): BookedAppointment {
  return {
    appointment_id: 'appointment-1' as AppointmentId,
    created: true,
    starts_at: slot.starts_at,
    ends_at: slot.ends_at,
    practitioner: slot.practitioner_name,
    service: CHECK_UP.name,
    patient_id: 'patient-sara' as PatientId,
    patient_name: 'Sara Notreal',
  };
}

/** Offers a time under a short name. */
export const offer = (state: CallState, slotId: string, slot = TEN) =>
  state.offered.set(slotId, { slotId, slot, service: CHECK_UP });

/** What an agent stored, as the next one reads it: through the database. */
export const stored = (state: CallState) =>
  JSON.parse(JSON.stringify(storeState(state))) as Record<string, unknown>;

/** The state of a call in which Sara's check-up has been read back. */
export async function readBack(): Promise<CallState> {
  const call = makeCall([TEN]);
  offer(call.state, 's1');
  await verify(call);
  await prepareBooking(call.state, { slot_id: 's1' });
  return call.state;
}

/** What the new agent says after its excuse. */
export function thread(from: ResumedCall, clinic = makeClinic()): string | undefined {
  const { state } = makeCall([], { clinic, resumed: true });
  restoreState(state, from);
  return resumeTexts(state, from, 'lost').thread;
}
