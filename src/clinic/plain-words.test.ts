import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { phrasePattern, phrasesIn, plainWords, sentencesOf } from './plain-words.ts';

describe('words are compared without what differs between writers', () => {
  test.each([
    ["I can't BREATHE!", ' i cant breathe '],
    ['I cannot breathe', ' i cant breathe '],
    ['I can not breathe', ' i cant breathe '],
    ['it will not, it is not', ' it wont it isnt '],
    ['  María   está\tbien ', ' maria esta bien '],
    ['سانس ۱۲۳', ' سانس 123 '],
    ['ميں', ' مین '],
    ['a\u200bb c\u200cd', ' ab c d '],
    ['', '  '],
    ['😀', '  '],
    ['x'.repeat(100), ` ${'x'.repeat(40)} `],
  ])('%j', (text, words) => expect(plainWords(text)).toBe(words));

  test('Spanish accents can be kept: they are the past', () => {
    expect(plainWords('Reservé, ¿reserve?', 'kept')).toBe(' reservé reserve ');
    expect(plainWords('Reserve\u0301', 'kept')).toBe(' reservé ');
  });
});

test.each([
  ['One. Two? Three!', ['One.', 'Two?', 'Three!']],
  ['With Dr. Invented A. Goodbye.', ['With Dr. Invented A.', 'Goodbye.']],
  ['At 3 p.m. on Monday. At 3 p.m. Is that right?', ['At 3 p.m. on Monday.', 'At 3 p.m.', 'Is that right?']],
  ['Half past 10.30 is 11', ['Half past 10.30 is 11']],
  ['ایک۔دو؟تین', ['ایک۔', 'دو؟', 'تین']],
  ['no punctuation\nbut lines', ['no punctuation', 'but lines']],
  ['', []],
  [' . ', ['.']],
])('the sentences of %j', (text, sentences) => expect(sentencesOf(text)).toEqual(sentences));

test('no word is lost between sentences', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(sentencesOf(text).join(' ').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
    }),
  );
});

describe('a gap of a phrase', () => {
  const found = (text: string) =>
    [...phrasesIn(plainWords(text), phrasePattern(['blood ~2 stop']))].map(({ said }) => said);
  test('is up to so many words', () => {
    expect(found('blood stop')).toEqual(['blood stop']);
    expect(found('the blood a b stop now')).toEqual(['blood a b stop']);
    expect(found('blood a b c stop')).toEqual([]);
  });
  test('does not reach over a "no"', () => expect(found('blood no stop')).toEqual([]));
  test('lets phrases overlap', () =>
    expect(found('blood blood stop')).toEqual(['blood blood stop', 'blood stop']));
});
