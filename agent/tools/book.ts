import { llm } from '@livekit/agents';
import { z } from 'zod';
import type { BookedAppointment } from '../../src/clinic/appointments.ts';
import type { PatientId } from '../../src/clinic/ids.ts';
import type { AppointmentReceipt } from '../../src/clinic/patient-appointments.ts';
import { OpenhoursError } from '../../src/errors.ts';
import { type BookingProposal, type CallState, type OfferedSlot, callKey } from '../call-state.ts';
import { nameAppointment } from './list-appointments.ts';
import { holdOffered, offerAnother, offeredSlot, orAnother } from './offered-slots.ts';
import { ANYTHING_ELSE_TEXT, bookedText, readBack } from './proposals.ts';
import { type ToolReply, runTool } from './run-tool.ts';
import { whoFor } from './who.ts';

/** What the model knows of the booking. */
export interface BookingDetails {
  slot_id: string;
  patient?: string | undefined;
}

/** The tool that reads a booking back. Nothing is stored yet. */
export function prepareBookingTool(state: CallState) {
  return llm.tool({
    name: 'prepare_booking',
    description:
      'Read a booking back to the caller, as soon as they have chosen one of the offered slots. It asks for the name and date of birth itself if they are needed. Nothing is booked before confirm.',
    parameters: z.object({
      slot_id: z.string().max(16).describe('The slot_id of the slot the caller chose, from find_slots.'),
      patient: z
        .string()
        .max(120)
        .optional()
        .describe('The short name of a verified patient, such as p1. Leave it out if there is only one.'),
    }),
    execute: (details) => runTool(state, 'prepare_booking', details, () => prepareBooking(state, details)),
  });
}

/** Holds the slot and reads a booking back; exported for tests without a model. */
export async function prepareBooking(state: CallState, details: BookingDetails): Promise<ToolReply> {
  const chosen = offeredSlot(state, details.slot_id);
  if ('reply' in chosen) return chosen.reply;
  const { offered } = chosen;
  const before = bookedAt(state, offered);
  // Before it is known for whom: spelling a name takes a minute.
  const other = before === undefined ? await holdOffered(state, offered) : undefined;
  if (other !== undefined) return other;
  const who = await whoFor(state, details.patient, { kind: 'booking', slotId: offered.slotId });
  if ('reply' in who) return who.reply;
  const { name, patient_id, full_name } = who.patient;
  if (before !== undefined) return await bookedBefore(state, offered, before, patient_id);
  const { slot, service } = offered;
  const reply = readBack(state, {
    kind: 'booking',
    offered,
    patient: { patient_id, full_name },
    patientPhone: state.phone,
    requestId: `book/${slot.practitioner_id}/${service.id}/${slot.starts_at}/${patient_id}`,
    turnIndex: state.ledger.turnIndex,
  });
  return { ...reply, patient: name };
}

/** What this call has booked at that very time. */
function bookedAt({ booked }: CallState, { slot }: OfferedSlot): BookedAppointment | undefined {
  return booked.find(
    ({ starts_at, practitioner }) =>
      Date.parse(starts_at) === Date.parse(slot.starts_at) && practitioner === slot.practitioner_name,
  );
}

/** A model that prepares again what is booked must not hear that somebody was faster. */
async function bookedBefore(
  state: CallState,
  offered: OfferedSlot,
  before: BookedAppointment,
  patientId: PatientId,
): Promise<ToolReply> {
  if (before.patient_id === patientId) {
    return { booked: true, say: `${bookedText(state, before)} ${ANYTHING_ELSE_TEXT}` };
  }
  return await offerAnother(state, offered);
}

/** Books what was read back. */
export async function book(state: CallState, proposal: BookingProposal): Promise<ToolReply> {
  return await orAnother(state, proposal.offered, async () => {
    const receipt = await bookOnce(state, proposal);
    noteBooked(state, receipt);
    return {
      booked: true,
      appointment_id: nameAppointment(state, receipt).name,
      say: `${bookedText(state, receipt)} ${ANYTHING_ELSE_TEXT}`,
    };
  });
}

/** How often the same time can be booked and cancelled again in one call. */
const TIMES = 5;

/** A request that was made and cancelled meanwhile is answered with the cancelled appointment: then it is another request. */
async function bookOnce(state: CallState, proposal: BookingProposal): Promise<AppointmentReceipt> {
  const { slot, service } = proposal.offered;
  for (let time = 1; ; time += 1) {
    const receipt = await state.diary.book(callKey(state), {
      requestId: time === 1 ? proposal.requestId : `${proposal.requestId}/${time}`,
      patientId: proposal.patient.patient_id,
      practitionerId: slot.practitioner_id,
      serviceId: service.id,
      startsAt: slot.starts_at,
    });
    if (receipt.status === 'booked') return receipt;
    if (time === TIMES)
      throw new OpenhoursError('APPOINTMENT_CHANGED', 'booked and cancelled again and again');
  }
}

/** What the call came to. */
export function noteBooked(state: CallState, receipt: AppointmentReceipt): void {
  if (state.booked.every(({ appointment_id }) => appointment_id !== receipt.appointment_id)) {
    state.booked.push(receipt);
  }
}
