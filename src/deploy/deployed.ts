import { OpenhoursError } from '../errors.ts';
import type { EnvironmentSettings } from './environments.ts';
import type { Gcloud } from './gcloud.ts';
import type { Component } from './image.ts';
import type { Target } from './target.ts';
import type { RunKind } from './targets/run-resource.ts';
import { workerName } from './targets/staying.ts';

/** Where on Cloud Run a worker can be. A cluster is asked by kubectl: `targets/cluster-worker.ts`. */
export const RUN_TARGETS = ['job', 'service', 'worker-pool'] as const satisfies readonly Target[];
/** One of {@link RUN_TARGETS}. */
export type RunTarget = (typeof RUN_TARGETS)[number];

const KINDS: Readonly<Record<RunTarget, RunKind>> = {
  job: { kind: 'job', group: ['run', 'jobs'] },
  service: { kind: 'service', group: ['run', 'services'] },
  'worker-pool': { kind: 'worker pool', group: ['beta', 'run', 'worker-pools'] },
};

/** What `describe` prints of a job, a service or a worker pool, as far as it is looked at. */
export interface DescribedManifest {
  readonly metadata?: {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: {
    readonly template?: {
      readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
      readonly spec?: unknown;
    };
  };
  readonly status?: {
    readonly url?: string;
    readonly conditions?: readonly { type?: string; status?: string; message?: string; reason?: string }[];
  };
}

/** Something of ours that Cloud Run has. */
export interface Deployed extends RunKind {
  readonly component: Component;
  /** The gateway is a service. */
  readonly target: RunTarget;
  readonly name: string;
  readonly image: string | undefined;
  /** How many stay; undefined for a job. */
  readonly instances: { readonly least: number; readonly most: number } | undefined;
  /** Of a service. */
  readonly url: string | undefined;
  /** Why Cloud Run cannot run it as it was told to. */
  readonly problem: string | undefined;
  readonly manifest: DescribedManifest;
}

type Settings = Pick<EnvironmentSettings, 'env' | 'jobName' | 'gatewayName' | 'region'>;

/** Where on Cloud Run the environment's worker is: it may be in several places while it moves from one target to another. */
export async function deployedWorker(
  settings: Settings,
  gcloud: Gcloud,
  targets: readonly RunTarget[] = RUN_TARGETS,
): Promise<Deployed[]> {
  const found = await Promise.all(
    targets.map((target) => {
      const name = target === 'job' ? settings.jobName : workerName(settings);
      // Who has only a job need not have the newest gcloud: without the command there is no worker pool that it has made.
      return targets.length > 1 && target === 'worker-pool'
        ? describe('worker', target, name, settings, gcloud).catch(withoutCommand)
        : describe('worker', target, name, settings, gcloud);
    }),
  );
  return found.filter((one) => one !== undefined);
}

/** The environment's gateway, where there is one. */
export function deployedGateway(settings: Settings, gcloud: Gcloud): Promise<Deployed | undefined> {
  return describe('gateway', 'service', settings.gatewayName, settings, gcloud);
}

/** The error for a component that is nowhere, or not where it was looked for. */
export function notDeployed(
  { env, project, region }: Pick<EnvironmentSettings, 'env' | 'project' | 'region'>,
  component: Component,
  target?: Target,
): OpenhoursError {
  const what =
    component === 'gateway' ? 'the gateway' : target === undefined ? 'a worker' : `a worker as ${target}`;
  const where = target === 'gke' ? 'the cluster that kubectl points to' : `${project}, ${region}`;
  const apply = [
    `openhours deploy apply --env ${env}`,
    ...(component === 'gateway' ? ['--component gateway'] : []),
    ...(target === undefined || target === 'job' ? [] : [`--target ${target}`]),
  ].join(' ');
  const cluster =
    component === 'worker' && target === undefined
      ? `; \`openhours deploy status --env ${env} --target gke\` looks into a cluster`
      : '';
  return new OpenhoursError(
    'CLOUD_NOT_FOUND',
    `${what} of ${env} is not in ${where}: deploy it with \`${apply}\`${cluster}`,
  );
}

async function describe(
  component: Component,
  target: RunTarget,
  name: string,
  { region }: Settings,
  gcloud: Gcloud,
): Promise<Deployed | undefined> {
  const { kind, group } = KINDS[target];
  const found = await gcloud.find([...group, 'describe', name, `--region=${region}`]);
  if (found === undefined) return undefined;
  const manifest = found as DescribedManifest;
  const ready = manifest.status?.conditions?.find(({ type }) => type === 'Ready');
  return {
    ...{ component, target, kind, group, name, manifest },
    image: imageIn(manifest.spec),
    instances: instancesOf(target, manifest),
    url: manifest.status?.url,
    problem: ready?.status === 'False' ? (ready.message ?? ready.reason ?? 'it is not ready') : undefined,
  };
}

/** The first image that a manifest names. */
function imageIn(value: unknown): string | undefined {
  return /"image":"([^"]+)"/.exec(JSON.stringify(value ?? null))?.[1];
}

function instancesOf(target: RunTarget, { metadata, spec }: DescribedManifest): Deployed['instances'] {
  if (target === 'job') return undefined;
  if (target === 'worker-pool') {
    const count = Number(metadata?.annotations?.['run.googleapis.com/manualInstanceCount'] ?? 0);
    return { least: count, most: count };
  }
  const scale = spec?.template?.metadata?.annotations ?? {};
  const least = Number(scale['autoscaling.knative.dev/minScale'] ?? 0);
  return { least, most: Number(scale['autoscaling.knative.dev/maxScale'] ?? least) };
}

function withoutCommand(error: unknown): undefined {
  if (error instanceof OpenhoursError && /Invalid choice|command group installed/.test(error.message)) return;
  throw error;
}
