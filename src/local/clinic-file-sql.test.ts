import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, openTestDatabase } from '../../test/support/test-database.ts';
import { diffClinics } from '../clinic/clinic-diff.ts';
import { type ClinicDocument, applyClinicDocument, findClinicDocument } from '../clinic/clinic-document.ts';
import { readClinicFile, toClinicFile } from '../clinic/clinic-file.ts';
import { type Database, openDatabase } from '../clinic/database.ts';
import { parseYaml, writeYaml } from '../commands/clinic-yaml.ts';
import { projectRoot } from '../config/paths.ts';

const SAMPLE = readClinicFile(
  parseYaml(readFileSync(join(projectRoot(), 'examples', 'clinic.yaml'), 'utf8')).value,
);
const CLINIC = readClinicFile({
  slug: 'invented',
  name: 'Invented Clinic',
  time_zone: 'Europe/Berlin',
  country: 'DE',
  languages: ['en', 'es'],
  numbers: ['+4930555010'],
  hours: { monday: ['08:00-12:00', '13:00-24:00'] },
  closures: [{ from: '2026-12-24', to: 'infinity', reason: 'Closed for good' }],
  services: [
    { slug: 'visit', name: 'Visit', duration_minutes: 30, price: 19.5, aliases: ['exam'] },
    { slug: 'surgery', name: 'Surgery', duration_minutes: 90, buffer_minutes: 15, lead_time_minutes: 1_440 },
  ],
  practitioners: [
    { name: 'Anna Invented', services: 'all' },
    { name: 'Bert Invented', title: 'Nurse', services: ['visit'] },
  ],
  answers: [{ question: 'Parking?', answer: "Robert'); drop table clinics;-- 🅿️", keywords: ['park'] }],
});
const [anna, bert] = CLINIC.practitioners as [
  ClinicDocument['practitioners'][number],
  ClinicDocument['practitioners'][number],
];

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  db = openDatabase({ url: database.url, serviceRoleKey: database.serviceRoleKey });
});
afterAll(() => database.stop());
beforeEach(async () => {
  await sql(`
    delete from waiting_list where clinic_id in (select id from clinics where slug like 'invented%');
    delete from appointments where clinic_id in (select id from clinics where slug like 'invented%');
    delete from patients where clinic_id in (select id from clinics where slug like 'invented%');
    delete from clinics where slug like 'invented%'`);
});

const sql = (text: string) => database.sql(text);

const apply = (changes: Partial<ClinicDocument> = {}) => applyClinicDocument(db, { ...CLINIC, ...changes });
const stored = async () => (await findClinicDocument(db, 'invented')) ?? expect.fail('there is no clinic');
const untouched = { added: 0, changed: 0, removed: 0, deactivated: 0 };

/** An appointment of the invented clinic with somebody, a week from now. */
const bookWith = (practitioner: string, service: string) =>
  sql(`
    with patient as (
      insert into patients (clinic_id, full_name) select id, 'Pat Invented' from clinics where slug = 'invented' returning id, clinic_id)
    insert into appointments (clinic_id, patient_id, practitioner_id, service_id, starts_at, ends_at)
    select c.clinic_id, c.id, p.id, s.id, now() + interval '7 days', now() + interval '7 days 30 minutes'
    from patient c
    join practitioners p on p.clinic_id = c.clinic_id and p.name = '${practitioner}'
    join services s on s.clinic_id = c.clinic_id and s.slug = '${service}'`);

test('the example is the sample clinic: applying it changes nothing', async () => {
  expect(diffClinics(await findClinicDocument(db, SAMPLE.slug), SAMPLE)).toEqual([]);
  const result = await applyClinicDocument(db, SAMPLE);
  expect(result).toMatchObject({ created: false, changed: false, deactivated: [] });
});

describe('a clinic that is new', () => {
  test('is there afterwards as the file says, and a second run changes nothing and says so', async () => {
    const first = await apply();
    expect(first).toMatchObject({
      created: true,
      changed: true,
      counts: {
        clinic: { ...untouched, added: 1 },
        numbers: { ...untouched, added: 1 },
        hours: { ...untouched, added: 2 },
        closures: { ...untouched, added: 1 },
        services: { ...untouched, added: 2 },
        practitioners: { ...untouched, added: 2 },
        answers: { ...untouched, added: 1 },
      },
    });
    expect(diffClinics(await stored(), CLINIC)).toEqual([]);
    const second = await apply();
    expect(second).toMatchObject({
      clinic_id: first.clinic_id,
      created: false,
      changed: false,
      deactivated: [],
    });
    for (const counts of Object.values(second.counts)) expect(counts).toEqual(untouched);
  });

  test('comes out as a file that sets up the same clinic', async () => {
    await apply();
    const file = writeYaml(toClinicFile(await stored()));
    expect(diffClinics(await stored(), readClinicFile(parseYaml(file).value))).toEqual([]);
  });

  test('has a profile that calls can use', async () => {
    const { clinic_id } = await apply();
    const [row] = await sql(`select clinic_profile('${clinic_id}') as profile`);
    expect(row?.['profile']).toMatchObject({ numbers: ['+4930555010'], name: 'Invented Clinic' });
  });

  test('is one clinic when two people apply its file at once', async () => {
    const results = await Promise.all([apply(), apply(), apply()]);
    expect(results.filter(({ created }) => created)).toHaveLength(1);
    expect(results.filter(({ changed }) => changed)).toHaveLength(1);
    expect(diffClinics(await stored(), CLINIC)).toEqual([]);
  });
});

describe('a clinic that is there', () => {
  test('is changed row by row, and what is not named is gone', async () => {
    await apply();
    const ids = await sql(`select id from practitioners where name = 'Bert Invented'`);
    const changed = await apply({
      name: 'Renamed Clinic',
      numbers: ['+4930555011'],
      hours: [{ weekday: 1, opens: '08:00', closes: '13:00' }],
      closures: [],
      services: CLINIC.services.map((service) => ({ ...service, price: 20 })),
      practitioners: [anna, { ...bert, services: ['visit', 'surgery'] }],
      answers: [{ question: 'Parking?', answer: 'No.', keywords: ['park'] }],
    });
    expect(changed.counts).toEqual({
      clinic: { ...untouched, changed: 1 },
      numbers: { ...untouched, added: 1, removed: 1 },
      hours: { ...untouched, added: 1, removed: 2 },
      closures: { ...untouched, removed: 1 },
      services: { ...untouched, changed: 2 },
      practitioners: { ...untouched, changed: 1 },
      answers: { ...untouched, changed: 1 },
    });
    expect(await stored()).toMatchObject({ name: 'Renamed Clinic', numbers: ['+4930555011'], closures: [] });
    expect(await sql(`select id from practitioners where name = 'Bert Invented'`)).toEqual(ids);
  });

  test('loses whom nobody has booked, and keeps those with appointments, who can no longer be booked', async () => {
    await apply();
    await bookWith('Anna Invented', 'surgery');
    const result = await apply({
      services: [CLINIC.services[0] ?? expect.fail('the clinic has no service')],
      practitioners: [],
    });
    expect(result.counts.services).toEqual({ ...untouched, deactivated: 1 });
    expect(result.counts.practitioners).toEqual({ ...untouched, removed: 1, deactivated: 1 });
    expect(result.deactivated).toEqual([
      { kind: 'service', name: 'surgery', upcoming: 1 },
      { kind: 'practitioner', name: 'Anna Invented', upcoming: 1 },
    ]);
    expect(await sql(`select name, active from practitioners where name like '% Invented'`)).toEqual([
      { name: 'Anna Invented', active: false },
    ]);
    expect(await stored()).toMatchObject({ practitioners: [], services: [{ slug: 'visit' }] });
    const again = await apply({ services: CLINIC.services.slice(0, 1), practitioners: [] });
    expect(again).toMatchObject({ changed: false, deactivated: [] });
  });

  test('keeps a service for which somebody waits', async () => {
    const { clinic_id } = await apply();
    await sql(`
      with patient as (insert into patients (clinic_id, full_name) values ('${clinic_id}', 'Pat Invented') returning id)
      insert into waiting_list (clinic_id, patient_id, service_id, from_date, to_date)
      select '${clinic_id}', patient.id, s.id, '2026-12-01', '2026-12-31' from patient, services s
      where s.clinic_id = '${clinic_id}' and s.slug = 'surgery'`);
    const services = CLINIC.services.slice(0, 1);
    const result = await apply({ services, practitioners: [{ ...anna, services: ['visit'] }, bert] });
    expect(result.deactivated).toEqual([{ kind: 'service', name: 'surgery', upcoming: 0 }]);
  });

  test('has back who was deactivated, with the appointments, once the file names them again', async () => {
    await apply();
    await bookWith('Anna Invented', 'visit');
    await apply({ practitioners: [bert] });
    const back = await apply();
    expect(back.counts.practitioners).toEqual({ ...untouched, changed: 1 });
    expect(diffClinics(await stored(), CLINIC)).toEqual([]);
    expect(await sql(`select 1 from practitioners where name = 'Anna Invented'`)).toHaveLength(1);
  });

  test('knows somebody who is renamed, whose appointments stay theirs', async () => {
    await apply();
    await bookWith('Anna Invented', 'visit');
    const renamed = { practitioners: [{ ...anna, name: 'Anna Renamed', formerly: 'Anna Invented' }, bert] };
    expect((await apply(renamed)).counts.practitioners).toEqual({ ...untouched, changed: 1 });
    expect((await apply(renamed)).changed).toBe(false);
    const rows = await sql(
      `select p.name from appointments a join practitioners p on p.id = a.practitioner_id where p.name like 'Anna%'`,
    );
    expect(rows).toEqual([{ name: 'Anna Renamed' }]);
  });
});

describe('nothing at all is changed', () => {
  test('by a file with a number of another clinic, and both are named', async () => {
    await apply();
    const before = await stored();
    const failure = await apply({ name: 'Thief', numbers: [...CLINIC.numbers, ...SAMPLE.numbers] }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'CLINIC_FILE_INVALID', kind: { exit: 78 } });
    expect(failure).toHaveProperty('details.hint', expect.stringMatching(/\+922135550100 .*karachi-smiles/));
    expect(await stored()).toEqual(before);
    expect((await findClinicDocument(db, SAMPLE.slug))?.numbers).toEqual(SAMPLE.numbers);
  });

  test.each<[string, Partial<Record<keyof ClinicDocument, unknown>>]>([
    ['a zone that Postgres does not know', { time_zone: 'Mars/Olympus' }],
    ['a service of 4 minutes', { services: [{ ...CLINIC.services[0], duration_minutes: 4 }] }],
    [
      'hours that overlap',
      {
        hours: [
          { weekday: 1, opens: '08:00', closes: '10:00' },
          { weekday: 1, opens: '09:00', closes: '11:00' },
        ],
      },
    ],
    ['a list that is none', { practitioners: 'all' }],
    ['a section that is missing', { answers: undefined }],
    ['a name of 10,000 characters', { practitioners: [{ ...anna, name: 'A'.repeat(10_000) }] }],
  ])('by %s, which no file that was read has', async (_, changes) => {
    await apply();
    const before = await stored();
    await expect(apply({ name: 'Half', ...(changes as Partial<ClinicDocument>) })).rejects.toThrow(
      /apply_clinic/,
    );
    expect(await stored()).toEqual(before);
  });
});

test('only the service role may call any of it', async () => {
  const rows = await sql(`
    select p.proname, r.rolname, has_function_privilege(r.rolname, p.oid, 'execute') as may
    from pg_proc p, pg_roles r
    where p.pronamespace = 'public'::regnamespace and r.rolname in ('anon', 'authenticated', 'service_role')
      and (p.proname like 'apply_clinic%' or p.proname in ('clinic_document', 'remove_service', 'remove_practitioner'))`);
  expect(rows).toHaveLength(36);
  for (const { proname, rolname, may } of rows) expect(may, String(proname)).toBe(rolname === 'service_role');
});

test('a clinic that does not exist has no document', async () => {
  expect(await findClinicDocument(db, "x' or true --")).toBeNull();
});
