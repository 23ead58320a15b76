import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { resolveBirthDate } from '../../clinic/birth-dates.ts';
import { findBirth, joinBirths, withoutBirth } from './birth.ts';
import { nameAtEnd } from './names.ts';
import { respelled, spelledWords } from './spelling.ts';
import { tokens } from './words.ts';

const NOW = DateTime.fromISO('2026-11-24T08:10', { zone: 'Europe/Berlin' });
const found = (said: string, context: 'asked' | 'near' | 'free') =>
  findBirth(tokens(said), context, 2026)?.phrase;

test.each([
  ['a check-up on the 3rd of November 2020', undefined],
  ['move it to the 3rd of November 2020', undefined],
  ['I was born on the 3rd of November 2020', '3rd of November 2020'],
  ['Sara Khan, 3rd of November 2020', '3rd of November 2020'],
])('a day on which something is to happen is no birth date: "%s"', (said, phrase) => {
  expect(found(said, 'free')).toBe(phrase);
});

test.each([
  ['fifteenth of July', 'nineteen ninety two', 'fifteenth of July nineteen ninety two'],
  ['1992', '15 July', '15 July 1992'],
  ['fifteenth of July', 'sixteenth of July', 'sixteenth of July'],
  ['fifteenth of July', '16 July 1992', '16 July 1992'],
])('"%s" and then "%s" is %s', (before, said, whole) => {
  expect(joinBirths(before, said)).toBe(whole);
});

describe('a birth date in recognised speech', () => {
  test.each([
    'the third of May nineteen ninety',
    'May 3rd, 1990.',
    '03/05/1990',
    '3.5.1990',
    'zero three zero five one nine nine zero',
    '03051990',
    'i was born on the third of may nineteen nighty',
    'nineteen ninety may three',
    '1990-05-03',
    'its the 3rd of may in the year 1990',
  ])('"%s" is passed on in words that mean 3 May 1990', (said) => {
    const phrase = found(said, 'asked') ?? '';
    expect(resolveBirthDate(phrase, NOW)?.toISODate()).toBe('1990-05-03');
  });

  test.each([
    ['a check-up on the 27th please', undefined],
    ['on tuesday the third of december at ten thirty', undefined],
    ['it is the 24th of november 2026', undefined],
    ['my number is zero three double zero five five five oh one oh one', undefined],
    ['Sara Khan, 3rd of May 1990, a check-up tomorrow', '3rd of May 1990'],
    ['my son was born on the fourth of june', 'fourth of June'],
  ])('"%s" said unasked holds %s', (said, phrase) => {
    expect(found(said, 'free')).toBe(phrase);
  });

  test('and what leads to it are cut out of the turn', () => {
    const said = 'My name is Sara Khan and my date of birth is the 3rd of May 1990, for a cleaning.';
    const words = tokens(said);
    const birth = findBirth(words, 'free', 2026);
    expect(birth && withoutBirth(said, words, birth, ' . ')).toBe(
      'My name is Sara Khan  . , for a cleaning.',
    );
  });
});

describe('a name', () => {
  test.each([
    ["it's spelled K H A N", ['khan']],
    ['K as in kilo, H, A, double N', ['khann']],
    ['K-H-A-N that is', ['khan']],
    ['I am at a loss', []],
  ])('"%s" spells %s', (said, words) => {
    expect(spelledWords(said)).toEqual(words);
  });

  test('is put right by its letters, by one word of it or by all', () => {
    expect(respelled('Sara Con', ['khan'])).toEqual(['sara', 'khan']);
    expect(respelled('Sarah Con', ['sarakhan'])).toEqual(['sara', 'khan']);
  });

  test('may stand at the end of a wish', () => {
    expect(nameAtEnd('cancel my appointment sara khan')).toBe('Sara Khan');
    expect(nameAtEnd('I would like to cancel')).toBeUndefined();
  });
});
