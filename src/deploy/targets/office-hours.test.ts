import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeClinic } from '../../../test/support/clinic.ts';
import type { HoursSpan } from '../../clinic/clinics.ts';
import { cronProblems } from '../limits.ts';
import { cronWindows } from './office-hours.ts';

const LEAD_MS = 5 * 60_000;
const TRAIL_MS = 15 * 60_000;
const WEEK_MIN = 7 * 1_440;
const windowsOf = (hours: HoursSpan[], timeZone = 'Asia/Karachi') =>
  cronWindows([makeClinic({ hours, time_zone: timeZone })], { leadMs: LEAD_MS, trailMs: TRAIL_MS });
const days = (weekdays: number[], opens: string, closes: string): HoursSpan[] =>
  weekdays.map((weekday) => ({ weekday, opens, closes }));

test('days with the same hours are one window, longer at both ends', () => {
  expect(windowsOf([...days([1, 2, 3, 4, 5], '09:00', '17:00'), ...days([6], '10:00', '14:00')])).toEqual([
    { timeZone: 'Asia/Karachi', start: '55 8 * * 1-5', end: '15 17 * * 1-5' },
    { timeZone: 'Asia/Karachi', start: '55 9 * * 6', end: '15 14 * * 6' },
  ]);
});

test('lunch is worked through, a long break is not', () => {
  expect(windowsOf([...days([1], '09:00', '12:00'), ...days([1], '14:00', '17:00')])).toMatchObject([
    { start: '55 8 * * 1', end: '15 17 * * 1' },
  ]);
  expect(windowsOf([...days([1], '09:00', '12:00'), ...days([1], '15:00', '17:00')])).toHaveLength(2);
});

test('a night is one window, also that from Sunday to Monday', () => {
  expect(windowsOf([...days([7], '22:00', '24:00'), ...days([1], '00:00', '06:00')])).toEqual([
    { timeZone: 'Asia/Karachi', start: '55 21 * * 0', end: '15 6 * * 1' },
  ]);
  expect(windowsOf(days([1], '00:00', '06:00'))).toMatchObject([{ start: '55 23 * * 0', end: '15 6 * * 1' }]);
});

test('a clinic that never closes has no window, and neither has one that hardly does', () => {
  expect(windowsOf(days([1, 2, 3, 4, 5, 6, 7], '00:00', '24:00'))).toBeUndefined();
  expect(windowsOf(days([1, 2, 3, 4, 5, 6, 7], '00:30', '23:30'))).toBeUndefined();
});

test('clinics of several zones have windows of their own; without hours there are none', () => {
  const berlin = makeClinic({ time_zone: 'Europe/Berlin', hours: days([1], '08:00', '10:00') });
  const windows = cronWindows([makeClinic(), berlin], { leadMs: 0, trailMs: 0 });
  expect(windows?.map(({ timeZone }) => timeZone)).toEqual(['Asia/Karachi', 'Europe/Berlin']);
  expect(windowsOf([])).toEqual([]);
  expect(windowsOf(days([1], '17:00', '09:00'))).toEqual([]);
});

/** Minutes of the week, Monday 0:00 as 0, at which a cron expression is due. */
function dueAt(cron: string): number[] {
  const [minute = '', hour = '', , , list = ''] = cron.split(' ');
  const weekdays = list.split(',').flatMap((part) => {
    const [from = 0, to = from] = part.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
  return weekdays.map((day) => ((day + 6) % 7) * 1_440 + Number(hour) * 60 + Number(minute));
}

/** KEDA's rule: inside when the next end comes before the next start. */
function isInside(at: number, { start, end }: { start: string; end: string }): boolean {
  const next = (due: number[]) => Math.min(...due.map((one) => (one - at + WEEK_MIN) % WEEK_MIN || WEEK_MIN));
  return next(dueAt(end)) < next(dueAt(start));
}

test('whatever the hours are, there are workers whenever the clinic is open', () => {
  const span = fc
    .tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 0, max: 95 }), fc.integer({ min: 1, max: 96 }))
    .filter(([, opens, closes]) => opens < closes)
    .map(([weekday, opens, closes]) => ({ weekday, opens: clock(opens * 15), closes: clock(closes * 15) }));
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 12 }), fc.nat(WEEK_MIN - 1), (hours, at) => {
      const windows = windowsOf(hours);
      if (windows === undefined) return;
      expect(
        windows.flatMap(({ start, end }) => [...cronProblems('', start), ...cronProblems('', end)]),
      ).toEqual([]);
      const open = hours.some(({ weekday, opens, closes }) => {
        const from = (weekday - 1) * 1_440;
        return from + minutes(opens) <= at && at < from + minutes(closes);
      });
      if (open) expect(windows.some((window) => isInside(at, window))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const minutes = (text: string) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
