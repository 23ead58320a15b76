import type { DeployFacts } from '../container.ts';
import type { EnvironmentSettings } from '../environments.ts';
import { accountEmail } from '../names.ts';
import type { Resource } from '../resource.ts';
import { type RunManifest, runManifest } from './run-manifest.ts';
import { runResource } from './run-resource.ts';
import {
  type StayingContainer,
  standingWorkers,
  stayingContainer,
  workerLabels,
  workerName,
} from './staying.ts';

/** A worker pool as `gcloud beta run worker-pools replace` takes it. */
export type WorkerPoolManifest = RunManifest<
  'WorkerPool',
  { readonly serviceAccountName: string; readonly containers: readonly [StayingContainer] },
  { readonly instanceSplits: readonly { readonly latestRevision: true; readonly percent: 100 }[] }
>;

/**
 * The worker as a Cloud Run worker pool: instances without an address that are there until somebody changes their number.
 * @throws OpenhoursError DEPLOY_INVALID when there would be no instance.
 */
export function renderWorkerPool(settings: EnvironmentSettings, facts: DeployFacts): WorkerPoolManifest {
  const instances = standingWorkers(settings, 'worker pool');
  return runManifest('WorkerPool', settings, {
    name: workerName(settings),
    labels: workerLabels(settings.env),
    annotations: {
      'run.googleapis.com/scalingMode': 'manual',
      'run.googleapis.com/manualInstanceCount': String(instances),
    },
    instance: {
      serviceAccountName: accountEmail('worker', settings),
      containers: [stayingContainer(settings, facts, { setsPort: false })],
    },
    rest: { instanceSplits: [{ latestRevision: true, percent: 100 }] },
  });
}

/** The worker pool, with nothing around it. */
export function workerPoolResources(settings: EnvironmentSettings, facts: DeployFacts): Resource[] {
  const kind = { kind: 'worker pool', group: ['beta', 'run', 'worker-pools'] };
  return [runResource(kind, renderWorkerPool(settings, facts), settings.region)];
}
