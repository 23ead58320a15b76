import { OUTBOX } from '../config/desk-defaults.ts';
import type { CallKey } from './calls.ts';
import { type Database, callFunction } from './database.ts';
import type { CallId, ClinicId, MessageId, PatientId } from './ids.ts';

/** A text message to send. */
export interface NewMessage {
  /** The same key again is the same message: name what it confirms, such as `booked/<appointment>`. */
  key: string;
  /** E.164. */
  toNumber: string;
  /** 1 to 1,600 characters, Twilio's limit. */
  body: string;
  /** Must be verified in the call, where there is one. */
  patientId?: PatientId;
  /** It is not sent after this; 24 hours from now when left out. */
  expiresAt?: Date;
}

/** What became of a message that was put into the outbox. */
export interface QueuedMessage {
  /** Null where the clinic sends none. */
  message_id: MessageId | null;
  /** False when the key was there before. */
  created: boolean;
  /** `off`: the clinic has no sender, nothing is stored, and nothing may be promised. */
  status: 'waiting' | 'sent' | 'failed' | 'off';
}

/** A message that is this worker's to send. */
export interface TakenMessage {
  message_id: MessageId;
  clinic_id: ClinicId;
  call_id: CallId | null;
  key: string;
  to_number: string;
  /** The clinic's number, messaging service or name. */
  from: string;
  body: string;
  /** 1 for the first. */
  attempt: number;
}

/** What sending came to: `sent` with the provider's id; else why not, without personal data, and whether to try again. */
export type SendResult = { sent: true; providerId: string } | { sent: false; retry: boolean; error: string };

/**
 * Text messages, written with what they confirm and sent afterwards. A message is sent at least once: a worker that is lost between sending
 * and saying so leaves it to the next one.
 */
export class Outbox {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Queues a message of a call.
   * @throws OpenhoursError CALL_TAKEN_OVER, INPUT_INVALID, CLINIC_UNKNOWN; PATIENT_NOT_VERIFIED for another's patient.
   */
  queue(call: CallKey, message: NewMessage): Promise<QueuedMessage> {
    return this.#queue({ p_call_id: call.id, p_epoch: call.epoch, p_clinic_id: null }, message);
  }

  /**
   * Queues a message that belongs to no call, such as a reminder.
   * @throws OpenhoursError INPUT_INVALID, CLINIC_UNKNOWN.
   */
  queueForClinic(clinicId: ClinicId, message: NewMessage): Promise<QueuedMessage> {
    return this.#queue({ p_call_id: null, p_epoch: null, p_clinic_id: clinicId }, message);
  }

  /** Takes the message that has waited longest, for {@link OUTBOX.takenMs}; undefined when none is due. */
  async take(agentName: string, workerId: string): Promise<TakenMessage | undefined> {
    const message = await callFunction<TakenMessage | null>(this.#db, 'take_message', {
      p_agent_name: agentName,
      p_worker_id: workerId,
      p_limit_ms: OUTBOX.takenMs,
    });
    return message ?? undefined;
  }

  /** Writes back what became of it. Resolves to its status; null when it is gone. */
  finish(
    message: TakenMessage,
    workerId: string,
    result: SendResult,
  ): Promise<'waiting' | 'sent' | 'failed' | null> {
    return callFunction(this.#db, 'finish_message', {
      p_message_id: message.message_id,
      p_worker_id: workerId,
      p_outcome: result.sent ? 'sent' : result.retry ? 'retry' : 'failed',
      p_provider_id: result.sent ? result.providerId : null,
      p_error: result.sent ? null : result.error,
      p_retry_ms: OUTBOX.retryMs * 4 ** (message.attempt - 1),
    });
  }

  #queue(owner: Record<string, unknown>, message: NewMessage): Promise<QueuedMessage> {
    return callFunction<QueuedMessage>(this.#db, 'queue_message', {
      ...owner,
      p_key: message.key,
      p_to_number: message.toNumber,
      p_body: message.body,
      p_patient_id: message.patientId ?? null,
      p_expires_at: message.expiresAt?.toISOString() ?? null,
    });
  }
}
