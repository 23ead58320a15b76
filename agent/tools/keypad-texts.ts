import type { CallState } from '../call-state.ts';
import type { KeypadSubject } from '../keypad-state.ts';
import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import type { ToolReply } from './run-tool.ts';

/** How each is asked for. The birth date may be a child's. */
const ASK: Readonly<Record<KeypadSubject, string>> = {
  birth_date: TOOL_SENTENCES.typeBirth.en,
  phone: TOOL_SENTENCES.typePhone.en,
  code: TOOL_SENTENCES.typeCode.en,
};

/** Said of an entry that cannot be what was asked for. */
export const MISTYPED_TEXTS: Readonly<Record<KeypadSubject, string>> = {
  birth_date: TOOL_SENTENCES.mistypedBirth.en,
  phone: TOOL_SENTENCES.mistypedPhone.en,
  code: TOOL_SENTENCES.mistypedCode.en,
};

/** Said where a tool has not understood it several times. */
export const UNCLEAR_TEXTS = {
  birth_date: TOOL_SENTENCES.birthUnclear.en,
  phone: TOOL_SENTENCES.phoneUnclear.en,
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
