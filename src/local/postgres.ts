import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { OpenhoursError } from '../errors.ts';
import { type GuardedChild, startGuarded } from './child.ts';
import { freeTcpPort } from './free-port.ts';
import { isProcessAlive } from './instance-lock.ts';
import { type Account, ensurePostgresFiles } from './postgres-files.ts';
import { withSqlClient } from './sql-client.ts';

/** How to start Postgres. */
export interface PostgresOptions {
  /** From `ensureDataFolder`. */
  dataFolder: string;
  cacheDir: string;
  logDir: string;
  account: Account | undefined;
  /** Of every role that can log in. */
  password: string;
  /** False for data that nobody misses after a power cut: nothing waits for the disk then. */
  durable: boolean;
  onProgress: (message: string) => void;
}

/** A running Postgres on loopback. */
export interface Postgres {
  readonly port: number;
  /** Ends sessions, writes a checkpoint, and is gone when this resolves. */
  stop(): Promise<void>;
}

/** The superuser. Hosted projects keep theirs to themselves under the same name; migrations run as `postgres`, which is none. */
export const SUPERUSER = 'supabase_admin';

/** Measured 0.1 s on 2 idle cores, 0.5 s after a kill -9; the rest is for machines that are busy. */
const READY_TIMEOUT_MS = 30_000;
/** Its guard kills a server whose parent died after 5 s: by then it is gone. */
const LEFTOVER_TIMEOUT_MS = 7_000;
/** A port found free can be taken before the server has it. */
const ATTEMPTS = 3;

/** Small: this serves one developer. Durability stays on, so that what a caller was promised survives even a power cut. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  // Sockets in the file system have a limit on their path's length, and nobody needs them.
  unix_socket_directories: '',
  max_connections: '60',
  shared_buffers: '32MB',
  max_wal_size: '256MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  // /dev/shm is missing or tiny in some containers.
  dynamic_shared_memory_type: 'mmap',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%u ',
};
/** What a killed Postgres has committed is still there: only the machine itself can lose it. */
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off' };

/** The address of a role's session with a database of this server. */
export function databaseUrl(port: number, role: string, password: string, name = 'postgres'): string {
  return `postgresql://${role}:${password}@127.0.0.1:${port}/${name}`;
}

/**
 * Starts Postgres on this data folder, having made a database there if there is none. The caller holds the instance lock.
 * @throws OpenhoursError LOCAL_TOOL_MISSING without the programs; LOCAL_PROCESS_FAILED, naming the log, when it does not come up.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const programs = ensurePostgresFiles(options.cacheDir, options.account);
  const data = join(options.dataFolder, 'data');
  if (!existsSync(data)) {
    options.onProgress('Making a new database');
    await initialise(options, programs, data);
  }
  await settleLeftovers(join(data, 'postmaster.pid'));
  for (let attempt = 1; ; attempt++) {
    const port = await freeTcpPort();
    const child = await startServer(options, programs, data, port);
    try {
      await untilReady(child, databaseUrl(port, SUPERUSER, options.password));
      return { port, stop: () => child.stop() };
    } catch (error) {
      const retry = !child.running() && attempt < ATTEMPTS;
      await child.stop();
      if (!retry) throw error;
    }
  }
}

async function initialise(options: PostgresOptions, programs: string, data: string): Promise<void> {
  const { account, dataFolder } = options;
  // Built aside and renamed: a database that exists is a whole one, whenever we are killed.
  const unfinished = join(dataFolder, 'data.new');
  const passwordFile = join(dataFolder, 'password');
  rmSync(unfinished, { recursive: true, force: true });
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  if (account) chownSync(passwordFile, account.uid, account.gid);
  const child = await startGuarded({
    name: 'initdb',
    command: join(programs, 'bin', 'initdb'),
    args: [
      ...['--pgdata', unfinished, '--username', SUPERUSER, '--pwfile', passwordFile],
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--wal-segsize=4'],
      // Postgres' own locale: the same order and case rules on every machine, whatever locales it has.
      ...['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'],
      // The rename comes after; a power cut in this very second costs an empty database.
      '--no-sync',
    ],
    env: {},
    logFile: join(options.logDir, 'postgres.log'),
    ...account,
  });
  const code = await child.exited;
  await child.stop();
  rmSync(passwordFile, { force: true });
  if (code !== 0) {
    throw new OpenhoursError('LOCAL_PROCESS_FAILED', `initdb ended with code ${code}; see ${child.logFile}`);
  }
  renameSync(unfinished, data);
}

function startServer(
  options: PostgresOptions,
  programs: string,
  data: string,
  port: number,
): Promise<GuardedChild> {
  const settings = { ...SETTINGS, ...(options.durable ? {} : NOT_DURABLE) };
  return startGuarded({
    name: 'Postgres',
    command: join(programs, 'bin', 'postgres'),
    args: [
      ...['-D', data, '-p', String(port)],
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env: {},
    logFile: join(options.logDir, 'postgres.log'),
    stopSignal: 'INT', // its fast shutdown: TERM would wait for every session to leave
    ...options.account,
  });
}

/**
 * After a kill -9 an old server may still be on its way out, its guard sees to that; or its pid file may name a process that has
 * nothing to do with Postgres, which Postgres itself would not see through.
 */
async function settleLeftovers(pidFile: string): Promise<void> {
  const deadline = performance.now() + LEFTOVER_TIMEOUT_MS;
  for (;;) {
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8').split('\n')[0]) : 0;
    if (!pid || !isProcessAlive(pid)) return;
    if (!isPostgres(pid)) {
      rmSync(pidFile, { force: true });
      return;
    }
    if (performance.now() > deadline) {
      const message = `Postgres (process ${pid}) still runs on this data folder, and nobody of ours holds it; stop it first`;
      throw new OpenhoursError('LOCAL_PROCESS_FAILED', message, { details: { pid } });
    }
    await delay(20);
  }
}

function isPostgres(pid: number): boolean {
  // Without /proc it stays Postgres' own decision.
  if (!existsSync('/proc/self/cmdline')) return true;
  try {
    return /\/bin\/postgres$/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '');
  } catch {
    return false; // it ended in between
  }
}

async function untilReady(child: GuardedChild, url: string): Promise<void> {
  const deadline = performance.now() + READY_TIMEOUT_MS;
  let last: unknown;
  while (child.running() && performance.now() < deadline) {
    try {
      await withSqlClient(url, () => Promise.resolve());
      return;
    } catch (cause) {
      last = cause;
      // 28P01 is a wrong password: no waiting will change it.
      if (cause instanceof Error && 'code' in cause && cause.code === '28P01') break;
    }
    await delay(10);
  }
  const happened = child.running() ? 'did not answer' : 'ended at its start';
  throw new OpenhoursError('LOCAL_PROCESS_FAILED', `Postgres ${happened}; see ${child.logFile}`, {
    cause: last,
  });
}
