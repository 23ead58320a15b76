import { OpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';

/**
 * The states of a shift.
 * - `starting`: configuration read, services being reached
 * - `standby`: registered nowhere, waiting for the lease or for opening time
 * - `open`: taking calls
 * - `draining`: taking none, finishing those in progress
 * - `closed`: over as it should be
 * - `failed`: over with an error
 */
export type ShiftState = 'starting' | 'standby' | 'open' | 'draining' | 'closed' | 'failed';

const MOVES: Record<ShiftState, readonly ShiftState[]> = {
  starting: ['standby', 'open', 'draining', 'closed', 'failed'],
  standby: ['open', 'draining', 'closed', 'failed'],
  open: ['draining', 'failed'],
  draining: ['closed', 'failed'],
  closed: [],
  failed: [],
};

/** Told about every move. */
export type StateListener = (state: ShiftState, previous: ShiftState, reason: string) => void;

/** The one holder of the shift's state: one function moves it, one log line per move, an illegal move throws. */
export class ShiftLifecycle {
  #state: ShiftState = 'starting';
  readonly #listeners: StateListener[] = [];
  readonly #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  get state(): ShiftState {
    return this.#state;
  }

  /** Calls `listener` after every move. */
  onMove(listener: StateListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Moves to another state.
   * @throws OpenhoursError STATE_INVALID for a move that does not exist.
   */
  move(to: ShiftState, reason: string): void {
    const from = this.#state;
    if (!MOVES[from].includes(to)) {
      throw new OpenhoursError('STATE_INVALID', `a shift cannot go from ${from} to ${to}`, {
        details: { from, to, reason },
      });
    }
    this.#state = to;
    this.#log.info({ from, to, reason }, 'shift state');
    for (const listener of this.#listeners) listener(to, from, reason);
  }
}
