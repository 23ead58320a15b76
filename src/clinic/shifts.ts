import { FLEET } from '../config/defaults.ts';
import { type Database, callFunction, databaseError } from './database.ts';
import type { ClinicId, ShiftId, WorkerId } from './ids.ts';

/** The states in table `shifts`; the moves between them are judged in src/lifecycle. */
export type StoredShiftState = 'starting' | 'standby' | 'open' | 'draining' | 'closed' | 'failed';

/** Who wants to work a shift. */
export interface ShiftWorker {
  workerId: WorkerId;
  agentName: string;
  /** The platform's name for this run of the job; undefined off the platform. */
  execution: string | undefined;
}

/** When a shift takes place. Instants are ms since the epoch. */
export interface StoredPlan {
  source: 'hours' | 'by_hand';
  startsAt: number;
  closesAt: number;
  endsAt: number;
  /** From then on the next worker may take the seats; undefined when this one works to closing time. */
  relayAt: number | undefined;
}

/** The right to work a shift. */
export interface BegunShift {
  granted: true;
  shift_id: ShiftId;
  /** Grows with every shift: whoever took a seat later has the higher number. */
  fencing: number;
  /** The clinics of which a seat was free. */
  clinics: ClinicId[];
}

/** Who sits on a seat that was wanted. Instants are ISO 8601. */
export interface SeatHolder {
  worker_id: WorkerId;
  execution: string | null;
  /** Slug. */
  clinic: string;
  since: string;
  relay_at: string | null;
  /** Since the holder's last sign of life, in ms; null when it never gave one. */
  age_ms: number | null;
}

/** No seat was free. */
export interface RefusedShift {
  granted: false;
  /** The earliest relay a holder plans, ISO 8601: try again then. */
  wait_until: string | null;
  holders: SeatHolder[];
}

/** One sign of life. */
export interface Beat extends ShiftWorker {
  state: StoredShiftState;
  activeCalls: number;
  maxCalls: number;
  /** Where the worker's status can be read. */
  url: string | undefined;
  /** Undefined before the shift has begun, and for a worker without one. */
  shift: ShiftKey | undefined;
}

/** Another worker of the same agent name. */
export interface Peer {
  worker_id: WorkerId;
  state: StoredShiftState;
  active_calls: number;
  max_calls: number;
  /** Since its last sign of life, in ms. */
  age_ms: number;
}

/** What a worker learns from its sign of life. */
export interface BeatAnswer {
  /** Somebody asked this worker to stop. */
  stop: boolean;
  /** `relayed`: the next worker has the seats, as planned; `lost`: they ran out or were taken, write nothing more; `none`: holds no shift. */
  lease: 'held' | 'relayed' | 'lost' | 'none';
  /** Those seen in the last ten minutes that are not closed. */
  peers: Peer[];
}

/** Names a shift, and proves that it is still one's own. */
export interface ShiftKey {
  id: ShiftId;
  fencing: number;
}

/** Milliseconds: the median, the slow one in twenty, and of how many. */
export interface Spread {
  p50: number | null;
  p95: number | null;
  n: number;
}

/** What a shift has done. */
export interface ShiftSummary {
  calls: number;
  /** Those of them that the clinic made. Summaries of an earlier version have none. */
  outbound?: number;
  /** Outcome → how many. With `open` these add up to `calls`. */
  outcomes: Record<string, number>;
  /** Calls without an outcome yet. */
  open: number;
  /** Appointments. */
  booked: number;
  turns: number;
  latency: Spread;
  greeting: Spread;
  tools: { runs: number; errors: number };
  /** What agents claimed to have done, how much of it no row bears out, and in how many calls that was looked up by then. */
  claims?: { said: number; mismatches: number; calls: number };
  /** The calls' usage, added up key by key. */
  usage: Record<string, number>;
  /** ISO 8601. */
  from: string;
  to: string;
}

/** The shift of a worker: a lease on a seat at each of its clinics, which signs of life renew. */
export class Shifts {
  readonly #db: Database;
  readonly #leaseMs: number;

  constructor(db: Database, leaseMs: number = FLEET.leaseMs) {
    this.#db = db;
    this.#leaseMs = leaseMs;
  }

  /** Takes a free seat at each clinic; granted when there was one at all. Asked again by the same worker, it gives the shift it has. */
  begin(
    worker: ShiftWorker,
    clinicIds: readonly ClinicId[],
    plan: StoredPlan,
  ): Promise<BegunShift | RefusedShift> {
    return callFunction(this.#db, 'begin_shift', {
      p_worker: workerFields(worker),
      p_clinic_ids: clinicIds,
      p_plan: {
        source: plan.source,
        starts_at: instant(plan.startsAt),
        closes_at: instant(plan.closesAt),
        ends_at: instant(plan.endsAt),
        relay_at: plan.relayAt === undefined ? null : instant(plan.relayAt),
      },
      p_lease_ms: this.#leaseMs,
    });
  }

  /** Says that the worker lives, renews its seats, and learns of the others, in one round trip. */
  beat(beat: Beat): Promise<BeatAnswer> {
    return callFunction<BeatAnswer>(this.#db, 'worker_beat', {
      p_worker: {
        ...workerFields(beat),
        state: beat.state,
        active_calls: beat.activeCalls,
        max_calls: beat.maxCalls,
        url: beat.url ?? null,
        shift_id: beat.shift?.id ?? null,
        fencing: beat.shift?.fencing ?? null,
      },
      p_lease_ms: this.#leaseMs,
    });
  }

  /**
   * Writes the shift's new state.
   * @throws OpenhoursError LEASE_LOST when the seats were lost, STATE_INVALID when the shift is over.
   */
  move(shift: ShiftKey, to: StoredShiftState, reason: string): Promise<void> {
    return callFunction(this.#db, 'move_shift', { ...keyFields(shift), p_to: to, p_reason: reason });
  }

  /** Lets the next worker have the seats from now on, as at a relay that was planned; until one takes them they stay. Nothing for a shift that is over. */
  async offerSeats({ id, fencing }: ShiftKey): Promise<void> {
    const { error, status } = await this.#db
      .from('shifts')
      // By the database's clock, which is what seats go by.
      .update({ relay_at: 'now' })
      .eq('id', id)
      .eq('fencing', fencing)
      .is('ended_at', null);
    if (error !== null) throw databaseError('shifts', error, status);
  }

  /** Has a worker relayed from now on that was to be later. Nothing for one that works until closing time, or whose shift was made by hand or is over. */
  async relayNow(holder: WorkerId): Promise<void> {
    const { error, status } = await this.#db
      .from('shifts')
      .update({ relay_at: 'now' })
      .eq('worker_id', holder)
      .eq('source', 'hours')
      .is('ended_at', null)
      .gt('relay_at', 'now');
    if (error !== null) throw databaseError('shifts', error, status);
  }

  /**
   * Ends the shift: the seats are free, the summary is stored. Asked again it gives the first summary.
   * @throws OpenhoursError LEASE_LOST when the seats were lost.
   */
  finish(shift: ShiftKey, state: 'closed' | 'failed', reason: string): Promise<ShiftSummary> {
    return callFunction<ShiftSummary>(this.#db, 'finish_shift', {
      ...keyFields(shift),
      p_state: state,
      p_reason: reason,
    });
  }
}

const instant = (ms: number): string => new Date(ms).toISOString();
const keyFields = ({ id, fencing }: ShiftKey) => ({ p_shift_id: id, p_fencing: fencing });
const workerFields = ({ workerId, agentName, execution }: ShiftWorker) => ({
  worker_id: workerId,
  agent_name: agentName,
  execution: execution ?? null,
});

/** A worker as the fleet sees it. Instants are ISO 8601. */
export interface FleetWorker extends Peer {
  execution: string | null;
  url: string | null;
  started_at: string;
  beat_at: string;
  stop_requested_at: string | null;
  /** Has missed too many signs of life. */
  dead: boolean;
}

/** A seat that is taken. */
export interface FleetLease {
  /** Slug. */
  clinic: string;
  seat: number;
  worker_id: WorkerId;
  execution: string | null;
  fencing: number;
  /** Negative when it has run out. */
  expires_in_ms: number;
  relay_at: string | null;
}

/** A shift on record. Instants are ISO 8601. */
export interface FleetShift {
  id: ShiftId;
  worker_id: WorkerId;
  execution: string | null;
  clinics: ClinicId[];
  fencing: number;
  state: StoredShiftState;
  source: string;
  starts_at: string;
  closes_at: string;
  ends_at: string;
  relay_at: string | null;
  opened_at: string | null;
  ended_at: string | null;
  reason: string | null;
  summary: ShiftSummary | null;
  created_at: string;
}

/** Everything about an agent name's workers: those of the last day, the seats they hold, and the last ten shifts. */
export interface FleetStatus {
  workers: FleetWorker[];
  leases: FleetLease[];
  shifts: FleetShift[];
}

/** The workers of an agent name, looked at from outside. */
export class Fleet {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Who is there, who holds what, and what has been. */
  status(agentName: string): Promise<FleetStatus> {
    return callFunction<FleetStatus>(this.#db, 'fleet_status', {
      p_agent_name: agentName,
      p_dead_ms: FLEET.deadMs,
    });
  }

  /** Asks a worker to stop; it learns of it with its next sign of life. Resolves to false when no such worker is on record, or it is over. */
  requestStop(workerId: WorkerId): Promise<boolean> {
    return callFunction<boolean>(this.#db, 'request_stop', { p_worker_id: workerId });
  }
}
