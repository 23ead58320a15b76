import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeCall } from '../test/support/live-call.ts';
import { stopClocks } from '../test/support/stopped-clocks.ts';
import { ANSWERING } from '../src/config/desk-defaults.ts';
import { type Answered, hearWhoAnswered, isMachine, waitForTone } from './answering.ts';

let startClocks: () => void;
beforeEach(() => (startClocks = stopClocks()));
afterEach(() => startClocks());

/** Listens to what is played; gives who it was, and after how long. */
async function listen(
  play: (call: FakeCall) => void,
  given: () => boolean = () => false,
): Promise<{ answered: Answered; tookMs: number }> {
  const fake = new FakeCall();
  let answered: Answered | undefined;
  let tookMs = 0;
  void hearWhoAnswered(fake.call, given).then((who) => {
    answered = who;
    tookMs = fake.now;
  });
  play(fake);
  for (let passed = 0; answered === undefined && passed < 60_000; passed += 50) {
    await vi.advanceTimersByTimeAsync(50);
  }
  if (answered === undefined) throw new Error('it was never clear who had answered');
  return { answered, tookMs };
}

/** Somebody speaks from `at` on, for so long; the words come a little later, and the session takes them as a turn. */
function speech(fake: FakeCall, at: number, forMs: number, words: string, turnAfterMs = 400): void {
  setTimeout(() => fake.session.caller('speaking'), at);
  setTimeout(() => fake.session.caller('listening'), at + forMs);
  setTimeout(() => fake.session.hear(words), at + forMs + 300);
  setTimeout(() => fake.state.ledger.beginTurn({ caller_text: words }), at + forMs + turnAfterMs);
}

describe('who has answered', () => {
  test('is a person who says hello; they are spoken to within a second of it', async () => {
    const { answered, tookMs } = await listen((fake) => speech(fake, 600, 700, 'Hello?'));
    expect(answered).toBe('person');
    expect(tookMs).toBeGreaterThan(1_300);
    expect(tookMs).toBeLessThan(1_300 + 1_000);
  });

  test('is a person whose turn the session ends late: we do not speak before it', async () => {
    const { answered, tookMs } = await listen((fake) => speech(fake, 600, 700, 'Hello, this is', 1_200));
    expect(answered).toBe('person');
    expect(tookMs).toBeGreaterThanOrEqual(1_300 + 1_200);
  });

  test('is somebody who says nothing; they are spoken to', async () => {
    const { answered, tookMs } = await listen(() => undefined);
    expect(answered).toBe('person');
    expect(tookMs).toBeGreaterThan(ANSWERING.silentMs);
    expect(tookMs).toBeLessThan(ANSWERING.silentMs + 200);
  });

  test('is a machine by its words, though it pauses', async () => {
    const { answered, tookMs } = await listen((fake) => {
      speech(fake, 500, 1_200, 'Hi, you have reached the voicemail of nobody.');
      speech(fake, 2_200, 2_000, 'Please leave a message after the tone.');
    });
    expect(answered).toBe('machine');
    expect(tookMs).toBeLessThan(2_300);
  });

  test('is a machine when it speaks for longer than a person does', async () => {
    const { answered, tookMs } = await listen((fake) => speech(fake, 500, 20_000, 'la la la'));
    expect(answered).toBe('machine');
    expect(tookMs).toBeLessThan(500 + ANSWERING.longMs + 200);
  });

  test('is nobody any more when they hang up', async () => {
    const { answered } = await listen((fake) => {
      setTimeout(() => fake.session.close('participant_disconnected'), 300);
    });
    expect(answered).toBe('left');
  });

  test('does not matter when the worker has to stop', async () => {
    const { tookMs } = await listen(
      () => undefined,
      () => true,
    );
    expect(tookMs).toBeLessThan(200);
  });
});

describe('a machine’s greeting', () => {
  async function tone(play: (fake: FakeCall) => void): Promise<{ silent: boolean; tookMs: number }> {
    const fake = new FakeCall();
    fake.session.caller('speaking');
    let silent: boolean | undefined;
    let tookMs = 0;
    void waitForTone(fake.call, () => false).then((result) => {
      silent = result;
      tookMs = fake.now;
    });
    play(fake);
    for (let passed = 0; silent === undefined && passed < 60_000; passed += 50) {
      await vi.advanceTimersByTimeAsync(50);
    }
    return { silent: silent === true, tookMs };
  }

  test('is waited for, and the tone with it', async () => {
    const { silent, tookMs } = await tone((fake) => {
      setTimeout(() => fake.session.caller('listening'), 3_000);
      setTimeout(() => fake.session.caller('speaking'), 3_500);
      setTimeout(() => fake.session.caller('listening'), 3_900);
    });
    expect(silent).toBe(true);
    expect(tookMs).toBeGreaterThan(3_900 + ANSWERING.machineQuietMs);
  });

  test('that never ends is hung up on', async () => {
    const { silent, tookMs } = await tone(() => undefined);
    expect(silent).toBe(false);
    expect(tookMs).toBeLessThan(ANSWERING.machineLongestMs + 200);
  });

  test.each([
    ['Please leave a message after the beep.', true],
    ["You've reached the voicemail of nobody.", true],
    ['The person you are calling is not available.', true],
    ['Hello?', false],
    ['Yes, this is Sara. Who is calling?', false],
    ['Can I leave a message for the doctor?', false],
  ])('is known by its words: %s', (words, machine) => {
    expect(isMachine(words, ['en'])).toBe(machine);
  });
});
