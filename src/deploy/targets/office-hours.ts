import { type Calendar, clockMinutes } from '../../clinic/hours.ts';
import { SHIFT } from '../../config/defaults.ts';

const DAY_MIN = 24 * 60;
const WEEK_MIN = 7 * DAY_MIN;

/** A time of the week at which workers are wanted: two cron expressions of one zone. */
export interface CronWindow {
  readonly timeZone: string;
  /** Minute, hour, and days of the week with Sunday as 0. */
  readonly start: string;
  readonly end: string;
}

/** Minutes since Monday, 0:00; the end may be in the next week. */
interface Window {
  readonly from: number;
  readonly to: number;
}

/**
 * The weekly hours of all these clinics as cron windows, each `leadMs` longer at its beginning and `trailMs` at its end; gaps that a worker
 * stays for are closed. Windows of one zone do not overlap, so that their starts and ends alternate. Special days do not count.
 * @returns Undefined where some zone's clinics leave no gap: there is nothing to begin or end.
 */
export function cronWindows(
  calendars: readonly Calendar[],
  { leadMs, trailMs }: { leadMs: number; trailMs: number },
): CronWindow[] | undefined {
  const zones = [...new Set(calendars.map((calendar) => calendar.time_zone))].toSorted();
  const windows: CronWindow[] = [];
  for (const timeZone of zones) {
    const spans = calendars
      .filter((calendar) => calendar.time_zone === timeZone)
      .flatMap((calendar) => calendar.hours)
      .map(({ weekday, opens, closes }) => ({
        from: (weekday - 1) * DAY_MIN + (clockMinutes(opens) ?? 0),
        to: (weekday - 1) * DAY_MIN + (clockMinutes(closes) ?? 0),
      }))
      .filter(({ from, to }) => from < to);
    const joined = joinRound(
      joinRound(spans, SHIFT.bridgeMs / 60_000)?.map(({ from, to }) => ({
        from: from - leadMs / 60_000,
        to: to + trailMs / 60_000,
      })),
      0,
    );
    if (joined === undefined) return undefined;
    windows.push(...byTimes(joined).map((times) => toCron(times, timeZone)));
  }
  return windows;
}

/** Spans whose gap is no longer than this are one, also from Sunday to Monday. Undefined when that is the whole week. */
function joinRound(spans: readonly Window[] | undefined, gapMin: number): Window[] | undefined {
  if (spans === undefined) return undefined;
  const joined: Window[] = [];
  for (const span of spans.toSorted((one, other) => one.from - other.from)) {
    const last = joined.at(-1);
    if (last === undefined || span.from > last.to + gapMin) joined.push(span);
    else joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
  }
  // What the week's end reaches into is its beginning.
  let last = joined.at(-1);
  while (joined.length > 1 && last !== undefined && joined[0] !== undefined) {
    if (joined[0].from + WEEK_MIN > last.to + gapMin) break;
    last = { from: last.from, to: Math.max(last.to, joined[0].to + WEEK_MIN) };
    joined.shift();
    joined[joined.length - 1] = last;
  }
  return joined.some(({ from, to }) => to + gapMin >= from + WEEK_MIN) ? undefined : joined;
}

interface Times {
  /** Of the day of the start, 0 to 1,439; the end counts from the same midnight. */
  readonly startMin: number;
  readonly endMin: number;
  /** Of the start, Monday as 0. */
  readonly days: number[];
}

/** Windows with the same times are one with several days. */
function byTimes(windows: readonly Window[]): Times[] {
  const times = new Map<string, Times>();
  for (const { from, to } of windows) {
    const start = round(from, WEEK_MIN);
    const day = Math.floor(start / DAY_MIN);
    const startMin = start - day * DAY_MIN;
    const endMin = startMin + to - from;
    const key = `${startMin}-${endMin}`;
    const known = times.get(key) ?? { startMin, endMin, days: [] };
    known.days.push(day);
    times.set(key, known);
  }
  return [...times.values()];
}

function toCron({ startMin, endMin, days }: Times, timeZone: string): CronWindow {
  const later = Math.floor(endMin / DAY_MIN);
  return {
    timeZone,
    start: cron(startMin, days),
    end: cron(
      endMin - later * DAY_MIN,
      days.map((day) => (day + later) % 7),
    ),
  };
}

function cron(minute: number, days: readonly number[]): string {
  return `${minute % 60} ${Math.floor(minute / 60)} * * ${dayList(days)}`;
}

/** Days of the week for cron, where Sunday is 0: `1-5`, `0,6`. */
function dayList(days: readonly number[]): string {
  const numbers = [...new Set(days.map((day) => (day + 1) % 7))].toSorted((one, other) => one - other);
  const runs: number[][] = [];
  for (const number of numbers) {
    const run = runs.at(-1);
    if (run?.at(-1) === number - 1) run.push(number);
    else runs.push([number]);
  }
  return runs
    .flatMap((run) => (run.length > 2 ? [`${run[0] ?? 0}-${run.at(-1) ?? 0}`] : run.map(String)))
    .join(',');
}

function round(minute: number, within: number): number {
  return ((minute % within) + within) % within;
}
