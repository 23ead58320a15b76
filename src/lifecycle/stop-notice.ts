import { NOTICE, SHIFT } from '../config/defaults.ts';
import type { ShiftPlan } from './deadline.ts';
import type { StopReason } from './shift.ts';
import { isSignal } from './signals.ts';
import type { Ending } from './wind-down.ts';

/** What a platform's notice leaves for calls to end by themselves; undefined when it is too short for that, and calls are handed over at once. */
export function calmNoticeMs(stopNoticeMs: number): number | undefined {
  return stopNoticeMs < NOTICE.calmMs ? undefined : stopNoticeMs - SHIFT.marginMs;
}

/**
 * When the calls of a shift that is to stop have to be over: as planned, or, after a signal, within what the platform gives. Undefined: at once.
 */
export function endingOf(
  reason: StopReason | undefined,
  plan: ShiftPlan,
  nowMs: number,
  stopNoticeMs: number,
): Ending['plan'] {
  if (reason === undefined) return undefined;
  if (inPeace(reason)) return plan;
  const calmMs = isSignal(reason) ? calmNoticeMs(stopNoticeMs) : undefined;
  if (calmMs === undefined) return undefined;
  const endsAt = Math.min(plan.endsAt, nowMs + calmMs);
  const forMs = Math.max(0, endsAt - nowMs);
  return {
    shortOfTimeAt: endsAt - Math.min(SHIFT.shortOfTimeMs, Math.floor((forMs * 2) / 3)),
    handoverAt: endsAt - Math.min(SHIFT.handoverMs, Math.floor(forMs / 3)),
    endsAt,
  };
}

/**
 * Whether a reason to stop leaves calls time.
 * @param leftMs What the end that is under way still takes; Infinity while none is.
 */
export function leavesTime(reason: StopReason, stopNoticeMs: number, leftMs: number): boolean {
  if (inPeace(reason)) return true;
  const calmMs = isSignal(reason) ? calmNoticeMs(stopNoticeMs) : undefined;
  return calmMs !== undefined && (leftMs === Infinity || leftMs <= calmMs);
}

/** Reasons that leave the time of the plan. */
function inPeace(reason: StopReason): boolean {
  return reason === 'closing_time' || reason === 'deadline' || reason === 'relayed';
}
