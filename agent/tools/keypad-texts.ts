import type { CallState } from '../call-state.ts';
import type { KeypadSubject } from '../keypad-state.ts';
import type { ToolReply } from './run-tool.ts';

/** How each is asked for. The birth date may be a child's. */
const ASK: Readonly<Record<KeypadSubject, string>> = {
  birth_date:
    "Please type the date of birth on your telephone's keys: two digits for the day, two for the month, four for the year, and then the hash key.",
  phone: "Please type the phone number on your telephone's keys, and then the hash key.",
  code: "Please type your code on your telephone's keys, and then the hash key.",
};

/** Said of an entry that cannot be what was asked for. */
export const MISTYPED_TEXTS: Readonly<Record<KeypadSubject, string>> = {
  birth_date: 'Sorry, I could not read that as a date of birth.',
  phone: 'Sorry, I could not read that as a phone number.',
  code: 'Sorry, a code has four to eight digits.',
};

/** Said where a tool has not understood it several times. */
export const UNCLEAR_TEXTS = {
  birth_date: 'I am sorry, I still did not get the date of birth.',
  phone: 'I am sorry, I still did not get the phone number.',
} as const;

/** The sentence that asks for keys. */
export function keypadText(what: KeypadSubject): string {
  return ASK[what];
}

/** Asks for keys, and has them listened for; `first` and `last` are said around it. */
export function askForKeys(state: CallState, what: KeypadSubject, first = '', last = ''): ToolReply {
  const { keypad, ledger } = state;
  if (keypad.request?.what !== what) keypad.mistyped = 0;
  keypad.request = { what, turnIndex: ledger.turnIndex };
  state.changed();
  return { keypad: what, say: `${first} ${ASK[what]} ${last}`.trim() };
}
