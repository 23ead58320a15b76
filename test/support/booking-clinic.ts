import { Appointments } from '../../src/clinic/appointments.ts';
import type { CallKey } from '../../src/clinic/calls.ts';
import { type Database, openDatabase } from '../../src/clinic/database.ts';
import type {
  AppointmentId,
  CallId,
  ClinicId,
  PatientId,
  PractitionerId,
  ServiceId,
} from '../../src/clinic/ids.ts';
import { PatientAppointments } from '../../src/clinic/patient-appointments.ts';
import { withSqlClient } from '../../src/local/sql-client.ts';
import { type TestDatabase, openTestDatabase } from './test-database.ts';

/** Of the clinic of {@link startBookingClinic}. */
export const CLINIC = 'c3000000-0000-4000-8000-000000000003' as ClinicId;
export const ANNA = 'd3000000-0000-4000-8000-000000000001' as PractitionerId;
export const BERT = 'd3000000-0000-4000-8000-000000000002' as PractitionerId;
/** 30 minutes. */
export const VISIT = 'e3000000-0000-4000-8000-000000000001' as ServiceId;
/** 30 minutes, and 15 to tidy up. */
export const CLEANING = 'e3000000-0000-4000-8000-000000000002' as ServiceId;
/** 90 minutes, to be booked a day ahead. Anna's alone. */
export const SURGERY = 'e3000000-0000-4000-8000-000000000003' as ServiceId;
/** 15 minutes, at once. */
export const URGENT = 'e3000000-0000-4000-8000-000000000004' as ServiceId;
/** A mother and her son, verified in the first call; the second has only her, the third only him. */
export const ADA = 'f3000000-0000-4000-8000-000000000001' as PatientId;
export const BEN = 'f3000000-0000-4000-8000-000000000002' as PatientId;
/** Verified in no call. */
export const EVE = 'f3000000-0000-4000-8000-000000000003' as PatientId;
export const CALLS = [1, 2, 3].map((n) => ({
  id: `a3000000-0000-4000-8000-00000000000${n}` as CallId,
  epoch: 1,
})) as [CallKey, CallKey, CallKey];

/** The sample clinic of supabase/seed.sql, and a call to it that has verified its patient. */
export const ELSEWHERE = {
  call: { id: 'a3000000-0000-4000-8000-000000000009' as CallId, epoch: 1 },
  patient: 'f1000000-0000-4000-8000-000000000001' as PatientId,
  practitioner: 'd1000000-0000-4000-8000-000000000001' as PractitionerId,
  service: 'e1000000-0000-4000-8000-000000000001' as ServiceId,
};

/** A Monday in winter, when Berlin is UTC+1, and the day before at noon, which is now. Monday is open from 08:00 to 10:00 and from 14:00 to 15:00. */
export const MONDAY = '2026-11-30';
export const NOW = '2026-11-29T12:00:00Z';
/** An instant of that Monday by the clinic's clock. */
export const at = (time: string) => `${MONDAY}T${time}:00+01:00`;

const RESET = `
  delete from waiting_list; delete from appointments where call_id is not null or clinic_id = '${CLINIC}'; delete from calls;
  delete from patients where clinic_id = '${CLINIC}'; delete from clinics where id = '${CLINIC}';
  insert into clinics (id, slug, name, time_zone, country) values ('${CLINIC}', 'berlin', 'Berlin', 'Europe/Berlin', 'DE');
  insert into clinic_hours values
    ('${CLINIC}', 1, '08:00', '10:00'), ('${CLINIC}', 1, '14:00', '15:00'), ('${CLINIC}', 7, '00:00', '05:00');
  insert into practitioners (id, clinic_id, name) values ('${ANNA}', '${CLINIC}', 'Anna'), ('${BERT}', '${CLINIC}', 'Bert');
  insert into services (id, clinic_id, slug, name, duration_minutes, buffer_minutes, lead_time_minutes) values
    ('${VISIT}', '${CLINIC}', 'visit', 'Visit', 30, 0, null), ('${CLEANING}', '${CLINIC}', 'cleaning', 'Cleaning', 30, 15, null),
    ('${SURGERY}', '${CLINIC}', 'surgery', 'Surgery', 90, 0, 1440), ('${URGENT}', '${CLINIC}', 'urgent', 'Urgent', 15, 0, 0);
  insert into practitioner_services
    select p.id, s.id from practitioners p join services s using (clinic_id)
    where clinic_id = '${CLINIC}' and (p.name = 'Anna' or s.slug <> 'surgery');
  insert into patients (id, clinic_id, full_name, date_of_birth) values
    ('${ADA}', '${CLINIC}', 'Ada Test', '1980-01-01'), ('${BEN}', '${CLINIC}', 'Ben Test', '2015-01-01'),
    ('${EVE}', '${CLINIC}', 'Eve Test', '1990-01-01');
  insert into calls (id, clinic_id, room)
    select ('a3000000-0000-4000-8000-00000000000' || n)::uuid, '${CLINIC}', 'room-' || n from generate_series(1, 3) n;
  insert into calls (id, clinic_id, room)
    select '${ELSEWHERE.call.id}', t.clinic_id, 'elsewhere' from patients t where t.id = '${ELSEWHERE.patient}';
  insert into call_patients (call_id, patient_id, how) values
    ('${CALLS[0].id}', '${ADA}', 'name_and_birth'), ('${CALLS[0].id}', '${BEN}', 'name_and_birth'),
    ('${CALLS[1].id}', '${ADA}', 'name_and_birth'), ('${CALLS[2].id}', '${BEN}', 'name_and_birth'),
    ('${ELSEWHERE.call.id}', '${ELSEWHERE.patient}', 'name_and_birth');
`;

/** A real database with a clinic that has been told who is calling. */
export class BookingClinic {
  readonly client: Database;
  readonly appointments: Appointments;
  readonly patients: PatientAppointments;
  /** The present, as an ISO instant; each test begins at {@link NOW}. */
  now = NOW;
  readonly #database: TestDatabase;
  #requests = 0;

  constructor(database: TestDatabase) {
    const clock = () => new Date(this.now);
    this.#database = database;
    this.client = openDatabase({ url: database.url, serviceRoleKey: database.serviceRoleKey });
    this.appointments = new Appointments(this.client, clock);
    this.patients = new PatientAppointments(this.client, clock);
  }

  /** The clinic as it was at first, for the next test. */
  async reset(): Promise<void> {
    this.now = NOW;
    await this.sql(RESET);
  }

  /** Rows of a statement run as the owner of the tables. */
  sql(text: string): Promise<Record<string, unknown>[]> {
    return this.#database.sql(text);
  }

  /** Runs a statement, keeps its locks during `use`, and undoes it. */
  whileLocked(text: string, use: () => Promise<void>): Promise<void> {
    return withSqlClient(this.#database.dbUrl, async (sql) => {
      await sql.query('begin');
      await sql.query(text);
      await use().finally(() => sql.query('rollback'));
    });
  }

  /** Lets time pass. */
  wait(seconds: number): void {
    this.now = new Date(Date.parse(this.now) + seconds * 1_000).toISOString();
  }

  /** An id no request has had. */
  request(): string {
    return `request-${(this.#requests += 1)}`;
  }

  /** A visit with Anna on Monday at 08:00, held for a call. */
  hold(call: CallKey, changes: Partial<Parameters<Appointments['hold']>[1]> = {}) {
    const visit = { practitionerId: ANNA, serviceId: VISIT, startsAt: at('08:00') };
    return this.appointments.hold(call, { ...visit, ...changes });
  }

  /** … or booked for Ada. */
  book(call: CallKey, changes: Partial<Parameters<PatientAppointments['book']>[1]> = {}) {
    const visit = { practitionerId: ANNA, serviceId: VISIT, startsAt: at('08:00') };
    return this.patients.book(call, { requestId: this.request(), patientId: ADA, ...visit, ...changes });
  }

  /** Moves an appointment with the same practitioner. */
  move(call: CallKey, appointmentId: AppointmentId, startsAt: string, practitionerId?: PractitionerId) {
    return this.patients.reschedule(call, {
      requestId: this.request(),
      appointmentId,
      practitionerId,
      startsAt,
    });
  }

  /** Cancels an appointment. */
  cancel(call: CallKey, appointmentId: AppointmentId) {
    return this.patients.cancel(call, this.request(), appointmentId);
  }

  /** Another worker takes a call over; gives its key. */
  async takeOver(call: CallKey): Promise<CallKey> {
    const epoch = call.epoch + 1;
    await this.sql(`update calls set epoch = ${epoch} where id = '${call.id}'`);
    return { ...call, epoch };
  }

  /** Starts of Anna's free visits on Monday by the clinic's clock, as a call sees them. */
  async free(call: CallKey | undefined, serviceId = VISIT, practitionerId = ANNA): Promise<string[]> {
    const slots = await this.appointments.findFree({
      clinicId: CLINIC,
      serviceId,
      practitionerId,
      from: new Date(at('00:00')),
      to: new Date(at('23:59')),
      ...(call === undefined ? {} : { callId: call.id }),
    });
    return slots.map(({ starts_at }) => clinicTime(starts_at));
  }

  /** Stops the database and leaves nothing behind. */
  stop(): Promise<void> {
    return this.#database.stop();
  }
}

/** The time of day of an instant at the clinic. */
export const clinicTime = (instant: string): string =>
  new Date(instant).toLocaleTimeString('de-DE', { timeZone: 'Europe/Berlin', timeStyle: 'short' });

/** What came of requests that ran at once: how many were done, and the codes of the others' errors. */
export async function outcomesOf(attempts: Promise<unknown>[]): Promise<{ done: number; codes: string[] }> {
  const settled = await Promise.allSettled(attempts);
  const codes = settled.flatMap((one) =>
    one.status === 'fulfilled' ? [] : [String((one.reason as { code?: unknown }).code ?? one.reason)],
  );
  return { done: settled.length - codes.length, codes };
}

/** Opens a database for it. */
export async function startBookingClinic(): Promise<BookingClinic> {
  return new BookingClinic(await openTestDatabase());
}
