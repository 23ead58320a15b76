import type { ClinicProfile } from './clinics.ts';
import { type Database, callFunction } from './database.ts';
import type { CallId, WorkerId } from './ids.ts';

/** The agent participant's attribute that names the worker it belongs to. */
export const WORKER_ATTRIBUTE = 'openhours.worker';

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
}

/** The call's row, and its clinic if there is one. */
export interface OpenedCall {
  call_id: CallId;
  clinic: ClinicProfile | null;
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

/** The calls of a clinic, written as they happen, so that a crash loses at most the turn in progress. */
export class Calls {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Opens the call's row (idempotent by room) and finds its clinic, in one round trip. */
  open(call: ArrivingCall): Promise<OpenedCall> {
    return callFunction<OpenedCall>(this.#db, 'open_call', {
      p_room: call.room,
      p_dialled: call.dialledNumber ?? null,
      p_clinic_slug: call.clinicSlug ?? null,
      p_caller: call.callerNumber ?? null,
      p_worker_id: call.workerId,
    });
  }

  /** Notes that the caller heard the greeting, `greetingMs` after the agent was in the room. */
  answered(id: CallId, greetingMs: number): Promise<void> {
    return callFunction(this.#db, 'answer_call', { p_call_id: id, p_greeting_ms: Math.round(greetingMs) });
  }

  /** Writes a turn, or more of one. */
  recordTurn(id: CallId, index: number, turn: TurnRecord): Promise<void> {
    return callFunction(this.#db, 'record_turn', { p_call_id: id, p_index: index, p_turn: turn });
  }

  /** Writes a tool run. */
  recordToolRun(id: CallId, run: ToolRunRecord): Promise<void> {
    return callFunction(this.#db, 'record_tool_run', {
      p_call_id: id,
      p_turn_index: run.turnIndex,
      p_name: run.name,
      p_arguments: run.arguments,
      p_result: run.result ?? null,
      p_error_code: run.errorCode,
      p_duration_ms: Math.round(run.durationMs),
    });
  }

  /** Closes the call; only the first outcome is kept. Resolves to whether this was it. */
  close(id: CallId, outcome: CallOutcome, reason: string): Promise<boolean> {
    return callFunction<boolean>(this.#db, 'close_call', {
      p_call_id: id,
      p_outcome: outcome,
      p_reason: reason,
    });
  }
}
