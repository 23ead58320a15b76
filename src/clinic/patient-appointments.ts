import { type BookedAppointment, type Clock, presentOf } from './appointments.ts';
import type { CallKey } from './calls.ts';
import { type Database, callFunction } from './database.ts';
import type { AppointmentId, PatientId, PractitionerId, ServiceId, WaitingId } from './ids.ts';

/** An appointment as it stands, to be read back. `created` is whether this very request made it so. */
export interface AppointmentReceipt extends BookedAppointment {
  status: 'booked' | 'cancelled';
  practitioner_id: PractitionerId;
  service_id: ServiceId;
}

/** The new appointment, and which one it took the place of. */
export interface MovedAppointment extends AppointmentReceipt {
  moved_from: AppointmentId;
}

/** What to book for a patient whom the call has verified. */
export interface PatientBooking {
  /** Makes the request idempotent within the call. */
  requestId: string;
  patientId: PatientId;
  practitionerId: PractitionerId;
  serviceId: ServiceId;
  startsAt: string;
}

/** Where to move an appointment; the service stays. */
export interface AppointmentMove {
  /** Makes the request idempotent within the call. */
  requestId: string;
  appointmentId: AppointmentId;
  /** Undefined: the same one. */
  practitionerId: PractitionerId | undefined;
  /** May overlap the appointment's own time. */
  startsAt: string;
}

/** The parts of a day somebody may wait for. */
export const PARTS_OF_DAY = ['any', 'morning', 'afternoon', 'evening'] as const;
/** One of {@link PARTS_OF_DAY}. */
export type PartOfDay = (typeof PARTS_OF_DAY)[number];

/** A time that somebody would take if it became free. */
export interface WaitingWish {
  /** Makes the request idempotent within the call. */
  requestId: string;
  patientId: PatientId;
  serviceId: ServiceId;
  /** Undefined: anybody who offers the service. */
  practitionerId: PractitionerId | undefined;
  /** ISO dates at the clinic, both included. Undefined: from today, and as far ahead as the clinic books. */
  from: string | undefined;
  to: string | undefined;
  partOfDay: PartOfDay;
}

/** An entry of the waiting list. */
export interface WaitingEntry {
  waiting_id: WaitingId;
  /** False when the same wish was on the list already. */
  created: boolean;
}

/**
 * The appointments of patients whom a call has verified. Whatever id is given, the database decides whose it is: each method
 * throws OpenhoursError PATIENT_NOT_VERIFIED for a patient this call has not verified, for an appointment of such a patient, and for one
 * that does not exist; and CALL_TAKEN_OVER when the call is another worker's.
 */
export class PatientAppointments {
  readonly #db: Database;
  readonly #clock: Clock | undefined;

  constructor(db: Database, clock?: Clock) {
    this.#db = db;
    this.#clock = clock;
  }

  /** What is booked and still to come, earliest first. */
  list(call: CallKey, patientId: PatientId): Promise<AppointmentReceipt[]> {
    return this.#call<AppointmentReceipt[]>('patient_appointments', call, { p_patient_id: patientId });
  }

  /**
   * Books, once per call and request id, and uses up the call's hold; resolves only after the row is committed.
   * @throws OpenhoursError SLOT_TAKEN, SLOT_INVALID or INPUT_INVALID besides those of the class.
   */
  book(call: CallKey, booking: PatientBooking): Promise<AppointmentReceipt> {
    return this.#call<AppointmentReceipt>('book_for_patient', call, {
      p_request_id: booking.requestId,
      p_patient_id: booking.patientId,
      p_practitioner_id: booking.practitionerId,
      p_service_id: booking.serviceId,
      p_starts_at: booking.startsAt,
    });
  }

  /**
   * Moves an appointment, once per call and request id: the old one is cancelled and the new one booked, or neither.
   * @throws OpenhoursError SLOT_TAKEN, SLOT_INVALID, INPUT_INVALID, APPOINTMENT_PAST, or APPOINTMENT_CHANGED when it was cancelled or moved
   * before, besides those of the class.
   */
  reschedule(call: CallKey, move: AppointmentMove): Promise<MovedAppointment> {
    return this.#call<MovedAppointment>('reschedule_appointment', call, {
      p_request_id: move.requestId,
      p_appointment_id: move.appointmentId,
      p_practitioner_id: move.practitionerId ?? null,
      p_starts_at: move.startsAt,
    });
  }

  /**
   * Cancels. One that is cancelled already stays so, and `created` is false.
   * @throws OpenhoursError APPOINTMENT_PAST, INPUT_INVALID, or APPOINTMENT_CHANGED when it was moved, because its successor stands; besides
   * those of the class.
   */
  cancel(call: CallKey, requestId: string, appointmentId: AppointmentId): Promise<AppointmentReceipt> {
    return this.#call<AppointmentReceipt>('cancel_appointment', call, {
      p_request_id: requestId,
      p_appointment_id: appointmentId,
    });
  }

  /**
   * Puts a patient on the waiting list. The same wish is one entry as long as it is open.
   * @throws OpenhoursError SLOT_INVALID for a service or practitioner the clinic does not offer, INPUT_INVALID for days that are past, turned
   * round or beyond two years; besides those of the class.
   */
  joinWaitingList(call: CallKey, wish: WaitingWish): Promise<WaitingEntry> {
    return this.#call<WaitingEntry>('join_waiting_list', call, {
      p_request_id: wish.requestId,
      p_patient_id: wish.patientId,
      p_service_id: wish.serviceId,
      p_practitioner_id: wish.practitionerId ?? null,
      p_from: wish.from ?? null,
      p_to: wish.to ?? null,
      p_part_of_day: wish.partOfDay,
    });
  }

  #call<T>(name: string, call: CallKey, args: Record<string, unknown>): Promise<T> {
    return callFunction<T>(this.#db, name, {
      p_call_id: call.id,
      p_epoch: call.epoch,
      ...args,
      ...presentOf(this.#clock),
    });
  }
}
