import { voice } from '@livekit/agents';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeCall, FakeSession } from '../test/support/live-call.ts';
import { makeClinic } from '../test/support/clinic.ts';
import { stopClocks } from '../test/support/stopped-clocks.ts';
import {
  CONNECTING_TEXT,
  EMERGENCY_ALONE_TEXT,
  EMERGENCY_TEXTS,
  NOT_CONNECTED_AGAIN_TEXT,
  NOT_CONNECTED_TEXTS,
} from '../src/clinic/sentences.ts';
import type { TransferOutcome } from '../src/providers/sip-transfer.ts';
import { answerByCode } from './alarms.ts';
import type { CallEnd } from './call.ts';
import { converse } from './conversation.ts';
import { transfer } from './tools/transfer.ts';
import type { WorkerLink, WorkerOrders } from './worker-link.ts';

let startClocks: () => void;
beforeEach(() => (startClocks = stopClocks()));
afterEach(() => startClocks());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const STAFF = '+922135550199';
const RINGS_MS = 5_000;

/** A call in which the front desk's telephone rings for 5 s, and then this comes of it. */
function call(outcome: TransferOutcome) {
  const fake = new FakeCall(
    { clinic: makeClinic({ staff_number: STAFF }) },
    { leave_message: ({ p_body }) => (left.push(p_body), 'task-invented') },
  );
  const left: unknown[] = [];
  fake.transferring = () => new Promise((resolve) => setTimeout(() => resolve(outcome), RINGS_MS));
  let orders: WorkerOrders | undefined;
  const listen = (given: WorkerOrders) => {
    orders = given;
    return () => undefined;
  };
  const result: { end?: CallEnd } = {};
  void converse(fake.call, { listen } as unknown as WorkerLink).then((end) => (result.end = end));
  /** The caller says something that code answers; the answer is heard. */
  const say = (text: string, { upTo = Infinity } = {}) => {
    const answer = answerByCode(fake.state, text);
    answer?.apply();
    fake.session.turn('user', text);
    const said = answer?.text ?? 'Of course.';
    fake.session.turn('assistant', said.slice(0, upTo), { interrupted: upTo < said.length });
  };
  return { fake, result, say, left, worker: () => orders as WorkerOrders };
}

describe('a caller who asks for a person', () => {
  test('is connected once they have heard it, and the call was transferred', async () => {
    const { fake, result, say } = call('completed');
    say('Can I speak to a real person please');
    await pass(RINGS_MS);
    expect(fake.transfers.map(({ to }) => to)).toEqual([STAFF]);
    expect(result.end).toEqual({ outcome: 'transferred', reason: 'asked_for' });
  });

  test('is transferred although they leave the room as it is known', async () => {
    const { fake, result, say } = call('completed');
    say('Can I speak to a real person please');
    await pass(RINGS_MS - 100);
    fake.callerLeft = true;
    fake.session.close(voice.CloseReason.PARTICIPANT_DISCONNECTED);
    await pass(200);
    expect(result.end).toEqual({ outcome: 'transferred', reason: 'asked_for' });
  });

  test.each(['busy', 'no_answer', 'failed'] as const)(
    'comes back when it was in vain: %s',
    async (outcome) => {
      const { fake, result, say } = call(outcome);
      say('Can I speak to a real person please');
      await pass(RINGS_MS);
      expect(result.end).toBeUndefined();
      expect(fake.session.said).toEqual([NOT_CONNECTED_TEXTS[outcome]]);
      expect(fake.state.silenced).toBe(false);
      say('Can I speak to a real person please');
      await pass(RINGS_MS);
      expect(fake.session.said.at(-1)).toBe(NOT_CONNECTED_AGAIN_TEXT);
      say('Can I speak to a real person please');
      await pass(RINGS_MS);
      expect(fake.transfers).toHaveLength(2);
    },
  );

  test('is asked nothing while it rings, and is not taken for silent', async () => {
    const { fake, say } = call('no_answer');
    fake.transferring = () => new Promise((resolve) => setTimeout(() => resolve('no_answer'), 25_000));
    say('Can I speak to a real person please');
    await pass(24_000);
    expect(fake.heard).toEqual([]);
    expect(fake.state.silenced).toBe(true);
  });

  test('is not connected when they speak into it and want something else', async () => {
    const { fake, say } = call('completed');
    say('Can I speak to a real person please', { upTo: CONNECTING_TEXT.length / 2 });
    say('No wait, just book a check-up.');
    await pass(RINGS_MS);
    expect(fake.transfers).toEqual([]);
  });

  test('who hangs up while it rings has hung up', async () => {
    const { result, say } = call('caller_left');
    say('Can I speak to a real person please');
    await pass(RINGS_MS);
    expect(result.end).toEqual({ outcome: 'completed', reason: 'caller_hung_up' });
  });
});

describe('an emergency', () => {
  test('is connected also when the caller speaks into the instructions', async () => {
    const { result, say } = call('completed');
    say('I can not breathe', { upTo: EMERGENCY_TEXTS.en.first.length });
    say('Please help');
    await pass(RINGS_MS);
    expect(result.end).toEqual({ outcome: 'transferred', reason: 'emergency' });
  });

  test('that nobody answers is sent to the emergency services, and left for the front desk', async () => {
    const { fake, left, say } = call('no_answer');
    say('I can not breathe');
    await pass(RINGS_MS);
    expect(fake.session.said).toEqual([EMERGENCY_ALONE_TEXT]);
    expect(left).toEqual([expect.objectContaining({ reason: 'emergency' })]);
  });
});

test('a third wish for a person by key or by the model offers a message, and rings nobody', () => {
  const { fake } = call('completed');
  fake.state.failedTransfers = 2;
  expect(transfer(fake.state, { reason: 'The caller has pressed 0.' })).toMatchObject({
    say: NOT_CONNECTED_AGAIN_TEXT,
  });
  expect(fake.state.transferWish).toBeUndefined();
});

describe('where somebody can be called into the room', () => {
  const withDesk = (result: { outcome: string; trouble: boolean }) => {
    const made = call('completed');
    Object.assign(made.fake.receiver, { play: () => Promise.resolve(true) });
    const desk = {
      ears: {
        session: new FakeSession(),
        state: { clinic: made.fake.state.clinic, ledger: { turnIndex: 0 } },
      },
      keys: 0,
      left: false,
      ring: () => Promise.resolve(result),
      keepApart: () => Promise.resolve((desk.keys = 1)),
      join: () => Promise.resolve(true),
      hangUp: () => Promise.resolve(),
      close: () => Promise.resolve(),
    };
    Object.assign(desk.ears, { log: made.fake.state.log });
    Object.assign(made.fake.call, { openFrontDesk: () => desk });
    return made;
  };

  test('the two are left to each other, and nobody is referred', async () => {
    const { fake, result, say } = withDesk({ outcome: 'answered', trouble: false });
    say('Can I speak to a real person please');
    await pass(3_000);
    expect(result.end).toEqual({ outcome: 'transferred', reason: 'asked_for', bridged: true });
    expect(fake.transfers).toEqual([]);
  });

  test('the caller is referred where the call cannot be placed', async () => {
    const { fake, result, say } = withDesk({ outcome: 'failed', trouble: true });
    say('Can I speak to a real person please');
    await pass(RINGS_MS);
    expect(fake.transfers.map(({ to }) => to)).toEqual([STAFF]);
    expect(result.end).toEqual({ outcome: 'transferred', reason: 'asked_for' });
  });
});

test('a worker that stops while it rings does not ring a second time beside it', async () => {
  const { fake, result, say, worker } = call('completed');
  say('Can I speak to a real person please');
  await pass(1_000);
  worker().wrapUp({ reason: 'worker_stopped', withinMs: 18_000, handover: false });
  await pass(RINGS_MS);
  expect(fake.transfers).toHaveLength(1);
  expect(result.end).toEqual({ outcome: 'transferred', reason: 'asked_for' });
});
