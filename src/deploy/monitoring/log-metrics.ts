import type { Watched } from './watched.ts';

/** A log-based metric, as `gcloud logging metrics create --config-from-file` takes it. */
export interface LogMetric {
  readonly name: string;
  readonly description: string;
  /** In the logging query language; of it only `=`, `=~`, `:`, `>=`, AND, OR, NOT and brackets are used. */
  readonly filter: string;
  readonly metricDescriptor: {
    readonly metricKind: 'DELTA';
    readonly valueType: 'INT64' | 'DISTRIBUTION';
    readonly unit: string;
    readonly labels?: readonly { readonly key: string; readonly valueType: 'STRING' }[];
  };
  readonly valueExtractor?: string;
  readonly labelExtractors?: Readonly<Record<string, string>>;
  readonly bucketOptions?: { readonly explicitBuckets: { readonly bounds: readonly number[] } };
}

/** Bounds in ms: narrow where callers notice, so that a percentile is right within 15 %. */
const LATENCY_BOUNDS = [
  ...[200, 300, 400, 500, 600, 700, 800, 900, 1_000, 1_150, 1_300, 1_500, 1_700, 2_000, 2_250, 2_500],
  ...[2_750, 3_000, 3_500, 4_000, 5_000, 6_500, 8_000, 10_000, 15_000, 30_000],
];
/** Bounds in minutes; 120 is what is alarmed on. */
const WAIT_BOUNDS = [5, 15, 30, 60, 90, 120, 180, 240, 480, 960, 2_400];

/** The key of each metric: what it is called after `openhours-<env>-`. */
export type MetricKey =
  | 'calls'
  | 'outcomes'
  | 'failed-calls'
  | 'turn-latency'
  | 'errors'
  | 'crashes'
  | 'lost-calls'
  | 'refused-calls'
  | 'memory-kills'
  | 'callbacks-owed'
  | 'on-duty'
  | 'went-home'
  | 'no-shift'
  | 'opened'
  | 'starts'
  | 'failed-starts';

/** What is counted in the logs of one environment. */
export function logMetrics(watched: Watched): LogMetric[] {
  const said = (key: MetricKey, description: string, filter: string, more: Partial<LogMetric> = {}) =>
    metric(watched, key, description, `${watched.logs} AND ${filter}`, more);
  return [
    ...calls(said),
    ...trouble(said),
    ...duty(said),
    said(
      'callbacks-owed',
      'Minutes of open time for which the oldest callback has been owed',
      'jsonPayload.message="callbacks owed"',
      distribution('longestMinutes', 'min', WAIT_BOUNDS),
    ),
    ...(watched.target === 'job' ? starts(watched) : []),
  ];
}

type Said = (key: MetricKey, description: string, filter: string, more?: Partial<LogMetric>) => LogMetric;

/** A call ends in its own process, or its worker was lost and another one closes it. */
const ENDED = '(jsonPayload.message="call closed" OR jsonPayload.message="call of a lost worker closed")';

function calls(said: Said): LogMetric[] {
  return [
    said(
      'calls',
      'Calls that arrived; one that another agent took over is not counted again',
      'jsonPayload.message="call arrived" AND jsonPayload.takenOver=false',
    ),
    said('outcomes', 'Calls that ended, by outcome', ENDED, {
      metricDescriptor: {
        metricKind: 'DELTA',
        valueType: 'INT64',
        unit: '1',
        labels: [{ key: 'outcome', valueType: 'STRING' }],
      },
      labelExtractors: { outcome: 'EXTRACT(jsonPayload.outcome)' },
    }),
    said(
      'failed-calls',
      'Calls that ended without help; numbers that call too often are turned away on purpose and do not count',
      `${ENDED} AND jsonPayload.outcome="failed" AND NOT jsonPayload.reason="caller_limit"`,
    ),
    said(
      'turn-latency',
      'From the caller’s last sound to the first of the answer',
      'jsonPayload.message="caller answered"',
      distribution('latencyMs', 'ms', LATENCY_BOUNDS),
    ),
  ];
}

function trouble(said: Said): LogMetric[] {
  return [
    said('errors', 'Lines of severity ERROR or worse', 'severity>=ERROR'),
    said('crashes', 'Workers that could not run, or ended by a bug', 'severity>=CRITICAL'),
    said(
      'lost-calls',
      'Calls that lost their process and were taken over',
      'jsonPayload.message="call has lost its process"',
    ),
    said(
      'refused-calls',
      'Calls that found the worker full',
      'jsonPayload.message="call refused: the worker is full"',
    ),
    said(
      'memory-kills',
      'Containers, and processes of calls, that were ended for their memory',
      '(textPayload:"Memory limit of" OR (jsonPayload.message="call has lost its process" AND jsonPayload.how="memory"))',
    ),
  ];
}

function duty(said: Said): LogMetric[] {
  return [
    said(
      'on-duty',
      'Signs of life of workers that stand by, or are open and registered with LiveKit',
      'jsonPayload.message="on duty" AND jsonPayload.ready=true',
    ),
    said(
      'went-home',
      'Workers that stopped after closing time',
      'jsonPayload.message="off duty" AND jsonPayload.early=false',
    ),
    said(
      'no-shift',
      'Workers that were started and found no shift to work',
      'jsonPayload.message="no shift to work"',
    ),
    said(
      'opened',
      'Shifts that opened for calls',
      'jsonPayload.message="shift state" AND jsonPayload.to="open"',
    ),
  ];
}

const ATTEMPT = 'jsonPayload."@type"="type.googleapis.com/google.cloud.scheduler.logging';

function starts(watched: Watched): LogMetric[] {
  return [
    metric(
      watched,
      'starts',
      'Times at which the schedule started the job for an opening',
      `${watched.startLogs} AND ${ATTEMPT}.AttemptStarted"`,
    ),
    metric(
      watched,
      'failed-starts',
      'Times at which the schedule could not start the job',
      `${watched.startLogs} AND ${ATTEMPT}.AttemptFinished" AND severity>=ERROR`,
    ),
  ];
}

function metric(
  watched: Watched,
  key: MetricKey,
  description: string,
  filter: string,
  more: Partial<LogMetric> = {},
): LogMetric {
  return {
    name: watched.metricName(key),
    description,
    filter,
    metricDescriptor: { metricKind: 'DELTA', valueType: 'INT64', unit: '1' },
    ...more,
  };
}

function distribution(field: string, unit: string, bounds: readonly number[]): Partial<LogMetric> {
  return {
    metricDescriptor: { metricKind: 'DELTA', valueType: 'DISTRIBUTION', unit },
    valueExtractor: `EXTRACT(jsonPayload.${field})`,
    bucketOptions: { explicitBuckets: { bounds } },
  };
}
