/**
 * The job's composition root. Only what is light is imported here, so that `/health` answers at once; the
 * framework (0.6 s) is loaded while the checks run.
 */
import { fileURLToPath } from 'node:url';
import { AfterCall } from './after-call/after-call.ts';
import { Calls } from './clinic/calls.ts';
import { type ClinicProfile, findClinics } from './clinic/clinics.ts';
import { openDatabase } from './clinic/database.ts';
import { Shifts } from './clinic/shifts.ts';
import { Tasks } from './clinic/tasks.ts';
import { Unrecorded } from './clinic/unrecorded.ts';
import { type Config, loadConfig, quietNativeLogs } from './config/load.ts';
import { ExitCode, isOpenhoursError } from './errors.ts';
import { type DutyDeps, logDuty } from './lifecycle/duty-log.ts';
import { Releasers } from './lifecycle/releasers.ts';
import { Shift } from './lifecycle/shift.ts';
import { planFields } from './lifecycle/shift-plan.ts';
import type { SignalGuard } from './lifecycle/signals.ts';
import { calmNoticeMs } from './lifecycle/stop-notice.ts';
import { type Logger, createLogger } from './log.ts';
import { createStatusApp } from './status/app.ts';
import type { RunSource } from './status/run.ts';
import { startServer } from './status/server.ts';
import type { Watch } from './lifecycle/watch.ts';

const AGENT_FILE = fileURLToPath(new URL('../agent/main.js', import.meta.url));

/**
 * Runs the worker until its shift ends. A signal that came before is acted on.
 * @returns The exit code: 0 the shift ended as it should, 78 configuration, 77 credentials, 69 a service unreachable, 70 a bug.
 */
export async function runWorker(signals: SignalGuard): Promise<ExitCode> {
  quietNativeLogs();
  let log = createLogger({ level: 'info', pretty: process.stdout.isTTY });
  try {
    const config = loadConfig();
    log = createLogger({
      level: config.logLevel,
      pretty: process.stdout.isTTY,
      project: config.googleProject,
    });
    return await work(config, log, signals);
  } catch (error) {
    if (!isOpenhoursError(error)) {
      log.fatal({ error }, 'a bug ended the worker');
      return ExitCode.bug;
    }
    log.fatal({ code: error.code, error, remedy: error.kind.remedy }, 'the worker cannot run');
    process.stderr.write(`openhours: ${error.code}: ${error.message}\n${error.kind.remedy}\n`);
    return error.kind.exit;
  } finally {
    signals.dispose();
  }
}

async function work(config: Config, log: Logger, signals: SignalGuard): Promise<ExitCode> {
  const db = openDatabase(config.supabase);
  const releasers = new Releasers();
  const calls = new Calls(db);
  const tasks = new Tasks(db);
  const clinics = () => findClinics(db, config.livekit.agentName, config.clinic);
  const unrecorded = new Unrecorded(config.dataDir);
  const afterCall = new AfterCall(config, db, log);
  let watch: Watch | undefined;
  let hurried = false;
  const shift: Shift = new Shift({
    config,
    log,
    nowMs: Date.now,
    ageMs: () => performance.now(),
    print: (line) => process.stderr.write(`openhours: ${line}\n`),
    preflight: async () => (await import('./lifecycle/preflight.ts')).preflight(config, db, log),
    clinics,
    shifts: new Shifts(db),
    createServer: async () => {
      const { createWatch } = await import('./lifecycle/watch.ts');
      watch = await createWatch({ config, log, shift, calls, tasks, clinics, agentFile: AGENT_FILE });
      return watch.server;
    },
    prepareAudio: async (clinics) =>
      (await import('./lifecycle/prepare-audio.ts')).prepareAudio(config, clinics, log),
    onDuty: (duty) => {
      afterCall.begin(shift.id);
      return watch?.begin(duty) ?? (async () => undefined);
    },
    tell: (message) => watch?.processes.tell(message) ?? 0,
    catchUp: () => catchUp(unrecorded, calls, log),
  });
  releasers.push('duty log', logDuty(dutyOf(shift, config, log)));
  const app = statusOf(shift, config, runSource(config, tasks, clinics, log), afterCall);
  const status = await startServer(app, config.port);
  releasers.push('status server', () => status.close());
  releasers.push('what follows calls', () => afterCall.end(hurried));
  log.info({ port: status.port, workerId: shift.id, maxCalls: config.maxCalls }, 'status server up');
  signals.handle({
    drain: (signal) => {
      hurried = calmNoticeMs(config.stopNoticeMs) === undefined;
      shift.stop(signal);
    },
    force: (signal) => {
      log.warn({ signal }, 'second signal: leaving at once');
      process.exit(ExitCode.ok);
    },
    moved: (signal) => watch?.moved(signal),
  });
  try {
    return await shift.run();
  } catch (error) {
    hurried = true;
    throw error;
  } finally {
    await releasers.release(log);
  }
}

/** Brings home the outcomes that stand on this machine's disk. */
async function catchUp(unrecorded: Unrecorded, calls: Calls, log: Logger): Promise<void> {
  const recorded = await unrecorded.bringHome((call) => calls.giveUp(call));
  if (recorded > 0) log.info({ recorded }, 'outcomes recorded that could not be before');
}

/** What is put in by `POST /run`. */
function runSource(
  config: Config,
  tasks: Tasks,
  clinics: () => Promise<ClinicProfile[]>,
  log: Logger,
): RunSource {
  return {
    token: config.workerToken,
    findClinic: async (slug) => (await clinics()).find((clinic) => clinic.slug === slug),
    add: (task) => tasks.add(task),
    failed: (error) => log.error({ error }, 'a task could not be put in'),
  };
}

/** What is said of the shift while it is worked. */
function dutyOf(shift: Shift, config: Config, log: Logger): DutyDeps {
  return {
    lifecycle: shift.lifecycle,
    ready: () => shift.ready,
    activeCalls: () => shift.server?.activeCalls ?? 0,
    maxCalls: config.maxCalls,
    closesAt: () => shift.plan?.closesAt,
    nowMs: Date.now,
    log,
  };
}

function statusOf(shift: Shift, config: Config, run: RunSource, afterCall: AfterCall) {
  const app = createStatusApp({
    workerId: () => shift.id,
    state: () => shift.lifecycle.state,
    ready: () => shift.ready,
    activeCalls: () => shift.server?.activeCalls ?? 0,
    totalCalls: () => shift.server?.totalCalls ?? 0,
    maxCalls: config.maxCalls,
    plan: () => (shift.plan === undefined ? undefined : planFields(shift.plan)),
    onMove: (listener) => shift.lifecycle.onMove(listener),
    startedAt: shift.startedAt,
    nowMs: Date.now,
    metrics: () => afterCall.metrics.text(),
    run,
  });
  afterCall.serve(app);
  return app;
}
