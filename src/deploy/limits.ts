import { IANAZone } from 'luxon';
import { CLOUD_RUN } from '../config/deploy-defaults.ts';
import { OpenhoursError } from '../errors.ts';

/** One thing that a deployment cannot be made with. */
export interface DeployProblem {
  /** Where: `prod.worker.memory`, a variable, an option. */
  readonly where: string;
  /** What is wrong, as the end of a sentence that begins with `where`. */
  readonly problem: string;
  readonly remedy: string;
}

/** The error for these problems, all at once. */
export function deployError(problems: readonly DeployProblem[]): OpenhoursError {
  const count = problems.length === 1 ? 'one problem' : `${problems.length} problems`;
  const lines = problems.map(({ where, problem, remedy }) => `  ${where} ${problem}: ${remedy}`);
  return new OpenhoursError('DEPLOY_INVALID', `the deployment has ${count}:\n${lines.join('\n')}`, {
    details: { problems },
  });
}

/** `512Mi` or `4Gi` in MiB; undefined for anything else. */
export function memoryMib(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,6})(Mi|Gi)$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  return Number(amount) * (unit === 'Gi' ? 1_024 : 1);
}

/** What Cloud Run would refuse about CPU and memory. gcloud itself checks none of it. */
export function sizeProblems(where: string, cpu: number, memory: string): DeployProblem[] {
  if (!(CLOUD_RUN.cpus as readonly number[]).includes(cpu)) {
    return [
      {
        where: `${where}.cpu`,
        problem: `is ${cpu}, which Cloud Run does not offer`,
        remedy: `choose one of ${CLOUD_RUN.cpus.join(', ')}`,
      },
    ];
  }
  const mib = memoryMib(memory);
  const least = Math.max(CLOUD_RUN.memoryMib.least, CLOUD_RUN.leastMibOf[cpu] ?? 0);
  const most = Math.min(CLOUD_RUN.memoryMib.most, CLOUD_RUN.mostMibOf[cpu] ?? 0);
  if (mib !== undefined && mib >= least && mib <= most) return [];
  return [
    {
      where: `${where}.memory`,
      problem: mib === undefined ? `is ${memory}` : `is ${memory}, which Cloud Run refuses with ${cpu} CPU`,
      remedy: `choose from ${least}Mi to ${most / 1_024}Gi${mib === undefined ? ', written like 512Mi or 4Gi' : '; more CPU allows more'}`,
    },
  ];
}

/** What Cloud Run would refuse about a task timeout. */
export function timeoutProblems(where: string, timeoutS: number): DeployProblem[] {
  if (Number.isInteger(timeoutS) && timeoutS >= 1 && timeoutS <= CLOUD_RUN.longestTaskS) return [];
  return [
    {
      where,
      problem: `is ${timeoutS} s`,
      remedy: `choose whole seconds from 1 to ${CLOUD_RUN.longestTaskS} (168 h)`,
    },
  ];
}

/** What is wrong with a time zone's name. */
export function zoneProblems(where: string, zone: string): DeployProblem[] {
  if (IANAZone.isValidZone(zone)) return [];
  return [
    {
      where,
      problem: `is "${zone}", which is no time zone`,
      remedy: 'use an IANA name such as Asia/Karachi',
    },
  ];
}

const CRON_FIELDS = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  // Cloud Scheduler takes 7 for Sunday, too.
  { name: 'day of the week', from: 0, to: 7 },
] as const;
/** In a leap year. */
const LONGEST_MONTHS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** What is wrong with a cron expression of five fields: out of range, or never due, such as 30 February. gcloud takes both. */
export function cronProblems(where: string, cron: string): DeployProblem[] {
  const fields = cron.trim().split(/\s+/);
  const wrong = (problem: string): DeployProblem[] => [
    { where, problem: `is "${cron}", ${problem}`, remedy: 'use five fields such as "0 9 * * 1-5"' },
  ];
  if (fields.length !== CRON_FIELDS.length) return wrong(`which has ${fields.length} fields and not 5`);
  const values = CRON_FIELDS.map((field, index) => cronValues(fields[index] ?? '', field.from, field.to));
  const bad = CRON_FIELDS.find((_, index) => values[index] === undefined);
  if (bad !== undefined) return wrong(`and the ${bad.name} has to be within ${bad.from}–${bad.to}`);
  const [, , days = [], months = []] = values as number[][];
  // A day of the week that is given makes it due whatever the date.
  const due =
    fields[4] !== '*' || months.some((month) => days.some((day) => day <= (LONGEST_MONTHS[month - 1] ?? 0)));
  return due ? [] : wrong('which is never due');
}

/** The numbers that a field stands for; undefined when it is none. */
function cronValues(field: string, from: number, to: number): number[] | undefined {
  const values: number[] = [];
  for (const part of field.split(',')) {
    const [, star, low, high, step] = /^(?:(\*)|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part) ?? [];
    if (star === undefined && low === undefined) return undefined;
    const first = star === undefined ? Number(low) : from;
    const last = star === undefined ? Number(high ?? (step === undefined ? low : to)) : to;
    const by = step === undefined ? 1 : Number(step);
    if (first < from || last > to || first > last || by < 1) return undefined;
    for (let value = first; value <= last; value += by) values.push(value);
  }
  return values;
}
