import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { calendarProblems } from '../clinic/calendar-problems.ts';
import { readClinicFile } from '../clinic/clinic-file.ts';
import { findClinics } from '../clinic/clinics.ts';
import { openDatabase } from '../clinic/database.ts';
import type { Calendar } from '../clinic/hours.ts';
import type { EnvironmentSettings } from './environments.ts';
import { type DeployProblem, deployError } from './limits.ts';
import type { SecretValues } from './secret-values.ts';

/**
 * The calendars that the worker of an environment works: of a clinic's file, so that a plan needs no database, or of the environment's database.
 * @throws OpenhoursError DEPLOY_INVALID when there is none that can be worked; CLINIC_FILE_INVALID, and those of the database.
 */
export async function calendarsOf(
  { env, agentName, clinics: [slug] }: EnvironmentSettings,
  { clinicFile, values }: { readonly clinicFile?: string; readonly values: SecretValues },
): Promise<readonly Calendar[]> {
  if (clinicFile !== undefined) {
    const clinic = readClinicFile(parse(await readFile(clinicFile, 'utf8')));
    const closures = clinic.closures.map((closure) => ({ ...closure, reason: closure.reason ?? '' }));
    return checked([{ ...clinic, closures }], env);
  }
  const [url, serviceRoleKey] = [values.get('SUPABASE_URL'), values.get('SUPABASE_SERVICE_ROLE_KEY')];
  if (url === undefined || serviceRoleKey === undefined) {
    throw deployError([
      problem('the calendar', 'cannot be read: SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY are not known'),
    ]);
  }
  const found = await findClinics(openDatabase({ url, serviceRoleKey }), agentName, slug);
  if (found.length > 0) return checked(found, env);
  const which = slug === undefined ? '' : ` and the slug ${slug}`;
  throw deployError([
    problem(`${env}.agent_name`, `is ${agentName}, and no clinic in the database has it${which}`),
  ]);
}

const problem = (where: string, what: string): DeployProblem => ({
  where,
  problem: what,
  remedy: 'set the clinic up with `openhours clinic apply`, or name its file with --clinic-file',
});

function checked<One extends Parameters<typeof calendarProblems>[0] & Calendar>(
  found: readonly One[],
  env: string,
): readonly Calendar[] {
  const problems = found.flatMap((calendar) =>
    calendarProblems(calendar).map((one) => ({
      where: `${env}: the calendar of ${calendar.slug}`,
      problem: one.problem,
      remedy: one.remedy,
    })),
  );
  if (problems.length > 0) throw deployError(problems);
  return found;
}
