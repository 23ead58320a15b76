import type { CallKey, CallOutcome } from './calls.ts';
import { type Database, callFunction } from './database.ts';
import type { TaskId } from './ids.ts';

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
}
