import { IANAZone } from 'luxon';
import type { ClinicProfile, Closure, HoursSpan } from './clinics.ts';
import { type Calendar, clockMinutes } from './hours.ts';

/** One thing wrong with a calendar, and what to do about it: whole sentences' worth, for the log and the command line. */
export interface CalendarProblem {
  readonly problem: string;
  readonly remedy: string;
}

type NamedCalendar = Calendar & Pick<ClinicProfile, 'slug' | 'name'>;
type Times = Pick<HoursSpan, 'opens' | 'closes'>;

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'];
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * Everything that is wrong with a clinic's hours; empty when a shift can be planned by them. The tables refuse most of it, but rows also come
 * by hand, from other databases, and from older ones.
 */
export function calendarProblems(calendar: NamedCalendar): CalendarProblem[] {
  return [
    ...zoneProblems(calendar),
    ...presenceProblems(calendar),
    ...weeklyProblems(calendar.hours),
    ...closureProblems(calendar.closures),
  ].map(({ problem, remedy }) => ({ problem: `${calendar.slug}: ${problem}`, remedy }));
}

function zoneProblems({ time_zone, name }: NamedCalendar): CalendarProblem[] {
  if (IANAZone.isValidZone(time_zone)) return [];
  return [
    {
      problem: `"${time_zone}" is not a time zone`,
      remedy: `Set clinics.time_zone of ${name} to a name of the IANA list, such as Asia/Karachi.`,
    },
  ];
}

function presenceProblems({ hours, closures, name }: NamedCalendar): CalendarProblem[] {
  if (hours.length > 0 || closures.some(({ opens }) => opens !== null)) return [];
  return [
    {
      problem: 'it has no opening hours, so no shift ever opens',
      remedy: `Add rows to clinic_hours for ${name}: weekday (1 is Monday), opens and closes.`,
    },
  ];
}

function weeklyProblems(hours: readonly HoursSpan[]): CalendarProblem[] {
  const problems: CalendarProblem[] = [];
  for (const span of hours) {
    if (WEEKDAYS[span.weekday - 1] === undefined) {
      problems.push({
        problem: `the hours ${spell(span)} are on weekday ${span.weekday}, which does not exist`,
        remedy: 'Set weekday in clinic_hours to 1 (Monday) to 7 (Sunday).',
      });
    }
    problems.push(...timesProblems(`${weekdayName(span)} `, span, 'clinic_hours'));
  }
  for (const [one, other] of pairs(hours)) {
    if (one.weekday !== other.weekday || !overlap(one, other)) continue;
    problems.push({
      problem: `${weekdayName(one)} ${inOrder(one, other)} overlap`,
      remedy:
        'Change one of the two in clinic_hours, or make them one row from the first opening to the last closing.',
    });
  }
  return problems;
}

function closureProblems(closures: readonly Closure[]): CalendarProblem[] {
  const problems = closures.flatMap(oneClosureProblems);
  for (const [one, other] of pairs(closures.filter(isSpecial))) {
    const [from, to] = [later(one.from, other.from), one.to < other.to ? one.to : other.to];
    if (from > to || !overlap(one, other)) continue;
    problems.push({
      problem: `the special hours ${inOrder(one, other)} of ${period({ from, to })} overlap`,
      remedy: 'Change or delete one of the two rows of clinic_closures.',
    });
  }
  return problems;
}

function oneClosureProblems(closure: Closure): CalendarProblem[] {
  const { from, to, opens, closes } = closure;
  const problems: CalendarProblem[] = [];
  const wrongDates = [...new Set([from, to])].filter((date) => !isDate(date));
  for (const date of wrongDates) {
    problems.push({
      problem: `"${date}" is not a date on which a closure can begin or end`,
      remedy: 'Write the dates in clinic_closures as year, month and day: 2026-12-24.',
    });
  }
  if (wrongDates.length === 0 && to < from) {
    problems.push({
      problem: `the closure from ${from} ends on ${to}, before it begins`,
      remedy: 'Swap from_date and to_date of that row of clinic_closures, or correct the wrong one.',
    });
  }
  if (isSpecial(closure)) {
    problems.push(...timesProblems(`the special day ${period(closure)} `, closure, 'clinic_closures'));
  } else if (opens !== closes) {
    const [has, lacks] = opens === null ? ['closes', 'opens'] : ['opens', 'closes'];
    problems.push({
      problem: `the special day ${period(closure)} has a time in "${has}" and none in "${lacks}"`,
      remedy: `Set ${lacks} in that row of clinic_closures; or set both to null, and the clinic is closed that day.`,
    });
  }
  return problems;
}

/** `where` names the day, with a space after it. */
function timesProblems(where: string, times: Times, table: string): CalendarProblem[] {
  const malformed = [times.opens, times.closes].filter((time) => clockMinutes(time) === undefined);
  if (malformed.length > 0) {
    return malformed.map((time) => ({
      problem: `${where}${spell(times)}: "${time}" is not a time of day`,
      remedy: `Write the times in ${table} as hours and minutes, from 00:00 to 24:00.`,
    }));
  }
  if (minutes(times.closes) > minutes(times.opens)) return [];
  return [
    {
      problem: `${where}${spell(times)} closes no later than it opens`,
      remedy: `Correct the row in ${table}; hours past midnight are two rows, one to 24:00 and one from 00:00 on the next day.`,
    },
  ];
}

function isSpecial(closure: Closure): closure is Closure & Times {
  return closure.opens !== null && closure.closes !== null;
}

/** Postgres knows a date without end, too: closed until further notice. */
function isDate(date: string): boolean {
  return date.endsWith('infinity') || (DATE.test(date) && !Number.isNaN(Date.parse(date)));
}

/** NaN for what is no time: it compares with nothing, so it overlaps with nothing and is reported once only. */
function minutes(clock: string): number {
  return clockMinutes(clock) ?? Number.NaN;
}

function overlap(one: Times, other: Times): boolean {
  const spans = [one, other].map(({ opens, closes }) => [minutes(opens), minutes(closes)] as const);
  if (spans.some(([opens, closes]) => !(opens < closes))) return false;
  return minutes(one.opens) < minutes(other.closes) && minutes(other.opens) < minutes(one.closes);
}

function pairs<Item>(items: readonly Item[]): [Item, Item][] {
  return items.flatMap((one, index) => items.slice(index + 1).map((other): [Item, Item] => [one, other]));
}

function inOrder(one: Times, other: Times): string {
  return [one, other]
    .toSorted((a, b) => minutes(a.opens) - minutes(b.opens))
    .map(spell)
    .join(' and ');
}

function spell({ opens, closes }: Times): string {
  return `${opens}-${closes}`;
}

function weekdayName({ weekday }: HoursSpan): string {
  return WEEKDAYS[weekday - 1] ?? `weekday ${weekday}`;
}

function period({ from, to }: Pick<Closure, 'from' | 'to'>): string {
  return from === to ? from : `${from} to ${to}`;
}

function later(one: string, other: string): string {
  return one > other ? one : other;
}
