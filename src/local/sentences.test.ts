import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SentenceBuffer, splitSentences, toAscii } from './sentences.ts';

test('text is split where a breath is taken, and a title does not end a sentence', () => {
  expect(splitSentences('Good morning. You see Dr. Khan at 10:30! Is that right?')).toEqual([
    'Good morning.',
    'You see Dr. Khan at 10:30!',
    'Is that right?',
  ]);
  expect(splitSentences(' ... ')).toEqual([]);
});

test('a sentence that arrives in pieces is complete when the next one begins, or at the flush', () => {
  const buffer = new SentenceBuffer();
  expect(['Hel', 'lo the', 're.', ' How', ' are'].map((piece) => buffer.push(piece))).toEqual([
    [],
    [],
    [],
    ['Hello there.'],
    [],
  ]);
  expect(buffer.push(' you? ')).toEqual(['How are you?']);
  expect(buffer.push('Bye')).toEqual([]);
  expect(buffer.flush()).toEqual(['Bye']);
  expect(buffer.flush()).toEqual([]);
});

test('no word of a text is lost, and no part is too long', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}[.,!?]?$/);
  fc.assert(
    fc.property(fc.array(word, { maxLength: 120 }), (words) => {
      const parts = splitSentences(words.join(' '));
      expect(parts.join(' ').split(' ').filter(Boolean)).toEqual(words);
      expect(parts.every((part) => part.length <= 240)).toBe(true);
    }),
  );
});

test('what a language model writes beyond ASCII is made plain', () => {
  expect(toAscii('“Señor” — it’s 20 €…\n👍 done')).toBe('"Senor" , it\'s 20 euros ... done');
});
