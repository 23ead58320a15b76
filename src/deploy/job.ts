import { JOB } from '../config/deploy-defaults.ts';
import { type Container, type DeployFacts, workerContainer } from './container.ts';
import type { EnvironmentSettings } from './environments.ts';
import { accountEmail } from './names.ts';
import { type RunManifest, runManifest } from './targets/run-manifest.ts';
import { workerLabels } from './targets/staying.ts';

interface Execution {
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
}

/** The job as `gcloud run jobs replace` takes it. */
export type JobManifest = RunManifest<'Job', Execution>;

/**
 * The worker's job. One task at a time: an execution is one shift of one worker, and LiveKit spreads calls over executions. Its retries are
 * explained at `JOB.maxRetries`.
 */
export function renderJob(settings: EnvironmentSettings, facts: DeployFacts): JobManifest {
  return runManifest('Job', settings, {
    name: settings.jobName,
    labels: workerLabels(settings.env),
    instance: {
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
  });
}
