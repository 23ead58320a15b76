import { setTimeout as pause } from 'node:timers/promises';
import {
  APIConnectionError,
  type APIConnectOptions,
  type APIError,
  APIStatusError,
  stt,
} from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import type { RECOGNIZER } from '../config/defaults.ts';
import { OpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { DeepgramSocket, type ListenMessage, type ListenOptions } from './deepgram-socket.ts';
import { DeepgramTranscript } from './deepgram-transcript.ts';
import { ReplayBuffer } from './replay-buffer.ts';

/** How a recogniser's connections fare; times are ms since the epoch. */
export interface RecognizerHealth {
  connected: boolean;
  /** Handshakes that succeeded. */
  connects: number;
  /** Those of them that replaced a lost connection. */
  reconnects: number;
  lastResultAt: number | undefined;
  lastAudioAt: number | undefined;
}

/** A change worth telling: what happened, and for a loss why and after which pause the next try follows. */
export type RecognizerEvent =
  | { type: 'connected'; connects: number; replayedMs: number }
  | { type: 'lost'; reason: unknown; retryInMs: number }
  | { type: 'failed'; error: OpenhoursError };

/** The limits of {@link RECOGNIZER}, with other values. */
export type RecognizerLimits = {
  readonly [Limit in keyof typeof RECOGNIZER]: (typeof RECOGNIZER)[Limit] extends number
    ? number
    : readonly number[];
};

/** What every stream of a recogniser is given. */
export interface StreamSettings extends ListenOptions {
  readonly limits: RecognizerLimits;
  readonly log: Logger | undefined;
  readonly onHealth: (event: RecognizerEvent) => void;
}

/** One caller's audio: a single reader of the input, and one connection at a time. */
export class RecognizerStream extends stt.SpeechStream {
  readonly label = 'openhours.RecognizerStream';
  readonly #health: RecognizerHealth;
  readonly #settings: StreamSettings;
  readonly #buffer: ReplayBuffer;
  readonly #transcript: DeepgramTranscript;
  readonly #onDone: () => void;
  #socket: DeepgramSocket | undefined;
  /** Position up to which the present connection has the audio. */
  #sentTo = 0;
  #inputEnded = false;
  /** The present connection has given a result. */
  #proved = false;
  #connectedBefore = false;
  #unreportedMs = 0;

  constructor(
    recognizer: stt.STT & { readonly health: RecognizerHealth },
    settings: StreamSettings,
    onDone: () => void,
    options?: { connOptions?: APIConnectOptions },
  ) {
    super(recognizer, settings.sampleRate, options?.connOptions);
    this.#health = recognizer.health;
    this.#settings = settings;
    this.#onDone = onDone;
    const { sampleRate, language, limits } = settings;
    this.#buffer = new ReplayBuffer((limits.replayMs / 1_000) * sampleRate);
    this.#transcript = new DeepgramTranscript({
      language,
      emit: (event) => this.#emit(event),
      startTimeOffset: () => this.startTimeOffset,
      arrivedAt: (seconds) =>
        (this.#health.lastAudioAt ?? Date.now()) - (this.#buffer.end / sampleRate - seconds) * 1_000,
    });
  }

  protected override async run(): Promise<void> {
    // One reader for the life of the stream, whatever becomes of the connections: a second one would take every other frame.
    void this.#readInput();
    try {
      await this.#stayConnected();
    } finally {
      this.#reportUsage(0);
      this.#health.connected = false;
      this.#onDone();
    }
  }

  async #readInput(): Promise<void> {
    for await (const item of this.input) {
      if (this.abortSignal.aborted) return;
      if (typeof item === 'symbol') {
        this.#socket?.finalize();
      } else if (item.samplesPerChannel > 0) {
        this.#buffer.push(firstChannel(item));
        this.#health.lastAudioAt = Date.now();
        this.#sendPending();
      }
    }
    this.#inputEnded = true;
    this.#socket?.finish();
  }

  /** Sends what the present connection does not have yet: after a reconnect all that is unacknowledged, else the newest frame. */
  #sendPending(): void {
    if (this.#socket === undefined) return;
    for (const piece of this.#buffer.after(this.#sentTo)) {
      this.#socket.sendAudio(piece.pcm);
      this.#sentTo = piece.end;
      this.#reportUsage((piece.pcm.length / this.#settings.sampleRate) * 1_000);
    }
  }

  async #stayConnected(): Promise<void> {
    const { reconnectMs, deafMs } = this.#settings.limits;
    for (let failures = 0; ; failures += 1) {
      const since = Date.now();
      const lost = await this.#oneConnection();
      if (lost === undefined || this.abortSignal.aborted) return;
      const steady = lost.details['reason'] === 'lost' && Date.now() - since > deafMs;
      if (this.#proved || steady) failures = 0;
      const retryInMs = reconnectMs[failures];
      if (retryInMs === undefined || isPermanent(lost)) throw this.#giveUp(lost);
      this.#settings.log?.warn({ ...lost.details, retryInMs }, 'recogniser connection lost');
      this.#settings.onHealth({ type: 'lost', reason: lost.details['reason'], retryInMs });
      await pause(retryInMs, undefined, { signal: this.abortSignal }).catch(() => undefined);
    }
  }

  /** Opens a connection and serves it to its end; undefined when there is nothing more to do. */
  async #oneConnection(): Promise<OpenhoursError | undefined> {
    this.#proved = false;
    try {
      const socket = await DeepgramSocket.open(
        this.#settings,
        (message) => this.#receive(message),
        this.abortSignal,
      );
      this.#opened(socket);
      return await socket.ended;
    } catch (error) {
      if (error instanceof OpenhoursError) return error;
      throw error;
    } finally {
      this.#socket = undefined;
      this.#health.connected = false;
    }
  }

  #opened(socket: DeepgramSocket): void {
    const health = this.#health;
    const { sampleRate } = this.#settings;
    health.connected = true;
    health.connects += 1;
    if (this.#connectedBefore) health.reconnects += 1;
    this.#connectedBefore = true;
    this.#socket = socket;
    this.#sentTo = this.#buffer.start;
    this.#transcript.begin(this.#buffer.start / sampleRate);
    const replayedMs = Math.round(((this.#buffer.end - this.#buffer.start) / sampleRate) * 1_000);
    this.#settings.onHealth({ type: 'connected', connects: health.connects, replayedMs });
    this.#sendPending();
    if (this.#inputEnded) socket.finish();
  }

  #receive(message: ListenMessage): void {
    this.#health.lastResultAt = Date.now();
    if (message.type !== 'Metadata') this.#proved = true;
    const finalUpTo = this.#transcript.take(message);
    if (finalUpTo !== undefined) {
      this.#buffer.acknowledge(Math.round(finalUpTo * this.#settings.sampleRate));
    }
  }

  #reportUsage(sentMs: number): void {
    this.#unreportedMs += sentMs;
    const due =
      sentMs === 0 ? this.#unreportedMs > 0 : this.#unreportedMs >= this.#settings.limits.usageEveryMs;
    if (!due) return;
    this.#emit({
      type: stt.SpeechEventType.RECOGNITION_USAGE,
      requestId: this.#transcript.requestId,
      recognitionUsage: { audioDuration: this.#unreportedMs / 1_000 },
    });
    this.#unreportedMs = 0;
  }

  #emit(event: stt.SpeechEvent): void {
    if (!this.queue.closed) this.queue.put(event);
  }

  #giveUp(error: OpenhoursError): APIError {
    this.#settings.log?.error({ ...error.details, error }, 'recogniser failed');
    this.#settings.onHealth({ type: 'failed', error });
    const status = statusOf(error);
    const message = error.message;
    const failed =
      status === undefined
        ? new APIConnectionError({ message, options: { retryable: false } })
        : new APIStatusError({ message, options: { statusCode: status, retryable: false } });
    failed.cause = error;
    return failed;
  }
}

function statusOf(error: OpenhoursError): number | undefined {
  const status = error.details['status'];
  return typeof status === 'number' ? status : undefined;
}

/** A refusal that another try will not change: any 4xx but time-out, too early and too many. */
function isPermanent(error: OpenhoursError): boolean {
  const status = statusOf(error);
  return status !== undefined && status >= 400 && status < 500 && ![408, 425, 429].includes(status);
}

function firstChannel(frame: AudioFrame): Int16Array {
  if (frame.channels === 1) return frame.data;
  return frame.data.filter((_, index) => index % frame.channels === 0);
}
