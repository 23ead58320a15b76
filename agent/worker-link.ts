import {
  BEAT_EVERY_MS,
  CALL_BEAT,
  CALL_BEGUN,
  CALL_ENDED,
  CLOSING_SOON,
  type FromCall,
  WRAP_UP,
  toCall,
} from '../src/providers/call-messages.ts';
import { CALL } from '../src/config/defaults.ts';
import { type WorkerChannel, sendTo } from './end-of-turn-client.ts';

/** An order to finish the call. */
export interface WrapUpOrder {
  /** The reason that will stand in the ledger. */
  reason: string;
  withinMs: number;
  handover: boolean;
}

/** What a call listens for. */
export interface WorkerOrders {
  wrapUp: (order: WrapUpOrder) => void;
  closingSoon: (inMs: number) => void;
  shortOfTime: (inMs: number) => void;
}

/** The parts of a child process that are used here. */
export interface ChildProcessSide extends WorkerChannel {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'disconnect', listener: () => void): unknown;
}

/** What the framework sends when the process has to end (@livekit/agents 1.9.0, dist/ipc/message). */
const FRAMEWORK_SHUTDOWN = 'shutdownRequest';

/**
 * The line between a call's process and its worker: the call says that it lives, the worker says what it wants. A worker that dies is noticed
 * here at once, and is an order to hand the call over: the framework lets an orphan live for 14 s.
 */
export class WorkerLink {
  readonly #channel: ChildProcessSide;
  #orders: WorkerOrders | undefined;
  #kept: WrapUpOrder | undefined;
  #keptAt = 0;
  #orphaned = false;
  #beats: NodeJS.Timeout | undefined;

  constructor(channel: ChildProcessSide = process) {
    this.#channel = channel;
    channel.on('message', (message: unknown) => this.#received(message));
    channel.on('disconnect', () => {
      this.#orphaned = true;
      clearInterval(this.#beats);
      this.#wrapUp({ reason: 'worker_lost', withinMs: CALL.orphanMs, handover: true });
    });
  }

  /** True when the worker is gone: nobody ends this process but itself. */
  get orphaned(): boolean {
    return this.#orphaned;
  }

  /**
   * Hands over who acts on orders; one that came before is delivered now.
   * @returns Ends that: orders for a call that has its end are none.
   */
  listen(orders: WorkerOrders): () => void {
    this.#orders = orders;
    if (this.#kept !== undefined) {
      orders.wrapUp({ ...this.#kept, withinMs: this.#leftMs });
    }
    return () => {
      if (this.#orders === orders) this.#orders = undefined;
    };
  }

  /** Tells the worker about the call, as soon as it comes and once its id is known; and from then on that this process lives. */
  begun(call: { room: string; jobId: string; callId?: string; identity: string }): void {
    this.#send({ case: CALL_BEGUN, ...call });
    this.#beats ??= setInterval(() => this.#send({ case: CALL_BEAT }), BEAT_EVERY_MS).unref();
  }

  /** Tells the worker that the call is over: this process may be lost now. */
  ended(room: string, outcome: string): void {
    this.#orders = undefined;
    clearInterval(this.#beats);
    this.#send({ case: CALL_ENDED, room, outcome });
  }

  #send(message: FromCall): void {
    if (!this.#orphaned) sendTo(this.#channel, message);
  }

  #received(message: unknown): void {
    if (typeof message === 'object' && message !== null && 'case' in message) {
      // Our own order comes well before it; without one, somebody else has ended the process.
      if (message.case === FRAMEWORK_SHUTDOWN && this.#kept === undefined) {
        this.#wrapUp({ reason: 'worker_stopped', withinMs: CALL.stoppingMs, handover: false });
      }
    }
    const parsed = toCall.safeParse(message);
    if (!parsed.success) return;
    if (parsed.data.case === WRAP_UP) this.#wrapUp(parsed.data);
    else if (parsed.data.case === CLOSING_SOON) this.#orders?.closingSoon(parsed.data.inMs);
    else this.#orders?.shortOfTime(parsed.data.inMs);
  }

  #wrapUp({ reason, withinMs, handover }: WrapUpOrder): void {
    if (withinMs >= this.#leftMs) return;
    this.#kept = { reason, withinMs, handover };
    this.#keptAt = performance.now();
    this.#orders?.wrapUp(this.#kept);
  }

  /** Until the call has to be finished; without an order there is all the time. */
  get #leftMs(): number {
    if (this.#kept === undefined) return Infinity;
    return Math.max(0, this.#kept.withinMs - (performance.now() - this.#keptAt));
  }
}
