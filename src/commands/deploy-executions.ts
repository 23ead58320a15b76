import type { EnvironmentSettings } from '../deploy/environments.ts';
import type { Gcloud } from '../deploy/gcloud.ts';

/** One run of the job. */
export interface Execution {
  readonly name: string;
  readonly state: 'waiting' | 'running' | 'succeeded' | 'failed' | 'cancelled';
  readonly startedAt: string | undefined;
  readonly endedAt: string | undefined;
  readonly retries: number;
  readonly image: string | undefined;
}

interface RawExecution {
  readonly metadata?: { readonly name?: string };
  readonly spec?: { readonly template?: { readonly spec?: { readonly containers?: { image?: string }[] } } };
  readonly status?: {
    readonly startTime?: string;
    readonly completionTime?: string;
    readonly retriedCount?: number;
    readonly runningCount?: number;
    readonly conditions?: readonly { type?: string; status?: string; reason?: string }[];
  };
}

/** The job's executions, the latest first. */
export async function executionsOf(
  { jobName, region }: EnvironmentSettings,
  gcloud: Gcloud,
  limit = 20,
): Promise<Execution[]> {
  const found = ((await gcloud.find([
    ...['run', 'jobs', 'executions', 'list', `--job=${jobName}`, `--region=${region}`, `--limit=${limit}`],
  ])) ?? []) as RawExecution[];
  return found
    .map(toExecution)
    .toSorted((one, other) => (other.startedAt ?? '9').localeCompare(one.startedAt ?? '9'));
}

function toExecution({ metadata, spec, status = {} }: RawExecution): Execution {
  const completed = status.conditions?.find(({ type }) => type === 'Completed');
  return {
    name: metadata?.name ?? '',
    state: stateOf(completed, status.startTime, status.completionTime),
    startedAt: status.startTime,
    endedAt: status.completionTime,
    retries: status.retriedCount ?? 0,
    image: spec?.template?.spec?.containers?.[0]?.image,
  };
}

function stateOf(
  completed: { status?: string; reason?: string } | undefined,
  startedAt: string | undefined,
  endedAt: string | undefined,
): Execution['state'] {
  if (completed?.status === 'True') return 'succeeded';
  if (completed?.status === 'False') return completed.reason === 'Cancelled' ? 'cancelled' : 'failed';
  if (endedAt !== undefined) return 'failed';
  return startedAt === undefined ? 'waiting' : 'running';
}

/** Names of those that are not over. */
export async function runningExecutions(settings: EnvironmentSettings, gcloud: Gcloud): Promise<string[]> {
  const executions = await executionsOf(settings, gcloud);
  return executions.filter(({ state }) => state === 'running' || state === 'waiting').map(({ name }) => name);
}

/** Cancels those that are not over: each is told to stop, and has 10 s for its calls. */
export async function cancelRunning(
  settings: EnvironmentSettings,
  gcloud: Gcloud,
  say: (line: string) => void,
): Promise<string[]> {
  const names = await runningExecutions(settings, gcloud);
  for (const name of names) {
    await cancelExecution(name, settings, gcloud);
    say(`${name} is cancelled`);
  }
  return names;
}

/** Cancels one. @throws OpenhoursError CLOUD_NOT_FOUND. */
export function cancelExecution(
  name: string,
  { region }: EnvironmentSettings,
  gcloud: Gcloud,
): Promise<void> {
  return gcloud.change({ args: ['run', 'jobs', 'executions', 'cancel', name, `--region=${region}`] });
}
