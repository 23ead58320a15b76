import { DateTime } from 'luxon';
import { type ClinicProfile, findClinics } from '../clinic/clinics.ts';
import { openDatabase } from '../clinic/database.ts';
import { nextClockTime } from '../clinic/hours.ts';
import { toE164 } from '../clinic/phone.ts';
import { type NewTask, Tasks } from '../clinic/tasks.ts';
import { DIALLING } from '../config/desk-defaults.ts';
import { loadConfig } from '../config/load.ts';
import { ExitCode, OpenhoursError } from '../errors.ts';

/** The options as they were typed. */
export interface CallOptions {
  to: string;
  clinic?: string;
  kind?: string;
  note?: string;
  priority?: string;
  at?: string;
  json?: boolean;
}

/** What the command needs; tests pass their own. */
export interface CallDeps {
  readonly clinics: () => Promise<readonly ClinicProfile[]>;
  readonly add: Tasks['add'];
  /** Whether this environment's worker would make the call. */
  readonly hasTrunk: boolean;
  readonly nowMs: () => number;
  readonly print: (line: string) => void;
  /** A line on stderr. */
  readonly warn: (line: string) => void;
}

/**
 * The database of the environment's variables.
 * @throws OpenhoursError CONFIG_INVALID, as `loadConfig` does.
 */
export function callDeps(): CallDeps {
  const config = loadConfig();
  const db = openDatabase(config.supabase);
  const tasks = new Tasks(db);
  return {
    clinics: () => findClinics(db, config.livekit.agentName, config.clinic),
    add: (task) => tasks.add(task),
    hasTrunk: config.outboundTrunkId !== undefined,
    nowMs: Date.now,
    print: (line) => process.stdout.write(`${line}\n`),
    warn: (line) => process.stderr.write(`${line}\n`),
  };
}

const KINDS = ['callback', 'reminder', 'call'] as const;

/**
 * Puts in a call to make: a worker with an outbound trunk makes it as soon as it has room, in the clinic's hours. With `json` one document:
 * `{task_id, created, clinic, to, kind, earliest}`.
 * @throws OpenhoursError INPUT_INVALID for options that cannot be, CLINIC_UNKNOWN, and those of the database.
 */
export async function putInCall(options: CallOptions, deps: CallDeps): Promise<ExitCode> {
  const clinic = clinicOf(await deps.clinics(), options.clinic);
  const task = readTask(options, clinic, deps.nowMs());
  const { task_id, created } = await deps.add(task);
  const { toNumber: to, kind } = task;
  const earliest = task.earliestAt?.toISOString() ?? null;
  if (options.json === true) {
    deps.print(JSON.stringify({ task_id, created, clinic: clinic.slug, to, kind, earliest }, null, 2));
  } else {
    const when = earliest === null ? 'as soon as a worker has room' : `from ${options.at ?? earliest} on`;
    deps.print(`task ${task_id}: ${clinic.name} calls ${to}, ${when} (${kind})`);
  }
  if (!deps.hasTrunk)
    deps.warn('SIP_OUTBOUND_TRUNK_ID is not set here: workers without it make no calls, and the task waits');
  return ExitCode.ok;
}

function clinicOf(clinics: readonly ClinicProfile[], slug: string | undefined): ClinicProfile {
  const found = slug === undefined ? clinics : clinics.filter((clinic) => clinic.slug === slug);
  const [clinic] = found;
  const known = clinics.map((one) => one.slug).join(', ');
  if (clinic === undefined) {
    throw new OpenhoursError(
      'CLINIC_UNKNOWN',
      clinics.length === 0
        ? 'no clinic has this agent name: check LIVEKIT_AGENT_NAME and CLINIC'
        : `no clinic has the slug ${slug}: there is ${known}`,
    );
  }
  if (found.length > 1)
    throw new OpenhoursError('INPUT_INVALID', `which clinic calls? Give --clinic with one of ${known}`);
  return clinic;
}

function readTask(options: CallOptions, clinic: ClinicProfile, nowMs: number): NewTask {
  const { to, note, kind = 'call', priority = '0', at } = options;
  const toNumber = toE164(to, clinic.country);
  if (toNumber === undefined) throw invalid('--to must be a telephone number, such as +922135550100');
  const known = KINDS.find((one) => one === kind);
  if (known === undefined) throw invalid(`--kind must be one of ${KINDS.join(', ')}`);
  if (note !== undefined && note.length > DIALLING.noteChars)
    throw invalid(`--note has at most ${DIALLING.noteChars} characters`);
  if (!/^-?\d{1,3}$/.test(priority) || Math.abs(Number(priority)) > 100)
    throw invalid('--priority must be a whole number from -100 to 100');
  return {
    clinicId: clinic.id,
    kind: known,
    toNumber,
    priority: Number(priority),
    ...(note === undefined || note.trim() === '' ? {} : { body: { note: note.trim() } }),
    ...(at === undefined ? {} : { earliestAt: earliestOf(at, clinic.time_zone, nowMs) }),
  };
}

/** `HH:MM` is the next time that the clinic's clock shows it; a date and time without a zone is on that clock, too. */
function earliestOf(at: string, timeZone: string, nowMs: number): Date {
  if (/^([01]\d|2[0-3]):[0-5]\d$/.test(at)) return new Date(nextClockTime(timeZone, at, nowMs));
  const time = DateTime.fromISO(at.replace(' ', 'T'), { zone: timeZone });
  if (!time.isValid || !/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(at))
    throw invalid("--at must be a time on the clinic's clock, such as 14:30 or 2026-11-24T14:30");
  return time.toJSDate();
}

const invalid = (message: string) => new OpenhoursError('INPUT_INVALID', message);
