import type { DateTime } from 'luxon';
import type { CallKey } from './calls.ts';
import { type Database, callFunction } from './database.ts';
import type { PatientId } from './ids.ts';

/** A patient whom a call has verified. */
export interface KnownPatient {
  patient_id: PatientId;
  full_name: string;
}

/** The caller has proved who the patient is. */
export interface Verified extends KnownPatient {
  verified: true;
}

/** The caller has not: the same answer whether or not the clinic has such a patient. */
export interface NotVerified {
  verified: false;
  /** Wrong answers that the call has left. */
  attempts_left: number;
  /** No answer helps any more: a message for the front desk. */
  locked: boolean;
  /** Several patients have that name and birth date, and the telephone number on record tells them apart. */
  need?: 'phone';
}

/** What came of a try to say who is calling. */
export type Identification = Verified | NotVerified;

/** Who somebody says to be. */
export interface PatientClaim {
  fullName: string;
  /** Its day counts; hours and zone do not. */
  dateOfBirth: DateTime;
  /** E.164. */
  phone?: string | undefined;
}

/** A patient who was registered, or was on record already. */
export interface Registration extends KnownPatient {
  /** False for a patient who was there before, and for a request that comes again. */
  created: boolean;
}

/** Patients, as calls get to know them. What a call has not verified, the database neither tells nor changes. */
export class Patients {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Verifies by name and birth date. The third wrong answer of a call locks it.
   * @throws OpenhoursError CALL_TAKEN_OVER when the call is another worker's.
   */
  identify(call: CallKey, claim: PatientClaim): Promise<Identification> {
    return callFunction<Identification>(this.#db, 'identify_patient', { ...keyOf(call), ...claimOf(claim) });
  }

  /**
   * Verifies by the code that is keyed in; only patients with the caller's number have one to match. Wrong codes count as wrong answers.
   * @throws OpenhoursError CALL_TAKEN_OVER when the call is another worker's.
   */
  identifyByCode(call: CallKey, code: string): Promise<Identification> {
    return callFunction<Identification>(this.#db, 'identify_by_code', { ...keyOf(call), p_code: code });
  }

  /**
   * Registers a new patient, who is verified for the call; once per call and request id. Somebody on record with that name and birth
   * date is that patient, and stays as on record.
   * @throws OpenhoursError INPUT_INVALID for a name, birth date or number that cannot be, or a request id that was another patient's;
   * IDENTITY_LOCKED after three wrong answers; CALL_TAKEN_OVER; CLINIC_UNKNOWN for a call of no clinic.
   */
  register(call: CallKey, requestId: string, claim: PatientClaim): Promise<Registration> {
    return callFunction<Registration>(this.#db, 'register_patient', {
      ...keyOf(call),
      p_request_id: requestId,
      ...claimOf(claim),
    });
  }

  /**
   * The patients the call has verified, in that order; whoever takes the call over has them too.
   * @throws OpenhoursError CALL_TAKEN_OVER when the call is another worker's.
   */
  verified(call: CallKey): Promise<KnownPatient[]> {
    return callFunction<KnownPatient[]>(this.#db, 'call_patient_list', keyOf(call));
  }

  /**
   * Gives a patient the code to key in, 4 to 8 digits, in place of an earlier one. For the front desk; no call does this.
   * @throws OpenhoursError INPUT_INVALID for another code, or no such patient.
   */
  async setCode(patient: PatientId, code: string): Promise<void> {
    await callFunction<null>(this.#db, 'set_patient_code', { p_patient_id: patient, p_code: code });
  }
}

const keyOf = (call: CallKey) => ({ p_call_id: call.id, p_epoch: call.epoch });

const claimOf = ({ fullName, dateOfBirth, phone }: PatientClaim) => ({
  p_name: fullName,
  p_date_of_birth: dateOfBirth.toISODate(),
  p_phone: phone ?? null,
});
