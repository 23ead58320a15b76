import { IANAZone } from 'luxon';
import { type Calendar, NEVER_CLOSED, type Span, openSpans, shiftsBetween } from '../clinic/hours.ts';
import { SHIFT } from '../config/defaults.ts';
import { SCHEDULE } from '../config/deploy-defaults.ts';
import { OpenhoursError } from '../errors.ts';
import { taskTimeoutFor } from '../lifecycle/deadline.ts';
import { firesBetween, parseCron } from './cron.ts';
import { type NeededStart, datedEntries, weeklyEntries } from './schedule-entries.ts';
import { type MissingStart, type Start, type StartRules, coverage } from './starts.ts';

/** One entry of Cloud Scheduler: it starts the job whenever the clocks of the zone show what `cron` says. */
export interface ScheduleEntry {
  /** Within the project and region: `openhours-prod-open-0900-mon-fri`. */
  readonly name: string;
  readonly kind: 'opening' | 'relay';
  /** Five fields, as unix-cron has them. */
  readonly cron: string;
  /** IANA. */
  readonly timeZone: string;
  /** What it is for: `opening at 09:00, Monday to Friday`. */
  readonly purpose: string;
  /** For certain days only, and to be removed after them: a special day, or one on which clocks change. */
  readonly dated: boolean;
  /** The same five fields for the opening itself, which the start is ahead of by the lead; of a relay, for its start. */
  readonly opens: string;
}

/** What a schedule is made for. */
export interface ScheduleSettings {
  /** `dev`, `staging` or `prod`. */
  readonly env: string;
  readonly nowMs: number;
  /** Whole minutes. Absent: `SCHEDULE.leadMs`. */
  readonly leadMs?: number;
  /** Above it several executions work a shift, one after the other. */
  readonly longestTaskMs: number;
  /** How far ahead exceptions are looked for: whole weeks. Absent: `SCHEDULE.horizonMs`. */
  readonly horizonMs?: number;
}

/** The entries, and what the job has to be told for them to work. */
export interface Schedule {
  readonly entries: readonly ScheduleEntry[];
  /** Of the job, and its TASK_TIMEOUT_S. */
  readonly taskTimeoutS: number;
  /** The job's SHIFT_EARLY, as `6m`. */
  readonly shiftEarly: string;
  readonly rules: StartRules;
  /** A clinic that never closes: relays at fixed times of the day, and no opening. */
  readonly always: boolean;
}

const MINUTE_MS = 60_000;
const WEEK_MS = 7 * 86_400_000;

/**
 * The entries that start a worker for every shift of these calendars; see {@link planSchedule}.
 * @throws OpenhoursError CONFIG_INVALID, as {@link planSchedule} does.
 */
export function schedulePlan(
  calendars: readonly Calendar[],
  settings: ScheduleSettings,
): readonly ScheduleEntry[] {
  return planSchedule(calendars, settings).entries;
}

/**
 * The schedule for the shifts that one worker works for all these clinics. What opens in more weeks than not has an entry for its days of the
 * week; shifts that no such entry starts in time, as on special days and where clocks change, have entries for their dates. A shift that is longer
 * than a task may be has relays, timed by the worker's own plan.
 * @throws OpenhoursError CONFIG_INVALID for a lead or a longest task that cannot work.
 */
export function planSchedule(calendars: readonly Calendar[], settings: ScheduleSettings): Schedule {
  const { env, nowMs, leadMs = SCHEDULE.leadMs, horizonMs = SCHEDULE.horizonMs } = settings;
  checkLead(leadMs);
  const toMs = nowMs + horizonMs;
  const ordinary = calendars.map((calendar) => ({ ...calendar, closures: [] }));
  const usual = shiftsBetween(ordinary, nowMs, toMs);
  const shifts = shiftsBetween(calendars, nowMs, toMs);
  const zone = calendars[0]?.time_zone ?? 'Etc/UTC';
  const always = [...usual, ...shifts].some(({ opensAt }) => opensAt === NEVER_CLOSED.opensAt);
  const { rules, everyHours } = rulesFor([...usual, ...shifts], settings, leadMs, always);
  const needed = (starts: readonly MissingStart[]) => starts.map((start) => placed(start, calendars));
  const naming = { env, zone, leadMs };
  const weekly = always
    ? [relayEntry(env, everyHours, zone, nowMs)]
    : weeklyEntries(
        needed(coverage([], after(usual, nowMs), rules, nowMs, toMs).missing),
        horizonMs / WEEK_MS,
        naming,
      );
  const fromMs = worksFrom(shifts, nowMs, rules, always);
  const made = coverage(startsOf(weekly, fromMs - rules.waitMs, toMs), shifts, rules, fromMs, toMs);
  const dated = datedEntries(needed(made.missing.filter(({ atMs }) => atMs > nowMs)), naming);
  const entries = [...weekly, ...dated];
  return {
    entries,
    taskTimeoutS: rules.taskTimeoutMs / 1_000,
    shiftEarly: `${Math.round(rules.waitMs / MINUTE_MS)}m`,
    rules,
    always,
  };
}

/**
 * From when on it has to be looked at who works: from the start for the shift that is going on. Where nothing ever closes any relay will do, for
 * they are all at their times.
 */
export function worksFrom(
  shifts: readonly Span[],
  nowMs: number,
  rules: StartRules,
  always: boolean,
): number {
  const first = always ? nowMs : (shifts[0]?.opensAt ?? nowMs);
  return Math.min(nowMs, first) - rules.waitMs;
}

/** When the entries start something in [fromMs, toMs), in order. */
export function startsOf(
  entries: readonly ScheduleEntry[],
  fromMs: number,
  toMs: number,
): Start<ScheduleEntry>[] {
  return entries
    .flatMap((entry) =>
      firesBetween(parseCron(entry.cron), entry.timeZone, fromMs, toMs).map((fire) => ({ ...fire, entry })),
    )
    .sort((one, other) => one.atMs - other.atMs);
}

function checkLead(leadMs: number): void {
  if (leadMs >= 0 && leadMs <= SCHEDULE.longestLeadMs && leadMs % MINUTE_MS === 0) return;
  const most = SCHEDULE.longestLeadMs / MINUTE_MS;
  throw new OpenhoursError(
    'CONFIG_INVALID',
    `a lead of ${leadMs / MINUTE_MS} minutes is none that a schedule can have: whole minutes from 0 to ${most}, such as --lead 5m`,
  );
}

/** What is kept of a task before its end, when the shift goes on: until then the next execution has to be there. */
const RELAY_TAIL_MS = SHIFT.marginMs + SHIFT.drainMs + SHIFT.relayOverlapMs + SHIFT.relayLeadMs;

/** The task's timeout and the wait; `everyHours` between the relays of a clinic that never closes. */
function rulesFor(
  shifts: readonly Span[],
  { longestTaskMs }: ScheduleSettings,
  leadMs: number,
  always: boolean,
): { rules: StartRules; everyHours: number } {
  if (always) {
    const everyHours = SCHEDULE.relayHours.find(
      (hours) => hours * 3_600_000 + RELAY_TAIL_MS <= longestTaskMs,
    );
    if (everyHours === undefined) throw tooShort(longestTaskMs);
    const everyMs = everyHours * 3_600_000;
    // After a closed day the start before it waits for the opening: so the relays stay at their times.
    return { rules: { leadMs, waitMs: everyMs, taskTimeoutMs: everyMs + RELAY_TAIL_MS }, everyHours };
  }
  const waitMs = leadMs + SCHEDULE.patienceMs;
  const longest = Math.max(0, ...shifts.map(({ opensAt, closesAt }) => closesAt - opensAt));
  const wholeMs = taskTimeoutFor({ opensAt: 0, closesAt: 0 }, leadMs) * 1_000 + longest;
  if (wholeMs <= longestTaskMs) return { rules: { leadMs, waitMs, taskTimeoutMs: wholeMs }, everyHours: 0 };
  // Relays are due at whole minutes, as a schedule can only start at those.
  const tail = RELAY_TAIL_MS % MINUTE_MS;
  const taskTimeoutMs = Math.floor((longestTaskMs - tail) / MINUTE_MS) * MINUTE_MS + tail;
  if (taskTimeoutMs < 3_600_000) throw tooShort(longestTaskMs);
  return { rules: { leadMs, waitMs, taskTimeoutMs }, everyHours: 0 };
}

function tooShort(longestTaskMs: number): OpenhoursError {
  return new OpenhoursError(
    'CONFIG_INVALID',
    `longest_task is ${Math.floor(longestTaskMs / MINUTE_MS)} minutes, and a relay needs 67 at the least: set it to 2h or more in deploy/environments.yaml`,
  );
}

/** Shifts that open from now on: how the one that is going on began is past. */
function after(shifts: readonly Span[], nowMs: number): Span[] {
  return shifts.filter(({ opensAt }) => opensAt >= nowMs);
}

/** A start in the zone of the clinic that opens first; in UTC where clocks that change would make it another time. */
function placed({ kind, atMs, shift }: MissingStart, calendars: readonly Calendar[]): NeededStart {
  const opener = calendars.find(
    (calendar) => openSpans(calendar, shift.opensAt, shift.opensAt + 1)[0]?.opensAt === shift.opensAt,
  );
  const timeZone = opener?.time_zone ?? calendars[0]?.time_zone ?? 'Etc/UTC';
  const offset = (ms: number) => IANAZone.create(timeZone).offset(ms);
  const wallMs = atMs + offset(atMs) * MINUTE_MS;
  const around = [atMs - 86_400_000, atMs, atMs + 86_400_000].map(offset);
  const steady = new Set(around).size === 1;
  return { kind, atMs, timeZone, wallMs, steady };
}

/** The relays of a clinic that never closes, in UTC: each is as long after the one before, also when clocks change. */
function relayEntry(env: string, everyHours: number, zone: string, nowMs: number): ScheduleEntry {
  const offset = IANAZone.create(zone).offset(nowMs);
  const firstMinute = (((SCHEDULE.quietHour * 60 - offset) % 1_440) + 1_440) % 1_440;
  const [minute, hour] = [firstMinute % 60, Math.floor(firstMinute / 60)];
  const hours = Array.from({ length: 24 / everyHours }, (_, index) => (hour + index * everyHours) % 24);
  hours.sort((one, other) => one - other);
  const first = hours[0] ?? 0;
  const clock = `${String(first).padStart(2, '0')}${String(minute).padStart(2, '0')}`;
  return {
    name: `openhours-${env}-relay-${clock}-daily-utc`,
    kind: 'relay',
    cron: `${minute} ${hours.join(',')} * * *`,
    opens: `${minute} ${hours.join(',')} * * *`,
    timeZone: 'Etc/UTC',
    purpose: `relay every ${everyHours} h of a clinic that never closes`,
    dated: false,
  };
}
