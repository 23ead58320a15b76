import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Database, callFunction, openDatabase } from '../../src/clinic/database.ts';
import type { CallId, ClinicId, PatientId } from '../../src/clinic/ids.ts';
import type { OpenhoursError } from '../../src/errors.ts';
import { type TestDatabase, openTestDatabase } from './test-database.ts';

/** Keeps what was said for 30 days and sends text messages. */
export const CLINIC = 'c4000000-0000-4000-8000-000000000004' as ClinicId;
/** Keeps everything, and sends none. */
export const OTHER = 'c5000000-0000-4000-8000-000000000005' as ClinicId;
const ANNA = 'd4000000-0000-4000-8000-000000000001';
const VISIT = 'e4000000-0000-4000-8000-000000000001';
/** Has a number of her own. */
export const ADA = 'f4000000-0000-4000-8000-000000000001' as PatientId;
/** Shares his number with {@link CLEO}. */
export const BEN = 'f4000000-0000-4000-8000-000000000002' as PatientId;
export const CLEO = 'f4000000-0000-4000-8000-000000000003' as PatientId;
export const ADA_NAME = 'Adaline Quill Invented';
export const ADA_NUMBER = '+4915550177';
export const BEN_NAME = 'Benedikt Madeup';
export const SHARED_NUMBER = '+4915550188';
/** Calls of the clinic, by who was verified in them; `nobody` has only Ada's number, and `other` is the other clinic's. */
export const CALL = {
  ada: 'a4000000-0000-4000-8000-000000000001' as CallId,
  ben: 'a4000000-0000-4000-8000-000000000002' as CallId,
  both: 'a4000000-0000-4000-8000-000000000003' as CallId,
  nobody: 'a4000000-0000-4000-8000-000000000004' as CallId,
  other: 'a4000000-0000-4000-8000-000000000005' as CallId,
} as const;
export const keyOf = (id: CallId) => ({ id, epoch: 1 });
/** When the calls ended. */
export const ENDED = '2026-11-02T09:10:00Z';

const RESET = `
  delete from outbox; delete from tasks; delete from rescues; delete from waiting_list; delete from access_log;
  delete from appointments where clinic_id in ('${CLINIC}', '${OTHER}'); delete from calls;
  delete from patients where clinic_id in ('${CLINIC}', '${OTHER}'); delete from clinics where id in ('${CLINIC}', '${OTHER}');
  insert into clinics (id, slug, name, time_zone, country, agent_name, retain_transcripts_days, sms_from) values
    ('${CLINIC}', 'after', 'After', 'Europe/Berlin', 'DE', 'after', 30, '+4915550100'),
    ('${OTHER}', 'other', 'Other', 'Europe/Berlin', 'DE', 'after', null, null);
  insert into practitioners (id, clinic_id, name) values ('${ANNA}', '${CLINIC}', 'Anna');
  insert into services (id, clinic_id, slug, name, duration_minutes) values ('${VISIT}', '${CLINIC}', 'visit', 'Visit', 30);
  insert into practitioner_services values ('${ANNA}', '${VISIT}');
  insert into patients (id, clinic_id, full_name, phone, date_of_birth) values
    ('${ADA}', '${CLINIC}', '${ADA_NAME}', '${ADA_NUMBER}', '1980-01-01'),
    ('${BEN}', '${CLINIC}', '${BEN_NAME}', '${SHARED_NUMBER}', '2015-01-01'),
    ('${CLEO}', '${CLINIC}', 'Cleo Madeup', '${SHARED_NUMBER}', '2017-01-01');
  insert into calls (id, clinic_id, room, caller_number, started_at, ended_at, outcome)
  select v.id::uuid, v.clinic::uuid, 'call-_' || v.caller || '_' || v.id, v.caller, '2026-11-02T09:00:00Z', '${ENDED}', 'completed' from (values
    ('${CALL.ada}', '${CLINIC}', '${ADA_NUMBER}'), ('${CALL.ben}', '${CLINIC}', '${SHARED_NUMBER}'),
    ('${CALL.both}', '${CLINIC}', '+4915550166'), ('${CALL.nobody}', '${CLINIC}', '${ADA_NUMBER.slice(1)}'),
    ('${CALL.other}', '${OTHER}', '${ADA_NUMBER}')) v(id, clinic, caller);
  insert into call_patients (call_id, patient_id, how, request_id) values
    ('${CALL.ada}', '${ADA}', 'name_and_birth', 'register/${ADA_NAME}'), ('${CALL.ben}', '${BEN}', 'registered', null),
    ('${CALL.both}', '${ADA}', 'code', null), ('${CALL.both}', '${BEN}', 'name_and_birth', null);
`;

/** An appointment of a patient on a day of December 2026, booked in a call. */
export const appointmentSql = (
  id: string,
  patient: PatientId,
  call: CallId,
  day: number,
  more = '',
): string => `
  insert into appointments (id, clinic_id, patient_id, practitioner_id, service_id, starts_at, ends_at, call_id, request_id)
  values ('${id}', '${CLINIC}', '${patient}', '${ANNA}', '${VISIT}', '2026-12-${day}T09:00Z', '2026-12-${day}T09:30Z', '${call}', 'book/${id}');
  ${more}`;
/** An entry of a patient in the waiting list. */
export const waitingSql = (patient: PatientId, call: CallId, request: string): string => `
  insert into waiting_list (clinic_id, patient_id, service_id, from_date, to_date, call_id, request_id)
  values ('${CLINIC}', '${patient}', '${VISIT}', '2026-12-01', '2026-12-31', '${call}', '${request}');`;

/** The code of the error a request fails with; undefined when it does not. */
export const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => undefined,
    (error: unknown) => (error as OpenhoursError).code,
  );

/** A real database with a clinic whose calls are over; as it was at first for each test of the file. */
export function useAfterCallClinic() {
  let database: TestDatabase;
  let db: Database;
  /** Rows of a statement run as the owner of the tables. */
  const sql = (text: string) => database.sql(text);
  beforeAll(async () => {
    database = await openTestDatabase();
    db = openDatabase({ url: database.url, serviceRoleKey: database.serviceRoleKey });
  });
  afterAll(() => database.stop());
  beforeEach(async () => {
    await sql(RESET);
  });
  return {
    sql,
    /** The connection; there from the first test on. */
    db: () => db,
    /** Calls a SQL function over HTTP, as the worker does. */
    ask: <T>(name: string, args: Record<string, unknown>): Promise<T> => callFunction<T>(db, name, args),
  };
}
