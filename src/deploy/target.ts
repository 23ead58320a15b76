import type { EnvironmentSettings } from './environments.ts';
import { renderJob } from './job.ts';
import type { Resource } from './resource.ts';
import { gkeResources, gkeYaml } from './targets/gke.ts';
import { runResource } from './targets/run-resource.ts';
import { serviceResources } from './targets/service.ts';
import type { TargetFacts } from './targets/staying.ts';
import { workerPoolResources } from './targets/worker-pool.ts';

/** Where a worker can run. */
export const TARGETS = ['job', 'worker-pool', 'service', 'gke'] as const;
/** One of {@link TARGETS}. */
export type Target = (typeof TARGETS)[number];

/**
 * What the worker's target consists of, beside what all of them need: APIs, accounts, secrets, images. A GKE cluster's own objects are in
 * {@link targetYaml}.
 * @throws OpenhoursError DEPLOY_INVALID where nothing would ever run.
 */
export function targetResources(
  target: Target,
  settings: EnvironmentSettings,
  facts: TargetFacts,
): Resource[] {
  switch (target) {
    case 'job':
      return [
        runResource({ kind: 'job', group: ['run', 'jobs'] }, renderJob(settings, facts), settings.region),
      ];
    case 'worker-pool':
      return workerPoolResources(settings, facts);
    case 'service':
      return serviceResources(settings, facts);
    case 'gke':
      return gkeResources(settings);
    default:
      return target satisfies never;
  }
}

/** What a cluster is given by kubectl; undefined where the target needs none. */
export function targetYaml(
  target: Target,
  settings: EnvironmentSettings,
  facts: TargetFacts,
): string | undefined {
  return target === 'gke' ? gkeYaml(settings, facts) : undefined;
}

/** The Google API that the target needs. */
export function targetApi(target: Target): string {
  return target === 'gke' ? 'container.googleapis.com' : 'run.googleapis.com';
}
