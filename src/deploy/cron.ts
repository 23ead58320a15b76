import { IANAZone } from 'luxon';
import { OpenhoursError } from '../errors.ts';

/** When a schedule fires, by its five fields: minutes, hours, days of the month, months, and days of the week with Sunday as 0. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly daysOfMonth: readonly number[];
  readonly months: readonly number[];
  readonly weekdays: readonly number[];
  /** Both kinds of days are limited: then a day need only fit one of them, as in every cron. */
  readonly eitherDay: boolean;
}

/** One time at which a schedule fires. */
export interface Fire {
  readonly atMs: number;
  /** False where the clocks show this time twice: Cloud Scheduler may then run the job once or twice. */
  readonly sure: boolean;
}

const FIELDS = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of the month', min: 1, max: 31, names: [] },
  {
    name: 'month',
    min: 1,
    max: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of the week', min: 0, max: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const;
type Field = (typeof FIELDS)[number];

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Of each month in a leap year. */
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads a schedule in the form of unix-cron, as Cloud Scheduler takes it: `0 9 * * 1-5`.
 * @throws OpenhoursError CONFIG_INVALID for a field that is out of its range or malformed, and for a schedule that never fires (30 February).
 */
export function parseCron(text: string): Cron {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) {
    throw cronError(text, `has ${fields.length} fields instead of five: minute, hour, day, month, weekday`);
  }
  const [minutes = [], hours = [], daysOfMonth = [], months = [], days = []] = FIELDS.map((field, index) =>
    valuesOf(text, field, fields[index] ?? ''),
  );
  const weekdays = [...new Set(days.map((day) => day % 7))].sort((one, other) => one - other);
  const eitherDay = !fields[2]?.startsWith('*') && !fields[4]?.startsWith('*');
  const cron = { minutes, hours, daysOfMonth, months, weekdays, eitherDay };
  const possible = months.some((month) => daysOfMonth.some((day) => day <= (LONGEST_MONTHS[month - 1] ?? 0)));
  if (!possible && !eitherDay) {
    throw cronError(
      text,
      `can never fire: no such month has a day ${daysOfMonth.join(' or ')}; correct the day or the month`,
    );
  }
  return cron;
}

/**
 * When the schedule fires in [fromMs, toMs), in order, on the clocks of the zone. A time that the clocks leave out does not fire; of a time that
 * they show twice both instants are named.
 * @throws OpenhoursError CONFIG_INVALID for a zone that is none.
 */
export function firesBetween(cron: Cron, timeZone: string, fromMs: number, toMs: number): Fire[] {
  const zone = IANAZone.create(timeZone);
  if (!zone.isValid) {
    throw new OpenhoursError(
      'CONFIG_INVALID',
      `"${timeZone}" is not a time zone: write a name of the IANA list, such as Asia/Karachi`,
    );
  }
  const fires: Fire[] = [];
  // A local day begins up to 14 h before and ends up to 12 h after that of UTC.
  for (let day = Math.floor(fromMs / DAY_MS) - 1; day * DAY_MS < toMs + DAY_MS; day++) {
    if (!dayFits(cron, day)) continue;
    const offsets = [...new Set([zone.offset((day - 1) * DAY_MS), zone.offset((day + 2) * DAY_MS)])];
    for (const hour of cron.hours) {
      for (const minute of cron.minutes) {
        const wallMs = day * DAY_MS + (hour * 60 + minute) * MINUTE_MS;
        const shown = offsets
          .map((offset) => ({ at: wallMs - offset * MINUTE_MS, offset }))
          .filter(({ at, offset }) => offsets.length === 1 || zone.offset(at) === offset);
        for (const { at } of shown) fires.push({ atMs: at, sure: shown.length === 1 });
      }
    }
  }
  return fires
    .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
    .sort((one, other) => one.atMs - other.atMs);
}

/**
 * The shortest field that names these values: `*` for all, `1-5` for three and more in a row, else a list. Values in order.
 * @param all How many there can be.
 */
export function cronField(values: readonly number[], all: number): string {
  if (values.length === all) return '*';
  return runs(values)
    .map((run) => (run.length > 2 ? `${run[0]}-${run.at(-1)}` : run.join(',')))
    .join(',');
}

/** Numbers in order, cut where one is left out. */
export function runs(values: readonly number[]): number[][] {
  const found: number[][] = [];
  for (const value of values) {
    const last = found.at(-1);
    if (last?.at(-1) === value - 1) last.push(value);
    else found.push([value]);
  }
  return found;
}

/** @param day Counted from 1970-01-01, a Thursday. */
function dayFits(cron: Cron, day: number): boolean {
  const date = new Date(day * DAY_MS);
  if (!cron.months.includes(date.getUTCMonth() + 1)) return false;
  const ofMonth = cron.daysOfMonth.includes(date.getUTCDate());
  const ofWeek = cron.weekdays.includes(date.getUTCDay());
  return cron.eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek;
}

function valuesOf(cron: string, field: Field, text: string): number[] {
  const values = text.split(',').flatMap((part) => {
    const [, range = '', step = '1'] = /^([^/]+)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    const [from, to] = boundsOf(cron, field, range, part.includes('/'));
    if (Number(step) === 0) throw cronError(cron, `has a step of 0 in the ${field.name}: write */5, say`);
    return Array.from(
      { length: Math.floor((to - from) / Number(step)) + 1 },
      (_, index) => from + index * Number(step),
    );
  });
  return [...new Set(values)].sort((one, other) => one - other);
}

function boundsOf(cron: string, field: Field, range: string, stepped: boolean): [number, number] {
  // Weekday 7 is Sunday once more.
  if (range === '*') return [field.min, field.name === 'day of the week' ? 6 : field.max];
  const [first = '', second] = range.split('-');
  const from = valueOf(field, first);
  const to = second === undefined ? (stepped ? field.max : from) : valueOf(field, second);
  if (from !== undefined && to !== undefined && from <= to && range.split('-').length < 3) return [from, to];
  throw cronError(
    cron,
    `has "${range}" as the ${field.name}: write a number from ${field.min} to ${field.max}, a range such as 1-5, a list or *`,
  );
}

function valueOf({ min, max, names }: Field, text: string): number | undefined {
  const named = (names as readonly string[]).indexOf(text.toLowerCase());
  if (named !== -1) return named + min;
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

function cronError(text: string, problem: string): OpenhoursError {
  return new OpenhoursError('CONFIG_INVALID', `the schedule "${text}" ${problem}`);
}
