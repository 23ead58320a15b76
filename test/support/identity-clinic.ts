import { afterAll, beforeAll, beforeEach } from 'vitest';
import { type Database, openDatabase } from '../../src/clinic/database.ts';
import { type TestDatabase, openTestDatabase } from './test-database.ts';

/** A row, or the arguments of a SQL function. */
export type Row = Record<string, unknown>;
/** Names a call to a SQL function, and proves that it is still one's own. */
export interface SqlCallKey extends Row {
  p_call_id: string | null;
  p_epoch: number | null;
}

/** The clinic that calls come to. */
export const CLINIC = 'c3000000-0000-4000-8000-000000000003';
const OTHER_CLINIC = 'c3000000-0000-4000-8000-000000000004';
/** An id of this clinic: `f` is for patients, `a` for calls. */
export const id = (kind: string, n: number) => `${kind}3000000-0000-4000-8000-00000000000${n}`;
/** Ada Test, 3 May 1990, code 4711. */
export const ADA = id('f', 1);
/** Ben Test, 9 July 2018, code 88990011; of Ada's home. */
export const BEN = id('f', 2);
/** Max Double, 31 January 1980, +4915550103 … */
export const MAX = id('f', 3);
/** … and another, +4915550104. */
export const MAX_TOO = id('f', 4);
/** Old Record, as earlier versions stored them: without a birth date. */
export const OLD = id('f', 5);
/** A name without a letter, 2 February 1970. */
export const SIGNS = id('f', 6);
/** Eva Elsewhere, 24 December 1985, of the other clinic. */
export const EVA = id('f', 7);
/** From the number of Ada's and Ben's home. Each call is in its second worker's hands. */
export const HOME = { p_call_id: id('a', 1), p_epoch: 2 };
/** From a hidden number. */
export const HIDDEN = { p_call_id: id('a', 2), p_epoch: 2 };
/** At the other clinic, from the number of Ada's home. */
export const ELSEWHERE = { p_call_id: id('a', 3), p_epoch: 2 };
/** From Ada's home, and at its end. */
export const OVER = { p_call_id: id('a', 4), p_epoch: 2 };
/** From Ada's home, to nobody's number. */
export const OF_NO_CLINIC = { p_call_id: id('a', 5), p_epoch: 2 };
/** Ada's and Ben's. */
export const HOME_NUMBER = '+4915550101';
/** The present of every try. */
export const NOW = '2026-11-29T12:00:00Z';

/** Made anew for each test. */
const CLINIC_SQL = `
  delete from appointments where clinic_id = '${CLINIC}';
  delete from calls where id::text like 'a3%';
  delete from patients where clinic_id in ('${CLINIC}', '${OTHER_CLINIC}');
  delete from clinics where id in ('${CLINIC}', '${OTHER_CLINIC}');
  insert into clinics (id, slug, name, time_zone, country) values
    ('${CLINIC}', 'invented', 'Invented', 'Europe/Berlin', 'DE'), ('${OTHER_CLINIC}', 'other', 'Other', 'Europe/Berlin', 'DE');
  insert into patients (id, clinic_id, full_name, phone, date_of_birth) values
    ('${ADA}', '${CLINIC}', 'Ada Test', '${HOME_NUMBER}', '1990-05-03'),
    ('${BEN}', '${CLINIC}', 'Ben Test', '${HOME_NUMBER}', '2018-07-09'),
    ('${MAX}', '${CLINIC}', 'Max Double', '+4915550103', '1980-01-31'),
    ('${MAX_TOO}', '${CLINIC}', 'Max Double', '+4915550104', '1980-01-31'),
    ('${OLD}', '${CLINIC}', 'Old Record', '+4915550105', null),
    ('${SIGNS}', '${CLINIC}', '%_!', '+4915550106', '1970-02-02'),
    ('${EVA}', '${OTHER_CLINIC}', 'Eva Elsewhere', '+4915550107', '1985-12-24');
  insert into calls (id, clinic_id, room, caller_number, epoch) values
    ('${HOME.p_call_id}', '${CLINIC}', 'home', '0049 155 50101', 2), ('${HIDDEN.p_call_id}', '${CLINIC}', 'hidden', 'anonymous', 2),
    ('${ELSEWHERE.p_call_id}', '${OTHER_CLINIC}', 'elsewhere', '${HOME_NUMBER}', 2),
    ('${OVER.p_call_id}', '${CLINIC}', 'over', '${HOME_NUMBER}', 2),
    ('${OF_NO_CLINIC.p_call_id}', null, 'of-no-clinic', '${HOME_NUMBER}', 2);
  update calls set ended_at = now(), outcome = 'completed' where id = '${OVER.p_call_id}';
  update patients set code_hash = extensions.crypt('4711', extensions.gen_salt('bf', 4)) where id = '${ADA}';
  update patients set code_hash = extensions.crypt('88990011', extensions.gen_salt('bf', 4)) where id = '${BEN}';
`;

/** What the tests of who is calling ask the real database; call it at the top of a test file. The clinic is new for each test. */
export function useIdentityClinic() {
  let database: TestDatabase;
  let client: Database;
  beforeAll(async () => {
    database = await openTestDatabase();
    client = openDatabase({ url: database.url, serviceRoleKey: database.serviceRoleKey });
  });
  afterAll(() => database.stop());
  beforeEach(async () => {
    await sql(CLINIC_SQL);
  });

  const sql = (text: string) => database.sql<Row>(text);
  const ask = async (name: string, args: Row): Promise<unknown> => answerOf(await client.rpc(name, args));
  return {
    sql,
    /** Calls a function as the service. */
    ask,
    database: () => database,
    identify: (call: SqlCallKey, p_name: unknown, p_date_of_birth: unknown, more: Row = {}) =>
      ask('identify_patient', { ...call, p_name, p_date_of_birth, p_now: NOW, ...more }),
    identifyAda: (call: SqlCallKey) =>
      ask('identify_patient', { ...call, p_name: 'Ada Test', p_date_of_birth: '1990-05-03' }),
    byCode: (call: SqlCallKey, p_code: unknown) => ask('identify_by_code', { ...call, p_code, p_now: NOW }),
    /** The request's id comes from name and birth date. */
    register: (call: SqlCallKey, p_name: unknown, p_date_of_birth: unknown, more: Row = {}) =>
      ask('register_patient', {
        ...call,
        p_request_id: `register ${String(p_name)} ${String(p_date_of_birth)}`.slice(0, 200),
        p_name,
        p_date_of_birth,
        p_phone: null,
        p_now: NOW,
        ...more,
      }),
    gate: (call: SqlCallKey, p_patient_id: unknown) =>
      ask('require_patient', { ...call, p_patient_id, p_action: 'test' }),
    list: (call: SqlCallKey) => ask('call_patient_list', { ...call }),
  };
}

interface Answer {
  data: unknown;
  error: { code: string; message: string; details: string | null } | null;
  status: number;
}

/** What a function gave, or the word it raised and the HTTP status. */
function answerOf({ data, error, status }: Answer): unknown {
  if (error === null) return data;
  // Class 22 is bad input, whose message repeats what was sent.
  return { raised: error.code.startsWith('22') ? error.code : error.message, status };
}

/** A wrong answer to who is calling. */
export const wrong = (attempts_left: number) => ({
  verified: false,
  attempts_left,
  locked: attempts_left === 0,
});
