/** What a caller can be asked to type. */
export const KEYPAD_SUBJECTS = ['birth_date', 'phone', 'code'] as const;
/** One of {@link KEYPAD_SUBJECTS}. */
export type KeypadSubject = (typeof KEYPAD_SUBJECTS)[number];

/** A tool call that code decides on, because nothing is left to a model in it. */
export interface DueCall {
  /** The caller's turn that it answers. */
  turn: string;
  name: 'request_keypad' | 'transfer';
  args: Readonly<Record<string, string>>;
}

/** What a call knows of the caller's keys. */
export interface KeypadState {
  /** What the caller was asked to type, in which turn. */
  request: { what: KeypadSubject; turnIndex: number } | undefined;
  /** The entry in progress; undefined while there is none. In no log, no row and no prompt. */
  keys: string | undefined;
  /** A code that waits to be checked. In no log, no row and no prompt. */
  code: string | undefined;
  /** Entries in a row that cannot be what was asked for. */
  mistyped: number;
  /** Replies in a row that did not understand a birth date or a number, and the turn of the last one. */
  unclear: { times: number; turnIndex: number };
  due: DueCall | undefined;
}

/** Of a call in which no key was pressed. */
export function newKeypadState(): KeypadState {
  return {
    request: undefined,
    keys: undefined,
    code: undefined,
    mistyped: 0,
    unclear: { times: 0, turnIndex: -1 },
    due: undefined,
  };
}
