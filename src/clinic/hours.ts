import { IANAZone } from 'luxon';
import { PLAN, SHIFT } from '../config/defaults.ts';
import { OpenhoursError } from '../errors.ts';
import type { ClinicProfile } from './clinics.ts';

/** What decides when a clinic is open. */
export type Calendar = Pick<ClinicProfile, 'time_zone' | 'hours' | 'closures'>;

/** A span of opening, in ms since the epoch: `opensAt` belongs to it, `closesAt` does not. */
export interface Span {
  opensAt: number;
  closesAt: number;
}

/**
 * The ends of a span that goes on for longer than `PLAN.horizonMs`: a clinic that never closes has been open since 1970 and closes in the
 * year 9999. They are fixed, so that such a shift is the same one whenever it is asked for.
 */
export const NEVER_CLOSED: Readonly<Span> = { opensAt: 0, closesAt: Date.UTC(9999, 11, 31) };

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Days through which clocks change once at most: the changes that are closest together, around Ramadan in Morocco, are four weeks apart. */
const BLOCK_MS = 8 * DAY_MS;
/** How much of the future is looked at in one go for the next opening: most clinics open within a day, few are closed for longer. */
const SEARCH_MS = 16 * DAY_MS;

/**
 * When the clinic is open in [fromMs, toMs), in order: whole spans, also those that reach beyond the range. Spans that touch, as at 24:00 and
 * 00:00, are one. The same instants as those of the SQL function `clinic_open_spans`, from which slots are offered.
 * @throws OpenhoursError INPUT_INVALID for a zone or a time that is none; `calendarProblems` finds them beforehand. So do all functions here.
 */
export function openSpans(calendar: Calendar, fromMs: number, toMs: number): Span[] {
  return joinedSpans([calendar], fromMs, toMs, 0);
}

/** Whether the clinic is open at this instant. */
export function isOpen(calendar: Calendar, atMs: number): boolean {
  return spansOfDays(calendar, atMs, atMs).some((span) => contains(span, atMs));
}

/**
 * The first opening after this instant, also while the clinic is open; undefined when there is none within `PLAN.horizonMs`, as for a clinic
 * without hours or one that never closes.
 */
export function nextOpening(calendar: Calendar, atMs: number): number | undefined {
  return firstAfter([calendar], atMs, 0)?.opensAt;
}

/**
 * The shift that one worker works for all these clinics at this instant: open from the first opening to the last closing, with no gap longer
 * than `SHIFT.bridgeMs`. Undefined when no clinic is open and none will be again so soon.
 */
export function shiftAt(calendars: readonly Calendar[], atMs: number): Span | undefined {
  return shiftsBetween(calendars, atMs, atMs + 1)[0];
}

/** The first shift that opens after this instant; undefined when there is none within `PLAN.horizonMs`. */
export function nextShift(calendars: readonly Calendar[], atMs: number): Span | undefined {
  return firstAfter(calendars, atMs, SHIFT.bridgeMs);
}

/** The shifts that are going on in [fromMs, toMs), whole and in order. */
export function shiftsBetween(calendars: readonly Calendar[], fromMs: number, toMs: number): Span[] {
  return joinedSpans(calendars, fromMs, toMs, SHIFT.bridgeMs);
}

/** The first instant after `afterMs` at which the clocks of the zone show this time, `HH:MM`. */
export function nextClockTime(timeZone: string, time: string, afterMs: number): number {
  const clock = new WallClock(timeZone);
  const today = clock.dayOf(afterMs);
  const times = [-1, 0, 1, 2].map((days) => clock.instantOf((today + days) * DAY_MS + clockMs(time)));
  return Math.min(...times.filter((at) => at > afterMs));
}

/** Minutes since midnight of a time `HH:MM`, up to `24:00`; undefined for what is none. */
export function clockMinutes(clock: string): number | undefined {
  const match = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(clock);
  if (match === null) return undefined;
  const minutes = Number(match[1]) * 60 + Number(match[2]);
  return minutes <= 24 * 60 ? minutes : undefined;
}

/** Spans of all calendars with the gaps up to `bridgeMs` between them closed: those that overlap [fromMs, toMs). */
function joinedSpans(calendars: readonly Calendar[], fromMs: number, toMs: number, bridgeMs: number): Span[] {
  if (!(fromMs < toMs)) return [];
  const [earliest, latest] = [fromMs - PLAN.horizonMs, toMs + PLAN.horizonMs];
  let [from, to] = [fromMs - DAY_MS, toMs + DAY_MS];
  for (let step = DAY_MS; ; step *= 2) {
    const spans = join(
      calendars.flatMap((calendar) => spansOfDays(calendar, from, to)),
      bridgeMs,
    ).filter((span) => span.opensAt < toMs && span.closesAt > fromMs);
    const [first, last] = [spans[0], spans.at(-1)];
    if (first === undefined || last === undefined) return [];
    // What was not looked at closes before `from` and opens after `to`: can it still reach these?
    const begun = first.opensAt > from + bridgeMs;
    const ended = last.closesAt < to - bridgeMs;
    if ((begun || from === earliest) && (ended || to === latest)) {
      if (!begun) first.opensAt = NEVER_CLOSED.opensAt;
      if (!ended) last.closesAt = NEVER_CLOSED.closesAt;
      return spans;
    }
    if (!begun) from = Math.max(from - step, earliest);
    if (!ended) to = Math.min(to + step, latest);
  }
}

function firstAfter(calendars: readonly Calendar[], atMs: number, bridgeMs: number): Span | undefined {
  const end = atMs + PLAN.horizonMs;
  for (let from = atMs; from < end;) {
    const to = from + SEARCH_MS;
    const spans = joinedSpans(calendars, from, to, bridgeMs);
    const next = spans.find((span) => span.opensAt > atMs);
    if (next !== undefined) return next.opensAt <= end ? next : undefined;
    from = Math.max(to, spans.at(-1)?.closesAt ?? to);
  }
  return undefined;
}

/** Joins spans, in any order, that overlap, touch, or are no further apart than `bridgeMs`. */
function join(spans: readonly Span[], bridgeMs: number): Span[] {
  const joined: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.opensAt - b.opensAt)) {
    const last = joined.at(-1);
    if (last === undefined || span.opensAt > last.closesAt + bridgeMs) joined.push({ ...span });
    else last.closesAt = Math.max(last.closesAt, span.closesAt);
  }
  return joined;
}

function contains(span: Span, atMs: number): boolean {
  return span.opensAt <= atMs && atMs < span.closesAt;
}

/** The spans of the local days around [fromMs, toMs], one day more at each end: the clocks may turn a time of one day into another day. */
function spansOfDays(calendar: Calendar, fromMs: number, toMs: number): Span[] {
  const clock = new WallClock(calendar.time_zone);
  const spans: Span[] = [];
  const lastDay = clock.dayOf(toMs) + 1;
  for (let day = clock.dayOf(fromMs) - 1; day <= lastDay; day++) {
    for (const { opens, closes } of hoursOfDay(calendar, day)) {
      const opensAt = clock.instantOf(day * DAY_MS + clockMs(opens));
      const closesAt = clock.instantOf(day * DAY_MS + clockMs(closes));
      // In the night that loses an hour, 02:30–03:00 ends before it begins: nobody is there.
      if (opensAt < closesAt) spans.push({ opensAt, closesAt });
    }
  }
  return spans;
}

/** The hours of a day, counted from 1970-01-01: weekly ones, special ones instead, or none. */
function hoursOfDay(calendar: Calendar, day: number): { opens: string; closes: string }[] {
  const date = new Date(day * DAY_MS).toISOString().slice(0, 10);
  const special: { opens: string; closes: string }[] = [];
  for (const { from, to, opens, closes } of calendar.closures) {
    if (date < from || date > to) continue;
    if (opens === null || closes === null) return [];
    special.push({ opens, closes });
  }
  if (special.length > 0) return special;
  // The first day of 1970 was a Thursday.
  const weekday = ((((day + 3) % 7) + 7) % 7) + 1;
  return calendar.hours.filter((span) => span.weekday === weekday);
}

/** The clocks of one zone. Times of the day are given in ms as if they were UTC. */
class WallClock {
  readonly #zone: IANAZone;
  /** Offset of each block of days through which it is the same; undefined where it changes. Asking for one costs 10 µs and more. */
  readonly #offsets = new Map<number, number | undefined>();

  constructor(timeZone: string) {
    this.#zone = IANAZone.create(timeZone);
    if (this.#zone.isValid) return;
    throw new OpenhoursError('INPUT_INVALID', `"${timeZone}" is not a time zone: write it like Asia/Karachi`);
  }

  /** The local day of an instant, counted from 1970-01-01. */
  dayOf(atMs: number): number {
    return Math.floor((atMs + this.#offset(atMs)) / DAY_MS);
  }

  /**
   * The instant at which the clocks show a time. As Postgres has it (DetermineTimeZoneOffset): of a time that exists twice, the later one; a
   * time left out is read on the clock of before, which makes it later by what was left out.
   */
  instantOf(wallMs: number): number {
    const steady = this.#steadyOffset(Math.floor(wallMs / BLOCK_MS));
    if (steady !== undefined) return wallMs - steady;
    const before = wallMs - this.#offset(wallMs - DAY_MS);
    const after = wallMs - this.#offset(wallMs + DAY_MS);
    if (before === after) return before;
    const shown = [before, after].filter((at) => at + this.#offset(at) === wallMs);
    return shown.length === 1 ? Math.max(...shown) : Math.max(before, after);
  }

  #steadyOffset(block: number): number | undefined {
    if (!this.#offsets.has(block)) {
      // No zone is further than a day from UTC.
      const first = this.#offset(block * BLOCK_MS - DAY_MS);
      const last = this.#offset((block + 1) * BLOCK_MS + DAY_MS);
      this.#offsets.set(block, first === last ? first : undefined);
    }
    return this.#offsets.get(block);
  }

  #offset(atMs: number): number {
    return this.#zone.offset(atMs) * MINUTE_MS;
  }
}

function clockMs(clock: string): number {
  const minutes = clockMinutes(clock);
  if (minutes !== undefined) return minutes * MINUTE_MS;
  throw new OpenhoursError('INPUT_INVALID', `"${clock}" is not a time of day: write it like 09:00, or 24:00`);
}
