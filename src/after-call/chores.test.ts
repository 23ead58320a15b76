import { setImmediate as turn } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import { AFTER_CALL } from '../config/desk-defaults.ts';
import type { Wait } from '../lifecycle/waits.ts';
import { Chores } from './chores.ts';

/** A clock on which time passes only when it is told to. */
function makeClock() {
  const waits: { ms: number; end: () => void }[] = [];
  const wait: Wait = (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(new Error('aborted'));
      const end = () => {
        waits.splice(waits.indexOf(entry), 1);
        resolve(undefined);
      };
      const entry = { ms, end };
      waits.push(entry);
      signal?.addEventListener('abort', () => {
        waits.splice(waits.indexOf(entry), 1);
        reject(new Error('aborted'));
      });
    });
  return { wait, waits };
}
const until = (condition: () => boolean) => vi.waitFor(() => expect(condition()).toBe(true), { interval: 1 });

test('a chore comes again at once while there is something to do, and after a pause when there is not', async () => {
  const { wait, waits } = makeClock();
  let left = 3;
  let runs = 0;
  const run = async () => {
    runs += 1;
    left -= 1;
    return left >= 0;
  };
  const chores = new Chores([{ name: 'one', run }], collectLog().log, wait);
  await until(() => waits.length === 1);
  expect(runs).toBe(4);
  expect(waits[0]?.ms).toBe(AFTER_CALL.everyMs);
  waits[0]?.end();
  await until(() => runs === 5);
  await chores.stop(0);
});

test('one that fails is logged and comes again later; the others go on', async () => {
  const { wait, waits } = makeClock();
  const { log, lines } = collectLog();
  let others = 0;
  const chores = new Chores(
    [
      { name: 'broken', run: () => Promise.reject(new Error('the database is gone')) },
      { name: 'other', run: async () => (others += 1) < 3 },
    ],
    log,
    wait,
  );
  await until(() => waits.length === 2);
  expect(others).toBe(3);
  expect(waits.map(({ ms }) => ms).sort((a, b) => a - b)).toEqual([
    AFTER_CALL.everyMs,
    AFTER_CALL.troubledMs,
  ]);
  expect(lines).toEqual([expect.objectContaining({ chore: 'broken', severity: 'WARNING' })]);
  await chores.stop(0);
});

test('a worker that leaves in peace does what is left first', async () => {
  const { wait, waits } = makeClock();
  const left: string[] = [];
  const done: string[] = [];
  const run = async () => {
    const one = left.shift();
    if (one !== undefined) done.push(one);
    return one !== undefined;
  };
  const chores = new Chores([{ name: 'one', run }], collectLog().log, wait);
  await until(() => waits.length === 1);
  left.push('first', 'second');
  await chores.stop(1_000);
  expect(done).toEqual(['first', 'second']);
});

test('one in a hurry begins nothing more, lets what is under way end, and then breaks it off', async () => {
  const { wait, waits } = makeClock();
  let runs = 0;
  let brokenOff = false;
  const run = (signal: AbortSignal) => {
    runs += 1;
    return new Promise<boolean>((resolve) => {
      signal.addEventListener('abort', () => {
        brokenOff = true;
        resolve(true);
      });
    });
  };
  const chores = new Chores([{ name: 'hangs', run }], collectLog().log, wait);
  const stopped = chores.stop(0);
  await until(() => waits.length === 1);
  expect(waits[0]?.ms).toBe(AFTER_CALL.leaveMs);
  expect(brokenOff).toBe(false);
  waits[0]?.end();
  await stopped;
  expect(brokenOff).toBe(true);
  await turn();
  expect(runs).toBe(1);
});
