import { accountKey, hasRole } from './google-iam.ts';
import { checkLabels, versionOf } from './google-secrets.ts';
import { type GoogleState, type Thing, invalid, many, part, Refusal, text } from './google-state.ts';

/** What runs: a job's task, a service's instance or a worker pool's. */
export type RunKind = 'jobs' | 'services' | 'workerpools';

/** Memory in GiB that goes with a number of CPUs: least and most. */
const MEMORY: Readonly<Record<string, readonly [number, number]>> = {
  '1': [0.125, 4],
  '2': [0.125, 8],
  '4': [2, 16],
  '6': [4, 24],
  '8': [4, 32],
};
const MAX_TASK_S = 168 * 3600;
const MAX_REQUEST_S = 3600;
const UNITS: Readonly<Record<string, number>> = { Mi: 1 / 1024, Gi: 1, M: 1e6 / 2 ** 30, G: 1e9 / 2 ** 30 };

/** The part of a manifest that says what each instance runs. */
export const instanceOf = (kind: RunKind, manifest: Thing): Thing =>
  kind === 'jobs'
    ? part(manifest, 'spec', 'template', 'spec', 'template', 'spec')
    : part(manifest, 'spec', 'template', 'spec');

/** Refuses a manifest where Cloud Run does. @throws Refusal */
export function checkManifest(state: GoogleState, kind: RunKind, manifest: Thing): void {
  const name = text(manifest, 'metadata', 'name');
  if (!/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(name) || (kind !== 'jobs' && name.length > 49))
    throw invalid(`metadata.name: ${name} is no name of a ${kind.slice(0, -1)}`);
  checkLabels(part(manifest, 'metadata'));
  const instance = instanceOf(kind, manifest);
  checkTimes(kind, manifest, instance);
  const account =
    text(instance, 'serviceAccountName') || `${state.number}-compute@developer.gserviceaccount.com`;
  if (account.endsWith(`@${state.project}.iam.gserviceaccount.com`)) accountKey(state, account);
  const containers = many(instance, 'containers');
  if (containers.length === 0) throw invalid('spec.template: at least one container is required');
  for (const container of containers) {
    checkResources(kind, part(container, 'resources', 'limits'));
    checkImage(state, text(container, 'image'));
    checkEnv(state, container, account);
    if (kind === 'jobs' && Object.keys(part(container, 'livenessProbe')).length > 0)
      throw invalid('livenessProbe is not supported for jobs');
  }
}

function checkTimes(kind: RunKind, manifest: Thing, instance: Thing): void {
  const seconds = Number(text(instance, 'timeoutSeconds') || '300');
  const most = kind === 'jobs' ? MAX_TASK_S : MAX_REQUEST_S;
  if (!(seconds >= 1 && seconds <= most))
    throw invalid(`spec.template.spec.timeoutSeconds: ${seconds} should be between 1 and ${most} inclusive.`);
  if (kind !== 'jobs') return;
  const retries = Number(text(instance, 'maxRetries') || '3');
  if (!(retries >= 0 && retries <= 10))
    throw invalid(`maxRetries: ${retries} should be between 0 and 10 inclusive.`);
  const execution = part(manifest, 'spec', 'template', 'spec');
  const tasks = Number(text(execution, 'taskCount') || '1');
  if (!(tasks >= 1 && tasks <= 10_000))
    throw invalid(`taskCount: ${tasks} should be between 1 and 10000 inclusive.`);
  if (Number(text(execution, 'parallelism') || '0') > tasks)
    throw invalid('parallelism should be less than or equal to task count');
}

function checkResources(kind: RunKind, limits: Thing): void {
  const cpuText = text(limits, 'cpu') || '1';
  const cpu = cpuText.endsWith('m') ? Number(cpuText.slice(0, -1)) / 1000 : Number(cpuText);
  const memory = /^(\d+(?:\.\d+)?)(Mi|Gi|M|G)$/.exec(text(limits, 'memory') || '512Mi');
  if (!memory) throw invalid(`resources.limits.memory: ${text(limits, 'memory')} is no amount of memory`);
  const gib = Number(memory[1]) * (UNITS[memory[2] ?? ''] ?? 1);
  if (kind === 'services' && cpu >= 0.08 && cpu < 1) return;
  const bounds = MEMORY[String(cpu)];
  if (!bounds)
    throw invalid(
      `resources.limits.cpu: Invalid value specified for cpu. For the specified value, ${cpuText}, the value must be one of 1, 2, 4, 6, 8.`,
    );
  const least = kind === 'services' ? bounds[0] : Math.max(bounds[0], 0.5);
  if (gib < least || gib > bounds[1])
    throw invalid(
      `resources.limits.memory: Invalid value specified for memory. For ${cpuText} CPU it must be between ${least}Gi and ${bounds[1]}Gi.`,
    );
}

/** An image of this project's registry has to be there; those of other registries are taken on trust. */
function checkImage(state: GoogleState, image: string): void {
  const ours = /^([a-z0-9-]+)-docker\.pkg\.dev\/([^/]+)\/([^/]+)\/(.+)$/.exec(image);
  if (!ours) {
    if (!/^[\w.-]+(\/[\w.-]+)+([:@].+)?$/.test(image))
      throw invalid(`Expected an image path, got ${image || 'none'}`);
    return;
  }
  const [, region, project, repository, rest] = ours;
  const key = `artifactregistry:projects/${project}/locations/${region}/repositories/${repository}`;
  const images = state.list(`${key}/dockerImages`);
  const wanted = `${region}-docker.pkg.dev/${project}/${repository}/${rest}`;
  const found = images.some(
    (one) =>
      text(one, 'uri') === wanted ||
      (one['tags'] as string[]).some((tag) => `${text(one, 'uri').split('@')[0]}:${tag}` === wanted),
  );
  if (!found) throw new Refusal(400, 'FAILED_PRECONDITION', `Image '${image}' not found.`);
}

function checkEnv(state: GoogleState, container: Thing, account: string): void {
  const seen = new Set<string>();
  for (const variable of many(container, 'env')) {
    const name = text(variable, 'name');
    if (seen.has(name)) throw invalid(`env: duplicate environment variable ${name}`);
    seen.add(name);
    if (/^(CLOUD_RUN_|K_|X_GOOGLE_)/.test(name))
      throw invalid(`env: the reserved env name ${name} was provided`);
    const reference = part(variable, 'valueFrom', 'secretKeyRef');
    if (Object.keys(reference).length > 0)
      checkSecret(state, text(reference, 'name'), text(reference, 'key'), account);
  }
}

function checkSecret(state: GoogleState, secret: string, version: string, account: string): void {
  const key = `secretmanager:projects/${state.number}/secrets/${secret}`;
  const there = state.things.has(key) ? versionOf(state, secret, version) : undefined;
  if (!there)
    throw new Refusal(
      400,
      'FAILED_PRECONDITION',
      `Secret projects/${state.number}/secrets/${secret}/versions/${version} was not found`,
    );
  if (there['state'] !== 'ENABLED')
    throw new Refusal(
      400,
      'FAILED_PRECONDITION',
      `Secret ${text(there, 'name')} is in ${text(there, 'state')} state`,
    );
  if (!hasRole(state, key, 'roles/secretmanager.secretAccessor', `serviceAccount:${account}`))
    throw new Refusal(
      403,
      'PERMISSION_DENIED',
      `Permission denied on secret: ${text(there, 'name')} for Revision service account ${account}. ` +
        'The service account used must be granted the role roles/secretmanager.secretAccessor on the secret.',
    );
}
