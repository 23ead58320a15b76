import { expect, test, vi } from 'vitest';
import { Faults, type Visit } from './faults.ts';

const socket = () => ({ destroy: vi.fn() });

test('a target is well until a fault is set, and well again after `times` requests', () => {
  const faults = new Faults();
  expect(faults.begin('chat', socket()).mode).toBe('ok');
  faults.set({ target: 'chat', mode: 'rate_limited', times: 2 });
  expect(faults.begin('listen', socket()).status).toBeUndefined();
  expect([1, 2, 3].map(() => faults.begin('chat', socket()).status)).toEqual([429, 429, undefined]);
  expect(faults.snapshot().chat).toEqual({ mode: 'ok', requests: 4, faulted: 2, active: 4, audioSeconds: 0 });
});

test('a cut destroys what is open and leaves later connections alone', async () => {
  const faults = new Faults();
  const open = socket();
  faults.begin('listen', open);
  faults.set({ target: 'listen', mode: 'cut' });
  const later = socket();
  const visit = faults.begin('listen', later);
  await vi.waitFor(() => expect(open.destroy).toHaveBeenCalledOnce());
  expect(visit.mode).toBe('ok');
  expect(later.destroy).not.toHaveBeenCalled();
});

test('a cut with a delay destroys every new connection after that delay', async () => {
  const faults = new Faults();
  faults.set({ target: 'speak', mode: 'cut', afterMs: 5 });
  const sockets = [socket(), socket()];
  for (const each of sockets) faults.begin('speak', each);
  await vi.waitFor(() => expect(sockets.every(({ destroy }) => destroy.mock.calls.length === 1)).toBe(true));
});

test('a connection that has ended is not destroyed, and ending twice counts once', () => {
  const faults = new Faults();
  const gone = socket();
  const visit = faults.begin('listen', gone);
  visit.end();
  visit.end();
  faults.set({ target: 'listen', mode: 'cut' });
  expect(gone.destroy).not.toHaveBeenCalled();
  expect(faults.snapshot().listen.active).toBe(0);
});

test('a stall set later silences an open connection, and `ok` gives it its voice back', () => {
  const faults = new Faults();
  const visit: Visit = faults.begin('listen', socket());
  faults.set({ target: 'listen', mode: 'stall' });
  expect(visit.silent).toBe(false); // it must begin
  visit.sent();
  expect(visit.silent).toBe(true);
  faults.set({ target: 'listen', mode: 'ok' });
  expect(visit.silent).toBe(false);
});

test('a slow service answers later by the delay that was set', async () => {
  const faults = new Faults();
  faults.set({ target: 'chat', mode: 'slow', delayMs: 20 });
  const visit = faults.begin('chat', socket());
  const began = performance.now();
  await visit.wait();
  expect(performance.now() - began).toBeGreaterThanOrEqual(19);
});
