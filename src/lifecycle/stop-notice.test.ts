import { describe, expect, test } from 'vitest';
import { CLOSES, granted, makeShift, refused } from '../../test/support/shift.ts';
import { FLEET, LIFECYCLE, SHIFT } from '../config/defaults.ts';
import { ExitCode } from '../errors.ts';
import { SHORT_OF_TIME, WRAP_UP } from '../providers/call-messages.ts';

const NOTICE_MS = 950_000;
const LONG = { STOP_NOTICE_S: String(NOTICE_MS / 1_000) };

async function opened(environment: Record<string, string>, startMs?: number) {
  const rig = makeShift({ environment, ...(startMs === undefined ? {} : { startMs }) });
  return { ...rig, ...(await rig.open()) };
}

describe('a platform that waits for minutes', () => {
  test('has its calls go on to their end, while the next worker may have the seats', async () => {
    const { shift, shifts, server, told, clock, states, running } = await opened(LONG);
    server.activeCalls = 2;
    shift.stop('SIGTERM');
    await clock.advance(600_000);
    expect(states()).toEqual(['open', 'draining']);
    expect(shifts.offered).toEqual([7]);
    expect(told).toEqual([]);
    server.activeCalls = 0;
    expect(await clock.until(running, 2_000)).toBe(ExitCode.ok);
    expect(shifts.finished).toEqual(['closed (7): SIGTERM']);
  });

  test.each([60, 61, 100, 950, 3_600])(
    'has gone within %d s when no call ends, having told and handed over',
    async (s) => {
      const { shift, server, told, clock, running } = await opened({ STOP_NOTICE_S: String(s) });
      server.activeCalls = 2;
      server.close = () => new Promise(() => undefined);
      const before = clock.ageMs();
      shift.stop('SIGTERM');
      expect(await clock.until(running, s * 1_000, 500)).toBe(ExitCode.ok);
      expect(clock.ageMs() - before).toBeLessThanOrEqual(s * 1_000);
      expect(told.map((message) => message.case)).toEqual([SHORT_OF_TIME, WRAP_UP]);
      expect(told.at(-1)).toMatchObject({ reason: 'worker_stopped' });
    },
  );

  test('is left at once by a worker without calls', async () => {
    const { shift, clock, running } = await opened(LONG);
    shift.stop('SIGTERM');
    expect(await clock.until(running, 1_000)).toBe(ExitCode.ok);
  });

  test('does not cut short the minutes after closing, nor lengthen them', async () => {
    const { shift, shifts, server, told, clock, running } = await opened(LONG, CLOSES - 1_000);
    server.activeCalls = 1;
    await clock.advance(1_000 + SHIFT.graceMs / 2 + SHIFT.tickMs);
    told.length = 0;
    shift.stop('SIGTERM');
    await clock.advance(60_000);
    expect(told).toEqual([]);
    expect(await clock.until(running, SHIFT.graceMs / 2, 500)).toBe(ExitCode.ok);
    expect(clock.nowMs()).toBeLessThanOrEqual(CLOSES + SHIFT.graceMs);
    expect(shifts.offered).toEqual([]);
  });

  test('hurries minutes after closing that are more than it gives', async () => {
    const { shift, server, clock, running } = await opened({ STOP_NOTICE_S: '60' }, CLOSES - 1_000);
    server.activeCalls = 1;
    await clock.advance(1_000 + SHIFT.graceMs / 2 + SHIFT.tickMs);
    const before = clock.ageMs();
    shift.stop('SIGTERM');
    expect(await clock.until(running, 60_000)).toBe(ExitCode.ok);
    expect(clock.ageMs() - before).toBeLessThanOrEqual(LIFECYCLE.stopNoticeMs);
  });

  test.each(['fleet_stop', 'lease_lost'] as const)(
    'is not asked when the reason is another: %s',
    async (reason) => {
      const { shift, server, told, clock, running } = await opened(LONG);
      server.activeCalls = 1;
      shift.stop(reason);
      expect(await clock.until(running, LIFECYCLE.stopNoticeMs)).toBe(ExitCode.ok);
      expect(told).toMatchObject([{ case: WRAP_UP }]);
    },
  );
});

test.each([{}, { STOP_NOTICE_S: '10' }, { STOP_NOTICE_S: '59' }])(
  'a platform that waits for seconds has calls handed over at once: %o',
  async (environment) => {
    const { shift, shifts, server, told, clock, running } = await opened(environment);
    server.activeCalls = 2;
    shift.stop('SIGTERM');
    expect(await clock.until(running, LIFECYCLE.stopNoticeMs)).toBe(ExitCode.ok);
    expect(told).toMatchObject([{ case: WRAP_UP, reason: 'worker_stopped' }]);
    expect(shifts.offered).toEqual([]);
  },
);

describe('SEAT_WAIT', () => {
  test('has a worker stand by while another one has the seat, and take it when it is offered', async () => {
    const { shift, shifts, server, printed, states, clock } = makeShift({
      environment: { SEAT_WAIT: 'true' },
    });
    shifts.answer = async () => refused();
    const running = shift.run();
    server.register();
    await clock.advance(60_000);
    expect(states()).toEqual(['standby']);
    expect(printed).toEqual([
      expect.stringContaining('standing by: the shift is being worked: invented by worker-other'),
    ]);
    shifts.answer = async () => granted();
    await clock.advance(FLEET.askAgainMs);
    expect(states()).toEqual(['standby', 'open']);
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
  });

  test('ends with the shift: the platform starts the worker again for the next one', async () => {
    const { shift, shifts, clock } = makeShift({
      environment: { SEAT_WAIT: 'true' },
      startMs: CLOSES - 60_000,
    });
    shifts.answer = async () => refused();
    expect(await clock.until(shift.run(), 60_000 + SHIFT.graceMs, 500)).toBe(ExitCode.ok);
  });
});
