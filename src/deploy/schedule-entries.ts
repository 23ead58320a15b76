import { cronField, parseCron, runs } from './cron.ts';
import type { ScheduleEntry } from './schedule.ts';

/** A start that has to be made, on the clocks of the clinic that it is for. */
export interface NeededStart {
  readonly kind: 'opening' | 'relay';
  readonly atMs: number;
  readonly timeZone: string;
  /** What the clocks show then, as if it were UTC. */
  readonly wallMs: number;
  /** The clocks do not change within a day of it. */
  readonly steady: boolean;
}

/** What names are made from. */
export interface Naming {
  readonly env: string;
  /** Entries of this zone do not carry it in their names. */
  readonly zone: string;
  readonly leadMs: number;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** One entry for each time of day: for the weekdays that need it in more weeks than not. */
export function weeklyEntries(
  starts: readonly NeededStart[],
  weeks: number,
  naming: Naming,
): ScheduleEntry[] {
  const groups = grouped(starts, (start) => [start.kind, start.timeZone, clockOf(start.wallMs)]);
  return groups.flatMap((group) => {
    const counts = new Map<number, number>();
    for (const { wallMs } of group) {
      const day = new Date(wallMs).getUTCDay();
      counts.set(day, (counts.get(day) ?? 0) + 1);
    }
    const days = [...counts].filter(([, count]) => count > weeks / 2).map(([day]) => day);
    const first = group[0];
    if (first === undefined || days.length === 0) return [];
    days.sort((one, other) => one - other);
    const shown = shownTime(first, naming);
    // An opening at midnight is started on the day before it.
    const shownDays = days.map((day) => (day + shown.daysLater) % 7);
    const sorted = shownDays.toSorted((one, other) => one - other);
    return [
      entryOf(first, naming, {
        days: `* * ${cronField(days, 7)}`,
        openDays: `* * ${cronField(sorted, 7)}`,
        label: daysLabel(shownDays),
        text: weekText(shownDays),
      }),
    ];
  });
}

/** One entry for each month and time of day, for the dates that need it. */
export function datedEntries(starts: readonly NeededStart[], naming: Naming): ScheduleEntry[] {
  const safe = starts.map((start) =>
    start.steady ? start : { ...start, timeZone: 'Etc/UTC', wallMs: start.atMs },
  );
  const groups = grouped(safe, (start) => [
    start.kind,
    start.timeZone,
    clockOf(start.wallMs),
    new Date(start.wallMs).getUTCMonth(),
  ]);
  return groups.flatMap((group) => {
    const first = group[0];
    if (first === undefined) return [];
    const month = new Date(first.wallMs).getUTCMonth();
    const label = MONTHS[month] ?? '';
    const dates = datesOf(group.map(({ wallMs }) => wallMs));
    const opening = first.kind === 'opening' ? naming.leadMs : 0;
    const openDates = datesOf(group.map(({ wallMs }) => wallMs + opening));
    const openMonth = new Date(first.wallMs + opening).getUTCMonth() + 1;
    const entry = entryOf(first, naming, {
      days: `${cronField(dates, 32)} ${month + 1} *`,
      openDays: `${cronField(openDates, 32)} ${openMonth} *`,
      label,
      text: `${dates.join(', ')} ${capital(label)}`,
    });
    return [{ ...entry, dated: true }];
  });
}

function datesOf(wallTimes: readonly number[]): number[] {
  const dates = new Set(wallTimes.map((wallMs) => new Date(wallMs).getUTCDate()));
  return [...dates].sort((one, other) => one - other);
}

/** `mon-fri`, `mon_wed_fri`, `daily`; numbers as cron has them. */
export function daysLabel(days: readonly number[]): string {
  return days.length === 7 ? 'daily' : dayRuns(days, '-', '_', DAYS);
}

function weekText(days: readonly number[]): string {
  return days.length === 7 ? 'every day' : dayRuns(days, '–', ', ', DAYS.map(capital));
}

/** A week begins on Monday. */
function dayRuns(days: readonly number[], to: string, and: string, names: readonly string[]): string {
  const fromMonday = days.map((day) => (day + 6) % 7).sort((one, other) => one - other);
  const name = (day: number) => names[(day + 1) % 7] ?? '';
  return runs(fromMonday)
    .map((run) =>
      run.length > 2 ? `${name(run[0] ?? 0)}${to}${name(run.at(-1) ?? 0)}` : run.map(name).join(and),
    )
    .join(and);
}

function entryOf(
  { kind, timeZone, wallMs }: NeededStart,
  naming: Naming,
  { days, openDays, label, text }: { days: string; openDays: string; label: string; text: string },
): ScheduleEntry {
  const { clock } = shownTime({ kind, wallMs }, naming);
  const cron = `${cronTime(clockOf(wallMs))} ${days}`;
  parseCron(cron);
  const zone = timeZone === naming.zone ? '' : `-${zoneLabel(timeZone)}`;
  return {
    name: `openhours-${naming.env}-${kind === 'opening' ? 'open' : 'relay'}-${clock.replace(':', '')}-${label}${zone}`,
    kind,
    cron,
    opens: `${cronTime(clock)} ${openDays}`,
    timeZone,
    purpose: `${kind} at ${clock}, ${text}`,
    dated: false,
  };
}

/** The first two fields for `09:05`: `5 9`. */
function cronTime(clock: string): string {
  return clock.split(':').map(Number).reverse().join(' ');
}

/** An entry is called after the opening that it is for, whatever the lead; a relay after its start. */
function shownTime({ kind, wallMs }: Pick<NeededStart, 'kind' | 'wallMs'>, { leadMs }: Naming) {
  const shownMs = kind === 'opening' ? wallMs + leadMs : wallMs;
  return {
    clock: clockOf(shownMs),
    daysLater: new Date(shownMs).getUTCDay() === new Date(wallMs).getUTCDay() ? 0 : 1,
  };
}

function zoneLabel(timeZone: string): string {
  return timeZone === 'Etc/UTC'
    ? 'utc'
    : timeZone
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, '-')
        .replace(/-$/, '');
}

function grouped(
  starts: readonly NeededStart[],
  keyOf: (start: NeededStart) => readonly (string | number)[],
): NeededStart[][] {
  const groups = new Map<string, NeededStart[]>();
  for (const start of starts) {
    const key = keyOf(start).join('|');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [start]);
    else group.push(start);
  }
  return [...groups.values()];
}

function clockOf(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(11, 16);
}

function capital(word: string): string {
  return `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
}
