import { describe, expect, test } from 'vitest';
import {
  ADA,
  ADA_NUMBER,
  CALL,
  CLINIC,
  OTHER,
  appointmentSql,
  codeOf,
  keyOf,
  useAfterCallClinic,
  waitingSql,
} from '../../test/support/after-call-clinic.ts';
import { ClaimsLedger, type SaidClaim } from '../clinic/claims-ledger.ts';
import type { CallKey } from '../clinic/calls.ts';
import type { CallId, ClinicId, MessageId, PatientId, TaskId } from '../clinic/ids.ts';
import { type NewMessage, Outbox } from '../clinic/outbox.ts';
import { type NewTask, type TakenTask, Tasks } from '../clinic/tasks.ts';

const { sql, db, ask } = useAfterCallClinic();
const NOBODY = 'f4000000-0000-4000-8000-00000000000f' as PatientId;

describe('calls to make', () => {
  const tasks = () => new Tasks(db());
  const add = (changes: Partial<NewTask> = {}) =>
    tasks().add({ clinicId: CLINIC, kind: 'call', toNumber: '+4915550101', ...changes });
  const minutes = (n: number) => new Date(Date.now() + n * 60_000);
  /** Takes a task at another time than now. */
  const takeAt = (p_now: Date, p_worker_id = 'w1') =>
    ask<TakenTask | null>('take_task', { p_agent_name: 'after', p_worker_id, p_limit_ms: 60_000, p_now });
  const finishAt = (task: TakenTask | null | undefined, p_outcome: string, p_now: Date, p_worker_id = 'w1') =>
    ask<{ status: string; attempts: number; next_at: string | null }>('finish_task', {
      ...{ p_task_id: task?.task_id, p_worker_id, p_outcome, p_result: { rang: 20 }, p_now },
      p_retry_ms: 600_000,
    });

  test('each is taken by one worker, however many ask at once', async () => {
    for (let n = 0; n < 4; n += 1) await add({ toNumber: `+491555012${n}` });
    const taken = await Promise.all(Array.from({ length: 10 }, (_, n) => tasks().take('after', `w${n}`)));
    const ids = taken.flatMap((task) => (task === undefined ? [] : [task.task_id]));
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(4);
  });

  test('two workers at once do not ring one number for two tasks', async () => {
    await add();
    await add({ kind: 'reminder' });
    const taken = await Promise.all([tasks().take('after', 'w1'), tasks().take('after', 'w2')]);
    expect(taken.filter((task) => task !== undefined)).toHaveLength(1);
  });

  test('the highest priority comes first, then the earliest; what is not due, too late, or another agent’s does not come', async () => {
    const late = await add({ toNumber: '+4915550102', latestAt: minutes(0.001) });
    await add({ toNumber: '+4915550103', earliestAt: minutes(60) });
    const second = await add({ toNumber: '+4915550104' });
    const third = await add({ toNumber: '+4915550105' });
    const first = await add({ toNumber: '+4915550106', priority: 5 });
    const later = minutes(1);
    expect(await ask('take_task', { p_agent_name: 'openhours', p_worker_id: 'w', p_limit_ms: 1 })).toBeNull();
    const order = [await takeAt(later), await takeAt(later), await takeAt(later), await takeAt(later)];
    expect(order.map((task) => task?.task_id)).toEqual([
      ...[first.task_id, second.task_id, third.task_id, undefined],
    ]);
    expect(
      await sql(`select status, result->>'outcome' as outcome from tasks where id = '${late.task_id}'`),
    ).toEqual([{ status: 'failed', outcome: 'too_late' }]);
  });

  test('what is due after the latest time is not tried again', async () => {
    await add({ latestAt: minutes(15) });
    const now = minutes(1);
    expect(await finishAt(await takeAt(now), 'busy', now)).toMatchObject({ status: 'open', attempts: 1 });
    expect(await takeAt(minutes(10))).toBeNull();
    const again = minutes(12);
    expect(await finishAt(await takeAt(again), 'no_answer', again)).toEqual({
      ...{ status: 'failed', attempts: 2, next_at: null },
    });
    expect(await takeAt(minutes(14))).toBeNull();
  });

  test('after the last attempt it is failed, and the front desk can still close it', async () => {
    const { task_id } = await add({ maxAttempts: 2 });
    for (const n of [1, 30]) await finishAt(await takeAt(minutes(n)), 'machine', minutes(n));
    expect(await takeAt(minutes(90))).toBeNull();
    const [row] = await sql(`select status, attempts, result from tasks where id = '${task_id}'`);
    expect(row).toMatchObject({
      status: 'failed',
      attempts: 2,
      result: { outcome: 'machine', attempt: 2, rang: 20 },
    });
    expect(await tasks().close(task_id, 'done')).toBe(true);
    expect(await tasks().close(task_id, 'done')).toBe(false);
  });

  test('a completed call is done, and saying so twice changes nothing', async () => {
    await add({ body: { about: 'the x-ray' } });
    const task = await tasks().take('after', 'w1');
    expect(task).toMatchObject({ number: '+4915550101', attempt: 1, body: { about: 'the x-ray' } });
    const finish = () => tasks().finish(task?.task_id as TaskId, 'w1', 'completed', { call_id: CALL.ada });
    expect(await finish()).toEqual({ status: 'done', next_at: null, attempts: 1 });
    expect(await finish()).toEqual({ status: 'done', next_at: null, attempts: 1 });
  });

  test('a worker that was lost has used up its attempt, and can write nothing once another has the task', async () => {
    await add({ maxAttempts: 2 });
    const first = await takeAt(minutes(1), 'w1');
    expect(await takeAt(minutes(1.5), 'w2')).toBeNull();
    const second = await takeAt(minutes(3), 'w2');
    expect(second).toMatchObject({ task_id: first?.task_id, attempt: 2 });
    expect(await codeOf(finishAt(first, 'completed', minutes(3), 'w1'))).toBe('STATE_INVALID');
    expect(await takeAt(minutes(5), 'w3')).toBeNull();
    expect(await sql(`select status, result->>'outcome' as outcome from tasks`)).toEqual([
      { status: 'failed', outcome: 'worker_lost' },
    ]);
  });

  test('one that is cancelled while it rings stays cancelled', async () => {
    const { task_id } = await add();
    const task = await tasks().take('after', 'w1');
    await tasks().close(task_id, 'cancelled', { by: 'front desk' });
    expect(await finishAt(task, 'busy', minutes(0))).toMatchObject({ status: 'cancelled', next_at: null });
  });

  test('a callback that was promised is made when the call is over, to the number that was promised', async () => {
    await sql(`update calls set ended_at = null, outcome = null where id = '${CALL.ada}'`);
    await tasks().leaveMessage(keyOf(CALL.ada), {
      kind: 'callback',
      body: { callback_number: '+4915550109' },
    });
    await tasks().leaveMessage(keyOf(CALL.ada), { kind: 'message', body: { message: 'hello' } });
    expect(await tasks().take('after', 'w1')).toBeUndefined();
    await sql(`update calls set ended_at = now(), outcome = 'callback_owed' where id = '${CALL.ada}'`);
    expect(await tasks().take('after', 'w1', [OTHER])).toBeUndefined();
    expect(await tasks().take('after', 'w1', [CLINIC])).toMatchObject({
      kind: 'callback',
      number: '+4915550109',
    });
    expect(await tasks().take('after', 'w1')).toBeUndefined();
  });

  test('without a number the patient is rung, and the same key again is the same task', async () => {
    const key = 'reminder/a-1';
    const reminder: Partial<NewTask> = { clinicId: CLINIC, kind: 'reminder', patientId: ADA, key };
    const reply = () => tasks().add(reminder as NewTask);
    const replies = await Promise.all([reply(), reply(), reply()]);
    expect(replies.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(replies.map(({ task_id }) => task_id)).size).toBe(1);
    expect(await tasks().take('after', 'w1')).toMatchObject({ number: ADA_NUMBER, patient_id: ADA });
  });

  test.each<[string, Partial<NewTask>, string]>([
    ['a number that is none', { toNumber: '0155 50100' }, 'INPUT_INVALID'],
    ['SQL for a number', { toNumber: "'; drop table tasks; --" }, 'INPUT_INVALID'],
    ['a window that is over', { latestAt: minutes(-1) }, 'INPUT_INVALID'],
    [
      'a window that ends before it begins',
      { earliestAt: minutes(20), latestAt: minutes(10) },
      'INPUT_INVALID',
    ],
    ['no attempts', { maxAttempts: 0 }, 'INPUT_INVALID'],
    ['a kind nobody dials', { kind: 'message' as 'call' }, 'INPUT_INVALID'],
    ['a body of 10,000 characters', { body: { text: 'x'.repeat(10_000) } }, 'INPUT_INVALID'],
    ['a body that is no object', { body: [] as unknown as Record<string, unknown> }, 'INPUT_INVALID'],
    ['a patient who does not exist', { patientId: NOBODY }, 'INPUT_INVALID'],
    ['another clinic’s patient', { clinicId: OTHER, patientId: ADA }, 'INPUT_INVALID'],
    ['a clinic that does not exist', { clinicId: NOBODY as unknown as ClinicId }, 'CLINIC_UNKNOWN'],
  ])('%s is refused', async (_, changes, code) => {
    expect(await codeOf(add(changes))).toBe(code);
    expect(await sql('select from tasks')).toEqual([]);
  });

  test('an outcome that does not exist is refused', async () => {
    await add();
    expect(await codeOf(finishAt(await takeAt(minutes(1)), 'lost', minutes(1)))).toBe('INPUT_INVALID');
  });
});

describe('text messages', () => {
  const outbox = () => new Outbox(db());
  const message: NewMessage = { key: 'booked/a-1', toNumber: ADA_NUMBER, body: 'See you on Tuesday.' };
  const take = (p_worker_id: string, p_now = new Date()) =>
    ask<{ message_id: MessageId; attempt: number } | null>('take_message', {
      ...{ p_agent_name: 'after', p_worker_id, p_limit_ms: 60_000, p_now },
    });
  const later = (n: number) => new Date(Date.now() + n * 60_000);

  test('the same key, sent many times at once and again later, is one message', async () => {
    const queue = () => outbox().queue(keyOf(CALL.ada), { ...message, patientId: ADA });
    const replies = await Promise.all(Array.from({ length: 8 }, queue));
    expect(replies.filter(({ created }) => created)).toHaveLength(1);
    const sent = await outbox().take('after', 'w1');
    expect(sent).toMatchObject({
      to_number: ADA_NUMBER,
      from: '+4915550100',
      body: message.body,
      attempt: 1,
    });
    if (sent === undefined) throw new Error('nothing to send');
    expect(await outbox().finish(sent, 'w1', { sent: true, providerId: 'SM1' })).toBe('sent');
    expect(await queue()).toEqual({ message_id: sent.message_id, created: false, status: 'sent' });
    expect(await outbox().take('after', 'w1')).toBeUndefined();
    expect(await sql('select provider_id, sent_at is not null as sent from outbox')).toEqual([
      { provider_id: 'SM1', sent: true },
    ]);
  });

  test('of many workers one has it, and a failed one is tried again until its attempts are used up', async () => {
    await outbox().queueForClinic(CLINIC, message);
    const taken = await Promise.all(['w1', 'w2', 'w3'].map((worker) => take(worker)));
    expect(taken.filter((one) => one !== null)).toHaveLength(1);
    await sql(`update outbox set taken_by = 'w1', attempts = 3, next_at = now()`);
    const again = await outbox().take('after', 'w1');
    if (again === undefined) throw new Error('nothing to send');
    const failed = { sent: false, retry: true, error: 'HTTP 503' } as const;
    expect(await outbox().finish(again, 'w1', failed)).toBe('waiting');
    expect(await take('w1', later(31))).toBeNull();
    expect(await take('w1', later(33))).toMatchObject({ attempt: 5 });
    expect(await outbox().finish(again, 'w1', failed)).toBe('failed');
  });

  test('a worker that comes late is believed when it has sent the message, and not when it has failed', async () => {
    await outbox().queueForClinic(CLINIC, message);
    const mine = await outbox().take('after', 'w1');
    if (mine === undefined) throw new Error('nothing to send');
    expect(await take('w2', later(2))).toMatchObject({ message_id: mine.message_id, attempt: 2 });
    expect(await outbox().finish(mine, 'w1', { sent: false, retry: false, error: 'no' })).toBe('waiting');
    expect(await outbox().finish(mine, 'w1', { sent: true, providerId: 'SM1' })).toBe('sent');
  });

  test('one that could not be sent in a day is not sent at all', async () => {
    await outbox().queueForClinic(CLINIC, message);
    expect(await take('w1', later(24 * 60 + 1))).toBeNull();
    expect(await sql('select status, error from outbox')).toEqual([{ status: 'failed', error: 'too_late' }]);
  });

  test('where the clinic has no sender nothing is stored, and the answer says so', async () => {
    expect(await outbox().queueForClinic(OTHER, message)).toEqual({
      message_id: null,
      created: false,
      status: 'off',
    });
    expect(await sql('select from outbox')).toEqual([]);
  });

  test.each<[string, CallId, Partial<NewMessage>, string]>([
    ['a patient whom the call has not verified', CALL.ben, { patientId: ADA }, 'PATIENT_NOT_VERIFIED'],
    ['a number that is none', CALL.ada, { toNumber: '12' }, 'INPUT_INVALID'],
    ['no text', CALL.ada, { body: '' }, 'INPUT_INVALID'],
    ['more text than a message takes', CALL.ada, { body: 'x'.repeat(1_601) }, 'INPUT_INVALID'],
    ['no key', CALL.ada, { key: '' }, 'INPUT_INVALID'],
  ])('%s is refused', async (_, call, changes, code) => {
    expect(await codeOf(outbox().queue(keyOf(call), { ...message, ...changes }))).toBe(code);
  });

  test('a call that another worker has taken over queues nothing', async () => {
    await sql(`update calls set epoch = 2 where id = '${CALL.ada}'`);
    expect(await codeOf(outbox().queue(keyOf(CALL.ada), message))).toBe('CALL_TAKEN_OVER');
  });
});

describe('what the agent said it had done', () => {
  const ledger = () => new ClaimsLedger(db());
  const APPOINTMENT = 'b4000000-0000-4000-8000-000000000001';
  const claims = (...kinds: string[]) =>
    kinds.map((claim, index) => ({ turnIndex: index + 1, claim, said: `I have ${claim}.` })) as SaidClaim[];
  const every = claims(
    'booked',
    'moved',
    'cancelled',
    'message',
    'callback',
    'transferring',
    'waiting_list',
    'registered',
  );
  const turns = (call: CallId, minute: number) =>
    sql(`insert into call_turns (call_id, index, started_at)
         select '${call}', n, now() + make_interval(mins => ${minute} + n) from generate_series(0, 9) n`);

  test('is true when the rows of this very call say so, each of its own kind', async () => {
    await sql(`${appointmentSql('b4000000-0000-4000-8000-000000000002', ADA, CALL.other, 10)}
      ${appointmentSql(APPOINTMENT, ADA, CALL.ben, 11, `update appointments set moved_from = 'b4000000-0000-4000-8000-000000000002' where id = '${APPOINTMENT}';`)}
      update appointments set status = 'cancelled', cancelled_by_call = '${CALL.ben}' where id = 'b4000000-0000-4000-8000-000000000002';
      insert into tasks (clinic_id, call_id, kind) values ('${CLINIC}', '${CALL.ben}', 'callback');
      insert into tool_runs (call_id, name) values ('${CALL.ben}', 'transfer');
      ${waitingSql(ADA, CALL.ben, 'r')}`);
    await turns(CALL.ben, 1);
    expect(await ledger().record(keyOf(CALL.ben), every)).toBe(8);
    expect(await ledger().audit(CALL.ben)).toEqual({ claims: 8, matched: 8, mismatches: [] });
    const rows = await sql(`select claim, row_table from call_claims order by turn_index`);
    expect(rows.map(({ row_table }) => row_table)).toEqual([
      ...[
        'appointments',
        'appointments',
        'appointments',
        'tasks',
        'tasks',
        'tool_runs',
        'waiting_list',
        'call_patients',
      ],
    ]);
  });

  test('is false without rows, though another call has them all', async () => {
    await sql(`${appointmentSql(APPOINTMENT, ADA, CALL.ben, 11)} ${waitingSql(ADA, CALL.ben, 'r')}
      insert into tasks (clinic_id, call_id, kind) values ('${CLINIC}', '${CALL.ben}', 'callback');
      insert into tool_runs (call_id, name, error_code) values ('${CALL.ada}', 'transfer', 'CALL_FAILED');`);
    await ledger().record(keyOf(CALL.ada), every);
    const audit = await ledger().audit(CALL.ada);
    expect(audit).toMatchObject({ claims: 8, matched: 0 });
    expect(audit.mismatches.map(({ claim }) => claim)).toEqual(every.map(({ claim }) => claim));
    expect(audit.mismatches[0]).toEqual({ turn_index: 1, claim: 'booked', said: 'I have booked.' });
  });

  test('is false when it was said before it was done', async () => {
    await turns(CALL.ada, -60);
    await sql(appointmentSql(APPOINTMENT, ADA, CALL.ada, 11));
    await ledger().record(keyOf(CALL.ada), [
      { turnIndex: 2, claim: 'booked', said: 'You are booked.' },
      { turnIndex: 9, claim: 'booked', said: 'You are booked.' },
    ]);
    const { matched, mismatches } = await ledger().audit(CALL.ada);
    expect({ matched, early: mismatches.map(({ turn_index }) => turn_index) }).toEqual({
      matched: 1,
      early: [2],
    });
  });

  test('a transfer that was made bears out that one was announced, and a message is no callback', async () => {
    await sql(`update calls set outcome = 'transferred' where id = '${CALL.ada}';
      insert into tasks (clinic_id, call_id, kind) values ('${CLINIC}', '${CALL.ada}', 'message');`);
    await ledger().record(keyOf(CALL.ada), claims('transferring', 'message', 'callback'));
    const { mismatches } = await ledger().audit(CALL.ada);
    expect(mismatches.map(({ claim }) => claim)).toEqual(['callback']);
  });

  test('stays true when what proved it is deleted, and becomes true when the row comes late', async () => {
    await ledger().record(keyOf(CALL.ada), claims('message'));
    expect(await ledger().audit(CALL.ada)).toMatchObject({ matched: 0 });
    await sql(`insert into tasks (clinic_id, call_id, kind) values ('${CLINIC}', '${CALL.ada}', 'message')`);
    expect(await ledger().audit(CALL.ada)).toMatchObject({ matched: 1 });
    await sql('delete from tasks');
    expect(await ledger().audit(CALL.ada)).toMatchObject({ claims: 1, matched: 1, mismatches: [] });
  });

  test.each([
    ['a claim nobody knows', [{ turn_index: 1, claim: 'cured', said: 'x' }]],
    ['a turn that is no number', [{ turn_index: 'one', claim: 'booked', said: 'x' }]],
    ['a turn before the first', [{ turn_index: -1, claim: 'booked', said: 'x' }]],
    ['no turn', [{ claim: 'booked', said: 'x' }]],
    ['what is no claim at all', ['booked']],
    ['what is no list', { claim: 'booked' }],
  ])('%s is refused', async (_, p_claims) => {
    expect(await codeOf(ask('record_claims', { p_call_id: CALL.ada, p_epoch: 1, p_claims }))).toBe(
      'INPUT_INVALID',
    );
  });

  test('a call nobody knows has nothing to audit, and one that was taken over takes no claims', async () => {
    const stale: CallKey = { id: CALL.ada, epoch: 0 };
    expect(await codeOf(ledger().audit(NOBODY as unknown as CallId))).toBe('STATE_INVALID');
    expect(await codeOf(ledger().record(stale, every))).toBe('CALL_TAKEN_OVER');
  });
});

test('what was made of a call is added to its row, piece by piece', async () => {
  const ledger = new ClaimsLedger(db());
  await ledger.note(keyOf(CALL.ada), { language: 'es' });
  await ledger.note(keyOf(CALL.ada), { recordingConsent: 'given' });
  await ledger.finish(CALL.ada, { summary: 'x'.repeat(5_000), cost: 0.0123 });
  await ledger.finish(CALL.ada, { disposition: 'booked' });
  const [row] = await sql(
    `select language, recording_consent, disposition, cost_micros, length(summary) from calls where id = '${CALL.ada}'`,
  );
  expect(row).toEqual({
    language: 'es',
    recording_consent: 'given',
    disposition: 'booked',
    cost_micros: '12300',
    length: 4_000,
  });
  expect(await codeOf(ledger.finish(NOBODY as unknown as CallId, {}))).toBe('STATE_INVALID');
});
