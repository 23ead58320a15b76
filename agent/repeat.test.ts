import { llm } from '@livekit/agents';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { asksToRepeat, lastSaid, repetition } from './repeat.ts';

const ALL = ['en', 'es', 'ur-PK'];

describe('whoever asks to hear it again', () => {
  test.each([
    'Please repeat.',
    'Please repeat that.',
    'Could you repeat that, please?',
    'Can you please say that again?',
    'Sorry, what did you say?',
    'What was that?',
    'What?',
    'Pardon?',
    'I beg your pardon?',
    "I'm sorry, I didn't catch that.",
    "Sorry, I couldn't hear you.",
    'Come again?',
    'One more time, please.',
    'Could you repeat the last part?',
    "I didn't understand what you said.",
    '¿Puede repetirlo, por favor?',
    '¿Cómo dijo?',
    '¿Me lo puede repetir?',
    'No le entendí.',
    'Otra vez, por favor.',
    'دوبارہ کہیں',
    'جی، آپ نے کیا کہا؟',
    'معاف کیجیے گا، پھر سے بتائیں',
    'سمجھ نہیں آئی',
    'Dobara kahiye please',
    'Kya kaha aap ne?',
    'फिर से बताइए',
  ])('%s', (said) => {
    expect(asksToRepeat(said, ALL)).toBe(true);
  });

  test.each([
    'Yes please.',
    'No.',
    'Say it more slowly, please.',
    'Could you repeat the times on Friday?',
    'What times do you have again?',
    'I would like a repeat appointment.',
    'What did you say the price of a cleaning was?',
    'Can I book the same again?',
    "I didn't get an appointment last week.",
    'Sorry, I want to cancel.',
    'Once more I need a cleaning on Monday.',
    'Quiero otra cita.',
    '¿Qué horas tiene?',
    'مجھے دوبارہ وقت چاہیے',
    '',
    '?!',
  ])('and not: %s', (said) => {
    expect(asksToRepeat(said, ALL)).toBe(false);
  });

  test('is understood in the languages of the clinic, and in English always', () => {
    expect(asksToRepeat('Otra vez, por favor.', ['en'])).toBe(false);
    expect(asksToRepeat('Pardon?', ['ur'])).toBe(true);
  });

  test('whatever is said, it is answered at once', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400, unit: 'binary' }), (said) => {
        expect(typeof asksToRepeat(said, ALL)).toBe('boolean');
      }),
    );
    const startedMs = performance.now();
    asksToRepeat('sorry please can you '.repeat(9), ALL);
    asksToRepeat('what '.repeat(40), ALL);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  });
});

describe('what is said again', () => {
  const talk = (interrupted = false) => {
    const context = llm.ChatContext.empty();
    context.addMessage({ role: 'assistant', content: 'Good day.' });
    context.addMessage({ role: 'user', content: 'A check-up.' });
    context.addMessage({ role: 'assistant', content: 'On Tuesday I have', interrupted });
    return context;
  };
  const WHOLE = 'On Tuesday I have 9 or 10. Which suits you?';

  test('is the last sentence, word for word', () => {
    const context = talk();
    context.addMessage({ role: 'user', content: 'Please repeat that.' });
    expect(repetition(context.items, ['en'])).toBe('On Tuesday I have');
  });

  test('is the whole of a sentence into which somebody spoke', () => {
    expect(lastSaid(talk(true).items, ['Something else.', WHOLE])).toBe(WHOLE);
  });

  test('is the model’s where the rest is not known', () => {
    expect(lastSaid(talk(true).items, ['Something else.'])).toBeUndefined();
    expect(lastSaid([])).toBeUndefined();
  });

  test('is nothing when the caller asks for something else, or did not speak last', () => {
    const context = talk();
    expect(repetition(context.items, ['en'])).toBeUndefined();
    context.addMessage({ role: 'user', content: 'Ten, please.' });
    expect(repetition(context.items, ['en'])).toBeUndefined();
  });
});
