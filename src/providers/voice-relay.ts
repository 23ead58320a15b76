import type { tts } from '@livekit/agents';
import type { Logger } from '../log.ts';
import type { Candidate } from './provider-events.ts';
import type { PieceList } from './spoken-pieces.ts';
import { type AttemptSink, type Attempted, VoiceAttempt, type VoiceLimits } from './voice-attempt.ts';

/** What a {@link VoiceRelay} needs. */
export interface RelayOptions {
  /** Those for the next utterance, in the order in which they are tried. */
  readonly voices: () => readonly Candidate<tts.TTS>[];
  /** `charsPerSecond` holds for a voice that has not been measured yet. */
  readonly limits: VoiceLimits & { readonly charsPerSecond: number };
  readonly log: Logger | undefined;
  readonly onSilenced: () => void;
  /** A voice is heard. */
  readonly onVoice: (voice: tts.TTS) => void;
}

/** What a voice has spoken so far, all utterances together. */
interface Pace {
  chars: number;
  ms: number;
}

/** Sound shorter than this says nothing about a voice's pace: breaths and pauses weigh too much. */
const PACE_MS = 1_000;

/** Has a text spoken by the first voice that can, and what one leaves unsaid by the next. */
export class VoiceRelay {
  readonly #options: RelayOptions;
  readonly #paces = new Map<tts.TTS, Pace>();

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /** Speaks `pieces` to the end, as far as any voice can, or until `signal` aborts; never rejects. */
  async speak(pieces: PieceList, sink: AttemptSink, signal: AbortSignal): Promise<void> {
    const voices = this.#options.voices();
    const queue = [...voices];
    const again = new Set<Candidate<tts.TTS>>();
    let from = 0;
    for (let voice = queue.shift(); voice !== undefined; voice = queue.shift()) {
      // A breaker is asked, and a connection taken, only once there is something to say.
      if (!(await somethingAfter(pieces, from, signal))) return;
      if (!voice.breaker.allows()) continue;
      const attempted = await this.#try(voice, pieces, from, sink, signal);
      if (signal.aborted)
        return attempted.heardMs > 0 ? voice.breaker.succeeded() : voice.breaker.abandoned();
      if (attempted.complete) return this.#done(voice, attempted);
      voice.breaker.failed();
      from = this.#unspoken(voice.provider, attempted);
      // One that was cut off in the middle may speak on another connection, when the others could not.
      if (attempted.heardMs > 0 && !again.has(voice)) queue.push(voice);
      again.add(voice);
      this.#logSwitch(voice, attempted);
    }
    if (!(await somethingAfter(pieces, from, signal))) return;
    this.#options.log?.warn({ voices: voices.length }, 'no voice can speak');
    this.#options.onSilenced();
  }

  async #try(
    voice: Candidate<tts.TTS>,
    pieces: PieceList,
    from: number,
    sink: AttemptSink,
    signal: AbortSignal,
  ): Promise<Attempted> {
    const { limits, onVoice } = this.#options;
    const put = (audio: tts.SynthesizedAudio): void => {
      onVoice(voice.provider);
      sink.put(audio);
    };
    const attempt = new VoiceAttempt(voice.provider, pieces, from, limits, {
      started: () => sink.started(),
      put,
    });
    return attempt.run(signal);
  }

  #done(voice: Candidate<tts.TTS>, { text, heardMs }: Attempted): void {
    voice.breaker.succeeded();
    if (heardMs < PACE_MS) return;
    const pace = this.#paces.get(voice.provider) ?? { chars: 0, ms: 0 };
    this.#paces.set(voice.provider, { chars: pace.chars + text.length, ms: pace.ms + heardMs });
  }

  /** Where the next voice goes on, by the length of the sound that was made. */
  #unspoken(voice: tts.TTS, { from, text, heardMs }: Attempted): number {
    const pace = this.#paces.get(voice);
    const charsPerMs =
      pace === undefined ? this.#options.limits.charsPerSecond / 1_000 : pace.chars / pace.ms;
    return from + wordStart(text, heardMs * charsPerMs);
  }

  #logSwitch(voice: Candidate<tts.TTS>, { reason, heardMs }: Attempted): void {
    const { provider, model } = voice.provider;
    this.#options.log?.warn(
      { provider, model, reason, heardMs: Math.round(heardMs), breaker: voice.breaker.state },
      'voice failed',
    );
  }
}

/** The start of the word at a character of `text`, or of the next where there is none; its length for anything behind the last word. */
export function wordStart(text: string, at: number): number {
  // Samples do not add up to characters exactly: a hair before a word is that word.
  const index = Math.floor(at + 0.01);
  if (index >= text.trimEnd().length) return text.length;
  let start = index;
  if (/\s/.test(text[index] ?? '')) {
    while (/\s/.test(text[start] ?? '')) start += 1;
    return start;
  }
  while (start > 0 && !/\s/.test(text[start - 1] ?? '')) start -= 1;
  return start;
}

/** True once there is text after the first `from` characters; false if none ever comes, or `signal` aborts. */
async function somethingAfter(pieces: PieceList, from: number, signal: AbortSignal): Promise<boolean> {
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (signal.aborted) return false;
    if (length > from) return true;
  }
  return false;
}
