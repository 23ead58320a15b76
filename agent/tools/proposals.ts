import { toNational } from '../../src/clinic/phone.ts';
import { speakerOf } from '../../src/clinic/spoken-languages.ts';
import { spokenDate, spokenPhone, spokenTime } from '../../src/clinic/spoken.ts';
import type { BookedAppointment } from '../../src/clinic/appointments.ts';
import {
  type CallState,
  type OfferedSlot,
  type Proposal,
  type RegistrationProposal,
  atClinic,
} from '../call-state.ts';
import { spokenBirthDate } from './person.ts';
import type { ToolReply } from './run-tool.ts';

/** Makes a proposal the one that waits for a yes, in place of any other, and words it. */
export function readBack(state: CallState, proposal: Proposal): ToolReply {
  state.proposal = proposal;
  state.changed();
  return { read_back: true, say: readBackText(state, proposal) };
}

/** What is read back, and the question. */
export function readBackText(state: CallState, proposal: Proposal): string {
  const opening = proposal.kind === 'booking' || proposal.kind === 'registration' ? "That's" : 'You want';
  return `${opening} ${inWords(state, proposal)}. Is that right?`;
}

/** The same for an agent that has taken the call over. */
export function takenUpText(state: CallState, proposal: Proposal): string {
  const opening = proposal.kind === 'registration' ? 'You wanted to register' : 'You wanted';
  return `${opening} ${inWords(state, proposal)}. Is that right?`;
}

function inWords(state: CallState, proposal: Proposal): string {
  switch (proposal.kind) {
    case 'booking': {
      const { offered, patient } = proposal;
      return `${withArticle(offered.service.name)} with ${offered.slot.practitioner_name} on ${slotTime(state, offered)}, for ${patient.full_name}`;
    }
    case 'change': {
      const { receipt } = proposal.appointment;
      const { slot } = proposal.offered;
      const from = spokenInstant(state, receipt.starts_at);
      return `to move the ${ofWhom(receipt)} from ${from} to ${slotTime(state, proposal.offered)} with ${slot.practitioner_name}`;
    }
    case 'cancellation': {
      const { receipt } = proposal.appointment;
      return `to cancel the ${ofWhom(receipt)} with ${receipt.practitioner} on ${spokenInstant(state, receipt.starts_at)}`;
    }
    case 'registration':
      return personInWords(state, proposal);
    default:
      return proposal satisfies never;
  }
}

function personInWords(
  state: CallState,
  { fullName, dateOfBirth, phone, patientPhone }: RegistrationProposal,
): string {
  const number =
    phone === patientPhone
      ? `phone ${spokenPhone(toNational(phone))}`
      : 'with the phone number you are calling from';
  const born = spokenBirthDate(atClinic(state, dateOfBirth));
  return `${fullName}, spelled ${speakerOf('en').spelled(fullName)}, born on ${born}, ${number}`;
}

/** "check-up of Sara Notreal". */
export function ofWhom({ service, patient_name }: BookedAppointment): string {
  return `${service.toLowerCase()} of ${patient_name}`;
}

/** "a check-up", "an extraction". */
export function withArticle(service: string): string {
  const name = service.toLowerCase();
  return `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** An instant at the clinic with its weekday: "Tuesday the 24th of November at 10 in the morning". */
export function spokenInstant(state: Pick<CallState, 'clinic'>, instant: string): string {
  const start = atClinic(state, instant);
  return `${spokenDate(start)} at ${spokenTime(start)}`;
}

function slotTime(state: CallState, { slot }: OfferedSlot): string {
  return spokenInstant(state, slot.starts_at);
}

/** Asked when something is done. */
export const ANYTHING_ELSE_TEXT = 'Is there anything else I can do for you?';

/** "booked for Tuesday the 24th of November at 10 in the morning": the part of {@link bookedText} that names an appointment. */
export function bookedFor(state: Pick<CallState, 'clinic'>, { starts_at }: BookedAppointment): string {
  return `booked for ${spokenInstant(state, starts_at)}`;
}

/** That an appointment is booked, as it is stored; with a name where the call is for several patients. */
export function bookedText(state: Pick<CallState, 'clinic' | 'verified'>, booked: BookedAppointment): string {
  const who = state.verified.size > 1 ? `${booked.patient_name} is` : "You're";
  return `${who} ${bookedFor(state, booked)} with ${booked.practitioner}.`;
}
