import { STAYING } from '../../config/target-defaults.ts';
import {
  type Container,
  type ContainerProbe,
  type DeployFacts,
  plainVariables,
  workerContainer,
} from '../container.ts';
import type { EnvironmentSettings } from '../environments.ts';
import { deployError } from '../limits.ts';
import { ownLabels } from '../resource.ts';
import type { Calendar } from '../../clinic/hours.ts';

/** What a target is made from, beside the settings. */
export interface TargetFacts extends DeployFacts {
  /** Of the clinics that are worked; undefined or none where they are not known. Only GKE follows them. */
  readonly calendars?: readonly Calendar[];
}

/** A container of a worker that stays: not started for a shift, but kept. */
export interface StayingContainer extends Container {
  readonly name: 'worker';
  readonly livenessProbe: ContainerProbe;
}

/** What such a worker runs with: outside hours, and while another one has its seat, it waits instead of leaving. */
const PATIENCE = { SHIFT_EARLY: 'true', SEAT_WAIT: 'true' } as const;

/**
 * The worker's container on a target where it stays.
 * @param setsPort The platform sets PORT itself.
 */
export function stayingContainer(
  settings: EnvironmentSettings,
  facts: DeployFacts,
  { setsPort, variables = {} }: { setsPort: boolean; variables?: Readonly<Record<string, string>> },
): StayingContainer {
  const container = workerContainer(settings, facts, { task: false, setsPort });
  const plain: Record<string, string> = {};
  for (const variable of container.env) if ('value' in variable) plain[variable.name] = variable.value;
  const values = { ...plain, ...PATIENCE, ...variables, ...settings.worker.variables };
  return {
    ...container,
    name: 'worker',
    env: [...plainVariables(values), ...container.env.filter((variable) => 'valueFrom' in variable)],
    livenessProbe: {
      httpGet: container.startupProbe.httpGet,
      periodSeconds: STAYING.liveness.periodS,
      timeoutSeconds: STAYING.liveness.timeoutS,
      failureThreshold: STAYING.liveness.tries,
    },
  };
}

/** Labels of a worker's resources. */
export function workerLabels(env: string): Readonly<Record<string, string>> {
  return { ...ownLabels(env), 'openhours-component': 'worker' };
}

/** `openhours-worker-dev`, as the job: each kind of Cloud Run's has its own names. */
export function workerName({ env }: Pick<EnvironmentSettings, 'env'>): string {
  return `openhours-worker-${env}`;
}

/**
 * How many workers there are while nobody says otherwise.
 * @throws OpenhoursError DEPLOY_INVALID where there would be none to answer a call.
 */
export function standingWorkers({ env, scaling }: EnvironmentSettings, target: string): number {
  if (scaling.minInstances >= 1) return scaling.minInstances;
  throw deployError([
    {
      where: `${env}.scaling.min_instances`,
      problem: `is 0, and a ${target} without an instance answers no call`,
      remedy: 'set it to 1 or more, or use the target job, which runs during office hours only',
    },
  ]);
}
