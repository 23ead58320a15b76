import { readFile } from 'node:fs/promises';
import { changeLines, diffClinics } from '../clinic/clinic-diff.ts';
import {
  type ApplyResult,
  type ClinicDocument,
  type SectionCounts,
  applyClinicDocument,
  findClinicDocument,
} from '../clinic/clinic-document.ts';
import { clinicWarnings, readClinicFile, toClinicFile } from '../clinic/clinic-file.ts';
import { openDatabase } from '../clinic/database.ts';
import { loadClinicsConfig } from '../config/database.ts';
import { ExitCode, OpenhoursError, isOpenhoursError } from '../errors.ts';
import { type ParsedYaml, parseYaml, writeYaml } from './clinic-yaml.ts';

/** What the clinic's commands need; tests pass their own. */
export interface ClinicDeps {
  readonly readText: (file: string) => Promise<string>;
  readonly parse: (text: string) => ParsedYaml;
  readonly write: (value: unknown) => string;
  readonly find: (slug: string) => Promise<ClinicDocument | null>;
  readonly apply: (clinic: ClinicDocument) => Promise<ApplyResult>;
  /** The name under which this environment's worker answers. */
  readonly agentName: string;
  readonly print: (line: string) => void;
  /** A line on stderr. */
  readonly warn: (line: string) => void;
}

/**
 * The files and the database of the environment's variables.
 * @throws OpenhoursError CONFIG_INVALID, as `loadClinicsConfig` does.
 */
export function clinicDeps(): ClinicDeps {
  const config = loadClinicsConfig();
  const db = openDatabase(config.supabase);
  return {
    readText: (file) => readFile(file, 'utf8'),
    parse: parseYaml,
    write: writeYaml,
    find: (slug) => findClinicDocument(db, slug),
    apply: (clinic) => applyClinicDocument(db, clinic),
    agentName: config.agentName,
    print: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
  };
}

/**
 * Makes a clinic what the file says: shows what changes, and then changes it in one transaction; with `dryRun` it only shows. A second run
 * changes nothing. With `json` one document: `{clinic, dryRun, changes, warnings, result}`, where `result` is null unless something was applied.
 * @throws OpenhoursError CLINIC_FILE_INVALID with every problem of the file, and those of the database.
 */
export async function applyClinic(
  file: string,
  options: { dryRun?: boolean; json?: boolean },
  deps: ClinicDeps,
): Promise<ExitCode> {
  const clinic = await readClinic(file, deps);
  const before = await deps.find(clinic.slug);
  const changes = diffClinics(before, clinic);
  const warnings = warningsOf(clinic, deps.agentName);
  const dryRun = options.dryRun === true;
  const [print, tell] = options.json === true ? [() => undefined, deps.warn] : [deps.print, deps.warn];
  for (const warning of warnings) tell(`warning: ${warning}`);
  if (changes.length === 0) print(`${clinic.slug} is as the file says: nothing to change`);
  else
    print(
      [before === null ? `${clinic.slug} is new` : clinic.slug, ...indented(changeLines(changes))].join('\n'),
    );
  const result = dryRun || changes.length === 0 ? null : await applied(clinic, deps);
  if (dryRun && changes.length > 0) print('nothing was changed: run it again without --dry-run');
  if (result !== null) print(resultLines(clinic.slug, result).join('\n'));
  if (options.json === true) {
    deps.print(JSON.stringify({ clinic: clinic.slug, dryRun, changes, warnings, result }, null, 2));
  }
  return ExitCode.ok;
}

/**
 * Prints a clinic as a file that `clinic apply` takes: YAML, or with `json` the same as JSON.
 * @returns 78 when there is no such clinic.
 * @throws OpenhoursError of the database.
 */
export async function exportClinic(
  slug: string,
  options: { json?: boolean },
  { find, write, print, warn }: ClinicDeps,
): Promise<ExitCode> {
  const clinic = await find(slug);
  if (clinic === null) {
    warn(`openhours: there is no clinic ${JSON.stringify(slug)}: check the slug, and SUPABASE_URL`);
    return ExitCode.config;
  }
  const file = toClinicFile(clinic);
  print(options.json === true ? JSON.stringify(file, null, 2) : write(file).trimEnd());
  return ExitCode.ok;
}

async function readClinic(file: string, { readText, parse }: ClinicDeps): Promise<ClinicDocument> {
  const text = await readText(file).catch((cause: unknown) => {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it is no text';
    throw new OpenhoursError('CLINIC_FILE_INVALID', `${file} cannot be read (${why}): check the path`, {
      cause,
    });
  });
  const { value, lineOf } = parse(text);
  return readClinicFile(value, lineOf);
}

function warningsOf(clinic: ClinicDocument, agentName: string): string[] {
  if (clinic.agent_name === agentName) return clinicWarnings(clinic);
  const other = `agent_name is ${clinic.agent_name}, and LIVEKIT_AGENT_NAME is ${agentName}: this worker does not answer for the clinic`;
  return [...clinicWarnings(clinic), other];
}

/** What only the database can know is said in its own words. */
async function applied(clinic: ClinicDocument, { apply }: ClinicDeps): Promise<ApplyResult> {
  try {
    return await apply(clinic);
  } catch (error) {
    const hint = isOpenhoursError(error, 'CLINIC_FILE_INVALID') ? error.details['hint'] : undefined;
    if (typeof hint !== 'string') throw error;
    throw new OpenhoursError('CLINIC_FILE_INVALID', `nothing was changed. ${hint}`, { cause: error });
  }
}

function resultLines(slug: string, { created, changed, counts, deactivated }: ApplyResult): string[] {
  const sections = Object.entries(counts).flatMap(([section, of]) => {
    const parts = countText(of);
    return parts === '' ? [] : [`${section}: ${parts}`];
  });
  return [
    changed ? `${slug} was ${created ? 'set up' : 'changed'}` : `${slug} was so already: nothing was changed`,
    ...indented(sections),
    ...deactivated.map(
      ({ kind, name, upcoming }) =>
        `${kind} ${name} has appointments, and was deactivated instead of removed${upcoming === 0 ? '' : `: ${upcoming} to come still stand`}`,
    ),
  ];
}

function countText(counts: SectionCounts): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);
