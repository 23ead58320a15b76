import { JOB } from '../config/deploy-defaults.ts';
import type { EnvironmentSettings } from './environments.ts';
import { secretName } from './names.ts';

/** What is known only once images are built and secrets stored. */
export interface DeployFacts {
  /** With its tag. */
  readonly image: string;
  /** Variable → number of the version that is used, such as `3`. */
  readonly secretVersions: Readonly<Record<string, string>>;
  /** Of the job: the longest shift of the next weeks, with start and winding down. */
  readonly taskTimeoutS: number;
  /** SHIFT_EARLY: how long before opening an execution is started and waits, such as `6m`. Absent: however early. */
  readonly shiftEarly?: string;
}

/** A variable of a container, plain or from Secret Manager, in the form of Cloud Run's YAML. */
export type ContainerVariable =
  | { readonly name: string; readonly value: string }
  | {
      readonly name: string;
      /** `key` is the version. */
      readonly valueFrom: { readonly secretKeyRef: { readonly name: string; readonly key: string } };
    };

/** A probe by HTTP. */
export interface ContainerProbe {
  readonly httpGet: { readonly path: string; readonly port: number };
  readonly periodSeconds: number;
  readonly timeoutSeconds: number;
  readonly failureThreshold: number;
}

/** A container as Cloud Run's YAML has it; targets add ports and probes of their own. */
export interface Container {
  readonly image: string;
  readonly env: readonly ContainerVariable[];
  readonly resources: { readonly limits: { readonly cpu: string; readonly memory: string } };
  readonly startupProbe: ContainerProbe;
}

/** The worker's variables that come from Secret Manager; with LIVEKIT_AGENT_NAME and ENVIRONMENT the nine that it cannot do without. */
export const WORKER_SECRETS = [
  'LIVEKIT_URL',
  'LIVEKIT_API_KEY',
  'LIVEKIT_API_SECRET',
  'SUPABASE_URL',
  'SUPABASE_SERVICE_ROLE_KEY',
  'OPENAI_API_KEY',
  'DEEPGRAM_API_KEY',
] as const;

/** All of the worker's secrets: the seven, and those that the settings add. */
export function workerSecrets({ worker }: Pick<EnvironmentSettings, 'worker'>): readonly string[] {
  return [...new Set<string>([...WORKER_SECRETS, ...worker.secrets])];
}

/** What the container needs to know about the place it runs in. */
export interface Surroundings {
  /** The platform ends the task after TASK_TIMEOUT_S, and each execution is started shortly before opening. */
  readonly task: boolean;
  /** The platform sets PORT itself and refuses it among the variables. */
  readonly setsPort: boolean;
}

/** The worker's container, the same for job, service, worker pool and GKE. */
export function workerContainer(
  settings: EnvironmentSettings,
  facts: DeployFacts,
  { task, setsPort }: Surroundings = { task: true, setsPort: false },
): Container {
  const { worker, clinics } = settings;
  const plain: Record<string, string> = {
    ENVIRONMENT: settings.environment,
    LIVEKIT_AGENT_NAME: settings.agentName,
    MAX_CALLS: String(worker.maxCalls),
    GOOGLE_CLOUD_PROJECT: settings.project,
    // Started ahead of opening, the worker waits for it instead of leaving.
    SHIFT_EARLY: facts.shiftEarly ?? 'true',
    ...(clinics[0] === undefined ? {} : { CLINIC: clinics[0] }),
    ...(task ? { TASK_TIMEOUT_S: String(facts.taskTimeoutS) } : {}),
    ...(setsPort ? {} : { PORT: String(JOB.port) }),
    ...worker.variables,
  };
  return {
    image: facts.image,
    env: [...plainVariables(plain), ...secretVariables(workerSecrets(settings), settings, facts)],
    resources: { limits: { cpu: String(worker.cpu), memory: worker.memory } },
    startupProbe: startupProbe(),
  };
}

/** Plain variables, by name. */
export function plainVariables(values: Readonly<Record<string, string>>): ContainerVariable[] {
  return Object.entries(values)
    .map(([name, value]) => ({ name, value }))
    .toSorted((one, other) => (one.name < other.name ? -1 : 1));
}

/** Variables that are read from Secret Manager when the container starts, each from a version that does not change under it. */
export function secretVariables(
  variables: readonly string[],
  settings: Pick<EnvironmentSettings, 'env'>,
  { secretVersions }: Pick<DeployFacts, 'secretVersions'>,
): ContainerVariable[] {
  return variables.toSorted().map((name) => ({
    name,
    valueFrom: {
      secretKeyRef: { name: secretName(name, settings), key: secretVersions[name] ?? '1' },
    },
  }));
}

/** `/health` is up as soon as the process is; whether it takes calls is `/ready`. */
export function startupProbe(path = '/health'): ContainerProbe {
  return {
    httpGet: { path, port: JOB.port },
    periodSeconds: JOB.probe.periodS,
    timeoutSeconds: JOB.probe.timeoutS,
    failureThreshold: JOB.probe.tries,
  };
}
