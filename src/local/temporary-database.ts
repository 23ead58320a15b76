import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../config/paths.ts';
import { type LocalDatabase, startDatabase } from './database.ts';

const SUPABASE = join(projectRoot(), 'supabase');

/** The project's own migrations and sample clinic, as {@link startDatabase} takes them. */
export const PROJECT_SCHEMA = {
  migrationsDir: join(SUPABASE, 'migrations'),
  seedFile: join(SUPABASE, 'seed.sql'),
} as const;

/** A folder under the system's temporary one that the database's own user can get to. */
export function makeTemporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'openhours-database-'));
  chmodSync(folder, 0o755);
  return folder;
}

/**
 * A database for one test file, with the sample clinic in it; `stop` leaves nothing behind. Takes about 1 s.
 * @throws OpenhoursError as {@link startDatabase}.
 */
export async function startTemporaryDatabase(): Promise<LocalDatabase> {
  const folder = makeTemporaryFolder();
  const database = await startDatabase({
    stateDir: folder,
    cacheDir: join(folder, 'programs'),
    logDir: join(folder, 'logs'),
    ...PROJECT_SCHEMA,
  });
  return {
    ...database,
    async stop() {
      await database.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
