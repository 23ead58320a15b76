import { FORKS } from '../config/defaults.ts';

/** What the decision to start a process for a further call rests on. */
export interface ForkSituation {
  /** Calls in progress, with those accepted whose process has not got them yet. */
  readonly activeCalls: number;
  readonly maxCalls: number;
  /** Calls that LiveKit has assigned to us and that no process has yet. */
  readonly waitingCalls: number;
  /** Processes that wait for a call, or are getting ready to. */
  readonly spareProcesses: number;
  /** Of these, the ones that are ready. */
  readonly readyProcesses: number;
  /** Since the last call was accepted or got its process, ms; Infinity before the first. */
  readonly sinceCallMs: number;
  readonly draining: boolean;
}

/**
 * How long a further process has to wait: 0 for not at all, Infinity until something changes. A start costs the calls in progress 1–2
 * CPU-seconds, so that it keeps out of the way of a call's first seconds; a call that waits for a process goes before that. One at a time:
 * the framework cannot drain while a second one stands in line.
 */
export function forkDelayMs(now: ForkSituation): number {
  if (now.spareProcesses > now.readyProcesses) return Infinity;
  if (now.waitingCalls > now.readyProcesses) return 0;
  if (now.waitingCalls > 0 || now.draining) return Infinity;
  // One is kept also when every place is taken: the caller whose process dies goes on with it.
  if (now.spareProcesses > 0) return Infinity;
  return Math.max(0, FORKS.settleMs - now.sinceCallMs);
}

/** Gives a place back; calling it again does nothing. */
export type Release = () => void;

/**
 * Stands where the framework's own lock does, which lets a replacement start in the moment a call is taken. The holder of the lock is one
 * process, from before its start until it has a call or is gone.
 */
export class ForkGate {
  readonly #situation: () => Omit<ForkSituation, 'spareProcesses'>;
  readonly #asking: ((release: Release) => void)[] = [];
  #held = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(situation: () => Omit<ForkSituation, 'spareProcesses'>) {
    this.#situation = situation;
  }

  /** Processes that wait for a call, or are getting ready to. */
  get spareProcesses(): number {
    return this.#held;
  }

  /** Resolves when a process may start. */
  lock(): Promise<Release> {
    return new Promise((resolve) => {
      this.#asking.push(resolve);
      this.changed();
    });
  }

  /** Decides anew; to be called whenever the situation is another. */
  changed(): void {
    clearTimeout(this.#timer);
    if (this.#asking.length === 0) return;
    const delayMs = forkDelayMs({ ...this.#situation(), spareProcesses: this.#held });
    if (delayMs === Infinity) return;
    if (delayMs > 0) {
      this.#timer = setTimeout(() => this.changed(), delayMs).unref();
      return;
    }
    this.#held += 1;
    this.#asking.shift()?.(this.#release());
  }

  /** Forgets its timer. Nobody who asks is answered any more. */
  close(): void {
    clearTimeout(this.#timer);
    this.#asking.length = 0;
  }

  #release(): Release {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#held -= 1;
      // Later: the call that takes the process still counts as waiting for one.
      setImmediate(() => this.changed());
    };
  }
}
