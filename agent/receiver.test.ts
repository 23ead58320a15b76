import { initializeLogger } from '@livekit/agents';
import { AudioFrame, type AudioSource, type Room } from '@livekit/rtc-node';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { VOICE_SAMPLE_RATE } from '../src/providers/prepared-audio.ts';
import { Receiver } from './receiver.ts';

/** 16-bit mono samples of a value that says whose they are. */
const samples = (ms: number, value: number) => new Int16Array((VOICE_SAMPLE_RATE / 1_000) * ms).fill(value);
const PROMPT = 1;
const SESSION = 2;

/** A track that takes as long to play as its audio lasts, and keeps what was heard. */
class FakeSource {
  /** What was heard, as runs of one value: [value, ms]. */
  readonly heard: [number, number][] = [];
  #endsAt = 0;
  #dropped = 0;

  get queuedDuration(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }

  async captureFrame(frame: AudioFrame): Promise<void> {
    const lengthMs = (frame.samplesPerChannel / frame.sampleRate) * 1_000;
    const startsAt = Math.max(this.#endsAt, performance.now());
    this.#endsAt = startsAt + lengthMs;
    const value = frame.data[0] ?? 0;
    const dropped = this.#dropped;
    setTimeout(() => {
      if (dropped === this.#dropped) this.#hear(value, lengthMs);
    }, this.queuedDuration);
    // As the real one: 200 ms are handed over ahead.
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, this.queuedDuration - 200)));
  }

  async waitForPlayout(): Promise<void> {
    while (this.queuedDuration > 0) await new Promise((resolve) => setTimeout(resolve, this.queuedDuration));
  }

  clearQueue(): void {
    this.#dropped += 1;
    this.#endsAt = performance.now();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #hear(value: number, ms: number): void {
    const last = this.heard.at(-1);
    if (last?.[0] === value) last[1] += ms;
    else this.heard.push([value, ms]);
  }
}

const realSources: AudioSource[] = [];

beforeEach(() => {
  initializeLogger({ pretty: false, level: 'silent' });
  vi.useFakeTimers();
});
afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(realSources.splice(0).map((source) => source.close()));
});

/** A receiver whose track is published in a room without a server. */
function makeReceiver(publish: () => Promise<unknown> = () => Promise.resolve(subscribed)) {
  const room = { localParticipant: { publishTrack: publish } } as unknown as Room;
  const receiver = new Receiver(room);
  realSources.push(receiver['audioSource'] as AudioSource);
  const source = new FakeSource();
  Object.assign(receiver, { audioSource: source });
  return { receiver, source };
}
const subscribed = { waitForSubscription: () => Promise.resolve() };

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

/** The session says something of this length, frame by frame. */
async function speak(receiver: Receiver, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 50) {
    const data = samples(50, SESSION);
    await receiver.captureFrame(new AudioFrame(data, VOICE_SAMPLE_RATE, 1, data.length));
  }
  receiver.flush();
}

/** A prompt, and what came of it. */
function play(receiver: Receiver, ms: number, options?: { interruptible: boolean }) {
  const prompt: { whole?: boolean } = {};
  void receiver.play(samples(ms, PROMPT), options).then((whole) => (prompt.whole = whole));
  return prompt;
}

describe('prepared audio', () => {
  test('is heard to its end before it counts as played', async () => {
    const { receiver, source } = makeReceiver();
    const prompt = play(receiver, 1_000);
    await pass(900);
    expect(receiver.prompting).toBe(true);
    expect(prompt.whole).toBeUndefined();
    await pass(200);
    expect(source.heard).toEqual([[PROMPT, 1_000]]);
    expect(prompt.whole).toBe(true);
    expect(receiver.prompting).toBe(false);
  });

  test('waits for the end of what the session is saying', async () => {
    const { receiver, source } = makeReceiver();
    void speak(receiver, 800);
    await pass(100);
    const prompt = play(receiver, 400);
    await pass(1_500);
    expect(source.heard).toEqual([
      [SESSION, 800],
      [PROMPT, 400],
    ]);
    expect(prompt.whole).toBe(true);
  });

  test('is not talked over: what the session says waits for its end', async () => {
    const { receiver, source } = makeReceiver();
    play(receiver, 600);
    await pass(100);
    void speak(receiver, 500);
    await pass(1_500);
    expect(source.heard).toEqual([
      [PROMPT, 600],
      [SESSION, 500],
    ]);
  });

  test('waits for other prepared audio', async () => {
    const { receiver } = makeReceiver();
    const [first, second, third] = [play(receiver, 300), play(receiver, 300), play(receiver, 300)];
    await pass(450);
    expect([first.whole, second.whole, third.whole]).toEqual([true, undefined, undefined]);
    await pass(600);
    expect([second.whole, third.whole]).toEqual([true, true]);
    expect(receiver.prompting).toBe(false);
  });

  test('never stands in the middle of a sentence of the session, whoever waited first', async () => {
    for (const order of ['session first', 'prompt first']) {
      const { receiver, source } = makeReceiver();
      play(receiver, 300);
      await pass(100);
      if (order === 'session first') void speak(receiver, 600);
      const second = play(receiver, 300);
      await pass(10);
      if (order === 'prompt first') void speak(receiver, 600);
      await pass(3_000);
      expect(second.whole).toBe(true);
      expect(source.heard.filter(([value]) => value === SESSION)).toEqual([[SESSION, 600]]);
    }
  });

  test('waits until the track is on the line', async () => {
    let publish: (publication: unknown) => void = () => undefined;
    const { receiver, source } = makeReceiver(() => new Promise((resolve) => (publish = resolve)));
    const prompt = play(receiver, 200);
    await pass(5_000);
    expect(source.heard).toEqual([]);
    expect(receiver.prompting).toBe(false);
    publish(subscribed);
    await pass(400);
    expect(prompt.whole).toBe(true);
  });

  test('that cannot be played says so', async () => {
    const { receiver } = makeReceiver(() => Promise.reject(new Error('publish failed')));
    await expect(receiver.play(samples(100, PROMPT))).rejects.toThrow('publish failed');
    expect(receiver.prompting).toBe(false);
  });
});

describe('a caller who speaks', () => {
  test('stops prepared audio at once, and nothing of it follows', async () => {
    const { receiver, source } = makeReceiver();
    const prompt = play(receiver, 3_000);
    await pass(1_000);
    receiver.stopPrompt();
    await pass(3_000);
    expect(prompt.whole).toBe(false);
    expect(source.heard[0]?.[1]).toBeLessThanOrEqual(1_000);
    expect(receiver.prompting).toBe(false);
  });

  test('does not stop what has to be heard', async () => {
    const { receiver, source } = makeReceiver();
    const prompt = play(receiver, 1_000, { interruptible: false });
    await pass(300);
    receiver.stopPrompt();
    await pass(1_000);
    expect(prompt.whole).toBe(true);
    expect(source.heard).toEqual([[PROMPT, 1_000]]);
  });

  test('stops only what is playing: the session speaks on', async () => {
    const { receiver, source } = makeReceiver();
    void speak(receiver, 500);
    await pass(100);
    receiver.stopPrompt();
    await pass(1_000);
    expect(source.heard).toEqual([[SESSION, 500]]);
  });

  test('also stops the answer that was waiting for the prompt to end: it is not said late', async () => {
    const { receiver, source } = makeReceiver();
    play(receiver, 600, { interruptible: false });
    await pass(100);
    const speaking = speak(receiver, 50);
    await pass(100);
    receiver.clearBuffer();
    await pass(1_000);
    await speaking;
    expect(source.heard).toEqual([[PROMPT, 600]]);
  });
});

test('a hushed line plays nothing that was waiting, but what has to be heard', async () => {
  const { receiver, source } = makeReceiver();
  void speak(receiver, 500);
  await pass(100);
  const word = play(receiver, 3_000);
  const last = play(receiver, 400, { interruptible: false });
  receiver.hush();
  await pass(2_000);
  expect([word.whole, last.whole]).toEqual([false, true]);
  expect(source.heard).toEqual([
    [SESSION, 500],
    [PROMPT, 400],
  ]);
  const later = play(receiver, 300);
  await pass(500);
  expect(later.whole).toBe(true);
});

test('the time of the session’s last frame is known, and prompts do not count', async () => {
  const { receiver } = makeReceiver();
  play(receiver, 500);
  await pass(700);
  expect(receiver.lastFrameAt).toBe(0);
  void speak(receiver, 100);
  await pass(50);
  expect(receiver.lastFrameAt).toBeGreaterThan(performance.now() - 100);
});
