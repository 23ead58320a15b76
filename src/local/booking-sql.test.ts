import type { SupabaseClient } from '@supabase/supabase-js';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, openTestDatabase } from '../../test/support/test-database.ts';
import { openDatabase } from '../clinic/database.ts';

const CLINIC = 'c2000000-0000-4000-8000-000000000002';
const SAMPLE_CLINIC = 'c1000000-0000-4000-8000-000000000001';
const ANNA = 'd2000000-0000-4000-8000-000000000001';
const BERT = 'd2000000-0000-4000-8000-000000000002';
const VISIT = 'e2000000-0000-4000-8000-000000000001';
const SURGERY = 'e2000000-0000-4000-8000-000000000002';

/** Made anew for each test. Berlin. Sunday is a night duty across the change of the clocks at 02:00/03:00; Anna does both services, Bert only visits. */
const CLINIC_SQL = `
  delete from appointments where clinic_id = '${CLINIC}';
  delete from calls;
  delete from patients where clinic_id = '${CLINIC}';
  delete from clinics where id = '${CLINIC}';
  insert into clinics (id, slug, name, time_zone, country, lead_time_minutes, max_days_ahead)
    values ('${CLINIC}', 'berlin', 'Berlin', 'Europe/Berlin', 'DE', 60, 60);
  insert into clinic_hours values
    ('${CLINIC}', 1, '08:00', '10:00'), ('${CLINIC}', 1, '14:00', '15:00'), ('${CLINIC}', 7, '00:00', '05:00');
  insert into practitioners (id, clinic_id, name) values ('${ANNA}', '${CLINIC}', 'Anna'), ('${BERT}', '${CLINIC}', 'Bert');
  insert into services (id, clinic_id, slug, name, duration_minutes) values
    ('${VISIT}', '${CLINIC}', 'visit', 'Visit', 30), ('${SURGERY}', '${CLINIC}', 'surgery', 'Surgery', 90);
  insert into practitioner_services values ('${ANNA}', '${VISIT}'), ('${ANNA}', '${SURGERY}'), ('${BERT}', '${VISIT}');
  insert into calls (id, clinic_id, room) values
    ('a2000000-0000-4000-8000-000000000001', '${CLINIC}', 'one'), ('a2000000-0000-4000-8000-000000000002', '${CLINIC}', 'two'),
    ('a1000000-0000-4000-8000-000000000001', '${SAMPLE_CLINIC}', 'elsewhere');
`;
const CALLS = ['a2000000-0000-4000-8000-000000000001', 'a2000000-0000-4000-8000-000000000002'] as const;
const CALL_ELSEWHERE = 'a1000000-0000-4000-8000-000000000001';
/** A Monday in winter: Berlin is UTC+1. */
const MONDAY = '2026-11-30';
const NOW = '2026-11-29T12:00:00Z';

let database: TestDatabase;
let client: SupabaseClient;
beforeAll(async () => {
  database = await openTestDatabase();
  client = openDatabase({ url: database.url, serviceRoleKey: database.serviceRoleKey });
});
afterAll(() => database.stop());
beforeEach(async () => {
  await database.sql(CLINIC_SQL);
});

const book = (changes: Record<string, unknown> = {}) =>
  client.rpc('book_appointment', {
    p_call_id: CALLS[0],
    p_request_id: 'request-1',
    p_clinic_id: CLINIC,
    p_practitioner_id: ANNA,
    p_service_id: VISIT,
    p_starts_at: `${MONDAY}T08:00:00Z`,
    p_patient_name: 'Ada Test',
    p_patient_phone: '+4915550100',
    p_now: NOW,
    ...changes,
  });

/** Local start times of the free slots, like `08:00 Anna`. */
async function slots(changes: Record<string, unknown> = {}): Promise<string[]> {
  const { data } = await client
    .rpc('find_free_slots', {
      p_clinic_id: CLINIC,
      p_service_id: VISIT,
      p_from: `${MONDAY}T00:00:00+01:00`,
      p_to: `${MONDAY}T23:59:00+01:00`,
      p_now: NOW,
      ...changes,
    })
    .throwOnError();
  return (data as { starts_at: string; practitioner_name: string }[]).map(
    ({ starts_at, practitioner_name }) => {
      const time = new Date(starts_at).toLocaleTimeString('de-DE', {
        timeZone: 'Europe/Berlin',
        timeStyle: 'short',
      });
      return `${time} ${practitioner_name}`;
    },
  );
}

describe('free slots', () => {
  test('they fill the spans of the day in steps, and a long service must end before closing', async () => {
    expect(await slots({ p_practitioner_id: BERT })).toEqual(
      ['08:00', '08:30', '09:00', '09:30', '14:00', '14:30'].map((time) => `${time} Bert`),
    );
    expect(await slots({ p_service_id: SURGERY })).toEqual(['08:00 Anna', '08:30 Anna']);
    expect(await slots({ p_limit: 3 })).toEqual(['08:00 Anna', '08:00 Bert', '08:30 Anna']);
  });

  test.each([
    [
      'spring leaves an hour out',
      '2027-03-28',
      ['00:00', '00:30', '01:00', '01:30', '03:00', '03:30', '04:00', '04:30'],
    ],
    [
      'autumn has an hour twice',
      '2026-10-25',
      [
        '00:00',
        '00:30',
        '01:00',
        '01:30',
        '02:00',
        '02:30',
        '02:00',
        '02:30',
        '03:00',
        '03:30',
        '04:00',
        '04:30',
      ],
    ],
  ])('on the day that %s, they are those hours of the night', async (_, sunday, times) => {
    const night = {
      p_from: `${sunday}T00:00:00 Europe/Berlin`,
      p_to: `${sunday}T12:00:00Z`,
      p_practitioner_id: BERT,
    };
    const before = new Date(Date.parse(`${sunday}T12:00:00Z`) - 86_400_000).toISOString();
    expect(await slots({ ...night, p_now: before })).toEqual(times.map((time) => `${time} Bert`));
  });

  test('closures and special days replace the weekly hours', async () => {
    const close = (opens: string | null, closes: string | null) =>
      client
        .from('clinic_closures')
        .insert({ clinic_id: CLINIC, from_date: MONDAY, to_date: MONDAY, opens, closes })
        .throwOnError();
    await close('20:00', '24:00');
    expect(await slots({ p_practitioner_id: BERT, p_limit: 2 })).toEqual(['20:00 Bert', '20:30 Bert']);
    await close(null, null);
    expect(await slots()).toEqual([]);
  });

  test('lead time, the last day and taken times are left out', async () => {
    expect((await slots({ p_now: `${MONDAY}T07:01:00Z` }))[0]).toBe('09:30 Anna');
    expect(await slots({ p_now: '2026-09-30T22:30:00Z' })).not.toEqual([]);
    expect(await slots({ p_now: '2026-09-30T21:30:00Z' })).toEqual([]);
    await book().throwOnError();
    expect(await slots({ p_practitioner_id: ANNA })).not.toContain('09:00 Anna');
    await client.from('appointments').update({ status: 'cancelled' }).eq('clinic_id', CLINIC).throwOnError();
    expect(await slots({ p_practitioner_id: ANNA })).toContain('09:00 Anna');
  });

  test('a service or practitioner of another clinic has none, and 500 is the most', async () => {
    expect(await slots({ p_clinic_id: SAMPLE_CLINIC })).toEqual([]);
    await client
      .from('clinics')
      .update({ slot_step_minutes: 5, max_days_ahead: 300 })
      .eq('id', CLINIC)
      .throwOnError();
    expect(await slots({ p_to: '2027-06-01T00:00:00Z', p_limit: 100_000 })).toHaveLength(500);
  });
});

describe('booking', () => {
  test('the receipt says what is stored', async () => {
    const { data } = await book({ p_patient_name: '  Ada Test ' }).throwOnError();
    expect(data).toMatchObject({
      created: true,
      starts_at: `${MONDAY}T08:00:00+00:00`,
      ends_at: `${MONDAY}T08:30:00+00:00`,
      practitioner: 'Anna',
      service: 'Visit',
      patient_name: 'Ada Test',
    });
  });

  test('of many callers who want one time at once, exactly one gets it and the others hear that it is taken', async () => {
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) => book({ p_call_id: CALLS[n % 2], p_request_id: `request-${n}` })),
    );
    expect(answers.filter(({ error }) => error === null)).toHaveLength(1);
    const refused = answers.flatMap(({ status, error }) =>
      error ? [{ status, message: error.message }] : [],
    );
    expect(refused).toEqual(Array.from({ length: 11 }, () => ({ status: 409, message: 'slot_taken' })));
    expect((await client.from('patients').select('id').eq('clinic_id', CLINIC)).data).toHaveLength(1);
  });

  test('one request, sent many times at once and again later, makes one appointment', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => book({ p_practitioner_id: n % 2 ? ANNA : BERT })),
    );
    answers.push(await book({ p_now: `${MONDAY}T12:00:00Z`, p_patient_name: '' }));
    const receipts = answers.map(({ data, error }) => {
      expect(error).toBeNull();
      return data as { appointment_id: string; created: boolean };
    });
    expect(new Set(receipts.map(({ appointment_id }) => appointment_id)).size).toBe(1);
    expect(receipts.filter(({ created }) => created)).toHaveLength(1);
  });

  test('a patient is known by telephone number and name, whatever the case', async () => {
    const first = await book().throwOnError();
    const again = { p_request_id: 'request-2', p_starts_at: `${MONDAY}T08:30:00Z` };
    const second = await book({ ...again, p_patient_name: 'ada TEST' }).throwOnError();
    const third = await book({
      ...again,
      p_practitioner_id: BERT,
      p_request_id: 'request-3',
      p_patient_phone: null,
    });
    const patient = (answer: { data: unknown }) => (answer.data as { patient_id: string }).patient_id;
    expect(patient(second)).toBe(patient(first));
    expect(patient(third)).not.toBe(patient(first));
  });

  test.each([
    ['slot_invalid', 'outside_hours', { p_starts_at: `${MONDAY}T08:45:00Z` }],
    ['slot_invalid', 'outside_hours', { p_starts_at: `${MONDAY}T07:00:00.5Z` }],
    ['slot_invalid', 'too_soon', { p_starts_at: '2026-11-23T08:00:00Z' }],
    ['slot_invalid', 'too_soon', { p_now: `${MONDAY}T07:30:00Z` }],
    ['slot_invalid', 'too_far', { p_starts_at: '2027-02-01T08:00:00Z' }],
    ['slot_invalid', 'too_far', { p_starts_at: 'infinity' }],
    ['slot_invalid', 'not_offered', { p_practitioner_id: BERT, p_service_id: SURGERY }],
    ['slot_invalid', 'not_offered', { p_service_id: 'e1000000-0000-4000-8000-000000000001' }],
    ['slot_invalid', 'not_offered', { p_clinic_id: SAMPLE_CLINIC, p_call_id: CALL_ELSEWHERE }],
    ['slot_invalid', 'other_clinic', { p_call_id: CALL_ELSEWHERE }],
    ['name_invalid', null, { p_patient_name: ' ' }],
    ['name_invalid', null, { p_patient_name: 'Ada\nTest' }],
    ['name_invalid', null, { p_patient_name: 'a'.repeat(121) }],
    ['phone_invalid', null, { p_patient_phone: '0155 50100' }],
  ])('%s (%s) is answered with 422 for %j', async (message, details, changes) => {
    const { status, error } = await book(changes);
    expect({ status, message: error?.message, details: error?.details ?? null }).toEqual({
      status: 422,
      message,
      details,
    });
    expect((await client.from('patients').select('id').eq('clinic_id', CLINIC)).data).toEqual([]);
  });
});

describe('a call', () => {
  const open = (changes: Record<string, unknown> = {}) =>
    client
      .rpc('open_call', {
        p_room: 'call-1',
        p_dialled: null,
        p_clinic_slug: null,
        p_caller: '+4915550100',
        p_worker_id: 'worker-1',
        ...changes,
      })
      .throwOnError()
      .then(({ data }) => data as { call_id: string; clinic: { slug: string } | null });

  test.each([
    [
      'the dialled number before the slug',
      { p_dialled: '+922135550100', p_clinic_slug: 'berlin' },
      'karachi-smiles',
    ],
    ['a number the trunk writes without a plus', { p_dialled: '922135550100' }, 'karachi-smiles'],
    ['the slug', { p_dialled: '+1', p_clinic_slug: 'berlin' }, 'berlin'],
    ['nothing it knows', { p_dialled: 'anonymous' }, undefined],
  ])('finds its clinic by %s', async (_, changes, slug) => {
    const { call_id, clinic } = await open(changes);
    expect(clinic?.slug).toBe(slug);
    expect((await client.from('calls').select('room').eq('id', call_id)).data).toEqual([{ room: 'call-1' }]);
  });

  test('opened twice is one call, with the clinic it had, and another agent’s', async () => {
    const first = await open({ p_clinic_slug: 'berlin' });
    const { call_id, clinic } = first;
    expect(await open({ p_worker_id: 'worker-2' })).toMatchObject({ call_id, clinic, epoch: 2 });
  });

  test('keeps its first answer', async () => {
    const answer = (p_greeting_ms: number) =>
      client.rpc('answer_call', { p_call_id: CALLS[0], p_greeting_ms }).throwOnError();
    await answer(480);
    await answer(9_000);
    const { data } = await client.from('calls').select('greeting_ms').eq('id', CALLS[0]);
    expect(data).toEqual([{ greeting_ms: 480 }]);
  });

  test('keeps its first outcome', async () => {
    const close = (p_outcome: string) =>
      client.rpc('close_call', { p_call_id: CALLS[0], p_outcome, p_reason: null });
    const answers = await Promise.all([close('completed'), close('failed'), close('abandoned')]);
    expect(answers.map(({ data }) => data as boolean).sort()).toEqual([false, false, true]);
    expect((await close('lost')).data).toBe(false);
    expect((await client.rpc('close_call', { p_call_id: CALLS[1], p_outcome: 'lost' })).error?.code).toBe(
      '23514',
    );
  });

  test('a turn is completed piece by piece, and the tools it used are on record', async () => {
    const record = (p_turn: Record<string, unknown>) =>
      client.rpc('record_turn', { p_call_id: CALLS[0], p_index: 0, p_turn }).throwOnError();
    await record({ caller_text: 'x'.repeat(5_000), parts: { recognise: 120 } });
    await record({ agent_text: 'Yes.', latency_ms: 700.6, parts: { speak: 90 }, interrupted: true });
    const { data } = await client
      .from('call_turns')
      .select('*')
      .eq('call_id', CALLS[0])
      .single()
      .throwOnError();
    expect(data).toMatchObject({
      caller_text: 'x'.repeat(4_000),
      agent_text: 'Yes.',
      latency_ms: 701,
      parts: { recognise: 120, speak: 90 },
      interrupted: true,
    });
    await client
      .rpc('record_tool_run', {
        p_call_id: CALLS[0],
        p_turn_index: 0,
        p_name: 'find_slots',
        p_arguments: { day: MONDAY },
      })
      .throwOnError();
    expect((await client.from('tool_runs').select('name, arguments')).data).toEqual([
      { name: 'find_slots', arguments: { day: MONDAY } },
    ]);
  });
});

describe('the calendar', () => {
  const hours = (opens: string, closes: string) =>
    client.from('clinic_hours').insert({ clinic_id: CLINIC, weekday: 1, opens, closes });

  test('refuses spans that overlap and takes spans that touch', async () => {
    expect((await hours('09:30', '11:00')).error?.code).toBe('23P01');
    expect((await hours('13:00', '12:00')).error?.code).toBe('23514');
    expect((await hours('10:00', '12:00')).error).toBeNull();
  });

  test('refuses a time zone that does not exist', async () => {
    const { status, error } = await client
      .from('clinics')
      .update({ time_zone: 'Asia/Karach' })
      .eq('id', CLINIC);
    expect({ status, message: error?.message }).toEqual({ status: 422, message: 'time_zone_unknown' });
  });

  test('is given with everything else by agent name', async () => {
    const { data } = await client
      .rpc('clinic_profiles', { p_agent_name: 'openhours', p_slug: 'berlin' })
      .throwOnError();
    expect(data).toMatchObject([
      {
        id: CLINIC,
        hours: [
          { weekday: 1, opens: '08:00', closes: '10:00' },
          { weekday: 1, opens: '14:00', closes: '15:00' },
          { weekday: 7, opens: '00:00', closes: '05:00' },
        ],
        practitioners: [
          { name: 'Anna', services: [SURGERY, VISIT] },
          { name: 'Bert', services: [VISIT] },
        ],
        closures: [],
        answers: [],
      },
    ]);
    expect((await client.rpc('clinic_profiles', { p_agent_name: 'nobody' })).data).toEqual([]);
  });
});
