import { GKE } from '../../config/target-defaults.ts';
import { OpenhoursError } from '../../errors.ts';
import type { EnvironmentSettings } from '../environments.ts';
import { GKE_NAME, namespaceOf } from './gke.ts';
import { type RunKubectl, checkContext, kubectlFailed } from './kubectl.ts';

/** One pod of the worker. */
export interface WorkerPod {
  readonly name: string;
  /** `ready`, `ending`, or why it is neither: `Pending`, `ImagePullBackOff`. */
  readonly state: string;
  readonly startedAt: string | undefined;
  readonly restarts: number;
}

/** The worker's Deployment in a cluster, and its pods. */
export interface ClusterWorker {
  readonly context: string;
  readonly namespace: string;
  readonly name: string;
  /** What the Deployment calls the worker's container. */
  readonly container: string;
  readonly image: string | undefined;
  /** Pods that are wanted now; none outside hours. */
  readonly wanted: number;
  readonly pods: readonly WorkerPod[];
}

interface KubernetesItem {
  readonly kind?: string;
  readonly metadata?: { readonly name?: string; readonly deletionTimestamp?: string };
  readonly spec?: {
    readonly replicas?: number;
    readonly template?: { readonly spec?: { readonly containers?: { name?: string; image?: string }[] } };
  };
  readonly status?: {
    readonly phase?: string;
    readonly startTime?: string;
    readonly containerStatuses?: readonly {
      readonly ready?: boolean;
      readonly restartCount?: number;
      readonly state?: { readonly waiting?: { readonly reason?: string } };
    }[];
  };
}

/**
 * Asks the cluster that kubectl points to; undefined where it has no worker of the environment.
 * @throws OpenhoursError DEPLOY_INVALID when kubectl points to none of the project's clusters, CLOUD_FAILED when the cluster did not answer.
 */
export async function findInCluster(
  settings: EnvironmentSettings,
  run: RunKubectl,
): Promise<ClusterWorker | undefined> {
  const context = await checkContext(settings, { run });
  const namespace = namespaceOf(settings);
  const place = [`--namespace=${namespace}`, `--selector=app.kubernetes.io/name=${GKE_NAME}`];
  const { stdout } = await kubectl(['get', 'deployments,pods', ...place, '--output=json'], run);
  const items = itemsIn(stdout);
  const deployment = items.find(({ kind }) => kind === 'Deployment');
  if (deployment === undefined) return undefined;
  const container = deployment.spec?.template?.spec?.containers?.[0];
  return {
    context,
    namespace,
    name: deployment.metadata?.name ?? GKE_NAME,
    container: container?.name ?? '',
    image: container?.image,
    wanted: deployment.spec?.replicas ?? 0,
    pods: items.filter(({ kind }) => kind === 'Pod').map(toPod),
  };
}

/**
 * Has the Deployment run another image; Kubernetes starts new pods before it ends the old ones.
 * @throws OpenhoursError CLOUD_FAILED for what the cluster refused.
 */
export async function setClusterImage(
  { namespace, name, container }: ClusterWorker,
  image: string,
  run: RunKubectl,
): Promise<void> {
  const place = [`--namespace=${namespace}`, '--field-manager=openhours'];
  await kubectl(['set', 'image', `deployment/${name}`, `${container}=${image}`, ...place], run);
}

async function kubectl(args: readonly string[], run: RunKubectl) {
  const finished = await run(args, { limitMs: GKE.kubectlMs });
  if (finished.code !== 0) throw kubectlFailed(args, finished.stderr);
  return finished;
}

function itemsIn(text: string): readonly KubernetesItem[] {
  try {
    return (JSON.parse(text) as { items?: KubernetesItem[] }).items ?? [];
  } catch (cause) {
    throw new OpenhoursError('CLOUD_FAILED', 'kubectl get printed no JSON', { cause });
  }
}

function toPod({ metadata, status = {} }: KubernetesItem): WorkerPod {
  const container = status.containerStatuses?.[0];
  const state =
    metadata?.deletionTimestamp !== undefined
      ? 'ending'
      : container?.ready === true
        ? 'ready'
        : (container?.state?.waiting?.reason ?? status.phase ?? 'unknown');
  return {
    name: metadata?.name ?? '',
    state,
    startedAt: status.startTime,
    restarts: container?.restartCount ?? 0,
  };
}
