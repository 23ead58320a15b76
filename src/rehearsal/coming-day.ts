import { DateTime } from 'luxon';
import { spokenDate } from '../clinic/spoken.ts';
import { SAMPLE_CLINIC } from './sample-clinic.ts';

/** A day as a caller names it, and which one it is. */
export interface ComingDay {
  /** `Tuesday` */
  readonly name: string;
  /** As the agent says it: "Tuesday the 24th of November". */
  readonly spoken: string;
  /** By the clinic's clock, for `booked` and `appointment`: `at('10:00')`. */
  readonly at: (time: string) => string;
}

/**
 * The day that somebody who calls at `nowMs` means by a weekday: for calls by voice, which have the real time. It is not tomorrow, so that it is the
 * same day for a call that goes on past midnight, and the clinic is open on it from nine to five.
 */
export function comingDay(nowMs = Date.now()): ComingDay {
  const today = DateTime.fromMillis(nowMs, { zone: SAMPLE_CLINIC.zone, locale: 'en' }).startOf('day');
  const weekday = today.weekday === 1 ? 4 : 2;
  const day = today.plus({ days: (weekday - today.weekday + 7) % 7 || 7 });
  return {
    name: day.toFormat('cccc'),
    spoken: spokenDate(day),
    at: (time) => `${day.toISODate() ?? ''}T${time}`,
  };
}
