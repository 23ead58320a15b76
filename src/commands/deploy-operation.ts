import type { EnvironmentSettings } from '../deploy/environments.ts';
import {
  type Deployed,
  RUN_TARGETS,
  deployedGateway,
  deployedWorker,
  notDeployed,
} from '../deploy/deployed.ts';
import type { Gcloud } from '../deploy/gcloud.ts';
import { COMPONENTS, type Component } from '../deploy/image.ts';
import { askedWrongly } from '../deploy/preflight.ts';
import { TARGETS, type Target } from '../deploy/target.ts';
import { type ClusterWorker, findInCluster } from '../deploy/targets/cluster-worker.ts';
import type { DeployDeps } from './deploy-deps.ts';

/** Options of the commands that operate what is deployed. */
export interface OperateOptions {
  readonly env: string;
  readonly component?: string;
  /** Where the worker runs; left out for wherever it is found on Cloud Run. */
  readonly target?: string;
  readonly json?: boolean;
}

/** What such a command works with. */
export interface Operation {
  readonly settings: EnvironmentSettings;
  readonly component: Component;
  readonly target: Target | undefined;
  readonly gcloud: Gcloud;
  readonly say: (line: string) => void;
}

/** Checks what was asked for, and that gcloud is there. @throws OpenhoursError DEPLOY_INVALID, GCLOUD_MISSING. */
export async function begin(options: OperateOptions, deps: DeployDeps): Promise<Operation> {
  const { component, target } = chosenPart(options);
  const settings = deps.settings(options.env);
  await deps.gcloudVersion();
  const say = options.json === true ? deps.warn : deps.print;
  return { settings, component, target, gcloud: deps.gcloud(settings.project), say };
}

/** Component and target by their names. @throws OpenhoursError DEPLOY_INVALID for a name that is none. */
export function chosenPart(options: Pick<OperateOptions, 'component' | 'target'>): {
  component: Component;
  target: Target | undefined;
} {
  const component = COMPONENTS.find((one) => one === (options.component ?? 'worker'));
  if (component === undefined)
    throw askedWrongly('--component', `is "${options.component}"`, `use ${COMPONENTS.join(' or ')}`);
  const target = TARGETS.find((one) => one === options.target);
  if (options.target !== undefined && target === undefined)
    throw askedWrongly('--target', `is "${options.target}"`, `use ${TARGETS.join(', ')}`);
  if (target !== undefined && component === 'gateway')
    throw askedWrongly('--target', `is "${target}"`, 'leave it out: the gateway is always a service');
  return { component, target };
}

/** What was found of the component: on Cloud Run, and in the cluster where `--target gke` asks for it. */
export interface Found {
  readonly onRun: readonly Deployed[];
  readonly inCluster: ClusterWorker | undefined;
}

/** Looks where the options say. Nothing found is an answer, too. */
export async function find(
  { settings, component, target, gcloud }: Operation,
  deps: Pick<DeployDeps, 'kubectl'>,
): Promise<Found> {
  if (component === 'gateway') {
    const gateway = await deployedGateway(settings, gcloud);
    return { onRun: gateway === undefined ? [] : [gateway], inCluster: undefined };
  }
  if (target === 'gke') return { onRun: [], inCluster: await findInCluster(settings, deps.kubectl) };
  const targets = target === undefined ? RUN_TARGETS : [target];
  return { onRun: await deployedWorker(settings, gcloud, targets), inCluster: undefined };
}

/** The same. @throws OpenhoursError CLOUD_NOT_FOUND where there is nothing. */
export async function findSome(operation: Operation, deps: Pick<DeployDeps, 'kubectl'>): Promise<Found> {
  const found = await find(operation, deps);
  if (found.onRun.length > 0 || found.inCluster !== undefined) return found;
  throw notDeployed(operation.settings, operation.component, operation.target);
}
