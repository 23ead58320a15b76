import { describe, expect, test } from 'vitest';
import { cronField, firesBetween, parseCron } from './cron.ts';

const DAY = 86_400_000;
const fires = (text: string, zone: string, from: string, days = 1) => {
  const fromMs = Date.parse(`${from}T00:00:00Z`);
  return firesBetween(parseCron(text), zone, fromMs, fromMs + days * DAY).map(({ atMs, sure }) =>
    sure ? new Date(atMs).toISOString().slice(5, 16) : `${new Date(atMs).toISOString().slice(5, 16)}?`,
  );
};

test.each([
  ['0 9 * * 1-5', 'Asia/Karachi', '2026-11-23', 7, 5, '11-23T04:00'],
  ['*/30 9 * * mon', 'Asia/Kathmandu', '2026-11-23', 7, 2, '11-23T03:15'],
  ['0 0 29 2 *', 'Etc/UTC', '2028-01-01', 366, 1, '02-29T00:00'],
  ['0 9 * * 7', 'Etc/UTC', '2026-11-23', 7, 1, '11-29T09:00'],
  ['0 9-17/4 25 DEC *', 'Etc/UTC', '2026-12-20', 10, 3, '12-25T09:00'],
  // Both kinds of days limited: either will do.
  ['0 9 1 * 1', 'Etc/UTC', '2026-11-30', 7, 2, '11-30T09:00'],
])('%s in %s fires when its clocks show it', (text, zone, from, days, count, first) => {
  const found = fires(text, zone, from, days);
  expect(found).toHaveLength(count);
  expect(found[0]).toBe(first);
});

test('what clocks leave out does not fire, what they show twice is not sure', () => {
  expect(fires('30 2 * * *', 'Europe/Berlin', '2027-03-27', 3)).toEqual(['03-27T01:30', '03-29T00:30']);
  expect(fires('30 2 * * *', 'Europe/Berlin', '2027-10-30', 3)).toEqual([
    '10-30T00:30',
    '10-31T00:30?',
    '10-31T01:30?',
    '11-01T01:30',
  ]);
});

test.each([
  ['99 9 * * 1-5', 'has "99" as the minute: write a number from 0 to 59'],
  ['0 24 * * *', 'has "24" as the hour'],
  ['0 9 0 * *', 'has "0" as the day of the month'],
  ['0 9 * 13 *', 'has "13" as the month'],
  ['0 9 * * 8', 'has "8" as the day of the week'],
  ['0 9 * * 5-1', 'has "5-1" as the day of the week'],
  ['0 9 * * fry', 'has "fry" as the day of the week'],
  ['*/0 9 * * *', 'has a step of 0'],
  ['0 9 * *', 'has 4 fields instead of five'],
  ['', 'has 1 fields instead of five'],
  ['0 9 30 2 *', 'can never fire: no such month has a day 30'],
  ['0 9 31 4,6,9,11 *', 'can never fire'],
])('"%s" is refused: it %s', (text, problem) => expect(() => parseCron(text)).toThrow(problem));

test('a zone that is none is refused with how to write it', () =>
  expect(() => fires('0 9 * * *', 'Asia/Karach', '2026-11-23')).toThrow('such as Asia/Karachi'));

describe('the shortest field', () => {
  test.each([
    [[0, 1, 2, 3, 4, 5, 6], '*'],
    [[1, 2, 3, 4, 5], '1-5'],
    [[1, 3, 5], '1,3,5'],
    [[0, 6], '0,6'],
    [[1, 2, 4, 5, 6], '1,2,4-6'],
  ])('for %s is %s', (values, field) => {
    expect(cronField(values, 7)).toBe(field);
    expect(parseCron(`0 9 * * ${field}`).weekdays).toEqual(values);
  });
});
