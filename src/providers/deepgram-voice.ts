import { type APIConnectOptions, shortuuid, tts } from '@livekit/agents';
import { VOICE } from '../config/defaults.ts';
import type { Logger } from '../log.ts';
import { type SpeakOptions, SpeakSocket } from './speak-socket.ts';
import { PieceList, SentenceCutter } from './spoken-pieces.ts';
import { type Sink, utter } from './utterance.ts';

/** What a {@link DeepgramVoice} needs; limits left out are those of `src/config/defaults.ts`. */
export interface VoiceOptions {
  readonly apiKey: string;
  /** http origin; the ws form is derived. */
  readonly baseUrl: string;
  readonly model: string;
  readonly sampleRate?: number;
  /** 1 is as the voice speaks by itself; only Aura-2 takes another. */
  readonly speed?: number;
  /** The longest silence, in ms, while sound is owed. */
  readonly firstAudioMs?: number;
  readonly handshakeMs?: number;
  readonly log?: Logger;
}

/** Idle connections kept: one for the next utterance, one for a word said while another is being made. */
const IDLE_KEPT = 2;

/**
 * Deepgram's voice over connections that stay open between utterances. The published plugin opens one for each (two round trips before the
 * first sound), waits for its handshake without a limit, and asks for sound only when the whole text is there; this one speaks from the
 * first sentence on, notices a lost connection while idle, and after a barge-in drops the rest and keeps the connection.
 *
 * A failed utterance throws a retryable `APIError` (cause: SPEECH_FAILED) while nothing of it was heard, and the framework tries again on
 * another connection; once something was heard it is not retryable, or the caller would hear the beginning twice.
 */
export class DeepgramVoice extends tts.TTS {
  readonly label = 'openhours.DeepgramVoice';
  readonly #options: SpeakOptions;
  readonly #log: Logger | undefined;
  readonly #closing = new AbortController();
  #idle: SpeakSocket[] = [];
  #opening: Promise<SpeakSocket> | undefined;

  constructor(options: VoiceOptions) {
    const sampleRate = options.sampleRate ?? 24_000;
    super(sampleRate, 1, { streaming: true });
    const { apiKey, baseUrl, model, speed, firstAudioMs, handshakeMs } = options;
    this.#options = {
      apiKey,
      baseUrl,
      model,
      sampleRate,
      speed,
      firstAudioMs: firstAudioMs ?? VOICE.firstAudioMs,
      handshakeMs: handshakeMs ?? VOICE.handshakeMs,
      pingMs: VOICE.pingMs,
    };
    this.#log = options.log;
  }

  override get model(): string {
    return this.#options.model;
  }

  override get provider(): string {
    return 'Deepgram';
  }

  /** Opens a connection ahead of the first utterance; a failure is only logged, since that utterance tries again. */
  prewarm(): void {
    if (this.#opening !== undefined || this.#idle.length > 0 || this.#closing.signal.aborted) return;
    const opening = this.#open().finally(() => (this.#opening = undefined));
    this.#opening = opening;
    opening.then(
      (socket) => this.release(socket),
      (error: unknown) => this.#log?.warn({ error }, 'voice not opened ahead'),
    );
  }

  override synthesize(
    text: string,
    connOptions?: APIConnectOptions,
    signal?: AbortSignal,
  ): tts.ChunkedStream {
    return new VoiceChunks(this, text, connOptions, signal);
  }

  override stream(options?: { connOptions?: APIConnectOptions }): tts.SynthesizeStream {
    return new VoiceStream(this, options?.connOptions);
  }

  /** Closes every connection, also those that speak. */
  override async close(): Promise<void> {
    this.#closing.abort();
    for (const socket of this.#idle.splice(0)) socket.close();
  }

  /** A connection for one utterance, open already if there is one; give it back with {@link release}. @throws SPEECH_FAILED */
  async acquire(): Promise<SpeakSocket> {
    // The one being opened ahead becomes idle in the moment it opens.
    await this.#opening?.catch(() => undefined);
    const spent = this.#idle.filter((socket) => !socket.ready);
    const ready = this.#idle.filter((socket) => socket.ready);
    for (const socket of spent) socket.close();
    const socket = ready.pop();
    this.#idle = ready;
    return socket ?? this.#open();
  }

  /** Takes back a connection, whatever its state; a closed one is forgotten. */
  release(socket: SpeakSocket): void {
    if (socket.ready && this.#idle.length < IDLE_KEPT && !this.#closing.signal.aborted)
      this.#idle.push(socket);
    else socket.close();
  }

  async #open(): Promise<SpeakSocket> {
    const socket = await SpeakSocket.open(this.#options, this.#closing.signal);
    const close = (): void => socket.close();
    this.#closing.signal.addEventListener('abort', close, { once: true });
    void socket.ended.then((error) => {
      this.#closing.signal.removeEventListener('abort', close);
      const wasIdle = this.#idle.includes(socket);
      this.#idle = this.#idle.filter((each) => each !== socket);
      if (error !== undefined) this.#log?.warn({ ...error.details }, 'voice connection lost');
      // A service that closes what it has just opened must not be asked in a circle.
      if (wasIdle && error !== undefined && Date.now() - socket.openedAt > this.#options.pingMs)
        this.prewarm();
    });
    return socket;
  }
}

class VoiceStream extends tts.SynthesizeStream {
  readonly label = 'openhours.VoiceStream';
  readonly #voice: DeepgramVoice;
  readonly #segmentId = shortuuid();
  /** All text so far: another try starts over, while the input can be read only once. */
  readonly #pieces = new PieceList();
  #reading: Promise<void> | undefined;

  constructor(voice: DeepgramVoice, connOptions?: APIConnectOptions) {
    super(voice, connOptions);
    this.#voice = voice;
  }

  protected override async run(): Promise<void> {
    this.#reading ??= this.#readInput();
    // A connection is taken only once there is something to say: a model that stalls must not keep it from an apology.
    for await (const piece of this.#pieces) {
      if (piece !== '') break;
    }
    if (this.abortSignal.aborted || this.#pieces.empty) return;
    const sink: Sink = {
      started: () => this.markStarted(),
      put: (frame, final, requestId) => {
        if (this.queue.closed) return;
        this.queue.put({ requestId: requestId || this.#segmentId, segmentId: this.#segmentId, frame, final });
      },
    };
    await utter(this.#voice, this.#pieces, sink, this.abortSignal);
    if (!this.queue.closed) this.queue.put(tts.SynthesizeStream.END_OF_STREAM);
  }

  async #readInput(): Promise<void> {
    const cutter = new SentenceCutter();
    for await (const item of this.input) {
      for (const piece of typeof item === 'symbol' ? [cutter.rest()] : cutter.push(item)) {
        this.#pieces.add(piece);
      }
    }
    this.#pieces.add(cutter.rest());
    this.#pieces.end();
  }
}

class VoiceChunks extends tts.ChunkedStream {
  readonly label = 'openhours.VoiceChunks';
  readonly #voice: DeepgramVoice;
  readonly #segmentId = shortuuid();

  constructor(voice: DeepgramVoice, text: string, connOptions?: APIConnectOptions, signal?: AbortSignal) {
    super(text, voice, connOptions, signal);
    this.#voice = voice;
  }

  protected override async run(): Promise<void> {
    const pieces = new PieceList();
    const cutter = new SentenceCutter();
    for (const piece of [...cutter.push(this.inputText), cutter.rest()]) pieces.add(piece);
    pieces.end();
    const sink: Sink = {
      started: () => {},
      put: (frame, final, requestId) => {
        if (this.queue.closed) return;
        this.queue.put({ requestId: requestId || this.#segmentId, segmentId: this.#segmentId, frame, final });
      },
    };
    await utter(this.#voice, pieces, sink, this.abortSignal);
  }
}
