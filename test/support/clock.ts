import type { Wait } from '../../src/lifecycle/waits.ts';

interface Waiter {
  at: number;
  resolve: () => void;
}

/** Time that passes when the test says so: a wall clock that can be set, the age of the process, and waits by the latter. */
export class FakeClock {
  readonly #waiters = new Set<Waiter>();
  #ageMs = 0;
  #wallMs: number;

  /** @param startMs What the wall clock shows as the process starts, since the epoch. */
  constructor(startMs: number) {
    this.#wallMs = startMs;
  }

  readonly nowMs = (): number => this.#wallMs;
  readonly ageMs = (): number => this.#ageMs;

  /** Waits that are under way. */
  get waiting(): number {
    return this.#waiters.size;
  }

  readonly wait: Wait = (ms, signal) =>
    new Promise((resolve, reject) => {
      const abort = () => {
        this.#waiters.delete(waiter);
        reject(new Error('aborted'));
      };
      const waiter = {
        at: this.#ageMs + ms,
        resolve: () => {
          signal?.removeEventListener('abort', abort);
          resolve(undefined);
        },
      };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', abort);
    });

  /** Somebody sets the wall clock, by so much. */
  set(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** So much time passes, and whatever was due in it has happened. */
  async advance(ms: number): Promise<void> {
    const until = this.#ageMs + ms;
    for (;;) {
      await settled();
      const next = [...this.#waiters].filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#pass(next.at);
      this.#waiters.delete(next);
      next.resolve();
    }
    this.#pass(until);
  }

  /** Lets time pass, in steps, until `promise` is settled; fails after `limitMs`. */
  async until<T>(promise: Promise<T>, limitMs: number, stepMs = 50): Promise<T> {
    let over = false;
    const watched = promise.finally(() => (over = true));
    watched.catch(() => undefined);
    const end = this.#ageMs + limitMs;
    for (await settled(); !over; await settled()) {
      if (this.#ageMs >= end) throw new Error(`not settled after ${limitMs} ms`);
      await this.advance(stepMs);
    }
    return await watched;
  }

  #pass(to: number): void {
    if (to <= this.#ageMs) return;
    this.#wallMs += to - this.#ageMs;
    this.#ageMs = to;
  }
}

/** Everything that can happen without time passing has happened. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
