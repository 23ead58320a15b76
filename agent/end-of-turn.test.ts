import { describe, expect, test } from 'vitest';
import { wordsSay } from './end-of-turn.ts';

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

test('a transcript of any length is judged at once', () => {
  const started = performance.now();
  wordsSay(`${'um, '.repeat(20_000)}x`);
  wordsSay(' '.repeat(100_000));
  wordsSay(`um${'. '.repeat(5_000)}x`);
  expect(performance.now() - started).toBeLessThan(1_000);
});
