/** How a breaker counts and waits. */
export interface BreakerOptions {
  /** Failures in a row that open it. */
  readonly failures: number;
  /** How long it then stays open, in ms. */
  readonly retryMs: number;
  /** A clock in ms that never goes back. */
  readonly nowMs: () => number;
}

/** `closed`: requests pass. `open`: none does. `half-open`: one may, and decides. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/**
 * Keeps a provider that fails from being asked, and waited for, at every turn. After `failures` in a row it is left alone for `retryMs`; then
 * one request tries it: a success closes the breaker, a failure opens it again.
 */
export class CircuitBreaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  /** When it may be tried again; undefined while closed. */
  #retryAt: number | undefined;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  /** What a request would meet now. */
  get state(): BreakerState {
    if (this.#retryAt === undefined) return 'closed';
    return this.#options.nowMs() >= this.#retryAt ? 'half-open' : 'open';
  }

  /**
   * Asks to send a request. Who got true says how it went: {@link succeeded}, {@link failed} or {@link abandoned}. While half-open only the
   * first who asks gets it; should that one never say, the next may try after another `retryMs`.
   */
  allows(): boolean {
    const { state } = this;
    if (state === 'half-open') this.#retryAt = this.#options.nowMs() + this.#options.retryMs;
    return state !== 'open';
  }

  /** The request was answered. */
  succeeded(): void {
    this.#failures = 0;
    this.#retryAt = undefined;
  }

  /** It was not. */
  failed(): void {
    const { failures, nowMs, retryMs } = this.#options;
    this.#failures += 1;
    if (this.#failures >= failures) this.#retryAt = nowMs() + retryMs;
  }

  /** It was given up for a reason of our own, which says nothing about the provider. */
  abandoned(): void {
    if (this.#retryAt !== undefined) this.#retryAt = this.#options.nowMs();
  }
}
