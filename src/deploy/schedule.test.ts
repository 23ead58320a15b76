import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Calendar, shiftsBetween } from '../clinic/hours.ts';
import { planShift, taskTimeoutFor } from '../lifecycle/deadline.ts';
import {
  type Schedule,
  type ScheduleSettings,
  planSchedule,
  schedulePlan,
  startsOf,
  worksFrom,
} from './schedule.ts';
import { coverage } from './starts.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const NOW = Date.parse('2026-11-22T10:00:00Z');
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

const weekly = (days: readonly number[], ...spans: [string, string][]) =>
  days.flatMap((weekday) => spans.map(([opens, closes]) => ({ weekday, opens, closes })));
const calendar = (
  time_zone: string,
  hours: Calendar['hours'],
  closures: Calendar['closures'] = [],
): Calendar => ({ time_zone, hours, closures });
const closed = (from: string, to = from) => ({ from, to, reason: 'invented', opens: null, closes: null });
const special = (from: string, opens: string, closes: string, to = from) => ({
  ...closed(from, to),
  opens,
  closes,
});
const settings = (changes: Partial<ScheduleSettings> = {}): ScheduleSettings => ({
  env: 'prod',
  nowMs: NOW,
  longestTaskMs: 168 * HOUR,
  ...changes,
});
const LEAD_0 = settings({ leadMs: 0 });
const shown = (calendars: Calendar[], of = LEAD_0) =>
  schedulePlan(calendars, of).map(({ name, cron, timeZone }) => [name, cron, timeZone]);

/** The sample clinic, as `examples/clinic.yaml` and the seed have it. */
const SAMPLE = calendar(
  'Asia/Karachi',
  [...weekly([1, 2, 3, 4, 5], ['09:00', '17:00']), ...weekly([6], ['10:00', '15:00'])],
  [closed('2026-12-25'), special('2026-12-31', '09:00', '13:00'), closed('2027-03-23', '2027-03-24')],
);

describe('the sample clinic', () => {
  test('has one entry for each opening, in its zone', () => {
    expect(shown([SAMPLE])).toEqual([
      ['openhours-prod-open-0900-mon-fri', '0 9 * * 1-5', 'Asia/Karachi'],
      ['openhours-prod-open-1000-sat', '0 10 * * 6', 'Asia/Karachi'],
    ]);
  });

  test('is started five minutes ahead unless it is said otherwise, under the same names', () => {
    const { entries, taskTimeoutS, shiftEarly } = planSchedule([SAMPLE], settings());
    expect(entries.map(({ name, cron, opens }) => [name, cron, opens])).toEqual([
      ['openhours-prod-open-0900-mon-fri', '55 8 * * 1-5', '0 9 * * 1-5'],
      ['openhours-prod-open-1000-sat', '55 9 * * 6', '0 10 * * 6'],
    ]);
    // 8 h, 5 min ahead of it, 10 min of grace, 15 s of margin.
    expect(taskTimeoutS).toBe(8 * 3600 + 5 * 60 + 10 * 60 + 15);
    expect(shiftEarly).toBe('6m');
  });

  test('in another environment has names of its own', () => {
    expect(shown([SAMPLE], settings({ env: 'dev' }))[0]?.[0]).toBe('openhours-dev-open-0900-mon-fri');
  });
});

describe('entries for every week', () => {
  test.each<[string, Calendar['hours'], string[]]>([
    ['days in a row are a range', weekly([1, 2, 3, 4, 5, 6, 7], ['09:00', '17:00']), ['0 9 * * *']],
    ['days apart are a list', weekly([1, 3, 5], ['09:00', '17:00']), ['0 9 * * 1,3,5']],
    ['from Sunday to Thursday', weekly([7, 1, 2, 3, 4], ['09:00', '17:00']), ['0 9 * * 0-4']],
    ['at weekends', weekly([6, 7], ['09:00', '17:00']), ['0 9 * * 0,6']],
    ['over lunch the worker stays', weekly([1], ['09:00', '12:00'], ['13:00', '17:00']), ['0 9 * * 1']],
    [
      'a long break makes two',
      weekly([1], ['09:00', '12:00'], ['15:00', '17:00']),
      ['0 9 * * 1', '0 15 * * 1'],
    ],
    ['past midnight it is one', weekly(EVERY_DAY, ['20:00', '24:00'], ['00:00', '04:00']), ['0 20 * * *']],
  ])('%s', (_, hours, crons) =>
    expect(shown([calendar('Asia/Karachi', hours)]).map(([, cron]) => cron)).toEqual(crons),
  );

  test('an opening at midnight is started on the day before, and called after its own', () => {
    const clinic = calendar('Asia/Karachi', weekly([1], ['00:00', '08:00']));
    expect(shown([clinic], settings())).toEqual([
      ['openhours-prod-open-0000-mon', '55 23 * * 0', 'Asia/Karachi'],
    ]);
  });

  test('clinics of several zones that one worker serves: whoever opens first starts it', () => {
    const london = calendar('Europe/London', weekly([1, 2, 3, 4, 5, 6, 7], ['09:00', '17:00']));
    expect(shown([SAMPLE, london]).filter(([name]) => !/-[a-z]{3}(-|$)/.test(name ?? ''))).toEqual([]);
    expect(shown([SAMPLE, london]).slice(0, 3)).toEqual([
      ['openhours-prod-open-0900-mon-fri', '0 9 * * 1-5', 'Asia/Karachi'],
      ['openhours-prod-open-1000-sat', '0 10 * * 6', 'Asia/Karachi'],
      ['openhours-prod-open-0900-sun-europe-london', '0 9 * * 0', 'Europe/London'],
    ]);
  });

  test('a clinic without hours has none', () => {
    expect(shown([calendar('Asia/Karachi', [])])).toEqual([]);
    expect(shown([])).toEqual([]);
  });
});

describe('entries for dates', () => {
  const weekdays = weekly([1, 2, 3, 4, 5], ['09:00', '17:00']);
  test('a special day on which it is closed otherwise, and one that begins at another time', () => {
    const clinic = calendar('Asia/Karachi', weekdays, [
      special('2026-11-29', '09:00', '12:00'),
      special('2026-12-24', '08:00', '12:00'),
    ]);
    expect(shown([clinic]).slice(1)).toEqual([
      ['openhours-prod-open-0900-nov', '0 9 29 11 *', 'Asia/Karachi'],
      ['openhours-prod-open-0800-dec', '0 8 24 12 *', 'Asia/Karachi'],
    ]);
  });

  test('a month of other hours is one entry; once it is past there is none', () => {
    const clinic = calendar('Asia/Karachi', weekdays, [
      special('2027-02-08', '10:00', '14:00', '2027-02-28'),
    ]);
    expect(shown([clinic]).slice(1)).toEqual([
      ['openhours-prod-open-1000-feb', '0 10 8-28 2 *', 'Asia/Karachi'],
    ]);
    expect(shown([clinic], settings({ leadMs: 0, nowMs: Date.parse('2027-03-01T00:00Z') }))).toHaveLength(1);
  });

  test('where one clinic is closed, the other one’s opening is started', () => {
    const later = calendar('Asia/Karachi', weekly([1, 2, 3, 4, 5], ['11:00', '17:00']));
    const clinic = calendar('Asia/Karachi', weekdays, [closed('2026-12-25')]);
    expect(shown([clinic, later]).slice(1)).toEqual([
      ['openhours-prod-open-1100-dec', '0 11 25 12 *', 'Asia/Karachi'],
    ]);
  });

  test('openings in an hour that clocks leave out or show twice are started by UTC', () => {
    const night = calendar('Europe/Berlin', weekly(EVERY_DAY, ['02:30', '05:00']));
    expect(shown([night])).toEqual([
      ['openhours-prod-open-0230-daily', '30 2 * * *', 'Europe/Berlin'],
      // 28 March 2027: 02:30 is left out, and 03:30 is what the clocks show then. 31 October: the second 02:30.
      ['openhours-prod-open-0130-mar-utc', '30 1 28 3 *', 'Etc/UTC'],
      ['openhours-prod-open-0130-oct-utc', '30 1 31 10 *', 'Etc/UTC'],
    ]);
  });
});

describe('relays', () => {
  const zone = 'Asia/Karachi';
  test('a clinic that never closes has one a day, at four in the morning, each as long after the last', () => {
    const always = calendar('Europe/Berlin', weekly(EVERY_DAY, ['00:00', '24:00']));
    const schedule = planSchedule([always], settings());
    expect(schedule.entries).toMatchObject([
      { name: 'openhours-prod-relay-0300-daily-utc', cron: '0 3 * * *', timeZone: 'Etc/UTC', kind: 'relay' },
    ]);
    // A day; and the start, the overlap, the drain and the margin: 60 + 30 + 300 + 15 s.
    expect(schedule.taskTimeoutS).toBe(86_400 + 405);
    expect(gaps([always], schedule)).toEqual([]);
    // With tasks of a day at most it is twice a day.
    expect(schedulePlan([always], settings({ longestTaskMs: 24 * HOUR }))[0]?.cron).toBe('0 3,15 * * *');
  });

  test('after a holiday it goes on, started by the relay before it', () => {
    const always = calendar(zone, weekly(EVERY_DAY, ['00:00', '24:00']), [
      closed('2026-12-01', '2026-12-03'),
    ]);
    const schedule = planSchedule([always], settings());
    expect(schedule.entries).toHaveLength(1);
    expect(gaps([always], schedule)).toEqual([]);
  });

  test('a shift that is longer than a task may be is worked by several, each started a minute before it is needed', () => {
    const long = calendar(zone, weekly([1, 2], ['00:00', '24:00']));
    const of = settings({ longestTaskMs: 24 * HOUR, leadMs: 0 });
    const schedule = planSchedule([long], of);
    const { entries, taskTimeoutS } = schedule;
    expect(taskTimeoutS).toBe(24 * 3600 - 15);
    expect(entries.map(({ name, cron }) => [name, cron])).toEqual([
      ['openhours-prod-open-0000-mon', '0 0 * * 1'],
      ['openhours-prod-relay-2353-mon', '53 23 * * 1'],
      ['openhours-prod-relay-2346-tue', '46 23 * * 2'],
    ]);
    expect(gaps([long], schedule)).toEqual([]);
  });
});

test('a start that comes in the middle of a shift with relays relays it; the next one is a whole task later', () => {
  const shift = { opensAt: 0, closesAt: 11 * HOUR };
  const rules = { leadMs: 0, waitMs: 60_000, taskTimeoutMs: 4 * HOUR };
  const starts = [0, 30_000, HOUR, 4 * HOUR].map((atMs) => ({ atMs, entry: atMs, sure: true }));
  const { working, idle, missing } = coverage(starts, [shift], rules, -1, 24 * HOUR);
  expect(working.map(({ atMs, does }) => [atMs, does])).toEqual([
    [0, 'opens'],
    [HOUR, 'relays'],
    [4 * HOUR, 'relays'],
  ]);
  expect(idle.map(({ atMs }) => atMs)).toEqual([30_000]);
  // 60 + 30 + 300 + 15 s before the end of the task.
  expect(missing.map(({ kind, atMs }) => [kind, atMs])).toEqual([['relay', 8 * HOUR - 405_000]]);
});

test.each([-60_000, 90_000, 61 * 60_000, Number.NaN])('a lead of %s ms is refused', (leadMs) =>
  expect(() => planSchedule([SAMPLE], settings({ leadMs }))).toThrow('whole minutes from 0 to 60'),
);

test('a longest task in which no relay fits is refused', () => {
  const always = calendar('Asia/Karachi', weekly(EVERY_DAY, ['00:00', '24:00']));
  expect(() => planSchedule([always], settings({ longestTaskMs: HOUR }))).toThrow('set it to 2h or more');
});

/** What no entry starts in the coming fortnight. */
function gaps(calendars: readonly Calendar[], { entries, rules, always }: Schedule) {
  const toMs = NOW + 14 * DAY;
  const shifts = shiftsBetween(calendars, NOW, toMs);
  const fromMs = worksFrom(shifts, NOW, rules, always);
  const starts = startsOf(entries, fromMs - rules.waitMs, toMs);
  const { missing } = coverage(starts, shifts, rules, fromMs, toMs);
  return missing.filter(({ atMs }) => atMs > NOW && atMs < toMs);
}

const clock = fc.integer({ min: 0, max: 95 }).map((quarter) => quarter * 15);
const time = (minutes: number) =>
  `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
const span = fc
  .tuple(clock, clock)
  .map(([one, other]) => [Math.min(one, other), Math.max(one, other) + 15] as const)
  .map(([opens, closes]) => ({ opens: time(opens), closes: time(closes) }));
const date = fc
  .integer({ min: -2, max: 20 })
  .map((days) => new Date(NOW + days * DAY).toISOString().slice(0, 10));
const anyCalendar = fc.record({
  // Two of them change their clocks within the fortnight that the properties look at, or do not at all.
  time_zone: fc.constantFrom('Asia/Karachi', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu'),
  hours: fc
    .uniqueArray(fc.tuple(fc.integer({ min: 1, max: 7 }), span), { maxLength: 7, selector: ([day]) => day })
    .map((days) => days.map(([weekday, of]) => ({ weekday, ...of }))),
  closures: fc.array(
    fc.oneof(
      date.map((of) => closed(of)),
      fc.tuple(date, span).map(([of, { opens, closes }]) => special(of, opens, closes)),
    ),
    { maxLength: 3 },
  ),
});

describe('whatever the calendars', () => {
  const inputs = [
    fc.array(anyCalendar, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(0, 5, 30),
    fc.constantFrom(3, 24, 168),
    // Before the clocks change in Europe, in America, and in November.
    fc.constantFrom('2026-11-22T10:00:00Z', '2027-03-20T03:07:00Z', '2027-10-25T23:59:00Z'),
  ] as const;

  test('each shift of the coming fortnight has one start that is there before it opens, relays follow in time, and all others leave', () => {
    fc.assert(
      fc.property(...inputs, (given, lead, longestH, now) => {
        const nowMs = Date.parse(now);
        const moved = given.map((one) => ({ ...one, closures: one.closures.map(shiftedBy(nowMs - NOW)) }));
        const leadMs = lead * 60_000;
        const of = settings({ nowMs, leadMs, longestTaskMs: longestH * HOUR, horizonMs: 28 * DAY });
        const schedule = planSchedule(moved, of);
        const names = schedule.entries.map(({ name }) => name);
        expect(new Set(names).size).toBe(names.length);
        const toMs = nowMs + 14 * DAY;
        const shifts = shiftsBetween(moved, nowMs, toMs + schedule.rules.waitMs);
        const fromMs = worksFrom(shifts, nowMs, schedule.rules, schedule.always);
        const starts = startsOf(schedule.entries, fromMs - schedule.rules.waitMs, toMs);
        const { working, idle, missing } = coverage(starts, shifts, schedule.rules, fromMs, toMs);
        expect(missing.filter(({ atMs }) => atMs > nowMs && atMs < toMs)).toEqual([]);
        for (const shift of shifts.filter(({ opensAt }) => opensAt - leadMs > nowMs && opensAt < toMs)) {
          const opening = working.filter((start) => start.shift === shift && start.does === 'opens');
          expect(opening).toHaveLength(1);
          const ahead = shift.opensAt - (opening[0]?.atMs ?? 0);
          expect(ahead).toBeGreaterThanOrEqual(leadMs);
          expect(ahead).toBeLessThanOrEqual(schedule.rules.waitMs);
        }
        for (const { atMs } of idle.filter((start) => start.sure && start.atMs > nowMs)) {
          const { rules } = schedule;
          const plan = planShift({
            nowMs: atMs,
            processStartedMs: atMs,
            calendars: moved,
            wish: { forMs: undefined, until: undefined, early: true, earlyWithinMs: rules.waitMs },
            taskTimeoutMs: rules.taskTimeoutMs,
          });
          // Nothing opens soon; or somebody is at work, and is not relayed now; or somebody else has come for it.
          // How a shift that was going on when the schedule was made began is past.
          const begun = shifts.some(({ opensAt, closesAt }) => opensAt - leadMs <= nowMs && closesAt > atMs);
          const held =
            begun ||
            working.some(
              (start) =>
                start.atMs <= atMs &&
                start.shift.closesAt > atMs &&
                atMs >= start.shift.opensAt - rules.waitMs,
            );
          expect(plan.open ? held : held || (plan.opensAt ?? Infinity) - atMs > rules.waitMs).toBe(true);
        }
      }),
      { numRuns: 60 },
    );
  });
});

function shiftedBy(ms: number) {
  const moved = (of: string) => new Date(Date.parse(of) + ms).toISOString().slice(0, 10);
  return (closure: Calendar['closures'][number]) => ({
    ...closure,
    from: moved(closure.from),
    to: moved(closure.to),
  });
}

test('the timeout of a task holds its longest shift', () => {
  const clinic = calendar('Asia/Karachi', weekly([1, 2], ['08:00', '17:00']));
  const shift = { opensAt: NOW, closesAt: NOW + 9 * HOUR };
  expect(planSchedule([clinic], settings()).taskTimeoutS).toBe(taskTimeoutFor(shift, 5 * 60_000));
});
