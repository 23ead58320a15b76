import { describe, expect, test } from 'vitest';
import { makeCall } from '../test/support/call-state.ts';
import { CONNECTING_TEXT } from '../src/clinic/sentences.ts';
import { answerByCode } from './alarms.ts';
import type { CallState } from './call-state.ts';

type Clinic = Partial<CallState['clinic']>;

function call(clinic: Clinic = {}) {
  const made = makeCall();
  Object.assign(made.state.clinic, { staff_number: '+922135550199', ...clinic });
  return made.state;
}

/** Says something; what code answers is done. */
function say(state: CallState, text: string): string | undefined {
  const answer = answerByCode(state, text);
  answer?.apply();
  return answer?.text;
}

describe('an emergency', () => {
  test('is answered with the clinic’s own instructions, and a person', () => {
    const state = call({ emergency_line: 'Call 1122 at once.' });
    expect(say(state, 'My face is swollen and I can hardly breathe')).toBe(
      'This sounds like an emergency. Call 1122 at once. Otherwise stay on the line: I am connecting you with our front desk.',
    );
    expect(state.transferWish).toMatchObject({ reason: 'emergency' });
  });

  test('is heard in the languages the clinic offers, and answered in them', () => {
    const state = call({ languages: ['en', 'es', 'ur'], emergency_line: 'Call 1122 at once.' });
    expect(say(state, 'No puedo respirar')).toMatch(/^Esto parece una emergencia\..*recepción\.$/);
    expect(say(state, 'mujhe saans nahi aa rahi')).toMatch(/^یہ ایمرجنسی/);
  });

  test('is left for the front desk where nobody can be rung', async () => {
    const { state, asked } = makeCall([], {}, { leave_message: () => 'task-invented' });
    Object.assign(state.clinic, { staff_number: null });
    expect(say(state, 'I am bleeding heavily and it does not stop')).not.toMatch(/connecting/);
    expect(state.transferWish).toBeUndefined();
    await expect.poll(() => asked('leave_message')).toMatchObject([{ p_kind: 'callback', p_priority: 10 }]);
  });
});

describe('whoever asks for a person', () => {
  test('is connected', () => {
    const state = call();
    expect(say(state, 'Can I speak to a real person please')).toBe(CONNECTING_TEXT);
    expect(state.transferWish).toMatchObject({ reason: 'asked_for', after: CONNECTING_TEXT });
  });

  test('is offered a message where nobody can be rung, or could not be twice', () => {
    expect(say(call({ staff_number: null }), 'I want to talk to a human')).toMatch(/take a message/);
    const state = call();
    state.failedTransfers = 2;
    expect(say(state, 'I want to talk to a human')).toMatch(/take a message/);
    expect(state.transferWish).toBeUndefined();
  });
});

test.each([
  ['es', 'Le comunico con nuestra recepción.'],
  ['ur', 'میں آپ کو ہماری ریسیپشن سے ملا رہی ہوں۔'],
])('in a call in another language it is answered in that: %s', (language, sentence) => {
  const state = call({ languages: ['en', 'es', 'ur'] });
  state.language = language;
  expect(say(state, 'Can I speak to a real person please')).toBe(sentence);
  expect(state.transferWish).toMatchObject({ after: sentence });
  expect(say(state, 'you are a stupid idiot')).not.toMatch(/[a-z]{4} [a-z]{4} polite/);
});

test('after an emergency the call goes on in the language that told of it', () => {
  const state = call({ languages: ['en', 'es'] });
  say(state, 'No puedo respirar');
  expect(state.language).toBe('es');
});

test('an insult is answered politely once, and the second one ends the call', () => {
  const state = call();
  expect(say(state, 'you are a stupid idiot')).toMatch(/stay polite/);
  expect(state.goodbye).toBe(false);
  expect(say(state, 'fuck you')).toMatch(/ending this call/);
  expect(state.goodbye).toBe(true);
});

test('an answering machine that calls is hung up on', () => {
  const state = call();
  expect(say(state, 'Please leave a message after the tone')).toMatch(/recording/);
  expect(state.goodbye).toBe(true);
});

test('an answer that is only prepared changes nothing', () => {
  const state = call();
  answerByCode(state, 'Can I speak to a real person please');
  answerByCode(state, 'fuck you');
  expect([state.transferWish, state.insults, state.goodbye]).toEqual([undefined, 0, false]);
});

test('anything else is the model’s', () => {
  for (const said of ['A check-up on Tuesday, please', 'I have a toothache, can I come in?', ''])
    expect(answerByCode(call(), said), said).toBeUndefined();
});
