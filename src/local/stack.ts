import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OpenhoursError } from '../errors.ts';
import { Releasers } from '../lifecycle/releasers.ts';
import { startBrain } from './brain.ts';
import { type LocalDatabase, startDatabase } from './database.ts';
import { Faults } from './faults.ts';
import type { CalleeVoice } from './livekit-front-callees.ts';
import { startLiveKitFront } from './livekit-front.ts';
import { startLiveKit } from './livekit.ts';
import { type SpeechServer, startSpeech } from './speech.ts';
import type { Voices } from './voice.ts';

/** The parts of the stack, which start at the same time. */
export const STACK_PARTS = ['livekit', 'database', 'speech', 'language'] as const;
/** One of {@link STACK_PARTS}. */
export type StackPart = (typeof STACK_PARTS)[number];

/** How to start the local stack. */
export interface StackOptions {
  /** The checkout: migrations, seed and environment templates are read from it. */
  root: string;
  stateDir: string;
  cacheDir: string;
  /** The caller's environment: PATH for finding tools, LIVEKIT_URL for a server that runs already, POSTGREST_BIN. */
  environment: Readonly<Record<string, string | undefined>>;
  /** Throw the data away first. */
  reset?: boolean;
  /** Start the speech and language stand-ins. */
  providers?: boolean;
  /** Have the worker make the calls that are due; who picks up is a stand-in. */
  outbound?: boolean;
  onProgress?: (part: StackPart, message: string) => void;
  /** Told once for each part, when it is up. */
  onReady?: (part: StackPart) => void;
}

/** A running stack, with the environment that a worker needs to use it. */
export interface Stack {
  readonly env: Record<string, string>;
  readonly database: LocalDatabase;
  /** Where the stand-ins take orders to misbehave, by service; `livekit` is undefined for a server that was given. */
  readonly control: {
    speech: string | undefined;
    language: string | undefined;
    livekit: string | undefined;
  };
  readonly logDir: string;
  /**
   * Ends the LiveKit server and starts it again `downMs` later, on the same ports with the same keys. The front before it stays.
   * @throws OpenhoursError LOCAL_PROCESS_FAILED when it does not come back, or is not ours.
   */
  restartLiveKit(options: { downMs: number }): Promise<void>;
  stop(): Promise<void>;
}

/** A LiveKit server answers at once. */
const GIVEN_SERVER_MS = 5_000;

/** The outbound trunk of the local stack: nobody is called over it. */
export const STAND_IN_TRUNK = 'ST_stand_in';

/** How long a worker of the local stack works, whatever the sample clinic's hours say. */
const LOCAL_SHIFT = '12h';

/** The agent name of the local stack; the sample clinic answers to it. */
export const LOCAL_AGENT_NAME = 'openhours';

/**
 * Starts LiveKit, the database and the stand-ins, all at the same time, on loopback and on free ports. Everything ends with this process.
 * @throws OpenhoursError LOCAL_TOOL_MISSING or LOCAL_PROCESS_FAILED; what had started is stopped again.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const releasers = new Releasers();
  const logDir = join(options.stateDir, 'logs');
  mkdirSync(logDir, { recursive: true });
  const up = <T>(part: StackPart, started: Promise<T>): Promise<T> =>
    started.then((value) => {
      options.onReady?.(part);
      return value;
    });
  let speechUrl: string | undefined;
  let voices: Voices | undefined;
  const heard = async () => {
    const started = await speech(options, logDir, releasers);
    speechUrl = started.url;
    voices = started.voices;
    return started;
  };
  const starting = [
    up(
      'livekit',
      livekit(options, logDir, releasers, async (text) =>
        voices?.synthesize(text, { voice: 'rms', sampleRate: 16_000 }),
      ),
    ),
    up('database', database(options, logDir, releasers)),
    up('speech', options.providers === false ? noStandIn() : heard()),
    up(
      'language',
      options.providers === false ? noStandIn() : language(options, logDir, releasers, () => speechUrl),
    ),
  ] as const;
  try {
    const [room, data, spoken, brain] = await Promise.all(starting);
    return {
      env: environmentOf(options, room, data, spoken.url, brain.url),
      database: data,
      control: { speech: spoken.url, language: brain.url, livekit: room.controlUrl },
      logDir,
      restartLiveKit: (downtime) => room.restart(downtime),
      stop: () => releasers.release(),
    };
  } catch (error) {
    await Promise.allSettled(starting);
    await releasers.release();
    throw error;
  }
}

interface Room {
  url: string;
  apiKey: string;
  apiSecret: string;
  controlUrl: string | undefined;
  restart(options: { downMs: number }): Promise<void>;
}

async function livekit(
  options: StackOptions,
  logDir: string,
  releasers: Releasers,
  voice: CalleeVoice,
): Promise<Room> {
  const { LIVEKIT_URL, LIVEKIT_API_KEY, LIVEKIT_API_SECRET, PATH = '' } = options.environment;
  const progress = (message: string) => options.onProgress?.('livekit', message);
  if (LIVEKIT_URL !== undefined && LIVEKIT_URL !== '') {
    await checkGivenServer(LIVEKIT_URL);
    progress(`using ${LIVEKIT_URL}`);
    return {
      url: LIVEKIT_URL,
      apiKey: LIVEKIT_API_KEY ?? '',
      apiSecret: LIVEKIT_API_SECRET ?? '',
      controlUrl: undefined,
      restart: () => Promise.reject(notOurs(LIVEKIT_URL)),
    };
  }
  const server = await startLiveKit({
    cacheDir: options.cacheDir,
    stateDir: options.stateDir,
    logDir,
    path: PATH,
    env: defined(options.environment),
    onProgress: progress,
  });
  releasers.push('LiveKit', () => server.stop());
  const { apiKey, apiSecret } = server;
  const logFile = join(logDir, 'callees.log');
  const front = await startLiveKitFront({ server: server.url, apiKey, apiSecret, voice, logFile });
  releasers.push('LiveKit front', () => front.stop());
  progress(`ready at ${front.url}`);
  return {
    url: front.url,
    apiKey,
    apiSecret,
    controlUrl: front.controlUrl,
    restart: (downtime) => server.restart(downtime),
  };
}

function notOurs(url: string): OpenhoursError {
  return new OpenhoursError('LOCAL_PROCESS_FAILED', `the LiveKit server at ${url} is not ours to restart`);
}

/** A LIVEKIT_URL left over from a local stack that has ended is the likely reason for a server that does not answer. */
async function checkGivenServer(url: string): Promise<void> {
  try {
    await fetch(url.replace(/^ws/, 'http'), { signal: AbortSignal.timeout(GIVEN_SERVER_MS) });
  } catch (cause) {
    throw new OpenhoursError(
      'LOCAL_PROCESS_FAILED',
      `LIVEKIT_URL is set to ${url}, where no server answers: unset it to use a local server, or start that one`,
      { cause },
    );
  }
}

async function database(options: StackOptions, logDir: string, releasers: Releasers): Promise<LocalDatabase> {
  const postgrestBin = options.environment['POSTGREST_BIN'];
  const started = await startDatabase({
    stateDir: options.stateDir,
    cacheDir: options.cacheDir,
    logDir,
    migrationsDir: join(options.root, 'supabase/migrations'),
    seedFile: join(options.root, 'supabase/seed.sql'),
    reset: options.reset ?? false,
    ...(postgrestBin === undefined ? {} : { postgrestBin }),
    onProgress: (message) => options.onProgress?.('database', message),
  });
  releasers.push('database', () => started.stop());
  options.onProgress?.('database', `ready at ${started.url}`);
  return started;
}

async function speech(options: StackOptions, logDir: string, releasers: Releasers): Promise<SpeechServer> {
  const started = await startSpeech({
    cacheDir: options.cacheDir,
    templatesDir: join(options.root, 'env-templates'),
    logDir,
    onProgress: (message) => options.onProgress?.('speech', message),
  });
  releasers.push('speech stand-in', () => started.stop());
  options.onProgress?.('speech', `stand-in ready at ${started.url}`);
  return started;
}

async function language(
  options: StackOptions,
  logDir: string,
  releasers: Releasers,
  audioUrl: () => string | undefined,
): Promise<{ url: string }> {
  const started = await startBrain({
    audioUrl,
    logFile: join(logDir, 'language.log'),
    faults: new Faults(),
  });
  releasers.push('language stand-in', () => started.stop());
  options.onProgress?.('language', `stand-in ready at ${started.url}`);
  return started;
}

const noStandIn = (): Promise<{ url: string | undefined }> => Promise.resolve({ url: undefined });

function environmentOf(
  options: StackOptions,
  room: Room,
  data: LocalDatabase,
  speechUrl: string | undefined,
  languageUrl: string | undefined,
): Record<string, string> {
  const given = defined(options.environment);
  return {
    LIVEKIT_URL: room.url,
    LIVEKIT_API_KEY: room.apiKey,
    LIVEKIT_API_SECRET: room.apiSecret,
    LIVEKIT_AGENT_NAME: LOCAL_AGENT_NAME,
    SUPABASE_URL: data.url,
    SUPABASE_SERVICE_ROLE_KEY: data.serviceRoleKey,
    // Not secrets: the stand-ins take any key. With real services the caller's own variables count.
    OPENAI_API_KEY: languageUrl === undefined ? (given['OPENAI_API_KEY'] ?? '') : 'local-stand-in',
    DEEPGRAM_API_KEY: speechUrl === undefined ? (given['DEEPGRAM_API_KEY'] ?? '') : 'local-stand-in',
    ...base('OPENAI_BASE_URL', languageUrl === undefined ? given['OPENAI_BASE_URL'] : `${languageUrl}/v1`),
    ...base('DEEPGRAM_BASE_URL', speechUrl ?? given['DEEPGRAM_BASE_URL']),
    ENVIRONMENT: 'development',
    // A shift by hand: the sample clinic is to be called also at night.
    SHIFT_FOR: given['SHIFT_FOR'] ?? LOCAL_SHIFT,
    ...base('SIP_OUTBOUND_TRUNK_ID', trunkOf(options, room)),
    ...base('WORKER_TOKEN', given['WORKER_TOKEN']),
    ...base('LOG_LEVEL', given['LOG_LEVEL']),
    DATA_DIR: join(options.stateDir, 'worker'),
  };
}

/** The one of the variables, or the stand-in's, which takes any: a front of ours asks for none. */
function trunkOf({ environment, outbound }: StackOptions, { controlUrl }: Room): string | undefined {
  if (outbound !== true || controlUrl === undefined) return environment['SIP_OUTBOUND_TRUNK_ID'];
  return STAND_IN_TRUNK;
}

function base(name: string, url: string | undefined): Record<string, string> {
  return url === undefined ? {} : { [name]: url };
}

function defined(environment: StackOptions['environment']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Writes a file that a shell can `source`, readable by its owner alone: it holds the keys of the local stack. */
export function writeEnvFile(file: string, env: Record<string, string>): void {
  const lines = Object.entries(env).map(
    ([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
  );
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
}
