import type { Calendar } from '../clinic/hours.ts';
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
