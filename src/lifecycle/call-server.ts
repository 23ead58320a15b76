import { AgentServer, type JobRequest, ServerOptions } from '@livekit/agents';
import { FORKS, LIFECYCLE } from '../config/defaults.ts';
import type { WorkerId } from '../clinic/ids.ts';
import { WORKER_ATTRIBUTE } from '../clinic/calls.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';
import { useLoggerForFramework } from '../providers/framework-log.ts';
import { EndOfTurnModel } from './end-of-turn-model.ts';
import { ForkGate } from './fork-policy.ts';
import { LoadReport } from './load-report.ts';
import { type PoolHandle, type PoolOwner, ownNextPool } from './process-pool.ts';

/**
 * LiveKit's server refuses any load of 0.7 or more whatever the worker's own threshold is: the count of calls is mapped below it,
 * so that a busy host does not refuse calls in silence.
 */
const LOAD_CEILING = 0.69;
/** An accepted call that LiveKit has not assigned to us after this long is not coming: the framework waits 7.5 s. */
const ASSIGNMENT_MS = 8_000;
/** Pause between looks at whether accepted calls have their process, while draining. */
const POLL_MS = 20;

/** The part of the framework's server that we use; tests pass their own. */
export type FrameworkServer = Pick<AgentServer, 'run' | 'drain' | 'close' | 'event' | 'activeJobs'> & {
  /** The processes, once they are started and where the framework lets us. */
  readonly pool: PoolHandle | undefined;
};

/** What the framework asks us. */
export interface ServerHooks {
  readonly request: (request: JobRequest) => Promise<void>;
  readonly load: () => number;
  readonly pool: PoolOwner;
}

/** A call that was accepted and has no process yet. */
interface Place {
  readonly since: number;
  readonly assigned: boolean;
  readonly room: string;
}

/** LiveKit's agent server, with the number of calls held to a limit. */
export class CallServer {
  readonly #server: FrameworkServer;
  readonly #maxCalls: number;
  readonly #workerId: WorkerId;
  readonly #log: Logger;
  readonly #gate: ForkGate;
  readonly #report: LoadReport;
  /** By job. */
  readonly #places = new Map<string, Place>();
  /** Attributes of our agents besides the worker's id: what a call has to know of its shift. */
  readonly callAttributes: Record<string, string> = {};
  #registered: string | undefined;
  #total = 0;
  #lastCallAt = -Infinity;
  #draining = false;
  /** On the clock of `performance`. */
  #heldUntil = -Infinity;

  constructor(
    config: Config,
    agentFile: string,
    workerId: WorkerId,
    log: Logger,
    create = createFrameworkServer,
  ) {
    this.#maxCalls = config.maxCalls;
    this.#workerId = workerId;
    this.#log = log;
    useLoggerForFramework(log);
    this.#gate = new ForkGate(() => this.#situation());
    this.#server = create(
      config,
      agentFile,
      {
        request: (request) => this.#request(request),
        load: () => this.load,
        pool: {
          lock: () => this.#gate.lock(),
          assigned: (jobId) => this.#assigned(jobId),
          launched: (jobId) => this.#launched(jobId),
          changed: () => this.#changed(),
        },
      },
      log,
    );
    this.#report = new LoadReport(this.#server.event);
    this.#server.event.on('worker_registered', (id: string) => {
      this.#registered = id;
    });
  }

  /** The id LiveKit gave us, once it has. */
  get registeredAs(): string | undefined {
    return this.#registered;
  }

  /** Calls accepted since the start. */
  get totalCalls(): number {
    return this.#total;
  }

  /** Calls that have a process, until it is gone, and those accepted that have none yet. */
  get activeCalls(): number {
    const running = new Set(this.#server.activeJobs.map(({ job }) => job.id));
    const now = performance.now();
    for (const [id, { since, assigned }] of this.#places) {
      if (running.has(id) || (!assigned && now - since > ASSIGNMENT_MS)) this.#places.delete(id);
    }
    return running.size + this.#places.size;
  }

  /** The rooms of the calls that are counted: where an agent of ours is, or is on its way. */
  get rooms(): string[] {
    const running = this.#server.activeJobs.map(({ job }) => job.room?.name ?? '');
    return this.activeCalls === 0 ? [] : [...running, ...[...this.#places.values()].map(({ room }) => room)];
  }

  /** 0 with no calls, 1 when full. */
  get load(): number {
    if (this.#held) return 1;
    const active = this.activeCalls;
    return active >= this.#maxCalls ? 1 : (LOAD_CEILING * active) / this.#maxCalls;
  }

  /** Resolves with the first registration. */
  async registered(): Promise<string> {
    if (this.#registered !== undefined) return this.#registered;
    return await new Promise((resolve) => this.#server.event.once('worker_registered', resolve));
  }

  /** Runs until closed. Rejects when LiveKit could not be reached after every retry. */
  run(): Promise<void> {
    return this.#server.run();
  }

  /** Takes no calls for so long; those in progress go on. 0 ends that. */
  hold(limitMs: number): void {
    this.#heldUntil = performance.now() + limitMs;
    this.#changed();
  }

  /** Takes no more calls and waits for those in progress, at most so long; resolves to whether all had ended. */
  async drain(limitMs: number): Promise<boolean> {
    const until = performance.now() + limitMs;
    this.#draining = true;
    this.#report.send(1);
    // The framework would end the very process that an accepted call waits for.
    while (this.activeCalls > 0 && this.#places.size > 0 && performance.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    this.#server.pool?.stopStarting();
    try {
      // The framework wants whole milliseconds, and 0 is no limit to it.
      await this.#server.drain(Math.max(1, Math.ceil(until - performance.now())));
      return true;
    } catch (error) {
      this.#log.warn({ activeCalls: this.activeCalls, limitMs, error }, 'calls did not end in time');
      return false;
    }
  }

  /** Ends every process and the connection. */
  close(): Promise<void> {
    this.#draining = true;
    this.#gate.close();
    this.#report.close();
    this.#server.pool?.stopStarting();
    return this.#server.close();
  }

  get #held(): boolean {
    return performance.now() < this.#heldUntil;
  }

  /** Why a call is not taken now; undefined when it is. */
  get #refusal(): string | undefined {
    if (this.#draining) return 'call refused: the worker ends';
    if (this.#held) return 'call refused: the machine is being moved';
    return this.activeCalls >= this.#maxCalls ? 'call refused: the worker is full' : undefined;
  }

  async #request(request: JobRequest): Promise<void> {
    const refusal = this.#refusal;
    if (refusal !== undefined) {
      this.#log.warn({ jobId: request.id, maxCalls: this.#maxCalls }, refusal);
      await request.reject();
      return;
    }
    const room = request.job.room?.name ?? '';
    this.#places.set(request.id, { since: performance.now(), assigned: false, room });
    this.#total += 1;
    this.#lastCallAt = performance.now();
    await request.accept('Receptionist', `receptionist-${request.id}`, '', {
      ...this.callAttributes,
      [WORKER_ATTRIBUTE]: this.#workerId,
    });
    this.#changed();
  }

  /** An assignment can come after its place was given up, and to another call. */
  #assigned(jobId: string): boolean {
    const active = this.activeCalls;
    if (!this.#places.has(jobId) && active >= this.#maxCalls) {
      this.#log.warn({ jobId, maxCalls: this.#maxCalls }, 'call left alone: it was assigned too late');
      return false;
    }
    const room = this.#places.get(jobId)?.room ?? '';
    this.#places.set(jobId, { since: performance.now(), assigned: true, room });
    this.#gate.changed();
    return true;
  }

  #launched(jobId: string): void {
    this.#places.delete(jobId);
    this.#lastCallAt = performance.now();
    this.#changed();
  }

  #changed(): void {
    this.#gate.changed();
    if (!this.#draining) this.#report.send(this.load);
  }

  #situation() {
    const waiting = [...this.#places.values()].filter(({ assigned }) => assigned);
    return {
      activeCalls: this.activeCalls,
      maxCalls: this.#maxCalls,
      waitingCalls: waiting.length,
      readyProcesses: this.#server.pool?.readyProcesses ?? 0,
      sinceCallMs: performance.now() - this.#lastCallAt,
      draining: this.#draining,
    };
  }
}

function createFrameworkServer(
  config: Config,
  agentFile: string,
  hooks: ServerHooks,
  log: Logger,
): FrameworkServer {
  const endOfTurn = new EndOfTurnModel(log);
  const options = new ServerOptions({
    agent: agentFile,
    agentName: config.livekit.agentName,
    // Given explicitly: the framework reads its own variables otherwise.
    wsURL: config.livekit.url,
    apiKey: config.livekit.apiKey,
    apiSecret: config.livekit.apiSecret,
    requestFunc: hooks.request,
    loadFunc: async () => hooks.load(),
    loadThreshold: 0.7,
    // What the fork policy allows at a time is its own decision.
    numIdleProcesses: 1,
    initializeProcessTimeout: FORKS.readyMs,
    shutdownProcessTimeout: LIFECYCLE.processCloseMs,
    sessionEndTimeout: LIFECYCLE.processCloseMs,
    maxRetry: LIFECYCLE.connectRetries,
    jobMemoryLimitMB: config.jobMemoryMb,
    host: '127.0.0.1',
    production: true,
    logLevel: config.logLevel,
  });
  // The framework's own health server cannot be left out, and its constructor turns 0 into 8081, where a second worker would fail.
  options.port = 0;
  const server = new AgentServer(options);
  server.event.once('worker_registered', () => endOfTurn.loadSoon());
  let owned: Awaited<ReturnType<typeof ownNextPool>>;
  server.event.once('worker_registered', () => {
    if (owned?.pool() !== undefined) return;
    log.warn('processes are started when the framework wants: it is not built as expected');
  });
  return {
    event: server.event,
    get pool() {
      return owned?.pool();
    },
    get activeJobs() {
      return server.activeJobs;
    },
    run: async () => {
      owned = await ownNextPool(hooks.pool);
      await server.run();
    },
    drain: (limitMs) => server.drain(limitMs),
    close: () => {
      endOfTurn.close();
      return server.close();
    },
  };
}
