/**
 * Sound as numbers: 16-bit mono PCM in `Int16Array`s. Levels are dBFS: 0 is a square wave at full scale, digital silence is -Infinity.
 */

/** The rate the simulated caller works in, in Hz. */
export const LINE_RATE = 16_000;

const clip = (value: number): number => Math.max(-32_768, Math.min(32_767, Math.round(value)));

/** The level of `pcm[from, to)` in dBFS (root mean square). */
export function levelDbfs(pcm: Int16Array, from = 0, to = pcm.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += (pcm[i] ?? 0) ** 2;
  return to <= from || sum === 0 ? -Infinity : 10 * Math.log10(sum / (to - from) / 32_768 ** 2);
}

/**
 * Where sound begins and ends: sample positions of the first block of 10 ms at or above `thresholdDbfs` and of the end of the last one.
 * Undefined when there is none. A block alone between silent ones is a click, not sound.
 */
export function soundBounds(
  pcm: Int16Array,
  rate: number,
  thresholdDbfs: number,
): { start: number; end: number } | undefined {
  const block = Math.round(rate / 100);
  const loud: boolean[] = [];
  for (let at = 0; at < pcm.length; at += block) {
    loud.push(levelDbfs(pcm, at, Math.min(at + block, pcm.length)) >= thresholdDbfs);
  }
  const sounding = loud.map((is, i) => is && (loud[i - 1] === true || loud[i + 1] === true));
  const first = sounding.indexOf(true);
  if (first < 0) return undefined;
  return { start: first * block, end: Math.min((sounding.lastIndexOf(true) + 1) * block, pcm.length) };
}

/** Several sounds one after the other. */
export function concat(parts: readonly Int16Array[]): Int16Array {
  const whole = new Int16Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A low-pass or band-pass filter's coefficients: windowed sinc (Blackman), linear phase, `taps` odd; edges in parts of the sample rate. */
function filterTaps(low: number, high: number, taps: number): Float64Array {
  const middle = (taps - 1) / 2;
  const sinc = (edge: number, x: number) =>
    x === 0 ? 2 * edge : Math.sin(2 * Math.PI * edge * x) / (Math.PI * x);
  return Float64Array.from({ length: taps }, (_, i) => {
    const phase = (2 * Math.PI * i) / (taps - 1);
    const window = 0.42 - 0.5 * Math.cos(phase) + 0.08 * Math.cos(2 * phase);
    return window * (sinc(high, i - middle) - sinc(low, i - middle));
  });
}

const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));

/**
 * The same sound at another rate (rates in Hz, whole numbers). What the lower of the two rates cannot carry is filtered out; nothing is
 * shifted in time.
 */
export function resample(pcm: Int16Array, from: number, to: number): Int16Array {
  if (from === to) return pcm.slice();
  const up = to / gcd(from, to);
  const down = from / gcd(from, to);
  // 24 zero crossings on each side: above 60 dB of rejection, and the pass band ends at 90 % of the lower rate's half.
  const half = 24 * Math.max(up, down);
  const taps = filterTaps(0, (0.5 * 0.94) / Math.max(up, down), 2 * half + 1);
  const result = new Int16Array(Math.round((pcm.length * up) / down));
  for (let out = 0; out < result.length; out++) {
    const centre = out * down; // in the imagined stream at rate from * up
    let sum = 0;
    const first = Math.max(0, Math.ceil((centre - half) / up));
    const last = Math.min(pcm.length - 1, Math.floor((centre + half) / up));
    for (let i = first; i <= last; i++) sum += (pcm[i] ?? 0) * (taps[centre - i * up + half] ?? 0);
    result[out] = clip(sum * up);
  }
  return result;
}

/** The edges of a telephone's band in Hz: ITU-T G.712. */
const TELEPHONE_BAND_HZ = [300, 3_400] as const;
const TELEPHONE_RATE = 8_000;

/** What a telephone leaves of a sound at {@link LINE_RATE}: 300–3400 Hz, through 8 kHz and back; nothing is shifted in time. */
export function telephoneBand(pcm: Int16Array): Int16Array {
  const taps = filterTaps(TELEPHONE_BAND_HZ[0] / LINE_RATE, TELEPHONE_BAND_HZ[1] / LINE_RATE, 257);
  const middle = (taps.length - 1) / 2;
  const narrow = pcm.map((_, at) => {
    let sum = 0;
    for (let i = 0; i < taps.length; i++) sum += (pcm[at + i - middle] ?? 0) * (taps[i] ?? 0);
    return clip(sum);
  });
  return resample(resample(narrow, LINE_RATE, TELEPHONE_RATE), TELEPHONE_RATE, LINE_RATE);
}

/** White noise of the given level; the same every time, so that runs can be compared. */
export function noise(samples: number, dbfs: number): Int16Array {
  const peak = Math.sqrt(3) * 32_768 * 10 ** (dbfs / 20); // of a uniform distribution with that root mean square
  let state = 1;
  return new Int16Array(samples).map(() => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0; // Numerical Recipes' generator
    return Math.round((state / 2 ** 31 - 1) * peak);
  });
}
