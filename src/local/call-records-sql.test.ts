import { describe, expect, test } from 'vitest';
import {
  ADA,
  ADA_NAME,
  BEN,
  CALL,
  CLINIC,
  appointmentSql,
  keyOf,
  useAfterCallClinic,
} from '../../test/support/after-call-clinic.ts';
import { collectLog } from '../../test/support/log.ts';
import { CalendarLinks } from '../after-call/calendar-link.ts';
import { type RecordDeps, recordNextCall } from '../after-call/record.ts';
import type { Line, Summarised } from '../after-call/summary.ts';
import { CallRecords, findCalendarAppointment } from '../clinic/call-records.ts';
import { Calls } from '../clinic/calls.ts';
import { ClaimsLedger } from '../clinic/claims-ledger.ts';
import type { WorkerId } from '../clinic/ids.ts';
import { Outbox } from '../clinic/outbox.ts';
import { AfterCallMetrics } from '../status/metrics.ts';

const { sql, db, ask } = useAfterCallClinic();
const APPOINTMENT = 'b4000000-0000-4000-8000-000000000001';
const MOBILE = '+4915123456789';
/** Before the appointments of December. */
const NOW = Date.parse('2026-11-22T10:00:00Z');

/** Only the call under test is left to do. */
const onlySql = (call: string) => `update calls set recorded_at = now() where id <> '${call}';`;
const turnsSql = (...turns: [caller: string | null, agent: string][]) =>
  turns
    .map(
      ([caller, agent], index) => `
  insert into call_turns (call_id, index, caller_text, agent_text, started_at)
  values ('${CALL.ada}', ${index}, ${caller === null ? 'null' : `'${caller}'`}, '${agent}', now() + interval '${index} seconds');`,
    )
    .join('');

function makeDeps(changes: Partial<RecordDeps> & { answers?: Summarised[] } = {}) {
  const { log, lines } = collectLog();
  const asked: { lines: readonly Line[]; attempt: number }[] = [];
  const metrics = new AfterCallMetrics();
  const { answers = [], ...overrides } = changes;
  const deps: RecordDeps = {
    records: new CallRecords(db()),
    calls: new Calls(db()),
    claims: new ClaimsLedger(db()),
    outbox: new Outbox(db()),
    summarise: async (said, attempt) => {
      asked.push({ lines: said, attempt });
      return (
        answers.shift() ?? { summary: 'A visit was booked.', disposition: 'appointment_booked', usage: {} }
      );
    },
    links: new CalendarLinks('an-invented-secret', 'https://worker.example/'),
    sendsMessages: true,
    ...{ metrics, agentName: 'after', workerId: 'w1' as WorkerId, log, nowMs: () => NOW },
    ...overrides,
  };
  return { deps, asked, metrics, lines };
}
const callRow = async () => (await sql(`select * from calls where id = '${CALL.ada}'`))[0];
const again = () => sql(`update calls set record_next_at = null where id = '${CALL.ada}'`);

describe('the record of a call that is over', () => {
  test('has summary, disposition and cost, and is made once, however many workers ask at once', async () => {
    await sql(
      `${onlySql(CALL.ada)}${turnsSql([null, 'Hello.'], ['A visit please.', 'One moment.'])}
       update calls set usage = '{"Deepgram/nova-3/audio_ms": 60000}' where id = '${CALL.ada}'`,
    );
    const workers = Array.from({ length: 6 }, (_, n) => makeDeps({ workerId: `w${n}` as WorkerId }));
    const did = await Promise.all(workers.map(({ deps }) => recordNextCall(deps)));
    expect(did.filter(Boolean)).toHaveLength(1);
    expect(workers.flatMap(({ asked }) => asked)).toHaveLength(1);
    expect(await callRow()).toMatchObject({
      ...{ summary: 'A visit was booked.', disposition: 'appointment_booked', cost_micros: '4800' },
    });
    expect(await recordNextCall(makeDeps().deps)).toBe(false);
  });

  test('what a worker that was lost left is finished by the next, once its time is over', async () => {
    await sql(`${onlySql(CALL.ada)}${turnsSql([null, 'Hello.'], ['Good morning.', 'Yes?'])}`);
    const lost = makeDeps({
      workerId: 'lost' as WorkerId,
      summarise: () => Promise.reject(new Error('the worker is gone')),
    });
    await expect(recordNextCall(lost.deps)).rejects.toThrow('gone');
    expect(await recordNextCall(makeDeps().deps)).toBe(false);
    await again();
    expect(await recordNextCall(makeDeps().deps)).toBe(true);
    expect(await callRow()).toMatchObject({ disposition: 'appointment_booked', record_attempts: 2 });
    // The lost one comes back, and finds that it is somebody else's.
    expect(await new CallRecords(db()).note(CALL.ada, 'lost' as WorkerId, { done: true })).toBe(false);
  });

  test('a call that ends every worker is left alone after eight of them', async () => {
    await sql(onlySql(CALL.ada));
    const taken = [];
    for (let n = 0; n < 10; n += 1) {
      taken.push(await new CallRecords(db()).take('after', `w${n}` as WorkerId));
      await again();
    }
    expect(taken.filter((call) => call !== undefined)).toHaveLength(8);
  });

  test('a call that goes on, another agent’s, and one from before there were records are left alone', async () => {
    await sql(
      `${onlySql(CALL.ada)} update calls set ended_at = null, outcome = null where id = '${CALL.ada}'`,
    );
    expect(await recordNextCall(makeDeps().deps)).toBe(false);
    await sql(`update calls set ended_at = now(), outcome = 'completed' where id = '${CALL.ada}'`);
    expect(await recordNextCall(makeDeps({ agentName: 'openhours' }).deps)).toBe(false);
    expect(await recordNextCall(makeDeps().deps)).toBe(true);
  });

  test('a summary that fails is tried three times, and the record is complete without one; the audit is made once', async () => {
    await sql(
      `${onlySql(CALL.ada)}${turnsSql([null, 'Hello.'], ['A visit.', 'You’re booked for Tuesday.'])}`,
    );
    const failed = { failed: 'no answer in time', usage: { 'OpenAI/gpt-4.1-mini/input_tokens': 1000 } };
    const { deps, asked, metrics, lines } = makeDeps({ answers: [failed, failed, failed] });
    for (const done of [false, false, true]) {
      await again();
      expect(await recordNextCall(deps)).toBe(true);
      expect((await callRow())?.['recorded_at'] !== null).toBe(done);
      // It is not due before its pause is over.
      expect(await recordNextCall(deps)).toBe(false);
    }
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    // What asking has cost is on record, too: 3 × 1,000 tokens at 0.4 dollars a million.
    expect(await callRow()).toMatchObject({ summary: null, cost_micros: '1200' });
    expect(await metrics.text()).toContain('openhours_claim_mismatches_total{claim="booked"} 1');
    expect(await metrics.text()).toContain('openhours_call_records_total{summary="no"} 1');
    expect(lines.filter(({ message }) => /claimed what is not on record/.test(message))).toEqual([
      expect.objectContaining({ claim: 'booked', turn: 1, callId: CALL.ada }),
    ]);
  });

  test('where nobody spoke, and where the words are deleted, no model is asked', async () => {
    await sql(`${onlySql(CALL.ada)}${turnsSql([null, 'Hello.'])}`);
    const { deps, asked } = makeDeps();
    await recordNextCall(deps);
    expect(asked).toEqual([]);
    expect(await callRow()).toMatchObject({ disposition: 'nothing_said', summary: null });
    await sql(`update calls set purged_at = now(), recorded_at = null where id = '${CALL.ada}'`);
    await recordNextCall(deps);
    expect(asked).toEqual([]);
  });

  test('the model gets no name, number or birth date, and no line of the log has a word of the call', async () => {
    await sql(
      `${onlySql(CALL.ada)}${turnsSql(
        [null, 'Hello.'],
        [`${ADA_NAME}, my number is 0151 23456789.`, `Thank you, ${ADA_NAME}. You are booked with Anna.`],
      )}`,
    );
    const { deps, asked, lines } = makeDeps();
    await recordNextCall(deps);
    const sent = JSON.stringify(asked);
    expect(sent).toContain('booked with Anna');
    for (const secret of ['Adaline', 'Quill', '23456789']) {
      expect(sent).not.toContain(secret);
      expect(JSON.stringify(lines)).not.toContain(secret);
    }
  });

  test('where the clinic redacts, names that became known late go from the turns, and the state is emptied', async () => {
    await sql(`${onlySql(CALL.ada)}${turnsSql([null, 'Hello.'], [`${ADA_NAME} speaking`, 'Thank you.'])}
      update clinics set redact_transcripts = true where id = '${CLINIC}';
      update calls set state = '{"verified": ["${ADA_NAME}"]}' where id = '${CALL.ada}'`);
    await recordNextCall(makeDeps().deps);
    const turns = await sql(
      `select caller_text, agent_text from call_turns where call_id = '${CALL.ada}' order by index`,
    );
    expect(JSON.stringify(turns)).not.toMatch(/Adaline|Quill/);
    expect(turns[1]).toMatchObject({ agent_text: 'Thank you.' });
    expect(await callRow()).toMatchObject({ state: {} });
  });
});

describe('confirmations', () => {
  const outbox = () => sql('select key, to_number, body, patient_id, expires_at from outbox order by key');

  test('a booking is confirmed to the patient’s mobile, with a link and without the patient’s name', async () => {
    await sql(`${onlySql(CALL.ada)}${appointmentSql(APPOINTMENT, ADA, CALL.ada, 15)}
      update patients set phone = '${MOBILE}' where id = '${ADA}'`);
    const { deps } = makeDeps();
    await recordNextCall(deps);
    const [message, ...more] = await outbox();
    expect(more).toEqual([]);
    expect(message).toMatchObject({ key: `booked/${APPOINTMENT}`, to_number: MOBILE, patient_id: ADA });
    expect(message?.['body']).toMatch(
      /^After: Your appointment with Anna is booked: Tuesday,? 15 December 2026,? (at )?10:00\. For your calendar: https:\/\/worker\.example\/calendar\/[\w-]{43}\.ics/,
    );
    expect(message?.['body']).not.toMatch(/Adaline|Visit/);
    // Made again, it is the same message.
    await sql(
      `update calls set recorded_at = null, audited_at = null, record_next_at = null where id = '${CALL.ada}'`,
    );
    await recordNextCall(deps);
    expect(await outbox()).toHaveLength(1);
  });

  test('a move and a cancellation are told; what was made and unmade in the call is not', async () => {
    const [one, two, three, four] = [1, 2, 3, 4].map((n) => APPOINTMENT.replace(/1$/, String(n)));
    await sql(`${onlySql(CALL.ada)}
      ${appointmentSql(one as string, ADA, CALL.both, 14, `update appointments set status = 'cancelled', cancelled_by_call = '${CALL.ada}' where id = '${one}';`)}
      ${appointmentSql(two as string, ADA, CALL.ada, 15, `update appointments set moved_from = '${one}' where id = '${two}';`)}
      ${appointmentSql(three as string, ADA, CALL.both, 16, `update appointments set status = 'cancelled', cancelled_by_call = '${CALL.ada}' where id = '${three}';`)}
      ${appointmentSql(four as string, ADA, CALL.ada, 17, `update appointments set status = 'cancelled', cancelled_by_call = '${CALL.ada}' where id = '${four}';`)}
      update patients set phone = '${MOBILE}' where id = '${ADA}'`);
    await recordNextCall(makeDeps().deps);
    expect((await outbox()).map(({ key }) => key)).toEqual([`cancelled/${three}`, `moved/${two}`]);
  });

  test('a landline gets none, but the caller’s mobile does; nothing is put where nobody would send it', async () => {
    await sql(`${onlySql(CALL.ada)}${appointmentSql(APPOINTMENT, ADA, CALL.ada, 15)}
      update patients set phone = '+49301234567' where id = '${ADA}';
      update calls set caller_number = '+49301234567' where id = '${CALL.ada}'`);
    await recordNextCall(makeDeps().deps);
    expect(await outbox()).toEqual([]);
    await sql(
      `update calls set caller_number = '${MOBILE}', recorded_at = null, audited_at = null, record_next_at = null where id = '${CALL.ada}'`,
    );
    const off = makeDeps({ sendsMessages: false });
    await recordNextCall(off.deps);
    expect(await outbox()).toEqual([]);
    expect(off.lines.some(({ message }) => message.includes('TWILIO_ACCOUNT_SID'))).toBe(true);
    await sql(
      `update calls set recorded_at = null, audited_at = null, record_next_at = null where id = '${CALL.ada}'`,
    );
    await recordNextCall(makeDeps().deps);
    expect((await outbox()).map(({ to_number }) => to_number)).toEqual([MOBILE]);
  });

  test('a patient who was not verified in the call gets none, and the record is complete all the same', async () => {
    await sql(`${onlySql(CALL.ada)}${appointmentSql(APPOINTMENT, BEN, CALL.ada, 15)}
      update patients set phone = '${MOBILE}' where id = '${BEN}'`);
    const { deps, lines } = makeDeps();
    await recordNextCall(deps);
    expect(await outbox()).toEqual([]);
    expect(lines.some(({ message }) => message === 'a confirmation was refused')).toBe(true);
    expect((await callRow())?.['recorded_at']).not.toBeNull();
  });
});

test('a claim with its row behind it is counted as one that is true', async () => {
  await sql(`${onlySql(CALL.ada)}${turnsSql([null, 'Hello.'], ['A visit.', 'I’ve left your message with our front desk.'])}
    insert into tasks (clinic_id, call_id, kind, created_at) values ('${CLINIC}', '${CALL.ada}', 'message', now() - interval '1 minute')`);
  const { deps, metrics } = makeDeps();
  await recordNextCall(deps);
  expect(await metrics.text()).toContain('openhours_claims_total{result="matched"} 1');
  expect(await new ClaimsLedger(db()).audit(keyOf(CALL.ada).id)).toMatchObject({ mismatches: [] });
});

test('a calendar file’s data has nothing of the patient', async () => {
  await sql(appointmentSql(APPOINTMENT, ADA, CALL.ada, 15));
  const found = await findCalendarAppointment(db(), APPOINTMENT);
  expect(found).toMatchObject({
    appointment: { practitioner: 'Anna', status: 'booked' },
    clinic: { name: 'After' },
  });
  expect(JSON.stringify(found)).not.toMatch(/Adaline|patient/);
  expect(await findCalendarAppointment(db(), CALL.ada)).toBeUndefined();
});

test('patients are found by id, or by name in any order and date of birth, in their own clinic', async () => {
  const find = (more: Record<string, unknown>) =>
    ask<{ patients: { patient_id: string }[] } | null>('find_patients', { p_clinic_slug: 'after', ...more });
  const ids = async (more: Record<string, unknown>) => (await find(more))?.patients.map((p) => p.patient_id);
  expect(await ids({ p_patient_id: ADA })).toEqual([ADA]);
  expect(await ids({ p_name: 'invented QUILL adaline', p_born: '1980-01-01' })).toEqual([ADA]);
  expect(await ids({ p_name: ADA_NAME, p_born: '1980-01-02' })).toEqual([]);
  expect(await ids({ p_clinic_slug: 'other', p_patient_id: ADA })).toEqual([]);
  expect(await find({ p_clinic_slug: 'nowhere' })).toBeNull();
});
