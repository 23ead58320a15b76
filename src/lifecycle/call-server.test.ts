import type { JobRequest } from '@livekit/agents';
import fc from 'fast-check';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { WorkerId } from '../clinic/ids.ts';
import { makeConfig } from '../../test/support/config.ts';
import { collectLog } from '../../test/support/log.ts';
import { CallServer, type FrameworkServer, type ServerHooks } from './call-server.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The framework's periodic report, as far as it matters. */
class Report {
  readonly message = { case: 'updateWorker', value: { load: 0, status: 0 } };
  clone(): Report {
    return new Report();
  }
}

function makeServer(maxCalls: number) {
  const { log, messages } = collectLog();
  const event = new EventEmitter();
  const running: string[] = [];
  const framework = {
    event,
    run: async () => undefined,
    drain: async (limitMs: number): Promise<void> => void limitMs,
    close: async () => undefined,
    pool: { readyProcesses: 1, stopStarting: vi.fn() },
    get activeJobs() {
      return running.map((id) => ({ job: { id, room: { name: `room of ${id}` } } }));
    },
  };
  let hooks!: ServerHooks;
  const server = new CallServer(
    makeConfig({ MAX_CALLS: String(maxCalls) }),
    'agent.js',
    'worker-test' as WorkerId,
    log,
    (_config, _file, given) => {
      hooks = given;
      return framework as unknown as FrameworkServer;
    },
  );
  const answers: string[] = [];
  /** LiveKit offers a call. */
  const offer = async (id: string) => {
    const request = {
      id,
      job: { room: { name: `room of ${id}` } },
      accept: async () => void answers.push(`${id} accepted`),
      reject: async () => void answers.push(`${id} rejected`),
    };
    await hooks.request(request as unknown as JobRequest);
  };
  /** LiveKit assigns an accepted call, and a process takes it. */
  const assign = (id: string) => hooks.pool.assigned(id);
  const launch = (id: string) => {
    running.push(id);
    hooks.pool.launched(id);
  };
  /** The process of a call is gone. */
  const exit = (id: string) => {
    running.splice(running.indexOf(id), 1);
    hooks.pool.changed();
  };
  const parts = { server, framework, event, running, messages };
  return { ...parts, offer, answers, assign, launch, exit, load: () => hooks.load() };
}

describe('no more calls are taken than MAX_CALLS', () => {
  test('when they come together, before any has started', async () => {
    const { offer, answers, messages, server } = makeServer(2);
    await Promise.all(['one', 'two', 'three', 'four'].map(offer));
    expect(answers).toEqual(['one accepted', 'two accepted', 'three rejected', 'four rejected']);
    expect(messages()).toContain('call refused: the worker is full');
    expect([server.activeCalls, server.totalCalls]).toEqual([2, 2]);
  });

  test('when those before are running', async () => {
    const { offer, answers, running, server } = makeServer(2);
    await offer('one');
    running.push('one');
    await offer('two');
    running.push('two');
    await offer('three');
    expect(answers.at(-1)).toBe('three rejected');
    expect(server.activeCalls).toBe(2);
  });

  test('and one is taken again as soon as another has ended', async () => {
    const { offer, answers, running, server } = makeServer(1);
    await offer('one');
    running.push('one');
    expect(server.activeCalls).toBe(1);
    running.pop();
    expect(server.activeCalls).toBe(0);
    await offer('two');
    expect(answers).toEqual(['one accepted', 'two accepted']);
    expect(server.totalCalls).toBe(2);
  });

  test('and one that was accepted and never came is not counted for ever', async () => {
    const { offer, server } = makeServer(1);
    await offer('one');
    vi.advanceTimersByTime(7_500);
    expect(server.activeCalls).toBe(1);
    vi.advanceTimersByTime(1_000);
    expect(server.activeCalls).toBe(0);
  });
});

describe('a worker that is held', () => {
  test('takes no call and says that it is full, until it is let go', async () => {
    const { server, offer, answers, load } = makeServer(2);
    server.hold(60_000);
    await offer('one');
    expect([answers, load()]).toEqual([['one rejected'], 1]);
    server.hold(0);
    await offer('two');
    expect(answers.at(-1)).toBe('two accepted');
  });

  test('takes calls again when nobody lets it go', async () => {
    const { server, offer, answers } = makeServer(2);
    server.hold(60_000);
    vi.advanceTimersByTime(60_000);
    await offer('one');
    expect(answers).toEqual(['one accepted']);
  });
});

describe('the place of a call', () => {
  test('is kept while it waits for a process, however long that takes', async () => {
    const { offer, assign, launch, server } = makeServer(1);
    await offer('one');
    expect(assign('one')).toBe(true);
    vi.advanceTimersByTime(60_000);
    expect(server.activeCalls).toBe(1);
    launch('one');
    expect(server.activeCalls).toBe(1);
  });

  test('is free when its process dies', async () => {
    const { offer, assign, launch, exit, answers } = makeServer(1);
    await offer('one');
    assign('one');
    launch('one');
    exit('one');
    await offer('two');
    expect(answers.at(-1)).toBe('two accepted');
  });

  test('is not taken again by an assignment that comes too late', async () => {
    const { offer, assign, server, messages } = makeServer(1);
    await offer('late');
    vi.advanceTimersByTime(9_000);
    await offer('next');
    expect(assign('late')).toBe(false);
    expect(server.activeCalls).toBe(1);
    expect(messages()).toContain('call left alone: it was assigned too late');
  });

  test('is taken by a late assignment where there is room', async () => {
    const { offer, assign, server } = makeServer(1);
    await offer('late');
    vi.advanceTimersByTime(9_000);
    expect(assign('late')).toBe(true);
    expect(server.activeCalls).toBe(1);
  });
});

test('whatever happens in whatever order, no more calls run than MAX_CALLS', async () => {
  const step = fc.record({
    what: fc.constantFrom('offer', 'assign', 'launch', 'exit', 'wait'),
    call: fc.nat(7),
  });
  const steps = fc.array(step, { maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (maxCalls, sequence) => {
      const { server, offer, answers, assign, launch, exit, running } = makeServer(maxCalls);
      const assigned = new Set<string>();
      for (const [index, { what, call }] of sequence.entries()) {
        const accepted = answers.filter((answer) => answer.endsWith('accepted')).map((a) => a.split(' ')[0]);
        const id = accepted[call] ?? '';
        if (what === 'offer') await offer(`call-${index}`);
        if (what === 'wait') vi.advanceTimersByTime(5_000);
        if (what === 'assign' && id !== '' && !running.includes(id) && assign(id)) assigned.add(id);
        if (what === 'launch' && assigned.delete(id)) launch(id);
        if (what === 'exit' && running.includes(id)) exit(id);
        expect(running.length + assigned.size).toBeLessThanOrEqual(maxCalls);
        expect(server.activeCalls).toBeLessThanOrEqual(maxCalls);
      }
    }),
    { numRuns: 50 },
  );
});

describe('LiveKit is told at once', () => {
  function reporting(maxCalls: number) {
    const made = makeServer(maxCalls);
    made.event.emit('worker_msg', new Report()); // the framework's first one
    const reports: { load: number; status: number }[] = [];
    made.event.on('worker_msg', ({ message }: Report) => reports.push(message.value));
    return { ...made, reports };
  }

  test('that the worker is full, and that it is no more', async () => {
    const { offer, assign, launch, exit, reports } = reporting(1);
    await offer('one');
    expect(reports.at(-1)).toEqual({ load: 1, status: 1 });
    assign('one');
    launch('one');
    exit('one');
    expect(reports.at(-1)).toEqual({ load: 0, status: 0 });
  });

  test('that the worker ends, and nothing else afterwards', async () => {
    const { offer, assign, launch, exit, server, reports } = reporting(2);
    await offer('one');
    assign('one');
    launch('one');
    await server.drain(5_000);
    expect(reports.at(-1)).toEqual({ load: 1, status: 1 });
    const before = reports.length;
    exit('one');
    expect(reports).toHaveLength(before);
  });
});

describe('a drain', () => {
  test('refuses calls from its beginning on', async () => {
    const { server, offer, answers, messages } = makeServer(2);
    const drained = server.drain(1_000);
    await offer('one');
    expect(answers).toEqual(['one rejected']);
    expect(messages()).toContain('call refused: the worker ends');
    await drained;
  });

  test('lets an accepted call have its process before the framework ends those without a call', async () => {
    const { server, framework, offer, assign, launch } = makeServer(2);
    const drain = vi.spyOn(framework, 'drain');
    await offer('one');
    assign('one');
    const drained = server.drain(5_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(drain).not.toHaveBeenCalled();
    launch('one');
    await vi.advanceTimersByTimeAsync(100);
    expect(await drained).toBe(true);
    expect(drain).toHaveBeenCalledOnce();
    expect(framework.pool.stopStarting).toHaveBeenCalledOnce();
  });

  test('gives the framework whole milliseconds, and never 0, which is no limit to it', async () => {
    const { server, framework } = makeServer(1);
    const drain = vi.spyOn(framework, 'drain');
    await server.drain(0);
    await server.drain(0.5);
    expect(drain.mock.calls).toEqual([[1], [1]]);
  });
});

describe('the load, of which LiveKit refuses 0.7 and more', () => {
  test.each([1, 2, 4, 7, 100])(
    'with %d calls at most is below that until the worker is full',
    async (maxCalls) => {
      const { offer, load } = makeServer(maxCalls);
      const loads = [load()];
      for (let call = 1; call <= maxCalls; call += 1) {
        await offer(`call ${call}`);
        loads.push(load());
      }
      expect(loads[0]).toBe(0);
      expect(loads.at(-1)).toBe(1);
      expect(Math.max(...loads.slice(0, -1))).toBeLessThan(0.7);
      expect(loads).toEqual([...loads].sort((a, b) => a - b));
    },
  );
});

test('the rooms are those of the calls it has accepted, until their processes are gone', async () => {
  const { server, offer, assign, launch, exit } = makeServer(2);
  expect(server.rooms).toEqual([]);
  await Promise.all([offer('one'), offer('two'), offer('three')]);
  expect(server.rooms).toEqual(['room of one', 'room of two']);
  assign('one');
  launch('one');
  expect([...server.rooms].sort()).toEqual(['room of one', 'room of two']);
  exit('one');
  expect(server.rooms).toEqual(['room of two']);
});

test('the registration is known to who waits for it and to who asks later', async () => {
  const { server, event } = makeServer(1);
  expect(server.registeredAs).toBeUndefined();
  const waiting = server.registered();
  event.emit('worker_registered', 'AW_1');
  expect(await waiting).toBe('AW_1');
  expect(await server.registered()).toBe('AW_1');
  expect(server.registeredAs).toBe('AW_1');
});

test('calls that do not end in time are told, and stop nothing', async () => {
  const { server, framework, messages } = makeServer(1);
  expect(await server.drain(5)).toBe(true);
  framework.drain = () => Promise.reject(new Error('timed out'));
  expect(await server.drain(5)).toBe(false);
  expect(messages()).toEqual(['calls did not end in time']);
});
