import type { Calendar } from '../clinic/hours.ts';
import { SCHEDULE } from '../config/deploy-defaults.ts';
import type { EnvironmentSettings } from './environments.ts';
import type { Gcloud, GcloudCommand } from './gcloud.ts';
import { accountEmail } from './names.ts';
import { type Resource, type ResourceState, stateOf } from './resource.ts';
import { type ScheduleEntry, type ScheduleSettings, planSchedule } from './schedule.ts';

/** An entry as `gcloud scheduler jobs list` has it; of what is not ours anything may be missing. */
interface ListedEntry {
  readonly name?: string;
  readonly schedule?: string;
  readonly timeZone?: string;
  readonly description?: string;
  readonly state?: string;
  readonly attemptDeadline?: string;
  readonly retryConfig?: {
    readonly retryCount?: number;
    readonly minBackoffDuration?: string;
    readonly maxBackoffDuration?: string;
  };
  readonly httpTarget?: {
    readonly uri?: string;
    readonly httpMethod?: string;
    readonly oauthToken?: { readonly serviceAccountEmail?: string };
  };
}

type Place = Pick<EnvironmentSettings, 'env' | 'project' | 'region' | 'jobName'>;

const { attemptDeadline, retries, minBackoff, maxBackoff } = SCHEDULE.request;

/**
 * The schedule of an environment's job, and what the job has to be told for it.
 * @throws OpenhoursError CONFIG_INVALID, as `planSchedule` does.
 */
export function deploySchedule(
  calendars: readonly Calendar[],
  settings: EnvironmentSettings,
  nowMs: number,
  options: Pick<ScheduleSettings, 'leadMs'> = {},
): { taskTimeoutS: number; shiftEarly: string; resources: Resource[] } {
  const { entries, taskTimeoutS, shiftEarly } = planSchedule(calendars, {
    env: settings.env,
    nowMs,
    longestTaskMs: settings.worker.longestTaskMs,
    ...options,
  });
  return { taskTimeoutS, shiftEarly, resources: scheduleResources(entries, settings) };
}

/** The entries as Cloud Scheduler is to have them, and the removal of all others of ours: no entries take everything away. */
export function scheduleResources(entries: readonly ScheduleEntry[], settings: Place): Resource[] {
  return [...entries.map((entry) => new EntryResource(entry, settings)), new Leftovers(entries, settings)];
}

/** `POST` here starts an execution of the job. */
export function runAddress({ project, region, jobName }: Place): string {
  return `https://run.googleapis.com/v2/projects/${project}/locations/${region}/jobs/${jobName}:run`;
}

class EntryResource implements Resource {
  readonly kind = 'schedule entry';
  readonly name: string;
  readonly #entry: ScheduleEntry;
  readonly #place: Place;

  constructor(entry: ScheduleEntry, place: Place) {
    this.name = entry.name;
    this.#entry = entry;
    this.#place = place;
  }

  async read(gcloud: Gcloud): Promise<ResourceState> {
    const found = (await listed(gcloud, this.#place)).find((one) => idOf(one) === this.name);
    if (found === undefined) return { is: 'absent' };
    const is = fieldsOf(found);
    return stateOf(
      this.#wanted().flatMap(([field, to]) => {
        const from = is[field] ?? 'none';
        return from === to ? [] : [`${field} ${from} → ${to}`];
      }),
    );
  }

  commands(state: ResourceState): GcloudCommand[] {
    if (state.is === 'same') return [];
    const paused = state.is === 'different' && state.changes.some((change) => change.startsWith('state '));
    const only = paused && state.changes.length === 1;
    return [
      ...(only ? [] : [{ args: this.#arguments(state.is === 'absent' ? 'create' : 'update') }]),
      ...(paused ? [{ args: ['scheduler', 'jobs', 'resume', this.name, this.#location()] }] : []),
    ];
  }

  removal(): GcloudCommand[] {
    return [{ args: ['scheduler', 'jobs', 'delete', this.name, this.#location()] }];
  }

  #arguments(verb: 'create' | 'update'): string[] {
    const { cron, timeZone, purpose } = this.#entry;
    return [
      ...['scheduler', 'jobs', verb, 'http', this.name, this.#location()],
      `--schedule=${cron}`,
      `--time-zone=${timeZone}`,
      `--uri=${runAddress(this.#place)}`,
      '--http-method=post',
      `--oauth-service-account-email=${accountEmail('scheduler', this.#place)}`,
      '--oauth-token-scope=https://www.googleapis.com/auth/cloud-platform',
      `--attempt-deadline=${attemptDeadline}`,
      `--max-retry-attempts=${retries}`,
      `--min-backoff=${minBackoff}`,
      `--max-backoff=${maxBackoff}`,
      `--description=${purpose}`,
    ];
  }

  #wanted(): (readonly [keyof ReturnType<typeof fieldsOf>, string])[] {
    const { cron, timeZone, purpose } = this.#entry;
    return [
      ['schedule', cron],
      ['zone', timeZone],
      ['address', runAddress(this.#place)],
      ['method', 'POST'],
      ['account', accountEmail('scheduler', this.#place)],
      ['deadline', attemptDeadline],
      ['retries', String(retries)],
      ['backoff', `${minBackoff} to ${maxBackoff}`],
      ['description', purpose],
      ['state', 'ENABLED'],
    ];
  }

  #location(): string {
    return `--location=${this.#place.region}`;
  }
}

/** Entries of this environment that no calendar wants any more: their dates are past, or the hours were changed. */
class Leftovers implements Resource {
  readonly kind = 'schedule entries';
  readonly name: string;
  readonly #wanted: ReadonlySet<string>;
  readonly #place: Place;
  /** Known once they have been read. */
  #found: readonly string[] = [];

  constructor(entries: readonly ScheduleEntry[], place: Place) {
    this.name = `openhours-${place.env}-… that are no longer wanted`;
    this.#wanted = new Set(entries.map(({ name }) => name));
    this.#place = place;
  }

  async read(gcloud: Gcloud): Promise<ResourceState> {
    const ours = new RegExp(`^openhours-${this.#place.env}-(?:open|relay)-`);
    this.#found = (await listed(gcloud, this.#place))
      .map(idOf)
      .filter((name) => ours.test(name) && !this.#wanted.has(name));
    return stateOf(this.#found.map((name) => `${name} is removed`));
  }

  commands(): GcloudCommand[] {
    return this.removal();
  }

  removal(): GcloudCommand[] {
    const location = `--location=${this.#place.region}`;
    return this.#found.map((name) => ({ args: ['scheduler', 'jobs', 'delete', name, location] }));
  }
}

/** One list for all entries: each question takes a second. Before the API is on there are none. */
async function listed(gcloud: Gcloud, { region }: Place): Promise<readonly ListedEntry[]> {
  const found = await gcloud.find(['scheduler', 'jobs', 'list', `--location=${region}`]);
  return Array.isArray(found) ? (found as ListedEntry[]) : [];
}

function idOf({ name = '' }: ListedEntry): string {
  return name.split('/').at(-1) ?? '';
}

function fieldsOf({ schedule, timeZone, description, state, ...entry }: ListedEntry) {
  const { retryConfig = {}, httpTarget = {} } = entry;
  const { minBackoffDuration = 'none', maxBackoffDuration = 'none' } = retryConfig;
  return {
    schedule,
    zone: timeZone,
    address: httpTarget.uri,
    method: httpTarget.httpMethod,
    account: httpTarget.oauthToken?.serviceAccountEmail,
    deadline: entry.attemptDeadline,
    retries: String(retryConfig.retryCount ?? 0),
    backoff: `${minBackoffDuration} to ${maxBackoffDuration}`,
    description,
    state,
  };
}
