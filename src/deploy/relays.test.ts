import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FakeClock } from '../../test/support/clock.ts';
import { collectLog } from '../../test/support/log.ts';
import { granted, refused } from '../../test/support/shift.ts';
import { type Calendar, shiftsBetween } from '../clinic/hours.ts';
import type { ClinicId, ShiftId, WorkerId } from '../clinic/ids.ts';
import { FLEET, SHIFT } from '../config/defaults.ts';
import { JOB } from '../config/deploy-defaults.ts';
import { planShift, type ShiftPlan } from '../lifecycle/deadline.ts';
import { takeSeat } from '../lifecycle/seat.ts';
import { type Schedule, planSchedule, startsOf } from './schedule.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Sunday. */
const NOW = Date.parse('2026-11-22T10:00:00Z');
/** A day and some hours before the night on which Berlin turns its clocks back. */
const NIGHT = Date.parse('2027-10-30T03:07:00Z');
const REGISTERS_MS = 3_000;
const SLOW_LOOK_MS = 3_000;
/** Until there has to be somebody again: an attempt that is started after half a minute, and the lease of the one before it. */
const PATIENCE_MS = 5 * MINUTE;

interface Worker {
  readonly id: WorkerId;
  readonly plan: ShiftPlan;
  /** To be started again by the platform, until it was so often. */
  readonly again: () => void;
  openAt: number;
  diedAt: number;
  /** When another one took its seat. */
  relayedAt: number;
}

/** One clinic, its seat, and the platform. What is real: the schedule, the plans, and how seats are taken. */
class World {
  readonly clock: FakeClock;
  readonly workers: Worker[] = [];
  readonly #calendar: Calendar;
  readonly #schedule: Schedule;
  #seat: { of: Worker; relayAt: number } | undefined;

  constructor(calendar: Calendar, schedule: Schedule, nowMs: number) {
    this.clock = new FakeClock(nowMs);
    this.#calendar = calendar;
    this.#schedule = schedule;
  }

  /** Something happens then. */
  at(atMs: number, what: () => unknown): void {
    void this.clock.wait(Math.max(0, atMs - this.clock.nowMs())).then(what);
  }

  /** An execution's attempt; its first line is run now. */
  async start(tries: number = JOB.maxRetries): Promise<void> {
    const { clock } = this;
    const startedMs = clock.nowMs();
    const plan = await this.#plan(startedMs);
    if (plan === undefined) return;
    const again = () => tries > 0 && this.at(clock.nowMs() + 20_000, () => this.start(tries - 1));
    const id = `worker-${this.workers.length}` as WorkerId;
    const worker: Worker = { id, plan, again, openAt: Infinity, diedAt: Infinity, relayedAt: Infinity };
    this.workers.push(worker);
    let asked = 0;
    const seat = await takeSeat({
      shifts: {
        begin: async () => this.#begin(worker),
        relayNow: async () => {
          if (this.#seat !== undefined) this.#seat.relayAt = Math.min(this.#seat.relayAt, clock.nowMs());
        },
      },
      worker: { workerId: id, agentName: 'openhours', execution: undefined },
      clinics: ['clinic-1' as ClinicId],
      plan,
      patient: false,
      inTurn: true,
      log: collectLog().log,
      nowMs: clock.nowMs,
      ageMs: () => clock.nowMs() - startedMs,
      standBy: () => undefined,
      wait: async (ms) => {
        // Who stands by for long is looked at less often here.
        await clock.wait((asked += 1) < 20 ? ms : SLOW_LOOK_MS);
        return worker.diedAt === Infinity;
      },
      limit: clock.wait,
    });
    if (seat?.granted !== true) return;
    await clock.wait(REGISTERS_MS);
    if (worker.diedAt === Infinity) worker.openAt = clock.nowMs();
  }

  /** As `planOrWait` does. */
  async #plan(processStartedMs: number): Promise<ShiftPlan | undefined> {
    const { rules } = this.#schedule;
    const planned = () =>
      planShift({
        nowMs: this.clock.nowMs(),
        processStartedMs,
        calendars: [this.#calendar],
        wish: { forMs: undefined, until: undefined, early: true, earlyWithinMs: rules.waitMs },
        taskTimeoutMs: rules.taskTimeoutMs,
      });
    const first = planned();
    if (first.open) return first;
    const waitMs = (first.opensAt ?? Infinity) - this.clock.nowMs();
    if (waitMs > rules.waitMs) return undefined;
    await this.clock.wait(waitMs);
    const second = planned();
    return second.open ? second : undefined;
  }

  /** As `begin_shift` does. */
  #begin(worker: Worker) {
    const now = this.clock.nowMs();
    const held = this.#seat;
    const lapsed = held !== undefined && Math.min(held.of.diedAt, held.of.plan.endsAt) + FLEET.leaseMs <= now;
    if (held === undefined || lapsed || held.relayAt <= now) {
      if (held !== undefined) held.of.relayedAt = now;
      this.#seat = { of: worker, relayAt: worker.plan.relayAt ?? Infinity };
      return { ...granted(), shift_id: worker.id as unknown as ShiftId };
    }
    const relayAt = held.relayAt === Infinity ? null : new Date(held.relayAt).toISOString();
    const ageMs = held.of.diedAt === Infinity ? 400 : now - held.of.diedAt;
    return refused({ worker_id: held.of.id, relay_at: relayAt, age_ms: ageMs }, relayAt);
  }

  /** A worker crashes: the one that has the seat; the one that had it, if it may still have calls; or the last one that came, which may be standing by. */
  crash(whose: 'holder' | 'relayed' | 'newest'): void {
    const now = this.clock.nowMs();
    const victim = {
      holder: this.#seat?.of,
      relayed: this.workers.find(({ relayedAt }) => now - relayedAt < SHIFT.drainMs && now >= relayedAt),
      newest: this.workers.at(-1),
    }[whose];
    if (victim === undefined || victim.diedAt !== Infinity || victim.plan.endsAt <= now) return;
    victim.diedAt = now;
    victim.again();
  }

  /** When each takes calls: open, and after a relay until the next one is open, as long as the plan allows. */
  get working(): { fromMs: number; toMs: number }[] {
    return this.workers.map(({ openAt, diedAt, relayedAt, plan }) => {
      const next = this.workers.map((other) => other.openAt).filter((at) => at > relayedAt);
      return { fromMs: openAt, toMs: Math.min(diedAt, plan.stopTakingAt, ...next) };
    });
  }
}

const hours = (weekdays: readonly number[], opens: string, closes: string) =>
  weekdays.map((weekday) => ({ weekday, opens, closes }));
const WEEK = [1, 2, 3, 4, 5, 6, 7];
const clinic = (of: Calendar['hours'], closures: Calendar['closures'] = []): Calendar => ({
  time_zone: 'Europe/Berlin',
  hours: of,
  closures,
});
/** On the special day the weekly start comes in the middle of the shift. */
const SPECIAL = clinic(hours(WEEK, '09:00', '20:00'), [
  { from: '2026-11-23', to: '2026-11-23', reason: 'invented', opens: '06:00', closes: '23:00' },
]);
const DAYS = 3;
const RUNS = 25;

/** What is looked at of a clinic: three days, whatever happens in them. */
function scene(name: string, calendar: Calendar, longestTaskH: number, nowMs: number) {
  const settings = { env: 'prod', nowMs, longestTaskMs: longestTaskH * HOUR, horizonMs: 28 * DAY };
  const schedule = planSchedule([calendar], settings);
  const toMs = nowMs + DAYS * DAY;
  const shifts = shiftsBetween([calendar], nowMs, toMs).filter(
    ({ opensAt }) => schedule.always || opensAt >= nowMs,
  );
  return { name, calendar, schedule, nowMs, toMs, shifts, starts: startsOf(schedule.entries, nowMs, toMs) };
}
const SCENES = [
  scene('never closes, through a night of 25 h', clinic(hours(WEEK, '00:00', '24:00')), 168, NIGHT),
  scene('never closes, tasks of a day', clinic(hours(WEEK, '00:00', '24:00')), 24, NOW),
  scene('two days on end', clinic(hours([1, 2], '00:00', '24:00')), 12, NOW),
  scene('long days', clinic(hours([1, 2, 3], '07:00', '21:00')), 5, NOW),
  scene('the weekly start comes in the middle of a special day', SPECIAL, 6, NOW),
];

const whose = fc.constantFrom('holder' as const, 'relayed' as const, 'newest' as const);
/** Anywhere, or around a start, where it matters most. */
const crash = fc.oneof(
  fc.record({ start: fc.constant(undefined), byMs: fc.nat(DAYS * DAY), whose }),
  fc.record({ start: fc.nat(9), byMs: fc.integer({ min: -3 * MINUTE, max: 6 * MINUTE }), whose }),
  fc.record({ start: fc.nat(9), byMs: fc.nat(70_000), whose }),
);
/** How long a container takes to its first line; and what a request that has to be made again takes at the most. */
const USUAL_DELAY_MS = 40_000;
const late = fc.oneof(
  { weight: 5, arbitrary: fc.nat(USUAL_DELAY_MS) },
  { weight: 1, arbitrary: fc.nat(190_000) },
);

test('whoever crashes, starts late or is started by hand, at every minute of opening hours there is a worker', async () => {
  let relays = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...SCENES),
      fc.array(crash, { maxLength: JOB.maxRetries }),
      fc.array(late, { minLength: 12, maxLength: 12 }),
      fc.nat(DAY),
      async ({ calendar, schedule, nowMs, toMs, shifts, starts }, crashes, delays, byHandMs) => {
        const world = new World(calendar, schedule, nowMs);
        const excused: number[] = [];
        for (const [index, { atMs }] of starts.entries()) {
          const delayMs = delays[index % delays.length] ?? 0;
          if (delayMs > USUAL_DELAY_MS) excused.push(atMs);
          world.at(atMs + delayMs, () => world.start());
        }
        for (const { start, byMs, whose: victim } of crashes) {
          const atMs = (start === undefined ? nowMs : (starts[start % starts.length]?.atMs ?? nowMs)) + byMs;
          excused.push(atMs);
          world.at(atMs, () => world.crash(victim));
        }
        // Where nothing ever opens somebody has to begin.
        const fromMs = schedule.always ? nowMs + byHandMs : nowMs;
        if (schedule.always) world.at(fromMs, () => world.start());
        await world.clock.advance(toMs - nowMs);

        const { working } = world;
        for (const { opensAt, closesAt } of shifts) {
          for (
            let atMs = Math.max(opensAt, fromMs) + MINUTE;
            atMs < Math.min(closesAt, toMs);
            atMs += MINUTE
          ) {
            const there = working.some((of) => of.fromMs <= atMs && atMs < of.toMs);
            if (!there && !excused.some((since) => atMs >= since && atMs < since + PATIENCE_MS))
              expect.fail(`nobody takes calls at ${new Date(atMs).toISOString()}`);
          }
        }
        relays += world.workers.filter(({ relayedAt }) => relayedAt !== Infinity).length;
      },
    ),
    { numRuns: RUNS },
  );
  expect(relays).toBeGreaterThan(RUNS);
});
