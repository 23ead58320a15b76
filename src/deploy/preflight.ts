import { REGIONS } from '../config/deploy-defaults.ts';
import { ExitCode, type OpenhoursError, isOpenhoursError } from '../errors.ts';
import type { EnvironmentSettings } from './environments.ts';
import type { Gcloud } from './gcloud.ts';
import { refusalIn } from './gcloud-errors.ts';
import { type DeployProblem, deployError } from './limits.ts';
import { type AskPermissions, missingRoles } from './permissions.ts';

/** What is asked before anything is changed. */
export interface PreflightDeps {
  readonly gcloud: Gcloud;
  /** @throws OpenhoursError GCLOUD_MISSING. */
  readonly version: () => Promise<unknown>;
  readonly askPermissions: AskPermissions;
}

/**
 * The problems of what was asked for, as far as they can be known without the project: each part that throws DEPLOY_INVALID or GCLOUD_MISSING gives
 * its own, so that one run names them all.
 */
export async function gatherProblems<Parts extends readonly (() => unknown)[]>(
  ...parts: Parts
): Promise<{
  problems: DeployProblem[];
  values: { [Index in keyof Parts]?: Awaited<ReturnType<Parts[Index]>> };
}> {
  const problems: DeployProblem[] = [];
  const values: unknown[] = [];
  for (const [index, part] of parts.entries()) {
    try {
      values[index] = await part();
    } catch (error) {
      problems.push(...problemsIn(error));
    }
  }
  return { problems, values: values as { [Index in keyof Parts]?: Awaited<ReturnType<Parts[Index]>> } };
}

function problemsIn(error: unknown): DeployProblem[] {
  if (isOpenhoursError(error, 'DEPLOY_INVALID') && Array.isArray(error.details['problems']))
    return error.details['problems'] as DeployProblem[];
  // What the caller can correct; a service that is down is no problem of the request.
  if (!isOpenhoursError(error) || error.kind.exit !== ExitCode.config) throw error;
  const [problem = '', remedy = error.kind.remedy] = error.message.split(/: (.*)/s);
  return [{ where: `${error.code}:`, problem, remedy }];
}

/**
 * What is wrong with the project as it is: it is not there or not ours, the region is none, roles are missing.
 * @throws OpenhoursError CLOUD_REFUSED when nobody is logged in, CLOUD_BUSY when Google does not answer.
 */
export async function projectProblems(
  settings: EnvironmentSettings,
  { gcloud, askPermissions }: Pick<PreflightDeps, 'gcloud' | 'askPermissions'>,
): Promise<DeployProblem[]> {
  const project = await projectProblem(settings, gcloud);
  if (project !== undefined) return [project];
  const [region, roles] = await Promise.all([
    regionProblem(settings, gcloud),
    roleProblems(settings, askPermissions),
  ]);
  return [...(region === undefined ? [] : [region]), ...roles];
}

async function projectProblem(
  { env, project }: EnvironmentSettings,
  gcloud: Gcloud,
): Promise<DeployProblem | undefined> {
  const problem = (what: string): DeployProblem => ({
    where: `${env}.project`,
    problem: what,
    remedy:
      'set GOOGLE_CLOUD_PROJECT to an id that `gcloud projects list` shows, or ask for the role roles/browser',
  });
  try {
    const found = (await gcloud.find(['projects', 'describe', project])) as
      { lifecycleState?: string } | undefined;
    if (found === undefined) return problem(`is ${project}, which is not there`);
    const state = found.lifecycleState ?? 'ACTIVE';
    return state === 'ACTIVE' ? undefined : problem(`is ${project}, which is being deleted`);
  } catch (error) {
    if (refusalIn(error) !== 'forbidden') throw error;
    return problem(`is ${project}, which is not there, or not for whoever is logged in`);
  }
}

async function regionProblem(
  { env, region }: EnvironmentSettings,
  gcloud: Gcloud,
): Promise<DeployProblem | undefined> {
  if (REGIONS.includes(region)) return undefined;
  const known = await regionsOf(gcloud);
  if (known.includes(region)) return undefined;
  const near = REGIONS.filter((one) => one.split('-')[0] === region.split('-')[0]);
  return {
    where: `${env}.region`,
    problem: `is ${region}, which Cloud Run does not have`,
    remedy: `choose one, such as ${near.slice(0, 3).join(', ') || 'us-central1'}; \`gcloud run regions list\` has all of them`,
  };
}

async function regionsOf(gcloud: Gcloud): Promise<string[]> {
  try {
    const found = ((await gcloud.find(['run', 'regions', 'list'])) ?? []) as { locationId?: string }[];
    return found.map(({ locationId }) => locationId ?? '');
  } catch (error) {
    // Not to be known from here: what is not in our own list is refused.
    if (refusalIn(error) !== undefined) return [];
    throw error;
  }
}

async function roleProblems(
  { project }: EnvironmentSettings,
  askPermissions: AskPermissions,
): Promise<DeployProblem[]> {
  const has = await askPermissions(missingRoles(new Set()).flatMap(({ permissions }) => permissions));
  if (has === undefined) return [];
  return missingRoles(has).map(({ role, permissions }) => ({
    where: role,
    problem: `is missing (${permissions.join(', ')})`,
    remedy: `have an owner run: gcloud projects add-iam-policy-binding ${project} --member=user:YOU --role=${role}`,
  }));
}

/** @throws OpenhoursError DEPLOY_INVALID when there is a problem. */
export function refuse(problems: readonly DeployProblem[]): void {
  if (problems.length > 0) throw deployError(problems);
}

/** Something that was asked for and cannot be. */
export function askedWrongly(where: string, problem: string, remedy: string): OpenhoursError {
  return deployError([{ where, problem, remedy }]);
}
