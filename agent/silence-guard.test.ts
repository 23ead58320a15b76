import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import fc from 'fast-check';
import { FakeCall } from '../test/support/live-call.ts';
import {
  FILLER_TEXTS,
  LOST_TURN_TEXT,
  NOT_HEARD_TEXT,
  SILENCE_GOODBYE_TEXT,
  SILENCE_TEXTS,
} from '../src/clinic/sentences.ts';
import { SilenceGuard } from './silence-guard.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A call with its guard; `reports` has what the guard reported, and when. */
function guarded() {
  const fake = new FakeCall();
  const reports: [string, boolean, number][] = [];
  const guard = new SilenceGuard(fake.call, {
    callerSilent: () => {
      reports.push(['caller_silent', false, fake.now]);
      guard.stop();
    },
    broken: (how, everywhere) => {
      reports.push([how, everywhere, fake.now]);
      guard.stop();
    },
  });
  return { fake, session: fake.session, guard, reports };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** The caller speaks for a while, and the words arrive. */
async function ask(session: FakeCall['session'], forMs = 1_000): Promise<void> {
  session.caller('speaking');
  await pass(forMs);
  session.caller('listening');
  session.turn('user', 'A check-up, please.');
}

/** The agent answers for a while, with sound. */
async function answer({ session, receiver }: FakeCall, forMs = 1_000): Promise<void> {
  session.agent('speaking');
  for (let passed = 0; passed < forMs; passed += 100) {
    receiver.lastFrameAt = performance.now();
    await pass(100);
  }
  session.agent('listening');
}

test('a caller who types is not asked whether they are there, and is once they have stopped', async () => {
  const { fake } = guarded();
  await pass(7_000);
  fake.state.keypad.keys = '0305';
  await pass(20_000);
  expect(fake.heard).toEqual([]);
  fake.state.keypad.keys = undefined;
  await pass(9_000);
  expect(fake.heard.map(([text]) => text)).toEqual([SILENCE_TEXTS[0]]);
});

describe('a caller who waits for an answer', () => {
  test('hears after 1.5 s that it takes a moment, and again 2 s after the end of that', async () => {
    const { fake, session } = guarded();
    session.turn('user', 'A check-up, please.');
    await pass(7_000);
    expect(fake.heard).toEqual([
      [FILLER_TEXTS[0], 1_500],
      [FILLER_TEXTS[1], 4_500],
    ]);
  });

  test('hears nothing of the sort when the answer comes within 1.4 s', async () => {
    const { fake, session } = guarded();
    await ask(session);
    await pass(1_400);
    await answer(fake, 3_000);
    await pass(4_000);
    expect(fake.heard).toEqual([]);
  });

  test('hears the answer instead of a second filler once it comes', async () => {
    const { fake, session } = guarded();
    session.turn('user', 'A check-up, please.');
    await pass(3_000);
    await answer(fake, 2_000);
    await pass(6_000);
    expect(fake.heard).toEqual([[FILLER_TEXTS[0], 1_500]]);
  });

  test('is asked to say it again when no answer comes, and what is late is not said any more', async () => {
    const { fake, session, reports } = guarded();
    session.turn('user', 'A check-up, please.');
    await pass(9_000);
    expect(fake.heard.at(-1)).toEqual([LOST_TURN_TEXT, expect.any(Number)]);
    expect(fake.heard.at(-1)?.[1]).toBeLessThanOrEqual(8_700);
    expect(session.interrupted).toBe(1);
    expect(reports).toEqual([]);
  });

  test('gets somebody else when that was lost as well', async () => {
    const { session, reports } = guarded();
    session.turn('user', 'A check-up, please.');
    await pass(12_000);
    session.turn('user', 'A check-up!');
    await pass(9_000);
    expect(reports).toEqual([['lost_turns', false, expect.any(Number)]]);
  });

  test('keeps this agent when it has answered in between', async () => {
    const { fake, session, reports } = guarded();
    for (let turn = 0; turn < 3; turn += 1) {
      await ask(session);
      await pass(10_000);
      await ask(session);
      await pass(300);
      await answer(fake);
    }
    expect(reports).toEqual([]);
    expect(fake.said.filter(({ text }) => text === LOST_TURN_TEXT)).toHaveLength(3);
  });

  test('never hears more than 3 s of silence, however long the answer takes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 12_000 }), fc.integer({ min: 100, max: 6_000 })), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.integer({ min: 300, max: 3_000 }),
        async (turns, sentenceMs) => {
          const { fake, session, guard, reports } = guarded();
          fake.sentenceMs = () => sentenceMs;
          let silentMs = 0;
          let longestMs = 0;
          const listen = setInterval(() => {
            const sound = session.agentState === 'speaking' || fake.receiver.prompting;
            silentMs = sound ? 0 : silentMs + 50;
            longestMs = Math.max(longestMs, silentMs);
          }, 50);
          for (const [delayMs, answerMs] of turns) {
            session.turn('user', 'A check-up, please.');
            silentMs = 0;
            for (
              let passed = 0;
              passed < delayMs && fake.heard.at(-1)?.[0] !== LOST_TURN_TEXT;
              passed += 100
            ) {
              await pass(100);
            }
            await answer(fake, answerMs);
            if (reports.length > 0) break;
          }
          clearInterval(listen);
          guard.stop();
          expect(longestMs).toBeLessThanOrEqual(3_000);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('is given up by all when no language model answers: another agent would have none, either', async () => {
    const { fake, session, reports } = guarded();
    fake.trouble.events.onLost?.();
    await answer(fake);
    session.turn('user', 'A check-up!');
    fake.trouble.events.onLost?.();
    expect(reports).toEqual([['lost_turns', true, expect.any(Number)]]);
  });

  test('is kept when a model has answered in between', async () => {
    const { fake, session, reports } = guarded();
    for (let time = 0; time < 3; time += 1) {
      session.turn('user', 'A check-up, please.');
      fake.trouble.events.onLost?.();
      await answer(fake);
      session.turn('user', 'A check-up!');
      await answer(fake);
    }
    expect(reports).toEqual([]);
  });
});

describe('a caller who speaks and is not heard', () => {
  test('is told so 2 s after they stopped', async () => {
    const { fake, session } = guarded();
    session.caller('speaking');
    await pass(1_000);
    session.caller('listening');
    await pass(2_500);
    expect(fake.heard).toEqual([[NOT_HEARD_TEXT, 3_100]]);
  });

  test('is not told so when the agent has answered, also where it was no turn: an "uh-huh"', async () => {
    const { fake, session } = guarded();
    session.caller('speaking');
    await pass(1_000);
    session.caller('listening');
    await pass(300);
    session.agent('speaking');
    await pass(1_000);
    session.agent('listening');
    await pass(3_000);
    expect(fake.heard).toEqual([]);
  });

  test('gets somebody else the second time', async () => {
    const { session, reports } = guarded();
    for (let time = 0; time < 2; time += 1) {
      session.caller('speaking');
      await pass(1_000);
      session.caller('listening');
      await pass(4_000);
    }
    expect(reports).toEqual([['deaf', false, expect.any(Number)]]);
  });

  test('is not kept when no recogniser hears at all: another agent would not, either', async () => {
    const { fake, session, reports } = guarded();
    fake.trouble.events.onDeaf?.();
    session.caller('speaking');
    await pass(1_000);
    session.caller('listening');
    await pass(2_500);
    expect(reports).toEqual([['deaf', true, 3_100]]);
    expect(fake.heard).toEqual([]);
  });

  test('is kept when the recogniser hears again', async () => {
    const { fake, session, reports } = guarded();
    fake.trouble.events.onDeaf?.();
    await ask(session);
    await answer(fake);
    session.caller('speaking');
    await pass(1_000);
    session.caller('listening');
    await pass(2_500);
    expect(reports).toEqual([]);
    expect(fake.heard.map(([text]) => text)).toEqual([NOT_HEARD_TEXT]);
  });

  test('was only a cough when it was short', async () => {
    const { fake, session } = guarded();
    session.caller('speaking');
    await pass(300);
    session.caller('listening');
    await pass(6_000);
    expect(fake.heard).toEqual([]);
  });

  test('is heard all the same when the words come within 2 s', async () => {
    const { fake, session } = guarded();
    session.caller('speaking');
    await pass(1_000);
    session.caller('listening');
    await pass(1_900);
    session.turn('user', 'A check-up, please.');
    await pass(1_000);
    expect(fake.heard).toEqual([]);
  });
});

describe('an agent that no sound of the caller reaches', () => {
  test('is replaced', async () => {
    const { fake, reports } = guarded();
    fake.callerUnheard = true;
    await pass(3_000);
    expect(reports).toEqual([['deaf', false, 2_700]]);
  });

  test('is kept while a connection is made anew', async () => {
    const { fake, reports } = guarded();
    for (let times = 0; times < 5; times += 1) {
      fake.callerUnheard = true;
      await pass(2_000);
      fake.callerUnheard = false;
      await pass(200);
    }
    expect(reports).toEqual([]);
  });
});

describe('an agent that says nothing', () => {
  test('is replaced when it takes itself to be speaking and no sound comes', async () => {
    const { session, reports } = guarded();
    session.agent('speaking');
    await pass(3_000);
    expect(reports).toEqual([['mute', false, 2_600]]);
  });

  test('is replaced when the sound ends in the middle', async () => {
    const { fake, session, reports } = guarded();
    session.agent('speaking');
    await pass(1_000);
    fake.receiver.lastFrameAt = performance.now();
    await pass(2_400);
    expect(reports).toEqual([]);
    await pass(300);
    expect(reports).toEqual([['mute', false, 3_600]]);
  });

  test('is not replaced while there is sound, however long it speaks', async () => {
    const { fake, reports } = guarded();
    await answer(fake, 60_000);
    expect(reports).toEqual([]);
  });

  test('ends the call when no voice can be made anywhere', () => {
    const { fake, reports } = guarded();
    fake.trouble.events.onSilenced?.();
    expect(reports).toEqual([['voiceless', true, 0]]);
  });
});

describe('a caller who says nothing', () => {
  test('is asked twice, 8 s apart, and hears a goodbye before the call ends', async () => {
    const { fake, reports } = guarded();
    await pass(40_000);
    expect(fake.whole).toEqual([...SILENCE_TEXTS, SILENCE_GOODBYE_TEXT]);
    const [first, second, goodbye] = fake.said.map(({ atMs }) => atMs);
    expect(first).toBe(8_100);
    expect(second).toBe(17_200);
    expect(goodbye).toBe(26_300);
    expect(reports).toEqual([['caller_silent', false, 27_300]]);
  });

  test('is asked from the beginning after they have spoken', async () => {
    const { fake, session, reports } = guarded();
    await pass(18_500);
    await ask(session);
    await answer(fake);
    await pass(18_500);
    expect(fake.whole).toEqual([...SILENCE_TEXTS, ...SILENCE_TEXTS]);
    expect(reports).toEqual([]);
  });

  test('keeps the call when they speak into the goodbye', async () => {
    const { fake, session, reports } = guarded();
    await pass(26_500);
    session.caller('speaking');
    fake.receiver.stopPrompt();
    await pass(1_000);
    session.caller('listening');
    session.turn('user', 'I am here!');
    await answer(fake);
    await pass(1_000);
    expect(reports).toEqual([]);
  });
});

test('nothing is said into a caller who speaks, an agent that speaks, or a prompt', async () => {
  const { fake, session, reports } = guarded();
  session.caller('speaking');
  await pass(30_000);
  session.caller('listening');
  session.turn('user', 'A long story.');
  await answer(fake, 30_000);
  fake.receiver.prompting = true;
  await pass(30_000);
  fake.receiver.prompting = false;
  await pass(7_000);
  expect(fake.heard).toEqual([]);
  expect(reports).toEqual([]);
});

test('it says and reports nothing once it is stopped, and leaves no timer', async () => {
  const { fake, session, guard, reports } = guarded();
  session.turn('user', 'A check-up, please.');
  guard.stop();
  await pass(60_000);
  expect(fake.heard).toEqual([]);
  expect(reports).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
