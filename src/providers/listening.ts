import { stt } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { RECOGNIZER } from '../config/defaults.ts';
import type { CircuitBreaker } from './circuit-breaker.ts';
import { loudness } from './deepgram-socket.ts';
import type { Ear } from './fallback-recognizer.ts';
import { reasonOf, Watched } from './provider-events.ts';

/** An ear, and whether it is worth asking. */
export interface GuardedEar extends Ear {
  readonly breaker: CircuitBreaker;
}

/** What a {@link Listening} needs; positions are samples since the call's audio began. */
export interface ListeningOptions {
  readonly ear: GuardedEar;
  readonly sampleRate: number;
  /** Position of the first sample it is given. */
  readonly base: number;
  /** The framework's time, in seconds, at position 0. */
  readonly startTimeOffset: number;
  readonly deafVoiceMs: number;
  readonly onEvent: (event: stt.SpeechEvent, listening: Listening) => void;
}

/** The recogniser's own retries are all there are: the framework's would take audio that was sent already for sent. */
const CONNECTION = { connOptions: { maxRetry: 0, retryIntervalMs: 0, timeoutMs: 10_000 } };

/** One recogniser that listens to a call from some position on, and is given up when it is deaf. */
export class Listening {
  readonly ear: GuardedEar;
  /** Settles when it is over: with the reason why it failed, or undefined when the audio was finished or it was closed. */
  readonly ended: Promise<string | undefined>;
  /** Words before this position are somebody else's. */
  mutedTo = 0;
  /** It has recognised words. */
  proved = false;
  readonly #options: ListeningOptions;
  readonly #stream: stt.SpeechStream;
  readonly #watched = new Watched();
  #timer: NodeJS.Timeout | undefined;
  #voicedMs = 0;
  #voiceSince = 0;
  #reason: string | undefined;
  #finishing = false;
  #closed = false;

  constructor(options: ListeningOptions) {
    this.ear = options.ear;
    this.#options = options;
    this.#stream = this.#watched.run(() => options.ear.recognizer.stream(CONNECTION));
    this.#stream.startTimeOffset = options.startTimeOffset + options.base / options.sampleRate;
    this.ended = this.#listen();
  }

  /** Gives it 16-bit mono audio. */
  push(pcm: Int16Array): void {
    if (this.#closed || this.#finishing) return;
    const { sampleRate } = this.#options;
    this.#watchFor(pcm);
    this.#stream.pushFrame(new AudioFrame(pcm, sampleRate, 1, pcm.length));
  }

  /** Asks for the words of the audio so far. */
  flush(): void {
    if (!this.#closed && !this.#finishing) this.#stream.flush();
  }

  /** No audio follows; it ends after the last words. */
  finish(): void {
    if (this.#closed || this.#finishing) return;
    this.#finishing = true;
    this.#stream.endInput();
  }

  /** Ends it now. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#stream.close();
  }

  /** The position of a time that one of its events gave. */
  positionOf(seconds: number): number {
    const { base, sampleRate } = this.#options;
    return base + Math.round((seconds - this.#stream.startTimeOffset) * sampleRate);
  }

  async #listen(): Promise<string | undefined> {
    for await (const event of this.#stream) {
      // Usage is counted on our side: it proves nothing.
      if (event.type !== stt.SpeechEventType.RECOGNITION_USAGE) this.#sign();
      if (event.type === stt.SpeechEventType.FINAL_TRANSCRIPT) this.proved = true;
      if (!this.#closed) this.#options.onEvent(event, this);
    }
    const byUs = this.#closed && this.#reason === undefined;
    const { error } = this.#watched;
    this.close();
    if (byUs || (this.#finishing && error === undefined && this.#reason === undefined)) return undefined;
    return this.#reason ?? reasonOf(error);
  }

  /** Counts voice that nothing has come back for. */
  #watchFor(pcm: Int16Array): void {
    const { ear, sampleRate } = this.#options;
    if (ear.deafMs === undefined || loudness(pcm) <= RECOGNIZER.voiceRms) return;
    if (this.#voicedMs === 0) {
      this.#voiceSince = Date.now();
      this.#timer = setTimeout(() => this.#judge(), ear.deafMs);
    }
    this.#voicedMs += (pcm.length / sampleRate) * 1_000;
  }

  #judge(): void {
    const { ear, deafVoiceMs } = this.#options;
    const answered = (ear.lastSignAt?.() ?? 0) > this.#voiceSince;
    if (answered || this.#voicedMs < deafVoiceMs) return this.#sign();
    this.#reason = 'deaf';
    this.close();
  }

  #sign(): void {
    this.#voicedMs = 0;
    clearTimeout(this.#timer);
  }
}
