import { describe, expect, test } from 'vitest';
import { TOOL_SENTENCES } from '../src/clinic/fixed-tool-sentences.ts';
import { isHalfAnAnswer, wordsSay } from './end-of-turn.ts';

describe('a sentence that obviously goes on', () => {
  test.each([
    'I would like to come on',
    'I would like to come on.',
    'I want to',
    'My name is',
    "My name's",
    'Tuesday, and',
    'Well, um',
    'Um…',
    'it hurts because ...',
    'Can I have the',
    'I need an',
    'for next',
    'Tuesday or -',
  ])('is open: "%s"', (text) => expect(wordsSay(text)).toBe('open'));
});

describe('a sentence that the recogniser closed', () => {
  test.each([
    'Yes.',
    'Hi.',
    'I want a check-up.',
    'On Tuesday at ten in the morning.',
    'Do you have anything in the morning?',
    'Where are you at?',
    'My name is Ann.',
    'Goodbye!',
    'مجھے منگل کو آنا ہے۔',
  ])('is complete: "%s"', (text) => expect(wordsSay(text)).toBe('complete'));
});

describe('words that can be either', () => {
  test.each([
    '',
    '   ',
    'tuesday',
    'Tuesday,',
    'yes please',
    'my name is sara notreal',
    'zero three zero zero',
  ])('are left to the voice: "%s"', (text) => expect(wordsSay(text)).toBe('unclear'));
});

describe('a name alone, where the birth date was asked for with it', () => {
  const { en, es, ur } = TOOL_SENTENCES.who;
  test.each([
    [en, "It's David Brown."],
    [en, 'My name is David Brown.'],
    [en, 'David Brown, born on the'],
    ["I can't match that. Could you give me the full name and date of birth once more?", 'David Brown'],
    [es, 'Me llamo Sara Notreal.'],
    [ur, 'میرا نام سارہ ہے۔'],
  ])('is half an answer: %s %s', (asked, text) => expect(isHalfAnAnswer(asked, text)).toBe(true));

  test.each([
    [en, "It's David Brown, born on the third of May 1980."],
    [en, 'I was born on the third of May.'],
    [en, 'Nineteen eighty.'],
    [en, 'Why do you need that?'],
    [en, "I don't want to say."],
    [en, "Yes, I'm new here."],
    [en, 'Actually forget it, let me leave a message for the front desk instead please.'],
    [en, ''],
    ['What is the full name, please?', "It's David Brown."],
    ['And what is the date of birth?', "It's David Brown."],
    [es, 'Me llamo Sara Notreal, nací el tres de mayo.'],
    [ur, 'میرا نام سارہ ہے، تین مئی'],
  ])('is none: %s %s', (asked, text) => expect(isHalfAnAnswer(asked, text)).toBe(false));
});

test('a transcript of any length is judged at once', () => {
  const started = performance.now();
  wordsSay(`${'um, '.repeat(20_000)}x`);
  wordsSay(' '.repeat(100_000));
  wordsSay(`um${'. '.repeat(5_000)}x`);
  expect(performance.now() - started).toBeLessThan(2_000);
});
