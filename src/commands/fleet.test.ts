import { expect, test } from 'vitest';
import { SUMMARY } from '../../test/support/shift.ts';
import { OpenhoursError } from '../errors.ts';
import type { ClinicId, ShiftId, WorkerId } from '../clinic/ids.ts';
import type { FleetStatus, FleetWorker } from '../clinic/shifts.ts';
import { type FleetDeps, showFleet, stopWorker } from './fleet.ts';

const worker = (id: string, overrides: Partial<FleetWorker> = {}): FleetWorker => ({
  worker_id: id as WorkerId,
  execution: null,
  state: 'open',
  active_calls: 0,
  max_calls: 4,
  age_ms: 300,
  url: null,
  started_at: '2026-11-23T04:00:12.345678+00:00',
  beat_at: '2026-11-23T06:00:00+00:00',
  stop_requested_at: null,
  dead: false,
  ...overrides,
});

const STATUS: FleetStatus = {
  workers: [
    worker('worker-1', { active_calls: 2, execution: 'shift-abc12' }),
    worker('worker-2', { dead: true, age_ms: 95 * 60_000 }),
    worker('worker-3', { stop_requested_at: '2026-11-23T06:00:00Z', age_ms: 61_000 }),
    worker('worker-4', { state: 'closed', age_ms: 9e6 }),
  ],
  leases: [
    {
      clinic: 'invented',
      seat: 1,
      worker_id: 'worker-1' as WorkerId,
      execution: 'shift-abc12',
      fencing: 7,
      expires_in_ms: 19_700,
      relay_at: '2026-11-23T10:00:00+00:00',
    },
  ],
  shifts: [
    {
      id: 'shift-1' as ShiftId,
      worker_id: 'worker-4' as WorkerId,
      execution: null,
      clinics: ['clinic-invented' as ClinicId],
      fencing: 6,
      state: 'closed',
      source: 'hours',
      starts_at: '2026-11-22T04:00:00Z',
      closes_at: '2026-11-22T12:00:00Z',
      ends_at: '2026-11-22T12:10:00Z',
      relay_at: null,
      opened_at: '2026-11-22T04:00:03Z',
      ended_at: '2026-11-22T12:05:00Z',
      reason: 'closing_time',
      summary: SUMMARY,
      created_at: '2026-11-22T04:00:00Z',
    },
  ],
};

function makeDeps(status: FleetStatus = STATUS) {
  const printed: string[] = [];
  const warned: string[] = [];
  const asked: string[] = [];
  const deps: FleetDeps = {
    fleet: {
      status: async (agentName) => {
        asked.push(agentName);
        return status;
      },
      requestStop: async (workerId) => {
        asked.push(workerId);
        return workerId === 'worker-1';
      },
    },
    agentName: 'openhours',
    print: (line) => void printed.push(line),
    warn: (line) => void warned.push(line),
  };
  return { deps, printed, warned, asked };
}

test('the fleet is shown to people: who is there, who holds what, and what has been', async () => {
  const { deps, printed, asked } = makeDeps();
  expect(await showFleet({}, deps)).toBe(0);
  expect(asked).toEqual(['openhours']);
  expect(printed.join('\n')).toBe(
    `
Workers of openhours
  WORKER    STATE               CALLS   LAST SIGN       STARTED               EXECUTION
  worker-1  open                2 of 4  0.3 s ago       2026-11-23 04:00 UTC  shift-abc12
  worker-2  open, gone          0 of 4  1 h 35 min ago  2026-11-23 04:00 UTC  -
  worker-3  open, told to stop  0 of 4  1 min ago       2026-11-23 04:00 UTC  -
  and 1 of the last day that is over

Seats
  CLINIC    SEAT  WORKER    EXPIRES    RELAY                 EXECUTION
  invented  1     worker-1  in 19.7 s  2026-11-23 10:00 UTC  shift-abc12

Last shifts
  STARTED               ENDED                 WORKER    STATE   REASON        CALLS  BOOKED  UNTRUE
  2026-11-22 04:00 UTC  2026-11-22 12:05 UTC  worker-4  closed  closing_time  3      2       1
`.trim(),
  );
});

test('a fleet of nobody is shown as that', async () => {
  const { deps, printed } = makeDeps({ workers: [], leases: [], shifts: [] });
  await showFleet({}, deps);
  expect(printed.join('').split('\n')).toEqual([
    'Workers of openhours',
    '  none',
    '',
    'Seats',
    '  none',
    '',
    'Last shifts',
    '  none',
  ]);
});

test('a seat that has run out, and a shift that is on, are shown as that', async () => {
  const [lease] = STATUS.leases;
  const [shift] = STATUS.shifts;
  if (lease === undefined || shift === undefined) throw new Error('the test has none');
  const { deps, printed } = makeDeps({
    workers: [],
    leases: [{ ...lease, expires_in_ms: -4_000, relay_at: null }],
    shifts: [{ ...shift, state: 'starting', opened_at: null, ended_at: null, reason: null, summary: null }],
  });
  await showFleet({}, deps);
  const lines = printed.join('').split('\n');
  expect(lines[5]).toBe('  invented  1     worker-1  4.0 s ago  -      shift-abc12');
  expect(lines.at(-1)).toMatch(/2026-11-22 04:00 UTC {2}- +worker-4 {2}starting {2}- +- +- +-$/);
});

test('with --json it is one document', async () => {
  const { deps, printed } = makeDeps();
  expect(await showFleet({ json: true }, deps)).toBe(0);
  expect(printed).toHaveLength(1);
  expect(JSON.parse(printed.join(''))).toEqual({ agentName: 'openhours', ...STATUS });
});

test('a worker is asked to stop', async () => {
  const { deps, printed, asked, warned } = makeDeps();
  expect(await stopWorker('worker-1', deps)).toBe(0);
  expect(asked).toEqual(['worker-1']);
  expect(printed).toEqual(['worker-1 is asked to stop: it hands its calls over and leaves within seconds']);
  expect(warned).toEqual([]);
});

test('a worker that is not there is 78, and says how to find those that are', async () => {
  const { deps, printed, warned } = makeDeps();
  expect(await stopWorker('worker-9', deps)).toBe(78);
  expect(printed).toEqual([]);
  expect(warned.join()).toMatch(/no worker worker-9.*fleet status/);
});

test('a database that does not answer is passed on', async () => {
  const { deps } = makeDeps();
  const failure = new OpenhoursError('SERVICE_UNREACHABLE', 'no answer');
  const broken = { ...deps, fleet: { ...deps.fleet, status: () => Promise.reject(failure) } };
  await expect(showFleet({}, broken)).rejects.toBe(failure);
});
