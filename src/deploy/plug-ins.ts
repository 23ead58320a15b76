import { type Calendar, type Span, shiftsBetween } from '../clinic/hours.ts';
import { CLOUD_RUN, JOB } from '../config/deploy-defaults.ts';
import { taskTimeoutFor } from '../lifecycle/deadline.ts';
import type { EnvironmentSettings } from './environments.ts';
import type { Resource } from './resource.ts';

/** What the calendar makes of the job. */
export interface Scheduled {
  readonly taskTimeoutS: number;
  /** SHIFT_EARLY. Absent: however early. */
  readonly shiftEarly?: string;
  /** The entries of Cloud Scheduler. */
  readonly resources: readonly Resource[];
}

/** Parts of a deployment that are made elsewhere. */
export interface PlugIns {
  readonly schedule: (
    calendars: readonly Calendar[],
    settings: EnvironmentSettings,
    nowMs: number,
  ) => Scheduled;
  /** Metrics, alerts and the dashboard; with the gateway's address an uptime check of it. */
  readonly monitoring: (
    settings: EnvironmentSettings,
    facts: { readonly gatewayUrl?: string; readonly target: 'job' | 'service' | 'worker-pool' | 'gke' },
  ) => readonly Resource[];
}

/**
 * The task timeout for the longest shift of the next weeks; where that is above `longest_task`, that: several executions work it then.
 */
export function taskTimeoutS(
  calendars: readonly Calendar[],
  { worker }: Pick<EnvironmentSettings, 'worker'>,
  nowMs: number,
): number {
  const most = Math.min(worker.longestTaskMs / 1_000, CLOUD_RUN.longestTaskS);
  const shifts = shiftsBetween(calendars, nowMs, nowMs + JOB.lookAheadMs);
  const lengthMs = ({ opensAt, closesAt }: Span) => closesAt - opensAt;
  const longest = shifts.toSorted((one, other) => lengthMs(other) - lengthMs(one))[0];
  if (longest === undefined || lengthMs(longest) / 1_000 >= most) return Math.floor(most);
  return Math.min(most, taskTimeoutFor(longest, JOB.leadMs));
}
