/** Samples in a frame: 20 ms at 16 kHz. */
export const FRAME = 320;
/** Samples in a millisecond at 16 kHz. */
export const PER_MS = 16;

/** Speech begins this far above the noise, and goes on this far above it: soft word endings belong to the word. In dB. */
const BEGIN_ABOVE = 14;
const GO_ON_ABOVE = 8;
/** Neither digital silence nor a noisy line moves the threshold beyond these, in dBFS. */
const LOWEST_FLOOR = -66;
const HIGHEST_FLOOR = -42;
/** The noise is the quietest frame of the last 3 s: speech has a pause sooner than that. Kept as blocks of half a second. */
const BLOCK_FRAMES = 25;
const BLOCKS = 6;
/** So many of the last frames must be loud for speech to begin: 60 ms, or a click would do. */
const ONSET_FRAMES = 3;
const ONSET_WINDOW = 4;

/** Tells speech from silence by level, frame by frame. */
export class VoiceActivity {
  private block = 0;
  private blockFrames = 0;
  private quietest: number[] = [];
  private recent: boolean[] = [];
  /** True while speech goes on; set by {@link onset}, cleared by {@link rest}. */
  private speaking = false;

  /** Takes a frame of {@link FRAME} samples; true if there is a voice in it. */
  push(frame: Int16Array): boolean {
    const level = levelOf(frame);
    const floor = this.noise(level);
    this.recent = [...this.recent, level > floor + BEGIN_ABOVE].slice(-ONSET_WINDOW);
    return this.speaking ? level > floor + GO_ON_ABOVE : level > floor + BEGIN_ABOVE;
  }

  /** When speech has just begun: how many frames ago. Undefined otherwise. */
  onset(): number | undefined {
    if (this.speaking || this.recent.filter(Boolean).length < ONSET_FRAMES) return undefined;
    this.speaking = true;
    return this.recent.length - this.recent.indexOf(true);
  }

  /** Speech is over: the next onset counts as a new one. */
  rest(): void {
    this.speaking = false;
    this.recent = [];
  }

  private noise(level: number): number {
    this.block = this.blockFrames === 0 ? level : Math.min(this.block, level);
    this.blockFrames++;
    const quietest = Math.min(this.block, ...this.quietest);
    if (this.blockFrames === BLOCK_FRAMES) {
      this.quietest = [...this.quietest, this.block].slice(-BLOCKS);
      this.blockFrames = 0;
    }
    // Nothing is known yet of a line that begins with speech.
    const known = this.quietest.length === 0 ? LOWEST_FLOOR : quietest;
    return Math.max(LOWEST_FLOOR, Math.min(HIGHEST_FLOOR, known));
  }
}

function levelOf(frame: Int16Array): number {
  let sum = 0;
  for (const sample of frame) sum += sample * sample;
  return 10 * Math.log10(sum / frame.length / 32_768 ** 2 + 1e-12);
}

/** The last seconds of a stream, by position: sample number since its beginning. */
export class Tape {
  private readonly ring: Int16Array;
  /** Position after the newest sample. */
  end = 0;

  constructor(samples: number) {
    this.ring = new Int16Array(samples);
  }

  write(pcm: Int16Array): void {
    for (const sample of pcm) this.ring[this.end++ % this.ring.length] = sample;
  }

  /** A copy of what is between two positions, as far as it is still there. */
  read(from: number, to: number): Int16Array {
    const first = Math.max(0, from, this.end - this.ring.length);
    return Int16Array.from(
      { length: Math.max(0, to - first) },
      (_, i) => this.ring[(first + i) % this.ring.length] ?? 0,
    );
  }
}
