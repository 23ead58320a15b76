import { createHash, randomUUID } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import type { Visit } from './faults.ts';
import { type ListenMessage, MODEL_INFO, MODEL_UUID } from './listen-results.ts';
import { type ListenOptions, ListenSession } from './listen-session.ts';
import { type Recognizer, RECOGNIZER_RATE } from './recognizer.ts';
import { Resampler } from './resample.ts';

/** The query of `WS /v1/listen`, as far as it changes anything here; all else is accepted and ignored. */
export interface ListenQuery extends ListenOptions {
  /** Rate of the audio in Hz. */
  sampleRate: number;
}

/** Deepgram's own default for `endpointing`, in ms. */
export const ENDPOINTING_DEFAULT_MS = 10;

/** Parses the query; a string says what is wrong with it. */
export function parseListenQuery(query: URLSearchParams, endpointingDefaultMs: number): ListenQuery | string {
  const number = (name: string) => (query.has(name) ? Number(query.get(name)) : undefined);
  const encoding = query.get('encoding');
  if (encoding !== 'linear16')
    return `this stand-in takes encoding=linear16 only, not ${encoding ?? 'containers'}`;
  const sampleRate = number('sample_rate') ?? 0;
  if (!Number.isInteger(sampleRate) || sampleRate < 8_000 || sampleRate > 48_000) {
    return 'sample_rate must be a whole number from 8000 to 48000';
  }
  if ((number('channels') ?? 1) !== 1) return 'this stand-in takes one channel only';
  const endpointing = query.get('endpointing');
  const endpointingMs = Number(
    endpointing === null || endpointing === 'true' ? endpointingDefaultMs : endpointing,
  );
  const utteranceEndMs = number('utterance_end_ms');
  if (endpointing !== 'false' && !(endpointingMs >= 0)) return 'endpointing must be milliseconds or false';
  if (utteranceEndMs !== undefined && !(utteranceEndMs >= 0)) return 'utterance_end_ms must be milliseconds';
  const on = (name: string) => query.get(name) === 'true';
  return {
    sampleRate,
    requestId: randomUUID(),
    endpointingMs: endpointing === 'false' ? undefined : endpointingMs,
    utteranceEndMs,
    interimResults: on('interim_results'),
    vadEvents: on('vad_events'),
    formatted: on('punctuate') || on('smart_format'),
  };
}

/** Deepgram closes a connection that sends neither audio nor a message for 10 s. */
export const IDLE_LIMIT_MS = 10_000;
const NORMAL = 1000;
const FAILED = 1011;

/** What a connection needs. */
export interface ListenConnection {
  socket: WebSocket;
  query: ListenQuery;
  recognizer: Recognizer;
  visit: Visit;
  /** Usually {@link IDLE_LIMIT_MS}. */
  idleLimitMs: number;
}

/** Serves one `WS /v1/listen` connection until it closes. */
export function serveListen(connection: ListenConnection): void {
  const { socket, query, visit, recognizer, idleLimitMs } = connection;
  const resampler = new Resampler(query.sampleRate, RECOGNIZER_RATE);
  const hash = createHash('sha256');
  const bytes = wholeSamples();

  const deliver = delivery(socket, visit);
  const close = (code: number, reason: string) => {
    if (!visit.silent) socket.close(code, reason);
  };
  const session = new ListenSession(query, {
    recognizer,
    send: (message: ListenMessage) => deliver(message),
    fail: (error) =>
      close(FAILED, `stand-in: ${error instanceof Error ? error.message : String(error)}`.slice(0, 120)),
  });
  const idle = setTimeout(
    () => close(FAILED, 'NET-0001: no audio data or text message within the timeout window'),
    idleLimitMs,
  );

  const audio = (data: Buffer) => {
    hash.update(data);
    const pcm = bytes(data);
    visit.addAudio(pcm.length / query.sampleRate);
    session.push(resampler.push(pcm));
  };
  const end = async () => {
    clearTimeout(idle);
    await session.close();
    deliver({
      type: 'Metadata',
      transaction_key: 'deprecated',
      request_id: query.requestId,
      sha256: hash.digest('hex'),
      created: new Date().toISOString(),
      duration: session.seconds,
      channels: 1,
      models: [MODEL_UUID],
      model_info: { [MODEL_UUID]: MODEL_INFO },
    });
    setTimeout(() => close(NORMAL, ''), visit.delayMs);
  };

  socket.on('message', (data, isBinary) => {
    idle.refresh();
    const buffer = asBuffer(data);
    if (isBinary && buffer.length > 0) return audio(buffer);
    const type = isBinary ? 'CloseStream' : messageType(buffer); // an empty piece of audio also ends the stream
    if (type === 'Finalize') void session.finalize();
    else if (type === 'CloseStream') void end();
    else if (type !== 'KeepAlive') close(1008, 'DATA-0000: the message could not be understood');
  });
  socket.on('close', () => {
    clearTimeout(idle);
    visit.end();
  });
  socket.on('error', () => undefined); // 'close' follows
}

/** Sends messages as the faults allow: late, or not at all. */
function delivery(socket: WebSocket, visit: Visit): (message: object) => void {
  return (message) => {
    const now = () => {
      if (visit.silent || socket.readyState !== socket.OPEN) return;
      socket.send(JSON.stringify(message));
      visit.sent();
    };
    if (visit.delayMs > 0) setTimeout(now, visit.delayMs).unref();
    else now();
  };
}

/** A message's bytes, however `ws` hands them over. */
export function asBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return data instanceof ArrayBuffer ? Buffer.from(data) : data;
}

/** The `type` of a JSON message; undefined if it is none. */
export function messageType(data: Buffer): string | undefined {
  try {
    const { type } = JSON.parse(data.toString()) as { type?: unknown };
    return typeof type === 'string' ? type : undefined;
  } catch {
    return undefined; // not JSON: the caller says so to the client
  }
}

/** Turns bytes into samples; a sample that is cut in two waits for its other half. */
function wholeSamples(): (data: Buffer) => Int16Array {
  let odd = Buffer.alloc(0);
  return (data) => {
    const all = odd.length > 0 ? Buffer.concat([odd, data]) : data;
    const pcm = new Int16Array(all.length >> 1);
    for (let i = 0; i < pcm.length; i++) pcm[i] = all.readInt16LE(2 * i);
    odd = Buffer.from(all.subarray(2 * pcm.length));
    return pcm;
  };
}
