import { openDatabase } from '../clinic/database.ts';
import type { ClinicId, PatientId } from '../clinic/ids.ts';
import { type FoundPatient, type PatientQuery, searchPatients } from '../clinic/patient-search.ts';
import { type ErasureCounts, Privacy } from '../clinic/privacy.ts';
import { loadDatabaseConfig } from '../config/database.ts';
import { ExitCode, isOpenhoursError } from '../errors.ts';

/** What the patient's commands need; tests pass their own. */
export interface PatientDeps {
  readonly search: (
    clinic: string,
    query: PatientQuery,
  ) => Promise<{ clinic_id: ClinicId; patients: FoundPatient[] } | undefined>;
  readonly privacy: Pick<Privacy, 'exportPatient' | 'erasePatient'>;
  /** Lines on stdout, in one piece. */
  readonly print: (line: string) => void;
  /** A line on stderr. */
  readonly warn: (line: string) => void;
}

/** Who is meant, as the options say it. */
export interface PatientOptions {
  clinic: string;
  patient?: string;
  name?: string;
  born?: string;
  json?: boolean;
  yes?: boolean;
}

/**
 * The database of the environment's variables.
 * @throws OpenhoursError CONFIG_INVALID, as `loadDatabaseConfig` does.
 */
export function patientDeps(): PatientDeps {
  const db = openDatabase(loadDatabaseConfig().supabase);
  return {
    search: (clinic, query) => searchPatients(db, clinic, query),
    privacy: new Privacy(db),
    print: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
  };
}

/**
 * Prints everything held of one patient: a list of what there is, or with `json` the whole document.
 * @returns 78 when it is not exactly one patient.
 * @throws OpenhoursError of the database.
 */
export async function exportPatient(options: PatientOptions, deps: PatientDeps): Promise<ExitCode> {
  const one = await findOne(options, deps);
  if (one === undefined) return ExitCode.config;
  const held = await deps.privacy.exportPatient(one.clinicId, one.patient.patient_id);
  if (options.json === true) deps.print(JSON.stringify(held, null, 2));
  else {
    const sections = Object.entries(held).filter(([, rows]) => Array.isArray(rows));
    deps.print(
      [
        describe(one.patient),
        ...sections.map(([section, rows]) => `  ${section}: ${(rows as unknown[]).length}`),
        'The whole document: --json',
      ].join('\n'),
    );
  }
  return ExitCode.ok;
}

/**
 * Takes one patient out of the data, which cannot be undone; without `yes` it only says who that would be.
 * @returns 78 when it is not exactly one patient, or without `yes`; 69 while they are on the line.
 * @throws OpenhoursError of the database.
 */
export async function erasePatient(options: PatientOptions, deps: PatientDeps): Promise<ExitCode> {
  const one = await findOne(options, deps);
  if (one === undefined) return ExitCode.config;
  if (options.yes !== true) {
    deps.warn(
      `${describe(one.patient)}\nNothing was changed. Erasing cannot be undone, and cancels appointments to come: add --yes`,
    );
    return ExitCode.config;
  }
  const counts = await erased(one.clinicId, one.patient.patient_id, deps);
  if (counts === undefined) {
    deps.warn('openhours: nothing was changed: the patient is in a call just now. Try again when it is over');
    return ExitCode.unavailable;
  }
  deps.print(options.json === true ? JSON.stringify(counts, null, 2) : countLines(counts).join('\n'));
  return ExitCode.ok;
}

/** Says on stderr why it is not exactly one. */
async function findOne(
  options: PatientOptions,
  { search, warn }: PatientDeps,
): Promise<{ clinicId: ClinicId; patient: FoundPatient } | undefined> {
  const query = queryOf(options);
  if (typeof query === 'string') {
    warn(`openhours: ${query}`);
    return undefined;
  }
  const found = await search(options.clinic, query);
  if (found === undefined) {
    warn(`openhours: there is no clinic ${JSON.stringify(options.clinic)}: check the slug, and SUPABASE_URL`);
    return undefined;
  }
  const [patient, ...others] = found.patients;
  if (patient === undefined) {
    warn('openhours: the clinic has no such patient');
    return undefined;
  }
  if (others.length > 0) {
    warn(
      [
        'openhours: several patients are called so: name one with --patient',
        ...found.patients.map(describe),
      ].join('\n'),
    );
    return undefined;
  }
  return { clinicId: found.clinic_id, patient };
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** What to look for, or what is wrong with the options. */
function queryOf({ patient, name, born }: PatientOptions): PatientQuery | string {
  if (patient !== undefined) {
    if (name !== undefined || born !== undefined) return 'give --patient, or --name and --born, not both';
    return UUID.test(patient) ? { id: patient } : '--patient must be the id of a patient, a UUID';
  }
  if (name === undefined || born === undefined) return 'say who: --patient <id>, or --name and --born';
  if (!isDate(born)) return '--born must be a date such as 1990-05-03';
  return { name, born };
}

function isDate(text: string): boolean {
  const at = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

async function erased(
  clinicId: ClinicId,
  patientId: PatientId,
  { privacy }: PatientDeps,
): Promise<ErasureCounts | undefined> {
  try {
    return await privacy.erasePatient(clinicId, patientId);
  } catch (error) {
    if (isOpenhoursError(error, 'STATE_INVALID')) return undefined;
    throw error;
  }
}

function describe({ patient_id, full_name, date_of_birth, erased_at }: FoundPatient): string {
  if (erased_at !== null) return `${patient_id}  erased on ${erased_at.slice(0, 10)}`;
  return `${patient_id}  ${full_name}, born ${date_of_birth ?? 'on a date that is not known'}`;
}

function countLines({ mentions, ...counts }: ErasureCounts): string[] {
  const lines = (of: Record<string, number>, where = '') =>
    Object.entries(of)
      .filter(([, rows]) => rows > 0)
      .map(([table, rows]) => `  ${table}${where}: ${rows}`);
  const changed = [...lines(counts), ...lines(mentions, ', in what others said')];
  return changed.length === 0 ? ['nothing was left to erase'] : ['erased; rows changed:', ...changed];
}
