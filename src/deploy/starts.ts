import type { Span } from '../clinic/hours.ts';
import { SHIFT } from '../config/defaults.ts';
import { windDown } from '../lifecycle/deadline.ts';

/** What decides which start works which shift. */
export interface StartRules {
  /** A start that works an opening comes at least so long before it: what it needs to be ready. */
  readonly leadMs: number;
  /** A worker that was started waits for an opening that is at most so far away: `SHIFT_EARLY`. */
  readonly waitMs: number;
  /** Of the job; counted from the start. */
  readonly taskTimeoutMs: number;
}

/** One start by an entry of the schedule. */
export interface Start<Entry> {
  readonly atMs: number;
  readonly entry: Entry;
  /** False where the clocks show this time twice, and the entry may start it once or twice. */
  readonly sure: boolean;
}

/** A start that has a shift to work. */
export interface WorkingStart<Entry> extends Start<Entry> {
  readonly does: 'opens' | 'relays';
  readonly shift: Span;
}

/** A start that is needed, and no entry makes it. */
export interface MissingStart {
  readonly kind: 'opening' | 'relay';
  readonly atMs: number;
  readonly shift: Span;
}

/** Who works the shifts. */
export interface Coverage<Entry> {
  readonly working: readonly WorkingStart<Entry>[];
  /** These leave at once with 0: nothing is open, or the shift is being worked. */
  readonly idle: readonly Start<Entry>[];
  readonly missing: readonly MissingStart[];
}

/**
 * Which start works which shift, by the rules of the worker: the first one that is near enough to the opening waits for it, and is in time where it
 * comes the lead before. Where the task's timeout ends the work before closing time, the next one relays it, if it
 * comes the time of a start before `relayAt`. What is missing is taken as if it were there, so that the relays after it are timed by it.
 * @param starts In order.
 * @param shifts In order. One that is going on at `fromMs` is taken to be worked, and goes on with the first start from then.
 */
export function coverage<Entry>(
  starts: readonly Start<Entry>[],
  shifts: readonly Span[],
  rules: StartRules,
  fromMs: number,
  toMs: number,
): Coverage<Entry> {
  const working: WorkingStart<Entry>[] = [];
  const missing: MissingStart[] = [];
  const taken = new Set<Start<Entry>>();
  const free = sureOnes(starts);
  const take = (earliestMs: number, latestMs: number) => {
    const found = free(earliestMs, latestMs);
    if (found !== undefined) taken.add(found);
    return found;
  };
  for (const shift of shifts) {
    const { opensAt } = shift;
    const going = opensAt < fromMs;
    let start = going ? take(fromMs, toMs) : take(opensAt - rules.waitMs, opensAt - rules.leadMs);
    let at = start?.atMs ?? (going ? fromMs : opensAt - rules.leadMs);
    for (let relay = going; at < toMs;) {
      if (start !== undefined) working.push({ ...start, does: relay ? 'relays' : 'opens', shift });
      else if (!going || relay) missing.push({ kind: relay ? 'relay' : 'opening', atMs: at, shift });
      const { relayAt } = windDown(
        { processStartedMs: at, taskTimeoutMs: rules.taskTimeoutMs },
        shift,
        'hours',
      );
      if (relayAt === undefined) break;
      // One that comes as good as together with the holder leaves.
      start = take(at + SHIFT.relayOverlapMs + 1, relayAt - SHIFT.relayLeadMs);
      at = start?.atMs ?? relayAt - SHIFT.relayLeadMs;
      relay = true;
    }
  }
  return { working, idle: starts.filter((start) => !taken.has(start)), missing };
}

/** Finds the first sure start within [earliestMs, latestMs]; asked in order of time. */
function sureOnes<Entry>(starts: readonly Start<Entry>[]) {
  let next = 0;
  return (earliestMs: number, latestMs: number): Start<Entry> | undefined => {
    for (; next < starts.length; next++) {
      const start = starts[next];
      if (start === undefined || start.atMs > latestMs) return undefined;
      if (start.sure && start.atMs >= earliestMs) {
        next++;
        return start;
      }
    }
    return undefined;
  };
}
