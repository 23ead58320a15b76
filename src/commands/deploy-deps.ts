import { readFile } from 'node:fs/promises';
import { findClinics } from '../clinic/clinics.ts';
import { openDatabase } from '../clinic/database.ts';
import type { Calendar } from '../clinic/hours.ts';
import { processEnvironment } from '../config/load.ts';
import { type EnvironmentSettings, loadEnvironment } from '../deploy/environments.ts';
import type { Gcloud } from '../deploy/gcloud.ts';
import { gcloudDeps, gcloudVersion, makeGcloud, runProgram } from '../deploy/gcloud-process.ts';
import { sourceTag } from '../deploy/image.ts';
import { monitoringResources } from '../deploy/monitoring/monitoring.ts';
import { type AskPermissions, permissionsAsker } from '../deploy/permissions.ts';
import type { PlugIns } from '../deploy/plug-ins.ts';
import { deploySchedule } from '../deploy/schedule-resources.ts';
import { askedWrongly } from '../deploy/preflight.ts';
import type { SecretValues } from '../deploy/secret-values.ts';
import type { RunKubectl } from '../deploy/targets/kubectl.ts';
import { readCalendars } from './schedule.ts';

/** What the commands of deploying need; tests pass their own. */
export interface DeployDeps {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly settings: (env: string) => EnvironmentSettings;
  /** @throws OpenhoursError GCLOUD_MISSING. */
  readonly gcloudVersion: () => Promise<number>;
  readonly gcloud: (project: string) => Gcloud;
  readonly askPermissions: (project: string) => AskPermissions;
  /** @throws OpenhoursError DEPLOY_INVALID. */
  readonly sourceTag: () => Promise<string>;
  readonly readText: (file: string) => Promise<string>;
  /** Of the clinics that the worker serves: of a clinic's file, or else of the database that these values open. */
  readonly calendars: (
    settings: EnvironmentSettings,
    from: { readonly clinicFile?: string; readonly values: SecretValues },
  ) => Promise<readonly Calendar[]>;
  readonly plugIns: PlugIns;
  readonly kubectl: RunKubectl;
  readonly nowMs: () => number;
  /** Lines on stdout, in one piece. */
  readonly print: (line: string) => void;
  /** A line on stderr. */
  readonly warn: (line: string) => void;
}

/** This machine's gcloud, git and files, and the clock. */
export function deployDeps(): DeployDeps {
  return {
    environment: processEnvironment(),
    settings: (env) => loadEnvironment(env),
    gcloudVersion: () => gcloudVersion(gcloudDeps(undefined)),
    gcloud: (project) => makeGcloud(gcloudDeps(project)),
    askPermissions: (project) => permissionsAsker(gcloudDeps(project)),
    sourceTag: () => sourceTag(runProgram),
    readText: (file) => readFile(file, 'utf8'),
    calendars: (settings, { clinicFile, values }) =>
      readCalendars(clinicFile === undefined ? {} : { clinicFile }, settings, {
        readText: (file) => readFile(file, 'utf8'),
        clinics: ({ agentName, clinics: [slug] }) => findClinics(databaseOf(values), agentName, slug),
        warn: (line) => process.stderr.write(`${line}\n`),
      }),
    plugIns: {
      schedule: (calendars, settings, nowMs) => deploySchedule(calendars, settings, nowMs),
      monitoring: monitoringResources,
    },
    kubectl: (args, options) => runProgram('kubectl', args, options),
    nowMs: () => Date.now(),
    print: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
  };
}

/** The database that the values of the environment open. */
function databaseOf(values: SecretValues) {
  const [url, serviceRoleKey] = [values.get('SUPABASE_URL'), values.get('SUPABASE_SERVICE_ROLE_KEY')];
  if (url !== undefined && serviceRoleKey !== undefined) return openDatabase({ url, serviceRoleKey });
  throw askedWrongly(
    'the calendar',
    'cannot be read: SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY are not known',
    "set both, or name a clinic's file with --clinic-file",
  );
}
