import { FALLBACK, RECOGNIZER } from '../config/defaults.ts';
import { loudness } from './deepgram-socket.ts';

/** What is found in the audio; positions are samples since the stream began. */
export type Cut = { type: 'start' } | { type: 'utterance'; pcm: Int16Array; start: number; end: number };

/** When voice is an utterance, in ms; `voiceRms` is a loudness of 16-bit samples. */
export interface CutterLimits {
  readonly voiceRms: number;
  readonly voiceMs: number;
  readonly silenceMs: number;
  readonly leadMs: number;
  readonly longestMs: number;
}

const BLOCK_MS = 20;

/** Cuts 16-bit mono audio into utterances by loudness alone: for recognisers that take finished recordings. */
export class UtteranceCutter {
  readonly #limits: CutterLimits;
  readonly #perMs: number;
  readonly #block: number;
  /** Not yet a whole block. */
  #rest: Int16Array = new Int16Array(0);
  /** Blocks of the present utterance, or those that would lead it. */
  #blocks: Int16Array[] = [];
  #end = 0;
  #voicedMs = 0;
  #silentMs = 0;
  #speaking = false;

  constructor(sampleRate: number, limits: Partial<CutterLimits> = {}) {
    this.#limits = {
      voiceRms: RECOGNIZER.voiceRms,
      voiceMs: FALLBACK.utteranceVoiceMs,
      silenceMs: FALLBACK.utteranceSilenceMs,
      leadMs: FALLBACK.utteranceLeadMs,
      longestMs: FALLBACK.utteranceLongestMs,
      ...limits,
    };
    this.#perMs = sampleRate / 1_000;
    this.#block = Math.round(this.#perMs * BLOCK_MS);
  }

  /** Adds audio; returns what it completes. */
  push(pcm: Int16Array): Cut[] {
    const all = join([this.#rest, pcm]);
    const cuts: Cut[] = [];
    let at = 0;
    for (; at + this.#block <= all.length; at += this.#block) {
      cuts.push(...this.#take(all.slice(at, at + this.#block)));
    }
    this.#rest = all.slice(at);
    return cuts;
  }

  /** No audio follows: the utterance in progress, if there is one. */
  finish(): Cut[] {
    return this.#speaking ? this.#cut() : [];
  }

  #take(block: Int16Array): Cut[] {
    const { voiceRms, voiceMs, silenceMs, longestMs, leadMs } = this.#limits;
    this.#blocks.push(block);
    this.#end += block.length;
    const isVoice = loudness(block) > voiceRms;
    this.#silentMs = isVoice ? 0 : this.#silentMs + BLOCK_MS;
    if (isVoice) this.#voicedMs += BLOCK_MS;
    if (this.#speaking) {
      return this.#silentMs >= silenceMs || this.#blocks.length * BLOCK_MS >= longestMs ? this.#cut() : [];
    }
    if (!isVoice) this.#voicedMs = 0;
    this.#blocks = this.#blocks.slice(-Math.ceil((leadMs + voiceMs) / BLOCK_MS));
    if (this.#voicedMs < voiceMs) return [];
    this.#speaking = true;
    return [{ type: 'start' }];
  }

  #cut(): Cut[] {
    const pcm = join(this.#blocks);
    this.#blocks = [];
    this.#speaking = false;
    this.#voicedMs = 0;
    return [{ type: 'utterance', pcm, start: this.#end - pcm.length, end: this.#end }];
  }
}

function join(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
