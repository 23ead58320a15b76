import { LIFECYCLE, SHIFT } from '../config/defaults.ts';
import type { Logger } from '../log.ts';
import { SHORT_OF_TIME, type ToCall, WRAP_UP } from '../providers/call-messages.ts';
import type { CallServer } from './call-server.ts';
import type { ShiftPlan } from './deadline.ts';
import { type Wait, within } from './waits.ts';

/** What ending a shift needs. */
export interface WindDownDeps {
  readonly server: Pick<CallServer, 'drain' | 'activeCalls'>;
  readonly tell: (message: ToCall) => number;
  /** Another worker is open and has room. */
  readonly successorReady: () => boolean;
  /** The plan's present. */
  readonly nowMs: () => number;
  readonly wait: Wait;
  readonly log: Logger;
}

/** How a shift ends. */
export interface Ending {
  readonly reason: string;
  /** Undefined: at once, within the platform's notice. */
  readonly plan: Pick<ShiftPlan, 'shortOfTimeAt' | 'handoverAt' | 'endsAt'> | undefined;
  /** Resolves when there is no time left: a signal came while the shift was ending in peace. */
  readonly hurry: Promise<string>;
}

/** What a signal leaves for the calls; the processes, and the exit itself, have the rest. */
const NOTICE_MS = LIFECYCLE.stopNoticeMs - LIFECYCLE.exitMs - LIFECYCLE.leaveMs;

/**
 * Ends the calls of a shift. In peace: no new ones, then time for those in progress, then a word that time is short, then each is handed
 * over, transferred or promised a callback. In a hurry only the last. Resolves when no call is left, or the time is up.
 */
export async function windDown(deps: WindDownDeps, { reason, plan, hurry }: Ending): Promise<void> {
  const { server, nowMs, tell, wait } = deps;
  const spentMs = NOTICE_MS + LIFECYCLE.leaveMs;
  if (plan === undefined) {
    finishCalls(deps, reason, NOTICE_MS);
    await within(server.drain(spentMs), spentMs, wait);
    return;
  }
  const peace = new Peace(deps, server.drain(Math.max(1, plan.endsAt - nowMs())), hurry);
  if (await peace.until(plan.shortOfTimeAt)) return;
  if (peace.hurried === undefined) tell({ case: SHORT_OF_TIME, inMs: Math.max(0, plan.endsAt - nowMs()) });
  if (await peace.until(plan.handoverAt)) return;
  if (peace.hurried === undefined) {
    // Time enough to let the front desk's telephone ring.
    const leftMs = plan.endsAt - nowMs() - LIFECYCLE.exitMs - LIFECYCLE.leaveMs;
    const limitMs = Math.max(NOTICE_MS, leftMs);
    finishCalls(deps, reason, limitMs);
    await within(Promise.race([peace.over, hurry]), limitMs + LIFECYCLE.leaveMs, wait);
    if (peace.hurried === undefined) return;
  }
  finishCalls(deps, peace.hurried, NOTICE_MS);
  await within(peace.over, spentMs, wait);
}

/** Waiting for calls to end by themselves. */
class Peace {
  /** Resolves to true when all calls have ended; never if they do not. */
  readonly over: Promise<unknown>;
  /** Why there is no time any more. */
  hurried: string | undefined;
  readonly #deps: WindDownDeps;
  readonly #news: Promise<unknown>;
  /** Undefined while the server drains; then whether every call had ended. */
  #drained: boolean | undefined;

  constructor(deps: WindDownDeps, draining: Promise<boolean>, hurry: Promise<string>) {
    this.#deps = deps;
    const drained = draining.then((all) => (this.#drained = all));
    const hurried = hurry.then((reason) => (this.hurried = reason));
    this.#news = Promise.race([drained, hurried]);
    this.over = drained.then((all) => (all ? true : new Promise(() => undefined)));
    for (const promise of [this.#news, this.over]) promise.catch(() => undefined); // nobody may be waiting by then
  }

  /** Waits until then, looking at the clock anew all the time; true once no call is left. */
  async until(at: number): Promise<boolean> {
    const { server, nowMs, wait } = this.#deps;
    while (this.#drained === undefined && this.hurried === undefined && nowMs() < at) {
      if (server.activeCalls === 0) {
        // No call comes any more: a server that does not find to its end is not waited for.
        await within(this.#news, LIFECYCLE.leaveMs, wait);
        return true;
      }
      await within(this.#news, Math.min(SHIFT.tickMs, at - nowMs()), wait);
    }
    return this.#drained === true;
  }
}

/** Orders every call to be finished within a time; a second order only leaves less. */
function finishCalls(
  { server, tell, successorReady, log }: WindDownDeps,
  reason: string,
  limitMs: number,
): void {
  const handover = successorReady();
  const told = tell({ case: WRAP_UP, reason, withinMs: limitMs, handover });
  log.warn({ reason, calls: server.activeCalls, told, handover, limitMs }, 'the calls are wrapped up');
}
