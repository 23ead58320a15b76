import { DateTime } from 'luxon';
import { type Matcher, type Row, anyTime, idOf, thisCall } from './matching.ts';
import type { DataChange, ExpectedChange, Fault } from './scenario.ts';

/** The clinic of supabase/seed.sql, in which scenarios are played. */
export const SAMPLE_CLINIC = {
  id: 'c1000000-0000-4000-8000-000000000001',
  number: '+922135550100',
  zone: 'Asia/Karachi',
} as const;

/** Its dentists. */
export const DENTISTS = {
  sana: 'd1000000-0000-4000-8000-000000000001',
  omar: 'd1000000-0000-4000-8000-000000000002',
} as const;

/** What it offers, and for how many minutes. */
export const SERVICES = {
  checkUp: { id: 'e1000000-0000-4000-8000-000000000001', minutes: 30 },
  cleaning: { id: 'e1000000-0000-4000-8000-000000000002', minutes: 45 },
  filling: { id: 'e1000000-0000-4000-8000-000000000003', minutes: 60 },
  whitening: { id: 'e1000000-0000-4000-8000-000000000004', minutes: 60 },
  emergency: { id: 'e1000000-0000-4000-8000-000000000005', minutes: 30 },
} as const;

const patient = (n: number, name: string) => {
  const digits = String(n).padStart(2, '0');
  return {
    id: `f1000000-0000-4000-8000-0000000000${digits}`,
    name,
    phone: `+9230055501${digits}`,
    dateOfBirth:
      DateTime.fromISO('1960-01-15', { zone: 'utc' })
        .plus({ days: n * 1187 })
        .toISODate() ?? '',
  };
};

/** Somebody who is on record. */
export type SamplePatient = ReturnType<typeof patient>;

/** Its patients. */
export const PATIENTS = {
  ayesha: patient(1, 'Ayesha Testwala'),
  bilal: patient(2, 'Bilal Sampleton'),
  farah: patient(3, 'Farah Demo'),
  hamza: patient(4, 'Hamza Fictional'),
  imran: patient(5, 'Imran Madeup'),
  kiran: patient(6, 'Kiran Nobody'),
  laila: patient(7, 'Laila Pretend'),
  nadia: patient(8, 'Nadia Example'),
  rashid: patient(9, 'Rashid Invented'),
  sara: patient(10, 'Sara Notreal'),
  tariq: patient(11, 'Tariq Mockley'),
  zainab: patient(12, 'Zainab Standin'),
  /** Whose name the local recogniser hears right. */
  david: {
    id: 'f1000000-0000-4000-8000-000000000013',
    name: 'David Brown',
    phone: '+923005550113',
    dateOfBirth: '1980-05-03',
  },
} as const;

/** What a patient says when asked who they are. */
export function facts({ name, dateOfBirth }: Pick<SamplePatient, 'name' | 'dateOfBirth'>): {
  name: string;
  date_of_birth: string;
} {
  const born = DateTime.fromISO(dateOfBirth, { zone: 'utc', locale: 'en' }).toFormat('d LLLL yyyy');
  return { name: `My name is ${name}.`, date_of_birth: `I was born on ${born}.` };
}

/** An instant by the clinic's clock, such as `atClinic('2026-11-24T10:00')`, in ISO 8601 with its offset. */
export function atClinic(local: string): string {
  return DateTime.fromISO(local, { zone: SAMPLE_CLINIC.zone }).toISO({ suppressMilliseconds: true }) ?? '';
}

/** An appointment: `by` is a dentist's id, `at` the clinic's clock. */
export interface Visit {
  readonly at: string;
  readonly by: string;
  readonly service: { readonly id: string; readonly minutes: number };
}

/** An appointment that is there already; `id` lets the scenario name it. */
export function appointment(visit: Visit & { id?: string; patientId: string }): DataChange {
  return {
    insert: 'appointments',
    row: {
      ...(visit.id === undefined ? {} : { id: visit.id }),
      clinic_id: SAMPLE_CLINIC.id,
      patient_id: visit.patientId,
      ...times(visit),
    },
  };
}

/** The appointment that the call books; the patient is an id, or a pattern such as that of {@link newPatient}. */
export function booked(visit: Visit & { patient: string | Matcher }): ExpectedChange {
  const { patient: patient_id } = visit;
  return {
    added: 'appointments',
    row: { clinic_id: SAMPLE_CLINIC.id, patient_id, ...times(visit), status: 'booked', call_id: thisCall },
  };
}

/** The appointment with this id, cancelled by the call. */
export function cancelled(id: string): ExpectedChange {
  return {
    changed: 'appointments',
    row: { id, status: 'booked' },
    to: { status: 'cancelled', cancelled_at: anyTime, cancelled_by_call: thisCall },
  };
}

/** The appointment with this id, moved by the call: it is cancelled, and another one stands in its place. */
export function moved(id: string, visit: Visit & { patient: string }): ExpectedChange[] {
  const { patient: patient_id } = visit;
  const row = { patient_id, ...times(visit), status: 'booked', moved_from: id, call_id: thisCall };
  return [cancelled(id), { added: 'appointments', row }];
}

/** The message that the call leaves for the front desk; `more` are columns of the task. */
export function message(text: RegExp, more: Row = {}): ExpectedChange {
  return {
    added: 'tasks',
    row: {
      clinic_id: SAMPLE_CLINIC.id,
      call_id: thisCall,
      kind: 'message',
      body: { message: text },
      ...more,
    },
  };
}

/** The place on the waiting list that the call gets for a patient. */
export function waiting(
  patient_id: string,
  service: { readonly id: string },
  more: Row = {},
): ExpectedChange {
  const row = { clinic_id: SAMPLE_CLINIC.id, patient_id, service_id: service.id, call_id: thisCall };
  return { added: 'waiting_list', row: { ...row, status: 'open', ...more } };
}

/** A try to be verified that the database has noted: `identify_failed`, `identify_locked`, … */
export const noted = (action: string) => ({ in: 'access_log', row: { action, patient_id: null } }) as const;

/** A tool that was refused, with the reason. */
export const refusedTool = (name: string, error: string) =>
  ({ in: 'tool_runs', row: { name, result: { error } } }) as const;

/** The model calls these tools, one in each of its answers, whatever the caller says. */
export function modelCalls(...calls: [tool: string, args?: Row][]): Extract<Fault, { at: 'model' }>[] {
  return calls.map(([tool, args = {}], after) => ({
    at: 'model',
    text: '',
    tool,
    arguments: args,
    after,
    times: 1,
  }));
}

function times({ at, by, service }: Visit): Row {
  const start = DateTime.fromISO(at, { zone: SAMPLE_CLINIC.zone });
  return {
    practitioner_id: by,
    service_id: service.id,
    starts_at: atClinic(at),
    ends_at: start.plus({ minutes: service.minutes }).toISO({ suppressMilliseconds: true }),
  };
}

/** Somebody who is put on record in the call, and the id by which other rows know them. */
export function newPatient(full_name: string, more: Row = {}): { row: ExpectedChange; id: Matcher } {
  const row = { clinic_id: SAMPLE_CLINIC.id, full_name, ...more };
  return { row: { added: 'patients', row: { ...row, created_at: anyTime } }, id: idOf('patients', row) };
}
