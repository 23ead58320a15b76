import { readFileSync } from 'node:fs';
import { startWorkerProcess, type WorkerProcess } from '../../src/local/worker-process.ts';
import { isRunning, processesBelow } from '../support/processes.ts';
import { logLines, type WorkerLine } from '../support/stack.ts';

/** Which workers a row wants. */
export interface FleetWish {
  readonly workers: number;
  readonly env?: Readonly<Record<string, string>>;
}

/** A worker of the fleet. */
export interface FleetWorker {
  readonly process: WorkerProcess;
  /** The worker itself, below its guard. */
  readonly main: number;
  readonly startedAt: number;
  /** No further row may use it. */
  tainted: boolean;
  exit: { code: number; at: number } | undefined;
}

/** The workers, each with a log of its own. They are kept from row to row while they are as the row wants them. */
export class Fleet {
  readonly #options: { root: string; logDir: string; env: Record<string, string> };
  readonly #workers: FleetWorker[] = [];
  /** Every process that was killed with its worker, or belonged to one. */
  readonly #pids = new Set<number>();
  #number = 0;
  #env = '';

  constructor(options: { root: string; logDir: string; env: Record<string, string> }) {
    this.#options = options;
  }

  /** The workers that run. */
  get running(): FleetWorker[] {
    return this.#workers.filter(({ process }) => process.child.running());
  }

  /** Makes the fleet as it is wanted; true when workers were started for it. */
  async ensure(wish: FleetWish, clear: () => Promise<unknown>): Promise<boolean> {
    const env = JSON.stringify(wish.env ?? {});
    const well = this.running.every(({ tainted }) => !tainted) && env === this.#env && wish.env === undefined;
    if (well && this.running.length === wish.workers && wish.workers > 0) return false;
    await this.stop();
    await clear();
    this.#env = env;
    for (let started = 0; started < wish.workers; started += 1) await this.start(wish.env);
    return true;
  }

  /** Starts one more. */
  async start(env: Readonly<Record<string, string>> = {}): Promise<FleetWorker> {
    this.#number += 1;
    const startedAt = performance.now();
    const process = await startWorkerProcess({
      root: this.#options.root,
      logDir: this.#options.logDir,
      env: { ...this.#options.env, ...env },
      name: `worker-${this.#number}`,
    });
    const main = processesBelow(process.child.pid).find(({ command }) => /dist\/src\/main\.js/.test(command));
    const worker: FleetWorker = { process, main: main?.pid ?? 0, startedAt, tainted: false, exit: undefined };
    void process.child.exited.then((code) => (worker.exit = { code, at: performance.now() }));
    this.#workers.push(worker);
    return worker;
  }

  /** Who has the call, by the logs: the last one that said so. */
  holderOf(callId: string): { worker: FleetWorker; pid: number } | undefined {
    const found = this.#workers.flatMap((worker) =>
      this.#linesOf(worker)
        .filter((line) => line.message === 'call arrived' && line['callId'] === callId)
        .map((line) => ({ worker, pid: line.pid ?? 0, time: String(line['time']) })),
    );
    return found.toSorted((a, b) => a.time.localeCompare(b.time)).at(-1);
  }

  /** What all workers have logged. */
  lines(): WorkerLine[] {
    return this.#workers.flatMap((worker) => this.#linesOf(worker));
  }

  /** SIGKILL: to the worker alone, or to it and all its processes. */
  kill(worker: FleetWorker, whole: boolean): void {
    worker.tainted = true;
    const below = processesBelow(worker.main).map(({ pid }) => pid);
    for (const pid of below) this.#pids.add(pid);
    process.kill(worker.main, 'SIGKILL');
    if (whole) for (const pid of below) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  }

  /** The processes of a worker that have no call: they wait for one. */
  idleProcesses(worker: FleetWorker): number[] {
    const busy = new Set(
      this.#linesOf(worker)
        .filter(({ message }) => message === 'call arrived')
        .map(({ pid }) => pid),
    );
    return processesBelow(worker.main)
      .map(({ pid }) => pid)
      .filter((pid) => !busy.has(pid));
  }

  /** Processes of workers that are gone. */
  leftBehind(): number {
    return [...this.#pids].filter((pid) => isRunning(pid)).length;
  }

  /** Ends all. */
  async stop(): Promise<void> {
    for (const { main } of this.running) for (const { pid } of processesBelow(main)) this.#pids.add(pid);
    await Promise.all(this.#workers.map(({ process }) => process.child.stop()));
  }

  #linesOf({ process }: FleetWorker): WorkerLine[] {
    return logLines(readFileSync(process.child.logFile, 'utf8'));
  }
}
