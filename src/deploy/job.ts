import { JOB } from '../config/deploy-defaults.ts';
import { type Container, type DeployFacts, workerContainer } from './container.ts';
import type { EnvironmentSettings } from './environments.ts';
import { accountEmail } from './names.ts';
import { ownLabels } from './resource.ts';

/** The job as `gcloud run jobs replace` takes it. */
export interface JobManifest {
  readonly apiVersion: 'run.googleapis.com/v1';
  readonly kind: 'Job';
  readonly metadata: { readonly name: string; readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly template: {
      readonly metadata: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly parallelism: 1;
        readonly taskCount: 1;
        readonly template: {
          readonly spec: {
            readonly maxRetries: number;
            /** Seconds, as text: a 64-bit number in Google's API. */
            readonly timeoutSeconds: string;
            readonly serviceAccountName: string;
            readonly containers: readonly [Container];
          };
        };
      };
    };
  };
}

/**
 * The worker's job. One task at a time: an execution is one shift of one worker, and LiveKit spreads calls over executions. Its retries are
 * explained at `JOB.maxRetries`.
 */
export function renderJob(settings: EnvironmentSettings, facts: DeployFacts): JobManifest {
  const labels = { ...ownLabels(settings.env), 'openhours-component': 'worker' };
  return {
    apiVersion: 'run.googleapis.com/v1',
    kind: 'Job',
    metadata: {
      name: settings.jobName,
      // Where gcloud looks for the region of a manifest.
      labels: { ...labels, 'cloud.googleapis.com/location': settings.region },
    },
    spec: {
      template: {
        metadata: { labels },
        spec: {
          parallelism: 1,
          taskCount: 1,
          template: {
            spec: {
              maxRetries: JOB.maxRetries,
              timeoutSeconds: String(facts.taskTimeoutS),
              serviceAccountName: accountEmail('worker', settings),
              containers: [workerContainer(settings, facts)],
            },
          },
        },
      },
    },
  };
}
