import { applyResources } from '../deploy/apply.ts';
import { type Deployed, RUN_TARGETS, deployedGateway, deployedWorker } from '../deploy/deployed.ts';
import { secretCommand, usesVersion } from '../deploy/deployed-changes.ts';
import { secretsOf } from '../deploy/deployment.ts';
import { secretName } from '../deploy/names.ts';
import { askedWrongly, refuse } from '../deploy/preflight.ts';
import { secretValues } from '../deploy/secret-values.ts';
import { SecretResource, storedSecrets } from '../deploy/secrets.ts';
import { ExitCode, OpenhoursError } from '../errors.ts';
import type { DeployDeps } from './deploy-deps.ts';
import { runningExecutions } from './deploy-executions.ts';
import { describedAs } from './deploy-lines.ts';
import { type OperateOptions, type Operation, begin } from './deploy-operation.ts';

/** Options of `deploy rotate-secret`. */
export interface RotateOptions extends OperateOptions {
  readonly secretsFile?: string;
  /** Disable the version before, so that it works nowhere any more. */
  readonly disableOld?: boolean;
}

/**
 * `deploy rotate-secret`: stores a new value, has the worker, wherever on Cloud Run it is, and the gateway use its version from their next start on, and
 * with `--disable-old` disables the one before, unless somebody still reads it. The value comes from the variable of that name or `--secrets-file`,
 * and is never shown.
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
  const updated = await useVersion(variable, version, operation);
  const isNew = before.version !== version;
  if (updated.length === 0 && !isNew) say('nothing to change: the value and its version are in use');
  const disabled = isNew && (await leaveBehind(variable, before.version, options, operation));
  if (options.json === true)
    deps.print(JSON.stringify({ variable, before: before.version, version, updated, disabled }));
  return isNew && options.disableOld === true && !disabled ? ExitCode.config : ExitCode.ok;
}

/** What on Cloud Run may read the variable: the worker in every place where it is, and the gateway. */
async function readers(variable: string, { settings, gcloud }: Operation): Promise<Deployed[]> {
  const isWorkers = secretsOf('worker', settings).includes(variable);
  const isGateways = secretsOf('gateway', settings).includes(variable);
  const [worker, gateway] = await Promise.all([
    isWorkers ? deployedWorker(settings, gcloud, RUN_TARGETS) : [],
    isGateways ? deployedGateway(settings, gcloud) : undefined,
  ]);
  return gateway === undefined ? worker : [...worker, gateway];
}

/** Has whatever is deployed and uses the variable take this version. */
async function useVersion(variable: string, version: string, operation: Operation): Promise<string[]> {
  const { settings, target, gcloud, say } = operation;
  const secret = secretName(variable, settings);
  const updated: string[] = [];
  for (const there of await readers(variable, operation)) {
    if (there.component === 'worker' && target !== undefined && there.target !== target) continue;
    if (usesVersion(there.manifest, secret, version)) continue;
    await gcloud.change(secretCommand(there, { variable, secret, version }, settings.region));
    updated.push(describedAs(there));
    say(`~ change ${describedAs(there)} (${variable} is version ${version})`);
  }
  return updated;
}

/** @returns Whether the version before was disabled. */
async function leaveBehind(
  variable: string,
  version: string,
  { disableOld }: RotateOptions,
  operation: Operation,
): Promise<boolean> {
  const { settings, gcloud, say } = operation;
  const secret = secretName(variable, settings);
  const command = ['secrets', 'versions', 'disable', version, `--secret=${secret}`];
  const there = await readers(variable, operation);
  const hasJob = there.some(({ target }) => target === 'job');
  const atWork = hasJob ? await runningExecutions(settings, gcloud) : [];
  const keepers = there.filter(({ manifest }) => usesVersion(manifest, secret, version)).map(describedAs);
  // Pods name the version by its number, and a cluster is not asked: it may be another than kubectl points to.
  const cluster = operation.target === 'gke' || !there.some(({ component }) => component === 'worker');
  if (cluster)
    say(
      `a worker in a cluster takes the new version with \`openhours deploy apply --env ${settings.env} --target gke\``,
    );
  const safe = keepers.length === 0 && !cluster;
  if (disableOld === true && safe) {
    await gcloud.change({ args: command });
    say(`version ${version} is disabled`);
  } else {
    const who = keepers.length === 0 ? '' : `, read by ${keepers.join(', ')}`;
    say(`version ${version} still works${who}; when nobody uses it any more: gcloud ${command.join(' ')}`);
  }
  if (atWork.length > 0) say(`${atWork.join(', ')} keeps the old value until its shift ends`);
  return disableOld === true && safe;
}
