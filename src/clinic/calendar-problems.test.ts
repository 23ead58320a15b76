import { expect, test } from 'vitest';
import { calendarProblems } from './calendar-problems.ts';
import type { Closure } from './clinics.ts';

const CLINIC = {
  slug: 'karachi-smiles',
  name: 'Karachi Smiles',
  time_zone: 'Asia/Karachi',
  hours: [
    { weekday: 2, opens: '09:00', closes: '13:00' },
    { weekday: 2, opens: '13:00', closes: '24:00' },
  ],
  closures: [] as Closure[],
};
const hours = (...spans: [number, string, string][]) => ({
  hours: spans.map(([weekday, opens, closes]) => ({ weekday, opens, closes })),
});
const closures = (...rows: [string, string, string | null, string | null][]) => ({
  closures: rows.map(([from, to, opens, closes]) => ({ from, to, reason: 'a holiday', opens, closes })),
});

test('a calendar in order has no problems: touching spans, a closure over special hours, one without end', () => {
  expect(calendarProblems(CLINIC)).toEqual([]);
  const holidays = closures(
    ['2026-12-24', '2026-12-26', '09:00', '12:00'],
    ['2026-12-24', '2026-12-24', '12:00', '14:00'],
    ['2026-12-27', '2026-12-27', '10:00', '11:00'],
    ['2026-12-25', '2026-12-25', null, null],
    ['2027-06-01', 'infinity', null, null],
  );
  expect(calendarProblems({ ...CLINIC, ...holidays })).toEqual([]);
});

test('a clinic that opens on special days only has hours', () => {
  const open = closures(['2026-12-24', '2026-12-26', '09:00', '12:00']);
  expect(calendarProblems({ ...CLINIC, hours: [], ...open })).toEqual([]);
});

test.each([
  ['no hours', { hours: [] }, 'it has no opening hours, so no shift ever opens'],
  ['an unknown zone', { time_zone: 'Asia/Krachi' }, '"Asia/Krachi" is not a time zone'],
  ['an empty zone', { time_zone: '' }, '"" is not a time zone'],
  [
    'overlapping hours',
    hours([2, '12:00', '17:00'], [2, '09:00', '13:00']),
    'Tuesday 09:00-13:00 and 12:00-17:00 overlap',
  ],
  [
    'the same hours twice',
    hours([7, '09:00', '13:00'], [7, '09:00', '13:00']),
    'Sunday 09:00-13:00 and 09:00-13:00 overlap',
  ],
  ['a malformed time', hours([1, '9 am', '17:00']), 'Monday 9 am-17:00: "9 am" is not a time of day'],
  ['a time after 24:00', hours([1, '09:00', '24:30']), 'Monday 09:00-24:30: "24:30" is not a time of day'],
  [
    'a closing before the opening',
    hours([5, '22:00', '02:00']),
    'Friday 22:00-02:00 closes no later than it opens',
  ],
  [
    'a closing at the opening',
    hours([5, '09:00', '09:00']),
    'Friday 09:00-09:00 closes no later than it opens',
  ],
  [
    'a weekday that does not exist',
    hours([0, '09:00', '13:00']),
    'the hours 09:00-13:00 are on weekday 0, which does not exist',
  ],
  [
    'a closure that ends before it begins',
    closures(['2026-12-26', '2026-12-24', null, null]),
    'the closure from 2026-12-26 ends on 2026-12-24, before it begins',
  ],
  [
    'a date that is none',
    closures(['24.12.2026', '2026-12-26', null, null]),
    '"24.12.2026" is not a date on which a closure can begin or end',
  ],
  [
    'special hours with one end',
    closures(['2026-12-24', '2026-12-24', null, '12:00']),
    'the special day 2026-12-24 has a time in "closes" and none in "opens"',
  ],
  [
    'special hours the wrong way round',
    closures(['2026-12-24', '2026-12-26', '12:00', '09:00']),
    'the special day 2026-12-24 to 2026-12-26 12:00-09:00 closes no later than it opens',
  ],
  [
    'overlapping special hours',
    closures(['2026-12-20', '2026-12-24', '09:00', '12:00'], ['2026-12-24', '2026-12-26', '11:00', '15:00']),
    'the special hours 09:00-12:00 and 11:00-15:00 of 2026-12-24 overlap',
  ],
])('%s: one problem, with its clinic, day and times, and a remedy', (_, changes, problem) => {
  const problems = calendarProblems({ ...CLINIC, ...changes });
  expect(problems.map((one) => one.problem)).toEqual([`karachi-smiles: ${problem}`]);
  expect(problems[0]?.remedy).toMatch(/^[A-Z].*(clinics|clinic_hours|clinic_closures).*\.$/);
});

test('every problem is named at once', () => {
  const broken = {
    ...CLINIC,
    time_zone: 'Mars/Base',
    ...hours([9, '09:00', '08:00'], [1, 'x', 'y']),
    ...closures(['2026-12-26', '2026-12-24', '10:00', null]),
  };
  expect(calendarProblems(broken).map(({ problem }) => problem)).toHaveLength(7);
});
