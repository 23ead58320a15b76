import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import type { KnownPatient } from '../../src/clinic/patients.ts';
import { foldLetters } from '../../src/clinic/plain-words.ts';
import { spokenList } from '../../src/clinic/spoken.ts';
import { type CallState, type Wish, callKey } from '../call-state.ts';
import { given } from './person.ts';
import type { ToolReply } from './run-tool.ts';

/** Asks for what verifies a patient. */
export const WHO_TEXT = TOOL_SENTENCES.who.en;

/** Said when nobody can be verified any more. */
export const LOCKED_TEXT = TOOL_SENTENCES.locked.en;

/** A verified patient, and the short name the model knows them by. */
export interface NamedPatient extends KnownPatient {
  name: string;
}

/**
 * The verified patient that the model means: by short name or full name, or the only one there is. Of anybody else it asks for name and
 * birth date, and keeps the wish for them; the database decides in any case.
 */
export async function whoFor(
  state: CallState,
  patient: string | undefined,
  wish: Wish,
): Promise<{ patient: NamedPatient } | { reply: ToolReply }> {
  await recallVerified(state);
  const asked = given(patient);
  const known = [...state.verified].map(([name, { patient_id, full_name }]) => ({
    name,
    patient_id,
    full_name,
  }));
  const [only, another] = asked === undefined ? known : matching(known, asked);
  if (only === undefined) return { reply: askWho(state, wish) };
  if (another !== undefined) return { reply: askWhich(known) };
  state.wish = undefined;
  return { patient: only };
}

/** Asks who the patient is, and keeps what is wanted for them; in a locked call offers a message. */
export function askWho(state: CallState, wish: Wish): ToolReply {
  if (state.locked) return lockedReply();
  state.wish = wish;
  state.changed();
  return { error: 'patient_not_verified', say: WHO_TEXT };
}

/** Offers a message where nobody can be verified any more. */
export function lockedReply(): ToolReply {
  return { verified: false, locked: true, say: LOCKED_TEXT };
}

/** Gives a patient a short name, always the same one. */
export function nameVerified(state: CallState, { patient_id, full_name }: KnownPatient): NamedPatient {
  for (const [name, known] of state.verified) {
    if (known.patient_id === patient_id) return { name, ...known };
  }
  const name = `p${state.verified.size + 1}`;
  state.verified.set(name, { patient_id, full_name });
  state.changed();
  return { name, patient_id, full_name };
}

/** What an agent that was lost has verified may be in the database alone. */
async function recallVerified(state: CallState): Promise<void> {
  if (!state.resumed || state.verified.size > 0) return;
  for (const patient of await state.patients.verified(callKey(state))) nameVerified(state, patient);
}

function matching(known: readonly NamedPatient[], asked: string): NamedPatient[] {
  const named = known.filter(({ name }) => name === asked.toLowerCase());
  return named.length > 0 ? named : known.filter(({ full_name }) => sameName(full_name, asked));
}

function sameName(a: string, b: string): boolean {
  return foldName(a) === foldName(b);
}

function foldName(name: string): string {
  const words = foldLetters(name).match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.sort().join(' ');
}

function askWhich(known: readonly NamedPatient[]): ToolReply {
  return {
    error: 'which_patient',
    patients: known.map(({ name, full_name }) => ({ patient: name, full_name })),
    say: `Is that for ${spokenList(
      known.map(({ full_name }) => full_name),
      'or',
    )}?`,
  };
}
