import { describe, expect, test } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import { WORKER_ATTRIBUTE, type WatchedCall } from '../clinic/calls.ts';
import type { CallId, WorkerId } from '../clinic/ids.ts';
import type { FleetStatus, FleetWorker } from '../clinic/shifts.ts';
import { LOOKOUT, RESCUE } from '../config/defaults.ts';
import { GATEWAY } from '../config/gateway-defaults.ts';
import type { RoomParticipant } from '../providers/rooms.ts';
import type { TransferOutcome } from '../providers/sip-transfer.ts';
import { Watchdog } from './watchdog.ts';

const ROOM = 'call-_+15005550006_invented';
const STAFF = '+15005550001';
const TAKE_OVER = 'dispatch {"takeover":true,"clinic":"invented"}';
const JOINED = { event: 'participant_joined', room: { name: ROOM } };
const LEFT = { event: 'participant_left', room: { name: ROOM } };

const person = (kind: 'sip' | 'agent', attributes: Record<string, string>): RoomParticipant => ({
  identity: kind,
  kind,
  joinedAtMs: 0,
  attributes,
  publishing: true,
});
const caller = (status = 'active') =>
  person('sip', { 'sip.callStatus': status, 'sip.phoneNumber': '+15005550006' });
const agent = () => person('agent', { [WORKER_ATTRIBUTE]: 'worker-other' });
const row = (overrides: Partial<WatchedCall> = {}): WatchedCall => ({
  room: ROOM,
  call_id: 'call-1' as CallId,
  clinic_slug: 'invented',
  staff_number: STAFF,
  caller_number: '+15005550006',
  dialled_number: '+15005550002',
  worker_id: 'worker-other' as WorkerId,
  worker_state: 'open',
  worker_age_ms: 60_000,
  started_at: '2026-11-23T08:30:00Z',
  answered_at: '2026-11-23T08:30:01Z',
  seconds: 120,
  ...overrides,
});
const worker = (overrides: Partial<FleetWorker> = {}) =>
  ({ state: 'open', dead: false, active_calls: 0, max_calls: 4, ...overrides }) as FleetWorker;

/** One room in a world in which time passes only as the watchdog waits; things happen when their time has come. */
class World {
  people: RoomParticipant[] = [caller()];
  rows: WatchedCall[] = [row()];
  listed = true;
  workers: FleetWorker[] = [];
  livekitDown = false;
  claimed = true;
  transfer: TransferOutcome = 'completed';
  looks = 0;
  now = 0;
  readonly done: string[] = [];
  readonly log = collectLog();
  readonly later: { readonly at: number; readonly happens: () => void }[] = [];
  readonly watchdog = new Watchdog({
    agentName: 'openhours',
    log: this.log.log,
    nowMs: () => this.now,
    wait: async (ms, signal) => {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      this.now += ms;
      for (const { at, happens } of this.later) if (at > this.now - ms && at <= this.now) happens();
    },
    fleet: { status: async () => ({ workers: this.workers }) as FleetStatus },
    rooms: {
      list: async () => {
        this.looks += 1;
        if (this.livekitDown) throw new Error('LiveKit is down');
        return this.listed ? [{ name: ROOM, sid: 'RM_1', createdAtMs: 0, numParticipants: 1 }] : [];
      },
      participants: async () => this.people,
      dispatches: async () => [
        { agentName: 'openhours', metadata: '{"clinic":"invented"}', takenAgoMs: undefined },
      ],
      dispatch: async (_room, _name, metadata) => void this.done.push(`dispatch ${metadata}`),
      removeParticipant: async () => undefined,
      deleteRoom: async () => {
        this.done.push('hang up');
        this.listed = false;
        this.rows = [];
      },
    },
    calls: {
      watched: async () => this.rows,
      claimRescue: async () => this.claimed,
      giveUp: async ({ outcome, reason, workerId }) => {
        this.done.push(`${outcome} ${reason} by ${workerId}`);
        return { outcome };
      },
    },
    transfer: {
      transfer: async ({ to }) => {
        this.done.push(`transfer ${to} after ${this.now / 1_000} s`);
        return { outcome: this.transfer };
      },
    },
  });
}

describe('the request of a webhook', () => {
  test('is answered at once when the call has its agent', async () => {
    const world = new World();
    world.people = [caller(), agent()];
    world.rows = [row({ worker_age_ms: 100 })];
    expect(await world.watchdog.watch(JOINED)).toBe(true);
    expect([world.now, world.done]).toEqual([0, []]);
  });

  test('is held until the agent that is on its way has come', async () => {
    const world = new World();
    world.rows = [];
    world.people = [caller('ringing')];
    world.later.push({ at: 1_500, happens: () => world.people.push(agent()) });
    expect(await world.watchdog.watch(JOINED)).toBe(true);
    expect([world.now, world.done]).toEqual([1_500, []]);
  });

  test('asks nobody about what is none of our business', async () => {
    const world = new World();
    expect(await world.watchdog.watch({ event: 'track_published', room: { name: ROOM } })).toBe(true);
    expect(await world.watchdog.watch({ event: 'participant_joined' })).toBe(true);
    expect(world.looks).toBe(0);
  });

  test('shares its looks with the others that are held', async () => {
    const world = new World();
    world.rows = [row({ worker_age_ms: 100 })];
    expect(await Promise.all([1, 2, 3].map(() => world.watchdog.watch(LEFT)))).toEqual([true, true, true]);
    expect(world.looks).toBeLessThan((1.5 * world.now) / LOOKOUT.everyMs);
  });
});

describe('a call without an agent while no worker is open', () => {
  test('is transferred to the clinic after 10 s', async () => {
    const world = new World();
    world.rows = [row({ worker_age_ms: 100 })];
    expect(await world.watchdog.watch(LEFT)).toBe(true);
    expect(world.done).toEqual([`transfer ${STAFF} after 10 s`, 'transferred agent_lost by worker-other']);
  });

  test('is transferred after 3 s when its worker is known to be dead', async () => {
    const world = new World();
    expect(await world.watchdog.watch(LEFT)).toBe(true);
    expect(world.done[0]).toBe(`transfer ${STAFF} after 3 s`);
  });

  test('is owed a callback when nobody answers there', async () => {
    const world = new World();
    world.transfer = 'no_answer';
    expect(await world.watchdog.watch(LEFT)).toBe(true);
    expect(world.done.slice(1)).toEqual(['callback_owed agent_lost by worker-other', 'hang up']);
  });

  test('is owed a callback after 10 s when it was never answered', async () => {
    const world = new World();
    Object.assign(world, { rows: [], people: [caller('ringing')] });
    expect(await world.watchdog.watch(JOINED)).toBe(true);
    expect(world.done).toEqual(['callback_owed agent_lost by gateway', 'hang up']);
    expect(world.now).toBeLessThan(LOOKOUT.transferMs + 2 * LOOKOUT.everyMs);
  });

  test('is left to whoever has claimed it', async () => {
    const world = new World();
    world.claimed = false;
    world.later.push({
      at: 20_000,
      happens: () => Object.assign(world, { listed: false, rows: [], people: [] }),
    });
    expect(await world.watchdog.watch(LEFT)).toBe(true);
    expect([world.done, world.now]).toEqual([[], 20_000]);
  });

  test('is noticed also by the webhook of another call', async () => {
    const world = new World();
    world.rows = [];
    expect(await world.watchdog.watch({ event: 'participant_left', room: { name: 'another' } })).toBe(true);
    expect(world.done).toEqual(['callback_owed agent_lost by gateway', 'hang up']);
  });

  test('whose caller has hung up is left alone, and its row closed', async () => {
    const world = new World();
    Object.assign(world, { people: [], listed: false });
    expect(await world.watchdog.watch({ event: 'room_finished', room: { name: ROOM } })).toBe(true);
    expect(world.done).toEqual(['failed worker_lost by worker-other']);
  });
});

describe('a call without an agent while a worker is open', () => {
  test('is given to that worker, and let go of when the agent is there', async () => {
    const world = new World();
    world.workers = [worker()];
    world.later.push({ at: 3_000, happens: () => world.people.push(person('agent', {})) });
    expect(await world.watchdog.watch(LEFT)).toBe(true);
    expect(world.done).toEqual([TAKE_OVER]);
    expect(world.now).toBe(3_000);
  });

  test.each([{ dead: true }, { state: 'draining' as const }, { active_calls: 4 }])(
    'is not given to one that has no room: %j',
    async (overrides) => {
      const world = new World();
      world.workers = [worker(overrides)];
      await world.watchdog.watch(LEFT);
      expect(world.done[0]).toMatch(/^transfer/);
    },
  );
});

test('a request is held for no longer than a rescue takes, and then answered so that LiveKit asks again', async () => {
  const world = new World();
  world.claimed = false;
  expect(await world.watchdog.watch(LEFT)).toBe(false);
  expect(world.now).toBe(GATEWAY.holdMs);
  expect(GATEWAY.holdMs).toBeGreaterThan(LOOKOUT.transferMs + RESCUE.transferMs);
});

test('a gateway that cannot see says so', async () => {
  const world = new World();
  world.livekitDown = true;
  world.people = [];
  expect(await world.watchdog.watch(LEFT)).toBe(false);
  expect(world.log.messages()).toContain('the look-out cannot see');
  expect(JSON.stringify(world.log.lines)).not.toContain('15005550006');
});

test('a stop lets go of what is held, and begins nothing new', async () => {
  const world = new World();
  world.later.push({ at: 1_000, happens: () => void world.watchdog.stop() });
  expect(await world.watchdog.watch(LEFT)).toBe(false);
  expect(await world.watchdog.watch(LEFT)).toBe(false);
  expect([world.done, world.now]).toEqual([[], 1_000]);
});
