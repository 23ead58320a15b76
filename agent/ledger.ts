import type { CallOutcome, Calls, ToolRunRecord, TurnRecord } from '../src/clinic/calls.ts';
import type { CallId } from '../src/clinic/ids.ts';
import type { Logger } from '../src/log.ts';

/** How often a row is tried again before it is given up, and the pause between: 3 × 400 ms outlives a restart of PostgREST. */
const TRIES = 4;
const RETRY_MS = 400;

/**
 * Writes a call's rows as things happen, one after the other and without holding up the conversation. What cannot be written is logged
 * with its content left out, and the next row is tried all the same.
 */
export class Ledger {
  readonly #calls: Calls;
  readonly #callId: CallId;
  readonly #log: Logger;
  #queue: Promise<void> = Promise.resolve();
  #turnIndex = 0;

  constructor(calls: Calls, callId: CallId, log: Logger) {
    this.#calls = calls;
    this.#callId = callId;
    this.#log = log;
  }

  /** The turn in progress: 0 is the greeting, each thing the caller says begins the next. */
  get turnIndex(): number {
    return this.#turnIndex;
  }

  /** Begins a turn with what the caller said. */
  beginTurn(turn: TurnRecord): void {
    this.#turnIndex += 1;
    this.addToTurn(turn);
  }

  /** Adds to the turn in progress. */
  addToTurn(turn: TurnRecord): void {
    const index = this.#turnIndex;
    this.#write('turn', () => this.#calls.recordTurn(this.#callId, index, turn));
  }

  /** Writes a tool run. */
  toolRun(run: Omit<ToolRunRecord, 'turnIndex'>): void {
    const turnIndex = this.#turnIndex;
    this.#write('tool run', () => this.#calls.recordToolRun(this.#callId, { ...run, turnIndex }));
  }

  /** Notes when the greeting was heard. */
  answered(greetingMs: number): void {
    this.#write('answer', () => this.#calls.answered(this.#callId, greetingMs));
  }

  /** Closes the call and waits until every row is written or given up. */
  async close(outcome: CallOutcome, reason: string): Promise<void> {
    this.#write('outcome', async () => {
      await this.#calls.close(this.#callId, outcome, reason);
      this.#log.info({ outcome, reason, turns: this.#turnIndex }, 'call closed');
    });
    await this.#queue;
  }

  #write(what: string, write: () => Promise<unknown>): void {
    this.#queue = this.#queue.then(async () => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await write();
          return;
        } catch (error) {
          if (attempt === TRIES) {
            this.#log.error({ what, error }, 'a row of the call could not be written');
            return;
          }
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    });
  }
}
