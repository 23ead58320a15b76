import { type JobContext, type JobProcess, defineAgent } from '@livekit/agents';
import { WORKER_ATTRIBUTE } from '../src/clinic/calls.ts';
import type { WorkerId } from '../src/clinic/ids.ts';
import { type Database, openDatabase } from '../src/clinic/database.ts';
import { type Config, loadConfig } from '../src/config/load.ts';
import { type Logger, createLogger } from '../src/log.ts';
import { PreparedAudio } from '../src/providers/prepared-audio.ts';
import { useLoggerForFramework } from '../src/providers/framework-log.ts';
import { takeCall } from './call.ts';
import { EndOfTurnClient } from './end-of-turn-client.ts';
import { type Prewarmed, loadVad } from './session.ts';
import { shutdownRequested } from './shutdown.ts';
import { warmUp } from './warm-up.ts';

/** What a process has ready before its call comes. */
interface ProcessData extends Record<string, unknown> {
  config: Config;
  log: Logger;
  db: Database;
  prepared: PreparedAudio;
  prewarmed: Prewarmed;
}

/** LiveKit's entry: one process per call. The framework imports this file's default export. */
export default defineAgent<ProcessData>({
  async prewarm(proc: JobProcess<ProcessData>) {
    const config = loadConfig();
    const log = createLogger({
      level: config.logLevel,
      pretty: process.stdout.isTTY,
      fields: { agentName: config.livekit.agentName, pid: process.pid },
    });
    // Twice: the framework makes itself a new logger when the call comes.
    useLoggerForFramework(log);
    const db = openDatabase(config.supabase);
    const prepared = new PreparedAudio(config);
    const prewarmed = { vad: loadVad(), endOfTurn: new EndOfTurnClient() };
    proc.userData = { config, log, db, prepared, prewarmed };
    await warmUp(config, db, prepared, log);
  },

  async entry(ctx: JobContext<ProcessData>) {
    const { config, db, prepared, prewarmed } = ctx.proc.userData;
    const workerId = (ctx.info.acceptArguments.attributes?.[WORKER_ATTRIBUTE] ?? ctx.workerId) as WorkerId;
    const log = ctx.proc.userData.log.child({ workerId, room: ctx.job.room?.sid });
    useLoggerForFramework(log);
    const end = await takeCall({
      ctx,
      config,
      db,
      prewarmed,
      prepared,
      workerId,
      stopping: shutdownRequested(),
      log,
      nowMs: Date.now,
    });
    ctx.shutdown(end.reason);
  },
});
