import {
  type APIConnectOptions,
  type AudioBuffer,
  mergeFrames,
  normalizeLanguage,
  stt,
} from '@livekit/agents';
import type OpenAI from 'openai';
import { toFile } from 'openai';
import { languageOfText } from '../clinic/languages.ts';
import { FALLBACK } from '../config/defaults.ts';
import { OpenhoursError } from '../errors.ts';
import { type OpenaiAccess, openaiClient, openaiFailure } from './openai-client.ts';
import { type Cut, type CutterLimits, UtteranceCutter } from './utterance-cutter.ts';

/** What an {@link OpenaiRecognizer} needs; limits left out are those of `src/config/defaults.ts`. */
export interface OpenaiRecognizerOptions extends OpenaiAccess {
  readonly model: string;
  /** Left out, any language is heard. */
  readonly language?: string;
  /** The longest wait for a transcription, in ms. */
  readonly transcribeMs?: number;
  readonly limits?: Partial<CutterLimits>;
}

const SAMPLE_RATE = 16_000;

/**
 * OpenAI's recognition as a stream: utterances are cut out by loudness and sent one by one, so that words come only after a pause. A failed
 * request ends the stream with an `APIError` (cause: RECOGNIZER_FAILED) that is not retryable.
 */
export class OpenaiRecognizer extends stt.STT {
  readonly label = 'openhours.OpenaiRecognizer';
  readonly #options: OpenaiRecognizerOptions;
  readonly #client: OpenAI;
  readonly #streams = new Set<OpenaiListener>();

  constructor(options: OpenaiRecognizerOptions) {
    super({ streaming: true, interimResults: false, alignedTranscript: false, keyterms: false });
    const limitMs = options.transcribeMs ?? FALLBACK.transcribeMs;
    this.#options = options;
    this.#client = openaiClient(options, { firstByteMs: limitMs, idleMs: limitMs });
  }

  override get model(): string {
    return this.#options.model;
  }

  override get provider(): string {
    return 'OpenAI';
  }

  override stream(options?: { connOptions?: APIConnectOptions }): stt.SpeechStream {
    const cutter = new UtteranceCutter(SAMPLE_RATE, this.#options.limits);
    const stream = new OpenaiListener(this, cutter, () => this.#streams.delete(stream), options?.connOptions);
    this.#streams.add(stream);
    return stream;
  }

  override async close(): Promise<void> {
    for (const stream of this.#streams) stream.close();
  }

  /** The words of a finished recording, '' for none. @throws APIError (cause: RECOGNIZER_FAILED) */
  async transcribe(pcm: Int16Array, sampleRate: number, signal?: AbortSignal): Promise<string> {
    const { model, language } = this.#options;
    const known = language === undefined ? {} : { language };
    try {
      const file = await toFile(wav(pcm, sampleRate), 'utterance.wav', { type: 'audio/wav' });
      const answer: { text?: unknown } = await this.#client.audio.transcriptions.create(
        { file, model, ...known, response_format: 'json' },
        { ...(signal === undefined ? {} : { signal }) },
      );
      if (typeof answer.text === 'string') return answer.text.trim();
      throw new OpenhoursError('RECOGNIZER_FAILED', 'The recogniser answered without a text', {
        details: { reason: 'no text' },
      });
    } catch (error) {
      throw openaiFailure(error, 'RECOGNIZER_FAILED', 'The recogniser failed');
    }
  }

  /** What the framework is told of words between two times, in seconds. */
  speechData(text: string, startTime: number, endTime: number): stt.SpeechData {
    const language = normalizeLanguage(this.#options.language ?? languageOfText(text));
    return { language, text, startTime, endTime, confidence: 0 };
  }

  protected override async _recognize(audio: AudioBuffer, signal?: AbortSignal): Promise<stt.SpeechEvent> {
    const { data, sampleRate, samplesPerChannel } = mergeFrames(audio);
    const text = await this.transcribe(data, sampleRate, signal);
    const alternatives: [stt.SpeechData] = [this.speechData(text, 0, samplesPerChannel / sampleRate)];
    return { type: stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives };
  }
}

class OpenaiListener extends stt.SpeechStream {
  readonly label = 'openhours.OpenaiListener';
  readonly #recognizer: OpenaiRecognizer;
  readonly #cutter: UtteranceCutter;
  readonly #onDone: () => void;
  /** Requests in the order of the utterances; their results are told in this order. */
  #telling: Promise<void> = Promise.resolve();
  #fail: (error: unknown) => void = () => {};

  constructor(
    recognizer: OpenaiRecognizer,
    cutter: UtteranceCutter,
    onDone: () => void,
    connOptions?: APIConnectOptions,
  ) {
    super(recognizer, SAMPLE_RATE, connOptions);
    this.#recognizer = recognizer;
    this.#cutter = cutter;
    this.#onDone = onDone;
  }

  protected override async run(): Promise<void> {
    const failed = new Promise<never>((_, reject) => (this.#fail = reject));
    try {
      await Promise.race([this.#listen(), failed]);
    } finally {
      this.#onDone();
    }
  }

  async #listen(): Promise<void> {
    for await (const item of this.input) {
      if (this.abortSignal.aborted) return;
      const cuts = typeof item === 'symbol' ? this.#cutter.finish() : this.#cutter.push(item.data);
      for (const cut of cuts) this.#take(cut);
    }
    for (const cut of this.#cutter.finish()) this.#take(cut);
    await this.#telling;
  }

  #take(cut: Cut): void {
    if (cut.type === 'start') {
      // Behind what is still to be told of the utterance before.
      this.#telling = this.#telling.then(() => this.#emit({ type: stt.SpeechEventType.START_OF_SPEECH }));
      return;
    }
    const arrived = Date.now();
    const words = this.#recognizer.transcribe(cut.pcm, SAMPLE_RATE, this.abortSignal);
    words.catch((error: unknown) => this.#fail(error));
    this.#telling = this.#telling.then(async () => this.#tell(await words, cut, arrived));
    this.#telling.catch((error: unknown) => this.#fail(error));
  }

  #tell(text: string, { pcm, start, end }: Extract<Cut, { type: 'utterance' }>, arrived: number): void {
    const speechEndTime = arrived - FALLBACK.utteranceSilenceMs;
    if (text !== '') {
      const offset = this.startTimeOffset;
      const said = this.#recognizer.speechData(
        text,
        start / SAMPLE_RATE + offset,
        end / SAMPLE_RATE + offset,
      );
      this.#emit({ type: stt.SpeechEventType.FINAL_TRANSCRIPT, alternatives: [said], speechEndTime });
    }
    this.#emit({ type: stt.SpeechEventType.END_OF_SPEECH, speechEndTime });
    const audioDuration = pcm.length / SAMPLE_RATE;
    this.#emit({
      type: stt.SpeechEventType.RECOGNITION_USAGE,
      requestId: '',
      recognitionUsage: { audioDuration },
    });
  }

  #emit(event: stt.SpeechEvent): void {
    if (!this.queue.closed) this.queue.put(event);
  }
}

/** A WAV file of 16-bit mono audio. */
function wav(pcm: Int16Array, sampleRate: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + pcm.byteLength, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // mono
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(2 * sampleRate, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(pcm.byteLength, 40);
  return Buffer.concat([header, Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength)]);
}
