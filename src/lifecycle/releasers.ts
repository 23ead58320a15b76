import type { Logger } from '../log.ts';

/** Gives something back; may be called once. */
export type Releaser = () => void | Promise<void>;

/**
 * What has been acquired, released in reverse order. Whoever acquires something pushes its releaser at once.
 * The idea is graphile/worker's: one failing releaser does not keep the others from running.
 */
export class Releasers implements AsyncDisposable {
  readonly #stack: { name: string; release: Releaser }[] = [];
  #done: Promise<void> | undefined;

  /** Adds a releaser under a name that will be readable in the log. */
  push(name: string, release: Releaser): void {
    this.#stack.push({ name, release });
  }

  /**
   * Calls every releaser, last first, once however often it is asked. Resolves when all have run; failures are gathered.
   * @throws AggregateError with every failure, after all have run.
   */
  release(log?: Logger): Promise<void> {
    this.#done ??= this.#releaseAll(log);
    return this.#done;
  }

  async #releaseAll(log?: Logger): Promise<void> {
    const failures: unknown[] = [];
    for (let entry = this.#stack.pop(); entry !== undefined; entry = this.#stack.pop()) {
      try {
        await entry.release();
        log?.debug({ resource: entry.name }, 'released');
      } catch (error) {
        log?.warn({ resource: entry.name, error }, 'could not be released');
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'some resources could not be released');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release();
  }
}
