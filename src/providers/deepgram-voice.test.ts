import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initializeLogger, type tts } from '@livekit/agents';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { isOpenhoursError } from '../errors.ts';
import { DeepgramVoice, type VoiceOptions } from './deepgram-voice.ts';
import { SentenceCutter } from './spoken-pieces.ts';

/** 100 ms at 8 kHz. */
const CHUNK = 800;
const QUICK = { connOptions: { maxRetry: 2, retryIntervalMs: 1, timeoutMs: 1_000 } };

/** A voice as Deepgram serves it: each Flush turns the text so far into 100 ms of samples, and then says Flushed. */
class Peer {
  readonly received: string[] = [];
  #text = '';
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, behave: (peer: Peer, message: string) => boolean) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; text?: string };
      if (message.type === 'Speak') this.#text += message.text ?? '';
      const line = message.type === 'Speak' ? (message.text ?? '') : message.type;
      this.received.push(line);
      if (message.type === 'Clear') this.#text = '';
      if (!behave(this, line)) return;
      if (message.type === 'Flush') this.answer(this.#text.length);
      if (message.type === 'Clear') this.say({ type: 'Cleared', sequence_id: 0 });
      if (message.type === 'Flush') this.#text = '';
    });
    this.say({ type: 'Metadata', request_id: 'request-1' });
  }

  /** Sound whose samples all have the value given, in chunks that begin at odd places. */
  answer(value: number, end = true): void {
    const pcm = Buffer.from(new Int16Array(CHUNK).fill(value).buffer);
    this.#socket.send(pcm.subarray(0, 701));
    this.#socket.send(pcm.subarray(701));
    if (end) this.say({ type: 'Flushed', sequence_id: 0 });
  }

  say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  drop(): void {
    this.#socket.terminate();
  }
}

interface Fake {
  origin: string;
  server: Server;
  peers: Peer[];
  handshakes: number;
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** `behave` returns false where the server is not to answer by itself. */
async function fakeDeepgram(
  behave: (peer: Peer, message: string, connection: number) => boolean = () => true,
  answer: (handshake: number) => true | number | 'hang' = () => true,
): Promise<Fake> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const fake: Fake = { origin: '', server, peers: [], handshakes: 0 };
  server.on('upgrade', (request, socket, head) => {
    const how = answer((fake.handshakes += 1));
    // Reads on, or it would never learn that the other side has left.
    if (how === 'hang') return void socket.on('end', () => socket.destroy()).resume();
    if (how !== true) return void socket.end(`HTTP/1.1 ${how} Refused\r\nContent-Length: 0\r\n\r\n`);
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const connection = fake.peers.length;
      fake.peers.push(new Peer(ws, (peer, message) => behave(peer, message, connection)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  fake.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

function voiceOf(fake: Fake, options: Partial<VoiceOptions> = {}) {
  const limits = { firstAudioMs: 40, handshakeMs: 40 };
  const voice = new DeepgramVoice({
    apiKey: 'key',
    baseUrl: fake.origin,
    model: 'aura',
    sampleRate: 8_000,
    ...limits,
    ...options,
  });
  cleanups.push(() => voice.close());
  const errors: Error[] = [];
  voice.on('error', ({ error }) => errors.push(error));
  return { voice, errors };
}

/** Speaks `fragments` as a model would deliver them; returns what was heard: the sample values, each once, and the frames' final flags. */
async function say(voice: DeepgramVoice, ...fragments: string[]) {
  const stream = voice.stream(QUICK);
  for (const fragment of fragments) stream.pushText(fragment);
  stream.endInput();
  return listen(stream);
}

async function listen(stream: tts.SynthesizeStream | tts.ChunkedStream) {
  const values = new Set<number>();
  const finals: boolean[] = [];
  let samples = 0;
  for await (const audio of stream) {
    if (typeof audio === 'symbol') continue;
    for (const value of audio.frame.data) values.add(value);
    finals.push(audio.final);
    samples += audio.frame.samplesPerChannel;
  }
  return { values: [...values], samples, finals };
}

const openSockets = (fake: Fake) =>
  new Promise((resolve) => fake.server.getConnections((_, count) => resolve(count)));

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

describe('DeepgramVoice', () => {
  it('speaks two utterances over one connection, opened ahead', async () => {
    const fake = await fakeDeepgram();
    const { voice } = voiceOf(fake);
    const metrics = vi.fn();
    voice.on('metrics_collected', metrics);
    voice.prewarm();
    await vi.waitFor(() => expect(fake.peers).toHaveLength(1), { interval: 1 });
    expect(await say(voice, 'Good morning.')).toEqual({
      values: [14],
      samples: CHUNK,
      finals: [false, true],
    });
    expect((await say(voice, 'Goodbye.')).values).toEqual([9]);
    expect(fake.handshakes).toBe(1);
    expect(metrics).toHaveBeenCalledTimes(2);
  });

  it('asks for sound as soon as the first sentence is complete', async () => {
    const fake = await fakeDeepgram();
    const { voice } = voiceOf(fake);
    const stream = voice.stream(QUICK);
    stream.pushText('Hello the');
    stream.pushText('re. How may ');
    const first = await stream.next();
    expect(first.done).toBe(false);
    expect(fake.peers[0]?.received).toEqual(['Hello there. ', 'Flush']);
    stream.pushText('I help?');
    stream.endInput();
    expect((await listen(stream)).finals.at(-1)).toBe(true);
    expect(fake.peers[0]?.received.slice(2)).toEqual(['How may I help? ', 'Flush']);
  });

  it('clears the rest after a barge-in, drops what was on its way, and keeps the connection', async () => {
    const fake = await fakeDeepgram((peer, message) => {
      if (message === 'Flush' && peer.received.length === 2) return peer.answer(111, false) ?? false;
      // The old sound and the answer to Clear are still under way when the next words are sent.
      if (message.startsWith('Yes')) {
        peer.answer(111, false);
        peer.say({ type: 'Cleared', sequence_id: 0 });
      }
      return message !== 'Clear';
    });
    const { voice, errors } = voiceOf(fake);
    const cut = voice.stream(QUICK);
    cut.pushText('A long story. ');
    await cut.next();
    cut.close();
    await vi.waitFor(() => expect(fake.peers[0]?.received).toContain('Clear'), { interval: 1 });
    expect((await say(voice, 'Yes?')).values).toEqual([5]);
    expect([fake.handshakes, errors]).toEqual([1, []]);
  });

  it('speaks a second text while another waits for its words', async () => {
    const fake = await fakeDeepgram();
    const { voice } = voiceOf(fake);
    const stalled = voice.stream(QUICK);
    stalled.pushText('Let me ');
    expect((await say(voice, 'One moment.')).values).toEqual([12]);
    stalled.close();
  });

  it('tries again on another connection when nothing was heard yet', async () => {
    const fake = await fakeDeepgram((peer, message, connection) => {
      if (connection === 0 && message === 'Flush') return peer.drop() ?? false;
      return connection !== 1;
    });
    const { voice, errors } = voiceOf(fake);
    expect((await say(voice, 'Good ', 'morning.')).values).toEqual([14]);
    expect([fake.handshakes, errors]).toEqual([3, []]);
  });

  it('fails when the first sound stays out, with the limit as the reason', async () => {
    const fake = await fakeDeepgram(() => false);
    const { voice, errors } = voiceOf(fake, { firstAudioMs: 10 });
    expect((await say(voice, 'Hello?')).samples).toBe(0);
    expect(errors[0]).toMatchObject({ name: 'APITimeoutError' });
    expect(isOpenhoursError(errors[0]?.cause, 'SPEECH_FAILED')).toBe(true);
  });

  it('does not begin again when the connection is lost in mid-utterance, and recovers for the next', async () => {
    const fake = await fakeDeepgram((peer, message, connection) => {
      if (connection !== 0 || message !== 'Flush') return true;
      peer.answer(111, false);
      setImmediate(() => peer.drop());
      return false;
    });
    const { voice, errors } = voiceOf(fake);
    expect((await say(voice, 'Good morning.')).values).toEqual([111]);
    expect(errors[0]).toMatchObject({ name: 'APIConnectionError', retryable: false });
    expect((await say(voice, 'Hello.')).values).toEqual([7]);
  });

  it('forgets a connection that is lost while idle', async () => {
    const fake = await fakeDeepgram();
    const { voice, errors } = voiceOf(fake);
    await say(voice, 'Hello.');
    fake.peers[0]?.drop();
    await vi.waitFor(async () => expect(await openSockets(fake)).toBe(0), { interval: 1 });
    expect((await say(voice, 'Hello.')).values).toEqual([7]);
    expect(errors).toEqual([]);
  });

  it('leaves a handshake that hangs, and does not insist on one that is refused', async () => {
    const fake = await fakeDeepgram(undefined, (handshake) =>
      handshake === 1 ? 'hang' : handshake === 2 ? true : 401,
    );
    const { voice, errors } = voiceOf(fake);
    expect((await say(voice, 'Hello.')).values).toEqual([7]);
    fake.peers[0]?.drop();
    await vi.waitFor(async () => expect(await openSockets(fake)).toBe(0), { interval: 1 });
    await say(voice, 'Hello.');
    expect(errors[0]).toMatchObject({ name: 'APIStatusError', statusCode: 401, retryable: false });
    expect(fake.handshakes).toBe(3);
  });

  it('takes a fresh connection before Deepgram would ignore its Flush', async () => {
    const fake = await fakeDeepgram();
    const { voice } = voiceOf(fake);
    for (let turn = 0; turn < 21; turn += 1) expect((await say(voice, 'Yes.')).values).toEqual([5]);
    expect(fake.handshakes).toBe(2);
  });

  it('speaks a whole text at once', async () => {
    const fake = await fakeDeepgram();
    const { voice } = voiceOf(fake);
    expect((await listen(voice.synthesize('Hello.'))).values).toEqual([7]);
  });

  it('leaves no socket when closed', async () => {
    const fake = await fakeDeepgram();
    const { voice } = voiceOf(fake);
    await say(voice, 'Hello.');
    await voice.close();
    await vi.waitFor(async () => expect(await openSockets(fake)).toBe(0), { interval: 1 });
  });
});

describe('SentenceCutter', () => {
  const cut = (...fragments: string[]) => {
    const cutter = new SentenceCutter();
    const pieces = fragments.flatMap((fragment) => cutter.push(fragment));
    return [...pieces, cutter.rest()];
  };

  it('cuts after sentences, not after titles, times and numbers', () => {
    expect(cut('Dr. Weber is free at 10.30 a.m. on Monday. ', 'Shall I? Yes')).toEqual([
      'Dr. Weber is free at 10.30 a.m. on Monday. ',
      'Shall I? ',
      'Yes',
    ]);
  });

  it('lets a long first sentence begin at a comma, and only the first', () => {
    expect(
      cut(
        'I can offer you Tuesday at nine in the morning, or Friday. One, and another thing, and one more, and so on.',
      ),
    ).toEqual([
      'I can offer you Tuesday at nine in the morning, ',
      'or Friday. ',
      'One, and another thing, and one more, and so on.',
    ]);
  });
});
