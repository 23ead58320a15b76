import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { CALL } from '../src/config/defaults.ts';
import {
  BEAT_EVERY_MS,
  CALL_BEAT,
  CALL_BEGUN,
  CALL_ENDED,
  CLOSING_SOON,
  SHORT_OF_TIME,
  WRAP_UP,
} from '../src/providers/call-messages.ts';
import { WorkerLink, type WrapUpOrder } from './worker-link.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** The worker's end of the channel. */
class FakeChannel extends EventEmitter {
  readonly sent: Record<string, unknown>[] = [];

  send(message: object): void {
    this.sent.push(message as Record<string, unknown>);
  }

  get beats(): number {
    return this.sent.filter((message) => message.case === CALL_BEAT).length;
  }
}

function linked() {
  const channel = new FakeChannel();
  const link = new WorkerLink(channel);
  const orders: (WrapUpOrder | { inMs: number } | { leftMs: number })[] = [];
  const listen = () =>
    link.listen({
      wrapUp: (order) => void orders.push(order),
      closingSoon: (inMs) => void orders.push({ inMs }),
      shortOfTime: (inMs) => void orders.push({ leftMs: inMs }),
    });
  return { channel, link, orders, listen };
}

const CALL_IN_PROGRESS = { room: 'call-1', jobId: 'job-1', callId: 'call-invented', identity: 'agent-1' };
const ORDER = { reason: 'deadline', withinMs: 7_500, handover: true };

describe('an order to finish the call', () => {
  test('reaches whoever has the call', () => {
    const { channel, orders, listen } = linked();
    listen();
    channel.emit('message', { case: WRAP_UP, ...ORDER });
    expect(orders).toEqual([ORDER]);
  });

  test('is kept while the call is still being put through', () => {
    const { channel, orders, listen } = linked();
    channel.emit('message', { case: WRAP_UP, ...ORDER });
    expect(orders).toEqual([]);
    listen();
    expect(orders).toEqual([ORDER]);
  });

  test('counts its time from when it came, not from when somebody listened', () => {
    const { channel, orders, listen } = linked();
    channel.emit('message', { case: WRAP_UP, ...ORDER });
    vi.advanceTimersByTime(3_000);
    listen();
    expect(orders).toEqual([{ ...ORDER, withinMs: 4_500 }]);
  });

  test('comes too late for a call that has its end already', () => {
    const { channel, link, orders } = linked();
    const forget = link.listen({
      wrapUp: (order) => void orders.push(order),
      closingSoon: (inMs) => void orders.push({ inMs }),
      shortOfTime: (inMs) => void orders.push({ leftMs: inMs }),
    });
    forget();
    channel.emit('message', { case: WRAP_UP, ...ORDER });
    expect(orders).toEqual([]);
  });

  test('stands: a later one can only leave less time', () => {
    const { channel, orders, listen } = linked();
    channel.emit('message', { case: WRAP_UP, ...ORDER });
    listen();
    channel.emit('message', { case: WRAP_UP, ...ORDER, withinMs: 60_000 });
    channel.emit('message', { case: 'shutdownRequest' });
    channel.emit('disconnect');
    expect(orders).toEqual([ORDER]);
    const sooner = { reason: 'worker_stopped', withinMs: 100, handover: false };
    channel.emit('message', { case: WRAP_UP, ...sooner });
    expect(orders).toEqual([ORDER, sooner]);
  });

  test('comes from the end of the worker itself: the call is handed over', () => {
    const { channel, link, orders, listen } = linked();
    listen();
    expect(link.orphaned).toBe(false);
    channel.emit('disconnect');
    expect(link.orphaned).toBe(true);
    expect(orders).toEqual([{ reason: 'worker_lost', withinMs: CALL.orphanMs, handover: true }]);
  });

  test('comes from a worker that ended before anybody listened', () => {
    const { channel, orders, listen } = linked();
    channel.emit('disconnect');
    listen();
    expect(orders).toEqual([{ reason: 'worker_lost', withinMs: CALL.orphanMs, handover: true }]);
  });

  test('comes from the framework when it ends the process and nobody has said so', () => {
    const { channel, orders, listen } = linked();
    listen();
    channel.emit('message', { case: 'shutdownRequest', value: { reason: 'job shutdown' } });
    expect(orders).toEqual([{ reason: 'worker_stopped', withinMs: CALL.stoppingMs, handover: false }]);
  });

  test('is not heard of any more once the call is over: the framework ends every process', () => {
    const { channel, link, orders, listen } = linked();
    listen();
    link.begun(CALL_IN_PROGRESS);
    link.ended('call-1', 'booked');
    channel.emit('message', { case: 'shutdownRequest' });
    channel.emit('disconnect');
    expect(orders).toEqual([]);
  });

  test.each<[string, unknown]>([
    ['nothing', null],
    ['a text', 'openhours.wrapUp'],
    ['a message of the framework', { case: 'pingRequest', value: { timestamp: 1 } }],
    ['an order without a time', { case: WRAP_UP, reason: 'deadline', handover: true }],
    ['an order with a time that is none', { case: WRAP_UP, reason: 'x', withinMs: '9', handover: true }],
  ])('is not %s', (_, message) => {
    const { channel, orders, listen } = linked();
    listen();
    channel.emit('message', message);
    expect(orders).toEqual([]);
  });
});

test('the word that time is short, or that the clinic closes soon, is for a conversation: it is not kept', () => {
  const { channel, orders, listen } = linked();
  channel.emit('message', { case: CLOSING_SOON, inMs: 120_000 });
  listen();
  expect(orders).toEqual([]);
  channel.emit('message', { case: CLOSING_SOON, inMs: 60_000 });
  channel.emit('message', { case: SHORT_OF_TIME, inMs: 30_000 });
  expect(orders).toEqual([{ inMs: 60_000 }, { leftMs: 30_000 }]);
});

describe('the worker', () => {
  test('hears which call has begun, four times a second that its process lives, and how the call ended', () => {
    const { channel, link } = linked();
    vi.advanceTimersByTime(10 * BEAT_EVERY_MS);
    expect(channel.sent).toEqual([]);
    const { callId, ...arrived } = CALL_IN_PROGRESS;
    link.begun(arrived);
    link.begun({ ...arrived, callId });
    vi.advanceTimersByTime(4 * BEAT_EVERY_MS);
    link.ended('call-1', 'booked');
    expect(channel.sent.slice(0, 2)).toEqual([
      { case: CALL_BEGUN, ...arrived },
      { case: CALL_BEGUN, ...CALL_IN_PROGRESS },
    ]);
    expect(channel.beats).toBe(4);
    expect(channel.sent.at(-1)).toEqual({ case: CALL_ENDED, room: 'call-1', outcome: 'booked' });
  });

  test('hears no more of a call that is over', () => {
    const { channel, link } = linked();
    link.begun(CALL_IN_PROGRESS);
    link.ended('call-1', 'booked');
    vi.advanceTimersByTime(10 * BEAT_EVERY_MS);
    expect(channel.sent).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('is not written to once it is gone: a closed channel throws', () => {
    const { channel, link } = linked();
    link.begun(CALL_IN_PROGRESS);
    channel.emit('disconnect');
    vi.advanceTimersByTime(10 * BEAT_EVERY_MS);
    link.ended('call-1', 'handed_over');
    expect(channel.sent).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
