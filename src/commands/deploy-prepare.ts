import type { Calendar } from '../clinic/hours.ts';
import { type Deployment, secretsOf } from '../deploy/deployment.ts';
import type { EnvironmentSettings } from '../deploy/environments.ts';
import type { Gcloud } from '../deploy/gcloud.ts';
import { refusalIn } from '../deploy/gcloud-errors.ts';
import { COMPONENTS, type Component, tagProblem } from '../deploy/image.ts';
import type { DeployProblem } from '../deploy/limits.ts';
import { askedWrongly, gatherProblems, projectProblems, refuse } from '../deploy/preflight.ts';
import { type SecretSources, type SecretValues, secretValues } from '../deploy/secret-values.ts';
import { storedSecrets } from '../deploy/secrets.ts';
import { TARGETS, type Target } from '../deploy/target.ts';
import type { DeployDeps } from './deploy-deps.ts';
import type { DeployOptions } from './deploy.ts';

/** What was asked for by its names. @throws OpenhoursError DEPLOY_INVALID. */
export function chosen(options: DeployOptions, deps: DeployDeps) {
  const component = COMPONENTS.find((one) => one === (options.component ?? 'worker'));
  if (component === undefined)
    throw askedWrongly('--component', `is "${options.component}"`, `use ${COMPONENTS.join(' or ')}`);
  const target = TARGETS.find((one) => one === (options.target ?? 'job'));
  if (target === undefined)
    throw askedWrongly('--target', `is "${options.target}"`, `use ${TARGETS.join(', ')}`);
  return { component, target, settings: deps.settings(options.env) };
}

/**
 * Everything that is checked before anything is changed, all problems at once.
 * @throws OpenhoursError DEPLOY_INVALID with all of them; CLOUD_* where the project cannot be asked.
 */
export async function prepare(
  options: DeployOptions,
  deps: DeployDeps,
): Promise<{ deployment: Deployment; gcloud: Gcloud }> {
  const asked = await gatherProblems(
    () => chosen(options, deps),
    () => deps.gcloudVersion(),
    () => options.tag ?? deps.sourceTag(),
    () => sources(options, deps),
  );
  const problems = asked.problems;
  const [chose, version, tag = '', from] = asked.values;
  if (tag !== '' && tagProblem(tag) !== undefined)
    problems.push({
      where: '--tag',
      problem: `is "${tag}"`,
      remedy: 'use letters, digits, ".", "_" and "-"',
    });
  if (chose === undefined || version === undefined || from === undefined) {
    // Without a project nothing can be asked; what is wrong with the secrets is known all the same.
    if (chose !== undefined && from !== undefined)
      problems.push(...secretValues(secretsOf(chose.component, chose.settings), from).problems);
    refuse(problems);
    throw new Error('unreachable: what is missing is among the problems');
  }
  const { settings, component, target } = chose;
  const gcloud = deps.gcloud(settings.project);
  const project = await projectProblems(settings, {
    gcloud,
    askPermissions: deps.askPermissions(settings.project),
  });
  problems.push(...project);
  const secrets = await valuesFor(chose, from, gcloud, project);
  problems.push(...secrets.problems);
  const planned = { component, target, settings, values: secrets.known };
  const calendars = await gatherProblems(() => calendarsFor(planned, options, deps));
  problems.push(...calendars.problems);
  refuse(problems);
  return {
    gcloud,
    deployment: {
      ...{
        settings,
        component,
        target,
        tag,
        values: secrets.values,
        nowMs: deps.nowMs(),
        plugIns: deps.plugIns,
      },
      builder: options.local === true ? 'local' : 'cloud',
      calendars: calendars.values[0] ?? [],
    },
  };
}

async function sources(
  { secretsFile }: DeployOptions,
  { environment, readText }: DeployDeps,
): Promise<SecretSources> {
  if (secretsFile === undefined) return { environment };
  try {
    return { environment, file: { name: secretsFile, text: await readText(secretsFile) } };
  } catch {
    throw askedWrongly('--secrets-file', `is ${secretsFile}, which cannot be read`, 'check the path');
  }
}

/** What is given, and what is known with what is stored: a value that is stored already need not be given again. */
async function valuesFor(
  { component, settings }: { component: Component; settings: EnvironmentSettings },
  from: SecretSources,
  gcloud: Gcloud,
  project: readonly DeployProblem[],
): Promise<{ values: SecretValues; known: SecretValues; problems: DeployProblem[] }> {
  const variables = secretsOf(component, settings);
  const stored = new Map<string, string>();
  try {
    for (const [variable, { latest }] of await storedSecrets(gcloud, variables, settings))
      if (latest !== undefined) stored.set(variable, latest.value);
  } catch (error) {
    // The role that is missing is among the problems already.
    if (project.length === 0 || refusalIn(error) === undefined) throw error;
  }
  const { values, problems } = secretValues(variables, from, new Set(stored.keys()));
  return { values, problems, known: new Map([...stored, ...values]) };
}

/** Only a job, and pods that follow the clock, are made from the calendar. */
async function calendarsFor(
  planned: { component: Component; target: Target; settings: EnvironmentSettings; values: SecretValues },
  { clinicFile }: DeployOptions,
  deps: DeployDeps,
): Promise<readonly Calendar[]> {
  const { component, target, settings, values } = planned;
  if (component === 'gateway' || target === 'service' || target === 'worker-pool') return [];
  if (clinicFile === undefined && values.get('SUPABASE_URL') === undefined) return [];
  return deps.calendars(settings, { values, ...(clinicFile === undefined ? {} : { clinicFile }) });
}
