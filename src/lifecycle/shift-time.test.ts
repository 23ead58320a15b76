import { describe, expect, test } from 'vitest';
import { settled } from '../../test/support/clock.ts';
import { CLOSES, MORNING, makeShift } from '../../test/support/shift.ts';
import { LIFECYCLE, SHIFT } from '../config/defaults.ts';
import { ExitCode } from '../errors.ts';
import { CLOSING_SOON, SHORT_OF_TIME, WRAP_UP } from '../providers/call-messages.ts';

const HOUR_MS = 3_600_000;
/** The shift's grace is ten minutes: no call is taken in the second half of it. */
const STOPS_TAKING = CLOSES + SHIFT.graceMs / 2;
const SUNDAY = Date.parse('2026-11-22T05:00:00Z');
const OPENS = '2026-11-23T04:00:00.000Z';

describe('outside hours', () => {
  test('there is no shift: the opening is said, and the exit is 0', async () => {
    const { shift, shifts, server, printed, states } = makeShift({ startMs: SUNDAY });
    expect(await shift.run()).toBe(ExitCode.ok);
    expect(printed).toEqual([`closed now; opens at ${OPENS}`]);
    expect(states()).toEqual(['closed']);
    expect(shifts.begun).toEqual([]);
    expect(shifts.beats).toEqual([]);
    expect(server.asked).toEqual([]);
  });

  test('a worker that is early waits for opening, and then opens', async () => {
    const { shift, server, shifts, printed, states, clock } = makeShift({
      startMs: Date.parse(OPENS) - 10 * 60_000,
      environment: { SHIFT_EARLY: 'true' },
    });
    const running = shift.run();
    server.register();
    await clock.advance(10 * 60_000 - 1_000);
    expect(printed).toEqual([`standing by: waiting for opening at ${OPENS}`]);
    expect(states()).toEqual(['standby']);
    expect(shifts.begun).toEqual([]);
    await clock.advance(2_000);
    expect(states()).toEqual(['standby', 'open']);
    expect(shifts.begun).toMatchObject([{ startsAt: Date.parse(OPENS) }]);
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
  });

  test('a worker that is to wait for some minutes waits for an opening that is as near, and leaves before any other', async () => {
    const environment = { SHIFT_EARLY: '6m' };
    const early = makeShift({ startMs: Date.parse(OPENS) - 6 * 60_000 - 1_000, environment });
    expect(await early.shift.run()).toBe(ExitCode.ok);
    expect(early.printed).toEqual([`closed now; opens at ${OPENS}`]);
    const { shift, server, states, clock } = makeShift({
      startMs: Date.parse(OPENS) - 6 * 60_000,
      environment,
    });
    const running = shift.run();
    server.register();
    await clock.advance(6 * 60_000 + 1_000);
    expect(states()).toEqual(['standby', 'open']);
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
  });

  test('a worker that waits for opening ends at once when told to', async () => {
    const { shift, clock, states } = makeShift({ startMs: SUNDAY, environment: { SHIFT_EARLY: 'true' } });
    const running = shift.run();
    await clock.advance(60_000);
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
    expect(states()).toEqual(['standby', 'draining', 'closed']);
    expect(clock.waiting).toBe(0);
  });

  test('what is wrong with a service is not found out at opening time', async () => {
    const { shift, clock } = makeShift({
      startMs: SUNDAY,
      environment: { SHIFT_EARLY: 'true' },
      deps: { createServer: () => Promise.reject(new TypeError('no such module')) },
    });
    await expect(shift.run()).rejects.toThrow(TypeError);
    expect(shift.lifecycle.state).toBe('failed');
    expect(clock.ageMs()).toBe(0);
    await settled();
    expect(clock.waiting).toBe(0);
  });

  test('a shift made by hand is worked all the same, for as long as was said', async () => {
    const { shift, shifts, clock, states, open } = makeShift({
      startMs: SUNDAY,
      environment: { SHIFT_FOR: '40m' },
    });
    const { running } = await open();
    expect(shift.plan).toMatchObject({ source: 'by_hand', closesAt: SUNDAY + 40 * 60_000 });
    await clock.advance(40 * 60_000);
    expect(states()).toEqual(['open']);
    expect(await clock.until(running, SHIFT.graceMs, 1_000)).toBe(ExitCode.ok);
    expect(shifts.finished).toEqual(['closed (7): closing_time']);
  });
});

describe('closing time', () => {
  test('is told to the callers once, two minutes ahead', async () => {
    const { told, clock, shift, open } = makeShift({ startMs: CLOSES - 10 * 60_000 });
    const { running } = await open();
    await clock.advance(8 * 60_000 - 1);
    expect(told).toEqual([]);
    await clock.advance(2 * 60_000);
    expect(told).toEqual([{ case: CLOSING_SOON, inMs: 120_000 }]);
    shift.stop('SIGTERM');
    await running;
  });

  test('ends the shift only when it is past, and calls are given the grace', async () => {
    const { server, told, clock, shifts, states, open } = makeShift({ startMs: CLOSES - 60_000 });
    const { running } = await open();
    server.activeCalls = 1;
    await clock.advance(STOPS_TAKING - clock.nowMs() - 1);
    expect(states()).toEqual(['open']);
    await clock.advance(1_001);
    expect(states()).toEqual(['open', 'draining']);
    server.activeCalls = 0;
    expect(await clock.until(running, 2_000)).toBe(ExitCode.ok);
    expect(told).toEqual([{ case: CLOSING_SOON, inMs: 60_000 }]);
    expect(shifts.finished).toEqual(['closed (7): closing_time']);
  });

  test('tells calls that do not end that time is short, then wraps them up, and leaves in time', async () => {
    const { server, told, clock, shift, states, open } = makeShift({ startMs: CLOSES - 1_000 });
    const { running } = await open();
    server.activeCalls = 2;
    await clock.advance(1_000 + SHIFT.graceMs - SHIFT.shortOfTimeMs - 1);
    expect(states()).toEqual(['open', 'draining']);
    expect(told.splice(0)).toEqual([{ case: CLOSING_SOON, inMs: 1_000 }]);
    await clock.advance(1_000);
    expect(told.splice(0)).toEqual([{ case: SHORT_OF_TIME, inMs: SHIFT.shortOfTimeMs }]);
    expect(await clock.until(running, SHIFT.shortOfTimeMs)).toBe(ExitCode.ok);
    expect(told).toMatchObject([{ case: WRAP_UP, reason: 'closing_time', handover: false }]);
    expect(clock.nowMs()).toBeLessThanOrEqual(shift.plan?.endsAt ?? 0);
  });

  test('a signal while calls are given their time hurries them', async () => {
    const { server, told, clock, shift, shifts, lines, open } = makeShift({ startMs: CLOSES - 1_000 });
    const { running } = await open();
    server.activeCalls = 2;
    await clock.advance(STOPS_TAKING - clock.nowMs() + 30_000);
    expect(told.splice(0)).toHaveLength(1);
    const before = clock.ageMs();
    shift.stop('SIGTERM');
    expect(await clock.until(running, 10_000)).toBe(ExitCode.ok);
    expect(told).toMatchObject([{ case: WRAP_UP, reason: 'worker_stopped' }]);
    expect(clock.ageMs() - before).toBeLessThanOrEqual(LIFECYCLE.stopNoticeMs);
    expect(lines.find(({ to }) => to === 'draining')?.reason).toBe('closing_time');
    expect(shifts.finished).toEqual(['closed (7): closing_time']);
    expect(server.asked.filter((what) => what === 'drain')).toHaveLength(1);
  });

  test('past, in the minutes of grace, is no time to begin: the line says when it opens again', async () => {
    const { shift, printed } = makeShift({ startMs: CLOSES + 1_000 });
    expect(await shift.run()).toBe(ExitCode.ok);
    expect(printed).toEqual(['closed now; opens at 2026-11-24T04:00:00.000Z']);
  });

  test('follows a clock that is set while the shift is on', async () => {
    const { clock, states, running } = await opened({});
    clock.set(STOPS_TAKING - MORNING);
    await clock.advance(SHIFT.tickMs);
    expect(states()).toContain('draining');
    expect(await clock.until(running, 2_000)).toBe(ExitCode.ok);
  });
});

describe("the platform's deadline", () => {
  const TIMEOUT_MS = 20 * 60_000;
  const TIMEOUT = { TASK_TIMEOUT_S: String(TIMEOUT_MS / 1_000) };
  const TAKES_FOR = TIMEOUT_MS - SHIFT.marginMs - SHIFT.drainMs;

  test('ends the shift ahead of it', async () => {
    const { clock, states, shifts, running } = await opened(TIMEOUT);
    await clock.advance(TAKES_FOR - 1);
    expect(states()).toEqual(['open']);
    await clock.advance(SHIFT.tickMs);
    expect(states()).toContain('draining');
    expect(await clock.until(running, 2_000)).toBe(ExitCode.ok);
    expect(shifts.finished).toEqual(['closed (7): deadline']);
  });

  test('stands when the clock is set back: the age of the process counts, to the last call', async () => {
    const { clock, server, told, states, running } = await opened(TIMEOUT);
    server.activeCalls = 1;
    clock.set(-HOUR_MS);
    await clock.advance(TAKES_FOR - 1);
    expect(states()).toEqual(['open']);
    await clock.advance(SHIFT.tickMs);
    expect(states()).toEqual(['open', 'draining']);
    expect(await clock.until(running, SHIFT.drainMs, 500)).toBe(ExitCode.ok);
    expect(told).toMatchObject([{ case: SHORT_OF_TIME }, { case: WRAP_UP, reason: 'deadline' }]);
    expect(clock.ageMs()).toBeLessThanOrEqual(TIMEOUT_MS - SHIFT.marginMs);
  });

  test('stands when the clock was set between the start and the plan', async () => {
    const { shift, server, clock, states } = makeShift({
      startMs: Date.parse(OPENS) - 2 * 60_000,
      environment: { ...TIMEOUT, SHIFT_EARLY: 'true' },
    });
    const running = shift.run();
    server.register();
    await clock.advance(60_000);
    clock.set(HOUR_MS);
    await clock.advance(2_000);
    expect(states()).toEqual(['standby', 'open']);
    await clock.advance(TAKES_FOR - clock.ageMs() - 1);
    expect(states()).toEqual(['standby', 'open']);
    await clock.advance(SHIFT.tickMs);
    expect(states()).toContain('draining');
    expect(await clock.until(running, 2_000)).toBe(ExitCode.ok);
  });

  test.each(['66', '90', '200', '900'])('holds with nothing that ends or answers: %s s', async (seconds) => {
    const { clock, server, shifts, running } = await opened({ TASK_TIMEOUT_S: seconds });
    shifts.vanish();
    server.activeCalls = 4;
    server.close = () => new Promise(() => undefined);
    expect(await clock.until(running, Number(seconds) * 1_000)).toBe(ExitCode.ok);
    expect(clock.ageMs()).toBeLessThanOrEqual(Number(seconds) * 1_000);
  });
});

async function opened(environment: Record<string, string>) {
  const rig = makeShift({ environment });
  return { ...rig, ...(await rig.open()) };
}
