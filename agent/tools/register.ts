import { llm } from '@livekit/agents';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import { toE164 } from '../../src/clinic/phone.ts';
import { filled } from '../../src/clinic/phrasebook.ts';
import {
  type CallState,
  REGISTRATION_FIELDS,
  type RegistrationField,
  type RegistrationProposal,
  atClinic,
  callKey,
} from '../call-state.ts';
import { carryOut } from './carry-out.ts';
import { readDetails } from './person.ts';
import { readBack } from './proposals.ts';
import { type ToolReply, runTool } from './run-tool.ts';
import { lockedReply, nameVerified } from './who.ts';

/** What is known of a new patient so far. */
type Newcomer = Pick<RegistrationProposal, 'fullName' | 'dateOfBirth' | 'phone'>;

/** The tool that reads a new patient's details back, one by one. Nothing is stored yet. */
export function registerPatientTool(state: CallState) {
  return llm.tool({
    name: 'register_patient',
    description:
      'Take the details of a new patient, only for somebody who says that they have never been here. Pass all that is known so far: name, birth date and number are read back one after the other, and confirm is called after the yes to each. A correction is another call of this with all details. Nothing is stored before the last yes.',
    parameters: z.object({
      full_name: z
        .string()
        .max(400)
        .describe('The full name of the patient, as the caller said or spelled it.'),
      date_of_birth: z
        .string()
        .max(160)
        .optional()
        .describe("The date of birth in the caller's own words, once they have said it."),
      phone: z.string().max(40).optional().describe('A phone number, only if the caller said one.'),
    }),
    execute: (details) =>
      runTool(state, 'register_patient', details, async () => registerPatient(state, details)),
  });
}

/** Reads back what of a new patient the caller has not said yes to; exported for tests without a model. */
export function registerPatient(
  state: CallState,
  details: { full_name: string; date_of_birth?: string | undefined; phone?: string | undefined },
): ToolReply {
  if (state.locked) return lockedReply();
  const read = readDetails(state, details);
  if ('reply' in read) return read.reply;
  const { fullName, dateOfBirth, phone } = read.known;
  return goOn(state, {
    fullName,
    dateOfBirth: dateOfBirth?.toISODate() ?? undefined,
    phone: phone ?? state.phone ?? toE164(state.callerNumber, state.clinic.country),
  });
}

/** The caller has said yes to a field: the next one, or, after the last, the patient is stored. */
export async function confirmField(state: CallState, proposal: RegistrationProposal): Promise<ToolReply> {
  const { field } = proposal;
  state.confirmed.set(field, valueOf(proposal, field) ?? '');
  if (openField(state, proposal) === undefined) return await register(state, proposal);
  state.proposal = undefined;
  return { confirmed: field, ...goOn(state, proposal) };
}

/** Reads back the first field that is open, or asks for it. With none left the last one is read back once more. */
function goOn(state: CallState, known: Newcomer): ToolReply {
  const field = openField(state, known) ?? 'phone';
  if (valueOf(known, field) === undefined) {
    const say = field === 'phone' ? TOOL_SENTENCES.whichPhone.en : TOOL_SENTENCES.askBirth.en;
    return { missing: field, say };
  }
  const { fullName, dateOfBirth, phone } = known;
  return readBack(state, {
    kind: 'registration',
    field,
    fullName,
    dateOfBirth,
    phone,
    patientPhone: state.phone,
    requestId: `register/${digest([fullName.toLowerCase(), dateOfBirth ?? '', phone ?? ''])}`,
    turnIndex: state.ledger.turnIndex,
  });
}

function openField({ confirmed }: CallState, known: Newcomer): RegistrationField | undefined {
  return REGISTRATION_FIELDS.find((field) => {
    const value = valueOf(known, field);
    return value === undefined || confirmed.get(field) !== value;
  });
}

function valueOf({ fullName, dateOfBirth, phone }: Newcomer, field: RegistrationField): string | undefined {
  return { name: fullName, birth_date: dateOfBirth, phone }[field];
}

/** Stores what the caller has said yes to, and does what has waited for it. */
async function register(state: CallState, proposal: RegistrationProposal): Promise<ToolReply> {
  const stored = await state.patients.register(callKey(state), proposal.requestId, {
    fullName: proposal.fullName,
    dateOfBirth: atClinic(state, proposal.dateOfBirth ?? ''),
    phone: proposal.phone,
  });
  const { name, full_name } = nameVerified(state, stored);
  const thanks = filled((stored.created ? TOOL_SENTENCES.registered : TOOL_SENTENCES.thanks).en, {
    name: full_name,
  });
  const wanted = await carryOut(state, name);
  const next = wanted?.say ?? TOOL_SENTENCES.whichAppointmentWanted.en;
  return { registered: true, patient: name, full_name, ...wanted, say: `${thanks} ${next}` };
}

/** Request ids have a limit, and names are nobody's business there. */
function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
