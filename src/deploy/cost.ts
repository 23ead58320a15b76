import { costOf } from '../clinic/cost.ts';
import { type Calendar, type Span, shiftsBetween } from '../clinic/hours.ts';
import { SHIFT } from '../config/defaults.ts';
import { COST } from '../config/deploy-defaults.ts';
import { GKE } from '../config/target-defaults.ts';
import type { Priced, Prices } from './prices.ts';

/** How much of a week is worked, by the usual hours: closures and special days are not counted. */
export interface WeekOfWork {
  /** Of the shifts: a lunch over which the worker stays is in it. */
  readonly openHours: number;
  readonly shifts: number;
  /** On which a shift opens. */
  readonly days: number;
}

/** Who can run the worker, and for how long. */
export const RUNS_ON = ['job', 'worker-pool', 'service-hours', 'service', 'gke', 'always-on'] as const;
/** One of {@link RUNS_ON}. */
export type RunsOn = (typeof RUNS_ON)[number];

/** A sum without and with the free units of a billing account, if nothing else uses them. */
export interface BothPrices {
  readonly listPrice: number;
  readonly afterFree: number;
}

/** What a month of one of them costs, for compute and its schedule. */
export interface TargetCost extends BothPrices {
  readonly target: RunsOn;
  /** For which something runs. */
  readonly hours: number;
}

/** Sizes of what runs. */
export interface Size {
  readonly cpu: number;
  readonly memoryGib: number;
}

/** What calls are assumed to be. */
export interface Calls {
  readonly perDay: number;
  readonly minutes: number;
  /** Of the calls, from 0 to 1. */
  readonly bookings: number;
}

/** What calls cost: speech and language, telephony, and LiveKit. */
export interface CallCost {
  readonly speechPerMinute: number;
  readonly telephonyPerMinute: number;
  readonly perCall: number;
  /** Undefined when there are none. */
  readonly perBooking: number | undefined;
  readonly callsPerMonth: number;
  /** Of all clinics, with a number for each. */
  readonly perMonth: number;
}

const HOUR_MS = 3_600_000;
const WEEK_MS = 7 * 24 * HOUR_MS;

/** The usual week of these clinics, averaged over a year, in which clocks change. */
export function weekOfWork(calendars: readonly Calendar[], nowMs: number): WeekOfWork {
  const usual = calendars.map((calendar) => ({ ...calendar, closures: [] }));
  const toMs = nowMs + COST.weeks * WEEK_MS;
  const shifts = shiftsBetween(usual, nowMs, toMs);
  const within = ({ opensAt, closesAt }: Span) => Math.min(closesAt, toMs) - Math.max(opensAt, nowMs);
  const openMs = shifts.reduce((sum, shift) => sum + within(shift), 0);
  const days = new Set(shifts.map(({ opensAt }) => Math.floor(opensAt / 86_400_000)));
  const always = openMs === COST.weeks * WEEK_MS;
  return {
    openHours: openMs / HOUR_MS / COST.weeks,
    shifts: always ? 7 : shifts.length / COST.weeks,
    days: always ? 7 : days.size / COST.weeks,
  };
}

/** Hours of a month for which something runs that is started ahead of each shift, and goes on after it until the last calls are over. */
export function hoursAround({ openHours, shifts }: WeekOfWork, leadMs: number, afterMs: number): number {
  const always = openHours === WEEK_MS / HOUR_MS;
  const aroundHours = always ? 0 : (shifts * (leadMs + afterMs)) / HOUR_MS;
  return (openHours + aroundHours) * COST.weeksPerMonth;
}

/** What each of them costs a month, with so many entries of Cloud Scheduler. */
export function targetCosts(
  week: WeekOfWork,
  { cpu, memoryGib }: Size,
  schedule: { readonly leadMs: number; readonly entries: number },
  prices: Prices,
): TargetCost[] {
  const { leadMs, entries } = schedule;
  const seconds = (of: 'job' | 'service' | 'worker_pool', hours: number): Amounts => ({
    [`${of}_cpu`]: cpu * hours * 3_600,
    [`${of}_memory`]: memoryGib * hours * 3_600,
  });
  const all = COST.hoursPerMonth;
  // Calls are taken for half of the grace, and as a rule over soon after.
  const ofJob = hoursAround(week, leadMs, SHIFT.graceMs / 2);
  const ofPods = hoursAround(week, GKE.leadMs, GKE.trailMs);
  const used: Record<RunsOn, { hours: number; used: Amounts }> = {
    job: { hours: ofJob, used: { ...seconds('job', ofJob), scheduler_entry: entries } },
    'worker-pool': { hours: all, used: seconds('worker_pool', all) },
    // One entry that raises the minimum of instances and one that lowers it, for each that starts a job.
    'service-hours': { hours: ofJob, used: { ...seconds('service', ofJob), scheduler_entry: 2 * entries } },
    service: { hours: all, used: seconds('service', all) },
    // The cluster goes on without pods.
    gke: { hours: ofPods, used: { gke_cpu: cpu * ofPods, gke_memory: memoryGib * ofPods, gke_cluster: all } },
    'always-on': { hours: all, used: seconds('job', all) },
  };
  return RUNS_ON.map((target) => ({
    target,
    hours: used[target].hours,
    ...bothPrices(used[target].used, prices),
  }));
}

/** What every target needs a month: images, secrets, logs. */
export function sharedCost(callsPerMonth: number, prices: Prices): BothPrices {
  const { secret_versions, registry_gb, log_mib_per_call } = prices.assumptions;
  const logs = (callsPerMonth * log_mib_per_call) / 1_024;
  return bothPrices({ secret_version: secret_versions, registry_storage: registry_gb, logs }, prices);
}

/** What the calls cost, as they are priced after each call. Carriers count whole minutes. */
export function callCost(
  { perDay, minutes, bookings }: Calls,
  { days }: WeekOfWork,
  clinics: number,
  prices: Prices,
): CallCost {
  const { items, assumptions } = prices;
  const speechPerMinute = costOf(assumptions.minute_of_call).total;
  const telephonyPerMinute =
    items.trunk_minute.price + items.livekit_sip_minute.price + 2 * items.livekit_participant_minute.price;
  const perCall = minutes * speechPerMinute + Math.ceil(minutes) * telephonyPerMinute;
  const callsPerMonth = perDay * days * COST.weeksPerMonth;
  return {
    speechPerMinute,
    telephonyPerMinute,
    perCall,
    perBooking: bookings === 0 ? undefined : perCall / bookings,
    callsPerMonth,
    perMonth: callsPerMonth * perCall + clinics * items.phone_number.price,
  };
}

type Amounts = Partial<Record<Priced, number>>;

function bothPrices(used: Amounts, prices: Prices): BothPrices {
  return { listPrice: priced(used, prices, false), afterFree: priced(used, prices, true) };
}

function priced(used: Amounts, { items }: Prices, takeFree: boolean): number {
  return Object.entries(used).reduce((sum, [name, amount]) => {
    const { price, free } = items[name as Priced];
    return sum + Math.max(0, amount - (takeFree ? free : 0)) * price;
  }, 0);
}
