import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { OpenhoursError } from '../errors.ts';
import { Releasers } from '../lifecycle/releasers.ts';
import { bootstrapDatabase } from './database-bootstrap.ts';
import { takeInstanceLock } from './instance-lock.ts';
import { applyMigrations, emptyAndSeed, readMigrations, seedIfEmpty } from './migrations.ts';
import { SUPERUSER, databaseUrl, startPostgres } from './postgres.ts';
import { ensureDataFolder, removeDataFolder, serverAccount } from './postgres-files.ts';
import { startPostgrest } from './postgrest.ts';
import { startRestGateway } from './rest-gateway.ts';
import { withSqlClient } from './sql-client.ts';

/** What {@link startDatabase} needs to know. */
export interface DatabaseOptions {
  /** Where the data and its secret are kept; one database runs on it at a time. */
  stateDir: string;
  /** Where the programs are copied to, shared by all checkouts. */
  cacheDir: string;
  logDir: string;
  /** supabase/migrations */
  migrationsDir: string;
  /** Run when there is no clinic yet, and by `reset`. */
  seedFile?: string;
  /** Of the gateway; a free one when absent. */
  port?: number;
  /** False when the data need not survive a power cut; true when absent. */
  durable?: boolean;
  /** Throws the data away first. */
  reset?: boolean;
  /** The PostgREST program, where npm has none for the platform. */
  postgrestBin?: string;
  onProgress?: (message: string) => void;
}

/** A Supabase of our own: the real Postgres and PostgREST, reachable from this machine only. */
export interface LocalDatabase {
  /** http://127.0.0.1:N, serves /rest/v1; what SUPABASE_URL holds. */
  readonly url: string;
  /** Tokens without an end, as a hosted project's keys. */
  readonly serviceRoleKey: string;
  readonly anonKey: string;
  /** Signs tokens (HS256) for users of a role `authenticated`; kept with the data. */
  readonly jwtSecret: string;
  /** postgresql://… for the role `postgres`, the owner of the tables. */
  readonly dbUrl: string;
  /** Empties all tables but those of `keep` and seeds again. For tests and rehearsals; the connections of others stay. */
  reset(keep?: readonly string[]): Promise<void>;
  /** Resolves when every process is gone; the data stays. */
  stop(): Promise<void>;
}

/**
 * Starts the database on `stateDir`, applies the migrations it lacks, and seeds it when it is empty. Its processes end with this one.
 * @throws OpenhoursError LOCAL_TOOL_MISSING when Postgres or PostgREST is not installed; LOCAL_PROCESS_FAILED when a process does not
 * start, a migration fails, or a live process (`details.pid`) uses the folder already.
 */
export async function startDatabase(options: DatabaseOptions): Promise<LocalDatabase> {
  const releasers = new Releasers();
  try {
    return await start(options, releasers);
  } catch (error) {
    await releasers.release();
    throw error;
  }
}

async function start(options: DatabaseOptions, releasers: Releasers): Promise<LocalDatabase> {
  const server = await startDatabaseServer(options, releasers);
  return serveDatabase(server, 'postgres', options, releasers);
}

/** A Postgres with the roles of a Supabase project, whose database `postgres` has the migrations and the seed. */
export interface DatabaseServer {
  /** The address of a role's session with a database. */
  readonly urlOf: (role: string, name: string) => string;
  /** Signs the tokens for all its databases. */
  readonly jwtSecret: string;
}

/**
 * The first half of {@link startDatabase}: everything but access over HTTP. What it starts is the caller's to release.
 * @throws OpenhoursError as {@link startDatabase}.
 */
export async function startDatabaseServer(
  options: DatabaseOptions,
  releasers: Releasers,
): Promise<DatabaseServer> {
  const { stateDir, cacheDir, logDir, durable = true, onProgress = () => undefined } = options;
  const migrations = readMigrations(options.migrationsDir);
  const seed = readSeed(options);
  mkdirSync(stateDir, { recursive: true });
  releasers.push('lock', takeInstanceLock(join(stateDir, 'database.lock')));

  const folder = join(stateDir, 'database');
  if (options.reset) removeDataFolder(folder);
  const account = serverAccount();
  const dataFolder = ensureDataFolder(folder, account);
  const jwtSecret = ensureSecret(join(stateDir, 'database.secret'), existsSync(join(dataFolder, 'data')));
  // One secret to keep: the password follows from it.
  const password = createHmac('sha256', jwtSecret).update('database password').digest('hex');

  const postgres = await startPostgres({
    ...{ dataFolder, cacheDir, logDir, account, password, durable, onProgress },
  });
  releasers.push('Postgres', () => postgres.stop());
  const urlOf = (role: string, name: string) => databaseUrl(postgres.port, role, password, name);
  await withSqlClient(urlOf(SUPERUSER, 'postgres'), (client) => bootstrapDatabase(client, password));
  await withSqlClient(urlOf('postgres', 'postgres'), async (client) => {
    await applyMigrations(client, migrations, onProgress);
    if (seed !== undefined) await seedIfEmpty(client, seed);
  });
  return { urlOf, jwtSecret };
}

/**
 * The second half: a PostgREST and a gateway for a database of the server.
 * @throws OpenhoursError as {@link startDatabase}.
 */
export async function serveDatabase(
  { urlOf, jwtSecret }: DatabaseServer,
  name: string,
  options: Pick<DatabaseOptions, 'logDir' | 'postgrestBin' | 'port' | 'seedFile'>,
  releasers: Releasers,
): Promise<LocalDatabase> {
  const { logDir, port, postgrestBin: bin } = options;
  const seed = readSeed(options);
  const dbUrl = urlOf('authenticator', name);
  const postgrest = await startPostgrest({ dbUrl, jwtSecret, logDir, ...(bin === undefined ? {} : { bin }) });
  releasers.push('PostgREST', () => postgrest.stop());
  const gateway = await startRestGateway({
    upstreamPort: postgrest.port,
    ...(port === undefined ? {} : { port }),
  });
  releasers.push('gateway', () => gateway.stop());
  return {
    url: gateway.url,
    serviceRoleKey: await signKey(jwtSecret, 'service_role'),
    anonKey: await signKey(jwtSecret, 'anon'),
    jwtSecret,
    dbUrl: urlOf('postgres', name),
    reset: (keep) => withSqlClient(urlOf(SUPERUSER, name), (client) => emptyAndSeed(client, seed, keep)),
    stop: () => releasers.release(),
  };
}

const readSeed = ({ seedFile }: Pick<DatabaseOptions, 'seedFile'>): string | undefined =>
  seedFile === undefined ? undefined : readFileSync(seedFile, 'utf8');

/** Reads the secret, or makes one that only its owner can read. */
function ensureSecret(file: string, hasData: boolean): string {
  if (existsSync(file)) {
    chmodSync(file, 0o600);
    return readFileSync(file, 'utf8').trim();
  }
  if (hasData) {
    const message = `${file} is gone, and with it the password of the database beside it: start with \`openhours dev --reset\``;
    throw new OpenhoursError('LOCAL_PROCESS_FAILED', message);
  }
  const secret = randomBytes(32).toString('base64url');
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}

function signKey(secret: string, role: 'anon' | 'service_role'): Promise<string> {
  return new SignJWT({ role, iss: 'openhours-local' })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .sign(new TextEncoder().encode(secret));
}
