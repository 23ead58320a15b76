import { costOf } from '../clinic/cost.ts';
import type { ShiftKey, ShiftSummary, Shifts, StoredShiftState } from '../clinic/shifts.ts';
import { FLEET } from '../config/defaults.ts';
import type { Logger } from '../log.ts';
import type { Notice } from './timekeeper.ts';
import { type Wait, within } from './waits.ts';

/** What writing a shift's record needs. */
export interface ShiftRecordDeps {
  readonly shifts: Pick<Shifts, 'move' | 'offerSeats' | 'finish'>;
  readonly log: Logger;
  readonly notice: Notice;
  readonly wait: Wait;
}

/** A shift's row in the database, once its seats are taken. Nothing here rejects: a shift is worked also when it cannot be written down. */
export class ShiftRecord {
  readonly #deps: ShiftRecordDeps;
  #key: ShiftKey | undefined;
  #summary: ShiftSummary | undefined;
  #writes: Promise<unknown> = Promise.resolve();

  constructor(deps: ShiftRecordDeps) {
    this.#deps = deps;
  }

  /** Undefined until the seats are taken. */
  get key(): ShiftKey | undefined {
    return this.#key;
  }

  /** What the shift has done, once it is over. */
  get summary(): ShiftSummary | undefined {
    return this.#summary;
  }

  /** The seats are taken. */
  begin(key: ShiftKey): void {
    this.#key = key;
  }

  /** Writes a move, after those before it and beside the work. `closed` and `failed` are written by {@link finish}. */
  move(to: StoredShiftState, reason: string): void {
    const key = this.#key;
    if (key === undefined || to === 'closed' || to === 'failed') return;
    const { shifts, log } = this.#deps;
    this.#writes = this.#writes.then(() =>
      shifts
        .move(key, to, reason)
        .catch((error: unknown) => log.warn({ error }, 'a move of the shift could not be written')),
    );
  }

  /** The next worker may have the seats while calls in progress go on here. */
  offerSeats(): void {
    const key = this.#key;
    if (key === undefined) return;
    const { shifts, log } = this.#deps;
    this.#writes = this.#writes.then(() =>
      shifts
        .offerSeats(key)
        .catch((error: unknown) => log.warn({ error }, 'the seats could not be offered to the next worker')),
    );
  }

  /** Ends the record, and the seats are free. A database that does not answer costs at most half of `FLEET.answerMs` for each of two steps. */
  async finish(state: 'closed' | 'failed', reason: string): Promise<void> {
    const { shifts, log, notice, wait } = this.#deps;
    if (this.#key === undefined || this.#summary !== undefined) return;
    await within(this.#writes, notice.limit(FLEET.answerMs / 2), wait);
    try {
      this.#summary = await within(
        shifts.finish(this.#key, state, reason),
        notice.limit(FLEET.answerMs / 2),
        wait,
      );
      if (this.#summary === undefined) log.warn('the shift’s end was not written in time');
      else log.info({ summary: this.#summary, cost: costOf(this.#summary.usage) }, 'shift summary');
    } catch (error) {
      log.warn({ error }, 'the shift’s end could not be written');
    }
  }
}
