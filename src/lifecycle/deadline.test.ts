import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Calendar, NEVER_CLOSED } from '../clinic/hours.ts';
import { PLAN, SHIFT } from '../config/defaults.ts';
import { isOpenhoursError } from '../errors.ts';
import { type ShiftInput, type ShiftPlan, planShift, taskTimeoutFor } from './deadline.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ZONE = 'Asia/Karachi';
const NO_WISH = { forMs: undefined, until: undefined, early: false };
/** Open from 09:00 to 17:00 in Karachi, from Monday to Saturday; 23 November 2026 is a Monday. */
const CLINIC: Calendar = {
  time_zone: ZONE,
  hours: [1, 2, 3, 4, 5, 6].map((weekday) => ({ weekday, opens: '09:00', closes: '17:00' })),
  closures: [],
};
const karachi = (time: string) => Date.parse(`2026-11-${time}+05:00`);
const OPENS = karachi('23T09:00');
const CLOSES = karachi('23T17:00');

/** A process that started at opening time, now; `changes` over that. */
const input = (changes: Partial<ShiftInput> = {}): ShiftInput => ({
  nowMs: changes.processStartedMs ?? OPENS,
  processStartedMs: OPENS,
  calendars: [CLINIC],
  wish: NO_WISH,
  taskTimeoutMs: undefined,
  ...changes,
});

function open(changes: Partial<ShiftInput> = {}): ShiftPlan {
  const plan = planShift(input(changes));
  if (!plan.open) throw new Error('closed');
  return plan;
}

function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (isOpenhoursError(error, 'CONFIG_INVALID')) return error.message;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('by the clinic’s hours', () => {
  test('a shift that the platform does not limit ends ten minutes after closing', () => {
    expect(open()).toEqual({
      open: true,
      source: 'hours',
      startsAt: OPENS,
      closesAt: CLOSES,
      closingNoticeAt: CLOSES - 2 * MINUTE,
      stopTakingAt: CLOSES + 5 * MINUTE,
      shortOfTimeAt: CLOSES + 9 * MINUTE,
      handoverAt: CLOSES + 10 * MINUTE - 20_000,
      endsAt: CLOSES + 10 * MINUTE,
      limit: 'closing_time',
      relayAt: undefined,
    });
  });

  test('a four-hour timeout ends it 15 s ahead of the platform, and another execution takes over 30 s before it stops taking calls', () => {
    const plan = open({ taskTimeoutMs: 4 * HOUR });
    const endsAt = OPENS + 4 * HOUR - 15_000;
    expect(plan).toMatchObject({ limit: 'task_timeout', endsAt, closesAt: CLOSES });
    expect([plan.stopTakingAt, plan.shortOfTimeAt, plan.handoverAt].map((at) => endsAt - at)).toEqual([
      5 * MINUTE,
      MINUTE,
      20_000,
    ]);
    expect(plan.relayAt).toBe(plan.stopTakingAt - 30_000);
  });

  test('the executions of a relay cover the day without a gap, and the last one closes it', () => {
    const ends: string[] = [];
    let processStartedMs: number | undefined = OPENS - SHIFT.relayLeadMs;
    let covered = OPENS;
    while (processStartedMs !== undefined) {
      const plan = open({ processStartedMs, nowMs: covered, taskTimeoutMs: 3 * HOUR });
      expect(plan.startsAt).toBe(OPENS);
      expect(plan.stopTakingAt).toBeGreaterThan(covered);
      ends.push(plan.limit);
      covered = plan.stopTakingAt;
      processStartedMs = plan.relayAt === undefined ? undefined : plan.relayAt - SHIFT.relayLeadMs;
    }
    expect(ends).toEqual(['task_timeout', 'task_timeout', 'closing_time']);
    expect(covered).toBe(CLOSES + 5 * MINUTE);
  });

  test('a timeout that falls into the time after closing needs no relay', () => {
    const plan = open({ taskTimeoutMs: 8 * HOUR + 6 * MINUTE });
    expect(plan).toMatchObject({ limit: 'task_timeout', relayAt: undefined });
  });

  test('two minutes are shared out: ten seconds to the platform, half of the rest to drain', () => {
    const plan = open({ taskTimeoutMs: 2 * MINUTE });
    const times = [plan.stopTakingAt, plan.shortOfTimeAt, plan.handoverAt, plan.endsAt];
    expect(times.map((at) => (at - OPENS) / 1_000)).toEqual([55, 73.334, 91.667, 110]);
  });

  test('outside hours it is closed, and says when it opens', () => {
    const nowMs = karachi('21T17:00');
    const closed = { open: false, opensAt: OPENS };
    expect(planShift(input({ nowMs, processStartedMs: nowMs }))).toEqual(closed);
    expect(planShift(input({ nowMs, processStartedMs: nowMs, wish: { ...NO_WISH, early: true } }))).toEqual(
      closed,
    );
    expect(planShift(input({ calendars: [{ ...CLINIC, hours: [] }] }))).toEqual({
      open: false,
      opensAt: undefined,
    });
    expect(planShift(input({ calendars: [] }))).toEqual({ open: false, opensAt: undefined });
  });

  test('a clinic that never closes is limited by the platform alone', () => {
    const hours = [1, 2, 3, 4, 5, 6, 7].map((weekday) => ({ weekday, opens: '00:00', closes: '24:00' }));
    const calendars = [{ ...CLINIC, hours }];
    expect(open({ calendars })).toMatchObject({
      startsAt: NEVER_CLOSED.opensAt,
      closesAt: NEVER_CLOSED.closesAt,
    });
    expect(open({ calendars, taskTimeoutMs: 24 * HOUR })).toMatchObject({
      limit: 'task_timeout',
      relayAt: OPENS + 24 * HOUR - 15_000 - 5 * MINUTE - SHIFT.relayOverlapMs,
    });
  });

  test('one who waited for opening has what is left of its timeout', () => {
    const plan = open({
      processStartedMs: OPENS - HOUR,
      nowMs: OPENS,
      taskTimeoutMs: HOUR + 2 * MINUTE + 15_000,
    });
    expect((plan.endsAt - OPENS) / MINUTE).toBe(2);
    expect(plan.endsAt - plan.stopTakingAt).toBe(MINUTE);
  });
});

describe('by hand', () => {
  const nowMs = karachi('22T20:00:05');
  const processStartedMs = karachi('22T20:00:00');
  const byHand = (wish: Partial<ShiftInput['wish']>, changes: Partial<ShiftInput> = {}) =>
    open({ nowMs, processStartedMs, wish: { ...NO_WISH, ...wish }, ...changes });

  test('two hours from the start of the process, on a Sunday night', () => {
    expect(byHand({ forMs: 2 * HOUR })).toMatchObject({
      source: 'by_hand',
      startsAt: processStartedMs,
      closesAt: karachi('22T22:00'),
      endsAt: karachi('22T22:10'),
      limit: 'closing_time',
    });
  });

  test('until a time on the first clinic’s clock: today, or tomorrow when it is past', () => {
    expect(byHand({ until: '21:30' }).closesAt).toBe(karachi('22T21:30'));
    expect(byHand({ until: '06:00' }).closesAt).toBe(karachi('23T06:00'));
    expect(byHand({ until: '20:00' }).closesAt).toBe(karachi('23T20:00'));
    const berlin = { ...CLINIC, time_zone: 'Europe/Berlin' };
    expect(byHand({ until: '18:00' }, { calendars: [berlin, CLINIC] }).closesAt).toBe(karachi('22T22:00'));
  });

  test('of a duration and a time, the earlier end counts', () => {
    expect(byHand({ forMs: HOUR, until: '20:30' }).closesAt).toBe(karachi('22T20:30'));
    expect(byHand({ forMs: HOUR, until: '22:00' }).closesAt).toBe(karachi('22T21:00'));
  });

  test('two minutes have half a minute of grace', () => {
    const plan = byHand({ forMs: 2 * MINUTE });
    const { closingNoticeAt, stopTakingAt, shortOfTimeAt, handoverAt, endsAt } = plan;
    const times = [closingNoticeAt, stopTakingAt, shortOfTimeAt, handoverAt, endsAt];
    expect(times.map((at) => (at - plan.closesAt) / 1_000)).toEqual([-30, 15, 20, 25, 30]);
  });

  test('the plan is the same when it is made again in its grace', () => {
    const first = byHand({ until: '20:30' });
    expect(byHand({ until: '20:30' }, { nowMs: first.closesAt + 1 })).toEqual(first);
  });
});

describe('what cannot be', () => {
  test('a timeout that cannot hold a shift names the variable, what it needs, and what to do', () => {
    expect(refusal(() => planShift(input({ taskTimeoutMs: 65_000 })))).toBe(
      'TASK_TIMEOUT_S is 65, which is too short for a start, a call and winding down: at least 66 are needed, and 29475 for this whole shift. ' +
        'Raise the task timeout of the job, and TASK_TIMEOUT_S with it',
    );
    const sunday = karachi('22T12:00');
    expect(
      refusal(() => planShift(input({ nowMs: sunday, processStartedMs: sunday, taskTimeoutMs: 1_000 }))),
    ).toContain('at least 66 are needed. Raise');
    expect(open({ taskTimeoutMs: 66_000 }).endsAt).toBe(OPENS + 60_500);
  });

  test('a deadline in the past, because the process waited too long or the clock was set', () => {
    const late = input({ processStartedMs: OPENS - HOUR, nowMs: OPENS + 1, taskTimeoutMs: HOUR });
    expect(refusal(() => planShift(late))).toMatch(
      /deadline .* is past.*TASK_TIMEOUT_S is 3600: raise it, or start/,
    );
    const byHand = input({ nowMs: OPENS + 3 * HOUR, wish: { ...NO_WISH, forMs: HOUR } });
    expect(refusal(() => planShift(byHand))).toMatch(/is past.*SHIFT_UNTIL or SHIFT_FOR to a later end/);
  });

  test('a process that started in the future, but for a second between two clocks', () => {
    expect(refusal(() => planShift(input({ nowMs: OPENS, processStartedMs: OPENS + 2_000 })))).toMatch(
      /clock says 2026-11-23T04:00:00.000Z, but this process started at 2026-11-23T04:00:02.000Z.*Synchronise/,
    );
    expect(open({ nowMs: OPENS, processStartedMs: OPENS + 500 }).startsAt).toBe(OPENS);
  });

  test('a shift by hand without a clinic', () => {
    const wish = (changes: Partial<ShiftInput['wish']>) =>
      refusal(() => planShift(input({ calendars: [], wish: { ...NO_WISH, ...changes } })));
    expect(wish({ until: '18:00' })).toMatch(
      /^SHIFT_UNTIL makes a shift, but there is no clinic.*check CLINIC/,
    );
    expect(wish({ forMs: HOUR })).toMatch(/^SHIFT_FOR makes a shift/);
  });

  test('a deployment’s timeout holds the shift, its start, grace and margin, up to 168 h', () => {
    const shift = { opensAt: OPENS, closesAt: CLOSES };
    expect(taskTimeoutFor(shift)).toBe(8 * 3_600 + 60 + 600 + 15);
    expect(taskTimeoutFor(shift, 0)).toBe(8 * 3_600 + 600 + 15);
    expect(taskTimeoutFor(shift, 10 * MINUTE + 1)).toBe(8 * 3_600 + 600 + 600 + 15 + 1);
    const plan = open({
      processStartedMs: OPENS - MINUTE,
      nowMs: OPENS,
      taskTimeoutMs: taskTimeoutFor(shift) * 1_000,
    });
    expect(plan.limit).toBe('closing_time');
    const week = { opensAt: OPENS, closesAt: OPENS + 168 * HOUR };
    expect(refusal(() => taskTimeoutFor(week))).toMatch(
      /needs a task timeout of 169 h, .* longest is 168 h: set a shorter/,
    );
  });
});

test('whatever is wished and however short the time, the steps are in order and ahead of the platform', () => {
  const clock = (quarter: number) =>
    `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`;
  const wishes = fc.record({
    forMs: fc.option(
      fc.oneof(fc.integer({ min: 1, max: 5 * MINUTE }), fc.integer({ min: 1, max: 168 * HOUR })),
      {
        nil: undefined,
      },
    ),
    until: fc.option(fc.nat(95).map(clock), { nil: undefined }),
    early: fc.boolean(),
  });
  const timeouts = fc.option(
    fc.oneof(
      fc.integer({ min: 66_000, max: 15 * MINUTE }),
      fc.integer({ min: 66_000, max: PLAN.longestTaskMs }),
    ),
    { nil: undefined },
  );
  let planned = 0;
  fc.assert(
    fc.property(
      fc.oneof(fc.constant(NO_WISH), wishes),
      timeouts,
      fc.integer({ min: OPENS - HOUR, max: CLOSES + HOUR }),
      fc.oneof(fc.nat(20_000), fc.nat(2 * HOUR)),
      fc.integer({ min: 1, max: 4 * 12 - 1 }),
      (wish, taskTimeoutMs, nowMs, age, length) => {
        const calendars = [
          { ...CLINIC, hours: [{ weekday: 1, opens: '09:00', closes: clock(36 + length) }] },
        ];
        const processStartedMs = nowMs - age;
        let plan;
        try {
          plan = planShift({ nowMs, processStartedMs, calendars, wish, taskTimeoutMs });
        } catch (error) {
          expect(isOpenhoursError(error, 'CONFIG_INVALID') && error.message).toContain('is past');
          return;
        }
        if (!plan.open) return;
        planned += 1;
        const { startsAt, stopTakingAt, shortOfTimeAt, handoverAt, endsAt, closesAt, closingNoticeAt } = plan;
        const steps = [startsAt, stopTakingAt, shortOfTimeAt, handoverAt, endsAt];
        expect(steps).toEqual(steps.toSorted((a, b) => a - b));
        expect(steps.every(Number.isInteger)).toBe(true);
        expect(startsAt).toBeLessThanOrEqual(closingNoticeAt);
        expect(closingNoticeAt).toBeLessThanOrEqual(closesAt);
        expect(endsAt).toBeGreaterThan(nowMs);
        expect(endsAt).toBeLessThanOrEqual(closesAt + SHIFT.graceMs);
        if (taskTimeoutMs !== undefined) {
          expect(processStartedMs + taskTimeoutMs - endsAt).toBeGreaterThanOrEqual(
            Math.min(SHIFT.marginMs, 5_500),
          );
        }
        const late = Math.max(startsAt, processStartedMs);
        expect(stopTakingAt - late).toBeGreaterThanOrEqual(endsAt - stopTakingAt - 1);
        const relayed = plan.limit === 'task_timeout' && stopTakingAt < closesAt;
        expect(plan.relayAt !== undefined).toBe(relayed);
        expect(plan.relayAt ?? stopTakingAt).toBeLessThanOrEqual(stopTakingAt);
        expect(plan.relayAt ?? stopTakingAt).toBeGreaterThanOrEqual(
          Math.max(late, stopTakingAt - SHIFT.relayOverlapMs),
        );
        if (plan.limit === 'closing_time') expect(stopTakingAt).toBeGreaterThanOrEqual(closesAt);
      },
    ),
    { numRuns: 1_000 },
  );
  expect(planned).toBeGreaterThan(300);
});
