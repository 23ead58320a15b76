import { llm } from '@livekit/agents';
import { z } from 'zod';
import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import type { KnownPatient, NotVerified } from '../../src/clinic/patients.ts';
import { type CallState, callKey } from '../call-state.ts';
import { carryOut } from './carry-out.ts';
import { type Person, type PersonDetails, readPerson, spokenBirthDate } from './person.ts';
import { type ToolReply, runTool } from './run-tool.ts';
import { lockedReply, nameVerified } from './who.ts';

/** The tool that verifies a patient. */
export function identifyPatientTool(state: CallState) {
  return llm.tool({
    name: 'identify_patient',
    description:
      'Verify a patient by full name and date of birth, as the caller said them. Needed before anything of a patient is booked, read or changed; once for each patient.',
    parameters: z.object({
      full_name: z.string().max(400).describe('The full name of the patient, as the caller said it.'),
      date_of_birth: z
        .string()
        .max(160)
        .describe('The date of birth in the caller\'s own words, such as "3rd of May 1990".'),
      phone: z
        .string()
        .max(40)
        .optional()
        .describe('Only if you were told to ask for the number on record: what the caller answered.'),
    }),
    execute: (details) => runTool(state, 'identify_patient', details, () => identifyPatient(state, details)),
  });
}

/** Verifies, and does what has waited for it; exported for tests without a model. */
export async function identifyPatient(state: CallState, details: PersonDetails): Promise<ToolReply> {
  const read = readPerson(state, details);
  if ('reply' in read) return read.reply;
  const { person } = read;
  const key = JSON.stringify([person.fullName.toLowerCase(), person.dateOfBirth.toISODate(), person.phone]);
  const { turnIndex } = state.ledger;
  // A model in a loop must not use up the caller's tries.
  const { lastTry } = state;
  if (lastTry?.turnIndex === turnIndex && lastTry.key === key) return { ...lastTry.reply };
  // Nothing new was said, but perhaps half of it: a name after which the birth date is still to come. Once.
  if (lastTry !== undefined && lastTry.key === key && lastTry.asked !== true) {
    const reply = { verified: false, error: 'same_as_before', say: TOOL_SENTENCES.birthAgain.en };
    state.lastTry = { turnIndex, key, reply, asked: true };
    return reply;
  }
  const result = await state.patients.identify(callKey(state), person);
  if (!result.verified) {
    const reply = notVerified(state, result, person);
    state.lastTry = { turnIndex, key, reply };
    return reply;
  }
  state.lastTry = undefined;
  return await welcome(state, result);
}

/** Names the patient who was just verified, and does what has waited for it. */
export async function welcome(state: CallState, patient: KnownPatient): Promise<ToolReply> {
  const { name, full_name } = nameVerified(state, patient);
  const known = { verified: true, patient: name, full_name };
  const wanted = await carryOut(state, name);
  if (wanted === undefined) {
    // No `say`: the model knows what the caller has asked for.
    return {
      ...known,
      next: 'Go on with what the caller asked for: call its tool now, or ask what they want.',
    };
  }
  return { ...known, ...wanted, say: `Thank you, ${full_name}. ${wanted.say ?? ''}`.trim() };
}

/** Nobody can be verified any more: offers a message. */
export function lockIdentity(state: CallState): ToolReply {
  state.locked = true;
  state.wish = undefined;
  state.changed();
  return lockedReply();
}

function notVerified(state: CallState, result: NotVerified, person: Person): ToolReply {
  const { attempts_left, locked, need } = result;
  if (locked) return lockIdentity(state);
  if (need === 'phone') {
    const say =
      person.phone === undefined ? TOOL_SENTENCES.whichNumberOnRecord.en : TOOL_SENTENCES.numberNoMatch.en;
    return { verified: false, need, attempts_left, say };
  }
  // Only what the caller said: whether there is such a patient is not told.
  const said = `${person.fullName}, born on ${spokenBirthDate(person.dateOfBirth)}`;
  return {
    verified: false,
    attempts_left,
    say: `I can't match ${said}, with our records. Could you give me the full name and date of birth once more? Or tell me if you are new here.`,
  };
}
