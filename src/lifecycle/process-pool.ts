import type { ChildProcess } from 'node:child_process';
import type { Release } from './fork-policy.ts';

/** A call's process, as @livekit/agents 1.9.0 keeps it (dist/ipc/supervised_proc.js). */
interface Executor {
  readonly init: { readonly done: boolean };
  readonly proc?: ChildProcess;
  join(): Promise<unknown>;
}

interface Ready {
  readonly proc: Executor;
  readonly unlock: Release;
}

interface Job {
  readonly job: { readonly id: string };
}

/** The framework's pool of processes (dist/ipc/proc_pool.js), of which it exports nothing. */
interface Pool {
  procMutex: { lock(): Promise<Release> };
  readonly executors: Executor[];
  readonly warmedProcQueue: { readonly items: Ready[]; put(ready: Ready): Promise<void> };
  start: (this: Pool) => void;
  launchJob(job: Job): Promise<void>;
  procWatchTask(release: Release): Promise<void>;
  getByJobId(id: string): Executor | null;
}

/** Whoever decides about the processes. */
export interface PoolOwner {
  /** Asked before a process is started for a call to come; whoever answers late delays it. */
  readonly lock: () => Promise<Release>;
  /** LiveKit has assigned the call to us; false: leave it, there is no room. */
  readonly assigned: (jobId: string) => boolean;
  /** The call has a process, or will have none. */
  readonly launched: (jobId: string) => void;
  /** A process is ready, or has ended. */
  readonly changed: () => void;
}

/** What can be asked of the pool. */
export interface PoolHandle {
  /** Processes that could take a call at once. */
  readonly readyProcesses: number;
  /** Ends processes that are starting: asked to, they would not listen before the framework's time is up. */
  stopStarting(): void;
}

/**
 * Puts `owner` in charge of the pool that the framework starts next.
 * @returns Undefined where the framework is not built as expected: nothing has been touched then, and it follows its own policy.
 */
export async function ownNextPool(
  owner: PoolOwner,
  framework = import.meta.resolve('@livekit/agents'),
): Promise<{ readonly pool: () => PoolHandle | undefined } | undefined> {
  const prototype = await poolPrototype(framework);
  const start = prototype?.start;
  if (prototype === undefined || start === undefined) return undefined;
  let pool: PoolHandle | undefined;
  try {
    prototype.start = function (this: Pool) {
      prototype.start = start;
      if (isPool(this)) pool = take(this, owner);
      start.call(this);
    };
  } catch {
    return undefined; // frozen
  }
  return { pool: () => pool };
}

async function poolPrototype(framework: string): Promise<Pool | undefined> {
  try {
    const module = (await import(new URL('./ipc/proc_pool.js', framework).href)) as {
      ProcPool?: { prototype?: Partial<Pool> };
    };
    const prototype = module.ProcPool?.prototype;
    const methods = ['start', 'launchJob', 'procWatchTask', 'getByJobId'] as const;
    return methods.every((name) => typeof prototype?.[name] === 'function') ? (prototype as Pool) : undefined;
  } catch {
    return undefined; // another layout
  }
}

function isPool(pool: Partial<Pool>): pool is Pool {
  return (
    typeof pool.procMutex?.lock === 'function' &&
    Array.isArray(pool.executors) &&
    Array.isArray(pool.warmedProcQueue?.items) &&
    typeof pool.warmedProcQueue.put === 'function'
  );
}

function take(pool: Pool, owner: PoolOwner): PoolHandle {
  const ready = pool.warmedProcQueue;
  const put = ready.put.bind(ready);
  const launch = pool.launchJob.bind(pool);
  const watch = pool.procWatchTask.bind(pool);
  pool.procMutex = { lock: owner.lock };
  ready.put = async (entry) => {
    await put(entry);
    owner.changed();
  };
  pool.launchJob = async (job) => {
    const { id } = job.job;
    if (!owner.assigned(id)) return;
    try {
      await launch(job);
      // Given to a process that had just died: it never got the call.
      if (pool.getByJobId(id) === null) await launch(job);
    } finally {
      owner.launched(id);
    }
  };
  pool.procWatchTask = async (release) => {
    try {
      await watch(release);
    } finally {
      // The framework gives the next call to a process that died while it waited, and starts no other in its place.
      const dead = ready.items.findIndex(({ unlock }) => unlock === release);
      if (dead !== -1) ready.items.splice(dead, 1);
      release();
      owner.changed();
    }
  };
  return {
    get readyProcesses() {
      return ready.items.length;
    },
    stopStarting() {
      for (const { init, proc } of pool.executors) if (!init.done) proc?.kill('SIGKILL');
    },
  };
}
