import { createTimedString, normalizeLanguage, stt } from '@livekit/agents';
import { RECOGNIZER } from '../config/defaults.ts';
import type { ListenMessage } from './deepgram-socket.ts';

type Results = Extract<ListenMessage, { type: 'Results' }>;
type Alternative = Results['channel']['alternatives'][number];

/** What a {@link DeepgramTranscript} asks of the stream it speaks for. */
export interface TranscriptContext {
  readonly language: string;
  emit(event: stt.SpeechEvent): void;
  /** Seconds to add to a time on the stream's own clock for the framework's. */
  startTimeOffset(): number;
  /** Wall clock, in ms since the epoch, at which the audio at that second of the stream's own clock arrived. */
  arrivedAt(streamSeconds: number): number;
}

/**
 * Turns Deepgram's messages into the framework's events, over any number of connections.
 *
 * `PREFLIGHT_TRANSCRIPT` starts the reply before the result is final; the framework puts its text after the final ones of the turn, and
 * keeps the reply only if the turn ends with the very same words. So it is sent for words that are **not** final, or the model would read
 * them twice; only when an interim repeats itself with silence after its last word, for a slow word repeats it too; and once per utterance,
 * because the framework gives a turn three early replies and a caller who hesitates would use them up. A final result starts the early reply by itself.
 *
 * `speechEndTime` is given with finals: where the VAD heard the speech the framework ignores it, and where it did not (a quiet caller) the
 * alternative is a guess that is off by the time between session start and first audio, which delays the end of the turn.
 */
export class DeepgramTranscript {
  readonly #context: TranscriptContext;
  #base = 0;
  #speaking = false;
  #heard = false;
  #interim = '';
  #preflighted = false;
  #requestId = '';

  constructor(context: TranscriptContext) {
    this.#context = context;
  }

  /** Deepgram's id of the present connection, once known. */
  get requestId(): string {
    return this.#requestId;
  }

  /** A new connection, whose second 0 is second `base` of the stream. */
  begin(base: number): void {
    this.#base = base;
    this.#heard = false;
    this.#interim = '';
  }

  /** Takes any message; returns up to which second of the stream the words are final, if it says so. */
  take(message: ListenMessage): number | undefined {
    switch (message.type) {
      case 'SpeechStarted':
        this.#startSpeech();
        return undefined;
      case 'UtteranceEnd':
        this.#endSpeech(undefined);
        return undefined;
      case 'Results':
        return this.#results(message);
      default:
        return undefined;
    }
  }

  #results(message: Results): number | undefined {
    this.#requestId = message.metadata?.request_id ?? this.#requestId;
    const heard = message.channel.alternatives[0];
    const text = heard?.transcript.trim() ?? '';
    const isFinal = message.is_final === true;
    if (heard !== undefined && text !== '') {
      this.#startSpeech();
      this.#heard = true;
      if (isFinal) this.#final(heard);
      else this.#partial(heard, text, message.start + message.duration);
    }
    // After a reconnect the end of an utterance whose words were final before may never be told: silence is the end of it.
    if (message.speech_final === true || (isFinal && text === '' && !this.#heard)) {
      this.#endSpeech(heard);
    }
    return isFinal ? this.#base + message.start + message.duration : undefined;
  }

  #final(heard: Alternative): void {
    this.#interim = '';
    this.#preflighted = false;
    this.#emit(stt.SpeechEventType.FINAL_TRANSCRIPT, heard);
  }

  #partial(heard: Alternative, text: string, coveredTo: number): void {
    this.#emit(stt.SpeechEventType.INTERIM_TRANSCRIPT, heard);
    const pauseMs = (coveredTo - (heard.words.at(-1)?.end ?? coveredTo)) * 1_000;
    if (text === this.#interim && !this.#preflighted && pauseMs >= RECOGNIZER.preflightPauseMs) {
      this.#preflighted = true;
      this.#emit(stt.SpeechEventType.PREFLIGHT_TRANSCRIPT, heard);
    }
    this.#interim = text;
  }

  #startSpeech(): void {
    if (this.#speaking) return;
    this.#speaking = true;
    this.#context.emit({ type: stt.SpeechEventType.START_OF_SPEECH });
  }

  #endSpeech(heard: Alternative | undefined): void {
    if (!this.#speaking) return;
    this.#speaking = false;
    this.#preflighted = false;
    const speechEndTime = this.#speechEnd(heard);
    this.#context.emit({
      type: stt.SpeechEventType.END_OF_SPEECH,
      ...(speechEndTime === undefined ? {} : { speechEndTime }),
    });
  }

  #emit(type: stt.SpeechEventType, heard: Alternative): void {
    const speechEndTime = type === stt.SpeechEventType.FINAL_TRANSCRIPT ? this.#speechEnd(heard) : undefined;
    this.#context.emit({
      type,
      alternatives: [this.#speechData(heard)],
      requestId: this.#requestId,
      ...(speechEndTime === undefined ? {} : { speechEndTime }),
    });
  }

  #speechEnd(heard: Alternative | undefined): number | undefined {
    const last = heard?.words.at(-1);
    return last === undefined ? undefined : this.#context.arrivedAt(this.#base + last.end);
  }

  #speechData(heard: Alternative): stt.SpeechData {
    const startTimeOffset = this.#context.startTimeOffset();
    const offset = startTimeOffset + this.#base;
    const words = heard.words.map((word) =>
      createTimedString({
        text: word.punctuated_word ?? word.word,
        startTime: word.start + offset,
        endTime: word.end + offset,
        confidence: word.confidence,
        startTimeOffset,
      }),
    );
    return {
      language: normalizeLanguage(heard.languages?.[0] ?? this.#context.language),
      text: heard.transcript.trim(),
      startTime: (heard.words[0]?.start ?? 0) + offset,
      endTime: (heard.words.at(-1)?.end ?? 0) + offset,
      confidence: heard.confidence,
      words,
    };
  }
}
