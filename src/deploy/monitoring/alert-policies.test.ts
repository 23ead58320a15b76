import { describe, expect, test } from 'vitest';
import { entryOf, keeps } from '../../../test/support/log-filter.ts';
import { fires } from '../../../test/support/promql.ts';
import { DUTY } from '../../config/desk-defaults.ts';
import { alertPolicies, uptimePolicy } from './alert-policies.ts';
import { logMetrics } from './log-metrics.ts';
import { Queries } from './queries.ts';
import { Watched } from './watched.ts';

const watched = new Watched({
  env: 'prod',
  project: 'invented-project',
  jobName: 'openhours-worker-prod',
  alertEmail: 'front-desk@clinic.example',
});
const METRICS = logMetrics(watched);
const WORKER = { type: 'cloud_run_job', labels: { job_name: 'openhours-worker-prod' } };
const SCHEDULE = { type: 'cloud_scheduler_job', labels: { job_id: 'openhours-prod-open-0900-mon-fri' } };

/** What was logged when, in minutes of the day, counted by the metrics' own filters. */
class Day {
  readonly #counted = new Map<string, number[]>();

  worker(at: number, message: string, fields: Record<string, unknown>, severity = 'INFO'): this {
    return this.#log(at, entryOf({ severity, message, ...fields }, WORKER));
  }

  /** The schedule starts the job five minutes before opening. */
  start(at: number): this {
    const type = 'type.googleapis.com/google.cloud.scheduler.logging.AttemptStarted';
    return this.#log(at, { resource: SCHEDULE, severity: 'INFO', jsonPayload: { '@type': type } });
  }

  onDuty(from: number, to: number, ready = true): this {
    for (let at = from; at < to; at += DUTY.everyMs / 60_000)
      this.worker(at, 'on duty', { state: 'open', ready });
    return this;
  }

  wentHome(at: number, early = false): this {
    return this.worker(at, 'off duty', { reason: 'closing_time', early });
  }

  /** The minutes of the day at which the query fires, until an hour after the last line. */
  alarms(query: string): number[] {
    const minutes = [...this.#counted.values()].flat();
    const [first, last] = [Math.min(...minutes), Math.max(...minutes) + 60];
    const counted = (metric: string, from: number, to: number) =>
      (this.#counted.get(metric) ?? []).filter((at) => at > from && at <= to).length;
    return Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index).filter((now) =>
      fires(query, (metric, length, ago) => counted(metric, now - ago - length, now - ago)),
    );
  }

  #log(at: number, entry: Parameters<typeof keeps>[1]): this {
    for (const { name, filter } of METRICS) {
      const metric = `logging_googleapis_com:user_${name.replaceAll('-', '_')}`;
      if (keeps(filter, entry)) this.#counted.set(metric, [...(this.#counted.get(metric) ?? []), at]);
    }
    return this;
  }
}

const MISSING = new Queries(watched).missingWorker();
/** The job is started 5 min before opening, and takes no more calls 5 min after closing time (17:00). */
const [START, OPENS, HOME] = [535, 540, 1_025];

describe('no worker in open hours', () => {
  test('an ordinary day, and the night after it, alarm nobody', () => {
    const day = new Day()
      .start(START)
      .onDuty(START + 1, HOME)
      .wentHome(HOME);
    expect(day.alarms(MISSING)).toEqual([]);
  });

  test('nor does a closed day, on which the worker finds no shift', () => {
    const day = new Day().start(START).worker(START + 1, 'no shift to work', { why: 'closed' });
    expect(day.alarms(MISSING)).toEqual([]);
  });

  test('a start that no worker answers is told seven minutes after opening', () => {
    const alarms = new Day().start(START).alarms(MISSING);
    expect(alarms[0]).toBe(OPENS + 7);
    expect(alarms.length).toBeGreaterThanOrEqual(15);
  });

  test('a worker that falls silent at noon is told ten minutes later', () => {
    const [first] = new Day()
      .start(START)
      .onDuty(START + 1, 720)
      .alarms(MISSING);
    expect(first).toBeGreaterThanOrEqual(728);
    expect(first).toBeLessThanOrEqual(730);
  });

  test('one that has lost LiveKit, too, although it says so', () => {
    const day = new Day()
      .start(START)
      .onDuty(START + 1, 720)
      .onDuty(720, HOME, false);
    expect(day.alarms(MISSING)[0]).toBeLessThanOrEqual(730);
  });

  test('one that was stopped by hand before closing time, too', () => {
    const day = new Day()
      .start(START)
      .onDuty(START + 1, 720)
      .wentHome(720, true);
    expect(day.alarms(MISSING)).not.toEqual([]);
  });

  test('a relay, and an update that starts the next worker within some minutes, alarm nobody', () => {
    const relay = new Day()
      .start(START)
      .onDuty(START + 1, 700)
      .wentHome(702, true)
      .onDuty(699, HOME);
    expect(relay.wentHome(HOME).alarms(MISSING)).toEqual([]);
    const update = new Day()
      .start(START)
      .onDuty(START + 1, 700)
      .wentHome(700, true)
      .onDuty(705, HOME);
    expect(update.wentHome(HOME).alarms(MISSING)).toEqual([]);
  });

  test('a second execution that finds the shift taken hides nothing', () => {
    const day = new Day()
      .start(START)
      .onDuty(START + 1, 720)
      .worker(715, 'no shift to work', { why: 'taken' });
    expect(day.worker(716, 'off duty', { reason: 'taken', early: true }).alarms(MISSING)).not.toEqual([]);
  });

  test('where the worker stays for ever there is no start to be answered', () => {
    const query = new Queries(new Watched(watched.settings, 'service')).missingWorker();
    expect(query).not.toContain('starts');
    expect(query).toContain('monitored_resource="cloud_run_revision"');
  });
});

describe('more than 5 % of calls fail', () => {
  const query = new Queries(watched).failedShare();
  const calls = (good: number, failed: number, reason = 'database_gone') => {
    const day = new Day();
    for (let at = 0; at < good; at++)
      day.worker(600, 'call closed', { outcome: 'booked', reason: 'goodbye' });
    for (let at = 0; at < failed; at++) day.worker(600, 'call closed', { outcome: 'failed', reason });
    return day.alarms(query);
  };
  test.each([
    [20, 2, true],
    [40, 2, false],
    [0, 2, true],
    [2, 1, false],
    [0, 0, false],
  ])('%i that were helped and %i that were not: %s', (good, failed, alarm) => {
    expect(calls(good, failed).length > 0).toBe(alarm);
  });
  test('numbers that are turned away because they call too often do not count', () => {
    expect(calls(2, 9, 'caller_limit')).toEqual([]);
  });
});

test('policies have what Cloud Monitoring wants of them', () => {
  const policies = [...alertPolicies(watched), uptimePolicy(watched, 'gateway.example')];
  expect(policies).toHaveLength(7);
  const keys = policies.map(({ userLabels }) => userLabels['openhours-alert']);
  expect(new Set(keys).size).toBe(7);
  for (const policy of policies) {
    // One condition is all that a policy with PromQL may have.
    expect(policy.conditions).toHaveLength(1);
    expect(policy.userLabels).toMatchObject({ 'managed-by': 'openhours', 'openhours-env': 'prod' });
    for (const [key, value] of Object.entries(policy.userLabels))
      expect(key + value).toMatch(/^[a-z0-9_-]+$/);
    expect(policy.documentation.content).not.toContain('<env>');
    const query = policy.conditions[0]['conditionPrometheusQueryLanguage'] as { query: string } | undefined;
    expect(balanced(query?.query ?? '')).toBe(true);
  }
});

test('every log-based metric of a query is made', () => {
  const made = new Set(METRICS.map(({ name }) => name.replaceAll('-', '_')));
  const used = JSON.stringify(alertPolicies(watched)).matchAll(
    /user_(openhours_\w+?)(?:_bucket|_count|_sum)?\{/g,
  );
  const names = [...used].map(([, name]) => name ?? '');
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(made).toContain(name);
});

function balanced(query: string): boolean {
  let depth = 0;
  for (const sign of query) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
