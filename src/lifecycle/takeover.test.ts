import { describe, expect, test } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import { type CallGivenUp, WORKER_ATTRIBUTE, type WatchedCall } from '../clinic/calls.ts';
import type { CallId, WorkerId } from '../clinic/ids.ts';
import { FLEET, LOOKOUT } from '../config/defaults.ts';
import type { RoomParticipant } from '../providers/rooms.ts';
import type { TransferOutcome } from '../providers/sip-transfer.ts';
import { Lookout } from './takeover.ts';

const ROOM = 'call-_+15005550006_invented';
const STAFF = '+15005550001';
const ME = 'worker-me' as WorkerId;

const caller = (status = 'active'): RoomParticipant => ({
  identity: 'sip_caller',
  kind: 'sip',
  joinedAtMs: 0,
  attributes: {
    'sip.callStatus': status,
    'sip.phoneNumber': '+15005550006',
    'sip.trunkPhoneNumber': '+15005550002',
  },
  publishing: true,
});
const agent = (worker: string): RoomParticipant => ({
  identity: `agent-${worker}`,
  kind: 'agent',
  joinedAtMs: 0,
  attributes: { [WORKER_ATTRIBUTE]: worker },
  publishing: true,
});
const row = (overrides: Partial<WatchedCall> = {}): WatchedCall => ({
  room: ROOM,
  call_id: 'call-1' as CallId,
  clinic_slug: 'invented',
  staff_number: STAFF,
  caller_number: '+15005550006',
  dialled_number: '+15005550002',
  worker_id: 'worker-other' as WorkerId,
  worker_state: 'open',
  worker_age_ms: 100,
  started_at: '2026-11-23T08:30:00Z',
  answered_at: '2026-11-23T08:30:01Z',
  seconds: 20,
  ...overrides,
});

/** One room and one row, in a world whose clock is moved by hand. */
class World {
  people: RoomParticipant[] = [caller()];
  rows: WatchedCall[] = [];
  listed = true;
  takenAgoMs: number | undefined;
  agentName = 'openhours';
  ownRooms = new Set<string>();
  databaseDown = false;
  livekitDown = false;
  fleetFresh = true;
  takersOpen = true;
  claimed = true;
  transfer: TransferOutcome = 'completed';
  asked = 0;
  readonly done: string[] = [];
  readonly givenUp: CallGivenUp[] = [];
  readonly log = collectLog();
  #now = 0;
  readonly lookout = new Lookout({
    agentName: 'openhours',
    by: ME,
    log: this.log.log,
    nowMs: () => this.#now,
    canTakeOver: () => this.takersOpen,
    fleetFresh: () => this.fleetFresh,
    ownRooms: () => this.ownRooms,
    rooms: {
      list: async () => {
        if (this.livekitDown) throw new Error('LiveKit is down');
        return this.listed ? [{ name: ROOM, sid: 'RM_1', createdAtMs: 0, numParticipants: 1 }] : [];
      },
      participants: async () => {
        this.asked += 1;
        return this.people;
      },
      dispatches: async () => [
        { agentName: this.agentName, metadata: '{"clinic":"invented"}', takenAgoMs: this.takenAgoMs },
      ],
      dispatch: async (_room, name, metadata) => void this.done.push(`dispatch ${name} ${metadata}`),
      removeParticipant: async (_room, identity) => void this.done.push(`remove ${identity}`),
      deleteRoom: async () => {
        this.done.push('hang up');
        this.listed = false;
      },
    },
    calls: {
      watched: async () => this.#database(this.rows),
      claimRescue: async () => this.#database(this.claimed),
      giveUp: async (call) => {
        this.givenUp.push(this.#database(call));
        this.done.push(`${call.outcome} ${call.reason}`);
        return { outcome: call.outcome };
      },
    },
    transfer: {
      transfer: async ({ to }) => {
        this.done.push(`transfer ${to}`);
        return { outcome: this.transfer };
      },
    },
  });

  #database<T>(answer: T): T {
    if (this.databaseDown) throw new Error('the database is down');
    return answer;
  }

  /** Looks now, and then again and again for so long. */
  async looks(ms: number): Promise<void> {
    for (let passed = 0; ; passed += LOOKOUT.everyMs) {
      await this.lookout.tick();
      await settle();
      if (passed >= ms) return;
      this.#now += LOOKOUT.everyMs;
    }
  }
}

/** Lets everything that waits for nothing but promises go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));
const TAKE_OVER = 'dispatch openhours {"takeover":true,"clinic":"invented"}';

describe('a call that no agent came to', () => {
  test('is given an agent after 3 s, and is left alone once it is there', async () => {
    const world = new World();
    await world.looks(LOOKOUT.takeOverMs - LOOKOUT.everyMs);
    expect(world.done).toEqual([]);
    await world.looks(LOOKOUT.everyMs);
    expect(world.done).toEqual([TAKE_OVER]);
    world.people = [caller(), agent('worker-other')];
    world.rows = [row()];
    await world.looks(60_000);
    expect(world.done).toEqual([TAKE_OVER]);
  });

  test('is left to the agent that is on its way: another worker has just accepted it', async () => {
    const world = new World();
    world.takenAgoMs = LOOKOUT.takeOverMs;
    await world.looks(LOOKOUT.takeOverMs + 2_000);
    expect(world.done).toEqual([]);
    world.takenAgoMs = LOOKOUT.arrivalMs;
    await world.looks(0);
    expect(world.done).toEqual([TAKE_OVER]);
  });

  test('is left to the agent that is on its way: this worker has accepted it after it was first seen', async () => {
    const world = new World();
    await world.looks(1_000);
    world.ownRooms.add(ROOM);
    await world.looks(60_000);
    expect(world.done).toEqual([]);
    world.ownRooms.delete(ROOM); // it never came
    await world.looks(LOOKOUT.takeOverMs);
    expect(world.done).toEqual([TAKE_OVER]);
  });

  test('is another application’s business when it was never meant for us', async () => {
    const world = new World();
    world.agentName = 'somebody-else';
    await world.looks(60_000);
    expect(world.done).toEqual([]);
    expect(world.asked).toBeLessThan(10);
  });

  test('is owed a callback when it rings in vain', async () => {
    const world = new World();
    world.people = [caller('ringing')];
    await world.looks(15_000);
    expect(world.done).toEqual([TAKE_OVER, TAKE_OVER, 'callback_owed agent_lost', 'hang up']);
    expect(world.givenUp[0]).toMatchObject({
      callerNumber: '+15005550006',
      dialledNumber: '+15005550002',
      workerId: ME,
    });
  });
});

describe('a caller with somebody at the clinic in the room', () => {
  const staff = (attributes: Record<string, string> = {}): RoomParticipant => ({
    ...caller(),
    identity: 'staff',
    attributes: { 'sip.callStatus': 'active', 'openhours.staff': 'true', ...attributes },
  });
  const BRIDGED = { 'openhours.bridged': 'true' };
  const bridged = () => ({ ...caller(), attributes: { ...caller().attributes, ...BRIDGED } });

  test('is left alone once they are connected, and hung up on when the other one is gone', async () => {
    const world = new World();
    world.people = [staff(BRIDGED), bridged()];
    await world.looks(60_000);
    expect(world.done).toEqual([]);
    world.people = [bridged()];
    await world.looks(2_000);
    expect(world.done).toEqual(['hang up']);
  });

  test('ends with the caller as well, also while the database is down', async () => {
    const world = new World();
    world.databaseDown = true;
    world.people = [staff(BRIDGED)];
    await world.looks(2_000);
    expect(world.done).toEqual(['hang up']);
  });

  test('who waits to be connected when the agent is lost is given another agent; the other one is sent away', async () => {
    const world = new World();
    world.people = [staff(), caller()];
    await world.looks(LOOKOUT.takeOverMs);
    expect(world.done.sort()).toEqual([TAKE_OVER, 'remove staff'].sort());
  });
});

describe('a call whose process is reported lost', () => {
  const lost = async (prepare: (world: World) => void = () => undefined) => {
    const world = new World();
    world.rows = [row({ worker_id: ME })];
    world.people = [caller(), agent(ME)];
    await world.looks(0);
    prepare(world);
    await world.lookout.markLost(ROOM, `agent-${ME}`);
    await settle();
    return world;
  };

  test('is taken over at once, and the dead agent removed', async () => {
    const world = await lost();
    expect(world.done.sort()).toEqual([TAKE_OVER, `remove agent-${ME}`].sort());
  });

  test('is taken over also while the database is down', async () => {
    const world = await lost((w) => (w.databaseDown = true));
    expect(world.done).toContain(TAKE_OVER);
    await world.looks(30_000);
    expect(world.done.filter((step) => !/^(dispatch|remove)/.test(step))).toEqual([]);
  });

  test('is left to whoever claimed it', async () => {
    const world = await lost((w) => (w.claimed = false));
    expect(world.done).toEqual([]);
  });

  test('is transferred to the clinic when nobody can take it', async () => {
    const world = await lost((w) => (w.takersOpen = false));
    await world.looks(20_000);
    expect(world.done).toEqual([`transfer ${STAFF}`, 'transferred agent_lost']);
  });

  test.each(['busy', 'no_answer', 'failed'] as const)(
    'is owed a callback when the transfer is %s',
    async (outcome) => {
      const world = await lost((w) => Object.assign(w, { takersOpen: false, transfer: outcome }));
      await world.looks(20_000);
      expect(world.done).toEqual([`transfer ${STAFF}`, 'callback_owed agent_lost', 'hang up']);
    },
  );

  test('is given up when every agent that comes is lost again', async () => {
    const world = await lost();
    for (let round = 1; round < 20; round += 1) {
      world.people = [caller(), agent(`${ME}-${round}`)];
      world.rows = [row()]; // taken over by another worker
      await world.looks(LOOKOUT.retryMs);
      await world.lookout.markLost(ROOM, `agent-${ME}-${round}`);
      await settle();
    }
    await world.looks(20_000);
    expect(world.done.filter((step) => step === TAKE_OVER).length).toBeLessThanOrEqual(6);
    expect(world.done.at(-1)).toBe('transferred agent_lost');
  });
});

describe('a call of another worker', () => {
  const dead = { worker_age_ms: FLEET.deadMs + 1 };

  test('costs no request while that worker lives', async () => {
    const world = new World();
    world.rows = [row()];
    await world.looks(10_000);
    expect([world.asked, world.done]).toEqual([0, []]);
  });

  test('is taken over at the second look that finds it dead', async () => {
    const world = new World();
    world.rows = [row(dead)];
    world.people = [caller(), agent('worker-other')];
    await world.looks(0);
    expect(world.done).toEqual([]);
    await world.looks(LOOKOUT.everyMs);
    expect(world.done.sort()).toEqual([TAKE_OVER, 'remove agent-worker-other'].sort());
  });

  test.each(['fleetFresh', 'databaseDown'] as const)(
    'is left alone when we may be the one cut off: %s',
    async (what) => {
      const world = new World();
      world.rows = [row(dead)];
      world[what] = what === 'databaseDown';
      await world.looks(30_000);
      expect(world.done).toEqual([]);
    },
  );

  test.each([
    ['failed', '2026-11-23T08:30:01Z'],
    ['abandoned', null],
  ])('is closed as %s when the room is gone and the worker dead', async (outcome, answered_at) => {
    const world = new World();
    world.rows = [row({ ...dead, answered_at })];
    world.listed = false;
    await world.looks(10_000);
    expect(world.done).toEqual([`${outcome} worker_lost`]);
  });
});

test('a call that no agent came to is left to others while our own signs of life are not taken', async () => {
  const world = new World();
  world.fleetFresh = false;
  await world.looks(30_000);
  await world.lookout.onWebhook({ event: 'participant_joined', room: { name: ROOM } });
  expect(world.done).toEqual([]);
});

test('a caller who has hung up is left alone', async () => {
  const world = new World();
  world.people = [caller('hangup')];
  await world.looks(60_000);
  expect(world.done).toEqual([]);
});

test('a webhook is a reason to look at that room now, and an error none to stop looking', async () => {
  const world = new World();
  world.livekitDown = true;
  await world.looks(5_000);
  expect(world.log.messages().filter((line) => line === 'the look-out cannot see')).toHaveLength(1);
  await world.lookout.onWebhook({ event: 'participant_joined', room: { name: ROOM } });
  world.livekitDown = false;
  await world.looks(LOOKOUT.takeOverMs);
  expect(world.done).toEqual([TAKE_OVER]);
  expect(JSON.stringify(world.log.lines)).not.toContain('15005550006');
});

test('after the stop nothing new is begun', async () => {
  const world = new World();
  await world.looks(LOOKOUT.takeOverMs - LOOKOUT.everyMs);
  await world.lookout.stop();
  await world.looks(60_000);
  await world.lookout.markLost(ROOM, 'agent');
  expect(world.done).toEqual([]);
});
