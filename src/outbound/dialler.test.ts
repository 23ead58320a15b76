import { describe, expect, test } from 'vitest';
import { Deferred } from '../../test/support/deferred.ts';
import { collectLog } from '../../test/support/log.ts';
import type { ClinicId, TaskId } from '../clinic/ids.ts';
import type { TakenTask, TaskOutcome } from '../clinic/tasks.ts';
import { DIALLING } from '../config/desk-defaults.ts';
import { OpenhoursError } from '../errors.ts';
import type { DialResult, DialWish } from '../providers/sip-dial.ts';
import { Dialler } from './dialler.ts';

const NUMBER = '+923005550123';
const CLINIC = 'clinic-invented' as ClinicId;

function makeTask(id: string): TakenTask {
  return {
    task_id: id as TaskId,
    clinic_id: CLINIC,
    clinic_slug: 'invented-dental',
    kind: 'callback',
    priority: 0,
    body: { note: 'a secret of the invented patient' },
    number: NUMBER,
    call_id: null,
    patient_id: null,
    attempt: 1,
    max_attempts: 3,
    latest_at: null,
    taken_until: '2026-11-24T10:00:00Z',
  };
}

const AGENT = {
  kind: 'agent',
  publishing: true,
  identity: 'agent-1',
  joinedAtMs: 0,
  attributes: {},
} as const;
const result = (outcome: DialResult['outcome'], sipStatus?: number, trouble = false): DialResult => ({
  outcome,
  sipStatus,
  trouble,
});

/** A dialler whose surroundings are played; the clock moves when it waits. */
function makeDialler(due: string[], answers: (DialResult | Promise<DialResult>)[]) {
  const world = {
    now: 1_000_000,
    mayDial: true,
    agentComes: true,
    clinics: [CLINIC],
    taken: [] as string[],
    events: [] as string[],
    dialled: [] as DialWish[],
    metadata: [] as string[],
    finished: [] as { task: string; outcome: TaskOutcome; result: Record<string, unknown> }[],
    finishing: (): void => undefined,
    dispatching: (): void => undefined,
  };
  const { log, lines, messages } = collectLog();
  const dialler = new Dialler({
    tasks: {
      take: async (_agent, _worker, clinics) => {
        expect(clinics).toEqual(world.clinics);
        const id = due.shift();
        if (id === undefined) return undefined;
        world.taken.push(id);
        return makeTask(id);
      },
      finish: async (task, worker, outcome, fields = {}) => {
        expect(worker).toBe('worker-1');
        world.finishing();
        world.finished.push({ task, outcome, result: fields });
        return { status: 'open', next_at: null, attempts: 1 };
      },
    },
    rooms: {
      dispatch: async (room, agentName, metadata) => {
        world.dispatching();
        world.events.push(`dispatch ${room} ${agentName}`);
        world.metadata.push(metadata);
      },
      participants: async () => (world.agentComes ? [AGENT] : []),
      deleteRoom: async (room) => void world.events.push(`delete ${room}`),
    },
    sip: {
      dial: async (wish) => {
        world.events.push(`dial ${wish.room}`);
        world.dialled.push(wish);
        return (await answers.shift()) ?? result('answered');
      },
    },
    agentName: 'openhours',
    workerId: 'worker-1',
    mayDial: () => world.mayDial,
    clinics: async () => world.clinics,
    log,
    nowMs: () => world.now,
    wait: async (ms) => void (world.now += ms),
  });
  return { dialler, world, lines, messages };
}

describe('a call that is due', () => {
  test('is made when an agent of ours is in its room, which is told of the task and not of what stands in it', async () => {
    const { dialler, world } = makeDialler(['task-1'], []);
    await dialler.tick();
    expect(world.events).toEqual(['dispatch outbound-task-1-1 openhours', 'dial outbound-task-1-1']);
    expect(world.dialled[0]).toMatchObject({
      to: NUMBER,
      attributes: { 'openhours.task': 'task-1', 'openhours.dialler': 'worker-1', clinic: 'invented-dental' },
    });
    expect(JSON.parse(world.metadata[0] ?? '')).toEqual({
      clinic: 'invented-dental',
      task: 'task-1',
      dialler: 'worker-1',
    });
  });

  test('is the agent’s once somebody has picked up', async () => {
    const { dialler, world } = makeDialler(['task-1'], [result('answered')]);
    await dialler.tick();
    expect(world.finished).toEqual([]);
    expect(world.events).not.toContain('delete outbound-task-1-1');
  });

  test.each([
    ['busy', 486],
    ['no_answer', undefined],
    ['failed', 404],
  ] as const)(
    'that is not answered (%s) is written back, and its room deleted',
    async (outcome, sipStatus) => {
      const { dialler, world } = makeDialler(['task-1'], [result(outcome, sipStatus)]);
      await dialler.tick();
      const fields = sipStatus === undefined ? {} : { sip_status: sipStatus };
      expect(world.finished).toEqual([{ task: 'task-1', outcome, result: fields }]);
      expect(world.events.at(-1)).toBe('delete outbound-task-1-1');
    },
  );

  test('is not dialled when no agent comes: nobody is called to be met by silence', async () => {
    const { dialler, world } = makeDialler(['task-1'], []);
    world.agentComes = false;
    const startedAt = world.now;
    await dialler.tick();
    expect(world.dialled).toEqual([]);
    expect(world.now - startedAt).toBeGreaterThanOrEqual(DIALLING.agentMs);
    expect(world.finished).toMatchObject([{ outcome: 'failed' }]);
  });

  test('fails when LiveKit does not answer, and the worker goes on', async () => {
    const { dialler, world, messages } = makeDialler(['task-1'], []);
    world.dispatching = () => {
      throw new OpenhoursError('SERVICE_UNREACHABLE', 'invented');
    };
    await dialler.tick();
    expect(world.finished).toMatchObject([{ outcome: 'failed' }]);
    expect(messages()).toContain('a call could not be prepared');
  });

  test('is one at a time; the next follows at a later look, for a call is busiest when it begins', async () => {
    const picksUp = new Deferred<DialResult>();
    const { dialler, world } = makeDialler(['task-1', 'task-2'], [picksUp.promise, result('busy', 486)]);
    const looking = dialler.tick();
    await expect.poll(() => world.dialled.length).toBe(1);
    void dialler.tick();
    expect(world.taken).toEqual(['task-1']);
    picksUp.resolve(result('answered'));
    await looking;
    expect(world.taken).toEqual(['task-1']);
    await dialler.tick();
    expect(world.taken).toEqual(['task-1', 'task-2']);
  });

  test('is followed at once by the next when nobody has picked up', async () => {
    const { dialler, world } = makeDialler(['task-1', 'task-2'], [result('busy', 486)]);
    await dialler.tick();
    expect(world.taken).toEqual(['task-1', 'task-2']);
  });

  test('leaves no number and no note in the log but where personal data belongs', async () => {
    const { dialler, lines } = makeDialler(['task-1'], [result('busy', 486)]);
    await dialler.tick();
    expect(JSON.stringify(lines)).not.toMatch(/5550123|secret/);
  });
});

describe('no task is taken', () => {
  test('while there is no room, or the worker drains', async () => {
    const { dialler, world } = makeDialler(['task-1'], []);
    world.mayDial = false;
    await dialler.tick();
    expect(world.taken).toEqual([]);
    world.mayDial = true;
    await dialler.tick();
    expect(world.taken).toEqual(['task-1']);
  });

  test('while every clinic is closed', async () => {
    const { dialler, world } = makeDialler(['task-1'], []);
    world.clinics = [];
    await dialler.tick();
    expect(world.taken).toEqual([]);
  });

  test('once it is stopped; a call that rings is ended and written back', async () => {
    const picksUp = new Deferred<DialResult>();
    const { dialler, world } = makeDialler(['task-1', 'task-2'], [picksUp.promise]);
    void dialler.tick();
    await expect.poll(() => world.dialled.length).toBe(1);
    const stopping = dialler.stop();
    picksUp.resolve(result('failed'));
    await stopping;
    expect(world.events).toContain('delete outbound-task-1-1');
    expect(world.taken).toEqual(['task-1']);
    expect(world.finished).toMatchObject([{ task: 'task-1', outcome: 'failed' }]);
  });

  test('for a while after a call that LiveKit could not place: a wrong trunk does not use up every task', async () => {
    const trouble = result('failed', 403, true);
    const { dialler, world } = makeDialler(['task-1', 'task-2', 'task-3'], [trouble, trouble]);
    await dialler.tick();
    await dialler.tick();
    expect(world.taken).toEqual(['task-1']);
    world.now += DIALLING.troubleMs;
    await dialler.tick();
    expect(world.taken).toEqual(['task-1', 'task-2']);
    world.now += DIALLING.troubleMs;
    await dialler.tick();
    expect(world.taken, 'twice as long the second time').toEqual(['task-1', 'task-2']);
    world.now += DIALLING.troubleMs;
    await dialler.tick();
    expect(world.taken).toEqual(['task-1', 'task-2', 'task-3']);
  });
});

describe('what came of a call', () => {
  test('is written again when the database does not answer', async () => {
    const { dialler, world } = makeDialler(['task-1'], [result('busy', 486)]);
    let tries = 0;
    world.finishing = () => {
      tries += 1;
      if (tries < 3) throw new OpenhoursError('SERVICE_UNREACHABLE', 'invented');
    };
    await dialler.tick();
    expect(tries).toBe(3);
    expect(world.finished).toMatchObject([{ outcome: 'busy' }]);
  });

  test('is not, when another worker has the task by now', async () => {
    const { dialler, world } = makeDialler(['task-1'], [result('busy', 486)]);
    let tries = 0;
    world.finishing = () => {
      tries += 1;
      throw new OpenhoursError('STATE_INVALID', 'finish_task: task_lost');
    };
    await dialler.tick();
    expect(tries).toBe(1);
  });
});
