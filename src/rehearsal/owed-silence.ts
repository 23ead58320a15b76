import { LINE_RATE, levelDbfs } from './audio.ts';
import type { Caller } from './caller.ts';
import { AUDIBLE_DBFS } from './hearing.ts';

/** A stretch of time in `performance.now()` milliseconds, and whose sound it was. */
export interface Sound {
  readonly startedAt: number;
  readonly endedAt: number;
  /** `nudge` is the caller asking into a silence that is not theirs. */
  readonly by: 'agent' | 'caller' | 'nudge' | 'ringing';
}

/** Looked at in pieces, so that a gap in the received frames shifts nothing by more than this. */
const PIECE_MS = 100;
const BLOCK_MS = 10;
const BLOCK = (LINE_RATE * BLOCK_MS) / 1_000;

/** When the caller heard something between two times, to 20 ms. */
export function heardSounds(caller: Caller, from: number, to: number): Sound[] {
  const sounds: { startedAt: number; endedAt: number; by: 'agent' }[] = [];
  for (let at = from; at < to; at += PIECE_MS) {
    const pcm = caller.heardPcm(at, Math.min(at + PIECE_MS, to));
    let before = false;
    for (let start = 0; start + BLOCK <= pcm.length; start += BLOCK) {
      const loud = levelDbfs(pcm, start, start + BLOCK) >= AUDIBLE_DBFS;
      if (loud && before) {
        const startedAt = at + start / 16 - BLOCK_MS;
        const last = sounds.at(-1);
        if (last !== undefined && startedAt - last.endedAt <= 2 * BLOCK_MS) last.endedAt = startedAt + 20;
        else sounds.push({ startedAt, endedAt: startedAt + 2 * BLOCK_MS, by: 'agent' });
      }
      before = loud;
    }
  }
  return sounds;
}

/** True when the agent was heard within the last `withinMs`. */
export function isSounding(caller: Caller, withinMs = 300): boolean {
  const now = performance.now();
  return heardSounds(caller, now - withinMs, now).length > 0;
}

/**
 * The longest stretch between `from` and `to` in which nobody made a sound and the next word was the agent's: what ends with the caller's own
 * next sentence is the caller's pause to think, and does not count.
 */
export function longestOwedSilence(sounds: readonly Sound[], from: number, to: number): number {
  let quietSince = from;
  let longest = 0;
  for (const { startedAt, endedAt, by } of sounds.toSorted((a, b) => a.startedAt - b.startedAt)) {
    if (endedAt <= from) continue;
    if (by !== 'caller') longest = Math.max(longest, Math.min(startedAt, to) - quietSince);
    quietSince = Math.max(quietSince, endedAt);
  }
  return Math.round(Math.max(longest, to - quietSince));
}
