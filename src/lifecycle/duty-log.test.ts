import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import { DUTY } from '../config/desk-defaults.ts';
import { logDuty } from './duty-log.ts';
import { ShiftLifecycle } from './state.ts';

const CLOSES = Date.parse('2026-11-23T12:00:00Z');

beforeEach(() => void vi.useFakeTimers({ now: CLOSES - 3_600_000 }));
afterEach(() => void vi.useRealTimers());

function makeDuty(ready = true) {
  const { log, lines } = collectLog();
  const lifecycle = new ShiftLifecycle(log);
  const end = logDuty({
    lifecycle,
    ready: () => ready,
    activeCalls: () => 1,
    maxCalls: 4,
    closesAt: () => CLOSES,
    nowMs: Date.now,
    log,
  });
  const said = (message: string) => lines.filter((line) => line.message === message);
  return { lifecycle, said, end };
}

test('a worker that stands by or is open says so at once and every two minutes', () => {
  const { lifecycle, said, end } = makeDuty();
  vi.advanceTimersByTime(DUTY.everyMs);
  expect(said('on duty')).toEqual([]);
  lifecycle.move('standby', 'not open yet');
  vi.advanceTimersByTime(2 * DUTY.everyMs);
  lifecycle.move('open', 'registered with LiveKit');
  vi.advanceTimersByTime(DUTY.everyMs);
  expect(said('on duty').map(({ state }) => state)).toEqual([
    'standby',
    'standby',
    'standby',
    'open',
    'open',
  ]);
  expect(said('on duty').at(-1)).toMatchObject({
    severity: 'INFO',
    ready: true,
    activeCalls: 1,
    maxCalls: 4,
  });
  end();
  vi.advanceTimersByTime(DUTY.everyMs);
  expect(said('on duty')).toHaveLength(5);
  expect(vi.getTimerCount()).toBe(0);
});

test('one that has lost LiveKit is on duty and not ready, one that stands by has nothing to be ready for', () => {
  const { lifecycle, said } = makeDuty(false);
  lifecycle.move('standby', 'not open yet');
  lifecycle.move('open', 'registered with LiveKit');
  expect(said('on duty').map(({ ready }) => ready)).toEqual([true, false]);
});

test.each([
  ['before closing time', 0, 'SIGTERM', true],
  ['at closing time', 3_600_000, 'closing_time', false],
  ['at the platform’s deadline after closing time', 3_700_000, 'deadline', false],
])('one that stops %s says so', (_, laterMs, reason, early) => {
  const { lifecycle, said } = makeDuty();
  lifecycle.move('open', 'registered with LiveKit');
  vi.advanceTimersByTime(laterMs);
  lifecycle.move('draining', reason);
  lifecycle.move('closed', 'no call is left');
  expect(said('off duty')).toHaveLength(1);
  expect(said('off duty')[0]).toMatchObject({ reason, early });
  expect(vi.getTimerCount()).toBe(0);
});

test('one that only stood by does not end the day, and one that never was on duty says nothing', () => {
  const waiting = makeDuty();
  waiting.lifecycle.move('standby', 'another worker has it');
  waiting.lifecycle.move('closed', 'it gives signs of life');
  expect(waiting.said('off duty')[0]).toMatchObject({ early: true });
  const none = makeDuty();
  none.lifecycle.move('closed', 'the clinic is closed');
  expect(none.said('off duty')).toEqual([]);
});
