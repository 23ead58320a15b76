import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../config/paths.ts';
import { Releasers } from '../lifecycle/releasers.ts';
import { removeAfterUs } from './child.ts';
import { copyDatabase, dropDatabase } from './database-bootstrap.ts';
import {
  type DatabaseOptions,
  type DatabaseServer,
  type LocalDatabase,
  serveDatabase,
  startDatabaseServer,
} from './database.ts';
import { ensureDataFolder, serverAccount } from './postgres-files.ts';
import { SUPERUSER } from './postgres.ts';
import { withSqlClient } from './sql-client.ts';

const SUPABASE = join(projectRoot(), 'supabase');

/** The project's own migrations and sample clinic, as {@link startDatabase} takes them. */
export const PROJECT_SCHEMA = {
  migrationsDir: join(SUPABASE, 'migrations'),
  seedFile: join(SUPABASE, 'seed.sql'),
} as const;

/** What the name of every folder of {@link makeTemporaryFolder} begins with. */
const FOLDER_PREFIX = 'openhours-database-';

/** A folder under the system's temporary one that the database's own user can get to. `mark` becomes part of its name. */
export function makeTemporaryFolder(mark = ''): string {
  const folder = mkdtempSync(join(tmpdir(), `${FOLDER_PREFIX}${mark}`));
  chmodSync(folder, 0o755);
  return folder;
}

/** A Postgres that gives each who asks a database of their own. */
export interface TemporaryServer {
  /** A new database with the migrations and the sample clinic, and access to it; its `stop` drops it. Takes about 0.2 s. */
  open(): Promise<LocalDatabase>;
  /** Stops everything, open databases too, and leaves nothing behind. */
  stop(): Promise<void>;
}

/**
 * Starts a Postgres in a temporary folder, whose name has `mark` in it. Both are gone soon after this process, also when it is killed.
 * Takes about 1 s.
 * @throws OpenhoursError as `startDatabase`.
 */
export async function startTemporaryServer(mark?: string): Promise<TemporaryServer> {
  const releasers = new Releasers();
  const folder = makeTemporaryFolder(mark);
  const options = {
    stateDir: folder,
    cacheDir: join(folder, 'programs'),
    logDir: join(folder, 'logs'),
    durable: false,
    ...PROJECT_SCHEMA,
  };
  const dataFolder = ensureDataFolder(join(folder, 'database'), serverAccount());
  try {
    releasers.push(
      'folder',
      await removeAfterUs([dataFolder, folder], join(dataFolder, 'data', 'postmaster.pid')),
    );
    const server = await startDatabaseServer(options, releasers);
    let opened = 0;
    return {
      open: () => openCopy(server, `copy_${(opened += 1)}`, options, releasers),
      stop: () => releasers.release(),
    };
  } catch (error) {
    await releasers.release();
    throw error;
  }
}

/**
 * A temporary server with one database; `stop` leaves nothing behind. Takes about 1 s.
 * @throws OpenhoursError as {@link startTemporaryServer}.
 */
export async function startTemporaryDatabase(): Promise<LocalDatabase> {
  const server = await startTemporaryServer();
  try {
    return { ...(await server.open()), stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function openCopy(
  server: DatabaseServer,
  name: string,
  options: DatabaseOptions,
  releasers: Releasers,
): Promise<LocalDatabase> {
  const own = new Releasers();
  releasers.push(name, () => own.release());
  // Not with the database `postgres`: while it has a session it cannot be copied.
  const asSuperuser = (use: Parameters<typeof withSqlClient<void>>[1]) =>
    withSqlClient(server.urlOf(SUPERUSER, 'template1'), use);
  await asSuperuser((client) => copyDatabase(client, name));
  own.push('database', () => asSuperuser((client) => dropDatabase(client, name)));
  try {
    return await serveDatabase(server, name, options, own);
  } catch (error) {
    await own.release();
    throw error;
  }
}
