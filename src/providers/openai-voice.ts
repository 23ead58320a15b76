import { type APIConnectOptions, shortuuid, tts } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import type OpenAI from 'openai';
import { VOICE } from '../config/defaults.ts';
import { OpenhoursError } from '../errors.ts';
import { type OpenaiAccess, openaiClient, openaiFailure } from './openai-client.ts';
import { readPieces } from './read-pieces.ts';
import { PcmFramer } from './spoken-pieces.ts';

/** What an {@link OpenaiVoice} needs; limits left out are those of `src/config/defaults.ts`. */
export interface OpenaiVoiceOptions extends OpenaiAccess {
  readonly model: string;
  readonly voice: string;
  /** 1 is as the voice speaks by itself. */
  readonly speed?: number;
  /** How to speak, in words. */
  readonly instructions?: string;
  /** The longest silence, in ms, while sound is owed. */
  readonly firstAudioMs?: number;
}

/** OpenAI's `pcm` is 16-bit mono at this rate (platform.openai.com/docs/guides/text-to-speech). */
const SAMPLE_RATE = 24_000;

/**
 * OpenAI's voice, one request for each sentence, heard while it is being made (the published plugin waits for the whole answer). A failed
 * utterance ends with an `APIError` (cause: SPEECH_FAILED) that is not retryable.
 */
export class OpenaiVoice extends tts.TTS {
  readonly label = 'openhours.OpenaiVoice';
  readonly #options: OpenaiVoiceOptions;
  readonly #client: OpenAI;
  readonly #closing = new AbortController();

  constructor(options: OpenaiVoiceOptions) {
    super(SAMPLE_RATE, 1, { streaming: true });
    const limitMs = options.firstAudioMs ?? VOICE.firstAudioMs;
    this.#options = options;
    this.#client = openaiClient(options, { firstByteMs: limitMs, idleMs: limitMs });
  }

  override get model(): string {
    return this.#options.model;
  }

  override get provider(): string {
    return 'OpenAI';
  }

  override synthesize(
    text: string,
    connOptions?: APIConnectOptions,
    signal?: AbortSignal,
  ): tts.ChunkedStream {
    return new OpenaiChunks(this, text, connOptions, signal);
  }

  override stream(options?: { connOptions?: APIConnectOptions }): tts.SynthesizeStream {
    return new OpenaiStream(this, options?.connOptions);
  }

  /** Ends every request. */
  override async close(): Promise<void> {
    this.#closing.abort();
  }

  /** The sound of `text` in frames as they come. @throws APIError (cause: SPEECH_FAILED) */
  async *speak(text: string, signal: AbortSignal): AsyncGenerator<AudioFrame> {
    const { model, voice, speed, instructions } = this.#options;
    const manner = {
      ...(speed === undefined ? {} : { speed }),
      ...(instructions === undefined ? {} : { instructions }),
    };
    const framer = new PcmFramer(SAMPLE_RATE);
    try {
      const response = await this.#client.audio.speech.create(
        { model, voice, input: text, response_format: 'pcm', ...manner },
        { signal: AbortSignal.any([signal, this.#closing.signal]) },
      );
      if (/json|text/.test(response.headers.get('content-type') ?? '')) {
        throw new OpenhoursError('SPEECH_FAILED', 'The voice answered with something else than sound', {
          details: { reason: 'no sound' },
        });
      }
      for await (const chunk of response.body ?? []) yield* framer.push(Buffer.from(chunk as Uint8Array));
      const rest = framer.rest();
      if (rest !== undefined) yield rest;
    } catch (error) {
      if (!signal.aborted) throw openaiFailure(error, 'SPEECH_FAILED', 'The voice failed');
    }
  }
}

/** Hands frames on one behind, for the last must be marked as final. */
class Output {
  readonly #put: (audio: tts.SynthesizedAudio) => void;
  readonly #id = shortuuid();
  #held: AudioFrame | undefined;

  constructor(put: (audio: tts.SynthesizedAudio) => void) {
    this.#put = put;
  }

  push(frame: AudioFrame): void {
    this.#hand(false);
    this.#held = frame;
  }

  end(): void {
    this.#hand(true);
  }

  #hand(final: boolean): void {
    if (this.#held === undefined) return;
    this.#put({ requestId: this.#id, segmentId: this.#id, frame: this.#held, final });
    this.#held = undefined;
  }
}

class OpenaiStream extends tts.SynthesizeStream {
  readonly label = 'openhours.OpenaiStream';
  readonly #voice: OpenaiVoice;

  constructor(voice: OpenaiVoice, connOptions?: APIConnectOptions) {
    super(voice, connOptions);
    this.#voice = voice;
  }

  protected override async run(): Promise<void> {
    const pieces = readPieces(this.input);
    const output = new Output((audio) => {
      if (!this.queue.closed) this.queue.put(audio);
    });
    for await (const piece of pieces) {
      if (this.abortSignal.aborted) return;
      this.markStarted();
      for await (const frame of this.#voice.speak(piece.trim(), this.abortSignal)) output.push(frame);
    }
    if (this.abortSignal.aborted) return;
    output.end();
    if (!this.queue.closed) this.queue.put(tts.SynthesizeStream.END_OF_STREAM);
  }
}

class OpenaiChunks extends tts.ChunkedStream {
  readonly label = 'openhours.OpenaiChunks';
  readonly #voice: OpenaiVoice;

  constructor(voice: OpenaiVoice, text: string, connOptions?: APIConnectOptions, signal?: AbortSignal) {
    super(text, voice, connOptions, signal);
    this.#voice = voice;
  }

  protected override async run(): Promise<void> {
    const output = new Output((audio) => {
      if (!this.queue.closed) this.queue.put(audio);
    });
    for await (const frame of this.#voice.speak(this.inputText, this.abortSignal)) output.push(frame);
    output.end();
  }
}
