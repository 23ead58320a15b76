import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import { toNational } from '../../src/clinic/phone.ts';
import { speakerOf } from '../../src/clinic/spoken-languages.ts';
import { callLanguage, filled } from '../../src/clinic/phrasebook.ts';
import { spokenDate, spokenTime } from '../../src/clinic/spoken.ts';
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
  if (proposal.kind === 'registration') return fieldText(state, proposal);
  const opening = proposal.kind === 'booking' ? "That's" : 'You want';
  return `${opening} ${inWords(state, proposal)}. Is that right?`;
}

/** The same for an agent that has taken the call over. */
export function takenUpText(state: CallState, proposal: Proposal): string {
  if (proposal.kind === 'registration') {
    const registering = TOOL_SENTENCES.registering[callLanguage(state.language)];
    return `${registering} ${fieldText(state, proposal)}`;
  }
  return `You wanted ${inWords(state, proposal)}. Is that right?`;
}

function inWords(state: CallState, proposal: Exclude<Proposal, RegistrationProposal>): string {
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
    default:
      return proposal satisfies never;
  }
}

/** One field of a new patient: the name spelled, the birth date in words, the number in groups. In the language of the call. */
function fieldText(state: CallState, proposal: RegistrationProposal): string {
  const language = callLanguage(state.language);
  const { field, fullName, dateOfBirth = '', phone = '', patientPhone } = proposal;
  const speaker = speakerOf(language);
  switch (field) {
    case 'name':
      return filled(TOOL_SENTENCES.readName[language], {
        name: fullName,
        letters: speaker.spelled(fullName),
      });
    case 'birth_date':
      return filled(TOOL_SENTENCES.readBirth[language], {
        date: spokenBirthDate(atClinic(state, dateOfBirth), language),
      });
    case 'phone':
      return phone === patientPhone
        ? filled(TOOL_SENTENCES.readPhone[language], { digits: speaker.spokenPhone(toNational(phone)) })
        : TOOL_SENTENCES.readOwnPhone[language];
    default:
      return field satisfies never;
  }
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
export const ANYTHING_ELSE_TEXT = TOOL_SENTENCES.anythingElse.en;

/** "booked for Tuesday the 24th of November at 10 in the morning": the part of {@link bookedText} that names an appointment. */
export function bookedFor(state: Pick<CallState, 'clinic'>, { starts_at }: BookedAppointment): string {
  return `booked for ${spokenInstant(state, starts_at)}`;
}

/** That an appointment is booked, as it is stored; with a name where the call is for several patients. */
export function bookedText(state: Pick<CallState, 'clinic' | 'verified'>, booked: BookedAppointment): string {
  const who = state.verified.size > 1 ? `${booked.patient_name} is` : "You're";
  return `${who} ${bookedFor(state, booked)} with ${booked.practitioner}.`;
}
