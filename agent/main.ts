import { type JobContext, type JobProcess, defineAgent } from '@livekit/agents';
import { HOURS_ATTRIBUTE, SHIFT_ATTRIBUTE, WORKER_ATTRIBUTE } from '../src/clinic/calls.ts';
import type { ClinicProfile } from '../src/clinic/clinics.ts';
import type { ShiftId, WorkerId } from '../src/clinic/ids.ts';
import { Unrecorded } from '../src/clinic/unrecorded.ts';
import { type Database, openDatabase } from '../src/clinic/database.ts';
import { type Config, loadConfig } from '../src/config/load.ts';
import { type Logger, createLogger } from '../src/log.ts';
import { PreparedAudio } from '../src/providers/prepared-audio.ts';
import { useLoggerForFramework } from '../src/providers/framework-log.ts';
import { takeCall } from './call.ts';
import { EndOfTurnClient } from './end-of-turn-client.ts';
import { type Prewarmed, loadVad } from './session.ts';
import { warmUp } from './warm-up.ts';
import { WorkerLink } from './worker-link.ts';

/** What a process has ready before its call comes. */
interface ProcessData extends Record<string, unknown> {
  config: Config;
  log: Logger;
  db: Database;
  prepared: PreparedAudio;
  prewarmed: Prewarmed;
  worker: WorkerLink;
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
    let clinics: readonly ClinicProfile[] = [];
    const prewarmed: Prewarmed = {
      vad: loadVad(),
      endOfTurn: new EndOfTurnClient(),
      clinicOf: ({ dialledNumber, clinicSlug }) =>
        clinics.find(({ numbers }) => dialledNumber !== undefined && numbers.includes(dialledNumber)) ??
        clinics.find(({ slug }) => slug === clinicSlug),
    };
    proc.userData = { config, log, db, prepared, prewarmed, worker: new WorkerLink() };
    clinics = await warmUp(config, db, prepared, log);
  },

  async entry(ctx: JobContext<ProcessData>) {
    const { config, db, prepared, prewarmed, worker } = ctx.proc.userData;
    const attributes = ctx.info.acceptArguments.attributes ?? {};
    const workerId = (attributes[WORKER_ATTRIBUTE] ?? ctx.workerId) as WorkerId;
    const log = ctx.proc.userData.log.child({ workerId, room: ctx.job.room?.sid });
    useLoggerForFramework(log);
    worker.begun({
      room: ctx.job.room?.name ?? '',
      jobId: ctx.job.id,
      identity: ctx.info.acceptArguments.identity,
    });
    const end = await takeCall({
      ctx,
      config,
      db,
      prewarmed,
      prepared,
      workerId,
      shiftId: attributes[SHIFT_ATTRIBUTE] as ShiftId | undefined,
      openByHand: attributes[HOURS_ATTRIBUTE] === 'by_hand',
      worker,
      unrecorded: new Unrecorded(config.dataDir),
      log,
      nowMs: Date.now,
    });
    ctx.shutdown('leave' in end ? end.leave : end.reason);
    if (worker.orphaned) {
      // Nobody is there to end this process: the room is left first, so that whoever follows is not kept waiting.
      await ctx.room.disconnect();
      process.exit(0);
    }
  },
});
