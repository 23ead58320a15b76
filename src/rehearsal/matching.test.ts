import { describe, expect, test } from 'vitest';
import { type MatchContext, anyId, anyTime, fits, idOf, matches, mismatches, thisCall } from './matching.ts';

const ID = 'f1000000-0000-4000-8000-000000000010';
const context: MatchContext = {
  callId: 'the-call',
  rowsOf: (table) => (table === 'patients' ? [{ id: ID, full_name: 'Sara Notreal' }] : []),
};

describe('a value is as expected', () => {
  test.each([
    ['the same text', 'a', 'a'],
    ['one instant written in two zones', '2026-11-24T10:00:00+05:00', '2026-11-24T05:00:00+00:00'],
    ['a pattern', /^sara/, 'Sara Notreal'],
    ['any id', anyId, ID],
    ['any time', anyTime, '2026-11-24T05:00:00.123456+00:00'],
    ['the call that was played', thisCall, 'the-call'],
    ['the id of a row that fits', idOf('patients', { full_name: /notreal$/ }), ID],
    ['an object with more in it', { a: 1 }, { a: 1, b: 2 }],
    ['a list', ['a', anyId], ['a', ID]],
    ['nothing', null, null],
  ])('%s', (_, expected, actual) => {
    expect(fits(expected, actual, context)).toBe(true);
  });

  test.each([
    ['another text', 'a', 'b'],
    ['another instant', '2026-11-24T10:00:00+05:00', '2026-11-24T10:00:00+00:00'],
    ['a text that only looks like a date', '2026-11-24', '2026-11-24T00:00:00+00:00'],
    ['an id that is none', anyId, 'f1'],
    ['a time that is none', anyTime, 'tomorrow'],
    ['the id of another row', idOf('patients', { full_name: 'Ali' }), ID],
    ['a row of another table', idOf('appointments', {}), ID],
    ['a list that is longer', ['a'], ['a', 'b']],
    ['an object without it', { a: 1 }, { b: 1 }],
    ['an object where there is nothing', { a: 1 }, null],
    ['a number as a text', 1, '1'],
    ['nothing where something is', null, undefined],
  ])('and not %s', (_, expected, actual) => {
    expect(fits(expected, actual, context)).toBe(false);
  });
});

test('the columns that differ are named, and the others are not looked at', () => {
  expect(mismatches({ a: 1, b: 2 }, { a: 1, b: 3, c: 4 }, context)).toEqual(['b']);
});

test('words are found whatever their case, also by a pattern that keeps a place', () => {
  const pattern = /booked/g;
  expect(matches(pattern, 'You are Booked.') && matches(pattern, 'BOOKED')).toBe(true);
  expect(matches('already past', 'It is ALREADY past.')).toBe(true);
  expect(matches('booked', 'I can book it')).toBe(false);
});

test('a pattern is readable where a row is printed', () => {
  expect(JSON.stringify({ id: anyId })).toBe('{"id":"<any id>"}');
});
