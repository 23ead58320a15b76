import type { FreeSlot } from '../../src/clinic/appointments.ts';
import type { PractitionerId } from '../../src/clinic/ids.ts';
import { DR_A, DR_B, makeClinic } from './clinic.ts';
import { type SqlFunction, SqlFailure } from './database.ts';

/** A patient on record. */
export interface PatientRow {
  patient_id: string;
  full_name: string;
  date_of_birth: string;
  phone: string | null;
}

/** An appointment on record. */
export interface DiaryRow {
  appointment_id: string;
  patient_id: string;
  practitioner_id: string;
  service_id: string;
  starts_at: string;
  ends_at: string;
  status: 'booked' | 'cancelled';
  request_id: string;
}

/** What the played functions work on. */
export interface Diary {
  free: FreeSlot[];
  patients: PatientRow[];
  appointments: DiaryRow[];
}

type Args = Record<string, unknown>;

/** The rules of the database that the tools rely on, as the SQL functions have them: who is verified, what is free, once per request. */
export function diaryFunctions(diary: Diary): Record<string, SqlFunction> {
  const verified = new Set<string>();
  return {
    ...identityFunctions(diary, verified),
    ...bookFunctions(diary),
    ...changeFunctions(diary, verified),
  };
}

/** As `require_patient`. */
function requirePatient(verified: ReadonlySet<string>, id: unknown): void {
  if (!verified.has(String(id))) throw new SqlFailure('patient_not_verified', 403);
}

function identityFunctions({ patients }: Diary, verified: Set<string>): Record<string, SqlFunction> {
  let failures = 0;
  const refused = () => ({
    verified: false,
    attempts_left: Math.max(3 - failures, 0),
    locked: failures >= 3,
  });
  const named = ({ p_name, p_date_of_birth }: Args) =>
    patients.filter(
      (row) =>
        row.full_name.toLowerCase() === String(p_name).toLowerCase() && row.date_of_birth === p_date_of_birth,
    );
  return {
    identify_patient: (args) => {
      if (failures >= 3) return refused();
      const found = named(args);
      const [one] = found.length > 1 ? found.filter(({ phone }) => phone === args.p_phone) : found;
      if (one !== undefined) {
        verified.add(one.patient_id);
        return { verified: true, patient_id: one.patient_id, full_name: one.full_name };
      }
      if (found.length > 1 && args.p_phone === null) return { ...refused(), need: 'phone' };
      failures += 1;
      return refused();
    },
    register_patient: (args) => {
      if (failures >= 3) throw new SqlFailure('identity_locked', 403);
      const before = named(args)[0];
      const row = before ?? {
        patient_id: `patient-${patients.length + 1}`,
        full_name: String(args.p_name),
        date_of_birth: String(args.p_date_of_birth),
        phone: args.p_phone as string | null,
      };
      if (before === undefined) patients.push(row);
      verified.add(row.patient_id);
      return { patient_id: row.patient_id, created: before === undefined, full_name: row.full_name };
    },
    call_patient_list: () =>
      [...verified].map((id) => ({
        patient_id: id,
        full_name: patients.find(({ patient_id }) => patient_id === id)?.full_name,
      })),
    join_waiting_list: ({ p_patient_id }) => {
      requirePatient(verified, p_patient_id);
      return { waiting_id: 'waiting-1', created: true };
    },
    leave_message: () => 'task-1',
  };
}

function bookFunctions({ free }: Diary): Record<string, SqlFunction> {
  return {
    find_free_slots: ({ p_from, p_to, p_practitioner_id }) =>
      free.filter((slot) => {
        const starts = Date.parse(slot.starts_at);
        const wanted = p_practitioner_id === null || p_practitioner_id === slot.practitioner_id;
        return wanted && starts >= Date.parse(String(p_from)) && starts <= Date.parse(String(p_to));
      }),
    hold_slot: (args) => {
      if (!free.some((slot) => isSlot(slot, args))) throw new SqlFailure('slot_taken', 409);
      return { hold_id: 'hold-1', expires_at: args.p_starts_at };
    },
  };
}

const isSlot = (slot: FreeSlot, args: Args) =>
  slot.starts_at === args.p_starts_at && slot.practitioner_id === args.p_practitioner_id;

/** Takes a free time away and writes the appointment down. */
function place(
  { free, appointments }: Diary,
  args: Args,
  of: Pick<DiaryRow, 'patient_id' | 'service_id'>,
): DiaryRow {
  const index = free.findIndex((slot) => isSlot(slot, args));
  const [slot] = index < 0 ? [] : free.splice(index, 1);
  if (slot === undefined) throw new SqlFailure('slot_taken', 409);
  const row: DiaryRow = {
    patient_id: of.patient_id,
    service_id: of.service_id,
    appointment_id: `appointment-${appointments.length + 1}`,
    practitioner_id: slot.practitioner_id,
    starts_at: slot.starts_at,
    ends_at: slot.ends_at,
    status: 'booked',
    request_id: String(args.p_request_id),
  };
  appointments.push(row);
  return row;
}

/** Cancels an appointment, whose time is free then. */
function release({ free }: Diary, row: DiaryRow): void {
  row.status = 'cancelled';
  const { name } = [DR_A, DR_B].find(({ id }) => id === row.practitioner_id) ?? DR_A;
  free.push({
    practitioner_id: row.practitioner_id as PractitionerId,
    practitioner_name: name,
    starts_at: row.starts_at,
    ends_at: row.ends_at,
  });
}

function changeFunctions(diary: Diary, verified: ReadonlySet<string>): Record<string, SqlFunction> {
  const { appointments } = diary;
  const owned = (id: unknown): DiaryRow => {
    const row = appointments.find(({ appointment_id }) => appointment_id === id);
    requirePatient(verified, row?.patient_id);
    return row as DiaryRow;
  };
  const ofRequest = (args: Args) => appointments.find(({ request_id }) => request_id === args.p_request_id);
  return {
    patient_appointments: ({ p_patient_id }) => {
      requirePatient(verified, p_patient_id);
      return appointments
        .filter(({ patient_id, status }) => patient_id === p_patient_id && status === 'booked')
        .sort((a, b) => a.starts_at.localeCompare(b.starts_at))
        .map((row) => receipt(diary, row, false));
    },
    book_for_patient: (args) => {
      requirePatient(verified, args.p_patient_id);
      const before = ofRequest(args);
      const of = { patient_id: String(args.p_patient_id), service_id: String(args.p_service_id) };
      return receipt(diary, before ?? place(diary, args, of), before === undefined);
    },
    reschedule_appointment: (args) => {
      const old = owned(args.p_appointment_id);
      const before = ofRequest(args);
      if (before === undefined && old.status === 'cancelled')
        throw new SqlFailure('appointment_cancelled', 409);
      const row = before ?? place(diary, args, old);
      if (before === undefined) release(diary, old);
      return { ...receipt(diary, row, before === undefined), moved_from: args.p_appointment_id };
    },
    cancel_appointment: (args) => {
      const row = owned(args.p_appointment_id);
      const created = row.status === 'booked';
      if (created) release(diary, row);
      return receipt(diary, row, created);
    },
  };
}

/** As `appointment_receipt`. */
function receipt({ patients }: Diary, row: DiaryRow, created: boolean): Record<string, unknown> {
  const { appointment_id, status, starts_at, ends_at, practitioner_id, service_id, patient_id } = row;
  return {
    appointment_id,
    created,
    status,
    starts_at,
    ends_at,
    practitioner_id,
    practitioner: [DR_A, DR_B].find(({ id }) => id === practitioner_id)?.name,
    service_id,
    service: makeClinic().services.find(({ id }) => id === service_id)?.name,
    patient_id,
    patient_name: patients.find((patient) => patient.patient_id === patient_id)?.full_name,
  };
}
