/** A piece of audio and where it ends, in samples since the stream began. */
export interface AudioPiece {
  readonly pcm: Int16Array;
  readonly end: number;
}

/**
 * Audio that no final result covers yet, to be sent again after a reconnect. Positions are samples since the stream began, whatever
 * connection carried them. Holds at most `maxSamples`: the oldest goes first.
 */
export class ReplayBuffer {
  readonly #maxSamples: number;
  #pieces: AudioPiece[] = [];
  #start = 0;
  #end = 0;

  constructor(maxSamples: number) {
    this.#maxSamples = maxSamples;
  }

  /** Position of the first sample held; equal to {@link end} when nothing is. */
  get start(): number {
    return this.#start;
  }

  /** Position after the newest sample. */
  get end(): number {
    return this.#end;
  }

  /** Appends audio; the array is kept, not copied. */
  push(pcm: Int16Array): void {
    this.#end += pcm.length;
    this.#pieces.push({ pcm, end: this.#end });
    if (this.#end - this.#start > this.#maxSamples) this.acknowledge(this.#end - this.#maxSamples);
  }

  /** Forgets everything before `position`, to the sample. */
  acknowledge(position: number): void {
    const upTo = Math.min(position, this.#end);
    if (upTo <= this.#start) return;
    this.#start = upTo;
    const kept = this.#pieces.findIndex((piece) => piece.end > upTo);
    this.#pieces = kept === -1 ? [] : this.#pieces.slice(kept);
  }

  /** The audio held after `position` (or after {@link start}, if that is later), cut to the sample. */
  after(position: number): AudioPiece[] {
    const from = Math.max(position, this.#start);
    const first = this.#pieces.findLastIndex((piece) => piece.end <= from) + 1;
    return this.#pieces.slice(first).map((piece) => {
      const skipped = from - (piece.end - piece.pcm.length);
      return skipped > 0 ? { pcm: piece.pcm.subarray(skipped), end: piece.end } : piece;
    });
  }
}
