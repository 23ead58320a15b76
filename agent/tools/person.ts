import type { DateTime } from 'luxon';
import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import { resolveBirthDate } from '../../src/clinic/birth-dates.ts';
import { toE164 } from '../../src/clinic/phone.ts';
import type { CallLanguage } from '../../src/clinic/languages.ts';
import { speakerOf } from '../../src/clinic/spoken-languages.ts';
import { CALL } from '../../src/config/defaults.ts';
import { KEYPAD } from '../../src/config/desk-defaults.ts';
import { type CallState, clinicNow } from '../call-state.ts';
import { UNCLEAR_TEXTS, askForKeys } from './keypad-texts.ts';
import type { ToolReply } from './run-tool.ts';

/** Who somebody says to be, as the model passes it on. */
export interface PersonDetails {
  full_name: string;
  date_of_birth: string;
  phone?: string | undefined;
}

/** The same, understood. */
export interface Person {
  fullName: string;
  dateOfBirth: DateTime;
  /** E.164, if one was said. */
  phone: string | undefined;
}

/** A name as it may be stored: trimmed, one line, with a letter in it; undefined for what is none. */
export function cleanName(input: string): string | undefined {
  // More than this many characters are no name, however they are cleaned.
  if (input.length > 10 * CALL.nameChars) return undefined;
  const name = input
    .normalize('NFC')
    .replace(/[\p{C}\p{Extended_Pictographic}\p{RI}\p{EMod}\uFE0F]/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/[.,!?\s]+$/u, '')
    .trim();
  return name.length > 0 && name.length <= CALL.nameChars && /\p{L}/u.test(name) ? name : undefined;
}

/** An optional text of the model, which it may also give as an empty one. */
export function given(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** Understands who somebody says to be, or asks for what is not clear. A number that was said is kept for calling back. */
export function readPerson(
  state: CallState,
  details: PersonDetails,
): { person: Person } | { reply: ToolReply } {
  const read = readDetails(state, details);
  if ('reply' in read) return read;
  const { fullName, dateOfBirth, phone } = read.known;
  return dateOfBirth === undefined
    ? { reply: birthNotUnderstood(state) }
    : { person: { fullName, dateOfBirth, phone } };
}

/** The same of somebody who may not have said their birth date yet. */
export function readDetails(
  state: CallState,
  details: Omit<PersonDetails, 'date_of_birth'> & { date_of_birth?: string | undefined },
): { known: Omit<Person, 'dateOfBirth'> & { dateOfBirth: DateTime | undefined } } | { reply: ToolReply } {
  const fullName = cleanName(details.full_name);
  if (fullName === undefined) {
    return { reply: { error: 'name_invalid', say: TOOL_SENTENCES.nameAgain.en } };
  }
  const born = given(details.date_of_birth);
  const dateOfBirth = born === undefined ? undefined : resolveBirthDate(born, clinicNow(state));
  if (born !== undefined && dateOfBirth === undefined) return { reply: birthNotUnderstood(state) };
  const said = given(details.phone);
  const phone = toE164(said, state.clinic.country);
  if (said !== undefined && phone === undefined) {
    const say = TOOL_SENTENCES.phoneAgain.en;
    return { reply: notUnderstood(state, 'phone', { error: 'phone_invalid', say }) };
  }
  state.phone = phone ?? state.phone;
  state.keypad.unclear.times = 0;
  return { known: { fullName, dateOfBirth, phone } };
}

function birthNotUnderstood(state: CallState): ToolReply {
  const say = TOOL_SENTENCES.birthAgain.en;
  return notUnderstood(state, 'birth_date', { error: 'birth_date_invalid', say });
}

/** Asks once more; whoever was not understood several times in a row can type it. */
function notUnderstood(state: CallState, what: 'birth_date' | 'phone', reply: ToolReply): ToolReply {
  const { keypad, ledger } = state;
  const { times, turnIndex } = keypad.unclear;
  // A model in a loop is no second miss.
  if (turnIndex !== ledger.turnIndex || times === 0)
    keypad.unclear = { times: times + 1, turnIndex: ledger.turnIndex };
  if (keypad.unclear.times < KEYPAD.misses) return reply;
  return {
    error: reply.error,
    ...askForKeys(state, what, UNCLEAR_TEXTS[what], TOOL_SENTENCES.orSayAgain.en),
  };
}

/** A birth date as people say it, without the weekday, which nobody knows: "the 3rd of May 1990". */
export function spokenBirthDate(date: DateTime, language: CallLanguage = 'en'): string {
  const day = speakerOf(language).spokenDate(date).replace(/^\S+ /, '');
  return `${day} ${language === 'es' ? 'de ' : ''}${date.year}`;
}
