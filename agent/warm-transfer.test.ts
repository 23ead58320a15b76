import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeCall } from '../test/support/call-state.ts';
import { makeClinic } from '../test/support/clinic.ts';
import { FakeCall, FakeSession } from '../test/support/live-call.ts';
import { stopClocks } from '../test/support/stopped-clocks.ts';
import {
  BRIEFING_QUESTION_TEXT,
  CONNECTED_TEXT,
  FILLER_TEXTS,
  STILL_RINGING_TEXT,
  briefingText,
  emergencyBriefingText,
} from '../src/clinic/sentences.ts';
import { findClaims } from '../src/clinic/claims.ts';
import type { PatientId } from '../src/clinic/ids.ts';
import { ANSWERING, BRIEFING } from '../src/config/desk-defaults.ts';
import type { DialResult } from '../src/providers/sip-dial.ts';
import type { FirstWords } from './answering.ts';
import type { FrontDesk } from './front-desk.ts';
import { type WarmOutcome, briefing, judgeReply, transferWarm } from './warm-transfer.ts';

let startClocks: () => void;
beforeEach(() => (startClocks = stopClocks()));
afterEach(() => startClocks());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const CLINIC = makeClinic({ staff_number: '+922135550199' });
const TOLD = briefingText(CLINIC, [], undefined);
const ANSWERED: DialResult = { outcome: 'answered', sipStatus: undefined, trouble: false };

/** A transfer to somebody who picks up after 4 s, unless it is said otherwise. */
function transferring({ reason = 'asked_for', rings = 4_000, result = ANSWERED } = {}) {
  const fake = new FakeCall({ clinic: CLINIC });
  const played: number[] = [];
  Object.assign(fake.receiver, { play: async () => void played.push(fake.now) });
  const ears = new FakeSession();
  const done: string[] = [];
  const desk = {
    ears: { session: ears, state: { clinic: CLINIC, ledger: { turnIndex: 0 } }, log: fake.state.log },
    left: false,
    keys: 0,
    joins: true,
    ring: async (to: string) => {
      done.push(`ring ${to}`);
      await new Promise((resolve) => setTimeout(resolve, rings));
      return result;
    },
    keepApart: async () => void done.push('apart'),
    join: async () => {
      done.push('join');
      return desk.joins;
    },
    hangUp: async () => void done.push('hang up'),
    close: async () => void done.push('close'),
  };
  const hurry = new AbortController();
  const givenUp = new AbortController();
  const got: { outcome?: WarmOutcome } = {};
  const wish = { reason, turnIndex: 1, after: '' };
  const clock = { hurry: hurry.signal, givenUp: givenUp.signal };
  void transferWarm(fake.call, desk as unknown as FrontDesk, CLINIC.staff_number ?? '', wish, clock).then(
    (outcome) => (got.outcome = outcome),
  );
  /** Somebody there says something, and is quiet afterwards. */
  const says = async (words: string, ms = 800) => {
    ears.caller('speaking');
    await pass(ms);
    if (words !== '') ears.hear(words);
    ears.caller('listening');
    await pass(ANSWERING.turnMs + BRIEFING.pollMs);
  };
  return {
    fake,
    desk,
    done,
    got,
    says,
    hurry,
    givenUp,
    played,
    texts: () => fake.said.map(({ text }) => text),
  };
}

/** … and has been told who is calling. */
async function briefed(options: Parameters<typeof transferring>[0] = {}) {
  const transfer = transferring(options);
  await pass(4_000);
  await transfer.says('Front desk, hello.');
  await pass(1_000);
  return transfer;
}

describe('somebody who picks up', () => {
  test('is told who is calling, and connected when they agree; the two do not hear each other before', async () => {
    const { done, texts, got, says } = await briefed();
    expect(done).toEqual([`ring ${CLINIC.staff_number ?? ''}`, 'apart']);
    expect(texts().at(-1)).toBe(TOLD);
    await says('Yes, put them through.');
    await pass(1_000);
    expect(texts().at(-1)).toBe(CONNECTED_TEXT);
    expect(got.outcome).toBe('completed');
    expect(done.slice(2)).toEqual(['join', 'close']);
  });

  test('agrees with any key, also into the briefing, which ends there', async () => {
    const { desk, got, fake, says } = transferring();
    fake.sentenceMs = (text) => (text === TOLD ? 9_000 : 1_000);
    await pass(4_000);
    await says('Hello?');
    desk.keys = 1;
    await pass(1_000 + 3 * BRIEFING.pollMs);
    expect(fake.session.interrupted).toBe(1);
    expect(got.outcome).toBe('completed');
  });

  test('who refuses is left in peace, and the caller is told that the line is busy', async () => {
    const { done, got, says } = await briefed();
    await says('Not now.');
    await pass(0);
    expect(got.outcome).toBe('busy');
    expect(done.slice(2)).toEqual(['hang up', 'close']);
  });

  test('and says nothing to being asked is asked again, and then taken for nobody', async () => {
    const { texts, got } = await briefed();
    await pass(BRIEFING.asks * (BRIEFING.replyMs + 2_000));
    expect(texts().filter((text) => text === BRIEFING_QUESTION_TEXT)).toHaveLength(BRIEFING.asks - 1);
    expect(got.outcome).toBe('no_answer');
  });

  test('as a machine is told nothing', async () => {
    const { texts, got, says, done } = transferring();
    await pass(4_000);
    await says('You have reached the voicemail of nobody, please leave a message after the tone.', 4_000);
    expect(got.outcome).toBe('no_answer');
    expect(texts()).not.toContain(TOLD);
    expect(done).toContain('hang up');
    expect(done).not.toContain('join');
  });

  test('in an emergency is told so and not asked', async () => {
    const { texts, got } = await briefed({ reason: 'emergency' });
    await pass(1_000);
    expect(texts().slice(-2)).toEqual([emergencyBriefingText(CLINIC), CONNECTED_TEXT]);
    expect(got.outcome).toBe('completed');
  });

  test('and hangs up while being told is nobody, and no more is said', async () => {
    const { desk, got, texts } = await briefed();
    desk.left = true;
    await pass(20_000);
    expect(got.outcome).toBe('no_answer');
    expect(texts().at(-1)).toBe(TOLD);
  });

  test('but cannot be joined to the caller is hung up on', async () => {
    const { desk, got, says, done } = await briefed();
    desk.joins = false;
    await says('Yes.');
    expect(got.outcome).toBe('failed');
    expect(done.slice(-2)).toEqual(['hang up', 'close']);
  });
});

describe('a caller who waits', () => {
  test('hears it ring within 3 s of any silence, and now and then a word', async () => {
    const { fake, played } = transferring({ rings: 25_000 });
    await pass(24_000);
    const sounds = [...played, ...fake.said.map(({ atMs }) => atMs)].sort((a, b) => a - b);
    expect(sounds[0]).toBe(0);
    // A ring takes no time here, and 1 s on the line.
    sounds.slice(1).forEach((at, i) => expect(at - (sounds[i] ?? 0)).toBeLessThanOrEqual(3_000));
    expect(fake.said.map(({ text }) => text)).toContain(STILL_RINGING_TEXT);
  });

  test('is asked for a moment when whoever has picked up speaks for longer', async () => {
    const { texts, says } = transferring();
    await pass(4_000);
    await says('Good morning, this is the front desk of Invented Dental.', BRIEFING.waitMs + 200);
    expect(texts()).toEqual([FILLER_TEXTS[0], TOLD]);
  });

  test('and hangs up ends the ringing', async () => {
    const { fake, got, done } = transferring();
    await pass(1_000);
    fake.callerLeft = true;
    await pass(BRIEFING.pollMs);
    expect(got.outcome).toBe('caller_left');
    expect(done.slice(-2)).toEqual(['hang up', 'close']);
  });
});

describe('a worker that stops', () => {
  test('connects at once with whoever has picked up, without more words', async () => {
    const { hurry, got, done, texts } = await briefed();
    hurry.abort();
    await pass(1_500);
    expect(texts().at(-1)).toBe(CONNECTED_TEXT);
    expect(done).toContain('join');
    expect(got.outcome).toBe('completed');
  });

  test('leaves nobody to ring when its time is up', async () => {
    const { givenUp, got, done } = transferring({ rings: 20_000 });
    await pass(1_000);
    givenUp.abort();
    await pass(BRIEFING.pollMs);
    expect(got.outcome).toBe('no_answer');
    await pass(60_000);
    expect(done.slice(1)).toEqual(['hang up', 'close']);
  });
});

describe('a number', () => {
  test.each(['busy', 'no_answer', 'failed'] as const)('that is %s is told as that', async (outcome) => {
    const { got, done } = transferring({ result: { outcome, sipStatus: 486, trouble: false } });
    await pass(4_000);
    expect(got.outcome).toBe(outcome);
    expect(done).not.toContain('join');
  });

  test('that cannot be called at all may still be reached in another way', async () => {
    const { got } = transferring({ result: { outcome: 'failed', sipStatus: 503, trouble: true } });
    await pass(4_000);
    expect(got.outcome).toBe('cold');
  });
});

describe('an answer to being asked', () => {
  const heard = (words: string): FirstWords => ({
    answeredAt: 0,
    firstSoundAt: 500,
    changedAt: 1_000,
    speaking: false,
    words,
    turnOver: false,
    left: false,
  });
  test.each([
    ['Yes.', 'yes'],
    ['Okay, go ahead.', 'yes'],
    ['No problem.', 'yes'],
    ['Who is it?', 'yes'],
    ['', 'yes'],
    ['No.', 'no'],
    ["I can't right now.", 'no'],
    ['نہیں', 'no'],
    ['Ahora no puedo.', 'no'],
    ['Please leave a message after the tone.', 'machine'],
  ])('is understood: "%s"', (words, reply) => {
    expect(judgeReply(heard(words), 4_000, ['en', 'es', 'ur'])).toBe(reply);
  });

  test('is waited for while somebody speaks, but not for ever', () => {
    const speaking = { ...heard(''), speaking: true };
    expect(judgeReply(speaking, 4_000, ['en'])).toBe('wait');
    expect(judgeReply(speaking, 500 + ANSWERING.longMs + 1, ['en'])).toBe('machine');
  });
});

describe('the briefing', () => {
  test('names whom the call has verified, once, and what they said', () => {
    const { state } = makeCall([], { clinic: CLINIC });
    state.verified.set('p1', { patient_id: 'p-1' as PatientId, full_name: 'Sara Notreal' });
    expect(briefing(state, 'asked_for')).toContain('with a caller on the line: Sara Notreal.');
    const about = briefing(state, 'Sara Notreal asks about her bill');
    expect(about).toContain('with a caller on the line. Sara Notreal asks about her bill. Shall I');
  });

  test('leaves out what claims that something was done', () => {
    const { state } = makeCall([], { clinic: CLINIC });
    expect(briefing(state, "You're booked for Tuesday.")).toBe(TOLD);
  });

  test('claims nothing by itself but the transfer, which is on record', () => {
    const texts = [
      TOLD,
      BRIEFING_QUESTION_TEXT,
      CONNECTED_TEXT,
      STILL_RINGING_TEXT,
      emergencyBriefingText(CLINIC),
    ];
    const claims = texts.flatMap((text) => findClaims(text).map(({ claim }) => claim));
    expect(claims.filter((claim) => claim !== 'transferring')).toEqual([]);
  });
});
