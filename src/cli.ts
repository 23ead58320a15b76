#!/usr/bin/env node
/** The binary: one lazy command each, so that `--help` costs no imports. */
import { Command, InvalidArgumentError } from 'commander';
import { readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { quietNativeLogs, setShiftWish } from './config/load.ts';
import { projectRoot } from './config/paths.ts';
import { addDeployCommands } from './commands/deploy-options.ts';
import type { CallOptions } from './commands/call.ts';
import type { PatientOptions } from './commands/patient.ts';
import type { RehearseOptions } from './commands/rehearse.ts';
import type { ScheduleOptions } from './commands/schedule.ts';
import { isOpenhoursError } from './errors.ts';
import { withShiftOptions } from './worker-options.ts';

function version(): string {
  const file = JSON.parse(readFileSync(join(projectRoot(), 'package.json'), 'utf8')) as { version: string };
  return file.version;
}

function count(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 1_000) {
    throw new InvalidArgumentError('must be a whole number from 1 to 1000');
  }
  return number;
}

/** Builds the command line; exported for the test of its help texts. */
export function createProgram(): Command {
  const program = new Command('openhours')
    .description("A voice receptionist that works a clinic's office hours.")
    .version(version())
    .showHelpAfterError();
  withShiftOptions(program.command('worker'))
    .description('work one shift: what the container runs (same as node dist/src/main.js)')
    .action(async (options: { early?: boolean; until?: string; for?: string }) => {
      const { guardSignals } = await import('./lifecycle/signals.ts');
      const signals = guardSignals();
      setShiftWish(options);
      const { runWorker } = await import('./worker.ts');
      process.exit(await runWorker(signals));
    });
  program
    .command('dev')
    .description(
      'start the local stack and stay: LiveKit, database, stand-ins for speech and language, worker',
    )
    .option('--reset', 'throw the local data away first')
    .option('--no-worker', 'leave the worker out')
    .option('--no-providers', 'leave the stand-ins out: set DEEPGRAM_* and OPENAI_* yourself')
    .action(async (options: { reset?: boolean; worker: boolean; providers: boolean }) => {
      const { runDev } = await import('./commands/dev.ts');
      process.exit(await runDev(options));
    });
  program
    .command('demo')
    .description('place one simulated phone call and show what was said, stored and measured')
    .option('--once', 'end after the call, also in a terminal')
    .option('--calls <n>', 'how many calls, one after the other', count, 1)
    .option('--json', 'print one JSON document on stdout, everything else on stderr')
    .action(async (options: { once?: boolean; json?: boolean; calls: number }) => {
      const { runDemo } = await import('./commands/demo.ts');
      process.exit(await runDemo(options));
    });
  addCallCommand(program);
  addRehearseCommand(program);
  addFleetCommands(program);
  addSetUpCommands(program);
  addPatientCommands(program);
  addDeployCommands(program);
  addScheduleCommands(program);
  return program;
}

function addCallCommand(program: Command): void {
  program
    .command('call')
    .description('put in a call for the workers to make: a callback, a reminder, or to tell something')
    .requiredOption('--to <number>', "whom to call; a local number is read in the clinic's country")
    .option('--clinic <slug>', 'which clinic calls, where the agent name has several')
    .option('--kind <kind>', 'callback, reminder or call', 'call')
    .option('--note <text>', 'what the agent tells once the person is verified')
    .option('--priority <n>', 'from -100 to 100: a higher one is called first', '0')
    .option('--at <time>', "not before this time on the clinic's clock: 14:30, or 2026-11-24T14:30")
    .option('--json', 'print one JSON document on stdout')
    .action(async (options: CallOptions) => {
      const { callDeps, putInCall } = await import('./commands/call.ts');
      process.exitCode = await putInCall(options, callDeps());
    });
}

function addRehearseCommand(program: Command): void {
  program
    .command('rehearse')
    .description(
      'play simulated callers against the agent and a database of its own, by text or by voice, and report',
    )
    .option('--voice', 'by telephone, through a local LiveKit server, recogniser and voice')
    .option('--runs <n>', 'calls of each scenario', count, 1)
    .option('--only <ids...>', 'only these scenarios: ids, beginnings of ids such as "book-*", or tags')
    .option('--parallel <n>', 'calls at a time, each with a database of its own', count)
    .option('--scripted', 'callers say what is written, also where OPENAI_API_KEY lets a model play them')
    .option('--html <file>', 'where the report goes (default: .openhours/rehearsal/report.html)')
    .option('--page <file>', 'also write the table of what passed as Markdown, such as docs/rehearsal.md')
    .option('--list', 'only list the scenarios')
    .option('--json', 'print one JSON document on stdout, everything else on stderr')
    .action(async (options: RehearseOptions) => {
      const { runRehearse } = await import('./commands/rehearse.ts');
      process.exit(await runRehearse(options));
    });
}

function addFleetCommands(program: Command): void {
  const fleet = program
    .command('fleet')
    .description('the workers of LIVEKIT_AGENT_NAME: who is there, who holds the shift, and what has been');
  fleet
    .command('status')
    .description('show the workers, the seats they hold, and the last shifts')
    .option('--json', 'print one JSON document on stdout')
    .action(async (options: { json?: boolean }) => {
      const { fleetDeps, showFleet } = await import('./commands/fleet.ts');
      process.exitCode = await showFleet(options, fleetDeps());
    });
  fleet
    .command('stop <workerId>')
    .description('ask a worker to stop: it hands its calls over and leaves')
    .action(async (workerId: string) => {
      const { fleetDeps, stopWorker } = await import('./commands/fleet.ts');
      process.exitCode = await stopWorker(workerId, fleetDeps());
    });
}

/** Who is meant, as the options of both commands say it. */
const whichPatient = (command: Command): Command =>
  command
    .requiredOption('--clinic <slug>', 'the clinic')
    .option('--patient <id>', 'the patient by id')
    .option('--name <name>', 'or by full name, together with --born')
    .option('--born <date>', 'date of birth, such as 1990-05-03')
    .option('--json', 'print one JSON document on stdout');

function addPatientCommands(program: Command): void {
  const patient = program
    .command('patient')
    .description('what is held of one patient: export it, or erase it from the data of a clinic');
  whichPatient(patient.command('export'))
    .description('show what is held of a patient, everything with --json')
    .action(async (options: PatientOptions) => {
      const { exportPatient, patientDeps } = await import('./commands/patient.ts');
      process.exitCode = await exportPatient(options, patientDeps());
    });
  whichPatient(patient.command('erase'))
    .description('take a patient out of the data, and cancel their appointments to come')
    .option('--yes', 'do it; it cannot be undone')
    .action(async (options: PatientOptions) => {
      const { erasePatient, patientDeps } = await import('./commands/patient.ts');
      process.exitCode = await erasePatient(options, patientDeps());
    });
}

/** What a schedule is made from, as the options of both commands say it. */
const whichSchedule = (command: Command): Command =>
  command
    .requiredOption('--env <name>', 'dev, staging or prod')
    .option('--clinic-file <file>', "a clinic's file, in place of the database")
    .option('--lead <duration>', 'start that long before an opening; 0 for at the opening (default: 5m)')
    .option('--json', 'print one JSON document on stdout');

function addScheduleCommands(program: Command): void {
  const schedule = program
    .command('schedule')
    .description("what starts the worker's job: one entry of Cloud Scheduler for each opening");
  whichSchedule(schedule.command('plan'))
    .description('draw the week and the next 14 days: what starts when, and why on some days nothing does')
    .action(async (options: ScheduleOptions) => {
      const { scheduleDeps, showSchedule } = await import('./commands/schedule.ts');
      process.exitCode = await showSchedule(options, scheduleDeps(true));
    });
  whichSchedule(schedule.command('apply'))
    .description('make Cloud Scheduler have these entries, and take away those no longer wanted')
    .action(async (options: ScheduleOptions) => {
      const { applySchedule, scheduleDeps } = await import('./commands/schedule.ts');
      process.exitCode = await applySchedule(options, scheduleDeps(false));
    });
}

function addSetUpCommands(program: Command): void {
  const clinic = program
    .command('clinic')
    .description("a clinic's data as one YAML file: its hours, its people, what they offer");
  clinic
    .command('apply <file>')
    .description('show what the file changes, and change it in one transaction')
    .option('--dry-run', 'only show')
    .option('--json', 'print one JSON document on stdout')
    .action(async (file: string, options: { dryRun?: boolean; json?: boolean }) => {
      const { applyClinic, clinicDeps } = await import('./commands/clinic.ts');
      process.exitCode = await applyClinic(file, options, clinicDeps());
    });
  clinic
    .command('export <slug>')
    .description('print a clinic as such a file')
    .option('--json', 'print it as JSON, which is YAML too')
    .action(async (slug: string, options: { json?: boolean }) => {
      const { clinicDeps, exportClinic } = await import('./commands/clinic.ts');
      process.exitCode = await exportClinic(slug, options, clinicDeps());
    });
  program
    .command('provision')
    .description('create or check trunk and dispatch rule in LiveKit, and print the steps at Twilio')
    .option('--dry-run', 'only say what would be done')
    .option('--json', 'print one JSON document on stdout')
    .action(async (options: { dryRun?: boolean; json?: boolean }) => {
      const { provision, provisionDeps } = await import('./commands/provision.ts');
      process.exitCode = await provision(options, provisionDeps());
    });
  program
    .command('doctor')
    .description('check keys, schema, clinics, trunk, rule, hours and clock, each with a remedy')
    .option('--call', 'also call each clinic as its patients do, and hang up when the agent has spoken')
    .option('--json', 'print one JSON document on stdout')
    .action(async (options: { json?: boolean; call?: boolean }) => {
      const { doctorDeps, runDoctor } = await import('./commands/doctor.ts');
      process.exitCode = await runDoctor(options, doctorDeps());
      // The calls' library would keep the process.
      if (options.call === true) await (await import('./rehearsal/phone-line.ts')).disposeLines();
    });
}

async function main(): Promise<void> {
  quietNativeLogs();
  try {
    await createProgram().parseAsync();
  } catch (error) {
    if (!isOpenhoursError(error)) throw error;
    process.stderr.write(`openhours: ${error.code}: ${error.message}\n${error.kind.remedy}\n`);
    process.exit(error.kind.exit);
  }
}

// An installed binary is a symbolic link to this file.
if (realpathSync(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) await main();
