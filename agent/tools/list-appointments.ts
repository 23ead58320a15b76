import { llm } from '@livekit/agents';
import { z } from 'zod';
import type { AppointmentReceipt } from '../../src/clinic/patient-appointments.ts';
import { CALL } from '../../src/config/defaults.ts';
import { type CallState, type ListedAppointment, atClinic, callKey } from '../call-state.ts';
import { spokenInstant, withArticle } from './proposals.ts';
import { type ToolReply, runTool } from './run-tool.ts';
import { whoFor } from './who.ts';

/** The tool that reads a patient's appointments out. */
export function listAppointmentsTool(state: CallState) {
  return llm.tool({
    name: 'list_appointments',
    description:
      'Read out the upcoming appointments of a verified patient: the first step when somebody wants to move, cancel or hear of one. It asks for the name and date of birth itself if they are needed.',
    parameters: z.object({
      patient: z
        .string()
        .max(120)
        .optional()
        .describe('The short name of a verified patient, such as p1. Leave it out if there is only one.'),
    }),
    execute: (args) => runTool(state, 'list_appointments', args, () => listAppointments(state, args)),
  });
}

/** Reads appointments out; exported for tests without a model. */
export async function listAppointments(
  state: CallState,
  { patient }: { patient?: string | undefined },
): Promise<ToolReply> {
  const who = await whoFor(state, patient, { kind: 'list' });
  if ('reply' in who) return who.reply;
  const { name, patient_id, full_name } = who.patient;
  const receipts = await state.diary.list(callKey(state), patient_id);
  forget(state, receipts, patient_id);
  const listed = receipts.map((receipt) => nameAppointment(state, receipt));
  return {
    patient: name,
    appointments: listed.map((appointment) => forModel(state, appointment)),
    say: wording(state, full_name, receipts),
  };
}

/** Gives an appointment a short name, always the same one, and keeps it as it stands now. */
export function nameAppointment(state: CallState, receipt: AppointmentReceipt): ListedAppointment {
  const known = [...state.listed.values()].find(
    (entry) => entry.receipt.appointment_id === receipt.appointment_id,
  );
  // No name is given twice: the model may still mean the appointment that had it.
  if (known === undefined) state.listedSoFar += 1;
  const name = known?.name ?? `a${state.listedSoFar}`;
  const listed = { name, receipt };
  state.listed.set(name, listed);
  state.changed();
  return listed;
}

/** The appointment of a short name; undefined for what was not read out. */
export function listedAppointment(state: CallState, name: string): ListedAppointment | undefined {
  return state.listed.get(name.trim().toLowerCase());
}

/** What is not in the diary any more has no name any more. */
function forget(state: CallState, receipts: readonly AppointmentReceipt[], patientId: string): void {
  const there = new Set(receipts.map(({ appointment_id }) => appointment_id));
  for (const [name, { receipt }] of state.listed) {
    if (receipt.patient_id === patientId && !there.has(receipt.appointment_id)) state.listed.delete(name);
  }
}

function forModel(state: CallState, { name, receipt }: ListedAppointment) {
  const start = atClinic(state, receipt.starts_at);
  return {
    appointment_id: name,
    service: state.clinic.services.find(({ id }) => id === receipt.service_id)?.slug ?? receipt.service,
    practitioner: receipt.practitioner,
    date: start.toISODate(),
    weekday: start.toFormat('cccc'),
    time: start.toFormat('HH:mm'),
  };
}

function wording(state: CallState, fullName: string, receipts: readonly AppointmentReceipt[]): string {
  const [first, ...others] = receipts
    .slice(0, CALL.slotsOffered)
    .map(
      ({ service, practitioner, starts_at }) =>
        `${withArticle(service)} with ${practitioner} on ${spokenInstant(state, starts_at)}`,
    );
  if (first === undefined) {
    return `I can't see any appointment of ${fullName} from today on. Would you like to make one?`;
  }
  if (others.length === 0) return `${fullName} has ${first}. Would you like to move or cancel it?`;
  const last = others.pop() ?? '';
  const all = `${[first, ...others].join(', ')}, and ${last}`;
  return receipts.length > CALL.slotsOffered
    ? `${fullName} has ${receipts.length} appointments. The next three are ${all}. Which one is it about?`
    : `${fullName} has ${all}. Which one is it about?`;
}
