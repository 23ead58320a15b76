import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { Ledger } from '../../../agent/ledger.ts';
import { fakeDatabase } from '../../../test/support/database.ts';
import { type LogEntry, entryOf, keeps } from '../../../test/support/log-filter.ts';
import { type LogLine, collectLog } from '../../../test/support/log.ts';
import { logCallbacksOwed } from '../../after-call/callbacks-owed.ts';
import { Calls } from '../../clinic/calls.ts';
import type { ClinicProfile } from '../../clinic/clinics.ts';
import type { CallId, ClinicId } from '../../clinic/ids.ts';
import { projectRoot } from '../../config/paths.ts';
import { logDuty } from '../../lifecycle/duty-log.ts';
import { ShiftLifecycle } from '../../lifecycle/state.ts';
import { type MetricKey, logMetrics } from './log-metrics.ts';
import { Watched, type WatchedTarget } from './watched.ts';

const SETTINGS = {
  env: 'prod',
  project: 'invented-project',
  jobName: 'openhours-worker-prod',
  alertEmail: undefined,
};
const JOB = { type: 'cloud_run_job', labels: { job_name: 'openhours-worker-prod' } };
const METRICS = logMetrics(new Watched(SETTINGS));

/** The metrics, without their prefix, that count this entry. */
function countedBy(entry: LogEntry): string[] {
  return METRICS.filter(({ filter }) => keeps(filter, entry)).map(({ name }) =>
    name.replace('openhours-prod-', ''),
  );
}
const counted = (line: LogLine) => countedBy(entryOf(line, JOB));

/** Of the worker's own code: what it writes when this is done. */
async function written(act: (log: ReturnType<typeof collectLog>['log']) => unknown): Promise<LogLine[]> {
  const { log, lines } = collectLog();
  await act(log);
  return lines;
}

const ledgerLines = (outcome: 'booked' | 'failed', reason: string) =>
  written(async (log) => {
    const { db } = fakeDatabase({ record_turn: () => null, close_call: () => true });
    const ledger = new Ledger(new Calls(db), { id: 'call-invented' as CallId, epoch: 1 }, log);
    ledger.agentSaid('Good day.', Date.now(), { interrupted: false, latency_ms: 812 });
    await ledger.close(outcome, reason);
  });

describe('lines that the worker’s code writes', () => {
  test('an answer has its latency, and a call its outcome', async () => {
    const [answer, closed] = await ledgerLines('booked', 'goodbye');
    expect(counted(answer as LogLine)).toEqual(['turn-latency']);
    expect(answer).toMatchObject({ latencyMs: 812 });
    expect(counted(closed as LogLine)).toEqual(['outcomes']);
    expect(closed).toMatchObject({ outcome: 'booked' });
  });

  test('a call that failed counts, unless a number called too often', async () => {
    const [, failed] = await ledgerLines('failed', 'database_gone');
    expect(counted(failed as LogLine)).toEqual(['outcomes', 'failed-calls']);
    const [, refused] = await ledgerLines('failed', 'caller_limit');
    expect(counted(refused as LogLine)).toEqual(['outcomes']);
  });

  test('a shift: on duty, open, gone home', async () => {
    vi.useFakeTimers();
    let now = 0;
    const lines = await written((log) => {
      const lifecycle = new ShiftLifecycle(log);
      const duty = { ready: () => true, activeCalls: () => 0, maxCalls: 2, closesAt: () => 10 };
      logDuty({ lifecycle, ...duty, nowMs: () => now, log });
      lifecycle.move('open', 'registered with LiveKit');
      now = 10;
      lifecycle.move('draining', 'closing_time');
    });
    vi.useRealTimers();
    expect(lines.map((line) => counted(line))).toEqual([['opened'], ['on-duty'], [], ['went-home']]);
  });

  test('callbacks that are owed', async () => {
    const id = 'clinic-invented' as ClinicId;
    const hours = [{ weekday: 1, opens: '00:00', closes: '24:00' }];
    const clinic = { id, time_zone: 'UTC', hours, closures: [] } as unknown as ClinicProfile;
    const [line] = await written((log) =>
      logCallbacksOwed({
        tasks: { owedCallbacks: async () => [{ clinicId: id, sinceMs: Date.parse('2026-11-23T08:00Z') }] },
        clinics: async () => [clinic],
        nowMs: () => Date.parse('2026-11-23T10:00Z'),
        log,
      }),
    );
    expect(counted(line as LogLine)).toEqual(['callbacks-owed']);
    expect(line).toMatchObject({ longestMinutes: 120 });
  });
});

/** Where each message stands in the source, with its severity and the fields that filters look at. */
const IN_SOURCE: [
  file: string,
  level: string,
  message: string,
  fields: Record<string, unknown>,
  MetricKey[],
][] = [
  ['agent/steps.ts', 'info', 'call arrived', { takenOver: false }, ['calls']],
  [
    'src/lifecycle/rescue.ts',
    'warn',
    'call of a lost worker closed',
    { ending: { outcome: 'failed' } },
    ['outcomes', 'failed-calls'],
  ],
  [
    'src/lifecycle/call-processes.ts',
    'error',
    'call has lost its process',
    { how: 'memory' },
    ['errors', 'lost-calls', 'memory-kills'],
  ],
  [
    'src/lifecycle/call-server.ts',
    'warn',
    'call refused: the worker is full',
    { maxCalls: 2 },
    ['refused-calls'],
  ],
  ['src/lifecycle/shift.ts', 'info', 'no shift to work', { why: 'closed' }, ['no-shift']],
  ['src/worker.ts', 'fatal', 'the worker cannot run', { code: 'X' }, ['errors', 'crashes']],
  ['src/worker.ts', 'fatal', 'a bug ended the worker', { error: {} }, ['errors', 'crashes']],
];

test.each(IN_SOURCE)('%s logs %s "%s"', async (file, level, message, fields, metrics) => {
  const source = readFileSync(join(projectRoot(), file), 'utf8');
  const call = logCallOf(source, message);
  expect(call?.level).toBe(level);
  for (const name of Object.keys(fields)) expect(call?.fields).toMatch(new RegExp(`\\b${name}\\b`));
  const [line] = await written((log) => {
    const flat = { ...fields, ...(fields['ending'] as object | undefined) };
    log[level as 'info'](flat, message);
  });
  expect(counted(line as LogLine).toSorted()).toEqual(metrics.toSorted());
});

/** The log call with this message. */
function logCallOf(source: string, message: string): { level: string; fields: string } | undefined {
  const calls = [...source.matchAll(/[lL]og\.(\w+)\(\s*(\{[^;]*?\})?,?\s*('[^']*'|refusal)\s*,?\s*\)/g)];
  // Refusals are told by one call that has the message in a constant.
  const said = source.includes(`'${message}' : undefined`) ? 'refusal' : `'${message}'`;
  const found = calls.find(([, , , text]) => text === said);
  return found && { level: found[1] ?? '', fields: found[2] ?? '' };
}

test('every message that a filter names is written by the worker', () => {
  const named = METRICS.flatMap(({ filter }) => [...filter.matchAll(/message="([^"]*)"/g)]).map(([, m]) => m);
  const sources = ['agent', 'src/lifecycle', 'src/after-call', 'src']
    .flatMap((folder) =>
      readdirSync(join(projectRoot(), folder)).map((file) => join(projectRoot(), folder, file)),
    )
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  expect(named.length).toBeGreaterThan(10);
  for (const message of new Set(named)) expect(sources).toContain(`'${message ?? ''}'`);
});

test('what Google says of the container and of the schedule is counted', () => {
  const killed =
    'Memory limit of 4096 MiB exceeded with 4101 MiB used. Consider increasing the memory limit.';
  expect(countedBy({ resource: JOB, severity: 'ERROR', textPayload: killed })).toEqual([
    'errors',
    'memory-kills',
  ]);
  const entry = (type: string, severity: string, job = 'openhours-prod-open-0900-mon-fri'): LogEntry => ({
    resource: { type: 'cloud_scheduler_job', labels: { job_id: job } },
    severity,
    jsonPayload: { '@type': `type.googleapis.com/google.cloud.scheduler.logging.${type}` },
  });
  expect(countedBy(entry('AttemptStarted', 'INFO'))).toEqual(['starts']);
  expect(countedBy(entry('AttemptFinished', 'INFO'))).toEqual([]);
  expect(countedBy(entry('AttemptFinished', 'ERROR'))).toEqual(['failed-starts']);
  expect(countedBy(entry('AttemptStarted', 'INFO', 'openhours-staging-open-0900-mon-fri'))).toEqual([]);
});

test('another environment’s worker is not counted, and nothing else that runs in the project', async () => {
  const [line] = await ledgerLines('booked', 'goodbye');
  const staging = { ...JOB, labels: { job_name: 'openhours-worker-staging' } };
  expect(countedBy(entryOf(line as LogLine, staging))).toEqual([]);
  expect(countedBy(entryOf(line as LogLine, { ...JOB, type: 'gce_instance' }))).toEqual([]);
});

test.each<[WatchedTarget, string, string]>([
  ['service', 'cloud_run_revision', 'service_name'],
  ['worker-pool', 'cloud_run_worker_pool', 'worker_pool_name'],
  ['gke', 'k8s_container', 'container_name'],
])('a worker on %s is found by %s, and has no schedule', async (target, type, label) => {
  const [line] = await ledgerLines('booked', 'goodbye');
  const entry = entryOf(line as LogLine, { type, labels: { [label]: SETTINGS.jobName } });
  const metrics = logMetrics(new Watched(SETTINGS, target));
  expect(metrics.filter(({ filter }) => keeps(filter, entry)).map(({ name }) => name)).toEqual([
    'openhours-prod-turn-latency',
  ]);
  expect(metrics.map(({ name }) => name)).not.toContain('openhours-prod-starts');
});

test('metrics are ones that Google takes', () => {
  for (const { name, filter, metricDescriptor, valueExtractor, labelExtractors, bucketOptions } of METRICS) {
    expect(name).toMatch(/^[a-z-]{1,100}$/);
    expect(filter.length).toBeLessThan(20_000);
    expect(metricDescriptor.valueType === 'DISTRIBUTION').toBe(valueExtractor !== undefined);
    expect(Object.keys(labelExtractors ?? {})).toEqual((metricDescriptor.labels ?? []).map(({ key }) => key));
    const bounds = bucketOptions?.explicitBuckets.bounds ?? [];
    expect(bounds).toEqual(bounds.toSorted((one, other) => one - other));
  }
});
