import { voice } from '@livekit/agents';
import { RoomEvent } from '@livekit/rtc-node';
import { DateTime } from 'luxon';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ZONE, makeClinic } from '../test/support/clinic.ts';
import { stopClocks } from '../test/support/stopped-clocks.ts';
import { SqlFailure } from '../test/support/database.ts';
import { FakeCall } from '../test/support/live-call.ts';
import { AFTER_HOURS_GOODBYE_TEXT, MESSAGE_TAKEN_TEXT, STOPPING_TEXT } from '../src/clinic/sentences.ts';
import { AFTER_HOURS } from '../src/config/defaults.ts';
import { afterHoursText, nobodyInText, takeMessage } from './after-hours.ts';
import type { CallEnd } from './call.ts';
import type { WorkerLink, WorkerOrders } from './worker-link.ts';

describe('a caller outside the hours hears', () => {
  const text = (local: string, overrides = {}) =>
    afterHoursText(makeClinic(overrides), DateTime.fromISO(`2026-${local}`, { zone: ZONE }).toMillis());

  test.each([
    // 2026-11-23 is a Monday; the clinic is closed on Thursday the 26th.
    ['in the evening', '11-23T19:00', 'Tuesday the 24th of November at 9 in the morning'],
    ['before opening', '11-23T07:00', 'Monday the 23rd of November at 9 in the morning'],
    ['on Friday evening', '11-27T17:00', 'Monday the 30th of November at 9 in the morning'],
    ['before a closure', '11-25T17:00', 'Friday the 27th of November at 9 in the morning'],
  ])('%s when it opens again, with the weekday', (_, local, opening) => {
    expect(text(local)).toContain(`Invented Dental is closed now. We open again on ${opening}.`);
  });

  test('the time of the clinic, whatever zone the worker is in', () => {
    const spoken = text('11-23T15:00', { time_zone: 'America/New_York' });
    expect(spoken).toContain('Monday the 23rd of November at 9 in the morning');
  });

  test('the opening after lunch', () => {
    const hours = [1, 2].flatMap((weekday) => [
      { weekday, opens: '09:00', closes: '12:30' },
      { weekday, opens: '14:00', closes: '17:00' },
    ]);
    expect(text('11-23T13:00', { hours })).toContain('Monday the 23rd of November at 2 in the afternoon');
  });

  test('what to do in an emergency: the clinic’s own line, else the general advice', () => {
    const line = 'For emergencies, call 0 3 0 0, 5 5 5, 0 1 0 1.';
    expect(text('11-23T19:00', { emergency_line: line })).toContain(line);
    expect(text('11-23T19:00', { emergency_line: line })).not.toContain('emergency services');
    expect(text('11-23T19:00')).toContain('In an emergency, please hang up and call the emergency services.');
  });

  test('that a message is taken, last', () => {
    expect(text('11-23T19:00')).toMatch(/please say your name and what it is about\.$/);
  });

  test('of no opening when none is known', () => {
    expect(text('11-23T19:00', { hours: [] })).not.toContain('We open again');
    expect(text('11-23T19:00', { hours: [] })).toContain('Invented Dental is closed now.');
  });
});

describe('a message', () => {
  let startClocks: () => void;
  beforeEach(() => (startClocks = stopClocks()));
  afterEach(() => startClocks());

  const TEXT = 'Invented Dental is closed now.';
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

  function taking(fake = new FakeCall()) {
    fake.sentenceMs = (text) => (text === TEXT ? 9_000 : 3_500);
    let orders: WorkerOrders | undefined;
    const listen = (given: WorkerOrders) => {
      orders = given;
      return () => undefined;
    };
    const worker = { listen } as unknown as WorkerLink;
    const taken: { end?: CallEnd; atMs?: number; error?: unknown } = {};
    void takeMessage(fake.call, TEXT, worker).then(
      (end) => Object.assign(taken, { end, atMs: fake.now }),
      (error: unknown) => Object.assign(taken, { error }),
    );
    return { fake, session: fake.session, taken, order: () => orders };
  }

  async function speak(session: FakeCall['session'], words: string, forMs = 2_000): Promise<void> {
    session.caller('speaking');
    await pass(forMs);
    session.hear(words);
    session.caller('listening');
  }

  test('is asked for once more when 0 is pressed for a person, with what to do in an emergency', async () => {
    const { fake, session, taken } = taking();
    const press = (identity: string) => fake.room.emit(RoomEvent.DtmfReceived, 0, '0', { identity });
    await pass(2_000);
    press('somebody');
    expect(fake.receiver.stopped).toBe(0);
    press('caller');
    await pass(1_000);
    const advice = nobodyInText(fake.state.clinic);
    expect(fake.said.map(({ text }) => text)).toEqual([TEXT, advice]);
    expect(advice).toMatch(/is closed now\. .*emergency.* leave a message/);
    await pass(4_000);
    press('caller');
    await speak(session, 'It is about my bill.');
    await pass(AFTER_HOURS.endMs + 6_000);
    expect(fake.said.filter(({ text }) => text === advice)).toHaveLength(1);
    expect(taken.end).toEqual({ outcome: 'after_hours', reason: 'message_taken' });
    expect(fake.room.listenerCount(RoomEvent.DtmfReceived)).toBe(0);
  });

  test('is stored whole before it is confirmed, and the line stays up for the confirmation', async () => {
    const { fake, session, taken } = taking();
    await pass(9_100);
    await speak(session, 'This is Sara Notreal.');
    await pass(1_000);
    await speak(session, 'I need a new appointment.', 6_000);
    await pass(10_000);
    expect(taken.end).toEqual({ outcome: 'after_hours', reason: 'message_taken' });
    expect(fake.owed).toMatchObject([
      { what: 'message', body: { message: 'This is Sara Notreal. I need a new appointment.' } },
    ]);
    expect(fake.whole).toEqual([TEXT, MESSAGE_TAKEN_TEXT]);
    const [, confirmation] = fake.said;
    expect(confirmation?.atMs).toBeGreaterThanOrEqual(fake.owed[0]?.atMs ?? Infinity);
    expect(confirmation?.interruptible).toBe(false);
    expect(taken.atMs).toBeGreaterThanOrEqual((confirmation?.atMs ?? 0) + 3_500 + 400);
    expect(fake.state.ledger.turnIndex).toBe(2);
  });

  test('is confirmed 2.5 s after its last sound, however late its last words are recognised', async () => {
    const { fake, session } = taking();
    await pass(9_100);
    session.caller('speaking');
    await pass(2_000);
    session.caller('listening');
    const endedAt = fake.now;
    await pass(1_000);
    session.hear('This is Sara Notreal.');
    await pass(5_000);
    expect((fake.said[1]?.atMs ?? 0) - endedAt).toBeLessThan(2_800);
    expect(fake.owed).toMatchObject([{ body: { message: 'This is Sara Notreal.' } }]);
  });

  test('may be begun before we have said everything', async () => {
    const { fake, session } = taking();
    await pass(3_000);
    await speak(session, 'This is Sara Notreal, please call me.');
    await pass(10_000);
    expect(fake.said[0]?.result).toBe('stopped');
    expect(fake.owed).toHaveLength(1);
  });

  test('is taken to its end while the caller goes on without a pause', async () => {
    const { fake, session } = taking();
    await pass(9_100);
    session.caller('speaking');
    for (let part = 0; part < 5; part += 1) {
      await pass(4_000);
      session.hear(`part ${part}`);
    }
    expect(fake.owed).toEqual([]);
    session.caller('listening');
    await pass(4_000);
    expect(fake.owed).toMatchObject([{ body: { message: 'part 0 part 1 part 2 part 3 part 4' } }]);
  });

  test('that never ends is stored after two minutes, and is not longer than what can be stored', async () => {
    const { fake, session } = taking();
    await pass(9_100);
    session.caller('speaking');
    for (let second = 0; second < 130; second += 1) {
      session.hear('and then she said and then he said');
      await pass(1_000);
    }
    const { message } = (fake.owed[0]?.body ?? {}) as { message?: string };
    expect(message?.length).toBe(AFTER_HOURS.messageChars);
  });

  test('is stored also when the caller hangs up while speaking', async () => {
    const { fake, session, taken } = taking();
    await pass(9_100);
    await speak(session, 'This is Sara Notreal.');
    session.close(voice.CloseReason.PARTICIPANT_DISCONNECTED);
    await pass(500);
    expect(fake.owed).toMatchObject([{ body: { message: 'This is Sara Notreal.' } }]);
    expect(taken.end).toEqual({ outcome: 'after_hours', reason: 'message_taken' });
    expect(fake.whole).toEqual([TEXT]);
  });

  test('is stored also when the worker has to end', async () => {
    const { fake, session, taken, order } = taking();
    await pass(9_100);
    await speak(session, 'This is Sara Notreal.');
    order()?.wrapUp({ reason: 'worker_stopped', withinMs: 7_500, handover: false });
    await pass(7_500);
    expect(fake.owed).toHaveLength(1);
    expect(fake.whole).toEqual([TEXT, MESSAGE_TAKEN_TEXT]);
    expect(taken.end).toEqual({ outcome: 'after_hours', reason: 'message_taken' });
  });

  test('is none when nobody says anything: the call ends after 8 s with a goodbye, and nothing is stored or thanked for', async () => {
    const { fake, taken } = taking();
    await pass(9_000 + 8_300 + 10_000);
    expect(taken.end).toEqual({ outcome: 'after_hours', reason: 'no_message' });
    expect(fake.owed).toEqual([]);
    expect(fake.whole).toEqual([TEXT, AFTER_HOURS_GOODBYE_TEXT]);
  });

  test('is none when the recogniser only guessed', async () => {
    const { fake, session, taken } = taking();
    await pass(9_100);
    session.hear('uh', false);
    session.hear('  ');
    await pass(9_000 + 10_000);
    expect(taken.end).toEqual({ outcome: 'after_hours', reason: 'no_message' });
    expect(fake.owed).toEqual([]);
  });

  test('is stored all the same when the database is back within three seconds', async () => {
    const { fake, session, taken } = taking();
    let tries = 0;
    fake.storing = () => {
      tries += 1;
      return tries < 4 ? Promise.reject(new SqlFailure('fetch failed', 0)) : Promise.resolve();
    };
    await pass(9_100);
    await speak(session, 'This is Sara Notreal.');
    await pass(12_000);
    expect(fake.owed).toHaveLength(1);
    expect(taken.end).toEqual({ outcome: 'after_hours', reason: 'message_taken' });
  });

  test.each<[string, () => Promise<void>]>([
    ['is refused', () => Promise.reject(new SqlFailure('down', 500))],
    ['hangs', () => new Promise<never>(() => undefined)],
  ])(
    'is not confirmed when storing it %s, and the caller is told that it was for nothing',
    async (_, storing) => {
      const { fake, session, taken } = taking();
      fake.storing = storing;
      await pass(9_100);
      await speak(session, 'This is Sara Notreal.');
      await pass(20_000);
      expect(fake.whole).toEqual([TEXT, STOPPING_TEXT]);
      expect(taken.end).toEqual({ outcome: 'failed', reason: 'message_not_stored' });
    },
  );
});
