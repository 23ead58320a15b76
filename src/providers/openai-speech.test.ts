import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initializeLogger, stt, tts } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { OpenaiRecognizer } from './openai-recognizer.ts';
import { OpenaiVoice } from './openai-voice.ts';
import { UtteranceCutter } from './utterance-cutter.ts';

type Fault = 'ok' | 'refuse' | 401 | 429 | 500 | 'hang' | 'stall' | 'cut' | 'garbage';
/** Short only where the service's silence is what fails: on a busy machine any answer may take a while. */
const limitOf = (fault: Fault) => (fault === 'hang' || fault === 'stall' ? 100 : 5_000);
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

/** A service with a fault; `answer` gives what a request gets when there is none. */
async function fakeOpenai(fault: Fault, answer: (body: Buffer) => { type: string; body: Buffer }) {
  const bodies: Buffer[] = [];
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const asked = Buffer.concat(parts);
    bodies.push(asked);
    if (fault === 'refuse') return void request.socket.resetAndDestroy();
    if (fault === 'hang') return;
    if (typeof fault === 'number') {
      return void response
        .writeHead(fault, { 'content-type': 'application/json' })
        .end('{"error":{"message":"no"}}');
    }
    if (fault === 'garbage')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>');
    const { type, body } = answer(asked);
    response.writeHead(200, { 'content-type': type });
    if (fault === 'ok') return void response.end(body);
    response.write(body.subarray(0, Math.ceil(body.length / 2)));
    if (fault === 'cut') setTimeout(() => request.socket.destroy(), 10);
  };
  const server = createServer((request, response) => void serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { bodies, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
}

const FAULTS: [Fault, object][] = [
  ['refuse', { name: 'APIConnectionError' }],
  [401, { statusCode: 401 }],
  [429, { statusCode: 429 }],
  [500, { statusCode: 500 }],
  ['hang', { name: 'APITimeoutError' }],
  ['stall', { name: 'APITimeoutError' }],
  ['cut', { name: 'APIConnectionError' }],
  ['garbage', {}],
];

describe('OpenaiVoice', () => {
  /** 100 ms of sound for each request, in an odd number of pieces; the value is the text's length. */
  const voiceOf = async (fault: Fault) => {
    const fake = await fakeOpenai(fault, (body) => {
      const { input } = JSON.parse(body.toString()) as { input: string };
      return { type: 'audio/pcm', body: Buffer.from(new Int16Array(2_400).fill(input.length).buffer) };
    });
    const options = {
      apiKey: 'key',
      model: 'm',
      voice: 'coral',
      firstAudioMs: limitOf(fault),
    };
    const voice = new OpenaiVoice({ ...options, baseUrl: fake.baseUrl });
    cleanups.push(() => voice.close());
    const errors: Error[] = [];
    voice.on('error', ({ error }) => errors.push(error));
    return { ...fake, voice, errors };
  };
  const say = async (voice: OpenaiVoice, text: string) => {
    const stream = voice.stream();
    stream.pushText(text);
    stream.endInput();
    const values: number[] = [];
    let samples = 0;
    let ended = false;
    for await (const audio of stream) {
      if (audio === tts.SynthesizeStream.END_OF_STREAM) {
        ended = true;
        continue;
      }
      values.push(audio.frame.data[0] ?? 0);
      samples += audio.frame.samplesPerChannel;
    }
    return { values, samples, ended };
  };

  it('speaks one sentence after the other, and says when it is done', async () => {
    const { voice, bodies } = await voiceOf('ok');
    expect(await say(voice, 'Good morning. Yes?')).toEqual({
      values: [13, 13, 4, 4],
      samples: 4_800,
      ended: true,
    });
    expect(JSON.parse(bodies[0]?.toString() ?? '')).toEqual({
      model: 'm',
      voice: 'coral',
      input: 'Good morning.',
      response_format: 'pcm',
    });
  });

  it.each(FAULTS)('fails with a reason, and does not try again by itself: %s', async (fault, error) => {
    const { voice, errors, bodies } = await voiceOf(fault);
    const { ended, samples } = await say(voice, 'Good morning.');
    expect([ended, bodies.length, errors.length]).toEqual([false, 1, 1]);
    expect(samples).toBeLessThan(2_400);
    expect(errors[0]).toMatchObject({ ...error, retryable: false, cause: { code: 'SPEECH_FAILED' } });
  });
});

const frame = (ms: number, value: number) =>
  new AudioFrame(new Int16Array(16 * ms).fill(value), 16_000, 1, 16 * ms);

describe('OpenaiRecognizer', () => {
  const listenTo = async (fault: Fault) => {
    let count = 0;
    const fake = await fakeOpenai(fault, () => {
      count += 1;
      return { type: 'application/json', body: Buffer.from(JSON.stringify({ text: ` Words ${count}. ` })) };
    });
    const recognizer = new OpenaiRecognizer({
      apiKey: 'key',
      baseUrl: fake.baseUrl,
      model: 'm',
      language: 'en',
      transcribeMs: limitOf(fault),
    });
    cleanups.push(() => recognizer.close());
    const errors: Error[] = [];
    recognizer.on('error', ({ error }) => errors.push(error));
    const stream = recognizer.stream();
    const events: stt.SpeechEvent[] = [];
    const finished = (async () => {
      for await (const event of stream) events.push(event);
    })();
    return { ...fake, stream, events, errors, finished };
  };

  it('tells of each utterance in its order: start, words, end', async () => {
    const { stream, events, finished, bodies, errors } = await listenTo('ok');
    for (const value of [3_000, 0, 3_000, 0]) stream.pushFrame(frame(500, value));
    stream.endInput();
    await finished;
    const {
      START_OF_SPEECH: start,
      FINAL_TRANSCRIPT: words,
      END_OF_SPEECH: end,
      RECOGNITION_USAGE: usage,
    } = stt.SpeechEventType;
    expect(events.map(({ type }) => type)).toEqual([start, words, end, usage, start, words, end, usage]);
    const heard = events.flatMap((event) => event.alternatives ?? []);
    expect(heard.map(({ startTime, endTime }) => [startTime, endTime])).toEqual([
      [0, expect.closeTo(0.8)],
      [expect.closeTo(0.8, 0), expect.closeTo(1.8)],
    ]);
    expect(bodies[0]?.includes('RIFF')).toBe(true);
    expect(bodies[0]?.toString('latin1')).toMatch(/name="model"\r\n\r\nm\r\n/);
    expect(errors).toEqual([]);
  });

  it.each(FAULTS)('ends with a reason: %s', async (fault, error) => {
    const { stream, finished, errors, events } = await listenTo(fault);
    stream.pushFrame(frame(500, 3_000));
    stream.pushFrame(frame(500, 0));
    await finished;
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ ...error, retryable: false, cause: { code: 'RECOGNIZER_FAILED' } });
    expect(events.flatMap((event) => event.alternatives ?? [])).toEqual([]);
  });
});

describe('UtteranceCutter', () => {
  const cut = (...parts: [number, number][]) => {
    const cutter = new UtteranceCutter(16_000);
    const cuts = parts.flatMap(([ms, value]) => cutter.push(new Int16Array(16 * ms).fill(value)));
    return [...cuts, ...cutter.finish()].map((each) =>
      each.type === 'start' ? 'start' : [each.start / 16, each.end / 16],
    );
  };

  it('keeps a little of what was before the voice, and ends after 300 ms of silence', () => {
    expect(cut([1_000, 0], [400, 2_000], [1_000, 0])).toEqual(['start', [800, 1_700]]);
  });

  it('does not end within a short pause, nor take a click for voice', () => {
    expect(cut([40, 9_000], [500, 0], [200, 2_000], [200, 0], [200, 2_000], [400, 0])).toEqual([
      'start',
      [340, 1_440],
    ]);
  });

  it('cuts an endless utterance, and what goes on is the next', () => {
    expect(cut([6_500, 2_000])).toEqual(['start', [0, 6_000], 'start', [6_000, 6_500]]);
  });

  it('finds the same whatever the pieces in which audio comes', () => {
    const audio = Int16Array.from({ length: 32_000 }, (_, at) => (at > 8_000 && at < 20_000 ? 2_000 : 0));
    const of = (size: number) => {
      const cutter = new UtteranceCutter(16_000);
      const cuts = [];
      for (let at = 0; at < audio.length; at += size) cuts.push(...cutter.push(audio.slice(at, at + size)));
      return cuts.map((each) => (each.type === 'start' ? 0 : each.end));
    };
    expect(of(37)).toEqual(of(32_000));
    expect(of(333)).toEqual(of(320));
  });
});
