import { FLEET, LOOKOUT, RESCUE } from '../config/defaults.ts';
import { BRIEFING } from '../config/desk-defaults.ts';

/**
 * What is to be done about a room: `close_row` where the room is gone and only its row is left; `hang_up` where one of two who were connected
 * is left.
 */
export type Verdict = 'leave' | 'take_over' | 'transfer' | 'call_back' | 'close_row' | 'hang_up';

/** What was done about a call that is without an agent, by us or by whoever claimed it before us; instants on the observer's clock. */
export interface Tried {
  readonly takeOverAt?: number;
  readonly transferAt?: number;
  /** The transfer of `transferAt` has come to nothing. */
  readonly transferFailed?: boolean;
  readonly callBackAt?: number;
  /** The call has its end. */
  readonly settled?: boolean;
}

/** What is known of one room, as {@link judge} wants it. All instants are on the observer's own monotonic clock. */
export interface Facts {
  /** Since when the room is not listed any more; undefined while it is. */
  readonly goneSince: number | undefined;
  /** A caller who has hung up is absent. */
  readonly caller: 'absent' | 'ringing' | 'active';
  /** The agents in the room: a ghost's process is lost, or its worker dead. */
  readonly agents: readonly { readonly ghost: boolean }[];
  /** The caller was connected with somebody at the clinic in this room: both are there, or one. */
  readonly bridge?: 'whole' | 'half' | undefined;
  /** Since when the caller has had no living agent; of a bridge, since when it is half. */
  readonly aloneSince: number | undefined;
  /** The agent is lost for certain, and not just late. */
  readonly certain: boolean;
  /** The call's open row. */
  readonly row: { readonly staffNumber: boolean; readonly lost: boolean } | undefined;
  readonly tried: Tried;
  /** A worker of the fleet is open and has room. */
  readonly takersOpen: boolean;
  /** The database answers. Without it nothing can be written down: a call is only taken over. */
  readonly databaseUp: boolean;
}

/**
 * What to do about a room now. Steps only go up: takeovers, one transfer, the callback. At least one takeover is tried before anything else
 * wherever somebody can take the call; a call with a living agent is left alone.
 */
export function judge(facts: Facts, now: number): Verdict {
  if (facts.goneSince !== undefined) return judgeRow(facts, facts.goneSince, now);
  if (facts.bridge !== undefined) return judgeBridge(facts, now);
  if (facts.caller === 'absent' || facts.aloneSince === undefined) return 'leave';
  if (facts.tried.settled === true || facts.agents.some(({ ghost }) => !ghost)) return 'leave';
  const aloneMs = now - facts.aloneSince;
  const { takeOverAt, transferAt, transferFailed, callBackAt } = facts.tried;
  const passed = (since: number, ms: number) => now - since >= ms;

  if (callBackAt !== undefined) return passed(callBackAt, LOOKOUT.retryMs) ? 'call_back' : 'leave';
  if (transferAt !== undefined)
    return transferFailed === true || passed(transferAt, RESCUE.transferMs) ? 'call_back' : 'leave';

  // A dispatch that is under way is waited for, whatever the time.
  if (takeOverAt !== undefined && !passed(takeOverAt, LOOKOUT.retryMs)) return 'leave';
  if (mayTakeOver(facts, aloneMs)) return 'take_over';
  if (!facts.databaseUp || aloneMs < patienceMs(facts)) return 'leave';
  // A call that rings was never answered: there is nothing to transfer.
  return facts.row?.staffNumber === true && facts.caller === 'active' ? 'transfer' : 'call_back';
}

/** Two who talk with each other need no agent; one who is left would hear nothing for as long as they stay. */
function judgeBridge({ bridge, agents, aloneSince }: Facts, now: number): Verdict {
  if (bridge === 'whole' || agents.some(({ ghost }) => !ghost) || aloneSince === undefined) return 'leave';
  return now - aloneSince >= BRIEFING.halfMs ? 'hang_up' : 'leave';
}

function mayTakeOver({ takersOpen, certain, tried, databaseUp }: Facts, aloneMs: number): boolean {
  if (!takersOpen || (!certain && aloneMs < LOOKOUT.takeOverMs)) return false;
  const inTime = aloneMs + LOOKOUT.retryMs <= LOOKOUT.transferMs;
  return tried.takeOverAt === undefined || inTime || !databaseUp;
}

/** How long somebody may still come. Nobody can when no worker is open; then a late agent is the only hope, unless it is known to be lost. */
function patienceMs({ takersOpen, certain }: Facts): number {
  return certain && !takersOpen ? LOOKOUT.takeOverMs : LOOKOUT.transferMs;
}

function judgeRow({ row, tried, databaseUp }: Facts, goneSince: number, now: number): Verdict {
  // A LiveKit server that was restarted lists its rooms again within 2.4 s, as those in them come back.
  const gone = now - goneSince >= LOOKOUT.takeOverMs;
  return gone && databaseUp && row?.lost === true && tried.settled !== true ? 'close_row' : 'leave';
}

/** What a look at the database says of a call's worker. */
export interface WorkerSign {
  readonly worker_id: string | null;
  /** Null when the worker never gave a sign of life. */
  readonly worker_age_ms: number | null;
  /** Since the call began. */
  readonly seconds: number;
}

/**
 * Which workers are dead. A false alarm takes a call from an agent that is talking: a worker must have been silent in two looks in a row, and
 * looks count only while the database keeps up.
 */
export class DeadWorkers {
  readonly #silent = new Map<string, number>();
  #lastLookAt: number | undefined;

  /** Takes in one look at the database; `trusted` is false when our own sign of life was not taken, so that the others' may not be either. */
  look(signs: readonly WorkerSign[], now: number, trusted: boolean): void {
    const pausedMs = now - (this.#lastLookAt ?? now);
    this.#lastLookAt = now;
    // After a pause of the database, or of this process, the others first need the time to give their sign.
    if (!trusted || pausedMs >= FLEET.deadMs) return this.#silent.clear();
    const silent = new Set(signs.filter(isSilent).map(({ worker_id }) => worker_id ?? ''));
    for (const worker of this.#silent.keys()) if (!silent.has(worker)) this.#silent.delete(worker);
    for (const worker of silent) this.#silent.set(worker, (this.#silent.get(worker) ?? 0) + 1);
  }

  /** The database did not answer: nobody is known to be dead. */
  unknown(): void {
    this.#silent.clear();
  }

  /** True after two looks in a row without a sign of life. A row without a worker (null) is judged like one. */
  isDead(worker: string | null): boolean {
    return (this.#silent.get(worker ?? '') ?? 0) >= 2;
  }
}

function isSilent({ worker_age_ms, seconds }: WorkerSign): boolean {
  // A worker without any sign is one of another version, or one whose first sign is late.
  if (worker_age_ms === null) return seconds * 1_000 > FLEET.leaseMs;
  return worker_age_ms > FLEET.deadMs;
}
