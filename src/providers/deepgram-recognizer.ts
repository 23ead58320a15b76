import { type APIConnectOptions, type AudioBuffer, stt } from '@livekit/agents';
import { RECOGNIZER, TURNS } from '../config/defaults.ts';
import type { Logger } from '../log.ts';
import {
  type RecognizerEvent,
  type RecognizerHealth,
  type RecognizerLimits,
  RecognizerStream,
  type StreamSettings,
} from './recognizer-stream.ts';

export type { RecognizerEvent, RecognizerHealth } from './recognizer-stream.ts';

/** What a {@link DeepgramRecognizer} needs; limits left out are those of `src/config/defaults.ts`. */
export interface RecognizerOptions {
  readonly apiKey: string;
  /** http origin; the ws form is derived. */
  readonly baseUrl: string;
  readonly model: string;
  readonly language: string;
  readonly sampleRate?: number;
  readonly endpointingMs?: number;
  /** Names the model should expect (nova-3 only). */
  readonly keyterms?: readonly string[];
  readonly log?: Logger;
  readonly onHealth?: (event: RecognizerEvent) => void;
  readonly limits?: Partial<RecognizerLimits>;
}

/**
 * Deepgram live recognition that survives the loss of its connection: handshakes have a limit, a dead or deaf socket is replaced, and audio
 * that no final result covers is sent again, so that every word arrives once. When no try succeeds the stream fails with a non-retryable
 * `APIError` whose cause is RECOGNIZER_FAILED, and the session's error event fires.
 */
export class DeepgramRecognizer extends stt.STT {
  readonly label = 'openhours.DeepgramRecognizer';
  /** Counters over all streams of this recogniser. */
  readonly health: RecognizerHealth = {
    connected: false,
    connects: 0,
    reconnects: 0,
    lastResultAt: undefined,
    lastAudioAt: undefined,
  };
  readonly #settings: StreamSettings;
  readonly #streams = new Set<RecognizerStream>();

  constructor(options: RecognizerOptions) {
    super({ streaming: true, interimResults: true, alignedTranscript: 'word', keyterms: false });
    const limits: RecognizerLimits = { ...RECOGNIZER, ...options.limits };
    this.#settings = {
      ...limits,
      limits,
      apiKey: options.apiKey,
      baseUrl: options.baseUrl,
      model: options.model,
      language: options.language,
      sampleRate: options.sampleRate ?? 16_000,
      endpointingMs: options.endpointingMs ?? TURNS.recognizerEndpointingMs,
      keyterms: options.keyterms ?? [],
      log: options.log,
      onHealth: options.onHealth ?? (() => {}),
    };
  }

  override get model(): string {
    return this.#settings.model;
  }

  override get provider(): string {
    return 'Deepgram';
  }

  override stream(options?: { connOptions?: APIConnectOptions }): stt.SpeechStream {
    const stream = new RecognizerStream(this, this.#settings, () => this.#streams.delete(stream), options);
    this.#streams.add(stream);
    return stream;
  }

  override async close(): Promise<void> {
    for (const stream of this.#streams) stream.close();
  }

  /** Recognises a finished recording, through a stream. */
  protected override async _recognize(audio: AudioBuffer, signal?: AbortSignal): Promise<stt.SpeechEvent> {
    const stream = this.stream();
    signal?.addEventListener('abort', () => stream.close(), { once: true });
    for (const frame of Array.isArray(audio) ? audio : [audio]) stream.pushFrame(frame);
    stream.endInput();
    const finals: stt.SpeechData[] = [];
    let requestId = '';
    for await (const event of stream) {
      if (event.type !== stt.SpeechEventType.FINAL_TRANSCRIPT) continue;
      finals.push(...(event.alternatives ?? []));
      requestId = event.requestId ?? requestId;
    }
    const [first] = finals;
    const type = stt.SpeechEventType.FINAL_TRANSCRIPT;
    if (first === undefined) return { type, requestId };
    const text = finals.map((each) => each.text).join(' ');
    return {
      type,
      requestId,
      alternatives: [{ ...first, text, endTime: finals.at(-1)?.endTime ?? first.endTime }],
    };
  }
}
