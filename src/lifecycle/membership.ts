import type { BeatAnswer, Peer, ShiftKey, Shifts, StoredShiftState } from '../clinic/shifts.ts';
import type { WorkerId } from '../clinic/ids.ts';
import { FLEET } from '../config/defaults.ts';
import { OpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type Wait, realWait, within } from './waits.ts';

/** What a worker says of itself. */
export interface Self {
  readonly workerId: WorkerId;
  readonly agentName: string;
  readonly execution: string | undefined;
  readonly url: string | undefined;
  readonly maxCalls: number;
  readonly state: () => StoredShiftState;
  readonly activeCalls: () => number;
  readonly shift: () => ShiftKey | undefined;
}

/** What a worker is told. */
export interface Orders {
  /** Somebody asked this worker to stop. */
  readonly stop: () => void;
  /** The next worker of the relay has the seats and takes calls. */
  readonly relayed: () => void;
  /** Another worker has taken the seats, because we were silent for too long. */
  readonly leaseLost: () => void;
  /** The database answers: what could not be recorded can be now. */
  readonly answered: () => void;
}

/** What a membership is made of. */
export interface MembershipDeps {
  readonly shifts: Pick<Shifts, 'beat'>;
  readonly self: Self;
  readonly orders: Orders;
  readonly log: Logger;
  /** Ms since the process started, by a clock that nobody sets. */
  readonly ageMs: () => number;
  readonly wait?: Wait;
}

/** Gives the worker's signs of life, and knows who else is there. */
export class Membership {
  readonly #deps: MembershipDeps;
  readonly #wait: Wait;
  readonly #stopped = new AbortController();
  #peers: readonly Peer[] = [];
  #answeredAt = -Infinity;
  #started = false;
  #beating: Promise<void> | undefined;
  #beganAt = -Infinity;
  #failing = false;

  constructor(deps: MembershipDeps) {
    this.#deps = deps;
    this.#wait = deps.wait ?? realWait;
  }

  /** Beats now and from now on: often while there are calls, and at once when the first one comes. */
  start(): void {
    void this.beat();
    if (this.#started) return;
    this.#started = true;
    void this.#beatOn();
  }

  /** Another worker is open and has room for a call. */
  get successorReady(): boolean {
    return this.#peers.some(
      ({ state, active_calls, max_calls, age_ms }) =>
        state === 'open' && active_calls < max_calls && age_ms < FLEET.idleBeatMs + FLEET.deadMs,
    );
  }

  /** Our last sign of life was accepted a moment ago: what the database says of others may be believed. */
  get fresh(): boolean {
    return this.#deps.ageMs() - this.#answeredAt < FLEET.idleBeatMs + FLEET.deadMs;
  }

  /** One sign of life; never rejects, never two at a time, and takes `FLEET.answerMs` at most. */
  beat(): Promise<void> {
    if (this.#beating !== undefined) return this.#beating;
    this.#beganAt = this.#deps.ageMs();
    this.#beating = this.#beatOnce().finally(() => (this.#beating = undefined));
    return this.#beating;
  }

  /** Beats no more. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#beating;
  }

  /** Beats a last time, if it ever did, so that the fleet knows the worker's last state; then no more. Orders are not heard any longer. */
  async leave(): Promise<void> {
    await this.stop();
    if (this.#started) await this.beat();
  }

  async #beatOn(): Promise<void> {
    const { self, ageMs } = this.#deps;
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      await this.#wait(FLEET.lookMs, signal).catch(() => undefined);
      const pauseMs = self.activeCalls() > 0 ? FLEET.beatMs : FLEET.idleBeatMs;
      if (!signal.aborted && ageMs() - this.#beganAt >= pauseMs - FLEET.lookMs / 2) void this.beat();
    }
  }

  async #beatOnce(): Promise<void> {
    const { log, ageMs } = this.#deps;
    try {
      const answer = await within(this.#send(), FLEET.answerMs, this.#wait);
      if (answer === undefined) {
        throw new OpenhoursError('SERVICE_UNREACHABLE', 'the database took too long');
      }
      if (this.#failing) log.info('signs of life are accepted again');
      this.#failing = false;
      this.#answeredAt = ageMs();
      this.#act(answer);
    } catch (error) {
      // Once for each outage: the next line would be half a second later.
      if (!this.#failing) log.warn({ error }, 'a sign of life was not accepted');
      this.#failing = true;
    }
  }

  #send(): Promise<BeatAnswer> {
    const { self, shifts } = this.#deps;
    return shifts.beat({
      workerId: self.workerId,
      agentName: self.agentName,
      execution: self.execution,
      url: self.url,
      maxCalls: self.maxCalls,
      state: self.state(),
      activeCalls: self.activeCalls(),
      shift: self.shift(),
    });
  }

  #act({ stop, lease, peers }: BeatAnswer): void {
    this.#peers = peers;
    if (this.#stopped.signal.aborted) return;
    const { orders } = this.#deps;
    orders.answered();
    if (stop) orders.stop();
    if (lease === 'lost') orders.leaseLost();
    if (lease === 'relayed' && this.successorReady) orders.relayed();
  }
}
