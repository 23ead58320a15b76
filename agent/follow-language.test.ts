import { EventEmitter } from 'node:events';
import { llm, voice } from '@livekit/agents';
import { describe, expect, test } from 'vitest';
import { makeCall } from '../test/support/call-state.ts';
import { makeClinic } from '../test/support/clinic.ts';
import { followLanguage } from './follow-language.ts';
import { inCallLanguage } from './language-of-answers.ts';

const { UserInputTranscribed, ConversationItemAdded } = voice.AgentSessionEventTypes;

/** A call to a clinic with these languages; `told` has the changes that were put on record. */
function calling(languages = ['en', 'es', 'ur']) {
  const call = makeCall([], { clinic: makeClinic({ languages }) });
  const session = new EventEmitter();
  const told: string[] = [];
  followLanguage(session as never, call.state, (language) => told.push(language));
  const item = (role: string) => session.emit(ConversationItemAdded, { item: { type: 'message', role } });
  return {
    state: call.state,
    told,
    /** The caller says something, in pieces, and is answered. */
    says: (language: string | null, ...pieces: string[]) => {
      for (const transcript of pieces) {
        session.emit(UserInputTranscribed, { isFinal: true, transcript, language });
      }
      item('user');
      item('assistant');
    },
  };
}

describe('the call goes on in the language of the caller', () => {
  test('after two turns in it, and not after one', () => {
    const { says, state, told } = calling();
    says('es', 'Hola, quisiera una cita');
    expect(state.language).toBe('en');
    says('es', 'Para el lunes', 'por la mañana');
    expect(state.language).toBe('es');
    expect(told).toEqual(['es']);
  });

  test('and back again', () => {
    const { says, state, told } = calling();
    for (const language of ['es', 'es', 'en', 'en']) says(language, 'one two three four');
    expect(state.language).toBe('en');
    expect(told).toEqual(['es', 'en']);
  });

  test('Hindi is taken for Urdu, which sounds the same, where the clinic has Urdu', () => {
    const urdu = calling(['en', 'ur']);
    for (let turn = 0; turn < 2; turn += 1) urdu.says('hi', 'मुझे कल का समय चाहिए');
    expect(urdu.state.language).toBe('ur');
    const spanish = calling(['en', 'es']);
    for (let turn = 0; turn < 2; turn += 1) spanish.says('hi', 'मुझे कल का समय चाहिए');
    expect(spanish.state.language).toBe('en');
  });

  test('names, numbers and a word or two tell nothing, in either direction', () => {
    const { says, state } = calling();
    for (let turn = 0; turn < 5; turn += 1) says('es', 'Sara Notreal');
    says('es', '5 5 5 0 1 0 1');
    expect(state.language).toBe('en');
    says('es', 'Hola, quisiera una cita');
    says('en', 'Sara Notreal');
    says('es', 'Para el lunes por favor');
    expect(state.language).toBe('es');
  });

  test('a turn is in the language of most of its words', () => {
    const { says, state } = calling();
    for (let turn = 0; turn < 2; turn += 1) says('es', 'Hola buenas tardes');
    says('en', 'one two three four');
    expect(state.language).toBe('es');
  });

  test('a recogniser that does not say which it was is judged by the words', () => {
    const { says, state } = calling();
    for (let turn = 0; turn < 2; turn += 1) says(null, 'مجھے کل کا وقت چاہیے');
    expect(state.language).toBe('ur');
  });

  test('languages that the clinic does not offer change nothing', () => {
    const { says, state, told } = calling(['en', 'es']);
    for (let turn = 0; turn < 4; turn += 1) says('fr', 'Je voudrais un rendez-vous');
    expect(state.language).toBe('en');
    const single = calling(['en']);
    for (let turn = 0; turn < 4; turn += 1) single.says('es', 'Hola, quisiera una cita');
    expect(single.state.language).toBe('en');
    expect([...told, ...single.told]).toEqual([]);
  });

  test('a change by a tool is put on record as well', () => {
    const { says, state, told } = calling();
    state.language = 'ur';
    says('en', 'Urdu, please');
    expect(told).toEqual(['ur']);
  });
});

test('the model is told to answer in it, and in English nothing more', () => {
  const context = llm.ChatContext.empty();
  context.addMessage({ role: 'user', content: 'Hola.' });
  expect(inCallLanguage(context, 'en')).toBe(context);
  const last = inCallLanguage(context, 'es').items.at(-1);
  expect(last?.type === 'message' && last.textContent).toContain('Spanish');
  expect(context.items).toHaveLength(1);
});
