import type { Usage } from './cost.ts';
import type { BookedAppointment } from './appointments.ts';
import type { ClinicProfile } from './clinics.ts';
import { type Database, callFunction } from './database.ts';
import type { CallId, ShiftId, TaskId, WorkerId } from './ids.ts';

/** The agent participant's attribute that names the worker it belongs to. */
export const WORKER_ATTRIBUTE = 'openhours.worker';
/** … and the one with the worker's shift. */
export const SHIFT_ATTRIBUTE = 'openhours.shift';
/** … and the one that says `by_hand` when the shift does not follow the clinic's hours. */
export const HOURS_ATTRIBUTE = 'openhours.hours';

/** How a call ended. Every call has exactly one. */
export const CALL_OUTCOMES = [
  'completed',
  'booked',
  'transferred',
  'handed_over',
  'callback_owed',
  'abandoned',
  'after_hours',
  'failed',
] as const;
/** One of {@link CALL_OUTCOMES}. */
export type CallOutcome = (typeof CALL_OUTCOMES)[number];

/** What is known of a call when it arrives. */
export interface ArrivingCall {
  room: string;
  /** E.164, or undefined where the caller hides the number. */
  callerNumber: string | undefined;
  dialledNumber: string | undefined;
  /** From the dispatch's metadata. */
  clinicSlug: string | undefined;
  workerId: WorkerId;
  shiftId: ShiftId | undefined;
}

/** Names a call, and proves that it is still one's own: whoever takes it over raises the epoch. */
export interface CallKey {
  readonly id: CallId;
  readonly epoch: number;
}

/** A turn that was on record when the call was taken over. */
export interface StoredTurn {
  index: number;
  caller_text: string | null;
  agent_text: string | null;
  interrupted: boolean;
}

/** Where a call stood when it was taken over. */
export interface ResumedCall {
  /** The last twenty, oldest first. */
  turns: StoredTurn[];
  /** Of the first turn that is not on record. */
  next_index: number;
  /** As {@link Calls.saveState} left it; empty when it was never saved. */
  state: Record<string, unknown>;
  /** Booked in this call, in the order of booking. */
  appointments: BookedAppointment[];
  /** How often the call has changed hands, this time included. */
  handovers: number;
  previous_worker: WorkerId | null;
  /** Whether the caller has heard the greeting. */
  answered: boolean;
}

/** The call's row, and its clinic if there is one. */
export interface OpenedCall {
  call_id: CallId;
  clinic: ClinicProfile | null;
  epoch: number;
  /** The call is over: nothing was changed, there is nothing to take up. */
  closed: boolean;
  /** Null for a new call, and for a closed one. */
  resumed: ResumedCall | null;
  /** Other calls from the same number: in progress, and begun within the last hour. 0 for a hidden number. */
  caller: { active: number; last_hour: number };
}

/** An open call, as the look-out sees it. */
export interface WatchedCall {
  room: string;
  call_id: CallId;
  clinic_slug: string | null;
  staff_number: string | null;
  caller_number: string | null;
  dialled_number: string | null;
  worker_id: WorkerId | null;
  /** Null when the worker never gave a sign of life. */
  worker_state: string | null;
  worker_age_ms: number | null;
  /** ISO 8601. */
  started_at: string;
  answered_at: string | null;
  /** Since the call began. */
  seconds: number;
}

/** A call that is given up by whoever found it without an agent. */
export interface CallGivenUp {
  room: string;
  dialledNumber: string | undefined;
  clinicSlug: string | undefined;
  callerNumber: string | undefined;
  /** Who gives it up: a worker's id, or another name. Stands in the row only when there was none. */
  workerId: string;
  outcome: CallOutcome;
  reason: string;
}

/** How it was on record in the end: a call that was closed before keeps its outcome. */
export interface GivenUpCall {
  call_id: CallId;
  outcome: CallOutcome;
  /** The callback, if one is owed. */
  task_id: TaskId | null;
}

/** Where the milliseconds of a turn went, all from the end of the caller's speech. */
export interface TurnParts {
  endpointingMs?: number;
  recognitionMs?: number;
  languageMs?: number;
  speechMs?: number;
  toolMs?: number;
}

/** One exchange: what the caller said and what they heard. Keys left out keep what is stored. */
export interface TurnRecord {
  caller_text?: string;
  agent_text?: string;
  /** End of the caller's speech → first sound of the answer, in ms, as the worker sees it. */
  latency_ms?: number;
  parts?: TurnParts;
  tool?: string;
  interrupted?: boolean;
}

/** One run of a tool, for the audit. */
export interface ToolRunRecord {
  turnIndex: number;
  name: string;
  arguments: unknown;
  result: unknown;
  errorCode: string | null;
  durationMs: number;
}

/**
 * The calls of a clinic, written as they happen, so that a crash loses at most the turn in progress. Whatever is written under a
 * {@link CallKey} is refused once another worker has taken the call over.
 */
export class Calls {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Opens the call's row and finds its clinic, in one round trip. A room that has an open row is taken over: the epoch is one higher. */
  open(call: ArrivingCall): Promise<OpenedCall> {
    return callFunction<OpenedCall>(this.#db, 'open_call', {
      ...arrivalFields(call),
      p_shift_id: call.shiftId ?? null,
    });
  }

  /**
   * Notes that the caller heard the greeting, `greetingMs` after the agent was in the room.
   * @throws OpenhoursError CALL_TAKEN_OVER, as each method with a key.
   */
  answered(call: CallKey, greetingMs: number): Promise<void> {
    return callFunction(this.#db, 'answer_call', {
      ...keyFields(call),
      p_greeting_ms: Math.round(greetingMs),
    });
  }

  /** Writes a turn, or more of one. */
  recordTurn(call: CallKey, index: number, turn: TurnRecord): Promise<void> {
    return callFunction(this.#db, 'record_turn', { ...keyFields(call), p_index: index, p_turn: turn });
  }

  /** Writes a tool run. */
  recordToolRun(call: CallKey, run: ToolRunRecord): Promise<void> {
    return callFunction(this.#db, 'record_tool_run', {
      ...keyFields(call),
      p_turn_index: run.turnIndex,
      p_name: run.name,
      p_arguments: run.arguments,
      p_result: run.result ?? null,
      p_error_code: run.errorCode,
      p_duration_ms: Math.round(run.durationMs),
    });
  }

  /** Keeps what the next worker needs to go on with the conversation, in place of what was kept before. */
  saveState(call: CallKey, state: Record<string, unknown>): Promise<void> {
    return callFunction(this.#db, 'save_call_state', { ...keyFields(call), p_state: state });
  }

  /** Adds to the call's usage, key by key: give what was used since the last time. */
  recordUsage(call: CallKey, usage: Usage): Promise<void> {
    return callFunction(this.#db, 'record_usage', { ...keyFields(call), p_usage: usage });
  }

  /** Closes the call; only the first outcome is kept. Resolves to whether this was it. */
  close(call: CallKey, outcome: CallOutcome, reason: string): Promise<boolean> {
    return callFunction<boolean>(this.#db, 'close_call', {
      ...keyFields(call),
      p_outcome: outcome,
      p_reason: reason,
    });
  }

  /** The open calls of an agent name's clinics, and those of no clinic, oldest first. */
  watched(agentName: string): Promise<WatchedCall[]> {
    return callFunction<WatchedCall[]>(this.#db, 'watched_calls', { p_agent_name: agentName });
  }

  /** Claims a step of a rescue: true for one of all who try within `retryMs`. */
  claimRescue(room: string, step: string, by: string, retryMs: number): Promise<boolean> {
    return callFunction<boolean>(this.#db, 'claim_rescue', {
      p_room: room,
      p_step: step,
      p_by: by,
      p_retry_ms: Math.round(retryMs),
    });
  }

  /**
   * Closes a call that has no agent, whether it is on record or not; its former agent can write no more. For `callback_owed` the callback is
   * stored, and the outcome is `failed` where the caller's number is not known.
   */
  giveUp(call: CallGivenUp): Promise<GivenUpCall> {
    return callFunction<GivenUpCall>(this.#db, 'give_up_call', {
      ...arrivalFields(call),
      p_outcome: call.outcome,
      p_reason: call.reason,
    });
  }
}

const keyFields = (call: CallKey) => ({ p_call_id: call.id, p_epoch: call.epoch });
const arrivalFields = (call: Omit<ArrivingCall, 'workerId' | 'shiftId'> & { workerId: string }) => ({
  p_room: call.room,
  p_dialled: call.dialledNumber ?? null,
  p_clinic_slug: call.clinicSlug ?? null,
  p_caller: call.callerNumber ?? null,
  p_worker_id: call.workerId,
});
