import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initializeLogger, stt } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { isOpenhoursError } from '../errors.ts';
import { DeepgramRecognizer, type RecognizerOptions } from './deepgram-recognizer.ts';

const { SpeechEventType } = stt;
const RATE = 16_000;
/** One frame carries one word: its samples are the word's number, loud enough for voice. */
const FRAME = 800;
const LIMITS = { handshakeMs: 40, reconnectMs: [0, 1, 1], deafMs: 40, keepAliveMs: 30, finishMs: 200 };

const wordFrame = (word: number) => new AudioFrame(new Int16Array(FRAME).fill(1_000 + word), RATE, 1, FRAME);

/** A live connection as Deepgram answers it: an interim after each word, a final when told. */
class Peer {
  readonly words: number[] = [];
  readonly control: string[] = [];
  deaf = false;
  #finalised = 0;
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, onWord: (peer: Peer) => void) {
    this.#socket = socket;
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) {
        this.words.push(data.readInt16LE(0) - 1_000);
        if (!this.deaf) this.result(false);
        onWord(this);
        return;
      }
      const { type } = JSON.parse(data.toString()) as { type: string };
      this.control.push(type);
      if (type !== 'CloseStream') return;
      this.result(true);
      socket.send(JSON.stringify({ type: 'Metadata' }));
      socket.close(1000);
    });
  }

  /** `pause` is the silence, in seconds, that the result covers after its last word. */
  result(isFinal: boolean, speechFinal = isFinal, pause = 0): void {
    const heard = this.words.slice(this.#finalised);
    const start = (this.#finalised * FRAME) / RATE;
    const words = heard.map((word, index) => ({
      word: `w${word}`,
      start: start + (index * FRAME) / RATE,
      end: start + ((index + 1) * FRAME) / RATE,
      confidence: 0.9,
    }));
    const transcript = words.map((word) => word.word).join(' ');
    this.#socket.send(
      JSON.stringify({
        type: 'Results',
        start,
        duration: (heard.length * FRAME) / RATE + pause,
        is_final: isFinal,
        speech_final: speechFinal,
        channel: { alternatives: [{ transcript, confidence: 0.9, words }] },
        metadata: { request_id: 'request-1' },
      }),
    );
    if (isFinal) this.#finalised = this.words.length;
  }

  drop(): void {
    this.#socket.terminate();
  }
}

interface Fake {
  origin: string;
  server: Server;
  sockets: WebSocketServer;
  peers: Peer[];
  urls: URL[];
  handshakes: number;
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** `answer` decides on each handshake: true accepts, a number refuses with that status, 'hang' says nothing. */
async function fakeDeepgram(
  answer: (handshake: number) => true | number | 'hang' = () => true,
  onWord: (peer: Peer, connection: number) => void = () => {},
): Promise<Fake> {
  const server = createServer();
  const sockets = new WebSocketServer({ noServer: true });
  const fake: Fake = { origin: '', server, sockets, peers: [], urls: [], handshakes: 0 };
  const raw = new Set<{ destroy(): void }>();
  server.on('upgrade', (request, socket, head) => {
    raw.add(socket);
    const how = answer((fake.handshakes += 1));
    // Reads on, or it would never learn that the other side has left.
    if (how === 'hang') return void socket.on('end', () => socket.destroy()).resume();
    if (how !== true) return void socket.end(`HTTP/1.1 ${how} Refused\r\nContent-Length: 0\r\n\r\n`);
    fake.urls.push(new URL(request.url ?? '', 'http://fake'));
    sockets.handleUpgrade(request, socket, head, (ws) => {
      const connection = fake.peers.length;
      fake.peers.push(new Peer(ws, (peer) => onWord(peer, connection)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    for (const socket of raw) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  fake.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

function listenTo(fake: Fake, options: Partial<RecognizerOptions> = {}) {
  const recognizer = new DeepgramRecognizer({
    apiKey: 'key',
    baseUrl: fake.origin,
    model: 'nova-3',
    language: 'en',
    limits: LIMITS,
    ...options,
  });
  cleanups.push(() => recognizer.close());
  const errors: Error[] = [];
  recognizer.on('error', ({ error }) => errors.push(error));
  const stream = recognizer.stream();
  const events: stt.SpeechEvent[] = [];
  const finished = (async () => {
    for await (const event of stream) events.push(event);
  })();
  const texts = (type: stt.SpeechEventType) =>
    events.filter((event) => event.type === type).map((event) => event.alternatives?.[0].text);
  return { recognizer, stream, events, errors, finished, texts };
}

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

describe('DeepgramRecognizer', () => {
  it('reports the start, the partial words, the final words and the end of an utterance', async () => {
    const fake = await fakeDeepgram();
    const { stream, events, finished, texts } = listenTo(fake, { keyterms: ['Dr. Weber'] });
    stream.pushFrame(wordFrame(1));
    stream.pushFrame(wordFrame(2));
    stream.endInput();
    await finished;
    expect(texts(SpeechEventType.INTERIM_TRANSCRIPT)).toEqual(['w1', 'w1 w2']);
    expect(texts(SpeechEventType.FINAL_TRANSCRIPT)).toEqual(['w1 w2']);
    expect(events[0]?.type).toBe(SpeechEventType.START_OF_SPEECH);
    expect(events.at(-2)?.type).toBe(SpeechEventType.END_OF_SPEECH);
    expect(events.at(-1)?.recognitionUsage?.audioDuration).toBeCloseTo(0.1);
    const asked = Object.fromEntries(fake.urls[0]?.searchParams ?? []);
    expect(asked).toMatchObject({ encoding: 'linear16', sample_rate: '16000', endpointing: '100' });
    expect(asked).toMatchObject({ keyterm: 'Dr. Weber', no_delay: 'true', utterance_end_ms: '1000' });
  });

  it('announces an utterance early once, when a partial result repeats itself in a pause', async () => {
    const fake = await fakeDeepgram(undefined, (peer) => {
      peer.result(false);
      if (peer.words.length === 1) return;
      peer.result(false, false, 0.1);
      peer.result(false, false, 0.2);
    });
    const { stream, finished, texts } = listenTo(fake);
    stream.pushFrame(wordFrame(1));
    stream.pushFrame(wordFrame(2));
    stream.endInput();
    await finished;
    expect(texts(SpeechEventType.PREFLIGHT_TRANSCRIPT)).toEqual(['w1 w2']);
    expect(texts(SpeechEventType.FINAL_TRANSCRIPT)).toEqual(['w1 w2']);
  });

  it('delivers every word once, with rising times, when the connection drops twice', async () => {
    const fake = await fakeDeepgram(
      (handshake) => (handshake === 2 ? 503 : handshake === 4 ? 429 : true),
      (peer, connection) => {
        if (connection === 0 && peer.words.length === 3) peer.result(true, false);
        if (connection === 0 && peer.words.length === 5) peer.drop();
        if (connection === 1 && peer.words.length === 4) peer.drop();
      },
    );
    const { stream, recognizer, events, finished, texts } = listenTo(fake);
    for (let word = 1; word <= 9; word += 1) {
      stream.pushFrame(wordFrame(word));
      await vi.waitFor(() => expect(fake.peers.at(-1)?.words).toContain(Math.min(word, 5)), {
        interval: 1,
        timeout: 8_000,
      });
    }
    await vi.waitFor(() => expect(fake.peers[2]?.words).toContain(9), { interval: 1, timeout: 8_000 });
    stream.endInput();
    await finished;
    expect(texts(SpeechEventType.FINAL_TRANSCRIPT).join(' ')).toBe('w1 w2 w3 w4 w5 w6 w7 w8 w9');
    expect(fake.peers[1]?.words[0]).toBe(4);
    const finals = events.filter((event) => event.type === SpeechEventType.FINAL_TRANSCRIPT);
    const [first, second] = finals.map((event) => event.alternatives?.[0]);
    expect((second?.startTime ?? 0) - (first?.endTime ?? 0)).toBeCloseTo(0);
    expect((second?.endTime ?? 0) - (first?.startTime ?? 0)).toBeCloseTo(0.45);
    expect(recognizer.health).toMatchObject({ connects: 3, reconnects: 2 });
  });

  it('leaves a server that never answers the handshake, and hears what was said meanwhile', async () => {
    const fake = await fakeDeepgram((handshake) => (handshake === 1 ? 'hang' : true));
    const { stream, errors, finished, texts } = listenTo(fake);
    stream.pushFrame(wordFrame(7));
    stream.endInput();
    await finished;
    expect(texts(SpeechEventType.FINAL_TRANSCRIPT)).toEqual(['w7']);
    expect(errors).toEqual([]);
  });

  it('gives up at once when the key is refused, and says so', async () => {
    const fake = await fakeDeepgram(() => 401);
    const onHealth = vi.fn();
    const { errors, finished } = listenTo(fake, { onHealth });
    await finished;
    expect(fake.handshakes).toBe(1);
    expect(errors[0]).toMatchObject({ name: 'APIStatusError', statusCode: 401, retryable: false });
    expect(isOpenhoursError(errors[0]?.cause, 'RECOGNIZER_FAILED')).toBe(true);
    expect(onHealth).toHaveBeenCalledWith(expect.objectContaining({ type: 'failed' }));
  });

  it('fails when every try is used up', async () => {
    const fake = await fakeDeepgram(() => 500);
    const { errors, finished } = listenTo(fake);
    await finished;
    expect(fake.handshakes).toBe(1 + LIMITS.reconnectMs.length);
    expect(isOpenhoursError(errors[0]?.cause, 'RECOGNIZER_FAILED')).toBe(true);
  });

  it('replaces a connection that hears voice and says nothing', async () => {
    const fake = await fakeDeepgram();
    const { stream, recognizer, finished, texts } = listenTo(fake);
    await vi.waitFor(() => expect(fake.peers).toHaveLength(1), { interval: 1, timeout: 8_000 });
    (fake.peers[0] as Peer).deaf = true;
    for (let word = 1; word <= 5; word += 1) stream.pushFrame(wordFrame(word));
    await vi.waitFor(() => expect(fake.peers[1]?.words).toHaveLength(5), { interval: 1, timeout: 8_000 });
    stream.endInput();
    await finished;
    expect(texts(SpeechEventType.FINAL_TRANSCRIPT)).toEqual(['w1 w2 w3 w4 w5']);
    expect(recognizer.health.reconnects).toBe(1);
  });

  it('keeps a silent connection alive', async () => {
    const fake = await fakeDeepgram();
    listenTo(fake);
    await vi.waitFor(() => expect(fake.peers[0]?.control).toEqual(['KeepAlive', 'KeepAlive']), {
      interval: 2,
    });
    expect(fake.handshakes).toBe(1);
  });

  it.each(['open', 'in its handshake'])('leaves no socket when closed while %s', async (state) => {
    const fake = await fakeDeepgram(() => (state === 'open' ? true : 'hang'));
    const { recognizer, finished, errors } = listenTo(fake);
    await vi.waitFor(() => expect(fake.handshakes).toBe(1), { interval: 1, timeout: 8_000 });
    await recognizer.close();
    await finished;
    const open = () => new Promise((resolve) => fake.server.getConnections((_, count) => resolve(count)));
    await vi.waitFor(async () => expect(await open()).toBe(0), { interval: 2 });
    expect([fake.handshakes, errors]).toEqual([1, []]);
  });

  it('recognises a finished recording', async () => {
    const fake = await fakeDeepgram();
    const { recognizer, stream } = listenTo(fake);
    stream.close();
    const event = await recognizer.recognize([wordFrame(3), wordFrame(4)]);
    expect(event.alternatives?.[0].text).toBe('w3 w4');
  });
});
