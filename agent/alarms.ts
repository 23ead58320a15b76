import { MESSAGE_PRIORITY } from '../src/config/desk-defaults.ts';
import {
  ABUSE_GOODBYE_TEXT,
  ABUSE_TEXT,
  CONNECTING_TEXT,
  EMERGENCY_TEXTS,
  MACHINE_GOODBYE_TEXT,
  NOBODY_TO_RING_TEXT,
  NOT_CONNECTED_AGAIN_TEXT,
  inLanguage,
} from '../src/clinic/sentences.ts';
import { offeredLanguages } from '../src/clinic/languages.ts';
import { callKey, type CallState } from './call-state.ts';
import { type Alarm, hearSafety } from './safety.ts';

/** An answer that code gives instead of the model. */
export interface CodedAnswer {
  readonly text: string;
  /** Does what the answer says; once, when the caller's turn is over. */
  readonly apply: () => void;
}

/** After so many transfers in vain a message is offered instead. */
export const TRANSFERS = 2;

/**
 * What is answered by code to what the caller said, before any model: emergencies with the clinic's instructions and a person, the wish for a
 * person, insults, and answering machines. Undefined where nothing rings. Changes nothing until it is applied: an answer may be prepared for a
 * turn that goes on.
 */
export function answerByCode(state: CallState, said: string): CodedAnswer | undefined {
  const alarm = hearSafety(said, state.clinic.languages);
  if (alarm === undefined) return undefined;
  const answer = inCallLanguage(state, answers[alarm.kind](state, alarm));
  const apply = () => {
    state.log.warn({ alarm: alarm.kind, language: alarm.language }, 'answered by code');
    answer.apply();
  };
  return { text: answer.text, apply };
}

/** An emergency is answered in the language of the words that told of it, all else in that of the call. */
function inCallLanguage({ language }: CallState, answer: CodedAnswer): CodedAnswer {
  return { ...answer, text: inLanguage(answer.text, language) };
}

const answers: Record<Alarm['kind'], (state: CallState, alarm: Alarm) => CodedAnswer> = {
  emergency,
  person,
  abuse,
  machine: (state) => ({ text: MACHINE_GOODBYE_TEXT, apply: () => (state.goodbye = true) }),
};

function emergency(state: CallState, { language }: Alarm): CodedAnswer {
  const { staff_number: staff, emergency_line: line } = state.clinic;
  const { first, general, connecting } = EMERGENCY_TEXTS[language];
  // The clinic's own line is in its first language: who speaks another one hears ours.
  const own = language === state.clinic.languages[0] ? line : null;
  const rings = staff !== null && state.failedTransfers < TRANSFERS;
  return {
    text: [first, own ?? general, ...(rings ? [connecting] : [])].join(' '),
    apply: () => {
      if (offeredLanguages(state.clinic).includes(language)) state.language = language;
      if (rings) wish(state, 'emergency', connecting);
      else leaveEmergency(state);
    },
  };
}

function person(state: CallState): CodedAnswer {
  if (state.clinic.staff_number === null) return { text: NOBODY_TO_RING_TEXT, apply: () => undefined };
  if (state.failedTransfers >= TRANSFERS) return { text: NOT_CONNECTED_AGAIN_TEXT, apply: () => undefined };
  return {
    text: CONNECTING_TEXT,
    apply: () => wish(state, 'asked_for', inLanguage(CONNECTING_TEXT, state.language)),
  };
}

function abuse(state: CallState): CodedAnswer {
  const last = state.insults > 0;
  return {
    text: last ? ABUSE_GOODBYE_TEXT : ABUSE_TEXT,
    apply: () => {
      state.insults += 1;
      state.goodbye = last;
    },
  };
}

function wish(state: CallState, reason: string, after: string): void {
  state.transferWish = { reason, turnIndex: state.ledger.turnIndex + 1, after };
  state.changed();
}

/** The front desk finds an emergency first thing, where nobody can be rung. Not promised, so it may fail. */
export function leaveEmergency(state: CallState): void {
  const body = { reason: 'emergency', ...(state.callerNumber && { callback_number: state.callerNumber }) };
  state.tasks
    .leaveMessage(callKey(state), { kind: 'callback', body, priority: MESSAGE_PRIORITY.urgent })
    .catch((error: unknown) => {
      state.log.error({ error }, 'an emergency could not be left for the front desk');
    });
}
