import { type Database, callFunction } from './database.ts';
import type { AppointmentId, CallId, ClinicId, PatientId, PractitionerId, ServiceId } from './ids.ts';

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
}

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

  constructor(db: Database) {
    this.#db = db;
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
    });
  }
}
