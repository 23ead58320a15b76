import { expect, test } from 'vitest';
import { SqlFailure, fakeDatabase } from '../../test/support/database.ts';
import { FLEET } from '../config/defaults.ts';
import type { ClinicId, ShiftId, WorkerId } from './ids.ts';
import { Fleet, type ShiftKey, Shifts } from './shifts.ts';

const WORKER = { workerId: 'worker-1' as WorkerId, agentName: 'openhours', execution: undefined };
const SHIFT: ShiftKey = { id: 'shift-invented' as ShiftId, fencing: 7 };
const AT = Date.parse('2026-11-30T08:00:00Z');

function makeShifts() {
  const { db, calls } = fakeDatabase({
    begin_shift: () => ({ granted: false, wait_until: null, holders: [] }),
    worker_beat: () => ({ stop: false, lease: 'none', peers: [] }),
    move_shift: () => {
      throw new SqlFailure('lease_lost', 409);
    },
    finish_shift: () => {
      throw new SqlFailure('shift_ended', 409);
    },
    request_stop: () => true,
    fleet_status: () => ({ workers: [], leases: [], shifts: [] }),
  });
  return { shifts: new Shifts(db, 45_000), fleet: new Fleet(db), asked: calls };
}

test('a plan is stored as instants, and what is not known as nothing', async () => {
  const { shifts, asked } = makeShifts();
  const plan = {
    source: 'hours' as const,
    startsAt: AT,
    closesAt: AT + 1,
    endsAt: AT + 2,
    relayAt: undefined,
  };
  await shifts.begin(WORKER, ['clinic-1' as ClinicId], plan);
  await shifts.begin(WORKER, [], { ...plan, relayAt: AT });
  expect(asked[0]?.args).toEqual({
    p_worker: { worker_id: 'worker-1', agent_name: 'openhours', execution: null },
    p_clinic_ids: ['clinic-1'],
    p_plan: {
      source: 'hours',
      starts_at: '2026-11-30T08:00:00.000Z',
      closes_at: '2026-11-30T08:00:00.001Z',
      ends_at: '2026-11-30T08:00:00.002Z',
      relay_at: null,
    },
    p_lease_ms: 45_000,
  });
  expect(asked[1]?.args).toMatchObject({ p_plan: { relay_at: '2026-11-30T08:00:00.000Z' } });
});

test('a sign of life names the shift, if there is one', async () => {
  const { shifts, asked } = makeShifts();
  const beat = { ...WORKER, state: 'open' as const, activeCalls: 2, maxCalls: 4, url: undefined };
  await shifts.beat({ ...beat, shift: undefined });
  await shifts.beat({ ...beat, shift: SHIFT });
  expect(asked[0]?.args['p_worker']).toMatchObject({
    active_calls: 2,
    url: null,
    shift_id: null,
    fencing: null,
  });
  expect(asked[1]?.args['p_worker']).toMatchObject({ shift_id: SHIFT.id, fencing: 7 });
});

test('a lost lease is told apart from a shift that is over', async () => {
  const { shifts } = makeShifts();
  await expect(shifts.move(SHIFT, 'open', 'x')).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await expect(shifts.finish(SHIFT, 'closed', 'x')).rejects.toMatchObject({ code: 'STATE_INVALID' });
});

test('the fleet is asked with the limit after which a worker is dead', async () => {
  const { fleet, asked } = makeShifts();
  await fleet.status('openhours');
  expect(await fleet.requestStop(WORKER.workerId)).toBe(true);
  expect(asked[0]?.args).toEqual({ p_agent_name: 'openhours', p_dead_ms: FLEET.deadMs });
});
