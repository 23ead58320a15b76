import { describe, expect, test, vi } from 'vitest';
import { makeClinic } from '../../test/support/clinic.ts';
import { settled } from '../../test/support/clock.ts';
import { Deferred } from '../../test/support/deferred.ts';
import { SUMMARY, makeShift } from '../../test/support/shift.ts';
import { LIFECYCLE } from '../config/defaults.ts';
import { ExitCode, OpenhoursError } from '../errors.ts';
import type { Shift } from './shift.ts';

const opened = (shift: Shift) =>
  vi.waitFor(() => expect(shift.lifecycle.state).toBe('open'), { interval: 1 });

describe('a shift', () => {
  test('opens when it is registered, drains when told to stop, and ends with 0', async () => {
    const { shift, server, states, prepared } = makeShift();
    const running = shift.run();
    expect(shift.ready).toBe(false);
    server.register();
    await opened(shift);
    expect(shift.ready).toBe(true);
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
    expect(states()).toEqual(['open', 'draining', 'closed']);
    expect(server.asked).toEqual(['run', 'drain', 'close']);
    expect(shift.ready).toBe(false);
    expect(prepared).toEqual(['invented']);
  });

  test('is not open before LiveKit and every check have agreed', async () => {
    const checks = new Deferred<void>();
    const { shift, server } = makeShift({ deps: { preflight: () => checks.promise } });
    const running = shift.run();
    server.register();
    await settled();
    expect(shift.lifecycle.state).toBe('starting');
    checks.resolve();
    await opened(shift);
    shift.stop('SIGINT');
    await running;
  });

  test('ends once, with the first reason, however often it is stopped', async () => {
    const { shift, server, lines } = makeShift();
    const running = shift.run();
    server.register();
    await opened(shift);
    shift.stop('closing_time');
    shift.stop('SIGTERM');
    await running;
    expect(lines.find(({ to }) => to === 'draining')?.reason).toBe('closing_time');
    expect(server.asked.filter((what) => what === 'drain')).toHaveLength(1);
  });

  test('does not wait for prepared audio, nor fail without it', async () => {
    const { shift, server, messages } = makeShift({
      deps: { prepareAudio: () => Promise.reject(new Error('disk full')) },
    });
    const running = shift.run();
    server.register();
    await opened(shift);
    await vi.waitFor(() => expect(messages()).toContain('audio could not be prepared'), { interval: 1 });
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
  });

  test('has its moves and its summary written, and says what it has done', async () => {
    const { shift, server, shifts, lines } = makeShift();
    const running = shift.run();
    server.register();
    await opened(shift);
    shift.stop('SIGTERM');
    await running;
    expect(shifts.moves).toEqual(['open: registered with LiveKit', 'draining: SIGTERM']);
    expect(shifts.finished).toEqual(['closed (7): SIGTERM']);
    expect(shift.summary).toEqual(SUMMARY);
    expect(lines.find(({ message }) => message === 'shift summary')?.summary).toEqual(SUMMARY);
  });

  test('leaves nothing waiting, and the fleet knows that it is closed', async () => {
    const { shift, shifts, clock, duties, open } = makeShift();
    const { running } = await open();
    expect(duties).toMatchObject([{ key: { id: 'shift-invented', fencing: 7 } }]);
    shift.stop('SIGTERM');
    await running;
    await settled();
    expect(shifts.beats.at(-1)?.state).toBe('closed');
    expect(duties).toEqual([]);
    expect(clock.waiting).toBe(0);
  });
});

describe('a stop during start-up', () => {
  test('ends with 0, without having been open', async () => {
    const { shift, server, states, shifts } = makeShift();
    const running = shift.run();
    await vi.waitFor(() => expect(server.asked).toEqual(['run']), { interval: 1 });
    shift.stop('SIGTERM');
    server.register();
    expect(await running).toBe(ExitCode.ok);
    expect(states()).toEqual(['draining', 'closed']);
    expect(server.asked).toEqual(['run', 'close']);
    expect(shifts.finished).toEqual(['closed (7): SIGTERM']);
  });

  test('takes no seat and does not register, if it came before that', async () => {
    const { shift, server, states, shifts } = makeShift();
    const running = shift.run();
    shift.stop('SIGTERM');
    server.register();
    expect(await running).toBe(ExitCode.ok);
    expect(states()).toEqual(['draining', 'closed']);
    expect(shifts.begun).toEqual([]);
    expect(server.asked).toEqual([]);
  });

  test.each([
    ['the clinic is closed', { startMs: Date.parse('2026-11-22T05:00:00Z') }],
    ['the calendars are wrong', { deps: { clinics: async () => [makeClinic({ hours: [], closures: [] })] } }],
  ])('ends with 0 also when it turns out that %s', async (_, rig) => {
    const { shift, states } = makeShift(rig);
    const running = shift.run();
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
    expect(states()).toEqual(['draining', 'closed']);
  });

  test('before it began ends with 0 as well', async () => {
    const { shift, server, states } = makeShift();
    shift.stop('SIGINT');
    server.register();
    expect(await shift.run()).toBe(ExitCode.ok);
    expect(states()).toEqual(['draining', 'closed']);
  });

  test('is no error even if start-up then fails', async () => {
    const { shift, states } = makeShift({
      deps: { preflight: () => Promise.reject(new OpenhoursError('CREDENTIALS_REFUSED', 'refused')) },
    });
    shift.stop('SIGTERM');
    expect(await shift.run()).toBe(ExitCode.ok);
    expect(states()).toEqual(['draining', 'closed']);
  });
});

describe('a process that would not let go is left behind, for the platform waits ten seconds and no longer', () => {
  test('when the connection cannot be closed', async () => {
    const { shift, server, states, clock, open } = makeShift();
    server.close = () => new Promise(() => undefined);
    const { running } = await open();
    const before = clock.ageMs();
    shift.stop('SIGTERM');
    expect(await clock.until(running, 10_000)).toBe(ExitCode.ok);
    expect(states()).toEqual(['open', 'draining', 'closed']);
    expect(server.limits[0] ?? Infinity).toBeGreaterThan(0);
    expect(clock.ageMs() - before).toBeLessThanOrEqual(LIFECYCLE.stopNoticeMs);
  });

  test('when calls do not end either', async () => {
    const { shift, server, clock, open } = makeShift();
    server.close = () => new Promise(() => undefined);
    const { running } = await open();
    server.activeCalls = 4;
    const before = clock.ageMs();
    shift.stop('SIGTERM');
    expect(await clock.until(running, 10_000)).toBe(ExitCode.ok);
    expect(clock.ageMs() - before).toBeLessThanOrEqual(LIFECYCLE.stopNoticeMs);
  });

  test('when the connection breaks as it is closed', async () => {
    const { shift, server, states, messages, open } = makeShift();
    server.close = () => Promise.reject(new Error('broken pipe'));
    const { running } = await open();
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
    expect(states()).toEqual(['open', 'draining', 'closed']);
    expect(messages()).toContain('the connection could not be closed');
  });

  test('when start-up does not end', async () => {
    const { shift, states, clock } = makeShift({
      deps: { createServer: () => new Promise(() => undefined) },
    });
    shift.stop('SIGTERM');
    expect(await clock.until(shift.run(), LIFECYCLE.stopNoticeMs)).toBe(ExitCode.ok);
    expect(states()).toEqual(['draining', 'closed']);
  });
});

describe('what keeps a shift from opening', () => {
  test.each([
    ['CREDENTIALS_REFUSED', 77],
    ['SCHEMA_OUTDATED', 78],
    ['SERVICE_UNREACHABLE', 69],
  ] as const)('is passed on: %s, for the exit code %d', async (code, exit) => {
    const { shift, server, states } = makeShift({
      deps: { preflight: () => Promise.reject(new OpenhoursError(code, 'not today')) },
    });
    server.register();
    await expect(shift.run()).rejects.toMatchObject({ code, kind: { exit } });
    expect(states()).toEqual(['failed']);
    expect(shift.ready).toBe(false);
  });

  test('a clinic list that cannot be read is passed on', async () => {
    const { shift, server } = makeShift({
      deps: { clinics: () => Promise.reject(new OpenhoursError('DATABASE_FAILED', 'no')) },
    });
    server.register();
    await expect(shift.run()).rejects.toMatchObject({ code: 'DATABASE_FAILED' });
  });

  test('LiveKit that cannot be reached is 69, with the cause', async () => {
    const { shift, server } = makeShift();
    const running = shift.run();
    server.lose(new Error('ECONNREFUSED'));
    await expect(running).rejects.toMatchObject({
      code: 'SERVICE_UNREACHABLE',
      kind: { exit: 69 },
      cause: { message: 'ECONNREFUSED' },
    });
    expect(shift.lifecycle.state).toBe('failed');
  });

  test('no clinic at all is 78, naming what to check', async () => {
    const { shift } = makeShift({ deps: { clinics: async () => [] }, environment: { CLINIC: 'elsewhere' } });
    await expect(shift.run()).rejects.toMatchObject({
      code: 'CLINIC_UNKNOWN',
      kind: { exit: 78 },
      message: expect.stringMatching(/openhours.*elsewhere.*LIVEKIT_AGENT_NAME and CLINIC/) as string,
    });
  });

  test('calendars that are all wrong are listed, with what to do', async () => {
    const bad = [
      makeClinic({ slug: 'empty', hours: [], closures: [] }),
      makeClinic({ slug: 'lost', time_zone: 'Asia/Karach' }),
    ];
    const { shift, shifts } = makeShift({ deps: { clinics: async () => bad } });
    const failure = await shift.run().catch((error: unknown) => error as OpenhoursError);
    expect(failure).toMatchObject({ code: 'CALENDAR_INVALID', kind: { exit: 78 } });
    expect(String(failure)).toMatch(/empty: it has no opening hours.*clinic_hours/);
    expect(String(failure)).toMatch(/lost: "Asia\/Karach" is not a time zone.*clinics\.time_zone/);
    expect(shifts.begun).toEqual([]);
  });

  test('a calendar that is wrong beside one that is right is said, and that clinic is left out', async () => {
    const clinics = [makeClinic({ slug: 'empty', hours: [], closures: [] }), makeClinic()];
    const { shift, prepared, lines, open } = makeShift({ deps: { clinics: async () => clinics } });
    const { running } = await open();
    expect(prepared).toEqual(['invented']);
    expect(lines.filter(({ message }) => message === 'a calendar is wrong')).toMatchObject([
      { severity: 'WARNING', problem: 'empty: it has no opening hours, so no shift ever opens' },
    ]);
    shift.stop('SIGTERM');
    await running;
  });

  test('a task timeout in which no call fits is 78, with the least that is needed', async () => {
    const { shift } = makeShift({ environment: { TASK_TIMEOUT_S: '60' } });
    await expect(shift.run()).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      kind: { exit: 78 },
      message: expect.stringMatching(/^TASK_TIMEOUT_S is 60, .*at least 66 are needed/) as string,
    });
  });

  test('a bug is passed on as it is', async () => {
    const { shift } = makeShift({
      deps: { createServer: () => Promise.reject(new TypeError('x is not a function')) },
    });
    await expect(shift.run()).rejects.toThrow(TypeError);
    expect(shift.lifecycle.state).toBe('failed');
  });
});

test('LiveKit that is lost for good during the shift is 69 too', async () => {
  const { shift, server, states, shifts } = makeShift();
  const running = shift.run();
  server.register();
  await opened(shift);
  server.lose(new Error('gone'));
  await expect(running).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
  expect(states()).toEqual(['open', 'failed']);
  expect(shifts.finished).toEqual(['failed (7): SERVICE_UNREACHABLE']);
  expect(shifts.beats.at(-1)?.state).toBe('failed');
});

test('every shift has an id of its own', () => {
  expect(makeShift().shift.id).toMatch(/^worker-[0-9a-f]{8}$/);
  expect(makeShift().shift.id).not.toBe(makeShift().shift.id);
});
