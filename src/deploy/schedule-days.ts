import { DateTime } from 'luxon';
import { type Calendar, type Span, openSpans, shiftsBetween } from '../clinic/hours.ts';
import { type Schedule, type ScheduleEntry, startsOf, worksFrom } from './schedule.ts';
import { type Start, coverage } from './starts.ts';

/** A clinic, as far as its calendar goes. */
export type NamedCalendar = Calendar & { readonly slug: string; readonly name: string };

/** What a start of the schedule comes to. */
export interface DayStart {
  readonly entry: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** `HH:MM` on the clock of the plan. */
  readonly local: string;
  /** A start that leaves at once ends with 0: the clinic is closed, or the shift is being worked. */
  readonly does: 'opens' | 'relays' | 'leaves';
  readonly why?: string;
}

/** One shift, by the clock of the plan: `closes` may be on a later day. */
export interface DayShift {
  readonly opens: string;
  readonly closes: string;
}

/** One day of the plan. */
export interface PlanDay {
  /** ISO date in the zone of the plan. */
  readonly date: string;
  readonly weekday: string;
  /** Shifts that are open at some time of the day, whole. */
  readonly shifts: readonly DayShift[];
  readonly starts: readonly DayStart[];
  /** Why nothing opens, or why it opens at other times than usual. */
  readonly note?: string;
}

const DAY_MS = 86_400_000;

/** The coming days: what starts when, and what comes of it. Times are on the clock of the first clinic. */
export function planDays(
  calendars: readonly NamedCalendar[],
  schedule: Schedule,
  nowMs: number,
  days: number,
): PlanDay[] {
  const zone = zoneOf(calendars);
  const today = DateTime.fromMillis(nowMs, { zone }).startOf('day');
  const toMs = today.plus({ days }).toMillis();
  // A start late on the last day may be for an opening on the next.
  const shifts = shiftsBetween(calendars, today.toMillis(), toMs + schedule.rules.waitMs);
  const fromMs = worksFrom(shifts, today.toMillis(), schedule.rules, schedule.always);
  const starts = startsOf(schedule.entries, fromMs - schedule.rules.waitMs, toMs);
  const { working } = coverage(starts, shifts, schedule.rules, fromMs, toMs);
  const does = new Map(working.map((start) => [start.atMs, start.does]));
  return Array.from({ length: days }, (_, index) => {
    const day = today.plus({ days: index });
    const [from, to] = [day.toMillis(), day.plus({ days: 1 }).toMillis()];
    const open = shifts.filter(({ opensAt, closesAt }) => opensAt < to && closesAt > from);
    const note = noteOf(calendars, day, open.length > 0);
    const seen = new Set<number>();
    const ofDay = starts
      .filter(({ atMs }) => atMs >= from && atMs < to)
      .map((start) => {
        const first = !seen.has(start.atMs);
        seen.add(start.atMs);
        return dayStart(start, first ? does.get(start.atMs) : undefined, zone, shifts);
      });
    return {
      date: day.toISODate() ?? '',
      weekday: day.toFormat('ccc'),
      shifts: open.map((shift) => ({
        opens: clock(shift.opensAt, zone, day),
        closes: clock(shift.closesAt, zone, day),
      })),
      starts: ofDay,
      ...(note === undefined ? {} : { note }),
    };
  });
}

/** The zone in which a plan is shown: the first clinic's. */
export function zoneOf(calendars: readonly Calendar[]): string {
  return calendars[0]?.time_zone ?? 'Etc/UTC';
}

function dayStart(
  { atMs, entry, sure }: Start<ScheduleEntry>,
  does: 'opens' | 'relays' | undefined,
  zone: string,
  shifts: readonly Span[],
): DayStart {
  const at = DateTime.fromMillis(atMs, { zone });
  const shown = { entry: entry.name, at: new Date(atMs).toISOString(), local: at.toFormat('HH:mm') };
  if (does !== undefined) return { ...shown, does };
  const worked = shifts.some(({ opensAt, closesAt }) => opensAt <= atMs && atMs < closesAt);
  const why = worked ? 'the shift is being worked' : 'nothing opens then';
  return { ...shown, does: 'leaves', why: sure ? why : `${why}; the clocks show this time twice` };
}

/** Closures by their reasons; of several clinics each with its name. */
function noteOf(calendars: readonly NamedCalendar[], day: DateTime, open: boolean): string | undefined {
  const date = day.toISODate() ?? '';
  const notes = calendars.flatMap((calendar) => {
    const closures = calendar.closures.filter(({ from, to }) => from <= date && date <= to);
    const reason = closures
      .map(({ reason: text, opens }) => text || (opens === null ? 'closure' : 'special hours'))
      .at(0);
    const weekday = day.setLocale('en').toFormat('cccc');
    const usual = openSpans(calendar, day.toMillis(), day.toMillis() + DAY_MS).length > 0;
    const text = reason ?? (usual || open ? undefined : `closed on ${weekday}s`);
    if (text === undefined) return [];
    return [calendars.length === 1 ? text : `${calendar.slug}: ${text}`];
  });
  return notes.length === 0 ? undefined : [...new Set(notes)].join('; ');
}

function clock(atMs: number, zone: string, day: DateTime): string {
  const at = DateTime.fromMillis(atMs, { zone });
  if (at.year > 9000) return 'never';
  if (at.year < 1971) return 'always';
  if (at.hasSame(day, 'day')) return at.toFormat('HH:mm');
  // The end of a day is its 24:00.
  if (at.equals(day.plus({ days: 1 }).startOf('day'))) return '24:00';
  return at.toFormat('ccc HH:mm');
}
