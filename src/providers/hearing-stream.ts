import { setTimeout as pause } from 'node:timers/promises';
import { type APIConnectOptions, stt } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { FALLBACK, RECOGNIZER } from '../config/defaults.ts';
import type { Logger } from '../log.ts';
import { loudness } from './deepgram-socket.ts';
import type { HearingLimits } from './fallback-recognizer.ts';
import { type GuardedEar, Listening } from './listening.ts';
import { ReplayBuffer } from './replay-buffer.ts';

/** What a {@link HearingStream} needs. */
export interface HearingSettings {
  /** In the order in which they are wanted; another list as soon as others are wanted. */
  readonly ears: () => readonly GuardedEar[];
  readonly limits: HearingLimits;
  readonly log: Logger | undefined;
  readonly onDeaf: () => void;
  readonly onEar: (recognizer: stt.STT) => void;
  readonly onDone: (stream: HearingStream) => void;
}

const SAMPLE_RATE = 16_000;

/** One caller's audio, and whoever listens to it: one recogniser, and beside it perhaps a better one on trial. */
export class HearingStream extends stt.SpeechStream {
  readonly label = 'openhours.HearingStream';
  readonly #settings: HearingSettings;
  readonly #buffer: ReplayBuffer;
  #current: Listening | undefined;
  #trial: Listening | undefined;
  #promote: (better: Listening) => void = () => {};
  /** The one on trial takes over without having proved anything: it is for another language. */
  #changing = false;
  #inputEnded = false;
  #speaking = false;
  #deafTold = false;
  /** Position after the last sound that was loud enough for voice. */
  #voiceTo = 0;

  constructor(owner: stt.STT, settings: HearingSettings, connOptions?: APIConnectOptions) {
    super(owner, SAMPLE_RATE, connOptions);
    this.#settings = settings;
    this.#buffer = new ReplayBuffer((settings.limits.replayMs / 1_000) * SAMPLE_RATE);
    this.abortSignal.addEventListener('abort', () => this.#closeAll(), { once: true });
  }

  protected override async run(): Promise<void> {
    void this.#readInput();
    try {
      while (!this.abortSignal.aborted) {
        const ear = this.#settings.ears().find(({ breaker }) => breaker.allows());
        if (ear !== undefined && (await this.#listenWith(ear))) return;
        if (ear === undefined && (await this.#wait())) return;
      }
    } finally {
      this.#closeAll();
      this.#settings.onDone(this);
    }
  }

  async #readInput(): Promise<void> {
    for await (const item of this.input) {
      if (this.abortSignal.aborted) return;
      if (typeof item === 'symbol') {
        this.#current?.flush();
      } else if (item.samplesPerChannel > 0) {
        this.#take(firstChannel(item));
      }
    }
    this.#inputEnded = true;
    this.#current?.finish();
  }

  #take(pcm: Int16Array): void {
    this.#buffer.push(pcm);
    if (loudness(pcm) > RECOGNIZER.voiceRms) this.#voiceTo = this.#buffer.end;
    this.#current?.push(pcm);
    this.#trial?.push(pcm);
    if (this.#current === undefined || !this.#quiet) return;
    if (!this.#settings.ears().includes(this.#current.ear)) this.#changeTo(this.#settings.ears());
    else if (this.#trial === undefined) this.#tryBetter(this.#current);
    else if (this.#trial.proved) this.#promote(this.#trial);
  }

  /** Between two utterances, with every word of the last one told. */
  get #quiet(): boolean {
    const silence = (FALLBACK.utteranceSilenceMs / 1_000) * SAMPLE_RATE * 2;
    return !this.#speaking && this.#buffer.end - this.#voiceTo >= silence;
  }

  /** Has a recogniser listen from the first sample that is not recognised; true when the stream is over. */
  async #listenWith(ear: GuardedEar): Promise<boolean> {
    let listening = this.#open(ear, this.#buffer.start);
    this.#current = listening;
    for (const { pcm } of this.#buffer.after(this.#buffer.start)) listening.push(pcm);
    if (this.#inputEnded) listening.finish();
    for (;;) {
      const promoted = new Promise<Listening>((resolve) => (this.#promote = resolve));
      const next = await Promise.race([promoted, listening.ended]);
      if (!(next instanceof Listening)) {
        this.#current = undefined;
        this.#dropTrial();
        return this.#left(listening, next);
      }
      this.#handOver(listening, next);
      listening = next;
    }
  }

  /** The recogniser is gone; true when there was nothing more to hear. */
  #left({ ear }: Listening, reason: string | undefined): boolean {
    if (this.abortSignal.aborted || reason === undefined) {
      ear.breaker.succeeded();
      return true;
    }
    ear.breaker.failed();
    const { provider, model } = ear.recognizer;
    // While nobody hears, each try would be a line.
    this.#settings.log?.[this.#deafTold ? 'debug' : 'warn']({ provider, model, reason }, 'recogniser failed');
    if (this.#speaking) this.#emit({ type: stt.SpeechEventType.END_OF_SPEECH });
    return false;
  }

  #tryBetter(current: Listening): void {
    const ears = this.#settings.ears();
    const better = ears
      .slice(0, Math.max(0, ears.indexOf(current.ear)))
      .find(({ breaker }) => breaker.allows());
    if (better === undefined) return;
    const trial = this.#open(better, this.#buffer.end);
    this.#trial = trial;
    void trial.ended.then((reason) => {
      if (this.#trial === trial) this.#trial = undefined;
      if (reason !== undefined) better.breaker.failed();
    });
  }

  /** Other recognisers are wanted: the first of them listens from here on. */
  #changeTo(ears: readonly GuardedEar[]): void {
    if (this.#changing) return;
    const ear = ears.find(({ breaker }) => breaker.allows());
    if (ear === undefined) return;
    this.#dropTrial();
    this.#changing = true;
    // As on trial it is given what comes until it has taken over.
    this.#trial = this.#open(ear, this.#buffer.end);
    this.#promote(this.#trial);
  }

  #handOver(from: Listening, to: Listening): void {
    const changed = !this.#settings.ears().includes(from.ear);
    this.#trial = undefined;
    this.#changing = false;
    from.close();
    // What was said so far, `from` has told.
    to.mutedTo = this.#buffer.end;
    this.#buffer.acknowledge(this.#buffer.end);
    this.#current = to;
    if (this.#inputEnded) to.finish();
    const { provider, model } = to.ear.recognizer;
    this.#settings.log?.info(
      { provider, model },
      changed ? 'another recogniser for the language' : 'recogniser is back',
    );
  }

  /** Nobody hears: waits until somebody may be tried again; true when there is nothing left to hear. */
  async #wait(): Promise<boolean> {
    if (this.#inputEnded) return true;
    if (!this.#deafTold) {
      this.#deafTold = true;
      this.#settings.log?.warn(
        { recognisers: this.#settings.ears().length },
        'no recogniser hears the caller',
      );
      this.#settings.onDeaf();
    }
    const signal = this.abortSignal;
    await pause(this.#settings.limits.retryMs / 4, undefined, { signal }).catch(() => undefined);
    return false;
  }

  #open(ear: GuardedEar, base: number): Listening {
    return new Listening({
      ear,
      base,
      sampleRate: SAMPLE_RATE,
      startTimeOffset: this.startTimeOffset,
      deafVoiceMs: this.#settings.limits.deafVoiceMs,
      onEvent: (event, listening) => this.#hear(event, listening),
    });
  }

  #hear(event: stt.SpeechEvent, listening: Listening): void {
    const words = event.alternatives?.[0];
    // OpenAI tells of a start by itself: only words prove that the service is there.
    if (words !== undefined) listening.ear.breaker.succeeded();
    if (event.type === stt.SpeechEventType.RECOGNITION_USAGE) return this.#emit(event);
    if (listening !== this.#current) return;
    if (words === undefined) return this.#emit(event);
    this.#deafTold = false;
    this.#settings.onEar(listening.ear.recognizer);
    const end = listening.positionOf(words.endTime);
    if (end <= listening.mutedTo) return;
    if (event.type === stt.SpeechEventType.FINAL_TRANSCRIPT) this.#buffer.acknowledge(end);
    this.#emit(event);
  }

  #emit(event: stt.SpeechEvent): void {
    if (
      event.type === stt.SpeechEventType.START_OF_SPEECH ||
      event.type === stt.SpeechEventType.END_OF_SPEECH
    ) {
      const starts = event.type === stt.SpeechEventType.START_OF_SPEECH;
      if (starts === this.#speaking) return;
      this.#speaking = starts;
    }
    if (!this.queue.closed) this.queue.put(event);
  }

  #dropTrial(): void {
    const trial = this.#trial;
    this.#trial = undefined;
    this.#changing = false;
    if (trial === undefined) return;
    trial.ear.breaker.abandoned();
    trial.close();
  }

  #closeAll(): void {
    this.#current?.close();
    this.#dropTrial();
  }
}

function firstChannel(frame: AudioFrame): Int16Array {
  if (frame.channels === 1) return frame.data;
  return frame.data.filter((_, index) => index % frame.channels === 0);
}
