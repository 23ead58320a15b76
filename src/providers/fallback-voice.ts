import { type APIConnectOptions, shortuuid, tts } from '@livekit/agents';
import { FALLBACK, VOICE } from '../config/defaults.ts';
import { OpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type BreakerSettings, type Candidate, candidates } from './provider-events.ts';
import { readPieces } from './read-pieces.ts';
import { PieceList } from './spoken-pieces.ts';
import type { AttemptSink, VoiceLimits } from './voice-attempt.ts';
import { VoiceRelay } from './voice-relay.ts';

/** What a {@link FallbackVoice} takes; limits left out are those of `src/config/defaults.ts`. */
export interface FallbackVoiceOptions {
  readonly log?: Logger;
  /** No voice could say, or finish, an utterance. */
  readonly onSilenced?: () => void;
  readonly limits?: Partial<VoiceLimits & { readonly charsPerSecond: number }>;
  readonly breaker?: BreakerSettings;
}

/**
 * Several voices as one. Who makes no sound in time is replaced by the next, which speaks the same text; who falls silent in the middle is
 * replaced from the word on that was not heard yet (estimated from the length of the sound). A voice that failed twice is not waited for
 * again until it has had time to recover.
 *
 * Which voices these are can change from one utterance to the next, as the caller's language does.
 *
 * It never emits an `error`, of which the framework counts four and then closes the session: when no voice can speak the utterance ends
 * early and `onSilenced` is told.
 */
export class FallbackVoice extends tts.TTS {
  readonly label = 'openhours.FallbackVoice';
  readonly #voices: () => readonly tts.TTS[];
  /** Every voice so far, with its breaker. */
  readonly #known = new Map<tts.TTS, Candidate<tts.TTS>>();
  readonly #breaker: BreakerSettings | undefined;
  readonly #relay: VoiceRelay;
  #heard: tts.TTS;

  /**
   * @param voices Those of a call, or what gives those of the next utterance.
   * @throws INPUT_INVALID without a voice, or when their sample rates differ.
   */
  constructor(voices: readonly tts.TTS[] | (() => readonly tts.TTS[]), options: FallbackVoiceOptions = {}) {
    const voicesNow = typeof voices === 'function' ? voices : () => voices;
    const now = voicesNow();
    const [first] = now;
    if (first === undefined || now.some(({ sampleRate }) => sampleRate !== first.sampleRate)) {
      throw new OpenhoursError('INPUT_INVALID', 'voices that stand in for one another need one sample rate');
    }
    super(first.sampleRate, 1, { streaming: true });
    this.#voices = voicesNow;
    this.#heard = first;
    this.#breaker = options.breaker;
    this.#relay = new VoiceRelay({
      voices: () => this.#candidates(),
      limits: {
        firstAudioMs: VOICE.firstAudioMs,
        idleMs: VOICE.firstAudioMs,
        charsPerSecond: FALLBACK.charsPerSecond,
        ...options.limits,
      },
      log: options.log,
      onSilenced: options.onSilenced ?? (() => {}),
      onVoice: (voice) => (this.#heard = voice),
    });
  }

  /** That of the voice that was heard last. */
  override get model(): string {
    return this.#heard.model;
  }

  override get provider(): string {
    return this.#heard.provider;
  }

  /** Opens the first voice's connection ahead of the first utterance, if it keeps one. */
  prewarm(): void {
    const [first] = this.#candidates();
    const voice = first?.provider;
    if (voice !== undefined && 'prewarm' in voice && typeof voice.prewarm === 'function') {
      (voice as { prewarm(): void }).prewarm();
    }
  }

  override synthesize(
    text: string,
    connOptions?: APIConnectOptions,
    signal?: AbortSignal,
  ): tts.ChunkedStream {
    return new RelayedChunks(this, this.#relay, text, connOptions, signal);
  }

  override stream(options?: { connOptions?: APIConnectOptions }): tts.SynthesizeStream {
    return new RelayedStream(this, this.#relay, options?.connOptions);
  }

  /** Closes every voice. */
  override async close(): Promise<void> {
    await Promise.all([...this.#known.keys()].map((voice) => voice.close()));
  }

  #candidates(): readonly Candidate<tts.TTS>[] {
    return this.#voices().flatMap((voice) => {
      const known = this.#known.get(voice);
      if (known !== undefined) return [known];
      const made = candidates([voice], this.#breaker);
      for (const candidate of made) this.#known.set(voice, candidate);
      return made;
    });
  }
}

class RelayedStream extends tts.SynthesizeStream {
  readonly label = 'openhours.RelayedStream';
  readonly #relay: VoiceRelay;
  readonly #segmentId = shortuuid();

  constructor(voice: FallbackVoice, relay: VoiceRelay, connOptions?: APIConnectOptions) {
    super(voice, connOptions);
    this.#relay = relay;
  }

  protected override async run(): Promise<void> {
    const pieces = readPieces(this.input);
    const sink: AttemptSink = {
      started: () => this.markStarted(),
      put: (audio) => {
        if (!this.queue.closed) this.queue.put({ ...audio, segmentId: this.#segmentId });
      },
    };
    await this.#relay.speak(pieces, sink, this.abortSignal);
    if (!this.queue.closed) this.queue.put(tts.SynthesizeStream.END_OF_STREAM);
  }
}

class RelayedChunks extends tts.ChunkedStream {
  readonly label = 'openhours.RelayedChunks';
  readonly #relay: VoiceRelay;

  constructor(
    voice: FallbackVoice,
    relay: VoiceRelay,
    text: string,
    connOptions?: APIConnectOptions,
    signal?: AbortSignal,
  ) {
    super(text, voice, connOptions, signal);
    this.#relay = relay;
  }

  protected override async run(): Promise<void> {
    const pieces = new PieceList();
    pieces.add(this.inputText);
    pieces.end();
    const sink: AttemptSink = {
      started: () => {},
      put: (audio) => {
        if (!this.queue.closed) this.queue.put(audio);
      },
    };
    await this.#relay.speak(pieces, sink, this.abortSignal);
  }
}
