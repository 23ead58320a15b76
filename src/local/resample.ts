/** Zero crossings of the filter on each side: more than 60 dB of rejection beyond the lower rate's half. */
const ZERO_CROSSINGS = 16;
/** The pass band ends here, as a part of the lower rate's half; a transition band must remain. */
const PASS_BAND = 0.92;

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/**
 * Changes the rate of a stream of 16-bit mono PCM, chunk by chunk, without clicks where the chunks meet. The result lags behind by
 * {@link Resampler.lagMs}, less than 3 ms for a telephone's 8 kHz.
 */
export class Resampler {
  private readonly up: number;
  private readonly down: number;
  private readonly half: number;
  private readonly taps: Float64Array;
  /** Input not yet done with; its first sample is number `offset` of the stream. */
  private pending: Int16Array = new Int16Array(0);
  private offset = 0;
  private produced = 0;
  /** How far the result lags behind, in ms. */
  readonly lagMs: number;

  /** Rates in Hz, whole numbers. */
  constructor(from: number, to: number) {
    const divisor = gcd(from, to);
    this.up = to / divisor;
    this.down = from / divisor;
    const longer = Math.max(this.up, this.down);
    this.half = from === to ? 0 : ZERO_CROSSINGS * longer;
    this.lagMs = (1000 * this.half) / (from * this.up);
    this.taps = lowPass(this.half, (0.5 * PASS_BAND) / longer, this.up);
  }

  /** The next samples of the result that are complete. */
  push(chunk: Int16Array): Int16Array {
    if (this.half === 0) return chunk.slice();
    const input = new Int16Array(this.pending.length + chunk.length);
    input.set(this.pending);
    input.set(chunk, this.pending.length);
    const available = this.offset + input.length;
    // Output sample n is centred on n * down in the imagined stream of rate from * up.
    const end = Math.floor(((available - 1) * this.up - this.half) / this.down) + 1;
    const result = new Int16Array(Math.max(0, end - this.produced));
    for (let k = 0; k < result.length; k++) result[k] = this.sampleAt((this.produced + k) * this.down, input);
    this.produced += result.length;
    const needed = Math.max(0, Math.ceil((this.produced * this.down - this.half) / this.up));
    const done = Math.min(Math.max(0, needed - this.offset), input.length);
    this.pending = input.slice(done);
    this.offset += done;
    return result;
  }

  private sampleAt(centre: number, input: Int16Array): number {
    const first = Math.max(this.offset, Math.ceil((centre - this.half) / this.up));
    const last = Math.floor((centre + this.half) / this.up);
    let sum = 0;
    for (let i = first; i <= last; i++) {
      sum += (input[i - this.offset] ?? 0) * (this.taps[centre - i * this.up + this.half] ?? 0);
    }
    return Math.max(-32_768, Math.min(32_767, Math.round(sum)));
  }
}

/** A windowed sinc (Blackman) of 2 * half + 1 taps; `cutoff` in parts of the sample rate. */
function lowPass(half: number, cutoff: number, gain: number): Float64Array {
  return Float64Array.from({ length: 2 * half + 1 }, (_, i) => {
    const x = i - half;
    const sinc = x === 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x);
    const phase = (Math.PI * i) / Math.max(1, half);
    return gain * sinc * (0.42 - 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase));
  });
}

/** A whole sound at another rate (Hz); as long as before. */
export function resampleWhole(pcm: Int16Array, from: number, to: number): Int16Array {
  const resampler = new Resampler(from, to);
  const flush = new Int16Array(Math.ceil((resampler.lagMs / 1000) * from) + 2);
  const input = new Int16Array(pcm.length + flush.length);
  input.set(pcm);
  return resampler.push(input).slice(0, Math.round((pcm.length * to) / from));
}
