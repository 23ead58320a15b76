import { describe, expect, test } from 'vitest';
import {
  ADA,
  ADA_NAME,
  ADA_NUMBER,
  BEN,
  BEN_NAME,
  CALL,
  CLEO,
  CLINIC,
  ENDED,
  OTHER,
  SHARED_NUMBER,
  appointmentSql,
  codeOf,
  useAfterCallClinic,
  waitingSql,
} from '../../test/support/after-call-clinic.ts';
import type { CallId, PatientId } from '../clinic/ids.ts';
import { type PurgeCounts, Privacy } from '../clinic/privacy.ts';

const { sql, db, ask } = useAfterCallClinic();
const privacy = () => new Privacy(db());

/** What a call leaves behind when somebody says who they are in it. */
const wordsSql = (call: CallId, name: string, number: string) => `
  insert into call_turns (call_id, index, caller_text, agent_text, latency_ms) values
    ('${call}', 0, null, 'Good morning.', 400), ('${call}', 1, 'This is ${name}, on ${number}.', 'Thank you, ${name}.', 700);
  insert into tool_runs (call_id, turn_index, name, arguments, result, duration_ms) values
    ('${call}', 1, 'identify_patient', '{"full_name": "${name}", "n": ${number.slice(1)}}', '{"say": "Thank you, ${name}."}', 80);
  insert into call_claims (call_id, turn_index, claim, said, matched) values ('${call}', 1, 'message', 'A message for ${name}.', true);
  update calls set summary = '${name} called.', state = '{"proposal": {"patientName": "${name}"}}', cost_micros = 12000
    where id = '${call}';`;

/** Everything of Ada and Ben: each in a call alone, together in one, and Ada in words of Ben's call too. */
const HISTORY = `
  ${wordsSql(CALL.ada, ADA_NAME, ADA_NUMBER)} ${wordsSql(CALL.ben, BEN_NAME, SHARED_NUMBER)}
  ${wordsSql(CALL.both, `${ADA_NAME} and ${BEN_NAME}`, '+4915550166')} ${wordsSql(CALL.nobody, ADA_NAME, ADA_NUMBER)}
  ${appointmentSql('b4000000-0000-4000-8000-000000000001', ADA, CALL.ada, 10, `update appointments set request_id = 'slot/${ADA_NAME.toLowerCase()}' where call_id = '${CALL.ada}';`)}
  ${appointmentSql('b4000000-0000-4000-8000-000000000002', BEN, CALL.both, 11)}
  ${appointmentSql('b4000000-0000-4000-8000-000000000003', ADA, CALL.both, 12)}
  ${waitingSql(ADA, CALL.both, `waiting/${ADA_NAME}`)} ${waitingSql(BEN, CALL.both, 'waiting/ben')}
  insert into tasks (clinic_id, call_id, patient_id, kind, body, key, status) values
    ('${CLINIC}', '${CALL.ada}', null, 'message', '{"message": "Please ring ${ADA_NAME} on ${ADA_NUMBER}"}', null, 'open'),
    ('${CLINIC}', null, '${ADA}', 'reminder', '{}', 'reminder/${ADA_NAME}', 'done'),
    ('${CLINIC}', null, null, 'call', '{"callback_number": "${ADA_NUMBER}"}', null, 'open'),
    ('${CLINIC}', '${CALL.ben}', null, 'message', '{"message": "My aunt invented,  Adaline Quill, 0155 501 77 or 49 15550177", "from": "${BEN_NAME}"}', null, 'open'),
    ('${CLINIC}', '${CALL.ben}', '${BEN}', 'callback', '{"callback_number": "${SHARED_NUMBER}"}', null, 'open');
  insert into outbox (clinic_id, call_id, patient_id, key, to_number, body) values
    ('${CLINIC}', '${CALL.ada}', '${ADA}', 'booked/1', '${ADA_NUMBER}', 'Dear ${ADA_NAME}'),
    ('${CLINIC}', null, null, 'booked/2', '${ADA_NUMBER}', 'Dear patient'),
    ('${CLINIC}', '${CALL.ben}', '${BEN}', 'booked/3', '${SHARED_NUMBER}', 'Dear ${BEN_NAME}, love to adaline quill invented');
  insert into access_log (clinic_id, call_id, patient_id, action) values
    ('${CLINIC}', '${CALL.ada}', '${ADA}', 'identify'), ('${CLINIC}', '${CALL.ben}', '${BEN}', 'identify');
  insert into rescues (room, step) select room, 'take_over' from calls where id = '${CALL.ada}';`;

/** The columns of every table, text and documents alike, in which a word stands (in any case), as `table.column`. */
async function columnsWith(...words: string[]): Promise<string[]> {
  const columns = await sql(
    `select c.table_name, c.column_name from information_schema.columns c
     join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and t.table_type = 'BASE TABLE'
       and (c.data_type in ('text', 'jsonb', 'json', 'ARRAY', 'character varying', 'date') or c.udt_name = 'citext')`,
  );
  expect(columns.length).toBeGreaterThan(60);
  const looks = columns.map(({ table_name, column_name }) => {
    const found = words.map((word) => `"${String(column_name)}"::text ilike '%${word}%'`).join(' or ');
    return `select '${String(table_name)}.${String(column_name)}' as place where exists (select from "${String(table_name)}" where ${found})`;
  });
  return (await sql(looks.join(' union all '))).map(({ place }) => String(place)).sort();
}

describe('what is kept for a time', () => {
  const DAYS = 86_400_000;
  const after = (days: number, ms = 0) => new Date(Date.parse(ENDED) + days * DAYS + ms);
  const texts = (call: CallId) =>
    sql(
      `select c.summary, c.state, c.purged_at is not null as purged, c.cost_micros, t.caller_text, t.latency_ms, r.arguments, r.duration_ms, k.said, k.matched
       from calls c join call_turns t on t.call_id = c.id and t.index = 1 join tool_runs r on r.call_id = c.id
       join call_claims k on k.call_id = c.id where c.id = '${call}'`,
    );
  const NONE: PurgeCounts = { calls: 0, call_turns: 0, tool_runs: 0, call_claims: 0, tasks: 0, outbox: 0 };

  test('is there to the last second, and gone after it; figures and outcomes stay', async () => {
    await sql(wordsSql(CALL.ada, ADA_NAME, ADA_NUMBER));
    const before = await texts(CALL.ada);
    expect(await privacy().purgeExpired(after(30, -1))).toEqual(NONE);
    expect(await texts(CALL.ada)).toEqual(before);
    // All four calls of the clinic are over; one of them has words.
    expect(await privacy().purgeExpired(after(30))).toEqual({
      ...{ calls: 4, call_turns: 2, tool_runs: 1, call_claims: 1, tasks: 0, outbox: 0 },
    });
    expect(await texts(CALL.ada)).toEqual([
      {
        ...{
          summary: null,
          state: {},
          purged: true,
          cost_micros: '12000',
          caller_text: null,
          latency_ms: 700,
        },
        ...{ arguments: {}, duration_ms: 80, said: null, matched: true },
      },
    ]);
    expect(await privacy().purgeExpired(after(31))).toEqual(NONE);
  });

  test('is each clinic’s own affair: where nothing is said, nothing goes', async () => {
    await sql(
      `${wordsSql(CALL.ada, ADA_NAME, ADA_NUMBER)} ${wordsSql(CALL.other, 'Somebody Else', '+4915550111')}`,
    );
    await sql(`update clinics set retain_transcripts_days = 60 where id = '${CLINIC}'`);
    expect(await privacy().purgeExpired(after(59))).toEqual(NONE);
    expect(await privacy().purgeExpired(after(5_000))).toMatchObject({ calls: 4 });
    expect((await texts(CALL.other))[0]).toMatchObject({ summary: 'Somebody Else called.', purged: false });
  });

  test('goes at once where nothing is to be kept, also of a call whose end nobody noted', async () => {
    await sql(`${wordsSql(CALL.ada, ADA_NAME, ADA_NUMBER)}
      update clinics set retain_transcripts_days = 0 where id = '${CLINIC}';
      update calls set ended_at = null, outcome = null where id = '${CALL.ada}';`);
    await privacy().purgeExpired(after(0));
    expect((await texts(CALL.ada))[0]).toMatchObject({ caller_text: null, purged: true });
    await ask('finish_call_record', {
      p_call_id: CALL.ada,
      p_summary: 'late',
      p_disposition: null,
      p_cost_micros: null,
    });
    expect((await texts(CALL.ada))[0]).toMatchObject({ summary: null });
  });

  test('a message to the front desk is kept until it is done, text messages are not', async () => {
    await sql(`insert into tasks (clinic_id, kind, body, status, created_at) values
        ('${CLINIC}', 'message', '{"message": "open"}', 'open', '${ENDED}'), ('${CLINIC}', 'message', '{"message": "done"}', 'done', '${ENDED}'),
        ('${OTHER}', 'message', '{"message": "theirs"}', 'done', '${ENDED}');
      insert into outbox (clinic_id, key, to_number, body, created_at, expires_at, status) values
        ('${CLINIC}', 'old', '+4915550101', 'x', '${ENDED}', '${ENDED}', 'sent'), ('${CLINIC}', 'new', '+4915550101', 'x', now(), '2099-01-01', 'waiting');`);
    expect(await privacy().purgeExpired(after(30))).toMatchObject({ tasks: 1, outbox: 1 });
    expect(await sql(`select body ->> 'message' as left from tasks where body <> '{}' order by 1`)).toEqual([
      ...[{ left: 'open' }, { left: 'theirs' }],
    ]);
    expect(await sql('select key from outbox')).toEqual([{ key: 'new' }]);
  });

  test('a thousand calls go in several steps', async () => {
    await sql(`insert into calls (clinic_id, room, started_at, ended_at, outcome)
      select '${CLINIC}', 'many-' || n, '${ENDED}', '${ENDED}', 'completed' from generate_series(1, 1200) n`);
    expect(await privacy().purgeExpired(after(30))).toMatchObject({ calls: 1_204 });
  });
});

describe('an export', () => {
  test('has everything that is held of the patient, and nothing of another', async () => {
    await sql(HISTORY);
    const document = await privacy().exportPatient(CLINIC, ADA);
    expect(document.patient).toMatchObject({
      full_name: ADA_NAME,
      phone: ADA_NUMBER,
      date_of_birth: '1980-01-01',
      has_code: false,
    });
    expect(document.appointments.map((row) => row['appointment_id'])).toEqual([
      ...['b4000000-0000-4000-8000-000000000001', 'b4000000-0000-4000-8000-000000000003'],
    ]);
    expect(document.waiting_list).toHaveLength(1);
    expect(document.tasks).toHaveLength(3);
    expect(document.messages.map((row) => row['key']).sort()).toEqual(['booked/1', 'booked/2']);
    expect(document.access_log).toHaveLength(1);
    expect(document.calls.map((row) => row['id'])).toEqual([CALL.ada, CALL.both, CALL.nobody]);
    const [own, shared, unverified] = document.calls;
    expect(own).toMatchObject({
      ...{ summary: `${ADA_NAME} called.`, verified: { how: 'name_and_birth' } },
      ...{ turns: [{ index: 0 }, { index: 1 }], tool_runs: [{}], claims: [{}] },
    });
    expect(shared).toMatchObject({ withheld: expect.any(String), verified: { how: 'code' } });
    expect(shared).not.toHaveProperty('turns');
    expect(unverified).toMatchObject({ verified: null, turns: [{}, {}] });
    const text = JSON.stringify(document);
    for (const foreign of [BEN_NAME, SHARED_NUMBER, BEN, 'Cleo', '2015-01-01', 'code_hash', 'waiting/ben']) {
      expect(text).not.toContain(foreign);
    }
  });

  test('of one who shares a number has not the calls of the others at that number', async () => {
    await sql(`${HISTORY} delete from call_patients where call_id = '${CALL.ben}' and patient_id = '${BEN}';
      delete from tasks where patient_id = '${BEN}'; delete from outbox where patient_id = '${BEN}';`);
    const document = await privacy().exportPatient(CLINIC, CLEO);
    expect(document).toMatchObject({ calls: [], tasks: [], messages: [], appointments: [] });
    expect(JSON.stringify(document)).not.toContain(BEN_NAME);
  });

  test('is itself on the access log, and is refused for a patient of another clinic', async () => {
    await privacy().exportPatient(CLINIC, ADA);
    expect(await sql('select action, patient_id from access_log')).toEqual([
      { action: 'export', patient_id: ADA },
    ]);
    expect(await codeOf(privacy().exportPatient(OTHER, ADA))).toBe('INPUT_INVALID');
    expect(await codeOf(privacy().exportPatient(CLINIC, CALL.ada as unknown as PatientId))).toBe(
      'INPUT_INVALID',
    );
  });
});

describe('an erasure', () => {
  const bensRows = () =>
    sql(`select (select jsonb_agg(to_jsonb(a) - 'during' - 'blocked') from appointments a where patient_id = '${BEN}') as appointments,
      (select jsonb_agg(p) from patients p where id in ('${BEN}', '${CLEO}')) as patients,
      (select jsonb_agg(t) from tasks t where patient_id = '${BEN}') as tasks,
      (select jsonb_agg(w) from waiting_list w where patient_id = '${BEN}') as waiting,
      (select jsonb_agg(u) from call_turns u where call_id = '${CALL.ben}') as turns,
      (select jsonb_agg(c) from calls c where id in ('${CALL.ben}', '${CALL.other}')) as calls`);

  test('leaves nothing of the person in any column of any table, and nobody else loses anything', async () => {
    await sql(HISTORY);
    await sql(`delete from calls where id = '${CALL.other}'`);
    expect(await columnsWith(ADA_NAME, ADA_NUMBER.slice(1))).toEqual(
      expect.arrayContaining([
        'call_turns.caller_text',
        'calls.room',
        'calls.state',
        'patients.full_name',
        'outbox.body',
      ]),
    );
    const before = await bensRows();
    const counts = await privacy().erasePatient(CLINIC, ADA);
    expect(counts).toEqual({
      ...{
        patients: 1,
        calls: 3,
        call_turns: 6,
        tool_runs: 3,
        call_claims: 3,
        appointments: 2,
        waiting_list: 1,
        tasks: 3,
        outbox: 2,
      },
      mentions: { call_turns: 0, tool_runs: 0, call_claims: 0, calls: 0, tasks: 1, outbox: 1 },
    });
    const words = [ADA_NAME, 'adaline', 'quill', ADA_NUMBER.slice(1), '15550177', '155 501 77', '1980-01-01'];
    expect(await columnsWith(...words)).toEqual([]);
    expect(await bensRows()).toEqual(before);
    expect(await sql(`select body from tasks where call_id = '${CALL.ben}' and kind = 'message'`)).toEqual([
      { body: { message: 'My aunt [erased], [erased] or [erased]', from: BEN_NAME } },
    ]);
  });

  test('keeps the figures of the ledger, and cancels what was to come', async () => {
    await sql(HISTORY);
    await sql(
      `update appointments set starts_at = '2020-01-01T09:00Z', ends_at = '2020-01-01T09:30Z' where id = 'b4000000-0000-4000-8000-000000000003'`,
    );
    const figures = () =>
      sql(`select (select count(*) from calls) as calls, (select sum(latency_ms) from call_turns) as latency,
        (select sum(cost_micros) from calls) as cost, (select count(*) from tool_runs) as runs,
        (select count(*) filter (where matched) from call_claims) as matched, (select count(*) from appointments) as appointments`);
    const before = await figures();
    await privacy().erasePatient(CLINIC, ADA);
    expect(await figures()).toEqual(before);
    expect(
      await sql(
        `select status, cancelled_at is not null as at from appointments where patient_id = '${ADA}' order by starts_at`,
      ),
    ).toEqual([
      { status: 'booked', at: false },
      { status: 'cancelled', at: true },
    ]);
    expect(
      await sql(
        `select distinct status from tasks where patient_id = '${ADA}' or call_id = '${CALL.ada}' order by 1`,
      ),
    ).toEqual([...[{ status: 'cancelled' }, { status: 'done' }]]);
  });

  test('a second time changes nothing', async () => {
    await sql(HISTORY);
    await privacy().erasePatient(CLINIC, ADA);
    expect(await privacy().erasePatient(CLINIC, ADA)).toMatchObject({ patients: 0, outbox: 0, mentions: {} });
    expect(await privacy().exportPatient(CLINIC, ADA)).toMatchObject({
      patient: { full_name: 'erased', phone: null },
    });
  });

  test('of one who shares a name or a number leaves the other’s', async () => {
    await sql(`${HISTORY} update patients set full_name = '${BEN_NAME.toUpperCase()}' where id = '${CLEO}';`);
    await privacy().erasePatient(CLINIC, CLEO);
    expect(await sql(`select full_name, phone from patients where id = '${BEN}'`)).toEqual([
      { full_name: BEN_NAME, phone: SHARED_NUMBER },
    ]);
    expect(await columnsWith(BEN_NAME)).toEqual(
      expect.arrayContaining(['call_turns.caller_text', 'outbox.body']),
    );
    expect(await columnsWith(SHARED_NUMBER.slice(1))).toEqual(
      expect.arrayContaining(['calls.caller_number', 'tasks.body']),
    );
  });

  test('waits while the person is on the line, and is refused for a patient of another clinic', async () => {
    await sql(
      `update calls set ended_at = null, outcome = null, started_at = now() where id = '${CALL.ada}'`,
    );
    expect(await codeOf(privacy().erasePatient(CLINIC, ADA))).toBe('STATE_INVALID');
    expect(await codeOf(privacy().erasePatient(OTHER, ADA))).toBe('INPUT_INVALID');
    expect(await sql(`select full_name from patients where id = '${ADA}'`)).toEqual([
      { full_name: ADA_NAME },
    ]);
    await sql(`update calls set started_at = now() - interval '2 hours' where id = '${CALL.ada}'`);
    expect(await privacy().erasePatient(CLINIC, ADA)).toMatchObject({ patients: 1 });
  });

  test.each([
    ['(.*)+$'],
    ['.*'],
    ["O'Neil (Jr.) [x] \\d+ |"],
    ['"; drop table patients; --'],
    ['😀 Emoji 😀'],
    ['محمد علی'],
    ['x'.repeat(120)],
    ['Me'],
  ])('works for a person whose name is %j', async (name) => {
    const quoted = name.replaceAll("'", "''");
    await sql(`update patients set full_name = '${quoted}', phone = null where id = '${ADA}';
      insert into call_turns (call_id, index, caller_text) values ('${CALL.ben}', 0, 'Say hello to ${quoted} and tell Mehmet.');
      insert into tool_runs (call_id, name, arguments) values ('${CALL.ben}', 'x', jsonb_build_object('n', '${quoted}', 'k', 1));`);
    expect(await privacy().erasePatient(CLINIC, ADA)).toMatchObject({ patients: 1 });
    const short = name.length < 4;
    expect(
      await sql(
        `select caller_text, arguments from call_turns t join tool_runs r using (call_id) where t.call_id = '${CALL.ben}'`,
      ),
    ).toEqual([
      {
        caller_text: `Say hello to ${short ? name : '[erased]'} and tell Mehmet.`,
        arguments: { n: short ? name : '[erased]', k: 1 },
      },
    ]);
  });
});
