import { GKE } from '../config/target-defaults.ts';
import { type ResourceChange, applyResources, changeCount, destroyResources } from '../deploy/apply.ts';
import { deployedWorker } from '../deploy/deployed.ts';
import {
  type Deployment,
  gatewayAddress,
  groundwork,
  removable,
  running,
  workerElsewhere,
} from '../deploy/deployment.ts';
import type { EnvironmentSettings } from '../deploy/environments.ts';
import type { Gcloud } from '../deploy/gcloud.ts';
import type { Component } from '../deploy/image.ts';
import { askedWrongly, projectProblems, refuse } from '../deploy/preflight.ts';
import type { SecretValues } from '../deploy/secret-values.ts';
import type { Target } from '../deploy/target.ts';
import { applyCluster, destroyCluster, planCluster, planDestroyCluster } from '../deploy/targets/kubectl.ts';
import { ExitCode } from '../errors.ts';
import type { DeployDeps } from './deploy-deps.ts';
import { cancelRunning, runningExecutions } from './deploy-executions.ts';
import { chosen, prepare } from './deploy-prepare.ts';

/** Options of `deploy plan|apply|destroy`. */
export interface DeployOptions {
  readonly env: string;
  readonly component?: string;
  readonly target?: string;
  readonly tag?: string;
  readonly local?: boolean;
  readonly secretsFile?: string;
  readonly clinicFile?: string;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** What `--json` prints. */
export interface DeployReport {
  readonly env: string;
  readonly project: string;
  readonly region: string;
  readonly component: Component;
  readonly target: Target;
  readonly tag: string;
  readonly plan: boolean;
  /** How many things were, or would be, made, changed or removed. */
  readonly changed: number;
  readonly changes: readonly ResourceChange[];
  readonly gatewayUrl?: string;
}

/**
 * `deploy plan` and `deploy apply`: checks everything that can be known beforehand, and then makes the project what the settings say, or with `plan`
 * shows how.
 * @throws OpenhoursError DEPLOY_INVALID with every problem, before anything is changed; GCLOUD_MISSING; CLOUD_* of the command that failed.
 */
export async function deploy(options: DeployOptions, plan: boolean, deps: DeployDeps): Promise<ExitCode> {
  const say = options.json === true ? deps.warn : deps.print;
  const { deployment, gcloud } = await prepare(options, deps);
  const { settings, component, target, tag } = deployment;
  const what = component === 'worker' ? `worker as ${target}` : component;
  say(`${settings.env}: ${what}, image ${tag}, in ${settings.project}, ${settings.region}`);
  const how = { plan, print: say };
  const ground = await applyResources(groundwork(deployment), gcloud, how);
  const { resources, yaml } = await running(deployment, gcloud);
  const top = await applyResources(resources, gcloud, how);
  const inCluster = yaml === undefined ? [] : await cluster(settings, yaml, plan, deps, say);
  const gatewayUrl = component === 'gateway' && !plan ? await gatewayAddress(settings, gcloud) : undefined;
  const changes = [...ground, ...top, ...inCluster];
  const changed = changeCount(changes);
  say(summary(changed, deployment, plan, yaml !== undefined));
  if (gatewayUrl !== undefined)
    say(`the gateway is at ${gatewayUrl}; LiveKit's webhook is ${gatewayUrl}/webhooks/livekit`);
  if (options.json === true) {
    const { env, project, region } = settings;
    const report: DeployReport = {
      ...{ env, project, region, component, target, tag, plan, changed, changes },
      ...(gatewayUrl === undefined ? {} : { gatewayUrl }),
    };
    deps.print(JSON.stringify(report, null, 2));
  }
  return ExitCode.ok;
}

function summary(
  changed: number,
  { settings, component, target }: Deployment,
  plan: boolean,
  hasCluster: boolean,
): string {
  const things = changed === 1 ? 'one change' : `${changed} changes`;
  const apply = [
    `openhours deploy apply --env ${settings.env}`,
    ...(component === 'gateway' ? ['--component gateway'] : []),
    ...(target === 'job' ? [] : [`--target ${target}`]),
  ].join(' ');
  // A plan does not ask the cluster, which may not be there yet.
  if (plan && hasCluster)
    return `${changed === 0 ? 'no change' : things} to make in the project, and the cluster was not asked; nothing was touched: \`${apply}\` makes both as the settings say`;
  if (changed === 0) return 'nothing to change: everything is as the settings say';
  return plan ? `${things} to make; nothing was touched: \`${apply}\` makes them` : `${things} made`;
}

async function cluster(
  settings: EnvironmentSettings,
  yaml: string,
  plan: boolean,
  deps: DeployDeps,
  print: (line: string) => void,
): Promise<ResourceChange[]> {
  if (!plan) return applyCluster(settings, yaml, { run: deps.kubectl, print });
  planCluster(yaml, { print });
  return [];
}

/**
 * `deploy destroy`: takes an environment's worker, its gateway, or both away; without `--yes` it shows what would go. APIs stay on, and the repository
 * stays while another environment uses it.
 * @throws OpenhoursError DEPLOY_INVALID while an execution is at work and `--force` is not given; as {@link deploy}.
 */
export async function destroy(options: DeployOptions, deps: DeployDeps): Promise<ExitCode> {
  const say = options.json === true ? deps.warn : deps.print;
  const plan = options.yes !== true;
  const { settings, component, target } = chosen(options, deps);
  await deps.gcloudVersion();
  const gcloud = deps.gcloud(settings.project);
  refuse(await projectProblems(settings, { gcloud, askPermissions: () => Promise.resolve(undefined) }));
  // The gateway first: what it shares with the worker goes with the worker.
  const components: Component[] = options.component === undefined ? ['gateway', 'worker'] : [component];
  if (components.includes('worker') && target === 'job' && !plan)
    await leaveNobodyTalking(settings, gcloud, options, say);
  const changes: ResourceChange[] = [];
  const how = { plan, print: say };
  for (const one of components) {
    const deployment = { ...nothingOf(settings, deps), component: one, target };
    const moved = one === 'worker' && (await workerElsewhere(deployment, gcloud));
    if (moved) say(`the worker is in another place than ${target}, too: what both need stays`);
    const { entries, resources, yaml } = await goingAway(deployment, gcloud, moved);
    if (one === 'worker' && target !== 'job') await sayWhatCallsDo(settings, target, gcloud, say);
    if (yaml !== undefined && plan) planDestroyCluster(settings, { print: say });
    else if (yaml !== undefined)
      changes.push(...(await destroyCluster(settings, yaml, { run: deps.kubectl, print: say })));
    changes.push(...(await applyResources(entries, gcloud, how)));
    changes.push(...(await destroyResources(resources, gcloud, how)));
  }
  const changed = changeCount(changes);
  const cluster = plan && target === 'gke' && components.includes('worker');
  if (changed === 0 && !cluster) say('nothing to remove');
  else if (plan)
    say(
      `${cluster ? 'what has a minus' : `${changed} of these`} would go: add --yes to remove what has a minus`,
    );
  else say(`removed: ${changed}; APIs stay on, for they cost nothing and others may use them`);
  if (options.json === true) {
    const { env, project, region } = settings;
    deps.print(JSON.stringify({ env, project, region, plan, changed, changes }, null, 2));
  }
  return ExitCode.ok;
}

/** Calls may be going on in an execution. */
async function leaveNobodyTalking(
  settings: EnvironmentSettings,
  gcloud: Gcloud,
  { force }: DeployOptions,
  say: (line: string) => void,
): Promise<void> {
  const atWork = await runningExecutions(settings, gcloud);
  if (atWork.length === 0) return;
  if (force !== true) {
    throw askedWrongly(
      atWork.join(', '),
      'is at work, and may have calls',
      'wait for closing time, or add --force: it is cancelled, and hands its calls over within 10 s',
    );
  }
  await cancelRunning(settings, gcloud, say);
}

/** A worker that stays is stopped with its notice, and needs nobody to wait for closing time. */
async function sayWhatCallsDo(
  settings: EnvironmentSettings,
  target: Exclude<Target, 'job'>,
  gcloud: Gcloud,
  say: (line: string) => void,
): Promise<void> {
  if (target === 'gke') {
    const minutes = Math.ceil(GKE.noticeS / 60);
    say(`pods are told by SIGTERM: their calls go on to the end, for up to ${minutes} min`);
  } else if ((await deployedWorker(settings, gcloud, [target])).length > 0)
    say('the worker is told by SIGTERM: it hands its calls over within 10 s');
}

async function goingAway(deployment: Deployment, gcloud: Gcloud, moved: boolean) {
  const { settings, component, target, plugIns, nowMs } = deployment;
  // No calendar wants no entry: all that are there go, but those that start a job that stays.
  const all = component === 'worker' && (!moved || target === 'job');
  const entries = all ? plugIns.schedule([], settings, nowMs).resources : [];
  const resources = await removable(deployment, gcloud, moved);
  const { yaml } = await running(deployment, gcloud);
  return { entries, resources, yaml };
}

/** A deployment that wants nothing: enough to know what there may be. */
function nothingOf(settings: EnvironmentSettings, deps: DeployDeps) {
  const { plugIns } = deps;
  const values: SecretValues = new Map();
  return {
    settings,
    tag: 'none',
    builder: 'cloud' as const,
    values,
    calendars: [],
    nowMs: deps.nowMs(),
    plugIns,
  };
}
