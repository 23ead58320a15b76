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
  /** When each turn began (ms since the epoch), and what the agent has said in it. */
  readonly #turns: { startedMs: number; sentences: string[] }[];
  readonly #nowMs: () => number;

  constructor(calls: Calls, callId: CallId, log: Logger, nowMs: () => number = Date.now) {
    this.#nowMs = nowMs;
    this.#turns = [{ startedMs: nowMs(), sentences: [] }];
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
    this.#turns.push({ startedMs: this.#nowMs(), sentences: [] });
    this.addToTurn(turn);
  }

  /**
   * Adds what the agent said to the turn in which it began to say it, at `startedMs` since the epoch: the text of a sentence that was
   * interrupted comes late, when the next turn may have begun. A turn's sentences are put one after the other.
   */
  agentSaid(text: string, startedMs: number, turn: Omit<TurnRecord, 'agent_text'>): void {
    const found = this.#turns.findLastIndex((candidate) => candidate.startedMs <= startedMs);
    const index = Math.max(0, found);
    const sentences = this.#turns[index]?.sentences ?? [];
    if (text !== '') sentences.push(text);
    this.#writeTurn(index, { ...turn, agent_text: sentences.join(' ') });
  }

  /** Adds to the turn in progress. */
  addToTurn(turn: TurnRecord): void {
    this.#writeTurn(this.#turnIndex, turn);
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

  #writeTurn(index: number, turn: TurnRecord): void {
    this.#write('turn', () => this.#calls.recordTurn(this.#callId, index, turn));
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
