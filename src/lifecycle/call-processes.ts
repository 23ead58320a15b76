import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { LOOKOUT } from '../config/defaults.ts';
import type { Logger } from '../log.ts';
import {
  CALL_BEAT,
  CALL_BEGUN,
  CALL_ENDED,
  type FromCall,
  type ToCall,
  fromCall,
} from '../providers/call-messages.ts';
import { wantsCore } from './process-state.ts';

/** Node publishes every child process it creates here. */
const CHANNEL = 'child_process';
/** The framework's own messages of a process that was asked to end (@livekit/agents 1.9.0, dist/ipc/message). */
const ENDING: readonly unknown[] = ['shutdownRequestAck', 'shuttingDown', 'done'];
/** What a process said last can arrive after its exit; its channel closes within a few milliseconds. */
const LAST_WORDS_MS = 100;

/** A call and the process that has it. */
export interface CallInProgress {
  readonly pid: number;
  readonly room: string;
  readonly jobId: string;
  /** Undefined until the call is on record. */
  readonly callId: string | undefined;
  /** The agent's identity in the room. */
  readonly identity: string;
  /** Since the process last said that it lives. */
  readonly beatAgeMs: number;
}

/** A call whose process is no more, though the call had not ended. */
export interface LostCall {
  readonly room: string;
  readonly jobId: string;
  readonly callId: string | undefined;
  readonly identity: string;
  /** `hung`: it did not beat, and was killed. `memory`: the framework killed it, though it was alive and not asked to end. */
  readonly how: 'died' | 'hung' | 'memory';
}

/** What the supervision needs. */
export interface CallProcessesDeps {
  readonly log: Logger;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  readonly onLost: (call: LostCall) => void;
  /** Whether a process runs or waits for a core; undefined where nobody can tell. */
  readonly wantsCore?: (pid: number) => boolean | undefined;
  /** Calls `look` again and again; returns what ends it. */
  readonly schedule?: (look: () => void, everyMs: number) => () => void;
}

type Call = Pick<CallInProgress, 'room' | 'jobId' | 'callId' | 'identity'>;

interface Supervised {
  readonly child: ChildProcess;
  call: Call | undefined;
  lastBeatAt: number;
  ending: boolean;
}

/**
 * Knows which process has which call, and says at once when a call has lost its process. LiveKit itself takes 20 s, and sends nobody.
 * Other child processes do not count: only those that send the messages of a call.
 */
export class CallProcesses {
  readonly #deps: Required<CallProcessesDeps>;
  readonly #processes = new Map<ChildProcess, Supervised>();
  readonly #onCreated = (message: unknown) => this.#listen((message as { process: ChildProcess }).process);
  #stopWatching: (() => void) | undefined;
  #lastLookAt = 0;
  #closed = false;

  constructor(deps: CallProcessesDeps) {
    this.#deps = { wantsCore, schedule: every, ...deps };
  }

  /** Call before the framework's server is made: processes made earlier are not seen. */
  start(): void {
    subscribe(CHANNEL, this.#onCreated);
    this.#lastLookAt = this.#deps.nowMs();
    this.#stopWatching = this.#deps.schedule(() => this.#watch(), LOOKOUT.processEveryMs);
  }

  /** Calls that have begun and not ended. */
  calls(): CallInProgress[] {
    const now = this.#deps.nowMs();
    return [...this.#processes.values()].flatMap(({ child, call, lastBeatAt }) =>
      call === undefined ? [] : [{ pid: child.pid ?? 0, ...call, beatAgeMs: now - lastBeatAt }],
    );
  }

  /** Sends a message to the process of a call, or of every call; returns to how many. */
  tell(message: ToCall, room?: string): number {
    let told = 0;
    for (const { child, call } of this.#processes.values()) {
      if (call === undefined || (room !== undefined && call.room !== room) || !child.connected) continue;
      // A process that dies meanwhile is noticed by its exit.
      child.send(message, () => undefined);
      told += 1;
    }
    return told;
  }

  /** Watches no further: what dies from now on is not reported. */
  close(): void {
    this.#closed = true;
    unsubscribe(CHANNEL, this.#onCreated);
    this.#stopWatching?.();
    this.#processes.clear();
  }

  #listen(child: ChildProcess): void {
    child.on('message', (message: unknown) => {
      if (typeof message !== 'object' || message === null || !('case' in message)) return;
      const known = this.#processes.get(child);
      if (known !== undefined && ENDING.includes(message.case)) known.ending = true;
      const ours = fromCall.safeParse(message);
      if (ours.success) this.#take(known ?? this.#supervise(child), ours.data);
    });
  }

  #supervise(child: ChildProcess): Supervised {
    const process: Supervised = { child, call: undefined, lastBeatAt: this.#deps.nowMs(), ending: false };
    if (this.#closed) return process;
    this.#processes.set(child, process);
    child.once('exit', (code, signal) => {
      if (!child.connected) return this.#exited(process, code, signal);
      const judge = () => {
        clearTimeout(limit);
        child.off('disconnect', judge);
        this.#exited(process, code, signal);
      };
      const limit = setTimeout(judge, LAST_WORDS_MS);
      child.once('disconnect', judge);
    });
    return process;
  }

  #take(process: Supervised, message: FromCall): void {
    process.lastBeatAt = this.#deps.nowMs();
    switch (message.case) {
      case CALL_BEGUN: {
        const { room, jobId, callId, identity } = message;
        process.call = { room, jobId, callId, identity };
        break;
      }
      case CALL_ENDED:
        if (process.call?.room === message.room) process.call = undefined;
        break;
      case CALL_BEAT:
        break;
      default:
        message satisfies never;
    }
  }

  #exited(process: Supervised, code: number | null, signal: NodeJS.Signals | null): void {
    this.#processes.delete(process.child);
    const beatAgeMs = this.#deps.nowMs() - process.lastBeatAt;
    // `killed`: by somebody in this process, and not by us, for then the call would be lost already.
    const killed = process.child.killed && signal === 'SIGKILL';
    const forMemory = killed && !process.ending && beatAgeMs < LOOKOUT.hungMs;
    this.#lose(process, forMemory ? 'memory' : 'died', { code, signal });
  }

  #watch(): void {
    const now = this.#deps.nowMs();
    const sinceLookMs = now - this.#lastLookAt;
    this.#lastLookAt = now;
    // While this process stood still (a migration, a busy loop), beats waited in the pipe, and children may have stood still as well.
    const stoodStillMs = Math.max(0, sinceLookMs - LOOKOUT.processEveryMs);
    for (const process of this.#processes.values()) {
      process.lastBeatAt = Math.min(now, process.lastBeatAt + stoodStillMs);
    }
    if (stoodStillMs > LOOKOUT.everyMs) return;
    for (const process of [...this.#processes.values()]) {
      const beatAgeMs = now - process.lastBeatAt;
      if (process.call === undefined || !this.#hangs(process.call, process.child, beatAgeMs)) continue;
      process.child.kill('SIGKILL'); // also ends a process that was stopped
      this.#lose(process, 'hung', { beatAgeMs: Math.round(beatAgeMs) });
    }
  }

  #hangs({ callId }: Call, child: ChildProcess, beatAgeMs: number): boolean {
    if (callId === undefined) return beatAgeMs >= LOOKOUT.openingMs;
    if (beatAgeMs < LOOKOUT.stuckMs) return false;
    return beatAgeMs >= LOOKOUT.hungMs || this.#deps.wantsCore(child.pid ?? 0) === false;
  }

  #lose(process: Supervised, how: LostCall['how'], fields: Record<string, unknown>): void {
    const { call, child } = process;
    if (call === undefined || this.#closed) return;
    process.call = undefined;
    const { callId, jobId } = call;
    this.#deps.log.error({ callId, jobId, pid: child.pid, how, ...fields }, 'call has lost its process');
    this.#deps.onLost({ ...call, how });
  }
}

function every(look: () => void, everyMs: number): () => void {
  const timer = setInterval(look, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
