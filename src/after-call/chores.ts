import { AFTER_CALL } from '../config/desk-defaults.ts';
import { type Wait, realWait, within } from '../lifecycle/waits.ts';
import type { Logger } from '../log.ts';

/** Something to be done again and again: resolves to whether there was anything to do. */
export interface Chore {
  readonly name: string;
  readonly run: (signal: AbortSignal) => Promise<boolean>;
  /** From a run with nothing to do to the next; {@link AFTER_CALL.everyMs} when left out. */
  readonly everyMs?: number;
}

/**
 * Does chores side by side, each one run after the other, and at once again while there is something to do. A run that fails is logged, and
 * the chore comes again after {@link AFTER_CALL.troubledMs}.
 */
export class Chores {
  readonly #log: Logger;
  readonly #wait: Wait;
  readonly #loops: Promise<void>[];
  /** A chore with nothing left to do ends. */
  readonly #leaving = new AbortController();
  /** No run begins any more. */
  #noMore = false;
  /** Runs under way are to end. */
  readonly #over = new AbortController();

  constructor(chores: readonly Chore[], log: Logger, wait: Wait = realWait) {
    this.#log = log;
    this.#wait = wait;
    this.#loops = chores.map((chore) => this.#repeat(chore));
  }

  /**
   * Ends all of it. For `lastLookMs` what is there is still done; then runs under way have {@link AFTER_CALL.leaveMs} to come to their end, and
   * are told to break off.
   */
  async stop(lastLookMs: number): Promise<void> {
    const done = Promise.all(this.#loops);
    this.#noMore = lastLookMs <= 0;
    this.#leaving.abort();
    if (lastLookMs > 0) await within(done, lastLookMs, this.#wait);
    this.#noMore = true;
    await within(done, AFTER_CALL.leaveMs, this.#wait);
    this.#over.abort();
  }

  async #repeat({ name, run, everyMs = AFTER_CALL.everyMs }: Chore): Promise<void> {
    while (!this.#noMore) {
      let pauseMs = everyMs;
      try {
        if (await run(this.#over.signal)) continue;
      } catch (error) {
        if (this.#over.signal.aborted) return;
        this.#log.warn({ chore: name, error }, 'a chore failed, and is done again later');
        pauseMs = AFTER_CALL.troubledMs;
      }
      if (this.#leaving.signal.aborted) return;
      await this.#wait(pauseMs, this.#leaving.signal).catch(() => undefined);
    }
  }
}
