import { voice } from '@livekit/agents';
import { DisconnectReason, RoomEvent } from '@livekit/rtc-node';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeClinic } from '../test/support/clinic.ts';
import { SqlFailure } from '../test/support/database.ts';
import { FakeCall } from '../test/support/live-call.ts';
import { stopClocks } from '../test/support/stopped-clocks.ts';
import type { BookedAppointment } from '../src/clinic/appointments.ts';
import {
  CALLBACK_TEXT,
  CLOSING_SOON_TEXT,
  LINE_BACK_TEXT,
  PASS_ON_TEXT,
  SILENCE_GOODBYE_TEXT,
} from '../src/clinic/sentences.ts';
import { CALL } from '../src/config/defaults.ts';
import type { CallEnd } from './call.ts';
import { converse } from './conversation.ts';
import type { WorkerLink, WorkerOrders } from './worker-link.ts';

let startClocks: () => void;
beforeEach(() => (startClocks = stopClocks()));
afterEach(() => startClocks());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const HUNG_UP = voice.CloseReason.PARTICIPANT_DISCONNECTED;
const ORDER = { reason: 'worker_stopped', withinMs: 7_500, handover: false };

/** A conversation; `result.end` is there once it is over. */
function conversing(fake = new FakeCall()) {
  let orders: WorkerOrders | undefined;
  const listen = (given: WorkerOrders) => {
    orders = given;
    return () => (orders = undefined);
  };
  const result: { end?: CallEnd; atMs?: number } = {};
  void converse(fake.call, { listen } as unknown as WorkerLink).then((end) => {
    Object.assign(result, { end, atMs: fake.now });
  });
  return { fake, session: fake.session, result, worker: () => orders as WorkerOrders };
}

test('what an answer has used is on record once it is said, whatever happens to the process then', async () => {
  const used: unknown[] = [];
  const fake = new FakeCall({}, { record_usage: ({ p_usage }) => (used.push(p_usage), null) });
  Object.assign(fake.call, { usage: { take: () => ({ 'OpenAI/invented/output_tokens': 12 }) } });
  const { session } = conversing(fake);
  session.turn('user', 'Where are you?');
  session.turn('assistant', 'At 1 Invented Street.');
  await fake.state.ledger.written();
  expect(used).toEqual([{ 'OpenAI/invented/output_tokens': 12 }]);
});

describe('a connection that is made anew', () => {
  test('is excused for, and the caller asked again, when the line was lost with it', async () => {
    const { fake } = conversing();
    fake.reconnecting = true;
    fake.room.emit(RoomEvent.ParticipantDisconnected, {});
    await pass(5_000);
    fake.reconnecting = false;
    fake.room.emit(RoomEvent.Reconnected);
    await pass(2_000);
    expect(fake.whole).toContain(LINE_BACK_TEXT);
  });

  test('is not spoken of when it was only resumed, or when somebody else left', async () => {
    const { fake } = conversing();
    fake.room.emit(RoomEvent.ParticipantDisconnected, {});
    fake.room.emit(RoomEvent.Reconnected);
    await pass(2_000);
    expect(fake.said).toEqual([]);
  });
});

describe('the outcome of a call', () => {
  test('is completed when the caller hangs up after a conversation', async () => {
    const { session, result } = conversing();
    session.turn('user', 'Where are you?');
    session.turn('assistant', 'At 1 Invented Street.');
    session.close(HUNG_UP);
    await pass(1);
    expect(result.end).toEqual({ outcome: 'completed', reason: 'caller_hung_up' });
  });

  test('is abandoned when they hang up without a word', async () => {
    const { session, result } = conversing();
    session.turn('assistant', 'Good day.');
    session.close(HUNG_UP);
    await pass(1);
    expect(result.end).toEqual({ outcome: 'abandoned', reason: 'caller_hung_up' });
  });

  test('is booked when a booking was made, however the call ended', async () => {
    for (const end of ['hung up', 'broken'] as const) {
      const { fake, session, result } = conversing();
      fake.storing = () => Promise.reject(new SqlFailure('down', 500));
      session.turn('user', 'Yes.');
      fake.state.booked.push({} as BookedAppointment);
      session.close(end === 'hung up' ? HUNG_UP : voice.CloseReason.ERROR);
      await pass(30_000);
      expect(result.end).toMatchObject({ outcome: 'booked' });
    }
  });

  test('is callback_owed when that was promised, also after a booking: somebody has to call', async () => {
    const { fake, session, result } = conversing();
    fake.state.booked.push({} as BookedAppointment);
    session.close(voice.CloseReason.ERROR);
    await pass(30_000);
    expect(result.end).toEqual({ outcome: 'callback_owed', reason: 'session_error' });
  });

  test('is handed_over for an agent that took the call over and brought it to its end', async () => {
    const { session, result } = conversing(new FakeCall({ resumed: true }));
    session.turn('user', 'That was all.');
    session.close(HUNG_UP);
    await pass(1);
    expect(result.end).toEqual({ outcome: 'handed_over', reason: 'caller_hung_up' });
  });

  test('is written by the other agent when that has the call: this one leaves', async () => {
    const taken = () => {
      throw new SqlFailure('call_taken_over', 409);
    };
    const { session, result } = conversing(new FakeCall({}, { record_turn: taken }));
    session.turn('user', 'Hello?');
    await pass(10);
    expect(result.end).toEqual({ leave: 'call_taken_over' });
  });

  test('is not ours either when we were removed from the room', async () => {
    const { fake, result } = conversing();
    fake.room.emit(RoomEvent.Disconnected, DisconnectReason.PARTICIPANT_REMOVED);
    await pass(1);
    expect(result.end).toEqual({ leave: 'call_taken_over' });
  });
});

describe('goodbye', () => {
  test('is said to its end before the line is cut', async () => {
    const { fake, session, result } = conversing();
    session.turn('user', 'Thank you, goodbye.');
    fake.state.goodbye = true;
    session.turn('assistant', 'Goodbye!');
    await pass(CALL.lingerMs - 1);
    expect(result.end).toBeUndefined();
    await pass(1);
    expect(result.end).toEqual({ outcome: 'completed', reason: 'goodbye' });
  });

  test('is taken back when the caller speaks into it', async () => {
    const { fake, session, result } = conversing();
    session.turn('user', 'Thank you, goodbye.');
    fake.state.goodbye = true;
    session.turn('assistant', 'Good', { interrupted: true });
    await pass(1_000);
    expect(result.end).toBeUndefined();
    expect(fake.state.goodbye).toBe(false);
  });
});

describe('nobody is left in silence', () => {
  test('when the session breaks: another agent takes over, which the caller hears', async () => {
    const { fake, session, result } = conversing();
    fake.dispatch = async () => {
      setTimeout(() => {
        fake.others = [{}];
        fake.room.emit(RoomEvent.ParticipantConnected, {});
      }, 700);
    };
    session.close(voice.CloseReason.ERROR, new Error('three times'));
    await pass(5_000);
    expect(result.end).toEqual({ leave: 'handed_over' });
    expect(fake.whole).toEqual([PASS_ON_TEXT]);
  });

  test('when it breaks once more: a call is not passed on for ever', async () => {
    const { fake, session, result } = conversing(new FakeCall({ resumed: true }));
    session.close(voice.CloseReason.ERROR);
    await pass(10_000);
    expect(fake.dispatched).toBe(0);
    expect(fake.whole).toEqual([CALLBACK_TEXT]);
    expect(result.end).toMatchObject({ outcome: 'callback_owed' });
  });

  test('when no voice can be made by anybody: no other agent is asked', async () => {
    const { fake, result } = conversing();
    fake.trouble.events.onSilenced?.();
    await pass(10_000);
    expect(fake.dispatched).toBe(0);
    expect(result.end).toEqual({ outcome: 'callback_owed', reason: 'voiceless' });
  });

  test('when the agent is mute: it is replaced', async () => {
    const { fake, session } = conversing();
    session.agent('speaking');
    await pass(8_000);
    expect(fake.dispatched).toBe(1);
    expect(fake.heard[0]?.[0]).toBe(PASS_ON_TEXT);
  });

  test('when the caller says nothing: they are asked, and hear why the call ends', async () => {
    const { fake, result } = conversing();
    await pass(40_000);
    expect(fake.whole.at(-1)).toBe(SILENCE_GOODBYE_TEXT);
    expect(result.end).toEqual({ outcome: 'abandoned', reason: 'caller_silent' });
  });

  test('when the call gets too long: the front desk takes it', async () => {
    const fake = new FakeCall({ clinic: makeClinic({ staff_number: '+922135550199' }) });
    const { session, result } = conversing(fake);
    for (let second = 0; second < CALL.longestMs / 1_000 + 10 && result.end === undefined; second += 1) {
      session.caller('speaking');
      await pass(500);
      session.caller('listening');
      session.turn('user', 'And then');
      session.agent('speaking');
      await pass(500);
      session.agent('listening');
    }
    await pass(20_000);
    expect(result.end).toEqual({ outcome: 'transferred', reason: 'longest_call' });
  });
});

describe('the worker', () => {
  test('ends the call with its own reason, once: a second order changes nothing', async () => {
    const { fake, result, worker } = conversing();
    worker().wrapUp(ORDER);
    worker().wrapUp({ ...ORDER, reason: 'deadline' });
    await pass(7_600);
    expect(result.end).toEqual({ outcome: 'callback_owed', reason: 'worker_stopped' });
    expect(fake.said).toHaveLength(1);
  });

  test('has the caller told that the clinic closes soon, and the call goes on', async () => {
    const { fake, result, worker } = conversing();
    worker().closingSoon(120_000);
    await pass(3_000);
    expect(fake.whole).toEqual([CLOSING_SOON_TEXT]);
    expect(result.end).toBeUndefined();
  });

  test('stops a call whose caller hangs up meanwhile', async () => {
    const { session, result, worker } = conversing();
    session.turn('user', 'Hello?');
    worker().wrapUp(ORDER);
    await pass(500);
    session.close(HUNG_UP);
    await pass(1);
    expect(result.end).toEqual({ outcome: 'completed', reason: 'caller_hung_up' });
  });
});

test('a caller who speaks stops a prompt after 120 ms more of it, and a click does not', async () => {
  const { fake, session } = conversing();
  session.caller('speaking');
  await pass(50);
  session.caller('listening');
  await pass(1_000);
  expect(fake.receiver.stopped).toBe(0);
  session.caller('speaking');
  await pass(130);
  expect(fake.receiver.stopped).toBe(1);
});

test('nothing is left behind when the call is over', async () => {
  const { fake, session, result, worker } = conversing();
  session.turn('user', 'Hello?');
  session.close(HUNG_UP);
  await pass(5_000);
  expect(result.end).toBeDefined();
  expect(vi.getTimerCount()).toBe(0);
  expect(fake.room.listenerCount(RoomEvent.Disconnected)).toBe(0);
  expect(worker()).toBeUndefined();
});

test('each turn stands in the ledger with what was said and where its time went', async () => {
  const rows: unknown[] = [];
  const fake = new FakeCall({}, { record_turn: ({ p_index, p_turn }) => void rows.push([p_index, p_turn]) });
  const { session } = conversing(fake);
  const item = (role: string, text: string, metrics: object) => ({
    item: { type: 'message', role, textContent: text, createdAt: Date.now(), interrupted: false, metrics },
  });
  const { ConversationItemAdded } = voice.AgentSessionEventTypes;
  session.emit(
    ConversationItemAdded,
    item('user', 'Ten, please.', { transcriptionDelay: 0.21, endOfTurnDelay: 0.3 }),
  );
  session.emit(
    ConversationItemAdded,
    item('assistant', 'Fine.', { llmNodeTtft: 0.2, ttsNodeTtfb: 0.1, e2eLatency: 0.7 }),
  );
  await pass(10);
  expect(rows).toEqual([
    [1, { caller_text: 'Ten, please.', parts: { recognitionMs: 210, endpointingMs: 300 } }],
    [
      1,
      { agent_text: 'Fine.', interrupted: false, parts: { languageMs: 200, speechMs: 100 }, latency_ms: 700 },
    ],
  ]);
});
