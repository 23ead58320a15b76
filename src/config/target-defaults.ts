import { CALL, SHIFT } from './defaults.ts';

/**
 * The targets on which a worker stays: worker pool, service and GKE. In milliseconds unless the name says otherwise, with the arithmetic
 * behind it.
 */

/** Of all of them. */
export const STAYING = {
  /**
   * A worker that does not answer `/health` for a minute hangs. Long, because a restart ends calls: with every core taken by calls an answer
   * may take seconds.
   */
  liveness: { periodS: 10, timeoutS: 5, tries: 6 },
} as const;

/** Cloud Run services. */
export const SERVICE = {
  /** Nothing but probes and `/hello` comes by HTTP. */
  requestTimeoutS: 60,
  concurrency: 80,
} as const;

/**
 * GKE Autopilot. What ends a pod: a new version (the pod's grace period, whatever it is), an upgrade or repair of its node (up to 1 h of it),
 * moving it to another node to save one (10 min of it, and never while a disruption budget forbids it).
 * https://cloud.google.com/kubernetes-engine/docs/how-to/extended-duration-pods, read in November 2026.
 */
export const GKE = {
  /** `node` in the official images. */
  userId: 1_000,
  dataDir: '/var/lib/openhours',
  secretsDir: '/var/run/openhours/secrets',
  /** Rows that wait for the database, and the audio that is prepared: some MB. What is larger than this is a leak. */
  dataSize: '256Mi',
  tmpSize: '512Mi',
  /** Both, and the container's logs. */
  diskSize: '1Gi',
  /**
   * The pod that is about to be ended goes on for so long before it hears of it: another one, which Kubernetes starts in the same moment, is
   * scheduled and stands by after 5–15 s where a node has room.
   */
  preStopS: 20,
  /** STOP_NOTICE_S: the longest call, and handing over whatever is left. */
  noticeS: (CALL.longestMs + SHIFT.marginMs + SHIFT.handoverMs) / 1_000,
  /** What a pod has beyond pause and notice: leaving. */
  graceMarginS: 15,
  /** A version that does not run this long replaces nothing: refused keys and a wrong configuration end a worker within 5–15 s. */
  minReadyS: 20,
  /** A new node is there after 1–2 min, an image of 1 GB is pulled in another. */
  progressS: 900,
  metricsIntervalS: 15,
  /** KEDA asks this often … */
  pollingS: 15,
  /** … and ends the last pod this long after there was a reason for one. */
  cooldownS: 60,
  /** Pods in excess are ended one a minute, after ten minutes in which they were: a start takes longer than a call that ends. */
  scaleDown: { stableS: 600, everyS: 60 },
  /** Ahead of opening: a node (2 min), the image (1 min), a start (10 s). */
  leadMs: 5 * 60_000,
  /** After closing time and its grace: the worker has left by itself. */
  trailMs: SHIFT.graceMs + 5 * 60_000,
  /** Autopilot gives less memory than this for a vCPU to nobody, and raises what asks for less. */
  leastMibPerCpu: 1_024,
  /** kubectl waits for a cluster that does not answer. */
  kubectlMs: 60_000,
} as const;
