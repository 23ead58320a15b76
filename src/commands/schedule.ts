import { readFile } from 'node:fs/promises';
import { calendarProblems } from '../clinic/calendar-problems.ts';
import { readClinicFile } from '../clinic/clinic-file.ts';
import { findClinics } from '../clinic/clinics.ts';
import { openDatabase } from '../clinic/database.ts';
import { type DatabaseConfig, loadDatabaseConfig } from '../config/database.ts';
import { SCHEDULE } from '../config/deploy-defaults.ts';
import { type Environment, parseDuration, processEnvironment } from '../config/load.ts';
import { applyResources, changeCount } from '../deploy/apply.ts';
import { type EnvironmentSettings, loadEnvironment } from '../deploy/environments.ts';
import type { Gcloud } from '../deploy/gcloud.ts';
import { gcloudDeps, gcloudVersion, makeGcloud } from '../deploy/gcloud-process.ts';
import { dayLines, entryTable, weekChart } from '../deploy/schedule-chart.ts';
import { type NamedCalendar, type PlanDay, planDays } from '../deploy/schedule-days.ts';
import { runAddress, scheduleResources } from '../deploy/schedule-resources.ts';
import { type Schedule, planSchedule } from '../deploy/schedule.ts';
import { ExitCode, OpenhoursError, isOpenhoursError } from '../errors.ts';
import { parseYaml } from './clinic-yaml.ts';

/** What the command line says. */
export interface ScheduleOptions {
  readonly env: string;
  /** The clinic's file, in place of the database. */
  readonly clinicFile?: string;
  /** How long before an opening, such as `5m`; `0` starts at the opening itself. */
  readonly lead?: string;
  readonly json?: boolean;
}

/** What the schedule's commands need; tests pass their own. */
export interface ScheduleDeps {
  /** @throws OpenhoursError DEPLOY_INVALID. */
  readonly settings: (env: string) => EnvironmentSettings;
  readonly readText: (file: string) => Promise<string>;
  /** The clinics of the database that the environment's variables open. */
  readonly clinics: (settings: EnvironmentSettings) => Promise<NamedCalendar[]>;
  /** @throws OpenhoursError GCLOUD_MISSING. */
  readonly gcloud: (project: string) => Promise<Gcloud>;
  readonly nowMs: () => number;
  readonly print: (line: string) => void;
  readonly warn: (line: string) => void;
}

/** What a project is called in a plan that is made without one. */
const NO_PROJECT = 'your-project';

/**
 * The files, the database and the gcloud of this machine.
 * @param plan A plan touches nothing, and needs no project.
 */
export function scheduleDeps(plan: boolean): ScheduleDeps {
  const variables = processEnvironment();
  const project = variables['GOOGLE_CLOUD_PROJECT'];
  return {
    settings: (env) => {
      if (!plan || (project !== undefined && project !== ''))
        return loadEnvironment(env, undefined, variables);
      return loadEnvironment(env, undefined, { ...variables, GOOGLE_CLOUD_PROJECT: NO_PROJECT });
    },
    readText: (file) => readFile(file, 'utf8'),
    clinics: async ({ agentName, clinics: [slug] }) =>
      await findClinics(openDatabase(databaseAsked(variables).supabase), agentName, slug),
    gcloud: async (of) => {
      await gcloudVersion(gcloudDeps(undefined));
      return makeGcloud(gcloudDeps(of));
    },
    nowMs: () => Date.now(),
    print: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
  };
}

/** A calendar has two places to come from, and only one of them needs variables. */
function databaseAsked(variables: Environment): DatabaseConfig {
  try {
    return loadDatabaseConfig(variables);
  } catch (error) {
    if (!isOpenhoursError(error, 'CONFIG_INVALID')) throw error;
    const ways = 'The hours of a clinic that is in no database yet: --clinic-file examples/clinic.yaml';
    throw new OpenhoursError('CONFIG_INVALID', `${error.message}\n${ways}`, { cause: error });
  }
}

/**
 * Shows what starts the worker: the entries, the usual week, and the next 14 days. Touches nothing, and asks nobody but the database.
 * @throws OpenhoursError DEPLOY_INVALID, CONFIG_INVALID, CALENDAR_INVALID, CLINIC_FILE_INVALID, CLINIC_UNKNOWN, and those of the database.
 */
export async function showSchedule(options: ScheduleOptions, deps: ScheduleDeps): Promise<ExitCode> {
  const { settings, calendars, schedule, nowMs } = await readSchedule(options, deps);
  const days = planDays(calendars, schedule, nowMs, SCHEDULE.shownDays);
  if (options.json === true) deps.print(JSON.stringify(planJson(settings, schedule, days), null, 2));
  else deps.print(planText(settings, calendars, schedule, days, nowMs).join('\n'));
  return ExitCode.ok;
}

/**
 * Makes Cloud Scheduler have these entries and no others of this environment; a second time nothing changes.
 * @throws OpenhoursError as {@link showSchedule}, and those of gcloud.
 */
export async function applySchedule(options: ScheduleOptions, deps: ScheduleDeps): Promise<ExitCode> {
  const { settings, schedule } = await readSchedule(options, deps);
  const gcloud = await deps.gcloud(settings.project);
  const json = options.json === true;
  const resources = scheduleResources(schedule.entries, settings);
  const changes = await applyResources(resources, gcloud, {
    plan: false,
    print: json ? () => undefined : deps.print,
  });
  const count = changeCount(changes);
  if (json) deps.print(JSON.stringify({ env: settings.env, changes }, null, 2));
  else deps.print(count === 0 ? 'the schedule is as it should be: nothing to change' : `${count} changed`);
  if (!json) deps.print(jobLine(settings, schedule));
  return ExitCode.ok;
}

async function readSchedule(options: ScheduleOptions, deps: ScheduleDeps) {
  const settings = deps.settings(options.env);
  const nowMs = deps.nowMs();
  const calendars = await readCalendars(options, settings, deps);
  const schedule = planSchedule(calendars, {
    env: settings.env,
    nowMs,
    longestTaskMs: settings.worker.longestTaskMs,
    ...(options.lead === undefined ? {} : { leadMs: leadOf(options.lead) }),
  });
  return { settings, calendars, schedule, nowMs };
}

/** `5m`; `0` and `0m` are no lead at all. */
function leadOf(text: string): number {
  return /^0+[hms]?$/.test(text) ? 0 : (parseDuration(text) ?? Number.NaN);
}

/**
 * The calendars that the environment's worker works, by slug; one that cannot be worked is said and left out, as the worker does.
 * @throws OpenhoursError CLINIC_UNKNOWN when there is no clinic, CALENDAR_INVALID when none is left.
 */
export async function readCalendars(
  { clinicFile }: Pick<ScheduleOptions, 'clinicFile'>,
  settings: EnvironmentSettings,
  { readText, clinics, warn }: Pick<ScheduleDeps, 'readText' | 'clinics' | 'warn'>,
): Promise<NamedCalendar[]> {
  const found: NamedCalendar[] =
    clinicFile === undefined ? await clinics(settings) : [await calendarOfFile(clinicFile, readText)];
  if (found.length === 0) {
    throw new OpenhoursError(
      'CLINIC_UNKNOWN',
      `no clinic of the database has the agent name ${settings.agentName}: check agent_name of ${settings.env} in deploy/environments.yaml, or name a clinic's file with --clinic-file`,
    );
  }
  const problems = found.map((calendar) => calendarProblems(calendar));
  for (const { problem, remedy } of problems.flat()) warn(`warning: ${problem}. ${remedy}`);
  const sound = found.filter((_, index) => problems[index]?.length === 0);
  if (sound.length > 0) return sound.toSorted((one, other) => (one.slug < other.slug ? -1 : 1));
  throw new OpenhoursError(
    'CALENDAR_INVALID',
    `no clinic has hours that can be worked:\n${problems
      .flat()
      .map(({ problem, remedy }) => `  ${problem}: ${remedy}`)
      .join('\n')}`,
  );
}

async function calendarOfFile(
  file: string,
  readText: (file: string) => Promise<string>,
): Promise<NamedCalendar> {
  const text = await readText(file).catch((cause: unknown) => {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it is no text';
    throw new OpenhoursError('CLINIC_FILE_INVALID', `${file} cannot be read (${why}): check the path`, {
      cause,
    });
  });
  const { value, lineOf } = parseYaml(text);
  const { slug, name, time_zone, hours, closures } = readClinicFile(value, lineOf);
  return {
    slug,
    name,
    time_zone,
    hours,
    closures: closures.map((closure) => ({ ...closure, reason: closure.reason ?? '' })),
  };
}

function planText(
  settings: EnvironmentSettings,
  calendars: readonly NamedCalendar[],
  schedule: Schedule,
  days: readonly PlanDay[],
  nowMs: number,
): string[] {
  const { entries, rules } = schedule;
  const lead =
    rules.leadMs === 0
      ? 'at the opening'
      : `${rules.leadMs / 60_000} min before the opening, and wait for it`;
  return [
    `${settings.jobName} works for ${calendars.map(({ slug }) => slug).join(', ')}. Starts come ${schedule.always ? 'at fixed times: it never closes' : lead}.`,
    jobLine(settings, schedule),
    '',
    ...(entries.length === 0
      ? ['No entry: nothing opens in the coming year']
      : [`Each entry posts to ${runAddress(settings)}`, ...entryTable(entries)]),
    '',
    ...weekChart(calendars, schedule, nowMs),
    '',
    `The next ${days.length} days`,
    ...dayLines(days),
  ];
}

function jobLine({ jobName }: EnvironmentSettings, { taskTimeoutS, shiftEarly }: Schedule): string {
  return `${jobName} needs a task timeout of ${taskTimeoutS} s (${duration(taskTimeoutS)}), TASK_TIMEOUT_S=${taskTimeoutS} and SHIFT_EARLY=${shiftEarly}: \`openhours deploy apply\` sets them.`;
}

function duration(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor((seconds % 3_600) / 60)];
  return `${hours} h ${minutes} min ${Math.round(seconds % 60)} s`;
}

function planJson(settings: EnvironmentSettings, schedule: Schedule, days: readonly PlanDay[]) {
  const { entries, taskTimeoutS, shiftEarly, rules, always } = schedule;
  return {
    env: settings.env,
    job: settings.jobName,
    address: runAddress(settings),
    leadMinutes: rules.leadMs / 60_000,
    neverCloses: always,
    taskTimeoutS,
    shiftEarly,
    entries,
    days,
  };
}
