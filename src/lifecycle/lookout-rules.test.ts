import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { FLEET, LOOKOUT, RESCUE } from '../config/defaults.ts';
import { BRIEFING } from '../config/desk-defaults.ts';
import { DeadWorkers, type Facts, type Tried, type Verdict, judge } from './lookout-rules.ts';

const NOW = 1_000_000;
const ago = (ms: number) => NOW - ms;

/** A call that talks with nobody, since just now. */
const facts = (overrides: Partial<Facts> = {}): Facts => ({
  goneSince: undefined,
  caller: 'active',
  agents: [],
  aloneSince: NOW,
  certain: false,
  row: { staffNumber: true, lost: false },
  tried: {},
  takersOpen: true,
  databaseUp: true,
  ...overrides,
});
const decide = (overrides: Partial<Facts>) => judge(facts(overrides), NOW);

describe('a call without an agent', () => {
  test('is given time for its agent to come, and then taken over', () => {
    expect(decide({ aloneSince: ago(LOOKOUT.takeOverMs - 1) })).toBe('leave');
    expect(decide({ aloneSince: ago(LOOKOUT.takeOverMs) })).toBe('take_over');
  });

  test('is taken over at once when the loss is certain, though a ghost is still in the room', () => {
    expect(decide({ certain: true, agents: [{ ghost: true }] })).toBe('take_over');
  });

  test('is taken over again when nobody came, and transferred when that leads nowhere', () => {
    const lost = { certain: true, aloneSince: ago(4_000) };
    expect(decide({ ...lost, tried: { takeOverAt: ago(LOOKOUT.retryMs - 1) } })).toBe('leave');
    expect(decide({ ...lost, tried: { takeOverAt: ago(LOOKOUT.retryMs) } })).toBe('take_over');
    const late = { certain: true, tried: { takeOverAt: ago(LOOKOUT.retryMs) } };
    expect(decide({ ...late, aloneSince: ago(9_999) })).toBe('leave');
    expect(decide({ ...late, aloneSince: ago(10_000) })).toBe('transfer');
  });

  test.each([
    ['has no number of the clinic', { row: { staffNumber: false, lost: true } }],
    ['still rings', { caller: 'ringing' }],
    ['is not on record', { row: undefined }],
  ] as const)('is called back when it %s', (_what, overrides) => {
    const tried: Tried = { takeOverAt: ago(5_000) };
    expect(decide({ aloneSince: ago(LOOKOUT.transferMs), tried, ...overrides })).toBe('call_back');
  });

  test('is called back when the transfer failed, or whoever claimed it is not heard of again', () => {
    const lost = { certain: true, aloneSince: ago(60_000) };
    expect(decide({ ...lost, tried: { transferAt: ago(20_000) } })).toBe('leave');
    expect(decide({ ...lost, tried: { transferAt: ago(5_000), transferFailed: true } })).toBe('call_back');
    expect(decide({ ...lost, tried: { transferAt: ago(RESCUE.transferMs) } })).toBe('call_back');
  });

  test('is not kept waiting for a takeover that nobody can make', () => {
    const alone = { takersOpen: false, aloneSince: ago(LOOKOUT.takeOverMs) };
    expect(decide({ ...alone, certain: true })).toBe('transfer');
    expect(decide({ ...alone, certain: false })).toBe('leave');
  });

  test('is taken over first, however late it is found', () => {
    expect(decide({ aloneSince: ago(3_600_000) })).toBe('take_over');
  });

  test('is only taken over, again and again, while the database is down', () => {
    const down = { databaseUp: false, certain: true, aloneSince: ago(60_000) };
    expect(decide({ ...down, tried: { takeOverAt: ago(LOOKOUT.retryMs) } })).toBe('take_over');
    expect(decide({ ...down, takersOpen: false })).toBe('leave');
  });
});

describe('a row whose room is gone', () => {
  const gone = { goneSince: ago(LOOKOUT.takeOverMs), caller: 'absent', aloneSince: undefined } as const;
  it('is closed when its worker is lost', () => {
    expect(decide({ ...gone, row: { staffNumber: true, lost: true } })).toBe('close_row');
  });
  it('is left to its worker while that lives', () => {
    expect(decide({ ...gone, row: { staffNumber: true, lost: false } })).toBe('leave');
  });
  it('is left for as long as a restarted LiveKit takes to list its rooms', () => {
    const row = { staffNumber: true, lost: true };
    expect(decide({ ...gone, goneSince: ago(LOOKOUT.takeOverMs - 1), row })).toBe('leave');
  });
});

const anyInstant = fc.option(
  fc.integer({ min: 0, max: 60_000 }).map((ms) => ago(ms)),
  { nil: undefined },
);
const anyTried: fc.Arbitrary<Tried> = fc
  .record({
    takeOverAt: anyInstant,
    transferAt: anyInstant,
    callBackAt: anyInstant,
    transferFailed: fc.boolean(),
    settled: fc.boolean(),
  })
  .map((tried) => Object.fromEntries(Object.entries(tried).filter(([, value]) => value !== undefined)));
const anyFacts: fc.Arbitrary<Facts> = fc.record({
  goneSince: anyInstant,
  caller: fc.constantFrom('absent', 'ringing', 'active'),
  agents: fc.array(fc.record({ ghost: fc.boolean() }), { maxLength: 3 }),
  aloneSince: anyInstant,
  certain: fc.boolean(),
  row: fc.option(fc.record({ staffNumber: fc.boolean(), lost: fc.boolean() }), { nil: undefined }),
  tried: anyTried,
  takersOpen: fc.boolean(),
  databaseUp: fc.boolean(),
});

describe('whatever is known of a room', () => {
  test('a call with a living agent, one that has its end, and an empty room are left alone', () => {
    fc.assert(
      fc.property(anyFacts, (known) => {
        const listed = { ...known, goneSince: undefined };
        expect(judge({ ...listed, agents: [...known.agents, { ghost: false }] }, NOW)).toBe('leave');
        expect(judge({ ...listed, caller: 'absent' }, NOW)).toBe('leave');
        expect(judge({ ...known, tried: { ...known.tried, settled: true } }, NOW)).toBe('leave');
      }),
    );
  });

  test('no step goes back to an earlier one, and none is repeated within its time', () => {
    fc.assert(
      fc.property(anyFacts, (known) => {
        const verdict = judge(known, NOW);
        const { takeOverAt, transferAt, callBackAt } = known.tried;
        if (verdict === 'take_over') expect([transferAt, callBackAt]).toEqual([undefined, undefined]);
        if (verdict === 'transfer') expect([transferAt, callBackAt]).toEqual([undefined, undefined]);
        if (verdict === 'take_over' || verdict === 'transfer')
          expect(NOW - (takeOverAt ?? 0)).toBeGreaterThanOrEqual(LOOKOUT.retryMs);
        if (verdict === 'call_back') expect(NOW - (callBackAt ?? 0)).toBeGreaterThanOrEqual(LOOKOUT.retryMs);
      }),
    );
  });

  test('nothing but a takeover is done without the database', () => {
    fc.assert(
      fc.property(anyFacts, (known) => {
        const untried = { ...known, databaseUp: false, tried: {} };
        expect(['leave', 'take_over']).toContain(judge(untried, NOW));
      }),
    );
  });
});

/** Order of the steps. */
const RANK: Record<Verdict, number> = {
  leave: 0,
  take_over: 1,
  transfer: 2,
  call_back: 3,
  close_row: 4,
  hang_up: 4,
};

test('every lost call reaches its end, in steps that only go up, whoever opens and closes meanwhile', () => {
  const openness = fc.array(fc.boolean(), { minLength: 200, maxLength: 200 });
  const call = fc.record({ certain: fc.boolean(), active: fc.boolean(), staffNumber: fc.boolean() });
  fc.assert(
    fc.property(call, openness, fc.constantFrom('failed', 'silent'), (known, open, transfer) => {
      const { certain, active, staffNumber } = known;
      const steps: Verdict[] = [];
      let tried: Tried = {};
      let at = NOW;
      for (const takersOpen of open) {
        const row = { staffNumber, lost: certain };
        const caller = active ? 'active' : 'ringing';
        const verdict = judge(facts({ aloneSince: NOW, certain, row, caller, tried, takersOpen }), at);
        if (verdict !== 'leave') steps.push(verdict);
        if (verdict === 'take_over') tried = { ...tried, takeOverAt: at };
        if (verdict === 'transfer')
          tried = { ...tried, transferAt: at, transferFailed: transfer === 'failed' };
        if (verdict === 'call_back') break;
        at += LOOKOUT.everyMs;
      }
      expect(steps.at(-1)).toBe('call_back');
      expect(steps.map((step) => RANK[step])).toEqual(steps.map((step) => RANK[step]).sort());
      expect(steps.filter((step) => step === 'transfer').length).toBeLessThanOrEqual(1);
      const ringing = steps.includes('transfer') && transfer === 'silent' ? RESCUE.transferMs : 0;
      const limitMs = LOOKOUT.transferMs + LOOKOUT.retryMs + ringing + 2 * LOOKOUT.everyMs;
      expect(at - NOW).toBeLessThanOrEqual(limitMs);
    }),
  );
});

describe('two who were connected', () => {
  test('are left to each other, without an agent and with one that is lost', () => {
    const whole = { bridge: 'whole', aloneSince: ago(60_000), certain: true } as const;
    expect(decide(whole)).toBe('leave');
    expect(decide({ ...whole, agents: [{ ghost: true }] })).toBe('leave');
  });

  test('of whom one has hung up: the other is hung up on, also without the database, but not in a blink', () => {
    const half = { bridge: 'half', databaseUp: false, row: undefined } as const;
    expect(decide({ ...half, aloneSince: ago(BRIEFING.halfMs - 1) })).toBe('leave');
    expect(decide({ ...half, aloneSince: ago(BRIEFING.halfMs) })).toBe('hang_up');
    expect(decide({ ...half, caller: 'absent', aloneSince: ago(BRIEFING.halfMs) })).toBe('hang_up');
  });

  test('are an agent’s while there is one', () => {
    expect(decide({ bridge: 'half', agents: [{ ghost: false }], aloneSince: ago(9_000) })).toBe('leave');
  });
});

describe('a worker', () => {
  const silent = { worker_id: 'worker-a', worker_age_ms: FLEET.deadMs + 1, seconds: 60 };
  const alive = { ...silent, worker_age_ms: 100 };

  it('is dead after two looks in a row without a sign of life, and alive with the next sign', () => {
    const dead = new DeadWorkers();
    dead.look([silent], 0, true);
    expect(dead.isDead('worker-a')).toBe(false);
    dead.look([silent], 500, true);
    expect(dead.isDead('worker-a')).toBe(true);
    dead.look([alive], 1_000, true);
    expect(dead.isDead('worker-a')).toBe(false);
  });

  it.each([
    ['our own sign was not taken', (dead: DeadWorkers) => dead.look([silent], 500, false)],
    ['the database did not answer', (dead: DeadWorkers) => dead.unknown()],
    ['it gave a sign', (dead: DeadWorkers) => dead.look([alive], 500, true)],
  ])('is not dead when between the two looks %s', (_what, meanwhile) => {
    const dead = new DeadWorkers();
    dead.look([silent], 0, true);
    meanwhile(dead);
    dead.look([silent], 1_000, true);
    expect(dead.isDead('worker-a')).toBe(false);
  });

  it('is given time after a pause in which nobody could give a sign', () => {
    const dead = new DeadWorkers();
    dead.look([silent], 0, true);
    dead.look([silent], FLEET.deadMs, true);
    expect(dead.isDead('worker-a')).toBe(false);
    dead.look([silent], FLEET.deadMs + 500, true);
    expect(dead.isDead('worker-a')).toBe(false);
  });

  it('that never gave a sign is dead once its call is older than a lease', () => {
    const dead = new DeadWorkers();
    const unknown = { worker_id: 'worker-b', worker_age_ms: null };
    for (const at of [0, 500]) dead.look([{ ...unknown, seconds: FLEET.leaseMs / 1_000 }], at, true);
    expect(dead.isDead('worker-b')).toBe(false);
    for (const at of [1_000, 1_500])
      dead.look([{ ...unknown, seconds: FLEET.leaseMs / 1_000 + 1 }], at, true);
    expect(dead.isDead('worker-b')).toBe(true);
  });
});
