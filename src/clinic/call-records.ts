import { AFTER_CALL } from '../config/desk-defaults.ts';
import type { CalendarAppointment, CalendarClinic } from './calendar-file.ts';
import type { CallOutcome } from './calls.ts';
import type { Usage } from './cost.ts';
import { type Database, callFunction } from './database.ts';
import type { AppointmentId, CallId, ClinicId, PatientId, WorkerId } from './ids.ts';

/** How a call left an appointment that it changed. */
export interface ChangedAppointment {
  appointment_id: AppointmentId;
  change: 'booked' | 'moved' | 'cancelled';
  patient_id: PatientId;
  /** E.164. */
  patient_phone: string | null;
  /** ISO 8601 with offset. */
  starts_at: string;
  ends_at: string;
  service: string;
  practitioner: string;
}

/** What is needed of the clinic of a call that is over. */
export interface RecordClinic {
  id: ClinicId;
  name: string;
  /** IANA. */
  time_zone: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  language: string;
  redact_transcripts: boolean;
  sends_messages: boolean;
  /** Where the clinic is called, E.164. */
  number: string | null;
  /** Names. */
  practitioners: string[];
}

/** One turn as it is stored. */
export interface RecordTurn {
  index: number;
  caller_text: string | null;
  agent_text: string | null;
}

/** A call that is over, with all that its record is made from. */
export interface EndedCall {
  call_id: CallId;
  epoch: number;
  /** 1 for the first worker that began with it. */
  attempt: number;
  /** What was said in it has been compared with what is stored, and confirmations are in the outbox. */
  audited: boolean;
  /** What was said in it has been deleted. */
  purged: boolean;
  /** As the trunk gave it. */
  caller_number: string | null;
  outcome: CallOutcome;
  reason: string | null;
  /** Of the call, as it was noted. */
  language: string | null;
  /** ISO 8601. */
  ended_at: string;
  usage: Usage;
  clinic: RecordClinic;
  /** Full names of the patients it verified. */
  patients: string[];
  appointments: ChangedAppointment[];
  turns: RecordTurn[];
}

/** How far a record is. `retryMs`: it is taken up again after so long. */
export type RecordProgress = { audited: true } | { done: true } | { retryMs: number };

/** The calls that are over and have no record yet. A worker that is lost with one leaves it to the next. */
export class CallRecords {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Takes the call that has been over for longest, for {@link AFTER_CALL.takenMs}; undefined when none is left. */
  async take(agentName: string, workerId: WorkerId): Promise<EndedCall | undefined> {
    const call = await callFunction<EndedCall | null>(this.#db, 'take_call_record', {
      p_agent_name: agentName,
      p_worker_id: workerId,
      p_limit_ms: AFTER_CALL.takenMs,
    });
    return call ?? undefined;
  }

  /** Notes how far it is. Resolves to false when it is another worker's by now. */
  note(callId: CallId, workerId: WorkerId, progress: RecordProgress): Promise<boolean> {
    return callFunction<boolean>(this.#db, 'note_call_record', {
      p_call_id: callId,
      p_worker_id: workerId,
      p_audited: 'audited' in progress,
      p_done: 'done' in progress,
      p_retry_ms: 'retryMs' in progress ? Math.round(progress.retryMs) : null,
    });
  }
}

/** An appointment and its clinic, with nothing of the patient; undefined when there is none of that id. */
export async function findCalendarAppointment(
  db: Database,
  id: string,
): Promise<{ appointment: CalendarAppointment; clinic: CalendarClinic } | undefined> {
  const found = await callFunction<{
    appointment: CalendarAppointment;
    clinic: Omit<CalendarClinic, 'phone'> & { phone: string | null };
  } | null>(db, 'calendar_appointment', { p_appointment_id: id });
  if (found === null) return undefined;
  const { phone, ...clinic } = found.clinic;
  return { appointment: found.appointment, clinic: phone === null ? clinic : { ...clinic, phone } };
}
