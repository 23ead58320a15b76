import { once } from 'node:events';
import { DeepgramClient } from '@deepgram/sdk';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { RecognizerProcess } from './recognizer.ts';
import { type ServeOptions, serveSpeech, type SpeechServer } from './speech.ts';
import { type Voices, startVoices } from './voice.ts';

/** Recognises the same words in anything: the protocol is on trial here, not the ear. */
const decode = vi.fn<RecognizerProcess['decode']>().mockResolvedValue('Yes, please.');
const recognizer: RecognizerProcess = {
  loadMs: 0,
  decode,
  stop: () => Promise.resolve(),
};
/** Of all tests: to start them takes 0.4 s, and a server stops those it is given. */
let voices: Voices;
const lent = (): Voices => ({ ...voices, stop: () => Promise.resolve() });
let server: SpeechServer;
const sockets: { close(): void }[] = [];
async function start(options: ServeOptions = {}, speaking = lent()) {
  server = await serveSpeech(recognizer, speaking, { ttfbMs: 20, ...options });
}
beforeAll(async () => {
  voices = await startVoices();
});
afterAll(() => voices.stop());
beforeEach(() => start());
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.close();
  await server.stop();
});

const LISTEN = '/v1/listen?encoding=linear16&sample_rate=16000&endpointing=300&vad_events=true';
const voice = (ms: number) =>
  Buffer.from(Int16Array.from({ length: ms * 16 }, (_, i) => 3_000 * Math.sin(i / 17)).buffer);

/** A plain WebSocket and all it gets. */
async function dial(path: string, key = 'any') {
  const headers = { authorization: `Token ${key}` };
  const socket = new WebSocket(server.url.replace('http', 'ws') + path, { headers });
  const messages: { type: string; [key: string]: unknown }[] = [];
  let bytes = 0;
  socket.on('message', (data: Buffer, isBinary) => {
    if (isBinary) bytes += data.length;
    else messages.push(JSON.parse(data.toString()) as (typeof messages)[number]);
  });
  sockets.push(socket);
  await once(socket, 'open');
  const types = () => messages.map(({ type }) => type);
  return {
    socket,
    messages,
    types,
    bytes: () => bytes,
    send: (message: object) => socket.send(JSON.stringify(message)),
  };
}
const control = (body: object) =>
  fetch(`${server.url}/_control`, { method: 'POST', body: JSON.stringify(body) }).then(async (response) => ({
    status: response.status,
    body: (await response.json()) as Record<string, unknown>,
  }));
const deepgram = (apiKey = 'any') => new DeepgramClient({ apiKey, baseUrl: server.url, maxRetries: 0 });
const openai = (apiKey = 'any') => new OpenAI({ apiKey, baseURL: `${server.url}/v1`, maxRetries: 0 });

test('a listener gets its words, then the metadata, then a normal close', async () => {
  const { socket, messages, types, send } = await dial(LISTEN);
  socket.send(Buffer.concat([Buffer.alloc(9_600), voice(800)]));
  send({ type: 'CloseStream' });
  const [code] = (await once(socket, 'close')) as [number];
  expect(code).toBe(1000);
  expect(types()).toEqual(['SpeechStarted', 'Results', 'Metadata']);
  expect(messages[1]).toMatchObject({ is_final: true, speech_final: true });
  expect(messages[2]).toMatchObject({ duration: 1.1, channels: 1 });
});

test('a listener that sends nothing is closed as Deepgram does, unless it keeps the connection alive', async () => {
  await server.stop();
  await start({ idleLimitMs: 60 });
  const { socket, send } = await dial(LISTEN);
  const began = performance.now();
  const alive = setInterval(() => send({ type: 'KeepAlive' }), 20);
  setTimeout(() => clearInterval(alive), 150);
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  expect([code, reason.toString()]).toEqual([1011, expect.stringContaining('NET-0001')]);
  expect(performance.now() - began).toBeGreaterThan(150);
});

test('a listener whose words cannot be decoded is told so by the close', async () => {
  decode.mockRejectedValueOnce(new Error('the recogniser has ended'));
  const { socket } = await dial(LISTEN);
  socket.send(Buffer.concat([voice(800), Buffer.alloc(16_000)]));
  const [code, reason] = (await once(socket, 'close')) as [number, Buffer];
  expect([code, reason.toString()]).toEqual([1011, 'stand-in: the recogniser has ended']);
});

test.each([
  '',
  '?encoding=opus',
  '?encoding=linear16&sample_rate=4000',
  '?encoding=linear16&sample_rate=16000&channels=2',
])('a listener that asks for what the stand-in cannot do is told: %s', async (query) => {
  await expect(dial(`/v1/listen${query}`)).rejects.toThrow('400');
});

test('a missing or invalid key is refused everywhere', async () => {
  await expect(dial(LISTEN, 'invalid')).rejects.toThrow('401');
  await expect(dial('/v1/speak', 'invalid')).rejects.toThrow('401');
  await expect(deepgram('invalid').speak.v1.audio.generate({ text: 'Hello.' })).rejects.toMatchObject({
    statusCode: 401,
  });
  const request = { model: 'tts-1', voice: 'alloy', input: 'Hello.', response_format: 'pcm' } as const;
  await expect(openai('invalid').audio.speech.create(request)).rejects.toMatchObject({ status: 401 });
});

test('the Deepgram SDK gets speech over HTTP, as PCM or as a file', async () => {
  const generate = (container: 'none' | 'wav') =>
    deepgram().speak.v1.audio.generate({
      text: 'Good morning.',
      model: 'aura-2-thalia-en',
      encoding: 'linear16',
      container,
    });
  const pcm = await (await generate('none')).arrayBuffer();
  const wav = Buffer.from(await (await generate('wav')).arrayBuffer());
  expect(pcm.byteLength / 48_000).toBeGreaterThan(0.5);
  expect(wav.length).toBe(44 + pcm.byteLength);
  expect(wav.subarray(0, 4).toString()).toBe('RIFF');
});

test('the OpenAI SDK gets speech at 24 kHz in a man’s or a woman’s voice, faster when asked', async () => {
  const speak = async (voice: string, speed = 1) => {
    const request = {
      model: 'gpt-4o-mini-tts',
      voice,
      input: 'Good morning.',
      response_format: 'pcm',
      speed,
    } as const;
    const response = await openai().audio.speech.create(request);
    expect(response.headers.get('x-openhours-stand-in')).toBe('speech');
    return (await response.arrayBuffer()).byteLength;
  };
  const [woman, man, fast] = [await speak('alloy'), await speak('onyx'), await speak('alloy', 1.5)];
  expect(woman).toBeGreaterThan(24_000);
  expect(man).not.toBe(woman);
  expect(fast).toBeLessThan(0.8 * woman);
});

const recording = (ms: number) => {
  const header = Buffer.from('RIFF0000WAVEfmt 0000000000000000000000data0000', 'latin1').subarray(0, 44);
  const pcm = voice(ms);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(16_000, 24);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(pcm.length, 40);
  return Buffer.concat([header, pcm]);
};
const transcribe = (file: Buffer, key?: string) =>
  openai(key).audio.transcriptions.create({
    file: new File([new Uint8Array(file)], 'a.wav'),
    model: 'whisper-1',
  });

test('the OpenAI SDK gets the words of a recording, and is told what the stand-in cannot read', async () => {
  await expect(transcribe(recording(800))).resolves.toMatchObject({ text: 'Yes, please.' });
  expect(decode.mock.lastCall?.[0].pcm).toHaveLength(12_800);
  expect(server.faults.snapshot()['openai-listen']).toMatchObject({ requests: 1, audioSeconds: 0.8 });
  await expect(transcribe(Buffer.from('an mp3 file'))).rejects.toMatchObject({ status: 400 });
  await expect(transcribe(recording(100), 'invalid')).rejects.toMatchObject({ status: 401 });
  await control({ target: 'openai-listen', mode: 'rate_limited', times: 1 });
  await expect(transcribe(recording(100))).rejects.toMatchObject({ status: 429 });
});

test('speech over a WebSocket: metadata, audio, and Flushed after the last of it', async () => {
  const { send, types, bytes, messages } = await dial('/v1/speak?encoding=linear16&sample_rate=24000');
  send({ type: 'Speak', text: 'Good morning. ' });
  send({ type: 'Speak', text: 'How can I help?' });
  send({ type: 'Flush' });
  await vi.waitFor(() => expect(types()).toEqual(['Metadata', 'Flushed']), 3_000);
  expect(bytes() / 48_000).toBeGreaterThan(1);
  expect(messages[1]).toMatchObject({ sequence_id: 0 });
});

test('Clear drops what is not spoken yet, and the next text is spoken', async () => {
  const { send, types, bytes } = await dial('/v1/speak');
  send({ type: 'Speak', text: 'This will never be heard by anybody. ' });
  send({ type: 'Flush' });
  send({ type: 'Clear' });
  await vi.waitFor(() => expect(types()).toEqual(['Metadata', 'Cleared']));
  expect(bytes()).toBe(0);
  send({ type: 'Speak', text: 'Hello.' });
  send({ type: 'Close' });
  await vi.waitFor(() => expect(bytes()).toBeGreaterThan(10_000), 3_000);
});

test('the first audio comes after the time the vendor takes', async () => {
  await server.stop();
  await start({ ttfbMs: 120 });
  await server.voices.synthesize('Good morning.', { voice: 'slt', sampleRate: 24_000 });
  const { send, bytes } = await dial('/v1/speak');
  const began = performance.now();
  send({ type: 'Speak', text: 'Good morning.' });
  send({ type: 'Flush' });
  await vi.waitFor(() => expect(bytes()).toBeGreaterThan(0), { interval: 2, timeout: 5_000 });
  expect(performance.now() - began).toBeGreaterThan(118);
});

test('faults are set over HTTP and apply to new connections', async () => {
  expect(await control({ target: 'listen', mode: 'unauthorized', times: 1 })).toMatchObject({ status: 200 });
  await expect(dial(LISTEN)).rejects.toThrow('401');
  await control({ target: 'listen', mode: 'refuse', times: 1 });
  await expect(dial(LISTEN)).rejects.toThrow(/ECONNRESET|hang up/);
  await control({ target: 'openai-speech', mode: 'rate_limited', times: 1 });
  const request = { model: 'tts-1', voice: 'alloy', input: 'Hello.', response_format: 'pcm' } as const;
  await expect(openai().audio.speech.create(request)).rejects.toMatchObject({ status: 429 });
  await control({ target: 'speak', mode: 'server_error', times: 1 });
  await expect(deepgram().speak.v1.audio.generate({ text: 'Hello.' })).rejects.toMatchObject({
    statusCode: 500,
  });
  expect((await dial(LISTEN)).socket.readyState).toBe(WebSocket.OPEN);
  expect(await control({ target: 'nobody', mode: 'ok' })).toMatchObject({ status: 400 });
});

test('a cut ends an open connection without a goodbye, and a stall leaves it open and mute', async () => {
  const cut = await dial(LISTEN);
  await control({ target: 'listen', mode: 'cut' });
  expect((await once(cut.socket, 'close'))[0]).toBe(1006);

  const stalled = await dial('/v1/speak');
  await control({ target: 'speak', mode: 'stall' });
  stalled.send({ type: 'Speak', text: 'Good morning to everyone who is here today.' });
  stalled.send({ type: 'Flush' });
  await vi.waitFor(() => expect(stalled.bytes()).toBe(4_800)); // a tenth of a second
  expect(server.faults.snapshot().speak).toMatchObject({ mode: 'stall', active: 1 });
  expect(stalled.types()).toEqual(['Metadata']);
});

test('the control endpoint does not answer a web page', async () => {
  const response = await fetch(`${server.url}/_control`, { headers: { origin: 'http://elsewhere.test' } });
  expect(response.status).toBe(403);
});

test('a stopped server leaves no port, no connection and no voice behind', async () => {
  await server.stop();
  const own = await startVoices();
  await start({}, own);
  const { socket } = await dial(LISTEN);
  const closed = once(socket, 'close');
  await server.stop();
  await closed;
  await expect(fetch(server.url)).rejects.toThrow();
  const speaking = own.synthesize('Hello.', { voice: 'slt', sampleRate: 24_000 });
  await expect(speaking).rejects.toMatchObject({ code: 'LOCAL_PROCESS_FAILED' });
  await start();
});
