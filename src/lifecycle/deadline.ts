import { type Calendar, type Span, nextClockTime, nextShift, shiftAt } from '../clinic/hours.ts';
import { PLAN, SHIFT } from '../config/defaults.ts';
import type { ShiftWish } from '../config/load.ts';
import { OpenhoursError } from '../errors.ts';

/** What a shift is planned from. */
export interface ShiftInput {
  readonly nowMs: number;
  /** Since the epoch: the present minus the process's age, so that a clock that is set moves it along and the platform's deadline stays true. */
  readonly processStartedMs: number;
  /** Of the clinics this worker serves. */
  readonly calendars: readonly Calendar[];
  readonly wish: ShiftWish;
  /** What the platform was told, from the process's start; undefined where nothing ends the task. */
  readonly taskTimeoutMs: number | undefined;
}

/** Outside hours. */
export interface Closed {
  readonly open: false;
  /** Undefined when no clinic opens within `PLAN.horizonMs`. */
  readonly opensAt: number | undefined;
}

/**
 * One worker's shift, in ms since the epoch. In order: `startsAt`, `stopTakingAt`, `shortOfTimeAt`, `handoverAt`, `endsAt`. The same whenever it
 * is worked out, as long as neither the calendar nor the clock is changed. A clinic that never closes ends in the year 9999: compare with the
 * clock, and set no timer.
 */
export interface ShiftPlan {
  readonly open: true;
  readonly source: 'hours' | 'by_hand';
  /** The opening, also for one who starts later: the same for all workers of the shift. Made by hand, the start of the process. */
  readonly startsAt: number;
  /** Closing time, or the end of the shift made by hand: callers from now on hear the after-hours path. */
  readonly closesAt: number;
  /** Callers in the line are told that the clinic is closing. */
  readonly closingNoticeAt: number;
  /** From now on no call is taken. */
  readonly stopTakingAt: number;
  /** Calls that are still going on are told that time is short. */
  readonly shortOfTimeAt: number;
  /** … and are handed over. */
  readonly handoverAt: number;
  /** The process has left by then. */
  readonly endsAt: number;
  /** Which of the two decided `endsAt`. */
  readonly limit: 'closing_time' | 'task_timeout';
  /**
   * The next execution has the lease by then; undefined when nobody need follow, as the clinic is closed by then. It is started
   * `SHIFT.relayLeadMs` earlier, or at once if that is past. After a shift made with `forMs`, it is to be given what is left of it.
   */
  readonly relayAt: number | undefined;
}

/**
 * The shift that is on now, and when it winds down: at closing time plus grace, or ahead of the platform's timeout, whichever is first. When the
 * time is short, winding down is so as well: half of it for draining, a third with the callers told, a sixth for handing over.
 *
 * A wish for a duration or a time makes a shift by hand, whatever the hours say, counted from the start of the process; with both, the earlier
 * end counts. It has a grace of its own, a quarter of its length, so that callers can finish.
 * @throws OpenhoursError CONFIG_INVALID when TASK_TIMEOUT_S cannot hold a shift, when a deadline is past or the process began in the future (a
 * clock was set), and when a shift made by hand has no clinic; INPUT_INVALID for a calendar in which `calendarProblems` finds some.
 */
export function planShift(input: ShiftInput): ShiftPlan | Closed {
  checkClock(input);
  const { nowMs, calendars, wish } = input;
  const byHand = wish.forMs !== undefined || wish.until !== undefined;
  const shift = byHand ? shiftByHand(input) : shiftAt(calendars, nowMs);
  checkTimeout(input.taskTimeoutMs, shift);
  if (shift === undefined) return { open: false, opensAt: nextShift(calendars, nowMs)?.opensAt };
  const plan = windDown(input, shift, byHand ? 'by_hand' : 'hours');
  if (plan.endsAt <= nowMs) throw pastDeadline(input, plan);
  return plan;
}

/**
 * The task timeout, in whole seconds, for an execution that works a whole shift: the shift, a start ahead of it, the grace after it, and the
 * margin that is kept to the platform.
 * @param leadMs How long before opening the execution is started.
 * @throws OpenhoursError CONFIG_INVALID when that is longer than the platform's 168 h.
 */
export function taskTimeoutFor(shift: Span, leadMs: number = SHIFT.relayLeadMs): number {
  const ms = neededMs(shift, leadMs);
  if (ms <= PLAN.longestTaskMs) return Math.ceil(ms / 1_000);
  const hours = PLAN.longestTaskMs / 3_600_000;
  throw new OpenhoursError(
    'CONFIG_INVALID',
    `a shift from ${instant(shift.opensAt)} to ${instant(shift.closesAt)} needs a task timeout of ${Math.ceil(ms / 3_600_000)} h, and the platform's longest is ${hours} h: ` +
      `set a shorter timeout, such as TASK_TIMEOUT_S=86400, and several executions work the shift, one after the other`,
  );
}

function neededMs(shift: Span, leadMs: number): number {
  return leadMs + (shift.closesAt - shift.opensAt) + SHIFT.graceMs + SHIFT.marginMs;
}

function shiftByHand({ calendars, wish, processStartedMs }: ShiftInput): Span {
  const [first] = calendars;
  if (first === undefined) {
    const variable = wish.until === undefined ? 'SHIFT_FOR' : 'SHIFT_UNTIL';
    throw new OpenhoursError(
      'CONFIG_INVALID',
      `${variable} makes a shift, but there is no clinic to work it for: check CLINIC and LIVEKIT_AGENT_NAME, or add the clinic`,
    );
  }
  const ends = [
    wish.forMs === undefined ? undefined : processStartedMs + wish.forMs,
    wish.until === undefined ? undefined : nextClockTime(first.time_zone, wish.until, processStartedMs),
  ].filter((end) => end !== undefined);
  return { opensAt: processStartedMs, closesAt: Math.min(...ends) };
}

/** The plan of an execution that works a shift from its opening, or from its own start if that is later. Of the process no more is looked at. */
export function windDown(
  input: Pick<ShiftInput, 'processStartedMs' | 'taskTimeoutMs'>,
  shift: Span,
  source: ShiftPlan['source'],
): ShiftPlan {
  const { opensAt: startsAt, closesAt } = shift;
  const lengthMs = closesAt - startsAt;
  const graceMs = source === 'hours' ? SHIFT.graceMs : shorter(SHIFT.graceMs, lengthMs / 4);
  const atClosing = closesAt + graceMs;
  const atTimeout = platformEnd(input);
  const closing = atClosing <= atTimeout;
  const endsAt = closing ? atClosing : atTimeout;
  // An execution that waited for opening, or came late, has only what is left.
  const workMs = Math.max(0, endsAt - Math.max(startsAt, input.processStartedMs));
  const drainMs = shorter(closing ? graceMs / 2 : SHIFT.drainMs, workMs / 2);
  const stopTakingAt = endsAt - drainMs;
  return {
    open: true,
    source,
    startsAt,
    closesAt,
    closingNoticeAt: closesAt - shorter(SHIFT.closingNoticeMs, lengthMs / 4),
    stopTakingAt,
    shortOfTimeAt: endsAt - shorter(SHIFT.shortOfTimeMs, (drainMs * 2) / 3),
    handoverAt: endsAt - shorter(SHIFT.handoverMs, drainMs / 3),
    endsAt,
    limit: closing ? 'closing_time' : 'task_timeout',
    relayAt:
      closing || stopTakingAt >= closesAt
        ? undefined
        : stopTakingAt - shorter(SHIFT.relayOverlapMs, workMs / 8),
  };
}

/** Whole ms of the shorter of the two. */
function shorter(oneMs: number, otherMs: number): number {
  return Math.floor(Math.min(oneMs, otherMs));
}

/** When we are gone, ahead of the platform: a twelfth of a short timeout is kept as the margin. */
function platformEnd({
  processStartedMs,
  taskTimeoutMs,
}: Pick<ShiftInput, 'processStartedMs' | 'taskTimeoutMs'>): number {
  if (taskTimeoutMs === undefined) return Number.POSITIVE_INFINITY;
  return processStartedMs + taskTimeoutMs - marginMs(taskTimeoutMs);
}

function marginMs(taskTimeoutMs: number): number {
  return shorter(SHIFT.marginMs, taskTimeoutMs / 12);
}

function checkClock({ nowMs, processStartedMs }: ShiftInput): void {
  if (processStartedMs <= nowMs + PLAN.clockSlackMs) return;
  throw new OpenhoursError(
    'CONFIG_INVALID',
    `the clock says ${instant(nowMs)}, but this process started at ${instant(processStartedMs)}: the clock was set back. ` +
      `Synchronise it with a time server, and start again`,
  );
}

function checkTimeout(taskTimeoutMs: number | undefined, shift: Span | undefined): void {
  if (taskTimeoutMs === undefined || taskTimeoutMs - marginMs(taskTimeoutMs) >= PLAN.shortestTaskMs) return;
  const leastS = Math.ceil((PLAN.shortestTaskMs * 12) / 11 / 1_000);
  const neededS = shift === undefined ? undefined : Math.ceil(neededMs(shift, SHIFT.relayLeadMs) / 1_000);
  const whole =
    neededS === undefined || neededS * 1_000 > PLAN.longestTaskMs
      ? ''
      : `, and ${neededS} for this whole shift`;
  throw new OpenhoursError(
    'CONFIG_INVALID',
    `TASK_TIMEOUT_S is ${taskTimeoutMs / 1_000}, which is too short for a start, a call and winding down: at least ${leastS} are needed${whole}. ` +
      `Raise the task timeout of the job, and TASK_TIMEOUT_S with it`,
  );
}

function pastDeadline(input: ShiftInput, plan: ShiftPlan): OpenhoursError {
  const why =
    plan.limit === 'closing_time'
      ? `the shift made by hand ended at ${instant(plan.closesAt)}: set SHIFT_UNTIL or SHIFT_FOR to a later end`
      : `TASK_TIMEOUT_S is ${(input.taskTimeoutMs ?? 0) / 1_000}: raise it, or start the execution closer to opening time`;
  return new OpenhoursError(
    'CONFIG_INVALID',
    `the deadline of this shift, ${instant(plan.endsAt)}, is past: the clock says ${instant(input.nowMs)}, the process started at ${instant(input.processStartedMs)}, and ${why}. ` +
      `If the clock was set, start again`,
  );
}

function instant(atMs: number): string {
  return new Date(atMs).toISOString();
}
