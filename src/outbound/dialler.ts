import { setTimeout as delay } from 'node:timers/promises';
import type { ClinicId } from '../clinic/ids.ts';
import {
  DIALLER_ATTRIBUTE,
  OUTBOUND_ROOM,
  TASK_ATTRIBUTE,
  type TakenTask,
  type TaskOutcome,
  type Tasks,
} from '../clinic/tasks.ts';
import { DIALLING } from '../config/desk-defaults.ts';
import { isOpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { Rooms } from '../providers/rooms.ts';
import type { DialResult, SipDialler } from '../providers/sip-dial.ts';

/** What the dialler is made of; tests pass their own. */
export interface DiallerDeps {
  readonly tasks: Pick<Tasks, 'take' | 'finish'>;
  readonly rooms: Pick<Rooms, 'dispatch' | 'participants' | 'deleteRoom'>;
  readonly sip: Pick<SipDialler, 'dial'>;
  readonly agentName: string;
  readonly workerId: string;
  /** Whether a call may be made now: the shift is open, and a place stays free for a caller. */
  readonly mayDial: () => boolean;
  /** The clinics whose people may be called now. */
  readonly clinics: () => Promise<readonly ClinicId[]>;
  readonly log: Logger;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  readonly wait?: (ms: number) => Promise<void>;
}

/** The callee's participant, in every room: the room says which call it is, and no number stands in it. */
const CALLEE = 'callee';

/**
 * Makes the calls that stand in `tasks`, one dial at a time: takes the one that is due first, asks an agent of ours into a new room, and has
 * LiveKit call the number once that agent is there. When somebody has picked up the call is the agent's, which writes back what came of it;
 * until then it is the dialler's. A worker that is lost has the task until its time limit, and then another worker takes it.
 */
export class Dialler {
  readonly #deps: DiallerDeps;
  readonly #wait: (ms: number) => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #stopped = false;
  /** The room that rings. */
  #ringing: string | undefined;
  /** After trouble: on the clock of `nowMs`. */
  #restsUntil = -Infinity;
  #restMs: number = DIALLING.troubleMs;

  constructor(deps: DiallerDeps) {
    this.#deps = deps;
    this.#wait = deps.wait ?? ((ms) => delay(ms));
  }

  /** Looks now, and every {@link DIALLING.everyMs} from now on. */
  start(): void {
    void this.tick();
    this.#timer ??= setInterval(() => void this.tick(), DIALLING.everyMs).unref();
  }

  /** Begins nothing new, and ends a call that still rings; resolves when its task is written back. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    if (this.#ringing !== undefined) await this.#delete(this.#ringing);
    await this.#looking;
  }

  /** Makes the calls that are due, one after the other, until somebody picks up. Never rejects, and never runs twice at a time. */
  tick(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((error: unknown) => this.#deps.log.error({ error }, 'no task could be taken'))
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  async #look(): Promise<void> {
    const { tasks, agentName, workerId, clinics } = this.#deps;
    while (this.#mayDial()) {
      const open = await clinics();
      if (open.length === 0 || !this.#mayDial()) return;
      const task = await tasks.take(agentName, workerId, open);
      if (task === undefined) return;
      // The first seconds of a call are its busiest: the next one is made at a later look.
      if (await this.#call(task)) return;
    }
  }

  #mayDial(): boolean {
    return !this.#stopped && this.#deps.nowMs() >= this.#restsUntil && this.#deps.mayDial();
  }

  /** @returns Whether somebody has picked up. */
  async #call(task: TakenTask): Promise<boolean> {
    const { log } = this.#deps;
    const room = `${OUTBOUND_ROOM}${task.task_id}-${task.attempt}`;
    const fields = { taskId: task.task_id, kind: task.kind, attempt: task.attempt, of: task.max_attempts };
    log.info(fields, 'making a call');
    this.#ringing = room;
    try {
      const result = await this.#dial(task, room);
      if (result.outcome === 'answered') {
        this.#restMs = DIALLING.troubleMs;
        return true;
      }
      this.#ringing = undefined;
      // Also ends a call that was answered after all, without LiveKit's telling us.
      await this.#delete(room);
      if (result.trouble && !this.#stopped) this.#rest();
      await this.#finish(task, result.outcome, result.sipStatus);
      return false;
    } finally {
      this.#ringing = undefined;
    }
  }

  async #dial(task: TakenTask, room: string): Promise<DialResult> {
    const { rooms, sip, agentName, workerId, log } = this.#deps;
    const attributes = {
      [TASK_ATTRIBUTE]: task.task_id,
      [DIALLER_ATTRIBUTE]: workerId,
      clinic: task.clinic_slug,
    };
    try {
      await rooms.dispatch(
        room,
        agentName,
        JSON.stringify({ clinic: task.clinic_slug, task: task.task_id, dialler: workerId }),
      );
      if (await this.#agentIsThere(room)) {
        return await sip.dial({
          room,
          identity: CALLEE,
          to: task.number,
          ringingMs: DIALLING.ringingMs,
          attributes,
        });
      }
      log.warn({ taskId: task.task_id }, 'no agent came for a call to make');
    } catch (error) {
      log.warn({ taskId: task.task_id, error }, 'a call could not be prepared');
    }
    return { outcome: 'failed', sipStatus: undefined, trouble: true };
  }

  /** Nobody is called to be met by silence. */
  async #agentIsThere(room: string): Promise<boolean> {
    const { rooms, nowMs } = this.#deps;
    const until = nowMs() + DIALLING.agentMs;
    while (!this.#stopped && nowMs() < until) {
      const people = await rooms.participants(room);
      if (people.some(({ kind, publishing }) => kind === 'agent' && publishing)) return true;
      await this.#wait(DIALLING.agentPollMs);
    }
    return false;
  }

  #rest(): void {
    this.#restsUntil = this.#deps.nowMs() + this.#restMs;
    this.#deps.log.warn({ forMs: this.#restMs }, 'no call is made for a while: the last one could not be');
    this.#restMs = Math.min(2 * this.#restMs, DIALLING.troubleMostMs);
  }

  async #finish(task: TakenTask, outcome: TaskOutcome, sipStatus: number | undefined): Promise<void> {
    const { tasks, workerId, log } = this.#deps;
    const result = sipStatus === undefined ? {} : { sip_status: sipStatus };
    for (let attempt = 1; attempt <= DIALLING.finishTries; attempt += 1) {
      try {
        const { status, next_at } = await tasks.finish(task.task_id, workerId, outcome, result);
        log.info({ taskId: task.task_id, outcome, status, nextAt: next_at }, 'call not answered');
        return;
      } catch (error) {
        log.warn({ taskId: task.task_id, error, attempt }, 'what came of a call could not be written');
        if (isOpenhoursError(error, 'STATE_INVALID')) return;
        if (attempt < DIALLING.finishTries) await this.#wait(DIALLING.finishRetryMs);
      }
    }
  }

  async #delete(room: string): Promise<void> {
    try {
      await this.#deps.rooms.deleteRoom(room);
    } catch (error) {
      this.#deps.log.warn({ error }, 'the room of a call could not be deleted');
    }
  }
}
