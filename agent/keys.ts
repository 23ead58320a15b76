import { llm } from '@livekit/agents';
import { resolveBirthDate } from '../src/clinic/birth-dates.ts';
import { toE164 } from '../src/clinic/phone.ts';
import { KEYPAD } from '../src/config/desk-defaults.ts';
import { type CallState, clinicNow } from './call-state.ts';
import type { KeypadSubject } from './keypad-state.ts';
import { hearSafety } from './safety.ts';

/** The caller's turn once they have typed a code, whose digits stand nowhere. */
export const TYPED_CODE = '[typed a code on the keypad]';
/** The caller's turn once they have pressed 0. */
export const PRESSED_ZERO = '[pressed 0]';

/**
 * Wishes for a person, as whoever presses 0 does: the next answer is a run of the tool `transfer`, which says so and sets `transferWish`.
 * @returns The caller's turn, for the conversation.
 */
export function personByKey(state: Pick<CallState, 'keypad'>): string {
  const args = { reason: 'The caller has pressed 0.' };
  state.keypad.due = { turn: PRESSED_ZERO, name: 'transfer', args };
  return PRESSED_ZERO;
}

/**
 * Takes what was typed in answer to a request. What cannot be what was asked for is asked for once more, and a code is checked, by code in
 * either case; the rest is for the model.
 * @param keys Digits.
 * @returns The caller's turn, for the conversation; undefined where nothing was asked for.
 */
export function takeEntry(state: CallState, keys: string): string | undefined {
  const { keypad } = state;
  keypad.keys = undefined;
  // Nothing that is asked for has one digit.
  if (keys === '0') return personByKey(state);
  if (keypad.request === undefined || keys === '') return undefined;
  const { what } = keypad.request;
  const turn = what === 'code' ? TYPED_CODE : typedTurn(what, keys);
  const fits = couldBe(state, what, keys);
  keypad.mistyped = fits ? 0 : keypad.mistyped + 1;
  keypad.code = fits && what === 'code' ? keys : undefined;
  // A code is asked for until it is checked, also by another agent.
  if (fits && what !== 'code') keypad.request = undefined;
  keypad.due = fits && what !== 'code' ? undefined : { turn, name: 'request_keypad', args: { what } };
  state.changed();
  return turn;
}

/** Takes keys all at once, as `keypad.ts` does one by one: what comes after a hash key is nothing that was asked for. */
export function takeKeys(state: CallState, keys: string): string | undefined {
  const [typed = ''] = keys.replace(/^#+/, '').split('#');
  const entry = (typed.split('*').at(-1) ?? '').slice(0, KEYPAD.digits);
  return state.keypad.request === undefined ? takeUnasked(state, entry) : takeEntry(state, entry);
}

/**
 * Takes digits that nobody has asked for, once nothing follows them: 0 alone is a person, and a date of birth is one, which people type who are
 * asked to say it.
 * @returns The caller's turn, for the conversation; undefined for everything else.
 */
export function takeUnasked(state: CallState, keys: string): string | undefined {
  if (/^0+$/.test(keys)) return personByKey(state);
  const date = (keys.length === 6 || keys.length === 8) && couldBe(state, 'birth_date', keys);
  return date ? typedTurn('birth_date', keys) : undefined;
}

function typedTurn(what: KeypadSubject, keys: string): string {
  return `[typed on the keypad: ${grouped(what, keys)}]`;
}

function couldBe(state: CallState, what: KeypadSubject, keys: string): boolean {
  switch (what) {
    case 'birth_date':
      return resolveBirthDate(grouped(what, keys), clinicNow(state)) !== undefined;
    case 'phone':
      return toE164(keys, state.clinic.country) !== undefined;
    case 'code':
      return keys.length >= KEYPAD.codeDigits.least && keys.length <= KEYPAD.codeDigits.most;
    default:
      return what satisfies never;
  }
}

/** A birth date as people write it: "03 05 1990". */
function grouped(what: KeypadSubject, keys: string): string {
  if (what !== 'birth_date') return keys;
  return keys.replace(/^(\d\d)(\d\d)(\d{4}|\d\d)$/, '$1 $2 $3');
}

const NUMBERS = new Set(
  'zero oh one two three four five six seven eight nine ten eleven twelve double hash star'.split(' '),
);

/**
 * True for what is said while an entry is being typed and is no answer: the digits read along, a murmur, the keys' own tones. Whoever says
 * more speaks instead of typing, and the entry is dropped.
 */
export function isMurmur(state: CallState, text: string): boolean {
  const { keypad, clinic } = state;
  if (keypad.keys === undefined) return false;
  const words = (text.toLowerCase().match(/[\p{L}'’]+/gu) ?? []).filter((word) => !NUMBERS.has(word));
  if (words.length < KEYPAD.words && hearSafety(text, clinic.languages) === undefined) return true;
  keypad.keys = undefined;
  return false;
}

/** The tool call that answers the caller's last turn without a model, as a model would have made it. */
export function dueCall({ keypad }: CallState, chatCtx: llm.ChatContext): llm.ChatChunk | undefined {
  const { due } = keypad;
  const last = chatCtx.items.at(-1);
  if (due === undefined || last?.type !== 'message' || last.role !== 'user') return undefined;
  if (last.textContent !== due.turn) return undefined;
  const { name, args } = due;
  const call = llm.FunctionCall.create({ callId: `keys-${last.id}`, name, args: JSON.stringify(args) });
  return { id: call.id, delta: { role: 'assistant', toolCalls: [call] } };
}
