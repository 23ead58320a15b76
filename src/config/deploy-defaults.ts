/**
 * Limits and sizes of deploying, in milliseconds unless the name says otherwise, with the arithmetic behind them. What differs between
 * environments is in `deploy/environments.yaml`.
 */

/** Running gcloud. */
export const GCLOUD = {
  /** 500 (November 2024) has `run jobs replace`, `services list` and `scheduler` as they are called here; 528 is what they were checked with. */
  oldestVersion: 500,
  /** A read takes 1 s; twenty pages of executions in a slow network 60. */
  readMs: 120_000,
  /** A build of Cloud Build ends after 30 min (`deploy/cloudbuild.yaml`), and a little for uploading before it. */
  changeMs: 40 * 60_000,
  /** Between tries after 409, 429 and 5xx: 15 s in all, on top of the tries that gcloud makes itself. */
  retryMs: [1_000, 2_000, 4_000, 8_000],
  /** A new service account is seen everywhere after up to a minute, an API that was enabled after two: tries of 10 s. */
  settleMs: [5_000, ...Array.from({ length: 12 }, () => 10_000)],
  /** Reads at a time: each is a Python process of 80 MB that works for most of a second. */
  parallelReads: 4,
} as const;

/** What Cloud Run takes. https://cloud.google.com/run/docs/configuring/services/cpu and …/memory-limits, read in November 2026. */
export const CLOUD_RUN = {
  cpus: [1, 2, 4, 6, 8],
  memoryMib: { least: 512, most: 32_768 },
  /** Memory needs CPU: from 4 CPUs on at least this … */
  leastMibOf: { 1: 512, 2: 512, 4: 2_048, 6: 4_096, 8: 4_096 } as Readonly<Record<number, number>>,
  /** … and never more than this. */
  mostMibOf: { 1: 4_096, 2: 8_192, 4: 16_384, 6: 24_576, 8: 32_768 } as Readonly<Record<number, number>>,
  /** Seconds: 168 h. */
  longestTaskS: 168 * 3_600,
  mostRetries: 10,
} as const;

/** The worker's job. */
export const JOB = {
  /**
   * A task that ends with anything but 0 is started again, so a crash (70), a lost service (69) or a kill for memory restarts the shift; a
   * shift that is over ends with 0, and so does one that was told to stop or finds another at work: nothing is started again. The new attempt
   * waits for a sign of life of its predecessor, stands by, and has the seat 20 s after the last one. It is counted over the whole shift:
   * three crashes of one day are bad luck, a fourth is a bug that starting again would hide (the alerts tell before). A wrong
   * configuration (78) or a refused key (77) fails four times within a minute or two, and costs four minutes.
   */
  maxRetries: 3,
  /** The status server's, in the container. */
  port: 8_080,
  /** `/health` is up within 2 s of the start on 1 CPU; a cold image may take ten times that. 30 tries of 2 s, then Cloud Run starts again. */
  probe: { periodS: 2, timeoutS: 1, tries: 30 },
} as const;

/** Regions of Cloud Run, as the documentation had them in November 2025. One that is not here is asked for before it is refused. */
export const REGIONS: readonly string[] = [
  ...['africa-south1', 'asia-east1', 'asia-east2', 'asia-northeast1', 'asia-northeast2', 'asia-northeast3'],
  ...['asia-south1', 'asia-south2', 'asia-southeast1', 'asia-southeast2', 'asia-southeast3'],
  ...['australia-southeast1', 'australia-southeast2', 'europe-central2', 'europe-north1', 'europe-north2'],
  ...['europe-southwest1', 'europe-west1', 'europe-west2', 'europe-west3', 'europe-west4', 'europe-west6'],
  ...['europe-west8', 'europe-west9', 'europe-west10', 'europe-west12', 'me-central1', 'me-central2'],
  ...['me-west1', 'northamerica-northeast1', 'northamerica-northeast2', 'northamerica-south1'],
  ...['southamerica-east1', 'southamerica-west1', 'us-central1', 'us-east1', 'us-east4', 'us-east5'],
  ...['us-south1', 'us-west1', 'us-west2', 'us-west3', 'us-west4'],
];

/** Starting workers by a schedule. */
export const SCHEDULE = {
  /**
   * How long before an opening the worker is started. It needs 2–10 s from its first line to its registration (measured); how long Cloud Run
   * takes to get there was not measured. A request to start that fails is tried again after 10, 20, 40, 60 and 60 s, which is 190 s in all.
   */
  leadMs: 5 * 60_000,
  /** A longer lead is a mistake of units: it costs, and the gap between two shifts is 2 h at the least. */
  longestLeadMs: 60 * 60_000,
  /** A worker that was started waits this much longer than the lead for its opening: the platform's clock is not ours. */
  patienceMs: 60_000,
  /** Exceptions are looked for this far ahead: 52 whole weeks, so that no entry for a date has two of that date in it. */
  horizonMs: 364 * 86_400_000,
  /** How much of the future a plan shows. */
  shownDays: 14,
  /** Hours between the relays of a clinic that never closes, the longest that the task timeout allows: parts of a day, so that each has its time of day. */
  relayHours: [24, 12, 8, 6, 4, 3, 2, 1],
  /** They begin at this hour on the clock of the first clinic: the fewest calls. */
  quietHour: 4,
  /** The request to start, as Cloud Scheduler is told: it is answered within 2 s, and 5 retries are the most there are. Tried twice, the second execution finds the shift worked, and leaves or relays it. */
  request: { attemptDeadline: '60s', retries: 5, minBackoff: '10s', maxBackoff: '60s' },
} as const;

/** What a month costs. */
export const COST = {
  /** A twelfth of 365.25 days, in weeks: 4.348. Of the hours that a calendar has. */
  weeksPerMonth: 365.25 / 7 / 12,
  /** What runs always is counted as Google's price pages count it. By the weeks above it would be 730.5. */
  hoursPerMonth: 730,
  /** The usual week is the average of so many. */
  weeks: 52,
} as const;
