import { JOB } from '../../config/deploy-defaults.ts';
import { SERVICE } from '../../config/target-defaults.ts';
import type { DeployFacts } from '../container.ts';
import type { EnvironmentSettings } from '../environments.ts';
import { accountEmail } from '../names.ts';
import type { Resource } from '../resource.ts';
import { type RunManifest, type ServiceInstance, runManifest } from './run-manifest.ts';
import { runResource } from './run-resource.ts';
import {
  type StayingContainer,
  standingWorkers,
  stayingContainer,
  workerLabels,
  workerName,
} from './staying.ts';

/** A service as `gcloud run services replace` takes it. */
export type ServiceManifest = RunManifest<
  'Service',
  ServiceInstance<StayingContainer>,
  { readonly traffic: readonly { readonly latestRevision: true; readonly percent: 100 }[] }
>;

/**
 * The worker as a Cloud Run service. Calls are no requests to Cloud Run, so that its number of instances does not follow them: as many as
 * `min_instances` says run all the time, with their CPU. Only from within the project can it be reached, and nobody is invited to.
 * @throws OpenhoursError DEPLOY_INVALID when there would be no instance.
 */
export function renderService(settings: EnvironmentSettings, facts: DeployFacts): ServiceManifest {
  const instances = standingWorkers(settings, 'service');
  return runManifest('Service', settings, {
    name: workerName(settings),
    labels: workerLabels(settings.env),
    annotations: { 'run.googleapis.com/ingress': 'internal' },
    revision: {
      'autoscaling.knative.dev/minScale': String(instances),
      'autoscaling.knative.dev/maxScale': String(settings.scaling.maxInstances),
      'run.googleapis.com/cpu-throttling': 'false',
      'run.googleapis.com/execution-environment': 'gen2',
      'run.googleapis.com/startup-cpu-boost': 'true',
    },
    instance: {
      serviceAccountName: accountEmail('worker', settings),
      containerConcurrency: SERVICE.concurrency,
      timeoutSeconds: SERVICE.requestTimeoutS,
      containers: [
        {
          ...stayingContainer(settings, facts, { setsPort: true }),
          ports: [{ name: 'http1', containerPort: JOB.port }],
        },
      ],
    },
    rest: { traffic: [{ latestRevision: true, percent: 100 }] },
  });
}

/** The service, with nothing around it: accounts, secrets and images are the same for every target. */
export function serviceResources(settings: EnvironmentSettings, facts: DeployFacts): Resource[] {
  const kind = { kind: 'service', group: ['run', 'services'] };
  return [runResource(kind, renderService(settings, facts), settings.region)];
}
