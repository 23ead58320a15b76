import { writeFile } from 'node:fs/promises';
import { PRICES } from '../config/prices.ts';
import { type Compared, compareTargets, comparisonTable } from '../deploy/comparison.ts';
import {
  type BothPrices,
  type CallCost,
  type RunsOn,
  type TargetCost,
  callCost,
  sharedCost,
  targetCosts,
  weekOfWork,
} from '../deploy/cost.ts';
import type { EnvironmentSettings } from '../deploy/environments.ts';
import { memoryMib } from '../deploy/limits.ts';
import { type Prices, loadPrices } from '../deploy/prices.ts';
import { planSchedule } from '../deploy/schedule.ts';
import { ExitCode, OpenhoursError } from '../errors.ts';
import { type ScheduleDeps, type ScheduleOptions, readCalendars, scheduleDeps } from './schedule.ts';

/** What the command line says. */
export interface CostOptions extends Pick<ScheduleOptions, 'env' | 'clinicFile' | 'json'> {
  readonly callsPerDay?: string;
  readonly minutes?: string;
  readonly currency?: string;
  /** The targets side by side instead. */
  readonly compare?: boolean;
  /** A page into which the comparison is written. */
  readonly page?: string;
}

/** What the command needs; tests pass their own. */
export interface CostDeps extends Pick<
  ScheduleDeps,
  'settings' | 'readText' | 'clinics' | 'nowMs' | 'print' | 'warn'
> {
  readonly prices: () => Prices;
  readonly writeText: (file: string, text: string) => Promise<void>;
}

/** Everything that is shown, in US dollars. */
interface CostReport {
  readonly clinics: number;
  readonly openHoursPerWeek: number;
  readonly targets: readonly TargetCost[];
  readonly shared: BothPrices;
  readonly calls: CallCost;
  readonly compared: readonly Compared[];
}

/** Between these the page has the table. */
const MARKS = { from: '<!-- comparison -->', to: '<!-- /comparison -->' } as const;

const TITLES: Record<RunsOn, string> = {
  job: 'job, started for each opening',
  'worker-pool': 'worker pool, one instance always',
  'service-hours': 'service, one instance in office hours',
  service: 'service, one instance always',
  gke: 'GKE Autopilot, one pod in office hours',
  'always-on': 'the same machine, always on',
};

/** The files and the clock of this machine. */
export function costDeps(): CostDeps {
  return {
    ...scheduleDeps(true),
    prices: () => loadPrices(),
    writeText: (file, text) => writeFile(file, text),
  };
}

/**
 * Shows what a month costs, from the calendar, the sizes of the environment and the dated prices.
 * @throws OpenhoursError DEPLOY_INVALID for prices or settings that are wrong, CONFIG_INVALID for options that are, and those of reading the clinics.
 */
export async function showCost(options: CostOptions, deps: CostDeps): Promise<ExitCode> {
  const prices = deps.prices();
  const rate = rateOf(options.currency, prices);
  const settings = deps.settings(options.env);
  const report = await costReport(options, settings, prices, deps);
  if (options.page !== undefined) await writePage(options.page, report.compared, deps);
  if (options.json === true)
    deps.print(JSON.stringify(toJson(options, settings, prices, report, rate), null, 2));
  else if (options.compare === true) deps.print(comparisonTable(report.compared).join('\n'));
  else deps.print(costText(settings, prices, report, money(options.currency ?? 'USD', rate)).join('\n'));
  return ExitCode.ok;
}

async function costReport(
  options: CostOptions,
  settings: EnvironmentSettings,
  prices: Prices,
  deps: CostDeps,
): Promise<CostReport> {
  const calendars = await readCalendars(options, settings, deps);
  const nowMs = deps.nowMs();
  const week = weekOfWork(calendars, nowMs);
  const { entries, rules, taskTimeoutS } = planSchedule(calendars, {
    env: settings.env,
    nowMs,
    longestTaskMs: settings.worker.longestTaskMs,
  });
  const size = { cpu: settings.worker.cpu, memoryGib: (memoryMib(settings.worker.memory) ?? 0) / 1_024 };
  const { assumptions } = prices;
  const calls = callCost(
    {
      perDay: numberOf('--calls-per-day', options.callsPerDay, 100_000) ?? assumptions.calls_per_day,
      minutes: numberOf('--minutes', options.minutes, 24 * 60) ?? assumptions.minutes_per_call,
      bookings: assumptions.bookings,
    },
    week,
    calendars.length,
    prices,
  );
  // Entries for certain days are gone after them.
  const lasting = entries.filter(({ dated }) => !dated).length;
  const targets = targetCosts(week, size, { leadMs: rules.leadMs, entries: lasting }, prices);
  return {
    clinics: calendars.length,
    openHoursPerWeek: week.openHours,
    targets,
    shared: sharedCost(calls.callsPerMonth, prices),
    calls,
    compared: compareTargets(targets, settings, calendars, { taskTimeoutS, entries: lasting }),
  };
}

function numberOf(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (text.trim() !== '' && number >= 0 && number <= most) return number;
  throw new OpenhoursError('CONFIG_INVALID', `${option} is "${text}": write a number from 0 to ${most}`);
}

function rateOf(currency: string | undefined, { rates, currency: own }: Prices): number {
  if (currency === undefined || currency === own) return 1;
  const rate = rates[currency];
  if (rate !== undefined) return rate.per_usd;
  const known = [own, ...Object.keys(rates)].join(', ');
  throw new OpenhoursError(
    'CONFIG_INVALID',
    `--currency is ${currency}, and deploy/prices.yaml has no rate for it, only ${known}: add one to rates, with its source and date`,
  );
}

function money(currency: string, rate: number): (usd: number, digits?: number) => string {
  return (usd, digits = 2) => `${currency} ${(usd * rate).toFixed(digits)}`;
}

function costText(
  { env, worker }: EnvironmentSettings,
  prices: Prices,
  { clinics, openHoursPerWeek, targets, shared, calls }: CostReport,
  show: (usd: number, digits?: number) => string,
): string[] {
  const rows = targets.map(({ target, hours, listPrice, afterFree }) => [
    TITLES[target],
    hours.toFixed(1),
    show(listPrice),
    show(afterFree),
    show(listPrice / clinics),
  ]);
  const job = targets.find(({ target }) => target === 'job');
  const whole = (job?.listPrice ?? 0) + shared.listPrice + calls.perMonth;
  return [
    `${env}: ${worker.cpu} vCPU, ${worker.memory}, ${plural(clinics, 'clinic')}, open ${openHoursPerWeek.toFixed(1)} h a week`,
    '',
    ...table([['A MONTH', 'HOURS', 'LIST PRICE', 'WITH FREE UNITS', 'A CLINIC'], ...rows]),
    '',
    `Images, secrets and logs: ${show(shared.listPrice)}, with free units ${show(shared.afterFree)}`,
    '',
    `Calls, ${calls.callsPerMonth.toFixed(0)} a month (estimated use, deploy/prices.yaml)`,
    `  speech and language  ${show(calls.speechPerMinute, 4)} a minute`,
    `  telephony, LiveKit   ${show(calls.telephonyPerMinute, 4)} a minute, begun minutes counted`,
    `  a call               ${show(calls.perCall, 3)}${calls.perBooking === undefined ? '' : `, a booking ${show(calls.perBooking, 3)}`}`,
    `  a month              ${show(calls.perMonth)}, with a number for each clinic`,
    '',
    `All of it with the job, at list prices: ${show(whole)} a month, ${show(whole / clinics)} a clinic`,
    'Not in it: the database, data that leaves the region, tax.',
    '',
    ...datesText(prices),
  ];
}

function datesText({ items }: Prices): string[] {
  const unchecked = Object.entries(items).filter(([, { checked }]) => !checked);
  const dates = Object.values(items).map(({ as_of }) => as_of);
  const oldest = dates.reduce((one, other) => (one < other ? one : other), PRICES.asOf);
  return [
    `Prices of ${oldest} and later; speech and language of ${PRICES.asOf}.`,
    ...(unchecked.length === 0
      ? []
      : [`Known at second hand, look them up: ${unchecked.map(([name]) => name).join(', ')}.`]),
  ];
}

function toJson(
  { currency }: CostOptions,
  { env, worker }: EnvironmentSettings,
  prices: Prices,
  report: CostReport,
  rate: number,
) {
  return {
    env,
    cpu: worker.cpu,
    memory: worker.memory,
    currency: prices.currency,
    ...(currency === undefined ? {} : { shown: { currency, perUsd: rate } }),
    ...report,
    prices: { ...prices.items, speechAndLanguage: { as_of: PRICES.asOf } },
    assumptions: prices.assumptions,
  };
}

async function writePage(
  page: string,
  compared: readonly Compared[],
  { readText, writeText, warn }: CostDeps,
): Promise<void> {
  const text = await readText(page).catch((cause: unknown) => {
    throw new OpenhoursError('CONFIG_INVALID', `${page} cannot be read: check the path`, { cause });
  });
  const [from, to] = [text.indexOf(MARKS.from), text.indexOf(MARKS.to)];
  if (from === -1 || to < from) {
    throw new OpenhoursError(
      'CONFIG_INVALID',
      `${page} has no place for the table: put ${MARKS.from} and ${MARKS.to} on lines of their own`,
    );
  }
  const body = `${MARKS.from}\n\n${comparisonTable(compared).join('\n')}\n\n`;
  await writeText(page, `${text.slice(0, from)}${body}${text.slice(to)}`);
  warn(`${page} has the comparison`);
}

const plural = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Columns as wide as what stands in them, numbers at the right. */
function table(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  );
  return rows.map(
    (cells) =>
      `  ${cells.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join('  ')}`,
  );
}
