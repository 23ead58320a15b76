import { parseDuration } from '../config/load.ts';
import type { EnvironmentSettings } from '../deploy/environments.ts';
import { Watched } from '../deploy/monitoring/watched.ts';
import { askedWrongly } from '../deploy/preflight.ts';
import { TARGETS, type Target } from '../deploy/target.ts';
import { namespaceOf } from '../deploy/targets/gke.ts';
import { ExitCode } from '../errors.ts';
import type { DeployDeps } from './deploy-deps.ts';
import { chosenPart } from './deploy-operation.ts';

/** Options of `deploy logs`. */
export interface LogOptions {
  readonly env: string;
  readonly component?: string;
  readonly target?: string;
  readonly execution?: string;
  /** How far back: `1h`, `30m`. */
  readonly since?: string;
  readonly limit?: number;
  readonly severity?: string;
  readonly json?: boolean;
}

const SEVERITIES = ['DEBUG', 'INFO', 'NOTICE', 'WARNING', 'ERROR', 'CRITICAL'] as const;

interface Entry {
  readonly timestamp?: string;
  readonly severity?: string;
  readonly textPayload?: string;
  readonly jsonPayload?: Readonly<Record<string, unknown>>;
}

/**
 * `deploy logs`: what a component wrote, the oldest line first. Read with `gcloud logging read`: `run jobs logs read` breaks on lines that are JSON,
 * as all of ours are.
 */
export async function logs(options: LogOptions, deps: DeployDeps): Promise<ExitCode> {
  const settings = deps.settings(options.env);
  const filter = logFilter(options, settings);
  const since = options.since ?? '1h';
  if (parseDuration(since) === undefined)
    throw askedWrongly('--since', `is "${since}"`, 'write a duration such as 2h or 30m');
  await deps.gcloudVersion();
  const entries = ((await deps
    .gcloud(settings.project)
    .read([...['logging', 'read', filter], `--freshness=${since}`, `--limit=${options.limit ?? 200}`])) ??
    []) as Entry[];
  const oldestFirst = entries.toReversed();
  if (options.json === true) deps.print(JSON.stringify(oldestFirst, null, 2));
  else if (oldestFirst.length === 0)
    deps.print(`nothing in the last ${since}: --since 24h looks further back`);
  else for (const entry of oldestFirst) deps.print(lineOf(entry));
  return ExitCode.ok;
}

function logFilter(options: LogOptions, settings: EnvironmentSettings): string {
  const { execution, severity } = options;
  const { component, target } = chosenPart(options);
  if (execution !== undefined && !/^[a-z0-9-]{1,63}$/.test(execution))
    throw askedWrongly('--execution', `is "${execution}"`, 'use a name that `deploy executions` shows');
  if (execution !== undefined && target !== undefined && target !== 'job')
    throw askedWrongly('--execution', 'is for a job', `leave it out with --target ${target}`);
  const least = severity?.toUpperCase();
  if (least !== undefined && !SEVERITIES.some((one) => one === least))
    throw askedWrongly('--severity', `is "${severity}"`, `use ${SEVERITIES.join(', ')}`);
  const wanted = target ?? (execution === undefined ? undefined : 'job');
  return [
    component === 'worker' ? workerLogs(wanted, settings) : gatewayLogs(settings),
    ...(execution === undefined ? [] : [`labels."run.googleapis.com/execution_name"="${execution}"`]),
    ...(least === undefined ? [] : [`severity>=${least}`]),
  ].join(' AND ');
}

/** Lines of the worker wherever it runs, or ran: what was written stays when a worker is moved or removed, so nothing is asked about where it is. */
function workerLogs(target: Target | undefined, settings: EnvironmentSettings): string {
  if (target === undefined) return `(${TARGETS.map((one) => `(${workerLogs(one, settings)})`).join(' OR ')})`;
  const place =
    target === 'gke'
      ? // The cluster may be in another place than the rest.
        `resource.labels.namespace_name="${namespaceOf(settings)}"`
      : `resource.labels.location="${settings.region}"`;
  return `${new Watched(settings, target).logs} AND ${place}`;
}

function gatewayLogs({ gatewayName, region }: EnvironmentSettings): string {
  return `resource.type="cloud_run_revision" AND resource.labels.service_name="${gatewayName}" AND resource.labels.location="${region}"`;
}

/** Fields that every line has, and the message, stand at the front. */
const FRONT = new Set(['message', 'time', 'severity', 'level', 'pid', 'hostname']);

function lineOf({ timestamp, severity, textPayload, jsonPayload = {} }: Entry): string {
  const { message } = jsonPayload;
  const fields = Object.entries(jsonPayload)
    .filter(([name]) => !FRONT.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const said = textPayload ?? (typeof message === 'string' ? message : '');
  return [timestamp ?? '-', (severity ?? 'DEFAULT').padEnd(7), said.trimEnd(), ...fields].join(' ');
}
