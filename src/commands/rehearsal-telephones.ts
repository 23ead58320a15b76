import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { openDatabase } from '../clinic/database.ts';
import type { Config } from '../config/load.ts';
import { processEnvironment } from '../config/load.ts';
import { cacheDir, projectRoot } from '../config/paths.ts';
import { OpenhoursError } from '../errors.ts';
import type { Releasers } from '../lifecycle/releasers.ts';
import { type Stack, startStack } from '../local/stack.ts';
import { startVoices } from '../local/voice.ts';
import { type WorkerProcess, startWorkerProcess } from '../local/worker-process.ts';
import type { Logger } from '../log.ts';
import { placeCall } from '../rehearsal/caller.ts';
import type { Row } from '../rehearsal/matching.ts';
import { disposeLines } from '../rehearsal/phone-line.ts';
import { SAMPLE_CLINIC } from '../rehearsal/sample-clinic.ts';
import type { Scenario } from '../rehearsal/scenario.ts';
import { transcribe } from '../rehearsal/transcribe.ts';
import { type VoiceDial, type VoiceLane, WORKERS_TABLES, openVoiceLane } from '../rehearsal/voice-lane.ts';

/** How to start what calls by voice need. */
export interface TelephoneOptions {
  /** Lanes, each with a LiveKit server, a database and a worker; speech and language are shared. */
  readonly count: number;
  /** Where data and logs are kept, a folder for each lane; the data of the last time is thrown away. */
  readonly folder: string;
  /** The language model; the stand-in when undefined. */
  readonly openai?: Config['openai'] | undefined;
  readonly print: (line: string) => void;
  readonly log: Logger;
}

/** Variables that make a worker somebody else's. */
const NOT_PASSED_ON =
  /^(LIVEKIT|SUPABASE|OPENAI|DEEPGRAM|SHIFT|CLINIC|GATEWAY|WORKER|ADMIN|PUBLIC|TWILIO|PORT$)/;
/** A call's process leaves within 4 s of its end; its worker notices at once. */
const IDLE_MS = 15_000;
const POLL_MS = 50;
/** For callers who hide their number: the dispatch rule then names the clinic. */
const METADATA = '{"clinic":"karachi-smiles"}';

/** Starts what calls by voice need: 5–10 s on two cores, minutes on a machine's first run; everything is released. */
export async function startTelephones(options: TelephoneOptions, releasers: Releasers): Promise<VoiceLane[]> {
  releasers.push('phone lines', disposeLines);
  const voices = await startVoices();
  releasers.push('voices', () => voices.stop());
  const synthesize = (text: string) => voices.synthesize(text, { voice: 'rms', sampleRate: 16_000 });
  const lanes: VoiceLane[] = [];
  let first: Stack | undefined;
  // One after the other: on a machine's first run the first one builds what the others use.
  for (let number = 1; number <= options.count; number += 1) {
    const stack = await startLaneStack(options, number, first === undefined, releasers);
    first ??= stack;
    const worker = new LaneWorker(stack, sharedServices(first, options.openai));
    releasers.push('worker', () => worker.stop());
    lanes.push(await openVoiceLane(await laneParts(options, stack, first, worker, synthesize, releasers)));
  }
  await Promise.all(lanes.map((lane) => lane.work(false)));
  return lanes;
}

async function startLaneStack(
  { folder, print }: TelephoneOptions,
  number: number,
  providers: boolean,
  releasers: Releasers,
): Promise<Stack> {
  const stack = await startStack({
    root: projectRoot(),
    stateDir: join(folder, `lane-${number}`),
    cacheDir: cacheDir(),
    environment: Object.fromEntries(
      Object.entries(processEnvironment()).filter(([name]) => !NOT_PASSED_ON.test(name)),
    ),
    reset: true,
    providers,
    onProgress: (part, message) => print(`lane ${number}, ${part}: ${message}`),
  });
  releasers.push('stack', () => stack.stop());
  return stack;
}

/** Variables of the speech and language services that all lanes use. */
function sharedServices(first: Stack, openai: Config['openai'] | undefined): Record<string, string> {
  const shared = Object.fromEntries(
    Object.entries(first.env).filter(([name]) => /^(OPENAI|DEEPGRAM)_/.test(name)),
  );
  if (openai === undefined) return shared;
  delete shared['OPENAI_BASE_URL'];
  return {
    ...shared,
    OPENAI_API_KEY: openai.apiKey,
    OPENAI_MODEL: openai.model,
    OPENAI_FALLBACK_MODEL: openai.fallbackModel,
    ...(openai.baseUrl === undefined ? {} : { OPENAI_BASE_URL: openai.baseUrl }),
  };
}

/** A lane's worker, which is started anew when it has to work otherwise. */
class LaneWorker {
  readonly #stack: Stack;
  readonly #services: Record<string, string>;
  #worker: WorkerProcess | undefined;
  #byHours: boolean | undefined;
  #started = 0;

  constructor(stack: Stack, services: Record<string, string>) {
    this.#stack = stack;
    this.#services = services;
  }

  /** A worker whose shift was made by hand answers at any hour. */
  async work(byHours: boolean): Promise<void> {
    // What it knows of hours it has read at its start.
    if (this.#byHours === byHours && !byHours) return;
    await this.stop();
    this.#started += 1;
    this.#byHours = byHours;
    this.#worker = await startWorkerProcess({
      root: projectRoot(),
      env: { ...this.#stack.env, ...this.#services, ...(byHours ? { SHIFT_FOR: '' } : {}) },
      logDir: this.#stack.logDir,
      name: `worker-${this.#started}`,
    });
  }

  async idle(): Promise<void> {
    const deadline = performance.now() + IDLE_MS;
    while (this.#worker !== undefined && (await activeCalls(this.#worker)) > 0) {
      if (performance.now() > deadline)
        throw new OpenhoursError('CALL_FAILED', `the worker has a call ${IDLE_MS} ms after its end`);
      await delay(POLL_MS);
    }
  }

  async stop(): Promise<void> {
    await this.#worker?.child.stop();
    this.#worker = undefined;
  }
}

async function activeCalls({ url }: WorkerProcess): Promise<number> {
  const response = await fetch(`${url}/hello`);
  return ((await response.json()) as { activeTasks: number }).activeTasks;
}

async function laneParts(
  { log }: TelephoneOptions,
  stack: Stack,
  first: Stack,
  worker: LaneWorker,
  synthesize: (text: string) => Promise<Int16Array>,
  releasers: Releasers,
): Promise<Parameters<typeof openVoiceLane>[0]> {
  const { database } = stack;
  const client = new pg.Client({ connectionString: database.dbUrl });
  // The query under way is refused all the same.
  client.on('error', () => undefined);
  await client.connect();
  releasers.push('connection', () => client.end());
  return {
    db: openDatabase(database),
    sql: async (text, values = []) => (await client.query<Row>(text, [...values])).rows,
    reset: () => database.reset(WORKERS_TABLES),
    idle: () => worker.idle(),
    work: (byHours) => worker.work(byHours),
    transfers: (outcome) => setTransfers(stack, outcome),
    dial: (how) => dial(stack, how, synthesize),
    transcribe: (pcm) => transcribe(first.control.speech ?? '', pcm),
    log,
  };
}

async function setTransfers({ control }: Stack, outcome: Scenario['staff']): Promise<void> {
  const transfer = { outcome: outcome === 'failed' ? 'refused' : outcome };
  const response = await fetch(`${control.livekit ?? ''}/_control`, {
    method: 'POST',
    body: JSON.stringify({ transfer }),
  });
  if (!response.ok) throw new OpenhoursError('LOCAL_PROCESS_FAILED', await response.text());
}

function dial({ env }: Stack, how: VoiceDial, synthesize: (text: string) => Promise<Int16Array>) {
  return placeCall({
    url: env['LIVEKIT_URL'] ?? '',
    apiKey: env['LIVEKIT_API_KEY'] ?? '',
    apiSecret: env['LIVEKIT_API_SECRET'] ?? '',
    agentName: env['LIVEKIT_AGENT_NAME'] ?? '',
    ...(how.hiddenNumber === true ? { metadata: METADATA } : {}),
    to: SAMPLE_CLINIC.number,
    synthesize,
    ...how,
  });
}
