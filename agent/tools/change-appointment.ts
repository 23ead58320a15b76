import { llm } from '@livekit/agents';
import { z } from 'zod';
import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import type { AppointmentReceipt } from '../../src/clinic/patient-appointments.ts';
import { OpenhoursError } from '../../src/errors.ts';
import {
  type CallState,
  type CancellationProposal,
  type ChangeProposal,
  type ListedAppointment,
  callKey,
} from '../call-state.ts';
import { noteBooked } from './book.ts';
import { listedAppointment, nameAppointment } from './list-appointments.ts';
import { holdOffered, offeredSlot, orAnother } from './offered-slots.ts';
import { ANYTHING_ELSE_TEXT, bookedText, ofWhom, readBack, spokenInstant, withArticle } from './proposals.ts';
import { type ToolReply, runTool } from './run-tool.ts';
import { askWho } from './who.ts';

const appointmentId = z
  .string()
  .max(16)
  .describe('The appointment_id of the appointment the caller means, such as a1, from list_appointments.');

/** The tool that reads back moving an appointment. */
export function prepareChangeTool(state: CallState) {
  return llm.tool({
    name: 'prepare_change',
    description:
      'Read back moving an appointment to another slot, once the caller has chosen one that find_slots offered for the same service. Nothing is changed before confirm.',
    parameters: z.object({
      appointment_id: appointmentId,
      slot_id: z.string().max(16).describe('The slot_id of the new time, from find_slots.'),
    }),
    execute: (args) => runTool(state, 'prepare_change', args, () => prepareChange(state, args)),
  });
}

/** The tool that reads back cancelling an appointment. */
export function prepareCancellationTool(state: CallState) {
  return llm.tool({
    name: 'prepare_cancellation',
    description:
      'Read back cancelling an appointment that list_appointments gave. Nothing is cancelled before confirm.',
    parameters: z.object({ appointment_id: appointmentId }),
    execute: (args) =>
      runTool(state, 'prepare_cancellation', args, async () => prepareCancellation(state, args)),
  });
}

/** Holds the new time and reads the change back; exported for tests without a model. */
export async function prepareChange(
  state: CallState,
  args: { appointment_id: string; slot_id: string },
): Promise<ToolReply> {
  const found = findAppointment(state, args.appointment_id);
  if ('reply' in found) return found.reply;
  const chosen = offeredSlot(state, args.slot_id);
  if ('reply' in chosen) return chosen.reply;
  const { receipt } = found.appointment;
  const { offered } = chosen;
  if (offered.service.id !== receipt.service_id) {
    const is = withArticle(receipt.service);
    return {
      error: 'other_service',
      say: `That time is for ${withArticle(offered.service.name)}, and the appointment is ${is}. Which day would you like for the ${receipt.service.toLowerCase()}?`,
    };
  }
  const other = await holdOffered(state, offered);
  if (other !== undefined) return other;
  return readBack(state, {
    kind: 'change',
    appointment: found.appointment,
    offered,
    patientPhone: state.phone,
    requestId: `move/${receipt.appointment_id}/${offered.slot.practitioner_id}/${offered.slot.starts_at}`,
    turnIndex: state.ledger.turnIndex,
  });
}

/** Reads a cancellation back; exported for tests without a model. */
export function prepareCancellation(state: CallState, args: { appointment_id: string }): ToolReply {
  const found = findAppointment(state, args.appointment_id);
  if ('reply' in found) return found.reply;
  return readBack(state, {
    kind: 'cancellation',
    appointment: found.appointment,
    patientPhone: state.phone,
    requestId: `cancel/${found.appointment.receipt.appointment_id}`,
    turnIndex: state.ledger.turnIndex,
  });
}

function findAppointment(
  state: CallState,
  name: string,
): { appointment: ListedAppointment } | { reply: ToolReply } {
  const appointment = listedAppointment(state, name);
  if (appointment !== undefined) return { appointment };
  if (state.verified.size === 0) return { reply: askWho(state, { kind: 'list' }) };
  const known = [...state.listed.keys()];
  return { reply: { error: 'unknown_appointment', known, say: TOOL_SENTENCES.whichAppointmentMeant.en } };
}

/** Moves what was read back. */
export async function move(state: CallState, proposal: ChangeProposal): Promise<ToolReply> {
  const { appointment, offered, requestId } = proposal;
  return await orAnother(state, offered, async () => {
    const receipt = await state.diary.reschedule(callKey(state), {
      requestId,
      appointmentId: appointment.receipt.appointment_id,
      practitionerId: offered.slot.practitioner_id,
      startsAt: offered.slot.starts_at,
    });
    if (receipt.status !== 'booked')
      throw new OpenhoursError('APPOINTMENT_CHANGED', 'moved, and cancelled since');
    strike(state, appointment.receipt);
    noteBooked(state, receipt);
    return {
      moved: true,
      appointment_id: nameAppointment(state, receipt).name,
      say: `I've moved the appointment: ${lowerFirst(bookedText(state, receipt))} ${ANYTHING_ELSE_TEXT}`,
    };
  });
}

/** Cancels what was read back. */
export async function cancel(
  state: CallState,
  { appointment, requestId }: CancellationProposal,
): Promise<ToolReply> {
  const { receipt } = appointment;
  const cancelled = await state.diary.cancel(callKey(state), requestId, receipt.appointment_id);
  strike(state, receipt);
  const which = `the ${ofWhom(receipt)} on ${spokenInstant(state, receipt.starts_at)}`;
  // Somebody else has cancelled it: that is nothing we have done.
  const done = cancelled.created
    ? `I've cancelled ${which}.`
    : `There is nothing left to do: ${which} does not stand any more.`;
  return { cancelled: true, say: `${done} ${ANYTHING_ELSE_TEXT}` };
}

/** What does not stand any more has no name, and is nothing the call came to. */
function strike(state: CallState, { appointment_id }: AppointmentReceipt): void {
  for (const [name, { receipt }] of state.listed) {
    if (receipt.appointment_id === appointment_id) state.listed.delete(name);
  }
  const index = state.booked.findIndex((booked) => booked.appointment_id === appointment_id);
  if (index >= 0) state.booked.splice(index, 1);
  state.changed();
}

function lowerFirst(sentence: string): string {
  return sentence.startsWith("You're") ? sentence.replace(/^Y/, 'y') : sentence;
}
