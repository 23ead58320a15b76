import { concat, LINE_RATE, levelDbfs } from './audio.ts';

/** A stretch of sound, in `performance.now()` milliseconds. */
export interface Speech {
  readonly startedAt: number;
  /** The end of the last sound so far. */
  readonly endedAt: number;
}

/** Louder than what a jitter buffer and Opus make of silence (below -70), quieter than the beginning of a word. */
export const AUDIBLE_DBFS = -45;
/** Sounds closer together than this are one stretch: the closure of a `p` or `t` is 50–120 ms. */
const JOIN_MS = 200;
const BLOCK_MS = 10;
const BLOCK_SAMPLES = (LINE_RATE * BLOCK_MS) / 1_000;
/** Over this many ms the earliest arrival counts: a stalled event loop does not move the clock, a drifting sender does. */
const CLOCK_WINDOW_MS = 1_000;
/** A frame later than this against its stream's clock was not there when it was needed, or we were not. */
const LATE_MS = 60;
/** Half an hour of a call is 58 MB; this keeps 19 MB. */
const KEEP_MS = 600_000;
/**
 * A hole, as a sender that ran dry leaves it: digital silence between sounds that neither fade out nor in. Of 37 holes of 60 ms cut into
 * Flite's speech and sent through Opus 35 are found, of 38 of 30 ms none (the codec smears them), and none where there is none. A voice
 * whose own pauses are cut hard and digitally silent would be counted too.
 */
const HOLE = { belowDbfs: -80, loudDbfs: -30, edgeBlocks: 2, maxBlocks: 40 } as const;

interface Frame {
  readonly at: number;
  readonly pcm: Int16Array;
}

interface Track {
  readonly frames: Frame[];
  /** For the latest frames, arrival minus nominal time. */
  readonly offsets: number[];
  received: number;
  /** Of the last {@link HOLE.edgeBlocks} blocks of 10 ms. */
  readonly levels: number[];
  /** The stretch of quiet that lasts or has just ended. */
  quiet: { readonly loudBefore: boolean; blocks: number; lowest: number; soundAfter: number } | undefined;
}

/** What the caller hears: keeps the received sound (the last 10 minutes) and knows when there was any. */
export class Hearing {
  readonly #tracks = new Map<string, Track>();
  readonly #speech: { startedAt: number; endedAt: number }[] = [];
  #lateFrames = 0;
  #holes = 0;

  /**
   * Takes the next frame of a track (mono, {@link LINE_RATE}, whole blocks of 10 ms) that arrived at `arrivedAt`, after `bufferedMs` in a
   * jitter buffer. All times are those on the wire, before the buffer.
   */
  accept(trackId: string, pcm: Int16Array, arrivedAt: number, bufferedMs = 0): void {
    const track = this.#track(trackId);
    const frameMs = (pcm.length / LINE_RATE) * 1_000;
    // A frame is pulled in blocks, and its last block is heard from the moment of arrival on.
    const offset = arrivedAt + BLOCK_MS - frameMs - track.received;
    track.offsets.push(offset);
    if (track.offsets.length > CLOCK_WINDOW_MS / frameMs) track.offsets.shift();
    const clock = Math.min(...track.offsets);
    const at = clock + track.received - bufferedMs;
    track.received += frameMs;
    track.frames.push({ at, pcm });
    while ((track.frames[0]?.at ?? at) < at - KEEP_MS) track.frames.shift();
    for (let start = 0; start + BLOCK_SAMPLES <= pcm.length; start += BLOCK_SAMPLES) {
      const level = levelDbfs(pcm, start, start + BLOCK_SAMPLES);
      this.#block(track, level, at + (start / LINE_RATE) * 1_000);
    }
    if (offset - clock > LATE_MS && this.isSpeaking(at)) this.#lateFrames++;
  }

  /** All stretches of sound so far, the last of which may go on. */
  get speech(): readonly Speech[] {
    return this.#speech;
  }

  /** Frames that came late while there was sound. */
  get lateFrames(): number {
    return this.#lateFrames;
  }

  /** Holes torn into the sound. */
  get holes(): number {
    return this.#holes;
  }

  /** Whether there was sound in the `withinMs` before `at`. */
  isSpeaking(at: number, withinMs = JOIN_MS): boolean {
    const last = this.#speech.at(-1);
    return last !== undefined && last.endedAt > at - withinMs;
  }

  /** What was heard between two times: mono at {@link LINE_RATE}; several tracks are mixed. */
  audio(from: number, to: number): Int16Array {
    const tracks = [...this.#tracks.values()].map((track) =>
      track.frames.filter(({ at }) => at >= from && at < to),
    );
    const heard = tracks.filter((frames) => frames.length > 0);
    const start = Math.min(...heard.map((frames) => frames[0]?.at ?? Infinity));
    // A track's frames follow one another without a gap, however its clock was corrected meanwhile.
    const parts = heard.map((frames) => ({
      at: Math.round((((frames[0]?.at ?? start) - start) * LINE_RATE) / 1_000),
      pcm: concat(frames.map(({ pcm }) => pcm)),
    }));
    const mixed = new Int16Array(Math.max(0, ...parts.map(({ at, pcm }) => at + pcm.length)));
    for (const { at, pcm } of parts) {
      for (let i = 0; i < pcm.length; i++) {
        mixed[at + i] = Math.max(-32_768, Math.min(32_767, (mixed[at + i] ?? 0) + (pcm[i] ?? 0)));
      }
    }
    return mixed;
  }

  #track(id: string): Track {
    const known = this.#tracks.get(id);
    if (known) return known;
    const track: Track = { frames: [], offsets: [], received: 0, levels: [], quiet: undefined };
    this.#tracks.set(id, track);
    return track;
  }

  #block(track: Track, level: number, at: number): void {
    const before = track.levels.at(-1) ?? -Infinity;
    this.#watchForHoles(track, level);
    track.levels.push(level);
    if (track.levels.length > HOLE.edgeBlocks) track.levels.shift();
    // One loud block alone is a click.
    if (level < AUDIBLE_DBFS || before < AUDIBLE_DBFS) return;
    const last = this.#speech.at(-1);
    const startedAt = at - BLOCK_MS;
    if (last && startedAt - last.endedAt < JOIN_MS) last.endedAt = Math.max(last.endedAt, at + BLOCK_MS);
    else this.#speech.push({ startedAt, endedAt: at + BLOCK_MS });
  }

  #watchForHoles(track: Track, level: number): void {
    const { quiet } = track;
    if (level < AUDIBLE_DBFS) {
      if (quiet?.soundAfter === 0) {
        quiet.blocks++;
        quiet.lowest = Math.min(quiet.lowest, level);
      } else {
        const loudBefore = track.levels.some((loud) => loud > HOLE.loudDbfs);
        track.quiet = { loudBefore, blocks: 1, lowest: level, soundAfter: 0 };
      }
    } else if (quiet) {
      quiet.soundAfter++;
      const torn = quiet.loudBefore && quiet.blocks <= HOLE.maxBlocks && quiet.lowest < HOLE.belowDbfs;
      if (torn && level > HOLE.loudDbfs) this.#holes++;
      if (level > HOLE.loudDbfs || quiet.soundAfter === HOLE.edgeBlocks) track.quiet = undefined;
    }
  }
}
