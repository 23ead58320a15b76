import { describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/support/clock.ts';
import { Deferred } from '../../test/support/deferred.ts';
import { collectLog } from '../../test/support/log.ts';
import { FakeServer, MORNING } from '../../test/support/shift.ts';
import { LIFECYCLE } from '../config/defaults.ts';
import { SHORT_OF_TIME, type ToCall, WRAP_UP } from '../providers/call-messages.ts';
import { windDown } from './wind-down.ts';

const PLAN = { shortOfTimeAt: MORNING + 240_000, handoverAt: MORNING + 280_000, endsAt: MORNING + 300_000 };
const WRAP_UP_MS = LIFECYCLE.stopNoticeMs - LIFECYCLE.exitMs;
/** From the handover to the end that is planned, less what the exit takes. */
const CALM_MS = PLAN.endsAt - PLAN.handoverAt - LIFECYCLE.exitMs;

function begin(plan: typeof PLAN | undefined, calls: number, successor = false) {
  const clock = new FakeClock(MORNING);
  const server = new FakeServer();
  server.activeCalls = calls;
  const told: ToCall[] = [];
  const hurry = new Deferred<string>();
  const start = () =>
    windDown(
      {
        server,
        tell: (message) => told.push(message),
        successorReady: () => successor,
        nowMs: clock.nowMs,
        wait: clock.wait,
        log: collectLog().log,
      },
      { reason: 'deadline', plan, hurry: hurry.promise },
    );
  return { clock, server, told, hurry, start };
}

describe('in peace', () => {
  test('without calls it is over at once', async () => {
    const { clock, told, start } = begin(PLAN, 0);
    await start();
    expect(clock.ageMs()).toBe(0);
    expect(told).toEqual([]);
    expect(clock.waiting).toBe(0);
  });

  test('a server that does not find to its end without calls is not waited for', async () => {
    const { clock, server, start } = begin(PLAN, 0);
    server.drain = () => new Promise(() => undefined);
    await clock.until(start(), LIFECYCLE.leaveMs);
  });

  test('calls are told that time is short, then handed over, then left', async () => {
    const { clock, told, start } = begin(PLAN, 2, true);
    const ending = start();
    await clock.advance(239_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    await clock.advance(39_999);
    expect(told).toEqual([{ case: SHORT_OF_TIME, inMs: 60_000 }]);
    await clock.until(ending, CALM_MS + 1);
    expect(told[1]).toEqual({
      case: WRAP_UP,
      reason: 'deadline',
      withinMs: CALM_MS - LIFECYCLE.leaveMs,
      handover: true,
    });
    expect(clock.nowMs()).toBeLessThan(PLAN.endsAt);
  });

  test('the last call that ends ends it, whenever that is', async () => {
    for (const at of [10_000, 250_000, 281_000]) {
      const { clock, server, start } = begin(PLAN, 1);
      const ending = start();
      await clock.advance(at);
      server.activeCalls = 0;
      await clock.until(ending, 100);
      expect(clock.ageMs()).toBeLessThan(at + 100);
    }
  });

  test('a clock that is set forward is noticed', async () => {
    const { clock, told, start } = begin(PLAN, 1);
    const ending = start();
    await clock.advance(1_000);
    clock.set(3_600_000);
    await clock.until(ending, 1_000 + WRAP_UP_MS);
    expect(told.map((message) => message.case)).toEqual([SHORT_OF_TIME, WRAP_UP]);
  });

  test('a server that gives up draining leaves calls their time to wrap up', async () => {
    const { clock, server, told, start } = begin(PLAN, 1);
    server.drain = async () => false;
    const ending = start();
    await clock.advance(PLAN.endsAt - MORNING - LIFECYCLE.exitMs - 1_000);
    expect(told.at(-1)?.case).toBe(WRAP_UP);
    await clock.until(ending, 1_000);
  });

  test.each([5_000, 260_000])('a hurry after %d ms ends it at once', async (after) => {
    const { clock, told, hurry, start } = begin(PLAN, 1);
    const ending = start();
    await clock.advance(after);
    told.length = 0;
    hurry.resolve('worker_stopped');
    await clock.until(ending, WRAP_UP_MS);
    expect(told).toMatchObject([{ case: WRAP_UP, reason: 'worker_stopped', handover: false }]);
  });

  test('a hurry while the calls are being finished leaves them the notice', async () => {
    const { clock, told, hurry, start } = begin(PLAN, 1);
    const ending = start();
    await clock.advance(285_000);
    hurry.resolve('worker_stopped');
    await clock.until(ending, WRAP_UP_MS);
    expect(told.slice(-2)).toMatchObject([
      { reason: 'deadline', withinMs: CALM_MS - LIFECYCLE.leaveMs },
      { reason: 'worker_stopped', withinMs: WRAP_UP_MS - LIFECYCLE.leaveMs },
    ]);
  });
});

describe('in a hurry', () => {
  test('calls are wrapped up within the notice', async () => {
    const { clock, server, told, start } = begin(undefined, 3);
    await clock.until(start(), WRAP_UP_MS);
    expect(told).toHaveLength(1);
    expect(server.limits).toEqual([WRAP_UP_MS]);
  });

  test('calls that are over sooner are not waited for', async () => {
    const { clock, server, start } = begin(undefined, 3);
    const ending = start();
    await clock.advance(2_000);
    server.activeCalls = 0;
    await clock.until(ending, 50);
  });
});
