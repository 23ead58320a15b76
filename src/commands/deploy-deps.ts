import { readFile } from 'node:fs/promises';
import type { Calendar } from '../clinic/hours.ts';
import { processEnvironment } from '../config/load.ts';
import { calendarsOf } from '../deploy/calendars.ts';
import { type EnvironmentSettings, loadEnvironment } from '../deploy/environments.ts';
import type { Gcloud } from '../deploy/gcloud.ts';
import { gcloudDeps, gcloudVersion, makeGcloud, runProgram } from '../deploy/gcloud-process.ts';
import { sourceTag } from '../deploy/image.ts';
import { type AskPermissions, permissionsAsker } from '../deploy/permissions.ts';
import { type PlugIns, taskTimeoutS } from '../deploy/plug-ins.ts';
import type { SecretValues } from '../deploy/secret-values.ts';
import type { RunKubectl } from '../deploy/targets/kubectl.ts';

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
    calendars: calendarsOf,
    plugIns: {
      schedule: (calendars, settings, nowMs) => ({
        taskTimeoutS: taskTimeoutS(calendars, settings, nowMs),
        resources: [],
      }),
      monitoring: () => [],
    },
    kubectl: (args, options) => runProgram('kubectl', args, options),
    nowMs: () => Date.now(),
    print: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
  };
}
