import { AudioFrame, AudioSource } from '@livekit/rtc-node';
import { OpenhoursError } from '../errors.ts';
import { LINE_RATE, noise } from './audio.ts';

const FRAME_MS = 20;
const FRAME_SAMPLES = (LINE_RATE * FRAME_MS) / 1_000;
/**
 * How far ahead of the wire we write, so that a busy event loop does not tear holes into the caller's speech. The native side takes
 * 10 ms from its queue every 10 ms, so a sample's time on the wire is known to 10 ms.
 */
const LEAD_MS = 80;
const TICK_MS = 10;
/** About the noise of a quiet line: nobody hears it, no voice detector takes it for speech, and the stream is never digitally silent. */
const COMFORT_NOISE_DBFS = -66;

/** When something was on the wire, in `performance.now()` milliseconds. */
export interface Played {
  readonly startedAt: number;
  readonly endedAt: number;
}

interface Playing {
  readonly pcm: Int16Array;
  offset: number;
  startedAt: number;
  readonly done: (played: Played) => void;
  readonly failed: (error: unknown) => void;
}

/** What the caller's telephone sends: a stream without a gap, speech on a bed of comfort noise. */
export class OutgoingAudio {
  readonly source = new AudioSource(LINE_RATE, 1, 4 * LEAD_MS);
  readonly #noise: Int16Array;
  readonly #queue: Playing[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #ticker: NodeJS.Timeout;
  /** The wire time of frame 0, moved when we were too late for a frame. */
  #startedAt = performance.now();
  #frames = 0;
  #closed = false;

  /** `noiseDbfs` is the level of what is heard beside the caller: that of a quiet line, unless the caller stands in a street. */
  constructor(noiseDbfs = COMFORT_NOISE_DBFS) {
    this.#noise = noise(LINE_RATE, noiseDbfs);
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#tick();
  }

  /**
   * Sends `pcm` (mono, {@link LINE_RATE}) after what is being sent already; resolves when its last sample is on the wire.
   * @throws OpenhoursError CALL_FAILED when the line is closed before.
   */
  play(pcm: Int16Array): Promise<Played> {
    return new Promise((done, failed) => {
      if (this.#closed) failed(lineClosed());
      else this.#queue.push({ pcm, offset: 0, startedAt: 0, done, failed });
    });
  }

  /** Stops the stream and releases the native source. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#ticker);
    for (const timer of this.#timers) clearTimeout(timer);
    for (const playing of this.#queue.splice(0)) playing.failed(lineClosed());
    await this.source.close();
  }

  #tick(): void {
    const now = performance.now();
    const nextAt = () => this.#startedAt + this.#frames * FRAME_MS;
    // We were away for longer than the lead: the native side has sent silence, and the stream goes on from now.
    if (nextAt() < now) this.#startedAt = now - this.#frames * FRAME_MS;
    while (nextAt() < now + LEAD_MS) {
      const frame = this.#nextFrame(nextAt());
      this.#frames++;
      this.source.captureFrame(new AudioFrame(frame, LINE_RATE, 1, FRAME_SAMPLES)).catch((error: unknown) => {
        if (this.#closed) return; // the frame that was on its way when we hung up
        for (const playing of this.#queue.splice(0)) playing.failed(error);
      });
    }
  }

  #nextFrame(at: number): Int16Array {
    const phase = (this.#frames * FRAME_SAMPLES) % LINE_RATE;
    const frame = this.#noise.slice(phase, phase + FRAME_SAMPLES);
    const playing = this.#queue[0];
    if (!playing) return frame;
    if (playing.offset === 0) playing.startedAt = at;
    const part = playing.pcm.subarray(playing.offset, playing.offset + FRAME_SAMPLES);
    for (const [i, sample] of part.entries()) frame[i] = clip((frame[i] ?? 0) + sample);
    playing.offset += part.length;
    if (playing.offset >= playing.pcm.length) this.#finish(playing, at + (part.length / LINE_RATE) * 1_000);
    return frame;
  }

  #finish(playing: Playing, endedAt: number): void {
    this.#queue.shift();
    const timer = setTimeout(
      () => {
        this.#timers.delete(timer);
        playing.done({ startedAt: playing.startedAt, endedAt });
      },
      Math.max(0, endedAt - performance.now()),
    );
    this.#timers.add(timer);
  }
}

const clip = (value: number): number => Math.max(-32_768, Math.min(32_767, value));

const lineClosed = () => new OpenhoursError('CALL_FAILED', 'the line was closed while the caller spoke');
