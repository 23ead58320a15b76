import {
  type APIConnectOptions,
  APIConnectionError,
  APIStatusError,
  initializeLogger,
  tts,
} from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { isOpenhoursError } from '../errors.ts';
import { FallbackVoice, type FallbackVoiceOptions } from './fallback-voice.ts';
import { wordStart } from './voice-relay.ts';

const RATE = 8_000;
const CHARS_PER_SECOND = 10;
/** Samples of one character: all have its code as their value, so that what was heard can be read. */
const CHAR = RATE / CHARS_PER_SECOND;
/** Not shorter: the voices that are to succeed must do so within them on a busy machine. */
const LIMITS = { firstAudioMs: 300, idleMs: 300, charsPerSecond: CHARS_PER_SECOND };

/** How a voice behaves in one utterance: `heard` characters are spoken, then it fails as `end` says. */
interface Behaviour {
  heard?: number;
  end: 'ok' | 'lost' | 'hang' | 401 | 429 | 'throws';
  /** It begins this much later. */
  delayMs?: number;
}

class FakeVoice extends tts.TTS {
  readonly label = 'fake';
  readonly asked: string[] = [];
  readonly #behave: (utterance: number) => Behaviour;
  utterances = 0;

  constructor(behave: (utterance: number) => Behaviour = () => ({ end: 'ok' })) {
    super(RATE, 1, { streaming: true });
    this.#behave = behave;
  }

  synthesize(): tts.ChunkedStream {
    throw new Error('not used');
  }

  stream(options?: { connOptions?: APIConnectOptions }): tts.SynthesizeStream {
    return new FakeStream(this, () => this.#behave((this.utterances += 1)), options?.connOptions);
  }
}

class FakeStream extends tts.SynthesizeStream {
  readonly label = 'fake';
  readonly #voice: FakeVoice;
  readonly #behave: () => Behaviour;

  constructor(voice: FakeVoice, behave: () => Behaviour, connOptions?: APIConnectOptions) {
    super(voice, connOptions);
    this.#voice = voice;
    this.#behave = behave;
  }

  protected override async run(): Promise<void> {
    const { heard = Infinity, end, delayMs = 0 } = this.#behave();
    let left = heard;
    const index = this.#voice.asked.push('') - 1;
    for await (const text of this.input) {
      if (typeof text === 'symbol') continue;
      this.#voice.asked[index] += text;
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      for (const char of text) {
        if (left <= 0 || this.abortSignal.aborted) break;
        left -= 1;
        this.queue.put({ requestId: 'r', segmentId: 's', frame: sound(char), final: false });
      }
      if (left <= 0) break;
    }
    if (end === 'hang') await new Promise((resolve) => this.abortSignal.addEventListener('abort', resolve));
    if (end === 'throws') throw new TypeError('a bug in a plugin');
    if (end === 'lost') throw new APIConnectionError({ message: 'lost', options: { retryable: false } });
    if (typeof end === 'number') {
      throw new APIStatusError({ message: 'refused', options: { statusCode: end, retryable: false } });
    }
    if (!this.queue.closed) this.queue.put(tts.SynthesizeStream.END_OF_STREAM);
  }
}

const sound = (char: string) => new AudioFrame(new Int16Array(CHAR).fill(char.charCodeAt(0)), RATE, 1, CHAR);

const open: FallbackVoice[] = [];
afterEach(() => Promise.all(open.splice(0).map((voice) => voice.close())));
beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

function fallback(voices: tts.TTS[], options: FallbackVoiceOptions = {}) {
  const onSilenced = vi.fn();
  const voice = new FallbackVoice(voices, { limits: LIMITS, onSilenced, ...options });
  open.push(voice);
  const errors: unknown[] = [];
  voice.on('error', (error) => errors.push(error));
  return { voice, onSilenced, errors };
}

/** What a caller hears of the fragments, as text. */
async function say(voice: FallbackVoice, ...fragments: string[]): Promise<string> {
  const stream = voice.stream();
  for (const fragment of fragments) stream.pushText(fragment);
  stream.endInput();
  return listen(stream);
}

async function listen(stream: tts.SynthesizeStream | tts.ChunkedStream): Promise<string> {
  let text = '';
  for await (const audio of stream) {
    if (typeof audio !== 'symbol') text += String.fromCharCode(audio.frame.data[0] ?? 0);
  }
  return text;
}

const TEXT = 'I can offer you Tuesday at nine. Would that suit you?';

describe('FallbackVoice', () => {
  it('leaves the second voice alone while the first one speaks', async () => {
    const second = new FakeVoice();
    const { voice } = fallback([new FakeVoice(), second]);
    expect(await say(voice, 'Good ', 'morning. ', 'How are you?')).toBe('Good morning. How are you?');
    expect(second.asked).toEqual([]);
  });

  it.each<[string, Behaviour]>([
    ['is refused', { heard: 0, end: 'lost' }],
    ['has a bad key', { heard: 0, end: 401 }],
    ['is asked too often', { heard: 0, end: 429 }],
    ['hangs at the start', { heard: 0, end: 'hang' }],
    ['begins too late', { end: 'ok', delayMs: 900 }],
    ['says it is done and made no sound', { heard: 0, end: 'ok' }],
    ['has a bug', { heard: 0, end: 'throws' }],
  ])('has the second voice speak the same text when the first %s', async (_, behaviour) => {
    const { voice, errors, onSilenced } = fallback([new FakeVoice(() => behaviour), new FakeVoice()]);
    expect(await say(voice, TEXT)).toBe(TEXT);
    expect([errors, onSilenced.mock.calls]).toEqual([[], []]);
  });

  it.each<[string, Behaviour['end'], number, string]>([
    ['cut off after a word', 'lost', 'I can offer '.length, ''],
    ['stalled after a word', 'hang', 'I can offer '.length, ''],
    ['cut off within a word, which is said again', 'lost', 'I can offer y'.length, 'y'],
    ['cut off after the first sentence', 'lost', 'I can offer you Tuesday at nine. '.length, ''],
  ])('has the second voice say the rest, when the first is %s', async (_, end, heard, twice) => {
    const second = new FakeVoice();
    const { voice, errors } = fallback([new FakeVoice(() => ({ heard, end })), second]);
    const at = heard - twice.length;
    expect(await say(voice, TEXT)).toBe(TEXT.slice(0, at) + twice + TEXT.slice(at));
    expect(second.asked).toEqual([TEXT.slice(at)]);
    expect(errors).toEqual([]);
  });

  it('says everything in order however often a voice is cut off within one utterance', async () => {
    const words = fc.array(fc.stringMatching(/^[A-Z][a-z]{0,7}$/), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(words, fc.integer({ min: 1, max: 60 }), fc.nat(60), async (list, first, second) => {
        const { voice } = fallback([
          new FakeVoice((n) => (n === 1 ? { heard: first, end: 'lost' } : { end: 'ok' })),
          new FakeVoice((n) => (n === 1 ? { heard: second, end: 'lost' } : { end: 'ok' })),
        ]);
        const text = list.join(' ');
        let next = 0;
        for (const word of (await say(voice, text)).match(/[A-Z][a-z]*/g) ?? []) {
          if (word === list[next]) next += 1;
          // Only a word that was cut off is said again.
          else expect(list[next]?.startsWith(word)).toBe(true);
        }
        expect(next).toBe(list.length);
      }),
      { numRuns: 30 },
    );
  });

  it('speaks text that comes after the first voice was lost', async () => {
    const { voice } = fallback([new FakeVoice(() => ({ heard: 4, end: 'lost' })), new FakeVoice()]);
    const stream = voice.stream();
    stream.pushText('Yes. ');
    const heard = listen(stream);
    await new Promise((resolve) => setImmediate(resolve));
    stream.pushText('And no.');
    stream.endInput();
    expect(await heard).toBe('Yes.And no.');
  });

  it('does not wait for a voice that failed twice, until ten seconds have passed', async () => {
    const clock = { ms: 0 };
    const first = new FakeVoice((n) => (n <= 2 ? { heard: 0, end: 'hang' } : { end: 'ok' }));
    const { voice } = fallback([first, new FakeVoice()], { breaker: { nowMs: () => clock.ms } });
    for (let turn = 0; turn < 4; turn += 1) expect(await say(voice, 'Yes.')).toBe('Yes.');
    expect(first.utterances).toBe(2);
    clock.ms = 10_000;
    expect(await say(voice, 'Yes.')).toBe('Yes.');
    expect(await say(voice, 'Yes.')).toBe('Yes.');
    expect(first.utterances).toBe(4);
  });

  it('measures how fast a voice speaks, and goes on at the right word though it is twice as fast as usual', async () => {
    const limits = { ...LIMITS, charsPerSecond: CHARS_PER_SECOND / 2 };
    const first = new FakeVoice((n) => (n === 1 ? { end: 'ok' } : { heard: 12, end: 'lost' }));
    const { voice } = fallback([first, new FakeVoice()], { limits });
    await say(voice, 'This sentence is long enough.');
    expect(await say(voice, TEXT)).toBe(TEXT);
  });

  it('ends in silence without an error when no voice works, and says so once for each utterance', async () => {
    const dead = () => new FakeVoice(() => ({ heard: 0, end: 401 }));
    const { voice, errors, onSilenced } = fallback([dead(), dead()]);
    for (let turn = 1; turn <= 6; turn += 1) {
      expect(await say(voice, TEXT)).toBe('');
      expect(onSilenced).toHaveBeenCalledTimes(turn);
    }
    expect(errors).toEqual([]);
  });

  it('tells when a sentence could not be finished', async () => {
    const cut = () => new FakeVoice(() => ({ heard: 12, end: 'lost' }));
    const { voice, onSilenced } = fallback([cut()]);
    expect(await say(voice, TEXT)).toBe('I can offer you Tuesday ');
    expect(onSilenced).toHaveBeenCalledTimes(1);
  });

  it('asks no voice, and tells nobody, when there is nothing to say', async () => {
    const first = new FakeVoice();
    const { voice, onSilenced } = fallback([first]);
    expect(await say(voice, ' ', '')).toBe('');
    expect([first.utterances, onSilenced.mock.calls]).toEqual([0, []]);
  });

  it('stops at an interruption, which is nobody’s failure', async () => {
    const first = new FakeVoice(() => ({ heard: 3, end: 'hang' }));
    const second = new FakeVoice();
    const { voice, onSilenced } = fallback([first, second], { limits: { ...LIMITS, idleMs: 5_000 } });
    for (let turn = 0; turn < 3; turn += 1) {
      const stream = voice.stream();
      stream.pushText(TEXT);
      await stream.next();
      stream.close();
    }
    await vi.waitFor(() => expect(first.utterances).toBe(3));
    expect([second.utterances, onSilenced.mock.calls]).toEqual([0, []]);
  });

  it('waits for a model that is slow with its words', async () => {
    const first = new FakeVoice();
    const { voice } = fallback([first, new FakeVoice()]);
    const stream = voice.stream();
    const heard = listen(stream);
    stream.pushText('One moment. ');
    await new Promise((resolve) => setTimeout(resolve, 2 * LIMITS.idleMs));
    stream.pushText('Here it is.');
    stream.endInput();
    expect(await heard).toBe('One moment. Here it is.');
    expect(first.asked).toHaveLength(1);
  });

  it('speaks a whole text at once', async () => {
    const { voice } = fallback([new FakeVoice(() => ({ heard: 0, end: 'lost' })), new FakeVoice()]);
    expect(await listen(voice.synthesize(TEXT))).toBe(TEXT);
  });

  it('logs one line for each switch, without the text', async () => {
    const warn = vi.fn();
    const log = { warn } as unknown as NonNullable<FallbackVoiceOptions['log']>;
    const { voice } = fallback([new FakeVoice(() => ({ heard: 0, end: 429 })), new FakeVoice()], { log });
    await say(voice, TEXT);
    expect(warn.mock.calls).toEqual([[expect.objectContaining({ reason: 'status 429' }), 'voice failed']]);
    expect(JSON.stringify(warn.mock.calls)).not.toContain('Tuesday');
  });

  it('refuses voices of different rates', () => {
    const other = new FakeVoice();
    Object.defineProperty(other, 'sampleRate', { value: 24_000 });
    try {
      fallback([new FakeVoice(), other]);
      expect.unreachable();
    } catch (error) {
      expect(isOpenhoursError(error, 'INPUT_INVALID')).toBe(true);
    }
  });
});

describe('wordStart', () => {
  it('is always the start of a word, and no word between the place and it is left out', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z .]{0,40}$/),
        fc.double({ min: 0, max: 60, noNaN: true }),
        (text, at) => {
          const start = wordStart(text, at);
          expect(text.slice(Math.floor(at + 0.01), start).trim()).toBe('');
          expect(start === 0 || start === text.length || /\s/.test(text[start - 1] ?? '')).toBe(true);
        },
      ),
    );
  });
});
