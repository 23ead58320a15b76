import { type APIConnectOptions, type AudioBuffer, stt } from '@livekit/agents';
import { FALLBACK, RECOGNIZER } from '../config/defaults.ts';
import { OpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { HearingStream } from './hearing-stream.ts';
import type { GuardedEar } from './listening.ts';
import { type BreakerSettings, candidates } from './provider-events.ts';

/** A recogniser, and how one knows that it is deaf. */
export interface Ear {
  readonly recognizer: stt.STT;
  /** Voice was sent and nothing came back for this long, in ms; undefined where the recogniser watches over itself. */
  readonly deafMs?: number;
  /** When the service was last heard from, in ms since the epoch, if it is heard from more often than it has something to tell. */
  readonly lastSignAt?: () => number | undefined;
}

/** Limits of a {@link FallbackRecognizer}, in ms. */
export interface HearingLimits {
  /** Audio kept until it is acknowledged by a result, to be heard by the next recogniser. */
  readonly replayMs: number;
  /** So much voice without an answer counts as deafness: less is a click. */
  readonly deafVoiceMs: number;
  /** How often a recogniser that failed is tried again. */
  readonly retryMs: number;
}

/** What a {@link FallbackRecognizer} takes; limits left out are those of `src/config/defaults.ts`. */
export interface FallbackRecognizerOptions {
  readonly log?: Logger;
  /** No recogniser hears the caller; trying goes on. Told again only after one was heard from in between. */
  readonly onDeaf?: () => void;
  readonly limits?: Partial<HearingLimits>;
  readonly breaker?: BreakerSettings;
}

/**
 * Several recognisers as one. When one gives up, or is deaf, the next one hears what was not recognised yet; while that one listens the first
 * is tried beside it, and takes over again in a pause once it recognises words.
 *
 * Which recognisers these are can change during the call, as the caller's language does: in the next pause the first of the new ones takes over.
 *
 * Its streams never end with an error, on which the framework closes the session at once: with no recogniser left they stay open and silent,
 * `onDeaf` is told, and trying goes on, with the audio kept.
 */
export class FallbackRecognizer extends stt.STT {
  readonly label = 'openhours.FallbackRecognizer';
  readonly #earsNow: () => readonly Ear[];
  readonly #guarded = new Map<Ear, GuardedEar>();
  /** The list that {@link #list} was made from. */
  #asked: readonly Ear[] = [];
  #list: readonly GuardedEar[] = [];
  readonly #settings: BreakerSettings;
  readonly #open: (connOptions?: APIConnectOptions) => HearingStream;
  readonly #streams = new Set<HearingStream>();
  #hearing: stt.STT;

  /**
   * @param ears Those of a call, or what gives the present ones; asked often, so the same list while nothing has changed.
   * @throws INPUT_INVALID without a recogniser.
   */
  constructor(ears: readonly Ear[] | (() => readonly Ear[]), options: FallbackRecognizerOptions = {}) {
    super({ streaming: true, interimResults: true, alignedTranscript: 'word', keyterms: false });
    this.#earsNow = typeof ears === 'function' ? ears : () => ears;
    const [first] = this.#earsNow();
    if (first === undefined) throw new OpenhoursError('INPUT_INVALID', 'a recogniser is needed');
    this.#hearing = first.recognizer;
    // One failure is enough: recognisers have tried several times by then.
    this.#settings = { failures: 1, retryMs: FALLBACK.listenRetryMs, ...options.breaker };
    const { replayMs, deafVoiceMs } = RECOGNIZER;
    this.#open = (connOptions) =>
      new HearingStream(
        this,
        {
          ears: () => this.#ears(),
          limits: { replayMs, deafVoiceMs, retryMs: FALLBACK.listenRetryMs, ...options.limits },
          log: options.log,
          onDeaf: options.onDeaf ?? (() => {}),
          onEar: (recognizer) => (this.#hearing = recognizer),
          onDone: (stream) => this.#streams.delete(stream),
        },
        connOptions,
      );
  }

  /** That of the recogniser that listens, or did last. */
  override get model(): string {
    return this.#hearing.model;
  }

  override get provider(): string {
    return this.#hearing.provider;
  }

  override stream(options?: { connOptions?: APIConnectOptions }): stt.SpeechStream {
    const stream = this.#open(options?.connOptions);
    this.#streams.add(stream);
    return stream;
  }

  /** Closes every stream and every recogniser. */
  override async close(): Promise<void> {
    for (const stream of this.#streams) stream.close();
    await Promise.all([...this.#guarded.keys()].map(({ recognizer }) => recognizer.close()));
  }

  /** Recognises a finished recording with the first recogniser that can. */
  protected override async _recognize(audio: AudioBuffer, signal?: AbortSignal): Promise<stt.SpeechEvent> {
    let failure: unknown;
    for (const { recognizer } of this.#ears()) {
      try {
        return await recognizer.recognize(audio, signal);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  #ears(): readonly GuardedEar[] {
    const ears = this.#earsNow();
    if (ears === this.#asked) return this.#list;
    this.#asked = ears;
    this.#list = ears.flatMap((ear) => {
      const known = this.#guarded.get(ear);
      if (known !== undefined) return [known];
      const [made] = candidates([ear.recognizer], this.#settings).map(({ breaker }) => ({ ...ear, breaker }));
      if (made === undefined) return [];
      this.#guarded.set(ear, made);
      return [made];
    });
    return this.#list;
  }
}
