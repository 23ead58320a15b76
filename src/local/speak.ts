import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { Visit } from './faults.ts';
import { asBuffer, messageType } from './listen.ts';
import { SentenceBuffer } from './sentences.ts';
import type { SpeechOptions, Voice, Voices } from './voice.ts';

/** Deepgram's voices that are men's, as far as this project may use them; all others become the woman's. */
const MASCULINE =
  /(apollo|arcas|aries|atlas|draco|hermes|hyperion|jupiter|mars|neptune|odysseus|orion|orpheus|perseus|pluto|saturn|zeus|angus|helios)/;

/** What to speak with, from the query of `/v1/speak`. */
export interface SpeakQuery extends SpeechOptions {
  /** The model asked for, such as `aura-2-thalia-en`. */
  model: string;
}

const RATES = [8_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

/** Parses the query; a string says what is wrong with it. */
export function parseSpeakQuery(query: URLSearchParams): SpeakQuery | string {
  const encoding = query.get('encoding') ?? 'linear16';
  if (encoding !== 'linear16') return `this stand-in speaks encoding=linear16 only, not ${encoding}`;
  const sampleRate = Number(query.get('sample_rate') ?? 24_000);
  if (!RATES.includes(sampleRate)) return `sample_rate must be one of ${RATES.join(', ')}`;
  const speed = Number(query.get('speed') ?? 1);
  if (!(speed >= 0.7 && speed <= 1.5)) return 'speed must be from 0.7 to 1.5';
  const model = query.get('model') ?? 'aura-asteria-en';
  const voice: Voice = MASCULINE.test(model) ? 'rms' : 'slt';
  return { sampleRate, speed, model, voice };
}

/** What is sent at once: a tenth of a second. */
const CHUNKS_PER_SECOND = 10;

/** Cuts a sound into pieces as they go over the wire. */
export function* chunks(pcm: Int16Array, sampleRate: number): Generator<Buffer> {
  const size = Math.ceil(sampleRate / CHUNKS_PER_SECOND);
  for (let at = 0; at < pcm.length; at += size) {
    const part = pcm.subarray(at, at + size);
    yield Buffer.from(part.buffer, part.byteOffset, part.byteLength);
  }
}

/** What a connection needs. */
export interface SpeakConnection {
  socket: WebSocket;
  query: SpeakQuery;
  voices: Voices;
  visit: Visit;
  /** The first audio of an utterance comes this long after its first text: as long as the vendor's takes. */
  ttfbMs: number;
}

/** Serves one `WS /v1/speak` connection until it closes. */
export function serveSpeak(connection: SpeakConnection): void {
  const speaker = new Speaker(connection);
  const { socket, visit } = connection;
  socket.on('message', (data) => speaker.take(asBuffer(data)));
  socket.on('close', () => {
    speaker.clear();
    visit.end();
  });
  socket.on('error', () => undefined); // 'close' follows
}

/** What is left to do on a connection, in order. */
class Speaker {
  private readonly connection: SpeakConnection;
  private readonly text = new SentenceBuffer();
  private work: Promise<void> = Promise.resolve();
  /** Work of an earlier round is dropped: `Clear` begins a new one. */
  private round = 0;
  private flushes = 0;
  /** When the first text of the present utterance came. */
  private utteranceAt: number | undefined;

  constructor(connection: SpeakConnection) {
    this.connection = connection;
    const { model } = connection.query;
    const ids = { request_id: randomUUID(), model_uuid: '00000000-0000-4000-8000-000000000002' };
    this.send({ type: 'Metadata', ...ids, model_name: model, model_version: 'stand-in' });
  }

  take(data: Buffer): void {
    switch (messageType(data)) {
      case 'Speak':
        this.utteranceAt ??= performance.now();
        this.say(this.text.push(textOf(data)), this.utteranceAt);
        break;
      case 'Flush':
        this.flush();
        break;
      case 'Clear':
        this.clear();
        this.send({ type: 'Cleared', sequence_id: this.flushes });
        break;
      case 'Close':
        this.flush(false);
        this.enqueue(() => this.connection.socket.close(1000));
        break;
      default:
        this.warn('DATA-0000', 'the message could not be understood');
    }
  }

  /** Drops what is not spoken yet. */
  clear(): void {
    this.round++;
    this.text.clear();
    this.utteranceAt = undefined;
  }

  private flush(told = true): void {
    this.say(this.text.flush(), this.utteranceAt ?? performance.now());
    this.utteranceAt = undefined;
    const number = this.flushes++;
    if (told) this.enqueue(() => this.send({ type: 'Flushed', sequence_id: number }));
  }

  private say(sentences: string[], since: number): void {
    const { query, voices, ttfbMs, visit } = this.connection;
    const round = this.round;
    for (const sentence of sentences) {
      const sound = voices.synthesize(sentence, query); // begun now, sent when its turn comes
      sound.catch(() => undefined); // reported below
      this.enqueue(async () => {
        const pcm = await sound.catch((error: unknown) => this.warn('SPEAK-0000', String(error)));
        await delay(Math.max(0, since + ttfbMs + visit.delayMs - performance.now()));
        for (const chunk of pcm ? chunks(pcm, query.sampleRate) : []) {
          if (round === this.round) this.sendAudio(chunk);
        }
      });
    }
  }

  private enqueue(step: () => void | Promise<void>): void {
    const round = this.round;
    this.work = this.work.then(() => (round === this.round ? step() : undefined));
  }

  private warn(code: string, description: string): undefined {
    this.send({ type: 'Warning', code, description, warn_code: code, warn_msg: description });
  }

  private sendAudio(chunk: Buffer): void {
    const { socket, visit, query } = this.connection;
    if (visit.silent || socket.readyState !== socket.OPEN) return;
    socket.send(chunk);
    visit.sent();
    visit.addAudio(chunk.length / 2 / query.sampleRate);
  }

  private send(message: object): void {
    const { socket, visit } = this.connection;
    if (!visit.silent && socket.readyState === socket.OPEN) socket.send(JSON.stringify(message));
  }
}

function textOf(data: Buffer): string {
  const { text } = JSON.parse(data.toString()) as { text?: unknown };
  return typeof text === 'string' ? text : '';
}
