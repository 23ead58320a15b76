import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type TestDatabase, openTestDatabase } from '../../test/support/test-database.ts';
import { type CallKey, Calls, type OpenedCall } from '../clinic/calls.ts';
import { openDatabase } from '../clinic/database.ts';
import type { WorkerId } from '../clinic/ids.ts';

const CALLER = '+923005550101';

let database: TestDatabase;
let calls: Calls;
beforeAll(async () => {
  database = await openTestDatabase();
  calls = new Calls(openDatabase({ url: database.url, serviceRoleKey: database.serviceRoleKey }));
});
afterAll(() => database.stop());
beforeEach(() => sql('delete from rescues; delete from calls; delete from workers'));

const sql = (text: string) => database.sql(text);
const open = (changes: Partial<Parameters<Calls['open']>[0]> = {}): Promise<OpenedCall> =>
  calls.open({
    room: 'room-1',
    callerNumber: CALLER,
    dialledNumber: '+922135550100',
    clinicSlug: undefined,
    workerId: 'worker-1' as WorkerId,
    shiftId: undefined,
    ...changes,
  });
const keyOf = ({ call_id, epoch }: OpenedCall): CallKey => ({ id: call_id, epoch });

describe('a rescue', () => {
  const claim = (by: string, retryMs = 60_000) => calls.claimRescue('room-1', 'take_over', by, retryMs);

  test('is claimed by exactly one of many, and again when that one had its time', async () => {
    const claims = await Promise.all(Array.from({ length: 12 }, (_, n) => claim(`w${n}`)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await calls.claimRescue('room-1', 'transfer', 'a', 60_000)).toBe(true);
    await sql(`update rescues set claimed_at = now() - interval '61 seconds'`);
    const again = await Promise.all(Array.from({ length: 12 }, (_, n) => claim(`w${n}`)));
    expect(again.filter(Boolean)).toHaveLength(1);
  });

  test('is forgotten when the call is closed, and after a day', async () => {
    const key = keyOf(await open());
    await claim('a');
    await calls.claimRescue('elsewhere', 'take_over', 'a', 1);
    await calls.close(key, 'completed', 'goodbye');
    expect(await sql('select room from rescues')).toEqual([{ room: 'elsewhere' }]);
    await sql(`update rescues set claimed_at = now() - interval '25 hours'`);
    await claim('a');
    expect(await sql('select room from rescues')).toEqual([{ room: 'room-1' }]);
  });
});

test('the look-out sees the open calls, each with its worker’s last sign of life', async () => {
  await open();
  await open({ room: 'no-clinic', dialledNumber: undefined, workerId: 'silent' as WorkerId });
  await calls.close(keyOf(await open({ room: 'over' })), 'completed', 'goodbye');
  await sql(`insert into workers (worker_id, agent_name, state, beat_at)
    values ('worker-1', 'openhours', 'open', now() - interval '3 seconds')`);
  const watched = await calls.watched('openhours');
  expect(watched).toMatchObject([
    {
      room: 'room-1',
      clinic_slug: 'karachi-smiles',
      staff_number: '+922135550199',
      caller_number: CALLER,
      worker_id: 'worker-1',
      worker_state: 'open',
      answered_at: null,
      seconds: 0,
    },
    { room: 'no-clinic', clinic_slug: null, worker_state: null, worker_age_ms: null },
  ]);
  expect(watched[0]?.worker_age_ms).toBeGreaterThanOrEqual(3_000);
  expect((await calls.watched('other')).map(({ room }) => room)).toEqual(['no-clinic']);
});
