import { AgentServer, type JobRequest, ServerOptions } from '@livekit/agents';
import { LIFECYCLE } from '../config/defaults.ts';
import type { WorkerId } from '../clinic/ids.ts';
import { WORKER_ATTRIBUTE } from '../clinic/calls.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';
import { EndOfTurnModel } from './end-of-turn-model.ts';
import { useLoggerForFramework } from '../providers/framework-log.ts';

/**
 * LiveKit's server refuses any load of 0.7 or more whatever the worker's own threshold is: the count of calls is mapped below it,
 * so that a busy host does not refuse calls in silence.
 */
const LOAD_CEILING = 0.69;
/** An accepted call that has not shown up as a job after this long is not coming: the framework waits 7.5 s for the assignment. */
const ASSIGNMENT_MS = 8_000;

/** The part of the framework's server that we use; tests pass their own. */
export type FrameworkServer = Pick<AgentServer, 'run' | 'drain' | 'close' | 'event' | 'activeJobs'>;

/** LiveKit's agent server, with the number of calls held to a limit. */
export class CallServer {
  readonly #server: FrameworkServer;
  readonly #maxCalls: number;
  readonly #workerId: WorkerId;
  readonly #log: Logger;
  readonly #accepted = new Map<string, number>();
  #registered: string | undefined;
  #total = 0;

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
    this.#server = create(
      config,
      agentFile,
      {
        request: (request) => this.#request(request),
        load: () => this.load,
      },
      log,
    );
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

  /** Calls in progress, with those accepted a moment ago whose process has not reported yet. */
  get activeCalls(): number {
    const running = new Set(this.#server.activeJobs.map(({ job }) => job.id));
    const now = performance.now();
    for (const [id, since] of this.#accepted) {
      if (running.has(id) || now - since > ASSIGNMENT_MS) this.#accepted.delete(id);
    }
    return running.size + this.#accepted.size;
  }

  /** 0 with no calls, 1 when full. */
  get load(): number {
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

  /** Takes no more calls and waits for those in progress, at most so long; resolves to whether all had ended. */
  async drain(limitMs: number): Promise<boolean> {
    try {
      await this.#server.drain(limitMs);
      return true;
    } catch (error) {
      this.#log.warn({ activeCalls: this.activeCalls, limitMs, error }, 'calls did not end in time');
      return false;
    }
  }

  /** Ends every process and the connection. */
  close(): Promise<void> {
    return this.#server.close();
  }

  async #request(request: JobRequest): Promise<void> {
    if (this.activeCalls >= this.#maxCalls) {
      this.#log.warn({ jobId: request.id, maxCalls: this.#maxCalls }, 'call refused: the worker is full');
      await request.reject();
      return;
    }
    this.#accepted.set(request.id, performance.now());
    this.#total += 1;
    await request.accept('Receptionist', `receptionist-${request.id}`, '', {
      [WORKER_ATTRIBUTE]: this.#workerId,
    });
  }
}

interface Hooks {
  request: (request: JobRequest) => Promise<void>;
  load: () => number;
}

function createFrameworkServer(
  config: Config,
  agentFile: string,
  hooks: Hooks,
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
    numIdleProcesses: 1,
    initializeProcessTimeout: LIFECYCLE.processInitMs,
    shutdownProcessTimeout: LIFECYCLE.processCloseMs,
    sessionEndTimeout: LIFECYCLE.processCloseMs,
    maxRetry: LIFECYCLE.connectRetries,
    jobMemoryLimitMB: 0,
    host: '127.0.0.1',
    production: true,
    logLevel: config.logLevel,
  });
  // The framework's own health server cannot be left out, and its constructor turns 0 into 8081, where a second worker would fail.
  options.port = 0;
  const server = new AgentServer(options);
  server.event.once('worker_registered', () => endOfTurn.loadSoon());
  return {
    event: server.event,
    get activeJobs() {
      return server.activeJobs;
    },
    run: () => server.run(),
    drain: (limitMs) => server.drain(limitMs),
    close: () => {
      endOfTurn.close();
      return server.close();
    },
  };
}
