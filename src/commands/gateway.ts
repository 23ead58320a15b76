import { Calls } from '../clinic/calls.ts';
import { openDatabase } from '../clinic/database.ts';
import { Fleet } from '../clinic/shifts.ts';
import { GATEWAY } from '../config/gateway-defaults.ts';
import { type GatewayConfig, loadGatewayConfig } from '../config/gateway.ts';
import { ExitCode, isOpenhoursError } from '../errors.ts';
import { createGatewayApp } from '../gateway/app.ts';
import { webhookReader } from '../gateway/auth.ts';
import { Watchdog } from '../gateway/watchdog.ts';
import type { SignalGuard, StopSignal } from '../lifecycle/signals.ts';
import { realWait } from '../lifecycle/waits.ts';
import { type Logger, createLogger } from '../log.ts';
import { Rooms } from '../providers/rooms.ts';
import { SipTransfer } from '../providers/sip-transfer.ts';
import { startServer } from '../status/server.ts';

/**
 * Runs the gateway until a signal comes. Nothing is asked of LiveKit or the database at the start: it starts because somebody waits.
 * @returns The exit code: 0 after a signal, 78 configuration, 70 a bug.
 */
export async function runGateway(signals: SignalGuard): Promise<ExitCode> {
  let log = createLogger({ level: 'info', pretty: process.stdout.isTTY });
  try {
    const config = loadGatewayConfig();
    log = createLogger({
      level: config.logLevel,
      pretty: process.stdout.isTTY,
      project: config.googleProject,
    });
    await serve(config, log, signals);
    return ExitCode.ok;
  } catch (error) {
    if (!isOpenhoursError(error)) {
      log.fatal({ error }, 'a bug ended the gateway');
      return ExitCode.bug;
    }
    log.fatal({ code: error.code, error, remedy: error.kind.remedy }, 'the gateway cannot run');
    process.stderr.write(`openhours: ${error.code}: ${error.message}\n${error.kind.remedy}\n`);
    return error.kind.exit;
  } finally {
    signals.dispose();
  }
}

async function serve(config: GatewayConfig, log: Logger, signals: SignalGuard): Promise<void> {
  const db = openDatabase(config.supabase);
  const watchdog = new Watchdog({
    rooms: new Rooms(config.livekit),
    calls: new Calls(db),
    fleet: new Fleet(db),
    transfer: new SipTransfer(config.livekit, log),
    agentName: config.livekit.agentName,
    log,
    nowMs: () => performance.now(),
    wait: realWait,
  });
  const app = createGatewayApp({ read: webhookReader(config.livekit), watchdog, log });
  const server = await startServer(app, config.port);
  log.info({ port: server.port }, 'gateway up');
  const signal = await new Promise<StopSignal>((resolve) => {
    signals.handle({
      drain: resolve,
      force: () => process.exit(ExitCode.ok),
      moved: () => undefined, // no call is here: a machine may move with what it waits for
    });
  });
  log.info({ signal }, 'gateway stops');
  await watchdog.stop();
  await server.close(GATEWAY.closeMs);
}
