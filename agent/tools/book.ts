import { llm } from '@livekit/agents';
import { DateTime } from 'luxon';
import { z } from 'zod';
import { spokenDate, spokenPhone, spokenTime } from '../../src/clinic/spoken.ts';
import { toE164, toNational } from '../../src/clinic/phone.ts';
import { CALL } from '../../src/config/defaults.ts';
import { isOpenhoursError } from '../../src/errors.ts';
import type { CallState, Proposal } from '../call-state.ts';
import { findSlots } from './find-slots.ts';
import { type ToolReply, runTool } from './run-tool.ts';

/** What the model knows of the booking. */
export interface BookingDetails {
  slot_id: string;
  patient_name: string;
  phone?: string | undefined;
}

/** The tool that reads a booking back. Nothing is stored yet. */
export function prepareBookingTool(state: CallState) {
  return llm.tool({
    name: 'prepare_booking',
    description:
      'Read the details of a booking back to the caller, once they have chosen one of the offered slots and said their name. Nothing is booked yet.',
    parameters: z.object({
      slot_id: z.string().max(16).describe('The slot_id of the slot the caller chose, from find_slots.'),
      patient_name: z.string().max(400).describe('The full name of the patient, as the caller said it.'),
      phone: z.string().max(40).optional().describe('A phone number, only if the caller said one.'),
    }),
    execute: (details) => runTool(state, 'prepare_booking', details, () => prepareBooking(state, details)),
  });
}

/** The tool that books what was read back. */
export function confirmBookingTool(state: CallState) {
  return llm.tool({
    name: 'confirm_booking',
    description: 'Book what was just read back. Call it only after the caller has said yes to the details.',
    parameters: z.object({}),
    execute: (args) => runTool(state, 'confirm_booking', args, () => confirmBooking(state)),
  });
}

/** A name as it may be stored: trimmed, one line, with a letter in it; undefined for what is none. */
export function cleanName(input: string): string | undefined {
  const name = input
    .normalize('NFC')
    .replace(/[\p{C}\p{Extended_Pictographic}\p{RI}\p{EMod}\uFE0F]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/[.,!?\s]+$/u, '')
    .trim();
  return name.length > 0 && name.length <= CALL.nameChars && /\p{L}/u.test(name) ? name : undefined;
}

/** Reads a booking back; exported for tests without a model. */
export async function prepareBooking(state: CallState, details: BookingDetails): Promise<ToolReply> {
  const offered = state.offered.get(details.slot_id);
  if (offered === undefined) {
    return {
      error: 'unknown_slot',
      known: [...state.offered.keys()],
      say: 'Sorry, which of those times would you like?',
    };
  }
  const patientName = cleanName(details.patient_name);
  if (patientName === undefined)
    return { error: 'name_invalid', say: 'Sorry, could you tell me your full name?' };
  // Models give an optional parameter as an empty text, too.
  const phone = details.phone?.trim() === '' ? undefined : details.phone;
  const said = toE164(phone, state.clinic.country);
  if (phone !== undefined && said === undefined) {
    return {
      error: 'phone_invalid',
      say: 'Sorry, could you say the phone number once more, digit by digit?',
    };
  }
  const patientPhone = said ?? state.callerNumber;
  if (patientPhone === undefined) return { missing: 'phone', say: 'Which phone number can we reach you on?' };
  const requestId = `${offered.slot.practitioner_id}/${offered.service.slug}/${offered.slot.starts_at}/${patientName.toLowerCase()}`;
  state.proposal = { offered, patientName, patientPhone, requestId, turnIndex: state.ledger.turnIndex };
  state.changed();
  const number = said === undefined ? '' : `, phone ${spokenPhone(toNational(said))}`;
  return {
    read_back: true,
    say: `That's ${describeProposal(state, state.proposal)}, for ${patientName}${number}. Is that right?`,
  };
}

/** A proposal in words: service, practitioner, weekday, date and time. */
export function describeProposal(state: CallState, { offered }: Proposal): string {
  const start = DateTime.fromISO(offered.slot.starts_at, { zone: state.clinic.time_zone });
  return `a ${offered.service.name.toLowerCase()} with ${offered.slot.practitioner_name} on ${spokenDate(start)} at ${spokenTime(start)}`;
}

/** Books what was read back; exported for tests without a model. */
export async function confirmBooking(state: CallState): Promise<ToolReply> {
  const proposal = state.proposal;
  if (proposal === undefined)
    return { error: 'nothing_read_back', say: 'Which of the times would you like me to book?' };
  if (state.ledger.turnIndex <= proposal.turnIndex) {
    return {
      error: 'not_confirmed',
      say: `${sentence(describeProposal(state, proposal))}, for ${proposal.patientName}: is that right?`,
    };
  }
  try {
    const { slot, service } = proposal.offered;
    const booked = await state.appointments.book({
      callId: state.callId,
      epoch: state.epoch,
      requestId: proposal.requestId,
      clinicId: state.clinic.id,
      practitionerId: slot.practitioner_id,
      serviceId: service.id,
      startsAt: slot.starts_at,
      patientName: proposal.patientName,
      patientPhone: proposal.patientPhone,
    });
    if (booked.created) state.booked.push(booked);
    const start = DateTime.fromISO(booked.starts_at, { zone: state.clinic.time_zone });
    const when = `${spokenDate(start)} at ${spokenTime(start)} with ${booked.practitioner}`;
    return { booked: true, say: `You're booked for ${when}. Is there anything else I can do for you?` };
  } catch (error) {
    if (isOpenhoursError(error, 'SLOT_TAKEN') || isOpenhoursError(error, 'SLOT_INVALID')) {
      return await offerAnother(state, proposal);
    }
    throw error;
  }
}

async function offerAnother(state: CallState, { offered }: Proposal): Promise<ToolReply> {
  state.proposal = undefined;
  const start = DateTime.fromISO(offered.slot.starts_at, { zone: state.clinic.time_zone });
  const day = start.toISODate() ?? '';
  const other = await findSlots(state, { service: offered.service.slug, day });
  return {
    ...other,
    error: 'slot_taken',
    say: `I'm sorry, that time has just been taken. ${other.say ?? ''}`,
  };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
