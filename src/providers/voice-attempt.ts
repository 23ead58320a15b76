import type { tts } from '@livekit/agents';
import { tts as framework } from '@livekit/agents';
import { reasonOf, Watched } from './provider-events.ts';
import type { PieceList } from './spoken-pieces.ts';

/** Limits on one voice, in ms. */
export interface VoiceLimits {
  /** From the first text to the first sound. */
  readonly firstAudioMs: number;
  /** Between two pieces of sound, once all text is there. */
  readonly idleMs: number;
}

/** What became of an attempt. */
export interface Attempted {
  /** Everything was spoken. */
  readonly complete: boolean;
  /** Sound that was made, in ms. */
  readonly heardMs: number;
  /** The text this voice was given, and where in the whole it began. */
  readonly text: string;
  readonly from: number;
  /** What was wrong. */
  readonly reason: string;
}

/** Where an attempt's sound goes. */
export interface AttemptSink {
  /** Text is sent. */
  started(): void;
  put(audio: tts.SynthesizedAudio): void;
}

/** One more try on another connection, at once, of a connection that was lost while idle; the limit on the first sound holds for both. */
const CONNECTION = { connOptions: { maxRetry: 1, retryIntervalMs: 100, timeoutMs: 10_000 } };

/** One voice speaks a text from some character on, and is left as soon as it is silent for too long. */
export class VoiceAttempt {
  readonly #voice: tts.TTS;
  readonly #pieces: PieceList;
  readonly #from: number;
  readonly #limits: VoiceLimits;
  readonly #sink: AttemptSink;
  #stream: tts.SynthesizeStream | undefined;
  #timer: NodeJS.Timeout | undefined;
  #text = '';
  #heardMs = 0;
  #allSent = false;
  #over = false;
  #reason: string | undefined;

  constructor(voice: tts.TTS, pieces: PieceList, from: number, limits: VoiceLimits, sink: AttemptSink) {
    this.#voice = voice;
    this.#pieces = pieces;
    this.#from = from;
    this.#limits = limits;
    this.#sink = sink;
  }

  /** Resolves when the voice has finished, failed, or `signal` aborts; never rejects. */
  async run(signal: AbortSignal): Promise<Attempted> {
    const stop = (): void => this.#stream?.close();
    const watched = new Watched();
    let complete = false;
    try {
      const stream = watched.run(() => this.#voice.stream(CONNECTION));
      this.#stream = stream;
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      this.#feed(stream).catch((error: unknown) => this.#fail(error instanceof Error ? error.name : 'error'));
      complete = await this.#listen(stream);
    } catch (error) {
      this.#reason ??= error instanceof Error ? error.name : 'error';
    }
    this.#over = true;
    clearTimeout(this.#timer);
    signal.removeEventListener('abort', stop);
    stop();
    if (complete && this.#heardMs === 0 && /[\p{L}\p{N}]/u.test(this.#text)) {
      complete = false;
      this.#reason = 'no sound';
    }
    return {
      complete,
      heardMs: this.#heardMs,
      text: this.#text,
      from: this.#from,
      reason: this.#reason ?? reasonOf(watched.error),
    };
  }

  /** True when the voice says that it has said everything. */
  async #listen(stream: tts.SynthesizeStream): Promise<boolean> {
    for await (const audio of stream) {
      if (audio === framework.SynthesizeStream.END_OF_STREAM) return true;
      clearTimeout(this.#timer);
      this.#heardMs += (audio.frame.samplesPerChannel / audio.frame.sampleRate) * 1_000;
      this.#sink.put(audio);
      if (this.#allSent) this.#arm(this.#limits.idleMs);
    }
    return false;
  }

  async #feed(stream: tts.SynthesizeStream): Promise<void> {
    let skip = this.#from;
    for await (const piece of this.#pieces) {
      if (this.#over) return;
      const rest = piece.slice(skip);
      skip = Math.max(0, skip - piece.length);
      if (rest === '') continue;
      if (this.#text === '') {
        this.#sink.started();
        this.#arm(this.#limits.firstAudioMs);
      }
      this.#text += rest;
      stream.pushText(rest);
    }
    if (this.#over) return;
    this.#allSent = true;
    // Before that a voice may be silent because it has no text; it watches over its own flushes meanwhile.
    if (this.#heardMs > 0) this.#arm(this.#limits.idleMs);
    stream.endInput();
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail('timeout'), ms);
  }

  #fail(reason: string): void {
    if (this.#over) return;
    this.#reason ??= reason;
    this.#stream?.close();
  }
}
