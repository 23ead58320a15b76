import { expect, test, vi } from 'vitest';
import type { ListenMessage, ListenResults } from './listen-results.ts';
import { type ListenOptions, ListenSession } from './listen-session.ts';
import type { DecodeRequest } from './recognizer.ts';

const RATE = 16_000;
/** A voice-like sound: 150 Hz and its overtones at -20 dBFS. */
const voice = (ms: number) =>
  Int16Array.from({ length: (ms * RATE) / 1000 }, (_, i) => 3_000 * Math.sin((2 * Math.PI * 150 * i) / RATE));
const silence = (ms: number) => new Int16Array((ms * RATE) / 1000).map((_, i) => (i % 2 ? 6 : -6));

function open(
  options: Partial<ListenOptions> = {},
  texts: (request: DecodeRequest) => string = () => 'Yes, please.',
) {
  const sent: ListenMessage[] = [];
  const requests: DecodeRequest[] = [];
  const fail = vi.fn();
  const session = new ListenSession(
    {
      requestId: 'r',
      endpointingMs: 300,
      utteranceEndMs: undefined,
      interimResults: true,
      vadEvents: true,
      formatted: true,
      ...options,
    },
    {
      recognizer: {
        decode: async (request) => {
          requests.push(request);
          return texts(request);
        },
      },
      send: (message) => sent.push(message),
      fail,
    },
  );
  /** Sends audio as a phone does, in pieces of 20 ms, each with time to be answered. */
  const hear = async (...sounds: Int16Array[]) => {
    for (const sound of sounds) {
      for (let at = 0; at < sound.length; at += 320) {
        session.push(sound.subarray(at, at + 320));
        await Promise.resolve();
      }
    }
    await new Promise((resolve) => setImmediate(resolve));
  };
  const results = () => sent.filter((message): message is ListenResults => message.type === 'Results');
  const finals = () => results().filter((result) => result.is_final);
  return { session, sent, requests, fail, hear, results, finals };
}
const textOf = (result: ListenResults | undefined) => result?.channel.alternatives[0]?.transcript;

test('an utterance begins, is told while it lasts, and becomes final when the pause is long enough', async () => {
  const { sent, hear, finals, results } = open();
  await hear(silence(500), voice(1_000), silence(280));
  expect(sent[0]).toMatchObject({ type: 'SpeechStarted', timestamp: 0.5 });
  expect(results().length).toBeGreaterThanOrEqual(2);
  expect(finals()).toEqual([]);
  await hear(silence(40));
  expect(finals()).toMatchObject([{ speech_final: true, from_finalize: false, start: 0, duration: 1.8 }]);
  expect(textOf(finals()[0])).toBe('Yes, please.');
  expect(finals()[0]?.channel.alternatives[0]?.words).toMatchObject([
    { word: 'yes', punctuated_word: 'Yes,', start: 0.5 },
    { word: 'please', punctuated_word: 'please.', end: 1.5 },
  ]);
  expect(finals()[0]?.metadata.request_id).toBe('r');
});

test('the final text is decoded while the silence is still being counted', async () => {
  const { requests, hear } = open({ interimResults: false });
  await hear(silence(200), voice(800), silence(100));
  expect(requests.map(({ urgency }) => urgency)).toEqual(['final']);
  await hear(silence(1_000));
  expect(requests).toHaveLength(1);
});

test('a pause that is too short does not end the utterance', async () => {
  const { requests, hear, finals } = open({ interimResults: false });
  await hear(silence(200), voice(500), silence(200), voice(500), silence(400));
  expect(finals()).toHaveLength(1);
  expect(requests).toHaveLength(2); // the first guess was in vain
  expect(requests[1]?.pcm.length).toBeGreaterThan(1.2 * RATE);
});

test('long speech is made final in parts, and the utterance ends once', async () => {
  const { hear, finals, sent } = open();
  for (let i = 0; i < 9; i++) await hear(voice(900), silence(100));
  await hear(voice(500), silence(400));
  expect(finals().map(({ speech_final }) => speech_final)).toEqual([false, true]);
  expect(sent.filter(({ type }) => type === 'SpeechStarted')).toHaveLength(1);
});

test('final results follow each other without a gap, silence included', async () => {
  const { hear, finals, session } = open({ interimResults: false });
  await hear(silence(9_000), voice(700), silence(5_000), voice(700));
  await session.close();
  let end = 0;
  for (const result of finals()) {
    expect(result.start).toBeCloseTo(end, 3);
    end = result.start + result.duration;
  }
  expect(end).toBeCloseTo(session.seconds, 3);
  expect(finals().filter((result) => textOf(result) !== '')).toHaveLength(2);
});

test('a click is not speech, and nothing is decoded for it', async () => {
  const { requests, hear, sent } = open();
  await hear(silence(500), voice(20), silence(900), voice(60), silence(900));
  expect(requests).toEqual([]);
  expect(sent.filter((message) => message.type === 'Results' && textOf(message) !== '')).toEqual([]);
});

test('Finalize makes what was said so far final at once', async () => {
  const { session, hear, finals } = open();
  await hear(silence(100), voice(600));
  await session.finalize();
  expect(finals()).toMatchObject([{ from_finalize: true, speech_final: true }]);
  expect(textOf(finals()[0])).toBe('Yes, please.');
  await session.finalize();
  expect(textOf(finals()[1])).toBe('');
});

test('the end of an utterance is told after the silence that was asked for', async () => {
  const { hear, sent } = open({ utteranceEndMs: 1_000 });
  await hear(voice(600), silence(900));
  expect(sent.some(({ type }) => type === 'UtteranceEnd')).toBe(false);
  await hear(silence(200));
  expect(sent.at(-1)).toEqual({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: 0.6 });
});

test('without endpointing no result says that the speech is over', async () => {
  const { hear, finals } = open({ endpointingMs: undefined });
  await hear(voice(600), silence(1_200));
  expect(finals()).toMatchObject([{ speech_final: false }]);
});

test('steady noise is not taken for a voice for long', async () => {
  const { hear, finals } = open();
  const hum = Int16Array.from({ length: 12 * RATE }, (_, i) => 400 * Math.sin(i / 5));
  await hear(silence(500), hum);
  expect(finals().some(({ speech_final }) => speech_final)).toBe(true);
});

test('raw text has neither capitals nor punctuation', async () => {
  const { hear, finals } = open({ formatted: false }, () => "It's 10:30, O'Neill!");
  await hear(voice(600), silence(400));
  expect(textOf(finals()[0])).toBe("it's 10:30 o'neill");
});

test('a recogniser that fails is reported, once for each failure, and not thrown', async () => {
  const { hear, fail } = open({ interimResults: false }, () => {
    throw new Error('gone');
  });
  await hear(voice(600), silence(400));
  expect(fail).toHaveBeenCalledOnce();
});
