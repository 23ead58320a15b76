import { describe, expect, test, vi } from 'vitest';
import { makeClinic } from '../../test/support/clinic.ts';
import { makeConfig } from '../../test/support/config.ts';
import { collectLog } from '../../test/support/log.ts';
import { Deferred } from '../../test/support/deferred.ts';
import { ExitCode, OpenhoursError } from '../errors.ts';
import { Shift, type ShiftDeps, type ShiftServer } from './shift.ts';

/** A server without LiveKit: registered when told so, and on record with what was asked of it. */
class FakeServer implements ShiftServer {
  readonly asked: string[] = [];
  readonly limits: number[] = [];
  registeredAs: string | undefined;
  activeCalls = 0;
  totalCalls = 0;
  readonly #registration = new Deferred<string>();
  readonly #running = new Deferred<void>();

  run(): Promise<void> {
    this.asked.push('run');
    return this.#running.promise;
  }
  registered(): Promise<string> {
    return this.#registration.promise;
  }
  register(): void {
    this.registeredAs = 'AW_invented';
    this.#registration.resolve(this.registeredAs);
  }
  /** LiveKit is gone: after its retries the framework gives up, or ends the run. */
  lose(error?: Error): void {
    if (error === undefined) this.#running.resolve();
    else this.#running.reject(error);
  }
  async drain(limitMs: number): Promise<boolean> {
    this.asked.push('drain');
    this.limits.push(limitMs);
    return true;
  }
  async close(): Promise<void> {
    this.asked.push('close');
  }
}

/** Limits in these tests: `reached` is at once, `never` is never. */
const reached = () => Promise.resolve();
const never = () => new Promise(() => undefined);

function makeShift(overrides: Partial<ShiftDeps> = {}, wait: (ms: number) => Promise<unknown> = never) {
  const server = new FakeServer();
  const { log, lines, messages } = collectLog();
  const prepared: string[] = [];
  const shift = new Shift(
    {
      config: makeConfig(),
      log,
      preflight: async () => undefined,
      clinics: async () => [makeClinic()],
      createServer: async () => server,
      prepareAudio: async (clinics) => void prepared.push(...clinics.map(({ slug }) => slug)),
      nowMs: () => 0,
      ...overrides,
    },
    wait,
  );
  const states = () => lines.filter(({ message }) => message === 'shift state').map(({ to }) => to);
  return { shift, server, lines, messages, prepared, states };
}

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
    const { shift, server } = makeShift({ preflight: () => checks.promise });
    const running = shift.run();
    server.register();
    await new Promise((resolve) => setImmediate(resolve));
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
      prepareAudio: () => Promise.reject(new Error('disk full')),
    });
    const running = shift.run();
    server.register();
    await opened(shift);
    await vi.waitFor(() => expect(messages()).toContain('audio could not be prepared'), { interval: 1 });
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
  });

  test('without any clinic says so, and opens all the same', async () => {
    const { shift, server, messages } = makeShift({ clinics: async () => [] });
    const running = shift.run();
    server.register();
    await opened(shift);
    expect(messages()).toContain('no clinic has this agent name: every call will be refused politely');
    shift.stop('SIGTERM');
    await running;
  });
});

describe('a stop during start-up', () => {
  test('ends with 0, without having been open', async () => {
    const { shift, server, states } = makeShift();
    const running = shift.run();
    shift.stop('SIGTERM');
    server.register();
    expect(await running).toBe(ExitCode.ok);
    expect(states()).toEqual(['draining', 'closed']);
    expect(server.asked).toEqual(['run', 'close']);
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
      preflight: () => Promise.reject(new OpenhoursError('CREDENTIALS_REFUSED', 'refused')),
    });
    shift.stop('SIGTERM');
    expect(await shift.run()).toBe(ExitCode.ok);
    expect(states()).toEqual(['draining', 'closed']);
  });
});

describe('a process that would not let go is left behind, for the platform waits ten seconds and no longer', () => {
  test('when the connection cannot be closed', async () => {
    const waited: number[] = [];
    const { shift, server, states } = makeShift({}, async (ms) => void waited.push(ms));
    server.close = () => new Promise(() => undefined);
    const running = shift.run();
    server.register();
    await opened(shift);
    shift.stop('SIGTERM');
    expect(await running).toBe(ExitCode.ok);
    expect(states()).toEqual(['open', 'draining', 'closed']);
    expect(server.limits[0] ?? Infinity).toBeGreaterThan(0);
    expect((server.limits[0] ?? Infinity) + (waited[0] ?? Infinity)).toBeLessThan(10_000);
  });

  test('when start-up does not end', async () => {
    const { shift, states } = makeShift({ createServer: () => new Promise(() => undefined) }, reached);
    shift.stop('SIGTERM');
    expect(await shift.run()).toBe(ExitCode.ok);
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
      preflight: () => Promise.reject(new OpenhoursError(code, 'not today')),
    });
    server.register();
    await expect(shift.run()).rejects.toMatchObject({ code, kind: { exit } });
    expect(states()).toEqual(['failed']);
    expect(shift.ready).toBe(false);
  });

  test('a clinic list that cannot be read is passed on', async () => {
    const { shift, server } = makeShift({
      clinics: () => Promise.reject(new OpenhoursError('DATABASE_FAILED', 'no')),
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

  test('a bug is passed on as it is', async () => {
    const { shift } = makeShift({ createServer: () => Promise.reject(new TypeError('x is not a function')) });
    await expect(shift.run()).rejects.toThrow(TypeError);
    expect(shift.lifecycle.state).toBe('failed');
  });
});

test('LiveKit that is lost for good during the shift is 69 too', async () => {
  const { shift, server, states } = makeShift();
  const running = shift.run();
  server.register();
  await opened(shift);
  server.lose(new Error('gone'));
  await expect(running).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE' });
  expect(states()).toEqual(['open', 'failed']);
});

test('every shift has an id of its own', () => {
  expect(makeShift().shift.id).toMatch(/^worker-[0-9a-f]{8}$/);
  expect(makeShift().shift.id).not.toBe(makeShift().shift.id);
});
