import { DIALLING, OUTBOUND } from '../config/desk-defaults.ts';
import type { CallKey, CallOutcome } from './calls.ts';
import { type Database, callFunction, databaseError } from './database.ts';
import type { CallId, ClinicId, PatientId, TaskId } from './ids.ts';

/** The callee's attribute that names the task of the call … */
export const TASK_ATTRIBUTE = 'openhours.task';
/** … and the one with the worker that dials it. */
export const DIALLER_ATTRIBUTE = 'openhours.dialler';

/** Rooms of calls that the clinic makes begin like this: `outbound-<task>-<attempt>`. */
export const OUTBOUND_ROOM = 'outbound-';

/** Something the clinic is to do for a caller. */
export interface MessageRecord {
  kind: 'message' | 'callback';
  body: Record<string, unknown>;
  /** A higher one comes first; 0 when left out. */
  priority?: number;
}

/** How a call ended that was to end with a promise. */
export interface OwedCallback {
  /** Null when nobody can be called back, because the number is not known. */
  task_id: TaskId | null;
  outcome: CallOutcome;
}

/** A call to make. */
export interface NewTask {
  clinicId: ClinicId;
  kind: 'callback' | 'reminder' | 'call';
  /** E.164; left out, the patient's number is dialled. */
  toNumber?: string;
  patientId?: PatientId;
  /** What whoever makes the call has to know. */
  body?: Record<string, unknown>;
  /** A higher one comes first; 0 when left out. */
  priority?: number;
  earliestAt?: Date;
  latestAt?: Date;
  /** 1 to 20; 3 when left out. */
  maxAttempts?: number;
  /** Of the clinic: the same key again is the same task. */
  key?: string;
}

/** A call that is this worker's to make until `taken_until`. Instants are ISO 8601. */
export interface TakenTask {
  task_id: TaskId;
  clinic_id: ClinicId;
  clinic_slug: string;
  kind: NewTask['kind'];
  priority: number;
  body: Record<string, unknown>;
  /** As it is stored: E.164, or what a trunk wrote for a caller. */
  number: string;
  /** The call in which it was promised. */
  call_id: CallId | null;
  patient_id: PatientId | null;
  /** 1 for the first. */
  attempt: number;
  max_attempts: number;
  latest_at: string | null;
  taken_until: string;
}

/** What whoever makes a call is told of its task. */
export interface TaskBrief {
  kind: NewTask['kind'];
  /** What they have to know; only for the person it is about. */
  note: string | undefined;
  /** The patient it is about, where that is known. */
  patientId: PatientId | undefined;
}

/** What came of dialling. `machine` is an answering machine, `caller_left` somebody who hung up before the purpose was served. */
export const TASK_OUTCOMES = ['completed', 'busy', 'no_answer', 'failed', 'machine', 'caller_left'] as const;
/** One of {@link TASK_OUTCOMES}. */
export type TaskOutcome = (typeof TASK_OUTCOMES)[number];

/** Where a task stands after an attempt. */
export interface FinishedTask {
  status: 'open' | 'done' | 'cancelled' | 'failed';
  /** ISO 8601; null when it is not tried again. */
  next_at: string | null;
  attempts: number;
}

/** What the clinic owes its callers. */
export class Tasks {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Stores a message or a callback for the front desk. The same message twice is one, and so are a call's callbacks (the later body is merged in).
   * @throws OpenhoursError CALL_TAKEN_OVER when the call is another worker's, CLINIC_UNKNOWN when it has no clinic.
   */
  leaveMessage(call: CallKey, message: MessageRecord): Promise<TaskId> {
    return callFunction<TaskId>(this.#db, 'leave_message', {
      p_call_id: call.id,
      p_epoch: call.epoch,
      p_kind: message.kind,
      p_body: message.body,
      p_priority: message.priority ?? 0,
    });
  }

  /**
   * Stores a callback and closes the call with `callback_owed`, or with `failed` when the caller's number is hidden and the body has no
   * `callback_number`. A call that is closed stays as it is; its outcome is given.
   * @throws OpenhoursError CALL_TAKEN_OVER when the call is another worker's.
   */
  oweCallback(call: CallKey, reason: string, body: Record<string, unknown> = {}): Promise<OwedCallback> {
    return callFunction<OwedCallback>(this.#db, 'owe_callback', {
      p_call_id: call.id,
      p_epoch: call.epoch,
      p_reason: reason,
      p_body: body,
    });
  }

  /**
   * Adds a call to make.
   * @throws OpenhoursError INPUT_INVALID for a number, a window or a patient that cannot be, CLINIC_UNKNOWN.
   */
  add(task: NewTask): Promise<{ task_id: TaskId; created: boolean }> {
    return callFunction(this.#db, 'add_task', {
      p_clinic_id: task.clinicId,
      p_kind: task.kind,
      p_to_number: task.toNumber ?? null,
      p_body: task.body ?? {},
      p_priority: task.priority ?? 0,
      p_earliest_at: task.earliestAt?.toISOString() ?? null,
      p_latest_at: task.latestAt?.toISOString() ?? null,
      p_max_attempts: task.maxAttempts ?? OUTBOUND.attempts,
      p_patient_id: task.patientId ?? null,
      p_key: task.key ?? null,
    });
  }

  /**
   * Takes the call that is due first: the highest priority, then the earliest. Each is one worker's, for {@link OUTBOUND.takenMs}; a worker
   * that is lost meanwhile has used up the attempt. With `clinicIds` only calls of these clinics. Undefined when none is due.
   */
  async take(
    agentName: string,
    workerId: string,
    clinicIds?: readonly ClinicId[],
  ): Promise<TakenTask | undefined> {
    const task = await callFunction<TakenTask | null>(this.#db, 'take_task', {
      p_agent_name: agentName,
      p_worker_id: workerId,
      p_limit_ms: OUTBOUND.takenMs,
      p_clinic_ids: clinicIds ?? null,
    });
    return task ?? undefined;
  }

  /** The oldest open callbacks of these clinics, and since when each is owed (ms since the epoch). @throws OpenhoursError of the database. */
  async owedCallbacks(
    clinicIds: readonly ClinicId[],
    limit: number,
  ): Promise<{ clinicId: ClinicId; sinceMs: number }[]> {
    const { data, error, status } = await this.#db
      .from('tasks')
      .select('clinic_id, created_at')
      .eq('kind', 'callback')
      .eq('status', 'open')
      .in('clinic_id', [...clinicIds])
      .order('created_at')
      .limit(limit)
      .overrideTypes<{ clinic_id: ClinicId; created_at: string }[], { merge: false }>();
    if (error !== null) throw databaseError('tasks', error, status);
    return data.map(({ clinic_id, created_at }) => ({
      clinicId: clinic_id,
      sinceMs: Date.parse(created_at),
    }));
  }

  /** What a task is about; undefined when there is none of that id, or it is no call to make. @throws OpenhoursError of the database. */
  async findBrief(taskId: TaskId): Promise<TaskBrief | undefined> {
    const { data, error, status } = await this.#db
      .from('tasks')
      .select('kind, body, patient_id')
      .eq('id', taskId)
      .in('kind', ['callback', 'reminder', 'call'])
      .maybeSingle<{ kind: NewTask['kind']; body: Record<string, unknown>; patient_id: PatientId | null }>();
    if (error !== null) throw databaseError('tasks', error, status);
    if (data === null) return undefined;
    return { kind: data.kind, note: noteOf(data.body), patientId: data.patient_id ?? undefined };
  }

  /**
   * Writes back what came of a call. All but `completed` is tried again later ({@link OUTBOUND.retryMs}), while attempts and time are left.
   * @throws OpenhoursError STATE_INVALID when another worker has the task, or it does not exist.
   */
  finish(
    taskId: TaskId,
    workerId: string,
    outcome: TaskOutcome,
    result: Record<string, unknown> = {},
  ): Promise<FinishedTask> {
    return callFunction<FinishedTask>(this.#db, 'finish_task', {
      p_task_id: taskId,
      p_worker_id: workerId,
      p_outcome: outcome,
      p_result: result,
      p_retry_ms: outcome === 'completed' ? null : OUTBOUND.retryMs[outcome],
    });
  }

  /** The front desk has done a task, or cancels it. Resolves to whether it was still open (or failed). */
  close(taskId: TaskId, status: 'done' | 'cancelled', result?: Record<string, unknown>): Promise<boolean> {
    return callFunction<boolean>(this.#db, 'close_task', {
      p_task_id: taskId,
      p_status: status,
      p_result: result ?? null,
    });
  }
}

/** What a person has written into the task: the note of whoever added it, or the message of a caller. */
function noteOf(body: Record<string, unknown>): string | undefined {
  const texts = [body['note'], body['message']].filter(
    (text): text is string => typeof text === 'string' && text.trim() !== '',
  );
  return texts.length === 0 ? undefined : texts.join(' ').slice(0, DIALLING.noteChars);
}
