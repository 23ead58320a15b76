import { cpSync, readFileSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { RoomServiceClient } from 'livekit-server-sdk';
import { cacheDir, projectRoot } from '../../src/config/paths.ts';
import { Releasers } from '../../src/lifecycle/releasers.ts';
import type { FaultSetting } from '../../src/local/faults.ts';
import { withSqlClient } from '../../src/local/sql-client.ts';
import { type Stack, startStack } from '../../src/local/stack.ts';
import { makeTemporaryFolder } from '../../src/local/temporary-database.ts';
import { type Voices, startVoices } from '../../src/local/voice.ts';
import { type WorkerProcess, startWorkerProcess } from '../../src/local/worker-process.ts';
import { type Caller, type PlaceCallOptions, placeCall } from '../../src/rehearsal/caller.ts';
import { disposeLines } from '../../src/rehearsal/phone-line.ts';

/** The sample clinic's number. */
export const CLINIC_NUMBER = '+922135550100';
/** A caller that does not exist. */
export const CALLER_NUMBER = '+923005550999';
/** A call's row. */
export interface CallRow {
  id: string;
  clinic_id: string | null;
  caller_number: string | null;
  outcome: string | null;
  reason: string | null;
  greeting_ms: number | null;
  answered_at: Date | null;
  ended_at: Date | null;
}

/** A row of `call_turns`. */
export interface TurnRow {
  index: number;
  caller_text: string | null;
  agent_text: string | null;
  latency_ms: number | null;
  parts: Record<string, number>;
  tool: string | null;
  interrupted: boolean;
}

/** A line of the worker's log. */
export type WorkerLine = Record<string, unknown> & { message?: string; pid?: number };

/** The whole local stack with voices for callers, and a worker on it. */
export class TestStack {
  readonly stack: Stack;
  readonly rooms: RoomServiceClient;
  readonly #releasers: Releasers;
  readonly #voices: Voices;
  readonly #callers: Caller[] = [];
  #worker: WorkerProcess | undefined;

  private constructor(releasers: Releasers, stack: Stack, voices: Voices) {
    this.#releasers = releasers;
    this.stack = stack;
    this.#voices = voices;
    const { LIVEKIT_URL = '', LIVEKIT_API_KEY = '', LIVEKIT_API_SECRET = '' } = stack.env;
    this.rooms = new RoomServiceClient(
      LIVEKIT_URL.replace('ws', 'http'),
      LIVEKIT_API_KEY,
      LIVEKIT_API_SECRET,
    );
  }

  /** Starts everything in a folder of its own: 3–10 s on two busy cores, minutes on a machine's first run. */
  static async start({ worker = true }: { worker?: boolean } = {}): Promise<TestStack> {
    const releasers = new Releasers();
    try {
      const folder = makeTemporaryFolder();
      releasers.push('folder', async () => rmSync(folder, { recursive: true, force: true }));
      const { PATH, HOME } = process.env;
      const stack = await startStack({
        root: projectRoot(),
        stateDir: folder,
        cacheDir: cacheDir(),
        environment: { PATH, HOME, LOG_LEVEL: 'debug' },
        onProgress: (part, message) => process.stderr.write(`${part}: ${message}\n`),
      });
      releasers.push('stack', () => stack.stop());
      const voices = await startVoices();
      releasers.push('voices', () => voices.stop());
      const test = new TestStack(releasers, stack, voices);
      if (worker) await test.startWorker();
      return test;
    } catch (error) {
      await releasers.release();
      throw error;
    }
  }

  /** Starts the worker, from `dist/`, as the container would. */
  async startWorker(): Promise<WorkerProcess> {
    const { env, logDir } = this.stack;
    const worker = await startWorkerProcess({ root: projectRoot(), env, logDir });
    this.#releasers.push('worker', () => worker.child.stop());
    this.#worker = worker;
    return this.#worker;
  }

  /** The worker that was started. */
  get worker(): WorkerProcess {
    if (this.#worker === undefined) throw new Error('no worker was started');
    return this.#worker;
  }

  /** Rings the sample clinic. */
  async dial(options: Partial<PlaceCallOptions> = {}): Promise<Caller> {
    const {
      LIVEKIT_URL = '',
      LIVEKIT_API_KEY = '',
      LIVEKIT_API_SECRET = '',
      LIVEKIT_AGENT_NAME = '',
    } = this.stack.env;
    const caller = await placeCall({
      url: LIVEKIT_URL,
      apiKey: LIVEKIT_API_KEY,
      apiSecret: LIVEKIT_API_SECRET,
      agentName: LIVEKIT_AGENT_NAME,
      from: CALLER_NUMBER,
      to: CLINIC_NUMBER,
      audio: 'wideband',
      synthesize: (text) => this.synthesize(text, 'rms'),
      ...options,
    });
    this.#callers.push(caller);
    return caller;
  }

  /** A sentence as mono PCM at 16 kHz; the agent's own voice is `slt`. */
  synthesize(text: string, voice: 'rms' | 'slt'): Promise<Int16Array> {
    return this.#voices.synthesize(text, { voice, sampleRate: 16_000 });
  }

  /** Asks the database, as its owner. */
  sql<Row extends object>(text: string, values: unknown[] = []): Promise<Row[]> {
    return withSqlClient(this.stack.database.dbUrl, async (client) => {
      const { rows } = await client.query<Row>(text, values);
      return rows;
    });
  }

  /** The call's row, if there is one. */
  async callRow(caller: Caller): Promise<CallRow | undefined> {
    const [row] = await this.sql<CallRow>('select * from calls where room = $1', [caller.call.room]);
    return row;
  }

  /** The call's row once the call has an outcome. */
  async closedRow(caller: Caller): Promise<CallRow> {
    const closed = async () => {
      const row = await this.callRow(caller);
      return row?.outcome == null ? undefined : row;
    };
    return await untilTrue(closed, 15_000, 'the call has an outcome');
  }

  /** The call's turns so far, in order. */
  turns(caller: Caller): Promise<TurnRow[]> {
    return this.sql<TurnRow>(
      'select t.* from call_turns t join calls c on c.id = t.call_id where c.room = $1 order by index',
      [caller.call.room],
    );
  }

  /** True when the call's room is no more. */
  async roomIsGone(caller: Caller): Promise<boolean> {
    return (await this.rooms.listRooms([caller.call.room])).length === 0;
  }

  /** What was said, for the message of a failed test. */
  async transcript(caller: Caller): Promise<string> {
    const lines = (await this.turns(caller)).map(
      (turn) =>
        `${turn.index}: ${turn.caller_text ?? ''} -> ${turn.interrupted ? '(cut off) ' : ''}${turn.agent_text ?? ''}`,
    );
    return lines.join('\n');
  }

  /** Makes a speech service misbehave, or well again. */
  async fault(setting: FaultSetting): Promise<void> {
    const response = await fetch(`${this.stack.control.speech ?? ''}/_control`, {
      method: 'POST',
      body: JSON.stringify(setting),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  /** Everything the worker and its calls' processes have written. */
  workerLog(): string {
    return readFileSync(this.worker.child.logFile, 'utf8');
  }

  /** The process that has the call, from the worker's log. */
  async callProcess(callId: string): Promise<number> {
    const arrived = () =>
      logLines(this.workerLog()).find((line) => line.message === 'call arrived' && line['callId'] === callId);
    const { pid = 0 } = await untilTrue(arrived, 5_000, 'the log names the process of the call');
    return pid;
  }

  /** Ends what a test that failed has left, so that the next one finds no call of it. */
  async hangUpAll(): Promise<void> {
    await Promise.all(this.#callers.splice(0).map((caller) => caller.hangUp()));
  }

  /** Ends everything and leaves nothing behind. */
  async stop(): Promise<void> {
    await this.hangUpAll();
    // For a test that failed: the folder goes with the stack.
    const { TEST_LOGS } = process.env;
    if (TEST_LOGS !== undefined) cpSync(this.stack.logDir, TEST_LOGS, { recursive: true });
    await this.#releasers.release();
    await disposeLines();
  }
}

/** No room, no call without an outcome, and no call that the worker believes to have. */
export async function nothingLeft(stack: TestStack): Promise<void> {
  // An agent that finds nobody in the room waits for 10 s.
  await untilTrue(async () => (await stack.rooms.listRooms()).length === 0, 30_000, 'no room is left');
  const open = () => stack.sql('select room from calls where outcome is null or ended_at is null');
  await untilTrue(async () => (await open()).length === 0, 15_000, 'every call has an outcome');
  const hello = async () =>
    (await fetch(`${stack.worker.url}/hello`)).json() as Promise<{ activeTasks: number }>;
  await untilTrue(async () => (await hello()).activeTasks === 0, 15_000, 'the worker has no call');
}

/** The JSON lines of a log; what is not JSON is left out. */
export function logLines(log: string): WorkerLine[] {
  return log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as WorkerLine);
}

/** Asks again and again until the answer is neither false nor undefined; fails with `what` did not come true in time. */
export async function untilTrue<T>(
  condition: () => T | undefined | false | Promise<T | undefined | false>,
  limitMs: number,
  what: string,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value !== undefined && value !== false) return value;
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await delay(20);
  }
}
