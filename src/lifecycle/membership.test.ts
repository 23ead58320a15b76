import { describe, expect, test } from 'vitest';
import { FakeClock, settled } from '../../test/support/clock.ts';
import { collectLog } from '../../test/support/log.ts';
import { FakeShifts, MORNING, beatAnswer, peer } from '../../test/support/shift.ts';
import type { WorkerId } from '../clinic/ids.ts';
import type { Peer, StoredShiftState } from '../clinic/shifts.ts';
import { FLEET } from '../config/defaults.ts';
import { Membership } from './membership.ts';

function makeMembership() {
  const clock = new FakeClock(MORNING);
  const shifts = new FakeShifts();
  const orders: string[] = [];
  const self = { state: 'open' as StoredShiftState, calls: 0 };
  const membership = new Membership({
    shifts,
    self: {
      workerId: 'worker-1' as WorkerId,
      agentName: 'openhours',
      execution: undefined,
      url: 'https://worker.example',
      maxCalls: 4,
      state: () => self.state,
      activeCalls: () => self.calls,
      shift: () => undefined,
    },
    orders: {
      stop: () => void orders.push('stop'),
      relayed: () => void orders.push('relayed'),
      leaseLost: () => void orders.push('lease lost'),
      answered: () => undefined,
    },
    log: collectLog().log,
    ageMs: clock.ageMs,
    wait: clock.wait,
  });
  return { membership, clock, shifts, orders, self };
}

describe('signs of life', () => {
  test('come at once, then seldom without calls and often with them', async () => {
    const { membership, clock, shifts, self } = makeMembership();
    membership.start();
    membership.start();
    expect(shifts.beats).toMatchObject([
      { workerId: 'worker-1', state: 'open', activeCalls: 0, maxCalls: 4 },
    ]);
    await clock.advance(10 * FLEET.idleBeatMs + FLEET.lookMs);
    expect(shifts.beats).toHaveLength(11);
    self.calls = 1;
    await clock.advance(10 * FLEET.beatMs);
    expect(shifts.beats.length).toBeGreaterThanOrEqual(20);
    expect(shifts.beats.length).toBeLessThanOrEqual(22);
    await membership.stop();
  });

  test('say within an eighth of a second that a first call has come', async () => {
    const { membership, clock, shifts, self } = makeMembership();
    membership.start();
    await clock.advance(1_000);
    self.calls = 1;
    await clock.advance(FLEET.lookMs);
    expect(shifts.beats.at(-1)?.activeCalls).toBe(1);
    await membership.stop();
  });

  test('are never two at a time, and one without an answer is given up', async () => {
    const { membership, clock, shifts, self } = makeMembership();
    self.calls = 1;
    shifts.vanish();
    membership.start();
    await clock.advance(FLEET.answerMs - 1);
    expect(shifts.beats).toHaveLength(1);
    await clock.advance(FLEET.beatMs);
    expect(shifts.beats).toHaveLength(2);
    expect(membership.fresh).toBe(false);
    await clock.until(membership.stop(), FLEET.answerMs);
  });

  test('end when told to, leaving nothing behind', async () => {
    const { membership, clock, shifts } = makeMembership();
    membership.start();
    await membership.stop();
    await clock.advance(60_000);
    expect(shifts.beats).toHaveLength(1);
    expect(clock.waiting).toBe(0);
  });

  test('end with the last state, after which no order is heard', async () => {
    const { membership, shifts, orders, self } = makeMembership();
    membership.start();
    await settled();
    self.state = 'closed';
    shifts.answerBeat = async () => beatAnswer({ stop: true, lease: 'lost' });
    await membership.leave();
    expect(shifts.beats.map(({ state }) => state)).toEqual(['open', 'closed']);
    expect(orders).toEqual([]);
  });

  test('that were never given are not begun with the last', async () => {
    const { membership, shifts } = makeMembership();
    await membership.leave();
    expect(shifts.beats).toEqual([]);
  });
});

describe('what the answers say', () => {
  test.each<[string, Partial<Peer>, boolean]>([
    ['open with room', {}, true],
    ['open and full', { active_calls: 4 }, false],
    ['still starting', { state: 'starting' }, false],
    ['draining', { state: 'draining' }, false],
    ['silent for too long', { age_ms: FLEET.idleBeatMs + FLEET.deadMs }, false],
  ])('another worker that is %s makes a successor: %o → %s', async (_, other, ready) => {
    const { membership, shifts, orders } = makeMembership();
    shifts.answerBeat = async () => beatAnswer({ lease: 'relayed', peers: [peer(other)] });
    expect(membership.successorReady).toBe(false);
    await membership.beat();
    expect(membership.successorReady).toBe(ready);
    expect(orders).toEqual(ready ? ['relayed'] : []);
  });

  test('is believed for as long as signs of life are answered', async () => {
    const { membership, clock, shifts } = makeMembership();
    expect(membership.fresh).toBe(false);
    await membership.beat();
    expect(membership.fresh).toBe(true);
    shifts.answerBeat = () => Promise.reject(new Error('gone'));
    await clock.advance(FLEET.idleBeatMs);
    await membership.beat();
    expect(membership.fresh).toBe(true);
    await clock.advance(FLEET.deadMs);
    expect(membership.fresh).toBe(false);
  });
});
