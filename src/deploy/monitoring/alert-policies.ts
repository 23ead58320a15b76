import { ALERTS } from '../../config/desk-defaults.ts';
import { ownLabels } from '../resource.ts';
import { Queries } from './queries.ts';
import type { Watched } from './watched.ts';

/** An alert policy, as `gcloud alpha monitoring policies create --policy-from-file` takes it; its channels are added when they are known. */
export interface AlertPolicy {
  readonly displayName: string;
  readonly severity: 'CRITICAL' | 'ERROR' | 'WARNING';
  readonly combiner: 'OR';
  readonly conditions: readonly [Record<string, unknown>];
  readonly documentation: { readonly content: string; readonly mimeType: 'text/markdown' };
  readonly alertStrategy: { readonly autoClose: string };
  /** `openhours-alert` is by what the policy is found again. */
  readonly userLabels: Readonly<Record<string, string>>;
}

/** The label that names the alert: display names may be changed. */
export const ALERT_LABEL = 'openhours-alert';

interface Alert {
  readonly key: string;
  /** After `openhours prod: `. */
  readonly title: string;
  readonly severity: AlertPolicy['severity'];
  readonly query: string;
  /** What to do, for whoever gets the e-mail. */
  readonly advice: string;
}

/** Who is told of what. One condition each, which is all that a policy with PromQL may have. */
export function alertPolicies(watched: Watched): AlertPolicy[] {
  return alerts(new Queries(watched)).map((alert) => promqlPolicy(watched, alert));
}

/** The gateway does not answer. */
export function uptimePolicy(watched: Watched, host: string): AlertPolicy {
  return policy(
    watched,
    {
      key: 'gateway-down',
      title: 'the gateway does not answer',
      severity: 'CRITICAL',
      advice: 'See its log and its last revision; roll back if it was deployed a moment ago.',
    },
    {
      displayName: 'two regions or more get no answer from /health',
      conditionThreshold: {
        filter: `metric.type="monitoring.googleapis.com/uptime_check/check_passed" AND resource.type="uptime_url" AND resource.label.host="${host}"`,
        aggregations: [
          {
            alignmentPeriod: `${ALERTS.uptimeEveryMin * 2 * 60}s`,
            perSeriesAligner: 'ALIGN_NEXT_OLDER',
            crossSeriesReducer: 'REDUCE_COUNT_FALSE',
            groupByFields: ['resource.label.host'],
          },
        ],
        comparison: 'COMPARISON_GT',
        thresholdValue: 1,
        duration: '60s',
        trigger: { count: 1 },
      },
    },
  );
}

function alerts(queries: Queries): Alert[] {
  return [
    {
      key: 'failed-calls',
      title: `more than ${ALERTS.failedShare * 100} % of calls fail`,
      severity: 'ERROR',
      query: queries.failedShare(),
      advice:
        'Look for `call closed` with `outcome` `failed`: its `reason`, and the errors of the same `callId`.',
    },
    {
      key: 'slow-turns',
      title: `answers take over ${ALERTS.turnP95Ms} ms`,
      severity: 'WARNING',
      query: queries.slowTurns(),
      advice:
        '`call_turns.parts` says which part has the time: recogniser, end of turn, model, voice. Too many calls for the cores slow all of them.',
    },
    {
      key: 'no-worker',
      title: 'no worker in open hours',
      severity: 'CRITICAL',
      query: queries.missingWorker(),
      advice:
        'Callers hear ringing. Start one now: `openhours deploy execute --env <env>`. Then look at the last execution. A worker that was stopped by hand in open hours is told of, too.',
    },
    {
      key: 'failed-starts',
      title: 'a worker could not start, or crashed',
      severity: 'ERROR',
      query: queries.failedStarts(),
      advice:
        'The line `the worker cannot run` has `code` and `remedy`. Without one, look at the schedule entry’s and the execution’s status.',
    },
    {
      key: 'exhausted',
      title: 'memory or CPU is used up',
      severity: 'WARNING',
      query: queries.exhausted(),
      advice: 'Lower `max_calls`, or raise `cpu` and `memory` in deploy/environments.yaml, and apply.',
    },
    {
      key: 'late-callbacks',
      title: `a callback is owed for over ${ALERTS.callbackMin} min`,
      severity: 'WARNING',
      query: queries.lateCallbacks(),
      advice:
        'Rows of `tasks` with `kind` `callback` and `status` `open`: call them, and set them to `done`.',
    },
  ];
}

function promqlPolicy(watched: Watched, { query, ...alert }: Alert): AlertPolicy {
  return policy(watched, alert, {
    displayName: alert.title,
    conditionPrometheusQueryLanguage: {
      query,
      duration: '60s',
      evaluationInterval: '60s',
      // A log-based metric is not known for some minutes after it was made, and has no series before its first line.
      disableMetricValidation: true,
    },
  });
}

function policy(
  watched: Watched,
  { key, title, severity, advice }: Omit<Alert, 'query'>,
  condition: Record<string, unknown>,
): AlertPolicy {
  const { env } = watched.settings;
  const content = `${advice.replaceAll('<env>', env)}\n\ndocs/operations.md, "Alerts", has what each alert sees and what it does not.`;
  return {
    displayName: `openhours ${env}: ${title}`,
    severity,
    combiner: 'OR',
    conditions: [condition],
    documentation: { content, mimeType: 'text/markdown' },
    alertStrategy: { autoClose: `${ALERTS.closeMin * 60}s` },
    userLabels: { ...ownLabels(env), [ALERT_LABEL]: key },
  };
}
