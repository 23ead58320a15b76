import { parseDuration } from '../config/load.ts';
import { applyResources } from '../deploy/apply.ts';
import { gatewayAddress, secretsOf } from '../deploy/deployment.ts';
import type { EnvironmentSettings } from '../deploy/environments.ts';
import type { Gcloud } from '../deploy/gcloud.ts';
import { type Component, imageThere } from '../deploy/image.ts';
import { imageName, secretName } from '../deploy/names.ts';
import { askedWrongly, refuse } from '../deploy/preflight.ts';
import { secretValues } from '../deploy/secret-values.ts';
import { SecretResource, storedSecrets } from '../deploy/secrets.ts';
import { ExitCode, OpenhoursError } from '../errors.ts';
import type { DeployDeps } from './deploy-deps.ts';
import { cancelExecution, executionsOf, runningExecutions } from './deploy-executions.ts';

/** Options of the commands that operate what is deployed. */
export interface OperateOptions {
  readonly env: string;
  readonly component?: string;
  readonly json?: boolean;
}

/** What such a command works with. */
interface Operation {
  readonly settings: EnvironmentSettings;
  readonly component: Component;
  readonly gcloud: Gcloud;
  readonly say: (line: string) => void;
}

async function begin(options: OperateOptions, deps: DeployDeps): Promise<Operation> {
  const component = options.component ?? 'worker';
  if (component !== 'worker' && component !== 'gateway')
    throw askedWrongly('--component', `is "${component}"`, 'use worker or gateway');
  const settings = deps.settings(options.env);
  await deps.gcloudVersion();
  const say = options.json === true ? deps.warn : deps.print;
  return { settings, component, gcloud: deps.gcloud(settings.project), say };
}

interface RunResource {
  readonly metadata?: { readonly name?: string };
  readonly spec?: unknown;
  readonly status?: { readonly url?: string };
}

/** What Cloud Run has of a component. @throws OpenhoursError CLOUD_NOT_FOUND where nothing is deployed. */
async function deployedOf({ settings, component, gcloud }: Operation): Promise<RunResource> {
  const { env, jobName, gatewayName, region } = settings;
  const [group, name] = component === 'worker' ? ['jobs', jobName] : ['services', gatewayName];
  const found = await gcloud.find(['run', group, 'describe', name, `--region=${region}`]);
  if (found !== undefined) return found as RunResource;
  throw new OpenhoursError(
    'CLOUD_NOT_FOUND',
    `${name} is not in ${settings.project}, ${region}: deploy it with \`openhours deploy apply --env ${env}${component === 'worker' ? '' : ' --component gateway'}\``,
  );
}

/** The first image that a manifest names. */
function imageIn(value: unknown): string | undefined {
  return /"image":"([^"]+)"/.exec(JSON.stringify(value ?? null))?.[1];
}

/** `deploy status`: what is deployed, what is at work, and what was. */
export async function status(options: OperateOptions, deps: DeployDeps): Promise<ExitCode> {
  const operation = await begin(options, deps);
  const { settings, gcloud, say } = operation;
  const { env, project, region } = settings;
  const job = await deployedOf({ ...operation, component: 'worker' });
  const [executions, gatewayUrl] = await Promise.all([
    executionsOf(settings, gcloud, 5),
    gatewayAddress(settings, gcloud),
  ]);
  const image = imageIn(job.spec);
  say(`${env} in ${project}, ${region}`);
  say(`  job      ${settings.jobName}, image ${image ?? 'unknown'}`);
  say(`  gateway  ${gatewayUrl ?? 'is not deployed'}`);
  const atWork = executions.filter(({ state }) => state === 'running' || state === 'waiting');
  say(`  at work  ${atWork.map(({ name }) => name).join(', ') || 'nobody'}`);
  for (const one of executions.filter((execution) => !atWork.includes(execution)).slice(0, 3))
    say(`  before   ${one.name}: ${one.state}, ${one.startedAt ?? '-'} to ${one.endedAt ?? '-'}`);
  if (options.json === true) {
    const report = { env, project, region, job: { name: settings.jobName, image }, executions };
    deps.print(JSON.stringify({ ...report, gatewayUrl: gatewayUrl ?? null }, null, 2));
  }
  return ExitCode.ok;
}

/** `deploy executions`: the latest runs of the job. */
export async function listExecutions(
  options: OperateOptions & { readonly limit?: number },
  deps: DeployDeps,
): Promise<ExitCode> {
  const operation = await begin(options, deps);
  await deployedOf({ ...operation, component: 'worker' });
  const executions = await executionsOf(operation.settings, operation.gcloud, options.limit);
  if (executions.length === 0) operation.say('no execution yet');
  for (const { name, state, startedAt, endedAt, retries } of executions) {
    const again = retries === 0 ? '' : `, started again ${retries === 1 ? 'once' : `${retries} times`}`;
    operation.say(`${name}  ${state.padEnd(9)}  ${startedAt ?? '-'}  ${endedAt ?? '-'}${again}`);
  }
  if (options.json === true) deps.print(JSON.stringify(executions, null, 2));
  return ExitCode.ok;
}

/** `deploy cancel`: stops an execution; without a name the one that is at work. */
export async function cancel(
  name: string | undefined,
  options: OperateOptions,
  deps: DeployDeps,
): Promise<ExitCode> {
  const { settings, gcloud, say } = await begin(options, deps);
  const atWork = await runningExecutions(settings, gcloud);
  const wanted = name ?? atWork[0];
  if (name === undefined && atWork.length > 1)
    throw askedWrongly('the execution', 'is not clear', `name one of ${atWork.join(', ')}`);
  if (wanted === undefined || !atWork.includes(wanted)) {
    say(wanted === undefined ? 'no execution is at work' : `${wanted} is not at work: nothing to cancel`);
    if (options.json === true) deps.print(JSON.stringify({ cancelled: null }));
    return wanted === undefined ? ExitCode.ok : ExitCode.config;
  }
  await cancelExecution(wanted, settings, gcloud);
  say(`${wanted} is cancelled: its worker has 10 s to hand its calls over`);
  if (options.json === true) deps.print(JSON.stringify({ cancelled: wanted }));
  return ExitCode.ok;
}

/** Options of `deploy execute`. */
export interface ExecuteOptions extends OperateOptions {
  readonly for?: string;
  readonly until?: string;
}

/** `deploy execute`: starts a worker now, by the clinic's hours, or with `--for` or `--until` for a shift by hand. */
export async function execute(options: ExecuteOptions, deps: DeployDeps): Promise<ExitCode> {
  if (options.for !== undefined && parseDuration(options.for) === undefined)
    throw askedWrongly('--for', `is "${options.for}"`, 'write a duration such as 2h or 90m');
  if (options.until !== undefined && !/^([01]\d|2[0-3]):[0-5]\d$/.test(options.until))
    throw askedWrongly(
      '--until',
      `is "${options.until}"`,
      "write a time on the clinic's clock, such as 18:30",
    );
  const operation = await begin(options, deps);
  const { settings, gcloud, say } = operation;
  await deployedOf({ ...operation, component: 'worker' });
  const before = new Set((await executionsOf(settings, gcloud)).map(({ name }) => name));
  const wishes = [
    ...(options.for === undefined ? [] : [`SHIFT_FOR=${options.for}`]),
    ...(options.until === undefined ? [] : [`SHIFT_UNTIL=${options.until}`]),
  ];
  const args = ['run', 'jobs', 'execute', settings.jobName, `--region=${settings.region}`, '--async'];
  await gcloud.change({
    args: wishes.length === 0 ? args : [...args, `--update-env-vars=${wishes.join(',')}`],
  });
  const started = (await executionsOf(settings, gcloud)).find(({ name }) => !before.has(name));
  say(
    `started ${started?.name ?? settings.jobName}: \`openhours deploy logs --env ${settings.env}\` shows what it does`,
  );
  if (options.json === true) deps.print(JSON.stringify({ execution: started?.name ?? null }));
  return ExitCode.ok;
}

/** `deploy update-image`: runs another image that is there already, such as an earlier one. Whoever is at work keeps theirs until the shift ends. */
export async function updateImage(
  options: OperateOptions & { readonly tag: string },
  deps: DeployDeps,
): Promise<ExitCode> {
  const operation = await begin(options, deps);
  const { settings, component, gcloud, say } = operation;
  const before = imageIn((await deployedOf(operation)).spec);
  const image = imageName(component, settings, options.tag);
  if (!(await imageThere(component, settings, options.tag, gcloud))) {
    throw new OpenhoursError(
      'CLOUD_NOT_FOUND',
      `there is no image ${image}: build it with \`openhours deploy apply --env ${settings.env} --tag ${options.tag}\`, or name another tag`,
    );
  }
  const changed = before !== image;
  if (changed) {
    const [group, name] =
      component === 'worker' ? ['jobs', settings.jobName] : ['services', settings.gatewayName];
    await gcloud.change({
      args: ['run', group, 'update', name, `--region=${settings.region}`, `--image=${image}`],
    });
  }
  say(
    changed
      ? `${component}: ${before ?? 'nothing'} → ${image}${component === 'worker' ? ', from the next execution on' : ''}`
      : `${component} runs ${image} already: nothing to change`,
  );
  if (options.json === true)
    deps.print(JSON.stringify({ component, before: before ?? null, image, changed }));
  return ExitCode.ok;
}

/** Options of `deploy rotate-secret`. */
export interface RotateOptions extends OperateOptions {
  readonly secretsFile?: string;
  /** Disable the version before, so that it works nowhere any more. */
  readonly disableOld?: boolean;
}

/**
 * `deploy rotate-secret`: stores a new value, has job and gateway use its version from their next start on, and with `--disable-old` disables the one
 * before. The value comes from the variable of that name or `--secrets-file`, and is never shown.
 */
export async function rotateSecret(
  variable: string,
  options: RotateOptions,
  deps: DeployDeps,
): Promise<ExitCode> {
  const operation = await begin(options, deps);
  const { settings, gcloud, say } = operation;
  const known = new Set([...secretsOf('worker', settings), ...secretsOf('gateway', settings)]);
  if (!known.has(variable))
    throw askedWrongly('the secret', `is "${variable}"`, `name one of ${[...known].join(', ')}`);
  const file = options.secretsFile;
  const { values, problems } = secretValues([variable], {
    environment: deps.environment,
    ...(file === undefined ? {} : { file: { name: file, text: await deps.readText(file) } }),
  });
  refuse(problems);
  const before = (await storedSecrets(gcloud, [variable], settings)).get(variable)?.latest;
  if (before === undefined) {
    throw new OpenhoursError(
      'CLOUD_NOT_FOUND',
      `${secretName(variable, settings)} is not in ${settings.project}: deploy first, with \`openhours deploy apply --env ${settings.env}\``,
    );
  }
  await applyResources([new SecretResource(variable, settings, values)], gcloud, { plan: false, print: say });
  const after = (await storedSecrets(gcloud, [variable], settings)).get(variable)?.latest;
  const version = after?.version ?? before.version;
  const users = await useVersion(variable, version, operation);
  if (before.version !== version) await leaveBehind(variable, before.version, options, operation);
  if (options.json === true)
    deps.print(JSON.stringify({ variable, before: before.version, version, updated: users }));
  return ExitCode.ok;
}

/** Has whatever is deployed and uses the variable take this version. */
async function useVersion(
  variable: string,
  version: string,
  { settings, gcloud, say }: Operation,
): Promise<string[]> {
  const { jobName, gatewayName, region } = settings;
  const updated: string[] = [];
  for (const component of ['worker', 'gateway'] as const) {
    if (!secretsOf(component, settings).includes(variable)) continue;
    const [group, name] = component === 'worker' ? ['jobs', jobName] : ['services', gatewayName];
    const found = await gcloud.find(['run', group, 'describe', name, `--region=${region}`]);
    if (found === undefined) continue;
    const secret = secretName(variable, settings);
    if (usesVersion(found, secret, version)) continue;
    const reference = `${variable}=${secret}:${version}`;
    await gcloud.change({
      args: ['run', group, 'update', name, `--region=${region}`, `--update-secrets=${reference}`],
    });
    updated.push(name);
    say(`~ change ${name} (${variable} is version ${version})`);
  }
  if (updated.length === 0) say('nothing to change: the value and its version are in use');
  return updated;
}

/** Whether a manifest reads this version, in whichever order its fields come. */
function usesVersion(value: unknown, name: string, key: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const reference = value as { name?: unknown; key?: unknown };
  if (reference.name === name && reference.key === key) return true;
  return Object.values(value).some((part) => usesVersion(part, name, key));
}

async function leaveBehind(
  variable: string,
  version: string,
  { disableOld }: RotateOptions,
  { settings, gcloud, say }: Operation,
): Promise<void> {
  const command = ['secrets', 'versions', 'disable', version, `--secret=${secretName(variable, settings)}`];
  const atWork = await runningExecutions(settings, gcloud);
  if (disableOld === true) {
    await gcloud.change({ args: command });
    say(`version ${version} is disabled`);
  } else {
    say(`version ${version} still works; when nobody uses it any more: gcloud ${command.join(' ')}`);
  }
  if (atWork.length > 0) say(`${atWork.join(', ')} keeps the old value until its shift ends`);
}
