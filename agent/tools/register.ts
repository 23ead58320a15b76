import { llm } from '@livekit/agents';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { toE164 } from '../../src/clinic/phone.ts';
import { type CallState, type RegistrationProposal, atClinic, callKey } from '../call-state.ts';
import { carryOut } from './carry-out.ts';
import { type PersonDetails, readPerson } from './person.ts';
import { readBack } from './proposals.ts';
import { type ToolReply, runTool } from './run-tool.ts';
import { lockedReply, nameVerified } from './who.ts';

/** The tool that reads a new patient's details back. Nothing is stored yet. */
export function registerPatientTool(state: CallState) {
  return llm.tool({
    name: 'register_patient',
    description:
      'Read the details of a new patient back, only for somebody who says that they have never been here. A correction is another call of it. Nothing is stored before confirm.',
    parameters: z.object({
      full_name: z
        .string()
        .max(400)
        .describe('The full name of the patient, as the caller said or spelled it.'),
      date_of_birth: z.string().max(160).describe("The date of birth in the caller's own words."),
      phone: z.string().max(40).optional().describe('A phone number, only if the caller said one.'),
    }),
    execute: (details) =>
      runTool(state, 'register_patient', details, async () => registerPatient(state, details)),
  });
}

/** Reads a new patient's details back; exported for tests without a model. */
export function registerPatient(state: CallState, details: PersonDetails): ToolReply {
  if (state.locked) return lockedReply();
  const read = readPerson(state, details);
  if ('reply' in read) return read.reply;
  const { fullName, dateOfBirth, phone } = read.person;
  const reachable = phone ?? state.phone ?? toE164(state.callerNumber, state.clinic.country);
  if (reachable === undefined) return { missing: 'phone', say: 'Which phone number can we reach you on?' };
  const iso = dateOfBirth.toISODate() ?? '';
  return readBack(state, {
    kind: 'registration',
    fullName,
    dateOfBirth: iso,
    phone: reachable,
    patientPhone: state.phone,
    requestId: `register/${digest([fullName.toLowerCase(), iso, reachable])}`,
    turnIndex: state.ledger.turnIndex,
  });
}

/** Stores what was read back, and does what has waited for it. */
export async function register(state: CallState, proposal: RegistrationProposal): Promise<ToolReply> {
  const stored = await state.patients.register(callKey(state), proposal.requestId, {
    fullName: proposal.fullName,
    dateOfBirth: atClinic(state, proposal.dateOfBirth),
    phone: proposal.phone,
  });
  const { name, full_name } = nameVerified(state, stored);
  const thanks = stored.created ? `Thank you, ${full_name} is registered now.` : `Thank you, ${full_name}.`;
  const wanted = await carryOut(state, name);
  const next = wanted?.say ?? 'Which appointment would you like?';
  return { registered: true, patient: name, full_name, ...wanted, say: `${thanks} ${next}` };
}

/** Request ids have a limit, and names are nobody's business there. */
function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}
