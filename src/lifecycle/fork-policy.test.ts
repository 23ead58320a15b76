import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FORKS } from '../config/defaults.ts';
import { ForkGate, type ForkSituation, forkDelayMs } from './fork-policy.ts';

const quiet: ForkSituation = {
  activeCalls: 0,
  maxCalls: 4,
  waitingCalls: 0,
  spareProcesses: 0,
  readyProcesses: 0,
  sinceCallMs: Infinity,
  draining: false,
};
const delayOf = (change: Partial<ForkSituation>) => forkDelayMs({ ...quiet, ...change });

describe('a process for a further call', () => {
  test('starts at once when there is none and nobody is disturbed', () => {
    expect(delayOf({})).toBe(0);
    expect(delayOf({ activeCalls: 3, sinceCallMs: FORKS.settleMs })).toBe(0);
  });

  test('waits for the first seconds of a call to be over', () => {
    expect(delayOf({ activeCalls: 1, sinceCallMs: 0 })).toBe(FORKS.settleMs);
    expect(delayOf({ activeCalls: 2, sinceCallMs: 500 })).toBe(FORKS.settleMs - 500);
  });

  test('starts at once when a call has none, whatever else', () => {
    expect(delayOf({ activeCalls: 4, waitingCalls: 1, sinceCallMs: 0 })).toBe(0);
    expect(delayOf({ activeCalls: 2, waitingCalls: 1, sinceCallMs: 0, draining: true })).toBe(0);
  });

  test('is not started for a call that is about to get one', () => {
    expect(delayOf({ activeCalls: 1, waitingCalls: 1, spareProcesses: 1, readyProcesses: 1 })).toBe(Infinity);
  });

  test('is not started while another one starts', () => {
    expect(delayOf({ waitingCalls: 2, activeCalls: 2, spareProcesses: 1 })).toBe(Infinity);
  });

  test('is not started when enough are there, or the worker ends', () => {
    expect(delayOf({ spareProcesses: 1, readyProcesses: 1 })).toBe(Infinity);
    expect(delayOf({ draining: true })).toBe(Infinity);
  });
});

test('there is never more than one spare process, and one also when every place is taken', () => {
  const situation = fc.record({
    activeCalls: fc.nat(8),
    maxCalls: fc.integer({ min: 1, max: 8 }),
    spareProcesses: fc.nat(4),
    sinceCallMs: fc.nat(20_000),
  });
  fc.assert(
    fc.property(situation, (given) => {
      const starts = delayOf({ ...given, readyProcesses: given.spareProcesses }) !== Infinity;
      expect(starts).toBe(given.spareProcesses === 0);
    }),
  );
});

describe('the gate', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function makeGate() {
    const now = { ...quiet };
    const gate = new ForkGate(() => now);
    const started: (() => void)[] = [];
    const ask = () => void gate.lock().then((release) => started.push(release));
    return { now, gate, ask, started };
  }
  const settle = () => vi.advanceTimersByTimeAsync(1);

  test('lets one process start, and a second one for a call that waits', async () => {
    const { now, gate, ask, started } = makeGate();
    ask();
    ask();
    await settle();
    expect(started).toHaveLength(1);
    Object.assign(now, { readyProcesses: 0, waitingCalls: 1, activeCalls: 1 });
    gate.changed();
    await settle();
    expect(started).toHaveLength(1); // one at a time
    Object.assign(now, { readyProcesses: 1, waitingCalls: 2 });
    gate.changed();
    await settle();
    expect(started).toHaveLength(2);
  });

  test('replaces the process that a call has taken when the call has been greeted', async () => {
    const { now, ask, started } = makeGate();
    ask();
    await settle();
    started.pop()?.();
    Object.assign(now, { activeCalls: 1, sinceCallMs: 0 });
    ask();
    await settle();
    expect(started).toEqual([]);
    now.sinceCallMs = FORKS.settleMs;
    await vi.advanceTimersByTimeAsync(FORKS.settleMs);
    expect(started).toHaveLength(1);
  });

  test('counts a process that is released twice once', async () => {
    const { gate, ask, started } = makeGate();
    ask();
    await settle();
    expect(gate.spareProcesses).toBe(1);
    started[0]?.();
    started[0]?.();
    expect(gate.spareProcesses).toBe(0);
  });

  test('leaves no timer behind when it is closed', async () => {
    const { now, gate, ask, started } = makeGate();
    Object.assign(now, { activeCalls: 1, sinceCallMs: 0 });
    ask();
    expect(vi.getTimerCount()).toBe(1);
    gate.close();
    expect(vi.getTimerCount()).toBe(0);
    await vi.advanceTimersByTimeAsync(FORKS.settleMs);
    expect(started).toEqual([]);
  });
});
