import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, openTestDatabase } from '../../test/support/test-database.ts';
import { type Database, openDatabase } from '../clinic/database.ts';
import type { ClinicId, WorkerId } from '../clinic/ids.ts';
import {
  type Beat,
  type BegunShift,
  Fleet,
  type RefusedShift,
  type ShiftKey,
  Shifts,
} from '../clinic/shifts.ts';

const ONE = 'c3000000-0000-4000-8000-000000000001' as ClinicId;
const TWO = 'c3000000-0000-4000-8000-000000000002' as ClinicId;

const CLINICS_SQL = `
  delete from appointments where clinic_id in ('${ONE}', '${TWO}');
  delete from tasks; delete from calls; delete from shift_leases; delete from shifts; delete from workers;
  delete from patients where clinic_id in ('${ONE}', '${TWO}');
  delete from clinics where id in ('${ONE}', '${TWO}');
  insert into clinics (id, slug, name, time_zone, country, agent_name) values
    ('${ONE}', 'one', 'One', 'Europe/Berlin', 'DE', 'fleet'), ('${TWO}', 'two', 'Two', 'Europe/Berlin', 'DE', 'fleet');
`;

let database: TestDatabase;
let client: Database;
let shifts: Shifts;
let fleet: Fleet;
beforeAll(async () => {
  database = await openTestDatabase();
  client = openDatabase({ url: database.url, serviceRoleKey: database.serviceRoleKey });
  shifts = new Shifts(client, 45_000);
  fleet = new Fleet(client);
});
afterAll(() => database.stop());
beforeEach(() => sql(CLINICS_SQL));

const sql = (text: string) => database.sql(text);
const workerOf = (name: string) => ({
  workerId: name as WorkerId,
  agentName: 'fleet',
  execution: `run-${name}`,
});
const HOUR = 3_600_000;

const begin = (name: string, clinics = [ONE], relayAt?: number): Promise<BegunShift | RefusedShift> => {
  const now = Date.now();
  const plan = { source: 'hours' as const, startsAt: now, closesAt: now + HOUR, endsAt: now + HOUR, relayAt };
  return shifts.begin(workerOf(name), clinics, plan);
};
const granted = async (name: string, clinics = [ONE], relayAt?: number) => {
  const begun = await begin(name, clinics, relayAt);
  if (!begun.granted) throw new Error(`refused: ${JSON.stringify(begun)}`);
  return { ...begun, key: { id: begun.shift_id, fencing: begun.fencing } };
};
const beat = (name: string, shift?: ShiftKey, changes: Partial<Beat> = {}) =>
  shifts.beat({
    ...workerOf(name),
    state: 'open',
    activeCalls: 0,
    maxCalls: 4,
    url: undefined,
    shift,
    ...changes,
  });
const lapse = () => sql(`update shift_leases set expires_at = now() - interval '1 ms'`);
const stateOf = async ({ id }: ShiftKey) =>
  (await sql(`select state, reason, ended_at is not null as ended from shifts where id = '${id}'`))[0];

describe('a seat', () => {
  test('is had by one worker; the next one hears who has it', async () => {
    const { key, clinics } = await granted('a');
    expect(clinics).toEqual([ONE]);
    await beat('a', key);
    const refused = await begin('b');
    expect(refused).toMatchObject({
      granted: false,
      wait_until: null,
      holders: [{ worker_id: 'a', execution: 'run-a', clinic: 'one', relay_at: null }],
    });
    expect((refused as RefusedShift).holders[0]?.age_ms).toBeLessThan(5_000);
  });

  test('goes to exactly one of twelve who come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, n) => begin(`w${n}`)));
    expect(answers.filter((answer) => answer.granted)).toHaveLength(1);
  });

  test('that has run out goes to exactly one of many, though its holder gives a sign of life at that moment', async () => {
    for (let round = 0; round < 5; round += 1) {
      await sql(CLINICS_SQL);
      const old = await granted('old');
      await lapse();
      const [own, ...answers] = await Promise.all([
        beat('old', old.key),
        ...Array.from({ length: 6 }, (_, n) => begin(`w${n}`)),
      ]);
      const winners = answers.filter((answer) => answer.granted).length;
      expect(winners).toBe(own.lease === 'held' ? 0 : 1);
    }
  });

  test('whose lease ran out is taken, and its shift is failed: it can write no more', async () => {
    const old = await granted('a');
    await lapse();
    const next = await granted('b');
    expect(next.fencing).toBeGreaterThan(old.fencing);
    expect(await stateOf(old.key)).toEqual({ state: 'failed', reason: 'lease_lost', ended: true });
    expect(await beat('a', old.key)).toMatchObject({ lease: 'lost' });
    await expect(shifts.move(old.key, 'draining', 'x')).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(shifts.finish(old.key, 'closed', 'x')).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(await beat('b', next.key)).toMatchObject({ lease: 'held' });
  });

  test('whose lease ran out, but which nobody took, is still its holder’s', async () => {
    const { key } = await granted('a');
    await lapse();
    expect(await beat('a', key)).toMatchObject({ lease: 'held' });
    expect(await begin('b')).toMatchObject({ granted: false });
  });

  test('is relayed at the agreed moment, and the old worker drains and finishes in peace', async () => {
    const relayAt = Date.now() + HOUR / 2;
    const old = await granted('a', [ONE], relayAt);
    const refused = await begin('b');
    expect(Date.parse((refused as RefusedShift).wait_until ?? '')).toBe(relayAt);
    await sql(`update shifts set relay_at = now() where id = '${old.key.id}'`);
    await shifts.move(old.key, 'open', 'started');
    const next = await granted('b');
    expect(next.fencing).toBeGreaterThan(old.fencing);
    expect(await beat('a', old.key)).toMatchObject({ lease: 'relayed' });
    expect(await beat('b', next.key)).toMatchObject({ lease: 'held' });
    await shifts.move(old.key, 'draining', 'relayed');
    await shifts.finish(old.key, 'closed', 'relayed');
    expect(await stateOf(old.key)).toMatchObject({ state: 'closed', reason: 'relayed' });
    expect(await beat('b', next.key)).toMatchObject({ lease: 'held' });
    expect(await beat('a', old.key)).toMatchObject({ lease: 'none' });
  });

  test('is offered by a worker that still has calls: another takes it, and nobody has lost anything', async () => {
    const old = await granted('a');
    await shifts.move(old.key, 'draining', 'SIGTERM');
    await shifts.offerSeats(old.key);
    expect(await beat('a', old.key)).toMatchObject({ lease: 'held' });
    const next = await granted('b');
    expect(await beat('a', old.key)).toMatchObject({ lease: 'relayed' });
    await shifts.finish(old.key, 'closed', 'SIGTERM');
    await shifts.offerSeats(old.key);
    expect(await stateOf(old.key)).toMatchObject({ state: 'closed', reason: 'SIGTERM' });
    expect(await beat('b', next.key)).toMatchObject({ lease: 'held' });
    await shifts.offerSeats({ ...next.key, fencing: old.key.fencing });
    expect((await begin('c')).granted).toBe(false);
  });

  test('is relayed before its time to a worker that stays longer, by the clinic’s hours only', async () => {
    const old = await granted('a', [ONE], Date.now() + HOUR / 2);
    await shifts.relayNow('b' as WorkerId);
    expect((await begin('b')).granted).toBe(false);
    await shifts.relayNow('a' as WorkerId);
    expect(await beat('a', old.key)).toMatchObject({ lease: 'held' });
    const next = await granted('b');
    expect(await beat('a', old.key)).toMatchObject({ lease: 'relayed' });
    // It works until closing time.
    await shifts.relayNow('b' as WorkerId);
    expect((await begin('c')).granted).toBe(false);
    await sql(
      `update shifts set relay_at = now() + interval '1 h', source = 'by_hand' where id = '${next.key.id}'`,
    );
    await shifts.relayNow('b' as WorkerId);
    expect((await begin('c')).granted).toBe(false);
  });

  test('taken away by hand is noticed at the next sign of life', async () => {
    const { key } = await granted('a');
    await sql('delete from shift_leases');
    expect(await beat('a', key)).toMatchObject({ lease: 'lost' });
    await expect(shifts.move(key, 'open', 'x')).rejects.toMatchObject({ code: 'LEASE_LOST' });
  });

  test('is one of several where the clinic allows more workers', async () => {
    await sql(`update clinics set max_workers = 2 where id = '${ONE}'`);
    const answers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => begin(name)));
    expect(answers.filter((answer) => answer.granted)).toHaveLength(2);
    expect((await sql('select seat from shift_leases order by 1')).map(({ seat }) => seat)).toEqual([1, 2]);
  });
});

test('many workers that come, beat, lose and leave at once get in nobody’s way, and no seat has two holders', async () => {
  const work = async (name: string): Promise<void> => {
    for (let round = 0; round < 6; round += 1) {
      const me = `${name}-${round}`;
      const begun = await begin(me, [ONE, TWO]);
      if (!begun.granted) continue;
      const key = { id: begun.shift_id, fencing: begun.fencing };
      await Promise.all([beat(me, key), lapse(), beat(me, key)]);
      const left = shifts.finish(key, 'closed', 'x');
      await left.catch((error: { code: string }) => {
        expect(error.code).toBe('LEASE_LOST');
      });
    }
  };
  await Promise.all(['a', 'b', 'c', 'd', 'e', 'f'].map(work));
  const clashes = await sql(`
    select a.id from shifts a join shifts b on a.fencing < b.fencing and a.clinics && b.clinics
    where a.ended_at is null and b.ended_at is null`);
  expect(clashes).toEqual([]);
  expect(await sql('select from shifts')).not.toEqual([]);
});

describe('beginning', () => {
  test('with several clinics takes those that are free', async () => {
    await granted('a', [TWO]);
    const both = await granted('b', [ONE, TWO]);
    expect(both.clinics).toEqual([ONE]);
    expect(await begin('c', [ONE, TWO])).toMatchObject({ granted: false, holders: [{}, {}] });
  });

  test('again, as when the answer was lost, gives the same shift', async () => {
    const first = await granted('a');
    expect(await granted('a')).toEqual(first);
    expect(await sql('select id from shifts')).toHaveLength(1);
  });

  test('at a clinic that does not exist is refused by name', async () => {
    const nowhere = 'c9000000-0000-4000-8000-000000000009' as ClinicId;
    await expect(begin('a', [nowhere])).rejects.toMatchObject({ code: 'CLINIC_UNKNOWN' });
  });

  test('sweeps workers not seen for a day', async () => {
    await beat('gone');
    await sql(`update workers set beat_at = now() - interval '25 hours'`);
    await granted('a');
    expect((await sql('select worker_id from workers')).map((row) => row['worker_id'])).toEqual(['a']);
  });
});

describe('a sign of life', () => {
  test('tells of the others of the agent name that are there', async () => {
    await beat('b', undefined, { activeCalls: 2 });
    await beat('closed', undefined, { state: 'closed' });
    await beat('elsewhere', undefined, { agentName: 'other' });
    await beat('old');
    await sql(`update workers set beat_at = now() - interval '11 minutes' where worker_id = 'old'`);
    const answer = await beat('a');
    expect(answer).toMatchObject({ stop: false, lease: 'none' });
    expect(answer.peers).toEqual([
      { worker_id: 'b', state: 'open', active_calls: 2, max_calls: 4, age_ms: expect.any(Number) as number },
    ]);
  });

  test('carries the wish that the worker stops', async () => {
    await beat('a');
    expect(await fleet.requestStop('a' as WorkerId)).toBe(true);
    expect(await fleet.requestStop('nobody' as WorkerId)).toBe(false);
    expect((await beat('a')).stop).toBe(true);
  });

  test('renews the lease', async () => {
    const { key } = await granted('a');
    await lapse();
    await beat('a', key);
    const [row] = await sql(`select extract(epoch from expires_at - now()) as seconds from shift_leases`);
    expect(Number(row?.['seconds'])).toBeGreaterThan(40);
    expect(await beat('a', { ...key, fencing: key.fencing + 1 })).toMatchObject({ lease: 'lost' });
  });
});

describe('a shift', () => {
  test('has each move on record once, and none after its end', async () => {
    const { key } = await granted('a');
    await shifts.move(key, 'open', 'started');
    await shifts.move(key, 'open', 'started');
    await shifts.finish(key, 'closed', 'closing_time');
    await expect(shifts.move(key, 'open', 'again')).rejects.toMatchObject({ code: 'STATE_INVALID' });
    await expect(shifts.move({ ...key, fencing: 0 }, 'open', 'x')).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    const moves = await sql('select from_state, to_state, reason from shift_moves order by at');
    expect(moves).toEqual([
      { from_state: null, to_state: 'starting', reason: null },
      { from_state: 'starting', to_state: 'open', reason: 'started' },
      { from_state: 'open', to_state: 'closed', reason: 'closing_time' },
    ]);
    expect(await begin('b')).toMatchObject({ granted: true });
  });

  test('ends with a summary of its calls, the same when asked again', async () => {
    const { key } = await granted('a');
    await sql(`
      with c as (
        insert into calls (room, clinic_id, shift_id, greeting_ms, outcome, ended_at, usage) values
          ('outbound-r1', '${ONE}', '${key.id}', 400, 'booked', now(), '{"input_tokens": 100, "cost": 0.5, "model": "x"}'),
          ('r2', '${ONE}', '${key.id}', 600, 'booked', now(), '{"input_tokens": 20}'),
          ('r3', '${ONE}', '${key.id}', null, null, null, '{}'), ('r4', '${ONE}', null, 9000, 'failed', now(), '{"cost": 9}')
        returning id, room),
      t as (insert into call_turns (call_id, index, latency_ms) select id, n, 500 + 100 * n from c, generate_series(0, 2) n where room = 'outbound-r1')
      , k as (
        insert into call_claims (call_id, turn_index, claim, said, matched)
        select id, 1, claim, 'Said.', matched from c, (values ('booked', true), ('message', false), ('moved', null)) v (claim, matched)
        where room = 'outbound-r1')
      insert into tool_runs (call_id, name, error_code) select id, 'book', case when room = 'outbound-r1' then 'SLOT_TAKEN' end from c`);
    await sql(`update calls set audited_at = now() where room = 'outbound-r1'`);
    const summary = await shifts.finish(key, 'closed', 'closing_time');
    expect(summary).toMatchObject({
      calls: 3,
      outcomes: { booked: 2 },
      open: 1,
      booked: 0,
      turns: 3,
      latency: { p50: 600, p95: 690, n: 3 },
      greeting: { p50: 500, p95: 590, n: 2 },
      tools: { runs: 3, errors: 1 },
      outbound: 1,
      claims: { said: 3, mismatches: 1, calls: 1 },
      usage: { input_tokens: 120, cost: 0.5 },
    });
    expect(await sql('select room, direction from calls order by room')).toMatchObject([
      { room: 'outbound-r1', direction: 'outbound' },
      { room: 'r2', direction: 'inbound' },
      { room: 'r3' },
      { room: 'r4' },
    ]);
    await sql(`update calls set outcome = 'failed', ended_at = now() where room = 'r3'`);
    expect(await shifts.finish(key, 'closed', 'again')).toEqual(summary);
  });

  test('without calls has an empty summary', async () => {
    const { key } = await granted('a');
    expect(await shifts.finish(key, 'failed', 'error')).toMatchObject({
      calls: 0,
      outcomes: {},
      latency: { p50: null, p95: null, n: 0 },
      usage: {},
    });
  });
});

test('the fleet’s status shows workers, seats and shifts, and who is dead', async () => {
  const { key, fencing } = await granted('a');
  await beat('a', key, { activeCalls: 1 });
  await beat('b');
  await sql(`update workers set beat_at = now() - interval '5 seconds'`);
  const status = await fleet.status('fleet');
  expect(status.workers).toMatchObject([
    { worker_id: 'b', dead: false },
    { worker_id: 'a', dead: true, execution: 'run-a', active_calls: 1 },
  ]);
  expect(status.leases).toMatchObject([
    { clinic: 'one', seat: 1, worker_id: 'a', execution: 'run-a', fencing },
  ]);
  expect(status.leases[0]?.expires_in_ms).toBeGreaterThan(40_000);
  expect(status.shifts).toMatchObject([{ id: key.id, state: 'starting', clinics: [ONE], summary: null }]);
  expect(await fleet.status('nobody')).toEqual({ workers: [], leases: [], shifts: [] });
});
