import { type ListenMessage, listenResults } from './listen-results.ts';
import type { Recognizer } from './recognizer.ts';
import { FRAME, PER_MS, Tape, VoiceActivity } from './voice-activity.ts';

/** What a listener asked for in its query. */
export interface ListenOptions {
  requestId: string;
  /** Silence that ends an utterance; undefined: never (`endpointing=false`). */
  endpointingMs: number | undefined;
  /** Silence after which `UtteranceEnd` is sent. */
  utteranceEndMs: number | undefined;
  interimResults: boolean;
  vadEvents: boolean;
  /** `punctuate` or `smart_format`. */
  formatted: boolean;
}

/** What a session works with. */
export interface ListenDeps {
  recognizer: Recognizer;
  send(message: ListenMessage): void;
  /** Decoding failed; the session is of no more use. */
  fail(error: unknown): void;
}

/**
 * Shorter pauses are inside words: the closure of a `t` takes up to 100 ms. Deepgram's default of 10 ms works on a model's certainty, not
 * on level.
 */
const SHORTEST_ENDPOINT_MS = 150;
/** Decoding for the final text begins after this much silence, so that it is done when the endpoint is reached. */
const SPECULATE_MS = 80;
/** Kept before the first loud frame: words begin softly. */
const LEAD_IN_MS = 240;
/** Less voice than this is a cough or a click, for which the model would invent words. */
const SHORTEST_VOICE_MS = 120;
/** Interim texts come this often, and no decoding begins before four times the last one's duration has passed. */
const INTERIM_MS = 400;
const INTERIM_LOAD = 4;
/** Longer speech is cut at its next short pause, and at the limit anywhere: decoding must stay fast. */
const LONG_MS = 7_000;
const CUT_PAUSE_MS = 60;
const LIMIT_MS = 14_000;
/** With endpointing off, speech is made final after this much silence. */
const UNENDED_MS = 1_000;
/** An empty final result tells so often that nothing was said. */
const NOTHING_MS = 4_000;
const TAPE_MS = 20_000;

/** A stretch of speech that is decoded as one. Positions are samples. */
interface Segment {
  readonly start: number;
  readonly onset: number;
  lastVoice: number;
  voicedMs: number;
  nextInterim: number;
  interimPending: boolean;
  /** The text of the segment up to its present `lastVoice`. */
  decoded?: { lastVoice: number; text: Promise<string> };
}

/**
 * One listener: finds speech in its audio, has it decoded, and sends what Deepgram would send. All times are those of the audio, not of
 * the clock, as Deepgram's are: audio that is sent again after a reconnect may come in one burst.
 */
export class ListenSession {
  private readonly options: ListenOptions;
  private readonly deps: ListenDeps;
  private readonly tape = new Tape(TAPE_MS * PER_MS);
  private readonly voice = new VoiceActivity();
  private readonly endpoint: number;
  private rest: Int16Array = new Int16Array(0);
  private segment: Segment | undefined;
  /** End of the voice in the utterance that has begun and not ended, which may span several segments. */
  private utterance: { lastVoice: number } | undefined;
  /** Where to send `UtteranceEnd`, if it is still owed. */
  private utteranceEndAt: { at: number; lastVoice: number } | undefined;
  /** Where the last final result ended. */
  private windowStart = 0;
  /** Results are sent in order, although decodings end in any. */
  private outbox: Promise<void> = Promise.resolve();

  constructor(options: ListenOptions, deps: ListenDeps) {
    this.options = options;
    this.deps = deps;
    this.endpoint = Math.max(SHORTEST_ENDPOINT_MS, options.endpointingMs ?? UNENDED_MS) * PER_MS;
  }

  /** Seconds of audio taken so far. */
  get seconds(): number {
    return this.tape.end / (1000 * PER_MS);
  }

  /** Takes audio: 16-bit mono PCM at 16 kHz, any amount. */
  push(pcm: Int16Array): void {
    const input = new Int16Array(this.rest.length + pcm.length);
    input.set(this.rest);
    input.set(pcm, this.rest.length);
    let at = 0;
    for (; at + FRAME <= input.length; at += FRAME) this.frame(input.subarray(at, at + FRAME));
    this.rest = input.slice(at);
  }

  /** Makes everything heard so far final; resolves when it is sent. */
  async finalize(): Promise<void> {
    this.finish(this.utterance !== undefined, true);
    await this.outbox;
  }

  /** The end of the audio: what is open is made final; resolves when it is sent. */
  async close(): Promise<void> {
    if (this.segment) this.finish(true, false);
    await this.outbox;
  }

  private frame(frame: Int16Array): void {
    const voiced = this.voice.push(frame);
    this.tape.write(frame);
    const onset = this.voice.onset();
    if (!this.segment && onset !== undefined) this.begin(this.tape.end - onset * FRAME);
    if (this.segment) this.goOn(this.segment, voiced);
    else this.idle();
  }

  private begin(onset: number): void {
    const start = Math.max(this.windowStart, onset - LEAD_IN_MS * PER_MS);
    const voicedMs = (this.tape.end - onset) / PER_MS;
    const nextInterim = onset + INTERIM_MS * PER_MS;
    this.segment = { start, onset, lastVoice: this.tape.end, voicedMs, nextInterim, interimPending: false };
    this.utteranceEndAt = undefined;
    if (this.utterance) return;
    this.utterance = { lastVoice: this.tape.end };
    if (!this.options.vadEvents) return;
    this.post(() => this.deps.send({ type: 'SpeechStarted', channel: [0, 1], timestamp: inSeconds(onset) }));
  }

  private goOn(segment: Segment, voiced: boolean): void {
    if (voiced) {
      segment.lastVoice = this.tape.end;
      segment.voicedMs += FRAME / PER_MS;
      this.utterance = { lastVoice: this.tape.end };
    }
    const silence = this.tape.end - segment.lastVoice;
    const length = this.tape.end - segment.start;
    const long = length > LONG_MS * PER_MS && silence >= CUT_PAUSE_MS * PER_MS;
    if (silence >= this.endpoint) this.finish(this.options.endpointingMs !== undefined, false);
    else if (long || length > LIMIT_MS * PER_MS) this.finish(false, false);
    else if (silence >= SPECULATE_MS * PER_MS) this.speculate(segment);
    else if (silence === 0) this.interim(segment);
  }

  /** No speech: is there an utterance to end, or nothing to report? */
  private idle(): void {
    const now = this.tape.end;
    if (this.utterance && now - this.utterance.lastVoice >= this.endpoint) {
      this.finish(this.options.endpointingMs !== undefined, false);
    }
    const due = this.utteranceEndAt;
    if (due && now >= due.at) {
      this.utteranceEndAt = undefined;
      const lastWordEnd = inSeconds(due.lastVoice);
      this.post(() => this.deps.send({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: lastWordEnd }));
    }
    if (!this.utterance && now - this.windowStart >= NOTHING_MS * PER_MS) this.finish(false, false);
  }

  /** Decodes while the silence is still being counted. If the speaker goes on, the text serves as an interim one. */
  private speculate(segment: Segment): void {
    if (segment.decoded?.lastVoice === segment.lastVoice) return;
    const text = this.decode(segment);
    segment.decoded = { lastVoice: segment.lastVoice, text };
    segment.nextInterim = this.tape.end + INTERIM_MS * PER_MS;
    const end = this.tape.end;
    text.then((known) => this.sendInterim(segment, known, end)).catch(() => undefined); // the final one reports it
  }

  private interim(segment: Segment): void {
    if (!this.options.interimResults || segment.interimPending || this.tape.end < segment.nextInterim) return;
    segment.interimPending = true;
    segment.nextInterim = this.tape.end + INTERIM_MS * PER_MS;
    const began = performance.now();
    const end = this.tape.end;
    const pcm = this.tape.read(segment.start, end);
    this.deps.recognizer.decode({ pcm, urgency: 'interim', owner: this }).then(
      (text) => {
        segment.interimPending = false;
        const pause = INTERIM_LOAD * (performance.now() - began) * PER_MS;
        segment.nextInterim = Math.max(segment.nextInterim, end + pause);
        this.sendInterim(segment, text ?? '', end);
      },
      (error: unknown) => this.deps.fail(error),
    );
  }

  private sendInterim(segment: Segment, text: string, end: number): void {
    if (!this.options.interimResults || this.segment !== segment || text === '') return;
    this.deps.send(this.results(text, this.windowStart, end, segment, { isFinal: false }));
  }

  private async decode(segment: Segment): Promise<string> {
    if (segment.voicedMs < SHORTEST_VOICE_MS) return '';
    const pcm = this.tape.read(segment.start, this.tape.end);
    return (await this.deps.recognizer.decode({ pcm, urgency: 'final', owner: this })) ?? '';
  }

  /** Makes what is open final, at the present position. */
  private finish(speechFinal: boolean, fromFinalize: boolean): void {
    const { segment, windowStart } = this;
    const end = this.tape.end;
    const lastVoice = segment?.lastVoice ?? this.utterance?.lastVoice ?? end;
    const ready = segment?.decoded?.lastVoice === segment?.lastVoice ? segment?.decoded?.text : undefined;
    const text = ready ?? (segment ? this.decode(segment) : Promise.resolve(''));
    this.segment = undefined;
    this.voice.rest();
    this.windowStart = end;
    const endMs = this.options.utteranceEndMs;
    if (endMs !== undefined && this.utterance)
      this.utteranceEndAt = { at: lastVoice + endMs * PER_MS, lastVoice };
    if (speechFinal || this.options.endpointingMs === undefined) this.utterance = undefined;
    text.catch(() => undefined); // reported below, when its turn comes
    this.post(async () => {
      const kind = { isFinal: true, speechFinal, fromFinalize };
      this.deps.send(this.results(await text, windowStart, end, segment, kind));
    });
  }

  private results(
    text: string,
    start: number,
    end: number,
    segment: Segment | undefined,
    kind: { isFinal: boolean; speechFinal?: boolean; fromFinalize?: boolean },
  ): ListenMessage {
    return listenResults({
      text,
      start: inSeconds(start),
      end: inSeconds(end),
      voiceStart: inSeconds(segment?.onset ?? start),
      voiceEnd: inSeconds(segment?.lastVoice ?? end),
      requestId: this.options.requestId,
      formatted: this.options.formatted,
      speechFinal: false,
      fromFinalize: false,
      ...kind,
    });
  }

  private post(send: () => void | Promise<void>): void {
    this.outbox = this.outbox.then(send).catch((error: unknown) => this.deps.fail(error));
  }
}

const inSeconds = (samples: number): number => samples / (1000 * PER_MS);
