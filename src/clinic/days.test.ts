import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { ZONE } from '../../test/support/clinic.ts';
import { type DaySpan, resolveDays } from './days.ts';

/** Saturday, 21 November 2026, at the clinic. */
const SATURDAY = DateTime.fromISO('2026-11-21T10:00', { zone: ZONE });
/** Monday, 23 November 2026. */
const MONDAY = DateTime.fromISO('2026-11-23T08:30', { zone: ZONE });

const iso = (span: DaySpan | undefined) => {
  if (span === undefined) return undefined;
  const [from, to] = [span.from.toISODate(), span.to.toISODate()];
  return from === to ? from : `${from}/${to}`;
};

describe('what callers say, on Monday the 23rd of November 2026', () => {
  test.each([
    ['today', '2026-11-23'],
    ['Today!', '2026-11-23'],
    ['this afternoon', '2026-11-23'],
    ['tonight', '2026-11-23'],
    ['tomorrow', '2026-11-24'],
    ['tomorrow morning, first thing', '2026-11-24'],
    ['the day after tomorrow', '2026-11-25'],
    ['tuesday', '2026-11-24'],
    ['Tuesday at ten', '2026-11-24'],
    ['tuesday at 10', '2026-11-24'],
    ['tuesday at 10:30 am', '2026-11-24'],
    ['on Tuesday, please', '2026-11-24'],
    ['first thing on Tuesday', '2026-11-24'],
    ['as soon as possible on Tuesday', '2026-11-24'],
    ['next tuesday', '2026-12-01'],
    ['tuesday next week', '2026-12-01'],
    ['next week on Tuesday', '2026-12-01'],
    ['Tuesday or Wednesday next week', '2026-12-01'],
    ['Tuesday in two weeks', '2026-12-08'],
    ['monday', '2026-11-30'],
    ['tuesday 24 november', '2026-11-24'],
    ['Tuesday the 24th', '2026-11-24'],
    ['the 24th', '2026-11-24'],
    ['the twenty-fourth', '2026-11-24'],
    ['the 2nd', '2026-12-02'],
    ['the 23rd', '2026-11-23'],
    ['the 22nd', '2026-12-22'],
    ['3 december', '2026-12-03'],
    ['December 3rd', '2026-12-03'],
    ['the third of December', '2026-12-03'],
    ['thirty-first of december', '2026-12-31'],
    ['3 Dec.', '2026-12-03'],
    ['10:30 on the 3rd of December', '2026-12-03'],
    ['at 10 am on December 3', '2026-12-03'],
    ['3 december at 10', '2026-12-03'],
    ['the 3rd in December', '2026-12-03'],
    ['3 January', '2027-01-03'],
    ['20 November', '2027-11-20'],
    ['3 December 2027', '2027-12-03'],
    ['the first Tuesday of December', '2026-12-01'],
    ['the second Wednesday in January', '2027-01-13'],
    ['in three days', '2026-11-26'],
    ['in a couple of days', '2026-11-25'],
    ['in two weeks', '2026-12-07'],
    ['in a month', '2026-12-23'],
    ['a week from today', '2026-11-30'],
    ['two weeks from Tuesday', '2026-12-08'],
    ['this week', '2026-11-23/2026-11-29'],
    ['next week', '2026-11-30/2026-12-06'],
    ['as soon as possible', '2026-11-23/2026-12-06'],
    ['the first available', '2026-11-23/2026-12-06'],
    ['any day', '2026-11-23/2026-12-06'],
    ['2026-12-03', '2026-12-03'],
    ['2026-12-03T10:00', '2026-12-03'],
  ])('%s', (phrase, expected) => {
    expect(iso(resolveDays(phrase, MONDAY))).toBe(expected);
  });
});

test('a past day with its year is given as it was said, for the caller to be told so', () => {
  expect(iso(resolveDays('2026-11-20', MONDAY))).toBe('2026-11-20');
  expect(iso(resolveDays('3 December 2025', MONDAY))).toBe('2025-12-03');
});

test.each([
  '',
  '   ',
  'whenever the moon is full',
  '2026-02-31',
  '31 February',
  '40th',
  'in constructor days',
  '🦷',
])('what cannot be a day is not understood: "%s"', (phrase) =>
  expect(resolveDays(phrase, MONDAY)).toBeUndefined(),
);

test('on a weekend the coming calendar week is already the next one', () => {
  expect(iso(resolveDays('tuesday', SATURDAY))).toBe('2026-11-24');
  expect(iso(resolveDays('next tuesday', SATURDAY))).toBe('2026-11-24');
});

test('late in the evening the day is the clinic’s, not that of Greenwich', () => {
  const evening = DateTime.fromISO('2026-11-23T23:30', { zone: 'America/New_York' });
  expect(iso(resolveDays('tomorrow', evening))).toBe('2026-11-24');
});

describe('in every zone and at every instant, the nights of the clock change among them', () => {
  const ZONES = ['Asia/Karachi', 'Europe/Berlin', 'America/New_York', 'Pacific/Auckland'];
  const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
  const MONTH_NAMES = ['january', 'february', 'march', 'april', 'may', 'october', 'december'];
  // The hours around the changes of 2026 and 2027 in these zones, and any other minute of four years.
  const CHANGES = [
    '2026-03-08T07:00Z',
    '2026-03-29T01:00Z',
    '2026-04-04T14:00Z',
    '2026-09-26T14:00Z',
    '2026-10-25T01:00Z',
    '2026-11-01T06:00Z',
    '2027-03-14T07:00Z',
    '2027-03-28T01:00Z',
  ].map((instant) => Date.parse(instant));
  const HOUR = 3_600_000;
  const instants = fc.oneof(
    fc.integer({ min: Date.UTC(2025, 0), max: Date.UTC(2029, 0) }),
    fc
      .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -30 * HOUR, max: 30 * HOUR }))
      .map(([at, off]) => at + off),
  );
  const presents = fc
    .tuple(instants, fc.constantFrom(...ZONES))
    .map(([millis, zone]) => DateTime.fromMillis(millis, { zone }));
  const numbers = fc.integer({ min: 1, max: 31 });
  const phrases = fc.oneof(
    fc.constantFrom('today', 'tomorrow', 'this week', 'next week', 'as soon as possible', 'any day'),
    fc.constantFrom(...WEEKDAYS),
    fc.constantFrom(...WEEKDAYS).map((name) => `next ${name} at ten`),
    fc.tuple(numbers, fc.constantFrom(...MONTH_NAMES)).map(([n, month]) => `the ${n}th of ${month}`),
    numbers.map((n) => `the ${n}th`),
    fc
      .tuple(fc.integer({ min: 0, max: 60 }), fc.constantFrom('days', 'weeks', 'months'))
      .map(([n, unit]) => `in ${n} ${unit}`),
  );

  test('the result is whole days of the clinic’s zone, and never before today', () => {
    fc.assert(
      fc.property(phrases, presents, (phrase, now) => {
        const span = resolveDays(phrase, now);
        if (span === undefined) return;
        expect(span.from.zoneName).toBe(now.zoneName);
        expect(span.from.toMillis()).toBe(span.from.startOf('day').toMillis());
        expect(span.to.toMillis()).toBe(span.to.endOf('day').toMillis());
        expect(span.to >= span.from).toBe(true);
        if (phrase !== 'next week') expect(span.from >= now.startOf('day')).toBe(true);
        expect(span.to >= now).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('a weekday is that weekday, within the seven days after today', () => {
    fc.assert(
      fc.property(fc.nat(6), presents, (index, now) => {
        const span = resolveDays(`on ${WEEKDAYS[index] ?? ''}`, now);
        expect(span?.from.weekday).toBe(index + 1);
        const days = span?.from.startOf('day').diff(now.startOf('day'), 'days').days ?? 0;
        expect(days).toBeGreaterThanOrEqual(1);
        expect(days).toBeLessThanOrEqual(7);
        expect(iso(span)).not.toContain('/');
      }),
    );
  });

  test('"next" is that weekday of the coming calendar week', () => {
    fc.assert(
      fc.property(fc.nat(6), presents, (index, now) => {
        const span = resolveDays(`next ${WEEKDAYS[index] ?? ''}`, now);
        const coming = now.plus({ weeks: 1 });
        expect(span?.from.weekday).toBe(index + 1);
        expect([span?.from.weekYear, span?.from.weekNumber]).toEqual([coming.weekYear, coming.weekNumber]);
      }),
    );
  });

  test('a date is on the day that was said', () => {
    fc.assert(
      fc.property(numbers, fc.nat(11), presents, (number, month, now) => {
        const first = DateTime.utc(2028, month + 1, 1); // a leap year
        const span = resolveDays(`${first.toFormat('LLLL')} ${number}`, now);
        if (number > (first.daysInMonth ?? 0)) expect(span).toBeUndefined();
        else if (!(month === 1 && number === 29)) {
          expect([span?.from.month, span?.from.day]).toEqual([month + 1, number]);
          expect(span?.from.diff(now, 'days').days).toBeLessThanOrEqual(366);
        }
      }),
    );
  });

  test('nothing a caller says makes it throw', () => {
    const words = fc.constantFrom(
      ...'in a from next week tuesday 24th may constructor 2026-13-45 first days 99 at : -'.split(' '),
    );
    const strings = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(words, { maxLength: 12 }).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(strings, presents, (phrase, now) => {
        const span = resolveDays(phrase, now);
        expect(span === undefined || (span.from.isValid && span.to.isValid)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('the longest text is answered at once', () => {
    for (const part of ['in ', 'a day from ', '9', 'may ', 'twenty ']) resolveDays(part.repeat(500), MONDAY);
  }, 2_000);
});
