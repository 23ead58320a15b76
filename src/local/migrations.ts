import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OpenhoursError } from '../errors.ts';
import type { SqlClient } from './sql-client.ts';

/** One file of supabase/migrations: `<version>_<name>.sql`. */
export interface Migration {
  /** Fourteen digits, as the Supabase CLI makes them. */
  readonly version: string;
  readonly name: string;
  readonly sql: string;
}

/**
 * The migrations of a folder, oldest first. Other files are passed over, as the Supabase CLI does.
 * @throws OpenhoursError INPUT_INVALID when there is none.
 */
export function readMigrations(folder: string): Migration[] {
  const migrations = readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const [, version, name] = /^(\d{14})_(.*)\.sql$/.exec(file) ?? [];
      if (version === undefined || name === undefined) return [];
      return [{ version, name, sql: readFileSync(join(folder, file), 'utf8') }];
    });
  if (migrations.length === 0) throw new OpenhoursError('INPUT_INVALID', `No migrations in ${folder}`);
  return migrations;
}

/**
 * Applies what is missing, each file in a transaction together with its record in `supabase_migrations.schema_migrations`, where the
 * Supabase CLI keeps its history too (we record a file as one statement).
 * @returns how many were applied.
 * @throws OpenhoursError LOCAL_PROCESS_FAILED when one fails, or when the history holds one that the folder does not, or another text.
 */
export async function applyMigrations(
  client: SqlClient,
  migrations: readonly Migration[],
  onProgress: (message: string) => void,
): Promise<number> {
  const applied = await readHistory(client);
  for (const [version, sql] of applied) {
    const migration = migrations.find((candidate) => candidate.version === version);
    if (migration?.sql === sql) continue;
    throw new OpenhoursError(
      'LOCAL_PROCESS_FAILED',
      `Migration ${version} was ${migration ? 'changed' : 'taken away'} after this local database was made: start with \`openhours dev --reset\``,
      { details: { version } },
    );
  }
  const missing = migrations.filter(({ version }) => !applied.has(version));
  for (const migration of missing) {
    onProgress(`Applying migration ${migration.version}_${migration.name}`);
    await applyOne(client, migration);
  }
  return missing.length;
}

/**
 * Runs the seed file if there is no clinic yet.
 * @throws OpenhoursError LOCAL_PROCESS_FAILED when it fails.
 */
export async function seedIfEmpty(client: SqlClient, seed: string): Promise<void> {
  const { rowCount } = await client.query('select from public.clinics limit 1');
  if (rowCount === 0) await inTransaction(client, 'The seed file', () => client.query(seed));
}

/**
 * Empties every table of the schema `public` and seeds again, in one transaction. `client` is the superuser. For our small tables this is
 * faster than TRUNCATE (6 ms, not 44), which makes new files for each table and index; unlike it, it leaves sequences as they are. The tables
 * of `keep` stay as they are: a worker may be at work, and writes them.
 * @throws OpenhoursError LOCAL_PROCESS_FAILED when it fails; nothing has changed then.
 */
export async function emptyAndSeed(
  client: SqlClient,
  seed: string | undefined,
  keep: readonly string[] = [],
): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
     where schemaname = 'public' and tablename <> all ($1)`,
    [keep],
  );
  const tables = rows.map(({ name }) => name);
  // As a replica, Postgres checks no foreign key: the order of the tables does not matter. The lock keeps writers from seeing it; a worker at
  // work could wait for it with a lock of its own, and is not in a call.
  const emptying = [
    ...(tables.length > 0 && keep.length === 0 ? [`lock table ${tables.join(', ')}`] : []),
    'set local session_replication_role = replica',
    ...tables.map((table) => `delete from ${table}`),
    'set local session_replication_role = origin',
    'set local role postgres',
  ];
  await inTransaction(client, 'The reset', async () => {
    await client.query(emptying.join(';'));
    if (seed !== undefined) await client.query(seed);
  });
}

async function readHistory(client: SqlClient): Promise<Map<string, string | undefined>> {
  const exists = await client.query(`select from pg_tables where schemaname = 'supabase_migrations'`);
  if (exists.rowCount === 0) {
    await client.query(
      `begin; create schema supabase_migrations;
       create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text); commit;`,
    );
  }
  const { rows } = await client.query<{ version: string; statements: string[] }>(
    'select version, statements from supabase_migrations.schema_migrations order by version',
  );
  return new Map(rows.map(({ version, statements }) => [version, statements[0]]));
}

async function applyOne(client: SqlClient, migration: Migration): Promise<void> {
  const { version, name, sql } = migration;
  await inTransaction(client, `Migration ${version}_${name}`, async () => {
    await client.query(sql);
    await client.query(
      'insert into supabase_migrations.schema_migrations (version, statements, name) values ($1, $2, $3)',
      [version, [sql], name],
    );
  });
}

async function inTransaction(client: SqlClient, what: string, work: () => Promise<unknown>): Promise<void> {
  await client.query('begin');
  try {
    await work();
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback');
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new OpenhoursError('LOCAL_PROCESS_FAILED', `${what} failed: ${reason}`, { cause });
  }
}
