import type { Usage } from '../src/clinic/cost.ts';
import type { CallKey, CallOutcome, Calls, ToolRunRecord, TurnRecord } from '../src/clinic/calls.ts';
import { isOpenhoursError } from '../src/errors.ts';
import { CALL } from '../src/config/defaults.ts';
import type { Logger } from '../src/log.ts';
import type { LedgerRedaction } from './redaction.ts';

/** How often a row is tried again before it is given up, and the pause between: 3 × 400 ms outlives a restart of PostgREST. */
const TRIES = 4;
const RETRY_MS = 400;

/** How a ledger goes on from what is there. */
export interface LedgerOptions {
  /** The first turn to write: 0 for a new call. */
  firstTurn?: number;
  nowMs?: () => number;
  /** Where the clinic wants no personal data in what is stored of the conversation. */
  redaction?: LedgerRedaction | undefined;
}

/**
 * Writes a call's rows as things happen, one after the other and without holding up the conversation. What cannot be written is logged
 * with its content left out, and the next row is tried all the same.
 */
export class Ledger {
  readonly #calls: Calls;
  readonly #key: CallKey;
  readonly #log: Logger;
  #queue: Promise<void> = Promise.resolve();
  #turnIndex: number;
  readonly #firstTurn: number;
  #takenOver = false;
  /** Until then rows are tried. */
  #closeBy = Infinity;
  #stateWaits = false;
  /** When each turn began (ms since the epoch), and what the agent has said in it. */
  readonly #turns: { startedMs: number; sentences: string[] }[];
  readonly #nowMs: () => number;
  readonly #redaction: LedgerRedaction | undefined;

  constructor(
    calls: Calls,
    key: CallKey,
    log: Logger,
    { firstTurn = 0, nowMs = Date.now, redaction }: LedgerOptions = {},
  ) {
    this.#calls = calls;
    this.#key = key;
    this.#log = log;
    this.#nowMs = nowMs;
    this.#redaction = redaction;
    this.#firstTurn = firstTurn;
    this.#turnIndex = firstTurn;
    this.#turns = [{ startedMs: nowMs(), sentences: [] }];
  }

  /** Set by whoever wants to know that another agent has the call: nothing more is written then. */
  onTakenOver: () => void = () => undefined;

  /** The turn in progress: 0 is the greeting, each thing the caller says begins the next. */
  get turnIndex(): number {
    return this.#turnIndex;
  }

  /** Begins a turn with what the caller said, which they had said at `startedMs` since the epoch. */
  beginTurn(turn: TurnRecord, startedMs: number = this.#nowMs()): void {
    this.#turnIndex += 1;
    this.#turns.push({ startedMs, sentences: [] });
    this.addToTurn(turn);
  }

  /**
   * Adds what the agent said to the turn in which it began to say it, at `startedMs` since the epoch: the text of a sentence that was
   * interrupted comes late, when the next turn may have begun. A turn's sentences are put one after the other.
   */
  agentSaid(text: string, startedMs: number, turn: Omit<TurnRecord, 'agent_text'>): void {
    const found = this.#turns.findLastIndex((candidate) => candidate.startedMs <= startedMs);
    const position = Math.max(0, found);
    const sentences = this.#turns[position]?.sentences ?? [];
    if (text !== '') sentences.push(text);
    const index = this.#firstTurn + position;
    // What is alarmed on; the row has its parts.
    if (turn.latency_ms !== undefined) {
      this.#log.info({ turn: index, latencyMs: turn.latency_ms }, 'caller answered');
    }
    this.#writeTurn(index, { ...turn, agent_text: sentences.join(' ') });
  }

  /** Adds to the turn in progress. */
  addToTurn(turn: TurnRecord): void {
    this.#writeTurn(this.#turnIndex, turn);
  }

  /** Writes a tool run. */
  toolRun(run: Omit<ToolRunRecord, 'turnIndex'>): void {
    const turnIndex = this.#turnIndex;
    for (const { index, turn } of this.#redaction?.learn([run.arguments, run.result]) ?? []) {
      this.#write('turn', () => this.#calls.recordTurn(this.#key, index, turn));
    }
    const stored = {
      arguments: this.#redaction?.document(run.arguments) ?? run.arguments,
      result: this.#redaction?.document(run.result) ?? run.result,
    };
    this.#write('tool run', () => this.#calls.recordToolRun(this.#key, { ...run, ...stored, turnIndex }));
  }

  /** Notes when the greeting was heard. */
  answered(greetingMs: number): void {
    this.#write('answer', () => this.#calls.answered(this.#key, greetingMs));
  }

  /** Adds to what the call has used of its providers. */
  used(usage: Usage): void {
    if (Object.keys(usage).length > 0) this.#write('usage', () => this.#calls.recordUsage(this.#key, usage));
  }

  /** Stores what another agent would need to go on; of several changes in a row only the last is written. */
  state(read: () => Record<string, unknown>): void {
    if (this.#stateWaits) return;
    this.#stateWaits = true;
    this.#write('state', () => {
      this.#stateWaits = false;
      return this.#calls.saveState(this.#key, read());
    });
  }

  /** Waits until every row so far is written or given up. */
  async written(): Promise<void> {
    await this.#queue;
  }

  /**
   * Closes the call and waits until every row is written or given up, which a database that is gone may take a few seconds for.
   * @returns Whether the outcome is on record.
   */
  async close(outcome: CallOutcome, reason: string): Promise<boolean> {
    this.#closeBy = performance.now() + CALL.closeRowsMs;
    let closed = this.#takenOver;
    this.#write('outcome', async () => {
      await this.#calls.close(this.#key, outcome, reason);
      closed = true;
      this.#log.info({ outcome, reason, turns: this.#turnIndex }, 'call closed');
    });
    // A database that hangs does not even refuse the row.
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CALL.closeRowsMs + RETRY_MS)));
    await Promise.race([this.#queue, late]);
    clearTimeout(timer);
    return closed || this.#takenOver;
  }

  #writeTurn(index: number, turn: TurnRecord): void {
    const stored = this.#redaction?.turn(index, turn) ?? turn;
    this.#write('turn', () => this.#calls.recordTurn(this.#key, index, stored));
  }

  #write(what: string, write: () => Promise<unknown>): void {
    this.#queue = this.#queue.then(async () => {
      if (this.#takenOver) return;
      for (let attempt = 1; ; attempt += 1) {
        try {
          await write();
          return;
        } catch (error) {
          if (isOpenhoursError(error, 'CALL_TAKEN_OVER')) {
            this.#lost();
            return;
          }
          if (!this.#worthTrying(error, attempt)) {
            this.#log.error({ what, error }, 'a row of the call could not be written');
            return;
          }
          await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
        }
      }
    });
  }

  /** A database that is gone is waited for while the call lasts: the rows keep their order. */
  #worthTrying(error: unknown, attempt: number): boolean {
    if (performance.now() > this.#closeBy) return false;
    return isOpenhoursError(error, 'SERVICE_UNREACHABLE') || attempt < TRIES;
  }

  #lost(): void {
    this.#takenOver = true;
    this.#log.warn('another agent has the call: nothing more is written here');
    this.onTakenOver();
  }
}
