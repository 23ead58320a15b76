/**
 * The job's composition root. Only what is light is imported here, so that `/health` answers at once; the
 * framework (0.6 s) is loaded while the checks run.
 */
import { fileURLToPath } from 'node:url';
import { findClinics } from './clinic/clinics.ts';
import { openDatabase } from './clinic/database.ts';
import { type Config, loadConfig, quietNativeLogs } from './config/load.ts';
import { ExitCode, isOpenhoursError } from './errors.ts';
import { Releasers } from './lifecycle/releasers.ts';
import { Shift } from './lifecycle/shift.ts';
import type { SignalGuard } from './lifecycle/signals.ts';
import { type Logger, createLogger } from './log.ts';
import { createStatusApp } from './status/app.ts';
import { startServer } from './status/server.ts';

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
  const shift: Shift = new Shift({
    config,
    log,
    nowMs: Date.now,
    preflight: async () => (await import('./lifecycle/preflight.ts')).preflight(config, db, log),
    clinics: () => findClinics(db, config.livekit.agentName, config.clinic),
    createServer: async () => {
      const { CallServer } = await import('./lifecycle/call-server.ts');
      return new CallServer(
        config,
        fileURLToPath(new URL('../agent/main.js', import.meta.url)),
        shift.id,
        log,
      );
    },
    prepareAudio: async (clinics) => {
      const { prepareAudio } = await import('./lifecycle/prepare-audio.ts');
      await prepareAudio(config, clinics, log);
    },
  });
  const status = await startServer(statusOf(shift, config), config.port);
  releasers.push('status server', () => status.close());
  log.info({ port: status.port, workerId: shift.id, maxCalls: config.maxCalls }, 'status server up');
  signals.handle({
    drain: (signal) => shift.stop(signal),
    force: (signal) => {
      log.warn({ signal }, 'second signal: leaving at once');
      process.exit(ExitCode.ok);
    },
  });
  try {
    return await shift.run();
  } finally {
    await releasers.release(log);
  }
}

function statusOf(shift: Shift, config: Config) {
  return createStatusApp({
    workerId: () => shift.id,
    state: () => shift.lifecycle.state,
    ready: () => shift.ready,
    activeCalls: () => shift.server?.activeCalls ?? 0,
    totalCalls: () => shift.server?.totalCalls ?? 0,
    maxCalls: config.maxCalls,
    startedAt: shift.startedAt,
    nowMs: Date.now,
  });
}
