import { LIFECYCLE } from '../config/defaults.ts';
import type { ShiftPlan } from './deadline.ts';

/** The clocks of a process, in ms. */
export interface Clocks {
  /** Since the epoch: somebody may set it. */
  readonly nowMs: () => number;
  /** Since the process started: nobody sets it. */
  readonly ageMs: () => number;
}

/** Holds a plan against the clock, at every look anew: it may have been set, and a machine may have slept. */
export class Timekeeper {
  readonly plan: ShiftPlan;
  readonly #clocks: Clocks;
  readonly #processStartedMs: number;
  #noticed = false;

  /** @param processStartedMs What the plan was made with, since the epoch. */
  constructor(plan: ShiftPlan, clocks: Clocks, processStartedMs: number) {
    this.plan = plan;
    this.#clocks = clocks;
    this.#processStartedMs = processStartedMs;
  }

  /** The plan's present, in ms since the epoch. */
  now(): number {
    const wall = this.#clocks.nowMs();
    if (this.plan.limit === 'closing_time') return wall;
    // A platform's deadline is counted from the process's start, whatever the wall clock says.
    return Math.max(wall, this.#processStartedMs + this.#clocks.ageMs());
  }

  /** Ms until closing time, when it is time to tell the callers; at the first such look only. */
  closingIn(): number | undefined {
    const now = this.now();
    const { closingNoticeAt, closesAt } = this.plan;
    if (this.#noticed || now < closingNoticeAt || now >= closesAt) return undefined;
    this.#noticed = true;
    return closesAt - now;
  }

  /** Why no more calls are to be taken, once it is time. */
  due(): 'closing_time' | 'deadline' | undefined {
    if (this.now() < this.plan.stopTakingAt) return undefined;
    return this.plan.limit === 'task_timeout' ? 'deadline' : 'closing_time';
  }
}

/** How long the process still has: for ever, until somebody says otherwise. */
export class Notice {
  readonly #ageMs: () => number;
  #endsAt = Infinity;

  constructor(ageMs: () => number) {
    this.#ageMs = ageMs;
  }

  /** It ends in `ms` at the latest. */
  endIn(ms: number): void {
    this.#endsAt = Math.min(this.#endsAt, this.#ageMs() + ms);
  }

  /** Ms until the end; Infinity while nobody has named one. */
  get leftMs(): number {
    return this.#endsAt - this.#ageMs();
  }

  /** `ms`, or what is left for it when the exit itself is taken off; never less than an orderly step takes. */
  limit(ms: number): number {
    const left = this.#endsAt - this.#ageMs() - LIFECYCLE.exitMs;
    return Math.max(LIFECYCLE.leastCloseMs, Math.min(ms, left));
  }
}
