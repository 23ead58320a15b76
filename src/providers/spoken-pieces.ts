import { AudioFrame } from '@livekit/rtc-node';
import { VOICE } from '../config/defaults.ts';

/** A full stop after these is no end of a sentence: pausing in "Dr. Weber" sounds wrong. */
const ABBREVIATION = /(?:^|\s)(?:dr|mr|mrs|ms|prof|st|no|vs|approx|e\.g|i\.e|a\.m|p\.m|[a-z])\.$/i;

/** Cuts text that arrives in fragments into sentences. The first piece may be a clause, so that speaking starts early. */
export class SentenceCutter {
  #held = '';
  #first = true;

  /** Adds a fragment; returns the pieces that are complete now, each with the space that follows it. */
  push(text: string): string[] {
    this.#held += text;
    const pieces: string[] = [];
    for (let cut = this.#boundary(); cut > 0; cut = this.#boundary()) {
      pieces.push(this.#held.slice(0, cut));
      this.#held = this.#held.slice(cut);
      this.#first = false;
    }
    return pieces;
  }

  /** Returns what is left, complete or not. */
  rest(): string {
    const rest = this.#held;
    this.#held = '';
    return rest;
  }

  /** Length of the first complete piece, 0 if there is none. */
  #boundary(): number {
    for (const match of this.#held.matchAll(/[.!?…,;:—]["')\]]*\s/g)) {
      const end = match.index + match[0].length;
      const upTo = this.#held.slice(0, match.index + 1);
      const isClause = /[,;:—]$/.test(upTo);
      if (isClause ? this.#first && end >= VOICE.clauseChars : !ABBREVIATION.test(upTo)) return end;
    }
    return 0;
  }
}

/** Pieces of text in the order they came. Can be read from the start any number of times, also while more are added. */
export class PieceList implements AsyncIterable<string> {
  readonly #pieces: string[] = [];
  #ended = false;
  #wake: (() => void)[] = [];

  /** Nothing was added so far. */
  get empty(): boolean {
    return this.#pieces.length === 0;
  }

  /** Adds a piece; blank ones are left out. */
  add(piece: string): void {
    if (piece.trim() === '') return;
    this.#pieces.push(piece);
    this.#wakeAll();
  }

  /** No piece follows. */
  end(): void {
    this.#ended = true;
    this.#wakeAll();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (let index = 0; ; index += 1) {
      while (index >= this.#pieces.length && !this.#ended) {
        await new Promise<void>((resolve) => this.#wake.push(resolve));
      }
      const piece = this.#pieces[index];
      if (piece === undefined) return;
      yield piece;
    }
  }

  #wakeAll(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

/** Cuts 16-bit mono audio of any chunk size into frames of `VOICE.frameMs`. */
export class PcmFramer {
  readonly #sampleRate: number;
  readonly #frameBytes: number;
  #held: Buffer = Buffer.alloc(0);

  constructor(sampleRate: number) {
    this.#sampleRate = sampleRate;
    this.#frameBytes = Math.round((sampleRate * VOICE.frameMs) / 1_000) * 2;
  }

  /** Adds audio; returns the frames that are full now. */
  push(audio: Buffer): AudioFrame[] {
    this.#held = this.#held.length === 0 ? audio : Buffer.concat([this.#held, audio]);
    const frames: AudioFrame[] = [];
    while (this.#held.length >= this.#frameBytes) {
      frames.push(this.#frame(this.#frameBytes));
      this.#held = this.#held.subarray(this.#frameBytes);
    }
    return frames;
  }

  /** Returns what is left as a shorter frame, if anything is. */
  rest(): AudioFrame | undefined {
    const bytes = this.#held.length - (this.#held.length % 2);
    const frame = bytes === 0 ? undefined : this.#frame(bytes);
    this.#held = Buffer.alloc(0);
    return frame;
  }

  #frame(bytes: number): AudioFrame {
    // Copied: the chunk may begin at an odd address, which Int16Array refuses.
    const pcm = new Int16Array(bytes / 2);
    this.#held.copy(Buffer.from(pcm.buffer), 0, 0, bytes);
    return new AudioFrame(pcm, this.#sampleRate, 1, pcm.length);
  }
}
