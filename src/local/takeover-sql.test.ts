import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, openTestDatabase } from '../../test/support/test-database.ts';
import { Appointments } from '../clinic/appointments.ts';
import { type CallKey, Calls, type OpenedCall } from '../clinic/calls.ts';
import { type Database, openDatabase } from '../clinic/database.ts';
import type { ClinicId, PractitionerId, ServiceId, ShiftId, WorkerId } from '../clinic/ids.ts';
import { Tasks } from '../clinic/tasks.ts';
import { withSqlClient } from './sql-client.ts';

const CLINIC = 'c1000000-0000-4000-8000-000000000001' as ClinicId;
const PRACTITIONER = 'd1000000-0000-4000-8000-000000000001' as PractitionerId;
const SERVICE = 'e1000000-0000-4000-8000-000000000001' as ServiceId;
const SHIFT = 'b1000000-0000-4000-8000-000000000001' as ShiftId;
const CALLER = '+923005550101';
const DIALLED = '+922135550100';
const ARRIVAL = { room: 'room-1', callerNumber: CALLER, dialledNumber: DIALLED, clinicSlug: undefined };

let database: TestDatabase;
let client: Database;
let calls: Calls, tasks: Tasks;
beforeAll(async () => {
  database = await openTestDatabase();
  client = openDatabase({ url: database.url, serviceRoleKey: database.serviceRoleKey });
  calls = new Calls(client);
  tasks = new Tasks(client);
});
afterAll(() => database.stop());
beforeEach(() =>
  sql(
    'delete from rescues; delete from tasks; delete from appointments where call_id is not null; delete from calls; delete from workers',
  ),
);

const sql = (text: string) => database.sql(text);
const open = (changes: Partial<Parameters<Calls['open']>[0]> = {}): Promise<OpenedCall> =>
  calls.open({
    ...ARRIVAL,
    workerId: 'worker-1' as WorkerId,
    shiftId: undefined,
    ...changes,
  });
const keyOf = ({ call_id, epoch }: OpenedCall): CallKey => ({ id: call_id, epoch });
const takeOver = (worker = 'worker-2') => open({ workerId: worker as WorkerId });
const rowOf = async (room = 'room-1') => (await sql(`select * from calls where room = '${room}'`))[0];
const giveUp = (changes: Partial<Parameters<Calls['giveUp']>[0]> = {}) =>
  calls.giveUp({
    ...ARRIVAL,
    workerId: 'gateway',
    outcome: 'callback_owed',
    reason: 'agent_lost',
    ...changes,
  });

/** A free time of the sample clinic. */
async function booking(key: CallKey, requestId = 'request-1') {
  const appointments = new Appointments(client);
  const [slot] = await appointments.findFree({
    clinicId: CLINIC,
    serviceId: SERVICE,
    practitionerId: PRACTITIONER,
    from: new Date(),
    to: new Date(Date.now() + 20 * 86_400_000),
    limit: 1,
  });
  if (slot === undefined) throw new Error('no free slot');
  return () =>
    appointments.book({
      callId: key.id,
      epoch: key.epoch,
      requestId,
      clinicId: CLINIC,
      practitionerId: PRACTITIONER,
      serviceId: SERVICE,
      startsAt: slot.starts_at,
      patientName: 'Ada Test',
      patientPhone: CALLER,
    });
}

describe('a call that is opened', () => {
  test('for the first time has nothing to resume', async () => {
    expect(await open({ shiftId: SHIFT })).toMatchObject({
      clinic: { slug: 'karachi-smiles' },
      epoch: 1,
      closed: false,
      resumed: null,
      caller: { active: 0, last_hour: 0 },
    });
    expect((await rowOf())?.['shift_id']).toBeNull();
  });

  test('again is taken over, with everything that is on record', async () => {
    const key = keyOf(await open());
    await calls.answered(key, 400);
    for (let index = 0; index < 25; index += 1)
      await calls.recordTurn(key, index, { caller_text: `turn ${index}` });
    await calls.recordTurn(key, 24, { agent_text: 'You wanted Tuesday', interrupted: true });
    await calls.saveState(key, { proposal: 'Tuesday' });
    const booked = await (await booking(key))();
    const next = await takeOver();
    expect(next).toMatchObject({
      call_id: key.id,
      epoch: 2,
      closed: false,
      resumed: {
        next_index: 25,
        state: { proposal: 'Tuesday' },
        handovers: 1,
        previous_worker: 'worker-1',
        answered: true,
        appointments: [{ appointment_id: booked.appointment_id }],
      },
    });
    expect(next.resumed?.turns.map(({ index }) => index)).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 5),
    );
    expect(next.resumed?.turns.at(-1)).toEqual({
      index: 24,
      caller_text: 'turn 24',
      agent_text: 'You wanted Tuesday',
      interrupted: true,
    });
    expect(await takeOver('worker-3')).toMatchObject({
      epoch: 3,
      resumed: { handovers: 2, previous_worker: 'worker-2' },
    });
  });

  test('by many at once gives each an epoch of its own', async () => {
    const opened = await Promise.all(Array.from({ length: 8 }, (_, n) => takeOver(`w${n}`)));
    expect(opened.map(({ epoch }) => epoch).sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(opened.filter(({ resumed }) => resumed === null)).toHaveLength(1);
  });

  test('after its end is left as it is', async () => {
    const key = keyOf(await open());
    await calls.close(key, 'completed', 'goodbye');
    expect(await takeOver()).toMatchObject({ call_id: key.id, epoch: 1, closed: true, resumed: null });
    expect(await rowOf()).toMatchObject({ worker_id: 'worker-1', handovers: 0, outcome: 'completed' });
  });

  test('learns of the caller’s other calls, and takes hidden numbers for nobody', async () => {
    const first = keyOf(await open());
    await open({ room: 'room-2' });
    await calls.close(first, 'completed', 'goodbye');
    await open({ room: 'old' });
    await sql(`update calls set started_at = now() - interval '61 minutes' where room = 'old'`);
    expect((await open({ room: 'room-3' })).caller).toEqual({ active: 1, last_hour: 2 });
    for (const callerNumber of ['anonymous', undefined]) {
      await open({ room: `hidden-1-${callerNumber}`, callerNumber });
      const { caller } = await open({ room: `hidden-2-${callerNumber}`, callerNumber });
      expect(caller).toEqual({ active: 0, last_hour: 0 });
    }
  });
});

describe('a worker that has lost the call', () => {
  test('can write nothing about it, and the one that has it can', async () => {
    const old = keyOf(await open());
    const book = await booking(old);
    const now = keyOf(await takeOver());
    const run = { turnIndex: 0, name: 'x', arguments: {}, result: null, errorCode: null, durationMs: 1 };
    const writes = (key: CallKey): (() => Promise<unknown>)[] => [
      () => calls.answered(key, 400),
      () => calls.recordTurn(key, 0, { caller_text: 'hello' }),
      () => calls.recordToolRun(key, run),
      () => calls.saveState(key, { by: key.epoch }),
      () => calls.recordUsage(key, { tokens: 1 }),
      () => tasks.leaveMessage(key, { kind: 'message', body: {} }),
      () => tasks.oweCallback(key, 'x'),
      () => calls.close(key, 'failed', 'x'),
    ];
    for (const write of [...writes(old), book]) {
      await expect(write()).rejects.toMatchObject({ code: 'CALL_TAKEN_OVER' });
    }
    expect(await rowOf()).toMatchObject({ answered_at: null, state: {}, usage: {}, outcome: null });
    expect(
      await sql('select from call_turns union all select from tool_runs union all select from tasks'),
    ).toEqual([]);
    for (const write of writes(now)) await write();
    expect(await rowOf()).toMatchObject({ state: { by: 2 }, usage: { tokens: 1 }, outcome: 'callback_owed' });
  });

  test('books either before the takeover, which then shows it, or not at all', async () => {
    for (let round = 0; round < 20; round += 1) {
      await sql('delete from appointments where call_id is not null; delete from calls');
      const book = await booking(keyOf(await open()));
      const [outcome, next] = await Promise.all([
        book().then(
          () => true,
          (error: { code: string }) => error.code,
        ),
        takeOver(),
      ]);
      expect([true, 'CALL_TAKEN_OVER']).toContain(outcome);
      expect(next.resumed?.appointments).toHaveLength(outcome === true ? 1 : 0);
    }
  });

  test('that is in the middle of booking is waited for, and its booking shown', async () => {
    const key = keyOf(await open());
    const { starts_at } = await (await booking(key))();
    await sql('delete from appointments where call_id is not null');
    const next = await withSqlClient(database.dbUrl, async (connection) => {
      await connection.query('begin');
      await connection.query(
        `select book_appointment($1, 'slow', $2, $3, $4, $5, 'Ada Test', $6, p_epoch => 1)`,
        [key.id, CLINIC, PRACTITIONER, SERVICE, starts_at, CALLER],
      );
      const taking = takeOver();
      await expect.poll(() => sql('select from pg_locks where not granted')).toHaveLength(1);
      await connection.query('commit');
      return taking;
    });
    expect(next.resumed?.appointments).toMatchObject([{ starts_at }]);
  });

  test('has its booking found, not made again, by the next one', async () => {
    const old = keyOf(await open());
    const made = await (await booking(old))();
    const again = await (await booking(keyOf(await takeOver())))();
    expect(again).toMatchObject({ appointment_id: made.appointment_id, created: false });
  });

  test('does not stop writers at the same time that both have the call', async () => {
    const key = keyOf(await open());
    await Promise.all(
      Array.from({ length: 30 }, (_, n) =>
        n % 3 === 0
          ? calls.recordUsage(key, { tokens: 1 })
          : n % 3 === 1
            ? calls.recordTurn(key, n, { caller_text: 'x' })
            : calls.saveState(key, { n }),
      ),
    );
    expect((await rowOf())?.['usage']).toEqual({ tokens: 10 });
  });
});

describe('a callback', () => {
  test('is promised once per call, and closes it', async () => {
    const key = keyOf(await open());
    const message = await tasks.leaveMessage(key, {
      kind: 'callback',
      body: { about: 'tooth' },
      priority: 5,
    });
    const [first, second] = await Promise.all([
      tasks.oweCallback(key, 'worker_stopped', { note: 'cut off' }),
      tasks.oweCallback(key, 'worker_stopped', { note: 'cut off' }),
    ]);
    expect(first).toEqual({ task_id: message, outcome: 'callback_owed' });
    expect(second).toEqual(first);
    expect(await sql('select kind, body, priority, clinic_id from tasks')).toEqual([
      {
        kind: 'callback',
        priority: 5,
        clinic_id: CLINIC,
        body: { about: 'tooth', note: 'cut off', callback_number: CALLER, reason: 'worker_stopped' },
      },
    ]);
  });

  test.each([
    ['nobody knows the number', { callerNumber: 'anonymous' }, {}, 'failed'],
    [
      'the caller said a number',
      { callerNumber: 'anonymous' },
      { callback_number: '+923005550102' },
      'callback_owed',
    ],
    ['no clinic owes it', { dialledNumber: '+1' }, {}, 'failed'],
  ])('when %s', async (_, changes, body, outcome) => {
    const owed = await tasks.oweCallback(keyOf(await open(changes)), 'lost', body);
    expect(owed).toMatchObject({ outcome });
    expect(owed.task_id === null).toBe(outcome === 'failed');
    expect(await rowOf()).toMatchObject({ outcome, reason: 'lost' });
  });

  test.each([
    ['transferred', 'cancelled'],
    ['callback_owed', 'open'],
  ] as const)(
    'that was promised in case nobody answers is, once the call is %s, %s',
    async (outcome, status) => {
      const call = keyOf(await open());
      await tasks.leaveMessage(call, {
        kind: 'callback',
        body: { callback_number: CALLER, unless_transferred: true },
      });
      await calls.close(call, outcome, 'worker_stopped');
      expect(await sql('select status from tasks')).toEqual([{ status }]);
      expect(await rowOf()).toMatchObject({ outcome });
    },
  );

  test('is not owed for a call that has ended otherwise', async () => {
    const key = keyOf(await open());
    await calls.close(key, 'booked', 'goodbye');
    expect(await tasks.oweCallback(key, 'x')).toEqual({ task_id: null, outcome: 'booked' });
  });
});

test('the same message twice is one, another one is another, and one without a clinic has no reader', async () => {
  const key = keyOf(await open());
  const leave = (text: string) => tasks.leaveMessage(key, { kind: 'message', body: { text } });
  const first = await leave('Please call.');
  expect(await leave('Please call.')).toBe(first);
  expect(await leave('It hurts.')).not.toBe(first);
  const nowhere = keyOf(await open({ room: 'nowhere', dialledNumber: undefined }));
  const lost = tasks.leaveMessage(nowhere, { kind: 'message', body: {} });
  await expect(lost).rejects.toMatchObject({ code: 'CLINIC_UNKNOWN' });
});

describe('a call that is given up', () => {
  test('is closed with a callback, and its old agent can write no more', async () => {
    const key = keyOf(await open());
    const given = await giveUp();
    expect(given).toMatchObject({ call_id: key.id, outcome: 'callback_owed' });
    expect(given.task_id).not.toBeNull();
    await expect(calls.close(key, 'completed', 'x')).rejects.toMatchObject({ code: 'CALL_TAKEN_OVER' });
    expect(await giveUp({ outcome: 'failed' })).toEqual(given);
    expect(await rowOf()).toMatchObject({ worker_id: 'worker-1', reason: 'agent_lost', epoch: 2 });
  });

  test('is put on record when it was not', async () => {
    expect(await giveUp()).toMatchObject({ outcome: 'callback_owed' });
    expect(await giveUp({ room: 'r2', callerNumber: undefined })).toMatchObject({
      outcome: 'failed',
      task_id: null,
    });
    expect(await giveUp({ room: 'r3', outcome: 'transferred' })).toMatchObject({
      outcome: 'transferred',
      task_id: null,
    });
    expect(await rowOf('r3')).toMatchObject({
      worker_id: 'gateway',
      clinic_id: CLINIC,
      caller_number: CALLER,
    });
    expect(await open()).toMatchObject({ closed: true, resumed: null });
  });

  test('by many at once has one outcome and one task', async () => {
    await open();
    const given = await Promise.all(Array.from({ length: 6 }, () => giveUp()));
    expect(new Set(given.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(await sql('select from tasks')).toHaveLength(1);
  });

  test('as its next worker opens it has an end or a worker, never neither', async () => {
    for (let round = 0; round < 10; round += 1) {
      const room = `race-${round}`;
      await open({ room });
      const [, next] = await Promise.all([giveUp({ room }), open({ room, workerId: 'next' as WorkerId })]);
      const late = calls.recordTurn(keyOf(next), 0, { caller_text: 'x' });
      if (!next.closed) await expect(late).rejects.toMatchObject({ code: 'CALL_TAKEN_OVER' });
      else await late;
      expect((await rowOf(room))?.['outcome']).toBe('callback_owed');
    }
  });
});
