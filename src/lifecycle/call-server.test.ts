import type { WorkerId } from '../clinic/ids.ts';
import type { JobRequest } from '@livekit/agents';
import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeConfig } from '../../test/support/config.ts';
import { collectLog } from '../../test/support/log.ts';
import { CallServer, type FrameworkServer } from './call-server.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Hooks = { request: (request: JobRequest) => Promise<void>; load: () => number };

function makeServer(maxCalls: number) {
  const { log, messages } = collectLog();
  const event = new EventEmitter();
  const running: string[] = [];
  const framework = {
    event,
    run: async () => undefined,
    drain: async (): Promise<void> => undefined,
    close: async () => undefined,
    get activeJobs() {
      return running.map((id) => ({ job: { id } }));
    },
  };
  let hooks: Hooks | undefined;
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
      accept: async () => void answers.push(`${id} accepted`),
      reject: async () => void answers.push(`${id} rejected`),
    };
    await hooks?.request(request as unknown as JobRequest);
  };
  return { server, framework, event, running, offer, answers, messages, load: () => hooks?.load() };
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

describe('the load, of which LiveKit refuses 0.7 and more', () => {
  test.each([1, 2, 4, 7, 100])(
    'with %d calls at most is below that until the worker is full',
    async (maxCalls) => {
      const { offer, load } = makeServer(maxCalls);
      const loads = [load() ?? NaN];
      for (let call = 1; call <= maxCalls; call += 1) {
        await offer(`call ${call}`);
        loads.push(load() ?? NaN);
      }
      expect(loads[0]).toBe(0);
      expect(loads.at(-1)).toBe(1);
      expect(Math.max(...loads.slice(0, -1))).toBeLessThan(0.7);
      expect(loads).toEqual([...loads].sort((a, b) => a - b));
    },
  );
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
