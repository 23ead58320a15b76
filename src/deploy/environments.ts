import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { PLAN } from '../config/defaults.ts';
import { VARIABLES, parseDuration, processEnvironment } from '../config/load.ts';
import { projectRoot } from '../config/paths.ts';
import { type DeployProblem, deployError, sizeProblems } from './limits.ts';

/** The environments there are. */
export const ENVIRONMENT_NAMES = ['dev', 'staging', 'prod'] as const;
/** One of {@link ENVIRONMENT_NAMES}. */
export type EnvironmentName = (typeof ENVIRONMENT_NAMES)[number];

/** What a deployment of one environment is made from. */
export interface EnvironmentSettings {
  readonly env: EnvironmentName;
  /** The worker's ENVIRONMENT. */
  readonly environment: 'development' | 'staging' | 'production';
  /** The project's id. */
  readonly project: string;
  readonly region: string;
  /** Of Artifact Registry. */
  readonly repository: string;
  readonly jobName: string;
  readonly gatewayName: string;
  readonly agentName: string;
  /** The slug of the one clinic, or none for all of the agent name. */
  readonly clinics: readonly string[];
  readonly worker: {
    readonly cpu: number;
    /** `512Mi` or `4Gi`. */
    readonly memory: string;
    readonly maxCalls: number;
    /** A shift that is longer is worked by several executions, one after the other. */
    readonly longestTaskMs: number;
    /** Further variables of the container. */
    readonly variables: Readonly<Record<string, string>>;
    /** Further variables that are secrets, such as TWILIO_AUTH_TOKEN. */
    readonly secrets: readonly string[];
  };
  readonly gateway: {
    readonly cpu: number;
    readonly memory: string;
    readonly minInstances: number;
    readonly maxInstances: number;
    readonly variables: Readonly<Record<string, string>>;
  };
  /** Of the targets that stay: service, worker pool and GKE. */
  readonly scaling: { readonly minInstances: number; readonly maxInstances: number };
  /** Undefined: nobody hears of alerts. */
  readonly alertEmail: string | undefined;
}

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined && ms >= 3_600_000 && ms <= PLAN.longestTaskMs) return ms;
  context.addIssue({ code: 'custom', message: 'must be from 1h to 168h, the longest task of Cloud Run' });
  return z.NEVER;
});
const instances = z.int('must be a whole number').min(0, 'must be 0 or more').max(100, 'must be 100 or less');
const scale = {
  min_instances: instances,
  max_instances: instances.min(1, 'must be 1 or more'),
};
const size = { cpu: z.number('must be a number of CPUs'), memory: z.string('must be written like 1Gi') };
const variableName = z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'must be the name of a variable');
const variables = z.record(variableName, z.string('must be in quotes')).default({});

const schema = z.strictObject({
  environment: z.enum(['development', 'staging', 'production'], {
    message: 'must be development, staging or production',
  }),
  project: z
    .string()
    .regex(
      /^([a-z][a-z0-9-]{4,28}[a-z0-9])?$/,
      "must be a project's id: 6 to 30 lower-case letters, digits and hyphens",
    )
    .default(''),
  region: z.string().regex(/^[a-z]+-[a-z]+\d{1,2}$/, 'must be a region such as us-central1'),
  repository: z
    .string()
    .regex(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 lower-case letters, digits and hyphens'),
  agent_name: VARIABLES.LIVEKIT_AGENT_NAME,
  clinics: z
    .array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, "must be a clinic's slug"))
    .max(1, 'must hold one slug, or none for every clinic of the agent name')
    .default([]),
  worker: z.strictObject({
    ...size,
    max_calls: z.int('must be a whole number').min(1, 'must be 1 or more').max(100, 'must be 100 or less'),
    longest_task: duration.default(24 * 3_600_000),
    variables,
    secrets: z.array(variableName).default([]),
  }),
  gateway: z.strictObject({ ...size, ...scale, variables }),
  scaling: z.strictObject(scale),
  alert_email: z.union([z.literal(''), z.email('must be an e-mail address')]).default(''),
});

/** Variables that stand above the file's. */
const OVERRIDES = {
  project: 'GOOGLE_CLOUD_PROJECT',
  region: 'GOOGLE_CLOUD_REGION',
  repository: 'ARTIFACT_REGISTRY_REPO',
} as const;

/**
 * The settings of an environment, from `deploy/environments.yaml` and the variables that stand above it.
 * @throws OpenhoursError DEPLOY_INVALID naming everything that is wrong.
 */
export function loadEnvironment(
  env: string,
  text: string = readFileSync(join(projectRoot(), 'deploy', 'environments.yaml'), 'utf8'),
  variablesOf: Readonly<Record<string, string | undefined>> = processEnvironment(),
): EnvironmentSettings {
  const name = ENVIRONMENT_NAMES.find((one) => one === env);
  if (name === undefined) {
    throw deployError([
      { where: '--env', problem: `is "${env}"`, remedy: `use ${ENVIRONMENT_NAMES.join(', ')}` },
    ]);
  }
  const parsed = schema.safeParse(withOverrides(sectionOf(text, name), variablesOf));
  if (!parsed.success)
    throw deployError(parsed.error.issues.map((issue) => toProblem(name, issue, variablesOf)));
  const settings = toSettings(name, parsed.data);
  const problems = settingsProblems(settings);
  if (problems.length > 0) throw deployError(problems);
  return settings;
}

function sectionOf(text: string, env: EnvironmentName): unknown {
  let document: unknown;
  try {
    document = parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : 'it cannot be read';
    throw deployError([{ where: 'deploy/environments.yaml', problem: 'is no YAML', remedy: why }]);
  }
  const section = (document as Record<string, unknown> | null)?.[env];
  if (typeof section === 'object' && section !== null) return section;
  throw deployError([
    { where: 'deploy/environments.yaml', problem: `has no ${env}`, remedy: `add it, or restore the file` },
  ]);
}

function withOverrides(section: unknown, from: Readonly<Record<string, string | undefined>>): unknown {
  const entries = Object.entries(OVERRIDES).map(
    ([field, variable]) => [field, from[variable]?.trim()] as const,
  );
  const given = entries.filter(([, value]) => value !== undefined && value !== '');
  return { ...(section as object), ...Object.fromEntries(given) };
}

function toProblem(
  env: EnvironmentName,
  issue: z.core.$ZodIssue,
  from: Readonly<Record<string, string | undefined>>,
): DeployProblem {
  const field = String(issue.path[0] ?? '');
  const variable = field in OVERRIDES ? OVERRIDES[field as keyof typeof OVERRIDES] : undefined;
  const overridden = variable !== undefined && (from[variable]?.trim() ?? '') !== '';
  return {
    where: overridden ? variable : [env, ...issue.path].join('.'),
    problem: issue.message,
    remedy: overridden ? 'set it again, or unset it' : 'correct deploy/environments.yaml',
  };
}

function toSettings(env: EnvironmentName, from: z.infer<typeof schema>): EnvironmentSettings {
  return {
    env,
    environment: from.environment,
    project: from.project,
    region: from.region,
    repository: from.repository,
    jobName: `openhours-worker-${env}`,
    gatewayName: `openhours-gateway-${env}`,
    agentName: from.agent_name,
    clinics: from.clinics,
    worker: {
      cpu: from.worker.cpu,
      memory: from.worker.memory,
      maxCalls: from.worker.max_calls,
      longestTaskMs: from.worker.longest_task,
      variables: from.worker.variables,
      secrets: from.worker.secrets,
    },
    gateway: {
      cpu: from.gateway.cpu,
      memory: from.gateway.memory,
      minInstances: from.gateway.min_instances,
      maxInstances: from.gateway.max_instances,
      variables: from.gateway.variables,
    },
    scaling: { minInstances: from.scaling.min_instances, maxInstances: from.scaling.max_instances },
    alertEmail: from.alert_email === '' ? undefined : from.alert_email,
  };
}

function settingsProblems(settings: EnvironmentSettings): DeployProblem[] {
  const { env, project, worker, gateway, scaling } = settings;
  const wrongScale = (where: string, { minInstances, maxInstances }: EnvironmentSettings['scaling']) =>
    minInstances <= maxInstances
      ? []
      : [
          {
            where: `${env}.${where}.min_instances`,
            problem: `is ${minInstances}, above max_instances`,
            remedy: `lower it to ${maxInstances} or less`,
          },
        ];
  return [
    ...(project === ''
      ? [
          {
            where: `${env}.project`,
            problem: 'is empty',
            remedy: "set GOOGLE_CLOUD_PROJECT, or write the project's id into deploy/environments.yaml",
          },
        ]
      : []),
    ...sizeProblems(`${env}.worker`, worker.cpu, worker.memory),
    ...sizeProblems(`${env}.gateway`, gateway.cpu, gateway.memory),
    ...wrongScale('gateway', gateway),
    ...wrongScale('scaling', scaling),
  ];
}
