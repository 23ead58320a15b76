import {
  type APIConnectOptions,
  APIConnectionError,
  APIStatusError,
  initializeLogger,
  stt,
} from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Ear, FallbackRecognizer, type FallbackRecognizerOptions } from './fallback-recognizer.ts';

const { SpeechEventType } = stt;
const RATE = 16_000;
/** One frame of 100 ms carries one word: its samples are the word's number, loud enough for voice. */
const FRAME = RATE / 10;
const LIMITS = { retryMs: 20, deafVoiceMs: 100 };

const wordFrame = (word: number) => new AudioFrame(new Int16Array(FRAME).fill(1_000 + word), RATE, 1, FRAME);
const silence = () => new AudioFrame(new Int16Array(FRAME), RATE, 1, FRAME);

/** What a recogniser does with its n-th stream: recognises `words` words, and then ends as told. */
interface Behaviour {
  words?: number;
  end?: 'lost' | 401 | 'deaf' | 'throws';
}

class FakeEar extends stt.STT {
  readonly label = 'fake';
  readonly heard: number[][] = [];
  readonly #behave: (stream: number) => Behaviour;

  constructor(behave: (stream: number) => Behaviour = () => ({})) {
    super({ streaming: true, interimResults: true });
    this.#behave = behave;
  }

  stream(options?: { connOptions?: APIConnectOptions }): stt.SpeechStream {
    const heard: number[] = [];
    return new FakeStream(this, this.#behave(this.heard.push(heard)), heard, options?.connOptions);
  }

  protected override async _recognize(): Promise<stt.SpeechEvent> {
    throw new APIConnectionError({ message: 'not used' });
  }
}

class FakeStream extends stt.SpeechStream {
  readonly label = 'fake';
  readonly #behaviour: Behaviour;
  readonly #heard: number[];

  constructor(owner: stt.STT, behaviour: Behaviour, heard: number[], connOptions?: APIConnectOptions) {
    super(owner, RATE, connOptions);
    this.#behaviour = behaviour;
    this.#heard = heard;
  }

  protected override async run(): Promise<void> {
    const { words = Infinity, end } = this.#behaviour;
    if (words === 0) this.#fail(end);
    let at = 0;
    let left = words;
    for await (const item of this.input) {
      if (typeof item === 'symbol') continue;
      at += item.samplesPerChannel;
      const word = (item.data[0] ?? 0) - 1_000;
      if (word < 0) continue;
      this.#heard.push(word);
      if (left <= 0) continue;
      const endTime = at / RATE + this.startTimeOffset;
      const alternatives: [stt.SpeechData] = [
        {
          language: 'en' as stt.SpeechData['language'],
          text: `w${word}`,
          startTime: endTime - 0.1,
          endTime,
          confidence: 1,
        },
      ];
      this.queue.put({ type: SpeechEventType.START_OF_SPEECH });
      this.queue.put({ type: SpeechEventType.FINAL_TRANSCRIPT, alternatives });
      left -= 1;
      if (left === 0) this.#fail(end);
      else this.queue.put({ type: SpeechEventType.END_OF_SPEECH });
    }
  }

  #fail(end: Behaviour['end']): void {
    if (end === 'throws') throw new TypeError('a bug in a plugin');
    if (end === 'lost') throw new APIConnectionError({ message: 'lost', options: { retryable: false } });
    if (end === 401)
      throw new APIStatusError({ message: 'no', options: { statusCode: 401, retryable: false } });
  }
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

function listen(ears: (FakeEar | Ear)[], options: FallbackRecognizerOptions = {}) {
  const clock = { ms: 0 };
  const onDeaf = vi.fn();
  const recognizer = new FallbackRecognizer(
    ears.map((ear) => (ear instanceof FakeEar ? { recognizer: ear, deafMs: 60 } : ear)),
    { limits: LIMITS, breaker: { retryMs: 3_000, nowMs: () => clock.ms }, onDeaf, ...options },
  );
  cleanups.push(() => recognizer.close());
  const errors: unknown[] = [];
  recognizer.on('error', (error) => errors.push(error));
  const stream = recognizer.stream();
  const events: stt.SpeechEvent[] = [];
  let over = false;
  const finished = (async () => {
    for await (const event of stream) events.push(event);
    over = true;
  })();
  const text = () => events.flatMap((event) => event.alternatives?.[0].text ?? []).join(' ');
  const heard = (expected: string) =>
    vi.waitFor(() => expect(text()).toBe(expected), { interval: 2, timeout: 3_000 });
  const say = (...words: number[]) => words.forEach((word) => stream.pushFrame(wordFrame(word)));
  const pauseInSpeech = () => {
    for (let frame = 0; frame < 8; frame += 1) stream.pushFrame(silence());
  };
  return {
    clock,
    recognizer,
    stream,
    events,
    errors,
    onDeaf,
    finished,
    isOver: () => over,
    text,
    heard,
    say,
    pauseInSpeech,
  };
}

describe('FallbackRecognizer', () => {
  it('leaves the second recogniser alone while the first one hears', async () => {
    const second = new FakeEar();
    const { say, stream, finished, text, errors } = listen([new FakeEar(), second]);
    say(1, 2, 3);
    stream.endInput();
    await finished;
    expect([text(), second.heard, errors]).toEqual(['w1 w2 w3', [], []]);
  });

  it.each<[string, Behaviour]>([
    ['is refused', { words: 0, end: 'lost' }],
    ['has a bad key', { words: 0, end: 401 }],
    ['is deaf', { words: 0, end: 'deaf' }],
    ['has a bug', { words: 0, end: 'throws' }],
    ['is lost after two words', { words: 2, end: 'lost' }],
    ['goes deaf after two words', { words: 2, end: 'deaf' }],
  ])('loses and repeats no word when the first %s', async (_, behaviour) => {
    const { say, heard, stream, finished, errors, onDeaf, recognizer } = listen([
      new FakeEar(() => behaviour),
      new FakeEar(),
    ]);
    say(1, 2);
    await heard('w1 w2');
    say(3, 4);
    await heard('w1 w2 w3 w4');
    stream.endInput();
    await finished;
    expect([errors, onDeaf.mock.calls, recognizer.label]).toEqual([[], [], 'openhours.FallbackRecognizer']);
  });

  it('gives times that go on rising over a switch', async () => {
    const { say, heard, events } = listen([new FakeEar(() => ({ words: 2, end: 'lost' })), new FakeEar()]);
    say(1, 2, 3, 4);
    await heard('w1 w2 w3 w4');
    const times = events.flatMap((event) => event.alternatives?.[0].endTime ?? []);
    for (const [at, time] of times.entries()) expect(time).toBeCloseTo((at + 1) / 10, 1);
  });

  it('ends the speech that was going on when a recogniser is lost', async () => {
    const { say, heard, events } = listen([new FakeEar(() => ({ words: 1, end: 'lost' })), new FakeEar()]);
    say(1, 2);
    await heard('w1 w2');
    await vi.waitFor(() => expect(events.at(-1)?.type).toBe(SpeechEventType.END_OF_SPEECH));
    const { START_OF_SPEECH, FINAL_TRANSCRIPT, END_OF_SPEECH } = SpeechEventType;
    const each = [START_OF_SPEECH, FINAL_TRANSCRIPT, END_OF_SPEECH];
    expect(events.map(({ type }) => type)).toEqual([...each, ...each]);
  });

  it('returns to the first in a pause, once that one recognises words again, and no word comes twice', async () => {
    const first = new FakeEar((stream) => (stream === 1 ? { words: 0, end: 401 } : {}));
    const second = new FakeEar();
    const { clock, say, heard, pauseInSpeech } = listen([first, second]);
    say(1);
    await heard('w1');
    clock.ms = 3_000;
    pauseInSpeech();
    await vi.waitFor(() => expect(first.heard).toHaveLength(2));
    say(2);
    await heard('w1 w2');
    await vi.waitFor(() => expect(first.heard[1]).toEqual([2]));
    pauseInSpeech();
    await new Promise((resolve) => setImmediate(resolve));
    say(3);
    await heard('w1 w2 w3');
    expect(second.heard).toEqual([[1, 2]]);
  });

  it('stays with the second while trying the first fails', async () => {
    const first = new FakeEar(() => ({ words: 0, end: 401 }));
    const { clock, say, heard, pauseInSpeech, onDeaf } = listen([first, new FakeEar()]);
    for (let turn = 1; turn <= 3; turn += 1) {
      say(turn);
      await heard(Array.from({ length: turn }, (_, index) => `w${index + 1}`).join(' '));
      clock.ms += 3_000;
      pauseInSpeech();
      await vi.waitFor(() => expect(first.heard).toHaveLength(turn + 1));
    }
    expect(onDeaf).not.toHaveBeenCalled();
  });

  it('stays open when nobody hears, says so once, and hears what was said meanwhile when one is back', async () => {
    const works = { now: false };
    const dead = () => new FakeEar(() => (works.now ? {} : { words: 0, end: 401 }));
    const { clock, say, heard, onDeaf, errors, isOver } = listen([dead(), dead()]);
    say(1);
    await vi.waitFor(() => expect(onDeaf).toHaveBeenCalledTimes(1));
    clock.ms = 3_000;
    say(2);
    await new Promise((resolve) => setTimeout(resolve, 3 * LIMITS.retryMs));
    expect([onDeaf.mock.calls.length, errors, isOver()]).toEqual([1, [], false]);
    works.now = true;
    clock.ms = 6_000;
    await heard('w1 w2');
  });

  it('does not take a noisy line for deafness while the service gives signs of life', async () => {
    const first = new FakeEar(() => ({ words: 1, end: 'deaf' }));
    const second = new FakeEar();
    const ear: Ear = { recognizer: first, deafMs: 20, lastSignAt: () => Date.now() };
    const { say, heard } = listen([ear, second]);
    say(1, 2, 3);
    await heard('w1');
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(second.heard).toEqual([]);
  });

  it('leaves nothing running when it is closed', async () => {
    const dead = new FakeEar(() => ({ words: 0, end: 401 }));
    const { recognizer, finished, onDeaf } = listen([dead]);
    await vi.waitFor(() => expect(onDeaf).toHaveBeenCalled());
    await recognizer.close();
    await finished;
  });

  it('logs one line for each switch', async () => {
    const warn = vi.fn();
    const log = { warn, debug: vi.fn(), info: vi.fn() } as unknown as NonNullable<
      FallbackRecognizerOptions['log']
    >;
    const { say, heard } = listen([new FakeEar(() => ({ words: 0, end: 401 })), new FakeEar()], { log });
    say(1);
    await heard('w1');
    expect(warn.mock.calls).toEqual([
      [expect.objectContaining({ reason: 'status 401' }), 'recogniser failed'],
    ]);
  });
});

describe('a call whose language changes', () => {
  const two = () => {
    const [before, after] = [new FakeEar(), new FakeEar()];
    const lists = { before: [{ recognizer: before }], after: [{ recognizer: after }] };
    let now: Ear[] = lists.before;
    const recognizer = new FallbackRecognizer(() => now, { limits: LIMITS });
    cleanups.push(() => recognizer.close());
    const stream = recognizer.stream();
    const texts: string[] = [];
    void (async () => {
      for await (const event of stream) texts.push(...(event.alternatives ?? []).map(({ text }) => text));
    })();
    const heard = (...words: string[]) =>
      vi.waitFor(() => expect(texts).toEqual(words), { interval: 2, timeout: 3_000 });
    const say = (...words: number[]) => words.forEach((word) => stream.pushFrame(wordFrame(word)));
    const pauseInSpeech = () => {
      for (let frame = 0; frame < 8; frame += 1) stream.pushFrame(silence());
    };
    return { before, after, heard, say, pauseInSpeech, change: () => (now = lists.after) };
  };

  it('is heard by the next recogniser from the next pause on, every word once', async () => {
    const { before, after, heard, say, pauseInSpeech, change } = two();
    say(1, 2);
    await heard('w1', 'w2');
    change();
    say(3);
    await heard('w1', 'w2', 'w3');
    expect(after.heard).toEqual([]);
    pauseInSpeech();
    await vi.waitFor(() => expect(after.heard).toHaveLength(1), { interval: 2, timeout: 3_000 });
    say(4, 5);
    await heard('w1', 'w2', 'w3', 'w4', 'w5');
    expect(before.heard.flat()).toEqual([1, 2, 3]);
    expect(after.heard).toEqual([[4, 5]]);
  });
});
