import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { PLAN, SHIFT } from '../config/defaults.ts';
import { isOpenhoursError } from '../errors.ts';
import type { Closure } from './clinics.ts';
import {
  type Calendar,
  NEVER_CLOSED,
  clockMinutes,
  isOpen,
  nextClockTime,
  nextOpening,
  nextShift,
  openSpans,
  shiftAt,
  shiftsBetween,
} from './hours.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

const weekly = (days: readonly number[], ...spans: [string, string][]) =>
  days.flatMap((weekday) => spans.map(([opens, closes]) => ({ weekday, opens, closes })));
const calendar = (zone: string, hours: Calendar['hours'], closures: Closure[] = []): Calendar => ({
  time_zone: zone,
  hours,
  closures,
});
const at = (time: string, zone: string) => DateTime.fromISO(time, { zone }).toMillis();
const shown = (span: { opensAt: number; closesAt: number } | undefined, zone: string) =>
  span &&
  [span.opensAt, span.closesAt]
    .map((ms) => DateTime.fromMillis(ms, { zone }).toFormat('ccc HH:mm'))
    .join(' – ');

describe('a practice in Berlin, Monday to Friday with a lunch', () => {
  const zone = 'Europe/Berlin';
  const closed = { from: '2026-12-24', to: '2026-12-26', reason: 'Christmas', opens: null, closes: null };
  const practice = calendar(zone, weekly([1, 2, 3, 4, 5], ['08:00', '12:00'], ['13:00', '17:00']), [
    closed,
    { ...closed, from: '2026-12-23', to: '2026-12-24', opens: '09:00', closes: '11:00' },
  ]);

  test.each([
    ['2026-11-23T07:59:59.999', false],
    ['2026-11-23T08:00', true],
    ['2026-11-23T12:00', false],
    ['2026-11-23T16:59:59.999', true],
    ['2026-11-23T17:00', false],
    ['2026-11-22T10:00', false],
    ['2026-12-23T08:30', false],
    ['2026-12-23T10:59', true],
    ['2026-12-24T10:00', false],
  ])('at %s, open is %s', (time, open) => expect(isOpen(practice, at(time, zone))).toBe(open));

  test.each([
    ['2026-11-23T06:00', '2026-11-23T08:00'],
    ['2026-11-23T08:00', '2026-11-23T13:00'],
    ['2026-11-23T12:00', '2026-11-23T13:00'],
    ['2026-11-27T14:00', '2026-11-30T08:00'],
    ['2026-12-23T12:00', '2026-12-28T08:00'],
  ])('the next opening after %s is %s', (time, opening) =>
    expect(nextOpening(practice, at(time, zone))).toBe(at(opening, zone)),
  );

  test('lunch belongs to the shift, the night does not', () => {
    expect(shown(shiftAt([practice], at('2026-11-23T12:30', zone)), zone)).toBe('Mon 08:00 – Mon 17:00');
    expect(shiftAt([practice], at('2026-11-23T07:00', zone))).toBeUndefined();
    expect(shiftAt([practice], at('2026-11-23T17:00', zone))).toBeUndefined();
    expect(shown(nextShift([practice], at('2026-11-23T09:00', zone)), zone)).toBe('Tue 08:00 – Tue 17:00');
  });

  test('a break longer than the bridge makes two shifts', () => {
    const long = calendar(zone, weekly([1], ['08:00', '12:00'], ['14:01', '17:00']));
    expect(shown(shiftAt([long], at('2026-11-23T09:00', zone)), zone)).toBe('Mon 08:00 – Mon 12:00');
    expect(shown(nextShift([long], at('2026-11-23T09:00', zone)), zone)).toBe('Mon 14:01 – Mon 17:00');
  });

  test('clinics of two zones that one worker serves make one shift', () => {
    const london = calendar('Europe/London', weekly([1], ['09:00', '18:00']));
    expect(shown(shiftAt([practice, london], at('2026-11-23T12:30', zone)), zone)).toBe(
      'Mon 08:00 – Mon 19:00',
    );
  });
});

describe('nights and days without end', () => {
  const zone = 'America/New_York';

  test('a night duty is one span across midnight, from Sunday to Monday as well', () => {
    const duty = calendar(zone, weekly(EVERY_DAY, ['20:00', '24:00'], ['00:00', '06:00']));
    const night = openSpans(duty, at('2026-11-22T23:59', zone), at('2026-11-23T00:01', zone));
    expect(night.map((span) => shown(span, zone))).toEqual(['Sun 20:00 – Mon 06:00']);
  });

  test('the nights when the clocks change have an hour more or less', () => {
    const duty = calendar(zone, weekly(EVERY_DAY, ['20:00', '24:00'], ['00:00', '06:00']));
    const length = (evening: string) => {
      const shift = shiftAt([duty], at(evening, zone));
      return shift && (shift.closesAt - shift.opensAt) / HOUR;
    };
    expect(['2026-10-30T22:00', '2026-10-31T22:00', '2027-03-13T22:00'].map(length)).toEqual([10, 11, 9]);
  });

  test('a clinic that never closes is open since ever, the same shift at every instant, and opens never', () => {
    const always = calendar(zone, weekly(EVERY_DAY, ['00:00', '24:00']));
    for (const time of ['2026-11-23T12:00', '2027-03-14T02:30', '2028-02-29T00:00']) {
      expect(openSpans(always, at(time, zone), at(time, zone) + 1)).toEqual([NEVER_CLOSED]);
      expect(shiftAt([always], at(time, zone))).toEqual(NEVER_CLOSED);
      expect(nextOpening(always, at(time, zone))).toBeUndefined();
      expect(nextShift([always], at(time, zone))).toBeUndefined();
    }
  });

  test('neither does one whose only break is bridged; a holiday ends its shift', () => {
    const holiday = { from: '2026-12-25', to: '2026-12-25', reason: '', opens: null, closes: null };
    const nearly = calendar(zone, weekly(EVERY_DAY, ['00:00', '22:00']), [holiday]);
    const before = shiftAt([nearly], at('2026-12-01T23:00', zone));
    expect(before).toEqual({ opensAt: NEVER_CLOSED.opensAt, closesAt: at('2026-12-24T22:00', zone) });
    expect(nextShift([nearly], at('2026-12-01T12:00', zone))).toEqual({
      opensAt: at('2026-12-26T00:00', zone),
      closesAt: NEVER_CLOSED.closesAt,
    });
  });

  test('a clinic without hours, and one closed for two years, never open', () => {
    const now = at('2026-11-23T12:00', zone);
    const years = { from: '2026-11-01', to: '2028-11-01', reason: '', opens: null, closes: null };
    for (const shut of [
      calendar(zone, []),
      calendar(zone, weekly(EVERY_DAY, ['09:00', '17:00']), [years]),
      calendar(zone, weekly(EVERY_DAY, ['00:00', '24:00']), [{ ...years, to: 'infinity' }]),
    ]) {
      expect(isOpen(shut, now)).toBe(false);
      expect(nextOpening(shut, now)).toBeUndefined();
      expect(nextShift([shut], now)).toBeUndefined();
      expect(openSpans(shut, now, now + 30 * DAY)).toEqual([]);
    }
    expect(shiftAt([], now)).toBeUndefined();
  });
});

test('a zone or a time that is none is named', () => {
  const caught = (broken: Calendar) => {
    try {
      return isOpen(broken, 0);
    } catch (error) {
      return isOpenhoursError(error, 'INPUT_INVALID') ? error.message : error;
    }
  };
  expect(caught(calendar('Mars/Base', []))).toContain('"Mars/Base" is not a time zone');
  expect(caught(calendar('UTC', weekly([4], ['9:00', '17:00'])))).toContain('"9:00" is not a time of day');
});

test('times of the day are 00:00 to 24:00', () => {
  expect(['00:00', '09:30', '24:00'].map(clockMinutes)).toEqual([0, 570, 1440]);
  expect(['24:01', '25:00', '12:60', '1:00', '', '12:00:00'].map(clockMinutes)).toEqual(
    Array(6).fill(undefined),
  );
});

test('the next time of a clock is today’s, or tomorrow’s when it is past', () => {
  const zone = 'Asia/Karachi';
  const now = at('2026-11-23T18:00', zone);
  expect(nextClockTime(zone, '18:30', now)).toBe(at('2026-11-23T18:30', zone));
  expect(nextClockTime(zone, '18:00', now)).toBe(at('2026-11-24T18:00', zone));
  expect(nextClockTime(zone, '02:00', now)).toBe(at('2026-11-24T02:00', zone));
});

describe('for any calendars, in zones of every kind, at any instant', () => {
  const zones = fc.constantFrom(
    'Asia/Karachi',
    'Asia/Kathmandu',
    'Europe/Berlin',
    'America/New_York',
    'America/St_Johns',
    'America/Santiago',
    'Australia/Lord_Howe',
    'Pacific/Chatham',
    'Pacific/Kiritimati',
    'Africa/Casablanca',
  );
  // Half of the instants are near a change of clocks in one of these zones, the rest anywhere in three years.
  const changes = [
    '2026-03-08T07:00Z',
    '2026-03-29T01:00Z',
    '2026-04-04T15:00Z',
    '2026-09-06T04:00Z',
    '2026-10-25T01:00Z',
  ].map((time) => Date.parse(time));
  const instants = fc.oneof(
    fc.integer({ min: Date.UTC(2025, 11), max: Date.UTC(2028, 11) }),
    fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -30 * HOUR, max: 30 * HOUR }))
      .map(([time, off]) => time + off),
  );
  const clock = (quarter: number) =>
    `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`;
  const times = fc
    .uniqueArray(fc.oneof(fc.nat(96), fc.constantFrom(0, 96)), { minLength: 2, maxLength: 2 })
    .map((pair) => pair.sort((a, b) => a - b).map(clock) as [string, string]);
  const hours = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 7 }), times), { maxLength: 14 })
    .map((spans) => spans.map(([weekday, [opens, closes]]) => ({ weekday, opens, closes })));
  const iso = (ms: number) => new Date(ms).toISOString().slice(0, 10);
  const closures = fc.array(fc.tuple(instants, fc.nat(5), fc.option(times)), { maxLength: 4 }).map((rows) =>
    rows.map(([from, days, open]) => ({
      from: iso(from),
      to: iso(from + days * DAY),
      reason: 'away',
      opens: open?.[0] ?? null,
      closes: open?.[1] ?? null,
    })),
  );
  const calendars = fc.tuple(zones, hours, closures).map(([zone, week, rows]) => calendar(zone, week, rows));
  const groups = fc.array(calendars, { minLength: 1, maxLength: 3 });

  test('spans are ordered, apart, of positive length, overlap the range, and hold every open instant', () => {
    fc.assert(
      fc.property(calendars, instants, fc.nat(10 * DAY), fc.nat(100), (clinic, from, length, percent) => {
        const to = from + length + 1;
        const spans = openSpans(clinic, from, to);
        for (const [index, span] of spans.entries()) {
          expect(span.closesAt).toBeGreaterThan(Math.max(span.opensAt, from));
          expect(span.opensAt).toBeLessThan(to);
          expect(span.opensAt).toBeGreaterThan(spans[index - 1]?.closesAt ?? -Infinity);
        }
        const bounds = spans.flatMap(({ opensAt, closesAt }) => [
          opensAt - 1,
          opensAt,
          closesAt - 1,
          closesAt,
        ]);
        const anywhere = from + Math.floor((length * percent) / 100);
        for (const time of [...bounds, anywhere].filter((ms) => ms >= from && ms < to)) {
          const inside = spans.some(({ opensAt, closesAt }) => opensAt <= time && time < closesAt);
          expect(isOpen(clinic, time)).toBe(inside);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('a span is the same whichever range it was found in', () => {
    fc.assert(
      fc.property(calendars, instants, (clinic, time) => {
        const wide = openSpans(clinic, time - 5 * DAY, time + 5 * DAY);
        for (const span of wide.filter(({ opensAt }) => opensAt > time - 4 * DAY)) {
          expect(openSpans(clinic, span.opensAt, span.opensAt + 1)).toEqual([span]);
        }
      }),
      { numRuns: 150 },
    );
  });

  test('the next opening is the least one after the instant', () => {
    fc.assert(
      fc.property(calendars, instants, (clinic, time) => {
        const opening = nextOpening(clinic, time);
        const spans = openSpans(clinic, time, opening === undefined ? time + PLAN.horizonMs : opening + 1);
        expect(spans.map(({ opensAt }) => opensAt).find((opensAt) => opensAt > time)).toBe(opening);
        if (opening !== undefined)
          expect([isOpen(clinic, opening), isOpen(clinic, opening - 1)]).toEqual([true, false]);
      }),
      { numRuns: 150 },
    );
  });

  test('a shift holds its instant, opens and closes with a clinic, and no gap in it is longer than the bridge', () => {
    fc.assert(
      fc.property(groups, instants, (clinics, time) => {
        const shift = shiftAt(clinics, time);
        if (shift === undefined) {
          expect(clinics.some((clinic) => isOpen(clinic, time))).toBe(false);
          return;
        }
        expect(shift.opensAt).toBeLessThanOrEqual(time);
        expect(shift.closesAt).toBeGreaterThan(time);
        if (shift.opensAt === NEVER_CLOSED.opensAt || shift.closesAt === NEVER_CLOSED.closesAt) return;
        const spans = clinics
          .flatMap((clinic) => openSpans(clinic, shift.opensAt - DAY, shift.closesAt + DAY))
          .sort((a, b) => a.opensAt - b.opensAt);
        let reached: number | undefined;
        for (const { opensAt, closesAt } of spans) {
          if (closesAt <= shift.opensAt) expect(shift.opensAt - closesAt).toBeGreaterThan(SHIFT.bridgeMs);
          else if (opensAt >= shift.closesAt)
            expect(opensAt - shift.closesAt).toBeGreaterThan(SHIFT.bridgeMs);
          else {
            expect(opensAt - (reached ?? shift.opensAt)).toBeLessThanOrEqual(
              reached === undefined ? 0 : SHIFT.bridgeMs,
            );
            reached = Math.max(reached ?? 0, closesAt);
          }
        }
        expect(spans.some(({ opensAt }) => opensAt === shift.opensAt)).toBe(true);
        expect(reached).toBe(shift.closesAt);
      }),
      { numRuns: 200 },
    );
  });

  test('shifts of several clinics hold every shift of each, and the next one is the first after the instant', () => {
    fc.assert(
      fc.property(groups, instants, (clinics, time) => {
        const end = time + 10 * DAY;
        const shifts = shiftsBetween(clinics, time, end);
        for (const one of clinics.flatMap((clinic) => shiftsBetween([clinic], time, end))) {
          expect(shifts.some((all) => all.opensAt <= one.opensAt && one.closesAt <= all.closesAt)).toBe(true);
        }
        const next = nextShift(clinics, time);
        const first = shifts.find(({ opensAt }) => opensAt > time);
        if (first !== undefined) expect(next).toEqual(first);
        else expect(next?.opensAt ?? Infinity).toBeGreaterThanOrEqual(end);
      }),
      { numRuns: 100 },
    );
  });

  test('on a closed day nobody is there, from its midnight to the next', () => {
    fc.assert(
      fc.property(calendars, instants, fc.nat(23), fc.nat(59), (clinic, time, hour, minute) => {
        const day = DateTime.fromMillis(time, { zone: clinic.time_zone });
        const date = day.toFormat('yyyy-MM-dd');
        const closed = { from: date, to: date, reason: '', opens: null, closes: null };
        const shut = { ...clinic, closures: [...clinic.closures, closed] };
        expect(isOpen(shut, time)).toBe(false);
        expect(isOpen(shut, day.startOf('day').toMillis())).toBe(false);
        expect(isOpen(shut, day.endOf('day').toMillis())).toBe(false);
        expect(isOpen(shut, day.set({ hour, minute }).toMillis())).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  test('without changes of clocks, a day is open as long as its hours say', () => {
    const steady = fc.constantFrom('Asia/Karachi', 'Asia/Kathmandu', 'Pacific/Kiritimati', 'UTC');
    const apart = fc
      .uniqueArray(fc.nat(96), { maxLength: 8 })
      .map((all) => all.sort((a, b) => a - b))
      .map((all) => all.slice(0, all.length - (all.length % 2)));
    fc.assert(
      fc.property(steady, apart, instants, (zone, quarters, time) => {
        const spans = quarters.flatMap((opens, index): [string, string][] =>
          index % 2 === 0 ? [[clock(opens), clock(quarters[index + 1] ?? 96)]] : [],
        );
        const day = DateTime.fromMillis(time, { zone }).startOf('day').toMillis();
        const clinic = calendar(zone, weekly(EVERY_DAY, ...spans));
        const open = openSpans(clinic, day, day + DAY).map(
          ({ opensAt, closesAt }) => Math.min(closesAt, day + DAY) - Math.max(opensAt, day),
        );
        const said = quarters.map((quarter, index) => (index % 2 === 0 ? -quarter : quarter));
        const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);
        expect(sum(open)).toBe(sum(said) * 15 * 60_000);
      }),
      { numRuns: 150 },
    );
  });
});
