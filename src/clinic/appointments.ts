import { HOLDS } from '../config/desk-defaults.ts';
import type { CallKey } from './calls.ts';
import { type Database, callFunction } from './database.ts';
import type { AppointmentId, CallId, ClinicId, HoldId, PatientId, PractitionerId, ServiceId } from './ids.ts';

/** A time that can be booked. Instants are ISO 8601 with offset. */
export interface FreeSlot {
  practitioner_id: PractitionerId;
  practitioner_name: string;
  starts_at: string;
  ends_at: string;
}

/** What to look for. */
export interface SlotQuery {
  clinicId: ClinicId;
  serviceId: ServiceId;
  from: Date;
  to: Date;
  practitionerId: PractitionerId | undefined;
  limit?: number;
  /** Who asks: what other calls hold is left out, what this one holds is not. */
  callId?: CallId;
}

/** A time to keep while it is confirmed. */
export interface HoldRequest {
  practitionerId: PractitionerId;
  serviceId: ServiceId;
  startsAt: string;
  /** 1 s to 10 min, in whole seconds; {@link HOLDS} has the default. */
  holdMs?: number;
}

/** A time kept for a call. Nobody else can hold or book it until then. */
export interface SlotHold {
  hold_id: HoldId;
  expires_at: string;
}

/** Where these classes read the time, if not from the database's clock: a rehearsal pins it. */
export type Clock = () => Date;

/** The present as an argument of SQL functions; nothing without a clock, so that the database takes its own. */
export const presentOf = (clock: Clock | undefined): { p_now?: string } =>
  clock === undefined ? {} : { p_now: clock().toISOString() };

/** What to book, and for whom. */
export interface BookingRequest {
  callId: CallId;
  /** Of the call: a booking for a call that another worker has taken over is refused. */
  epoch: number;
  /** Makes the booking idempotent within the call: the same id never books twice. */
  requestId: string;
  clinicId: ClinicId;
  practitionerId: PractitionerId;
  serviceId: ServiceId;
  startsAt: string;
  patientName: string;
  patientPhone: string | undefined;
}

/** A booking as it stands in the database. */
export interface BookedAppointment {
  appointment_id: AppointmentId;
  /** False when the same request had booked it before. */
  created: boolean;
  starts_at: string;
  ends_at: string;
  practitioner: string;
  service: string;
  patient_id: PatientId;
  patient_name: string;
}

/** Free times and bookings. The rules live in SQL: hours, closures, overlaps, idempotence. */
export class Appointments {
  readonly #db: Database;
  readonly #clock: Clock | undefined;

  constructor(db: Database, clock?: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** Free slots between two instants, earliest first. */
  findFree(query: SlotQuery): Promise<FreeSlot[]> {
    return callFunction<FreeSlot[]>(this.#db, 'find_free_slots', {
      p_clinic_id: query.clinicId,
      p_service_id: query.serviceId,
      p_from: query.from.toISOString(),
      p_to: query.to.toISOString(),
      p_practitioner_id: query.practitionerId ?? null,
      p_limit: query.limit ?? 100,
      ...(query.callId === undefined ? {} : { p_call_id: query.callId }),
      ...presentOf(this.#clock),
    });
  }

  /**
   * Keeps a time for a call; again is the same hold, for longer. A call has three at most: of the others the one that expires first goes.
   * @throws OpenhoursError SLOT_TAKEN, SLOT_INVALID, CALL_TAKEN_OVER, or STATE_INVALID when the call is over.
   */
  hold(call: CallKey, request: HoldRequest): Promise<SlotHold> {
    return callFunction<SlotHold>(this.#db, 'hold_slot', {
      p_call_id: call.id,
      p_epoch: call.epoch,
      p_practitioner_id: request.practitionerId,
      p_service_id: request.serviceId,
      p_starts_at: request.startsAt,
      p_seconds: Math.round((request.holdMs ?? HOLDS.slotMs) / 1000),
      ...presentOf(this.#clock),
    });
  }

  /**
   * Books, once per call and request id; resolves only after the row is committed.
   * @throws OpenhoursError SLOT_TAKEN, SLOT_INVALID, INPUT_INVALID or CALL_TAKEN_OVER.
   */
  book(request: BookingRequest): Promise<BookedAppointment> {
    return callFunction<BookedAppointment>(this.#db, 'book_appointment', {
      p_call_id: request.callId,
      p_epoch: request.epoch,
      p_request_id: request.requestId,
      p_clinic_id: request.clinicId,
      p_practitioner_id: request.practitionerId,
      p_service_id: request.serviceId,
      p_starts_at: request.startsAt,
      p_patient_name: request.patientName,
      p_patient_phone: request.patientPhone ?? null,
      ...presentOf(this.#clock),
    });
  }
}
