import type { DeployFacts } from '../container.ts';
import type { EnvironmentSettings } from '../environments.ts';
import { accountEmail } from '../names.ts';
import type { Resource } from '../resource.ts';
import { type RunManifest, runResource } from './run-resource.ts';
import {
  type StayingContainer,
  standingWorkers,
  stayingContainer,
  workerLabels,
  workerName,
} from './staying.ts';

/** A worker pool as `gcloud beta run worker-pools replace` takes it. */
export interface WorkerPoolManifest extends RunManifest {
  readonly apiVersion: 'run.googleapis.com/v1';
  readonly kind: 'WorkerPool';
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly serviceAccountName: string;
        readonly containers: readonly [StayingContainer];
      };
    };
    readonly instanceSplits: readonly { readonly latestRevision: true; readonly percent: 100 }[];
  };
}

/**
 * The worker as a Cloud Run worker pool: instances without an address that are there until somebody changes their number. The region stands
 * in a label, for `replace` takes none as an argument.
 * @throws OpenhoursError DEPLOY_INVALID when there would be no instance.
 */
export function renderWorkerPool(settings: EnvironmentSettings, facts: DeployFacts): WorkerPoolManifest {
  const labels = workerLabels(settings.env);
  const instances = standingWorkers(settings, 'worker pool');
  return {
    apiVersion: 'run.googleapis.com/v1',
    kind: 'WorkerPool',
    metadata: {
      name: workerName(settings),
      labels: { ...labels, 'cloud.googleapis.com/location': settings.region },
      annotations: {
        'run.googleapis.com/scalingMode': 'manual',
        'run.googleapis.com/manualInstanceCount': String(instances),
      },
    },
    spec: {
      template: {
        metadata: { labels },
        spec: {
          serviceAccountName: accountEmail('worker', settings),
          containers: [stayingContainer(settings, facts, { setsPort: false })],
        },
      },
      instanceSplits: [{ latestRevision: true, percent: 100 }],
    },
  };
}

/** The worker pool, with nothing around it. */
export function workerPoolResources(settings: EnvironmentSettings, facts: DeployFacts): Resource[] {
  const kind = { kind: 'worker pool', group: ['beta', 'run', 'worker-pools'] };
  return [runResource(kind, renderWorkerPool(settings, facts), settings.region)];
}
