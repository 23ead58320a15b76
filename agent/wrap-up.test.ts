import { RoomEvent } from '@livekit/rtc-node';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeClinic } from '../test/support/clinic.ts';
import { stopClocks } from '../test/support/stopped-clocks.ts';
import { FakeCall } from '../test/support/live-call.ts';
import { SqlFailure } from '../test/support/database.ts';
import {
  CALLBACK_TEXT,
  CONNECTING_OR_AGAIN_TEXT,
  CONNECTING_OR_CALLBACK_TEXT,
  CONNECTING_TEXT,
  NOBODY_THERE_TEXT,
  PASS_ON_TEXT,
  STOPPING_TEXT,
} from '../src/clinic/sentences.ts';
import { CALL } from '../src/config/defaults.ts';
import type { TransferOutcome } from '../src/providers/sip-transfer.ts';
import type { CallEnd } from './call.ts';
import { wrapUp } from './wrap-up.ts';

let startClocks: () => void;
beforeEach(() => (startClocks = stopClocks()));
afterEach(() => startClocks());

/** What a SIGTERM leaves for the calls: 9 s, less what the exit takes. */
const NOTICE_MS = 7_500;
/** An agent that is broken, or a call that is too long: nobody is in a hurry. */
const CALM_MS = 25_000;
/** A timer of 0 ms takes one. */
const SLACK_MS = 5;
/** How long our sentences take, in the voice of the local stack. */
const SPOKEN_MS: Record<string, number> = {
  [PASS_ON_TEXT]: 2_300,
  [CONNECTING_TEXT]: 2_700,
  [CONNECTING_OR_CALLBACK_TEXT]: 4_300,
  [CONNECTING_OR_AGAIN_TEXT]: 4_100,
  [CALLBACK_TEXT]: 4_200,
  [NOBODY_THERE_TEXT]: 3_600,
  [STOPPING_TEXT]: 4_200,
};

const never = () => new Promise<never>(() => undefined);
const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

function makeFake({ staff = false, functions = {} } = {}): FakeCall {
  const clinic = makeClinic({ staff_number: staff ? '+922135550199' : null });
  const fake = new FakeCall({ clinic }, functions);
  fake.sentenceMs = (text) => SPOKEN_MS[text] ?? 1_000;
  return fake;
}

/** Another agent enters the room some time after it was dispatched. */
function successorAfter(fake: FakeCall, ms: number): void {
  fake.dispatch = async () => {
    setTimeout(() => {
      fake.others = [{ identity: 'agent-2' }];
      fake.room.emit(RoomEvent.ParticipantConnected, {});
    }, ms);
  };
}

/** Wraps a call up; gives its end and how long that took. */
async function wrappedUp(
  fake: FakeCall,
  {
    withinMs = NOTICE_MS,
    handover = false,
    shorter,
  }: { withinMs?: number; handover?: boolean; shorter?: () => number } = {},
): Promise<{ end: CallEnd; tookMs: number }> {
  const startedAt = fake.now;
  let result: { end: CallEnd; tookMs: number } | undefined;
  const left = () => withinMs - (fake.now - startedAt) - (shorter?.() ?? 0);
  void wrapUp(fake.call, { reason: 'worker_stopped', handover }, left).then(
    (end) => (result = { end, tookMs: fake.now - startedAt }),
  );
  for (let passed = 0; result === undefined && passed < 120_000; passed += 100) {
    await vi.advanceTimersByTimeAsync(100);
  }
  if (result === undefined) throw new Error('the call was never wrapped up');
  return result;
}

describe('a call that is wrapped up', () => {
  test('goes to another worker where there is one, and hears so', async () => {
    const fake = makeFake({ staff: true });
    successorAfter(fake, 800);
    const { end } = await wrappedUp(fake, { handover: true });
    expect(end).toEqual({ leave: 'handed_over' });
    expect(fake.whole).toEqual([PASS_ON_TEXT]);
    expect(fake.transfers).toEqual([]);
    expect(fake.owed).toEqual([]);
  });

  test('is handed over only once its rows are written: the other one goes on from them', async () => {
    const written: string[] = [];
    const fake = makeFake({
      functions: {
        record_turn: async () => {
          await after(400);
          written.push('turn');
          return null;
        },
      },
    });
    successorAfter(fake, 500);
    fake.dispatch = vi.fn(fake.dispatch);
    fake.state.ledger.addToTurn({ agent_text: 'One.' });
    vi.mocked(fake.dispatch).mockImplementationOnce(async () => {
      written.push('dispatch');
      fake.others = [{}];
      setTimeout(() => fake.room.emit(RoomEvent.ParticipantConnected, {}), 300);
    });
    await wrappedUp(fake, { handover: true });
    expect(written).toEqual(['turn', 'dispatch']);
  });

  test('goes to the front desk when there is no other worker and there is time to ring', async () => {
    const fake = makeFake({ staff: true });
    const { end } = await wrappedUp(fake, { withinMs: CALM_MS });
    expect(end).toEqual({ outcome: 'transferred', reason: 'worker_stopped' });
    expect(fake.whole).toEqual([CONNECTING_TEXT]);
    expect(fake.transfers).toMatchObject([{ to: '+922135550199' }]);
    expect(fake.owed).toEqual([]);
  });

  test('goes to the front desk when the other worker does not come', async () => {
    const fake = makeFake({ staff: true });
    const { end, tookMs } = await wrappedUp(fake, { withinMs: CALM_MS, handover: true });
    expect(end).toMatchObject({ outcome: 'transferred' });
    expect(fake.whole).toEqual([PASS_ON_TEXT, CONNECTING_TEXT]);
    expect(tookMs).toBeLessThan(8_000);
  });

  test('is promised a callback when the front desk does not answer', async () => {
    const fake = makeFake({ staff: true });
    fake.transferring = async () => {
      await after(10_000);
      return 'no_answer';
    };
    const { end, tookMs } = await wrappedUp(fake, { withinMs: CALM_MS });
    expect(end).toEqual({ outcome: 'callback_owed', reason: 'worker_stopped' });
    expect(fake.whole).toEqual([CONNECTING_TEXT, NOBODY_THERE_TEXT]);
    expect(tookMs).toBeLessThanOrEqual(CALM_MS + SLACK_MS);
  });

  test('goes to the front desk within ten seconds’ notice too, where somebody picks up at once', async () => {
    const fake = makeFake({ staff: true });
    const { end } = await wrappedUp(fake);
    expect(end).toEqual({ outcome: 'transferred', reason: 'worker_stopped' });
    expect(fake.whole).toEqual([CONNECTING_OR_CALLBACK_TEXT]);
    expect(fake.transfers[0]?.ringingMs).toBeGreaterThan(1_000);
  });

  test.each<[string, () => Promise<TransferOutcome>]>([
    ['is busy', () => Promise.resolve('busy')],
    ['lets it ring', never],
    ['is left by a caller who hangs up', () => Promise.resolve('failed')],
  ])(
    'has its callback stored before, when the front desk %s within ten seconds’ notice',
    async (_, transferring) => {
      const fake = makeFake({ staff: true });
      fake.transferring = transferring;
      const { end, tookMs } = await wrappedUp(fake);
      expect(end).toEqual({ outcome: 'callback_owed', reason: 'worker_stopped' });
      expect(fake.whole).toEqual([CONNECTING_OR_CALLBACK_TEXT]);
      expect(fake.owed).toMatchObject([
        { what: 'message', body: { unless_transferred: true, callback_number: fake.state.callerNumber } },
      ]);
      expect(fake.owed[0]?.atMs).toBeLessThanOrEqual(fake.said[0]?.atMs ?? 0);
      expect(tookMs).toBeLessThanOrEqual(NOTICE_MS + SLACK_MS);
    },
  );

  test.each<[string, (fake: FakeCall) => void]>([
    ['could not be stored', (fake) => (fake.storing = () => Promise.reject(new SqlFailure('down', 500)))],
    ['is not stored in time', (fake) => (fake.storing = never)],
    ['has no number to go to', (fake) => Object.assign(fake.state, { callerNumber: undefined })],
  ])('is rung at the front desk in a hurry, and promised nothing, when its callback %s', async (_, fail) => {
    const fake = makeFake({ staff: true });
    fail(fake);
    const { end } = await wrappedUp(fake);
    expect(end).toEqual({ outcome: 'transferred', reason: 'worker_stopped' });
    expect(fake.whole).toEqual([CONNECTING_OR_AGAIN_TEXT]);
    expect(fake.owed).toEqual([]);
  });

  test('has failed when nobody answers at the front desk and nothing could be promised', async () => {
    const fake = makeFake({ staff: true });
    Object.assign(fake.state, { callerNumber: undefined });
    fake.transferring = never;
    const { end, tookMs } = await wrappedUp(fake);
    expect(end).toEqual({ outcome: 'failed', reason: 'worker_stopped' });
    expect(tookMs).toBeLessThanOrEqual(NOTICE_MS + SLACK_MS);
  });

  test('is over sooner when a later order leaves less time', async () => {
    const fake = makeFake({ staff: true });
    fake.transferring = never;
    const { end, tookMs } = await wrappedUp(fake, {
      withinMs: CALM_MS,
      shorter: () => (fake.now > 5_000 ? CALM_MS - 5_000 - NOTICE_MS : 0),
    });
    expect(end).toEqual({ outcome: 'callback_owed', reason: 'worker_stopped' });
    expect(fake.whole).toEqual([CONNECTING_TEXT, NOBODY_THERE_TEXT]);
    expect(tookMs).toBeLessThanOrEqual(5_000 + NOTICE_MS + SLACK_MS);
  });

  test('is neither transferred nor called back when the caller has hung up meanwhile', async () => {
    const fake = makeFake({ staff: true });
    fake.callerLeft = true;
    const { end } = await wrappedUp(fake);
    expect(end).toEqual({ outcome: 'abandoned', reason: 'caller_hung_up' });
    expect([...fake.transfers, ...fake.owed, ...fake.said]).toEqual([]);
  });

  test('is over when the caller hangs up while being connected', async () => {
    const fake = makeFake({ staff: true });
    fake.transferring = () => Promise.resolve('caller_left');
    const { end } = await wrappedUp(fake, { withinMs: CALM_MS });
    expect(end).toEqual({ outcome: 'abandoned', reason: 'caller_hung_up' });
    expect(fake.owed).toEqual([]);
  });
});

describe('a callback', () => {
  test('is stored before it is promised', async () => {
    const fake = makeFake();
    fake.storing = () => after(700);
    const { end } = await wrappedUp(fake);
    expect(end).toEqual({ outcome: 'callback_owed', reason: 'worker_stopped' });
    expect(fake.owed).toHaveLength(1);
    expect(fake.said[0]?.atMs).toBeGreaterThanOrEqual(fake.owed[0]?.atMs ?? Infinity);
    expect(fake.whole).toEqual([CALLBACK_TEXT]);
  });

  test.each<[string, () => Promise<void>]>([
    ['is refused', () => Promise.reject(new SqlFailure('down', 500))],
    ['hangs', never],
  ])('is not promised when storing it %s: the caller is asked to call again', async (_, storing) => {
    const fake = makeFake();
    fake.storing = storing;
    const { end } = await wrappedUp(fake);
    expect(end).toEqual({ outcome: 'failed', reason: 'worker_stopped' });
    expect(fake.whole).toEqual([STOPPING_TEXT]);
  });
});

describe('nothing is cut', () => {
  test('our sentences cannot be interrupted, and the line stays up for the end of the last one', async () => {
    const fake = makeFake({ staff: true });
    fake.transferring = () => Promise.resolve('busy');
    const { tookMs } = await wrappedUp(fake, { withinMs: CALM_MS });
    expect(fake.said.map(({ interruptible }) => interruptible)).toEqual([false, false]);
    const last = fake.said.at(-1);
    const endedAt = (last?.atMs ?? 0) + (SPOKEN_MS[last?.text ?? ''] ?? 0);
    expect(tookMs - endedAt).toBeGreaterThanOrEqual(CALL.lingerMs);
  });

  test.each<['agent' | 'caller', string]>([
    ['agent', 'our own sentence'],
    ['caller', 'what the caller is saying'],
  ])('the end of what the %s is saying is waited for', async (who) => {
    const fake = makeFake();
    fake.session[who]('speaking');
    setTimeout(() => fake.session[who]('listening'), 900);
    await wrappedUp(fake);
    expect(fake.said[0]?.atMs).toBeGreaterThanOrEqual(900);
    expect(fake.said[0]?.atMs).toBeLessThan(1_200);
  });

  test('but not for ever: who goes on talking is talked over after 1.5 s', async () => {
    const fake = makeFake();
    fake.session.caller('speaking');
    await wrappedUp(fake);
    expect(fake.said[0]?.atMs).toBeLessThan(1_700);
  });

  test('the session is silenced first, so that no answer talks over what is said', async () => {
    const fake = makeFake();
    fake.session.agent('speaking');
    await wrappedUp(fake);
    expect(fake.session.hears).toBe(false);
    expect(fake.session.interrupted).toBe(1);
    expect(fake.session.agentState).not.toBe('speaking');
  });

  test.each<[string, boolean, (fake: FakeCall) => void]>([
    ['there is nobody', false, () => undefined],
    ['the caller keeps talking', false, (fake) => fake.session.caller('speaking')],
    ['the database hangs', false, (fake) => (fake.storing = never)],
    ['nobody takes over', true, () => undefined],
    ['the dispatch is refused', true, (fake) => (fake.dispatch = () => Promise.reject(new Error('no')))],
    ['the dispatch hangs', true, (fake) => (fake.dispatch = never)],
  ])('within ten seconds’ notice when %s: the caller hears a whole goodbye', async (_, handover, trouble) => {
    const fake = makeFake({ staff: true });
    trouble(fake);
    const { tookMs } = await wrappedUp(fake, { handover });
    expect([CALLBACK_TEXT, CONNECTING_OR_AGAIN_TEXT, CONNECTING_OR_CALLBACK_TEXT, STOPPING_TEXT]).toContain(
      fake.whole.at(-1),
    );
    expect(tookMs).toBeLessThanOrEqual(NOTICE_MS + SLACK_MS);
  });
});

describe('the time is kept', () => {
  const hang: Record<string, (fake: FakeCall) => void> = {
    'the pause': (fake) => fake.session.caller('speaking'),
    'the dispatch': (fake) => (fake.dispatch = never),
    'the transfer': (fake) => (fake.transferring = never),
    'the database': (fake) => (fake.storing = never),
    'the line': (fake) => (fake.sentenceMs = () => Infinity),
  };

  test.each([NOTICE_MS, CALL.orphanMs, CALM_MS, 3_000])(
    'when every part hangs, with %i ms for all',
    async (withinMs) => {
      const fake = makeFake({ staff: true, functions: { record_turn: never } });
      fake.state.ledger.addToTurn({ agent_text: 'One.' });
      for (const part of Object.values(hang)) part(fake);
      const { end, tookMs } = await wrappedUp(fake, { withinMs, handover: true });
      expect(end).toEqual({ outcome: 'failed', reason: 'worker_stopped' });
      expect(tookMs).toBeLessThanOrEqual(withinMs + SLACK_MS);
    },
  );

  test.each(Object.entries(hang))('when %s hangs', async (_, part) => {
    for (const withinMs of [NOTICE_MS, CALM_MS]) {
      const fake = makeFake({ staff: true });
      part(fake);
      const { tookMs } = await wrappedUp(fake, { withinMs, handover: true });
      expect(tookMs).toBeLessThanOrEqual(withinMs + SLACK_MS);
    }
  });

  test('when the database is gone, and rows are still waiting for it', async () => {
    const gone = () => {
      throw new SqlFailure('fetch failed', 0);
    };
    const fake = makeFake({ functions: { record_turn: gone } });
    fake.state.ledger.addToTurn({ agent_text: 'One.' });
    const { tookMs } = await wrappedUp(fake, { handover: true });
    expect(tookMs).toBeLessThanOrEqual(NOTICE_MS + SLACK_MS);
  });

  test('and no listener is left on the room', async () => {
    const fake = makeFake();
    await wrappedUp(fake, { handover: true });
    expect(fake.room.listenerCount(RoomEvent.ParticipantConnected)).toBe(0);
  });
});
