import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DeepgramClient } from '@deepgram/sdk';
import { initializeLogger, stt as framework } from '@livekit/agents';
import * as deepgram from '@livekit/agents-plugin-deepgram';
import * as openai from '@livekit/agents-plugin-openai';
import { AudioFrame } from '@livekit/rtc-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { ListenMessage } from '../src/local/listen-results.ts';
import { resampleWhole } from '../src/local/resample.ts';
import { type SpeechServer, startSpeech } from '../src/local/speech.ts';
import type { Voice } from '../src/local/voice.ts';
import { noise, telephoneBand } from '../src/rehearsal/audio.ts';

const folder = mkdtempSync(join(tmpdir(), 'openhours-speech-'));
const cacheDir = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'openhours');
const SENTENCE = "I'd like to book a check-up on Tuesday at ten in the morning.";
const RATE = 16_000;
let speech: SpeechServer;

beforeAll(async () => {
  initializeLogger({ pretty: false, level: 'silent' });
  const onProgress = (message: string) => process.stderr.write(`${message}\n`);
  speech = await startSpeech({ cacheDir, templatesDir: 'env-templates', logDir: folder, onProgress });
}, 300_000); // a machine's first installation
afterAll(async () => {
  await speech?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const wordsOf = (text: string) =>
  text
    .toLowerCase()
    .replace(/check-?\s?up/g, 'checkup')
    .match(/[a-z0-9']+/g) ?? [];

/** Share of the words of `said` that were heard, in any place. */
function heardShare(said: string, heard: string): number {
  const words = wordsOf(said);
  const known = new Set(wordsOf(heard));
  return words.filter((word) => known.has(word)).length / words.length;
}

/** A sentence on a quiet line, with a second of silence after it. */
async function lineAudio(text: string, voice: Voice, telephone = false): Promise<Int16Array> {
  const spoken = await speech.voices.synthesize(text, { voice, sampleRate: RATE });
  const line = noise(spoken.length + 1.2 * RATE, -72);
  (telephone ? telephoneBand(spoken) : spoken).forEach(
    (sample, i) => (line[i + 3_200] = (line[i + 3_200] ?? 0) + sample),
  );
  return line;
}

/** Sends audio in real time through the Deepgram SDK; what came back, with the time it came. */
async function listen(pcm: Int16Array, rate: number, query: { endpointing: number }) {
  const client = new DeepgramClient({ apiKey: 'any', baseUrl: speech.url });
  const options = {
    model: 'nova-3',
    encoding: 'linear16',
    sample_rate: rate,
    interim_results: 'true',
    vad_events: 'true',
  };
  const socket = await client.listen.v1.connect({ ...options, ...query, punctuate: 'true' });
  const messages: (ListenMessage & { at: number })[] = [];
  socket.on('message', (message) => messages.push({ ...(message as ListenMessage), at: performance.now() }));
  socket.connect();
  await socket.waitForOpen();
  const began = performance.now();
  const step = rate / 50;
  for (let at = 0; at < pcm.length; at += step) {
    await delay(Math.max(0, began + (1000 * at) / rate - performance.now()));
    socket.sendMedia(pcm.slice(at, at + step).buffer);
  }
  socket.sendCloseStream({ type: 'CloseStream' });
  await vi.waitFor(() => expect(messages.at(-1)).toMatchObject({ type: 'Metadata' }), 5_000);
  socket.close();
  const results = messages.filter((message) => message.type === 'Results');
  const finals = results.filter(({ is_final }) => is_final);
  const text = finals
    .map(({ channel }) => channel.alternatives[0]?.transcript ?? '')
    .join(' ')
    .trim();
  return { began, messages, text, finals, interims: results.filter(({ is_final }) => !is_final) };
}

/** Two listeners at once are what two cores decode in time. */
const PAIRS: readonly (readonly [Voice, number])[][] = [
  [
    ['slt', RATE],
    ['rms', RATE],
  ],
  [
    ['rms', 48_000],
    ['slt', 8_000],
  ],
];
describe.each(PAIRS.map((calls) => ({ calls })))('two calls at a time', ({ calls }) => {
  test.concurrent.each(calls)(
    'the Deepgram SDK hears what the voice %s says at %i Hz',
    async (voice, rate) => {
      const pcm = resampleWhole(await lineAudio(SENTENCE, voice, rate === 8_000), RATE, rate);
      const { text, interims, messages } = await listen(pcm, rate, { endpointing: 300 });
      process.stdout.write(`heard at ${rate} Hz: ${text}\n`);
      expect(heardShare(SENTENCE, text)).toBeGreaterThan(rate === 8_000 ? 0.6 : 0.8);
      expect(messages[0]).toMatchObject({ type: 'SpeechStarted' });
      expect(interims.length).toBeGreaterThanOrEqual(3);
    },
  );
});

test('the final text comes with the endpoint, not a decoding later', async () => {
  const pcm = await lineAudio('What are your opening hours?', 'rms');
  const voiceEnd = pcm.findLastIndex((sample) => Math.abs(sample) > 300) / (RATE / 1000);
  const delays: number[] = [];
  for (let i = 0; i < 3; i++) {
    const { began, messages } = await listen(pcm, RATE, { endpointing: 300 });
    const final = messages.find((message) => message.type === 'Results' && message.speech_final);
    delays.push((final?.at ?? Infinity) - began - voiceEnd);
  }
  const median = delays.sort((a, b) => a - b)[1] ?? Infinity;
  process.stdout.write(
    `end of voice to final text, endpoint 300 ms: ${delays.map(Math.round).join(', ')} ms\n`,
  );
  expect(median).toBeGreaterThan(250);
  expect(median).toBeLessThan(450);
});

test('LiveKit’s Deepgram plugin hears an utterance from start to end', async () => {
  const recognizer = new deepgram.STT({ apiKey: 'any', baseUrl: speech.url.replace('http', 'ws') });
  const stream = recognizer.stream();
  const events: framework.SpeechEvent[] = [];
  const reading = (async () => {
    for await (const event of stream) {
      events.push(event);
      if (event.type === framework.SpeechEventType.END_OF_SPEECH) break;
    }
  })();
  const pcm = await lineAudio(SENTENCE, 'rms');
  for (let at = 0; at < pcm.length; at += 1_600) {
    stream.pushFrame(new AudioFrame(pcm.slice(at, at + 1_600), RATE, 1, Math.min(1_600, pcm.length - at)));
    await delay(20); // five times as fast as a caller
  }
  await vi.waitFor(() => expect(events.at(-1)?.type).toBe(framework.SpeechEventType.END_OF_SPEECH), 10_000);
  stream.close();
  await reading;
  const finals = events.filter(({ type }) => type === framework.SpeechEventType.FINAL_TRANSCRIPT);
  expect(
    heardShare(SENTENCE, finals.map(({ alternatives }) => alternatives?.[0]?.text).join(' ')),
  ).toBeGreaterThan(0.6);
  expect(events[0]?.type).toBe(framework.SpeechEventType.START_OF_SPEECH);
});

test('LiveKit’s Deepgram and OpenAI voices speak what can be understood', async () => {
  const understand = async (frames: AudioFrame[]) => {
    const rate = frames[0]?.sampleRate ?? 0;
    const pcm = Int16Array.from(frames.flatMap(({ data }) => [...data]));
    const padded = new Int16Array(pcm.length + rate);
    padded.set(pcm);
    return (await listen(padded, rate, { endpointing: 500 })).text;
  };
  const streamed: AudioFrame[] = [];
  const stream = new deepgram.TTS({ apiKey: 'any', baseUrl: speech.url }).stream();
  stream.pushText('Good morning. ');
  stream.pushText('How can I help you today?');
  stream.endInput();
  for await (const audio of stream) if (typeof audio !== 'symbol') streamed.push(audio.frame);
  expect(heardShare('Good morning. How can I help you today?', await understand(streamed))).toBeGreaterThan(
    0.7,
  );

  const whole: AudioFrame[] = [];
  const voice = new openai.TTS({ apiKey: 'any', baseURL: `${speech.url}/v1`, voice: 'onyx' });
  for await (const audio of voice.synthesize('The clinic is open on Monday.')) whole.push(audio.frame);
  expect(heardShare('The clinic is open on Monday.', await understand(whole))).toBeGreaterThan(0.6);
});
