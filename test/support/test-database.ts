import pg from 'pg';
import { inject } from 'vitest';
import type { LocalDatabase } from '../../src/local/database.ts';
import { type TemporaryServer, startTemporaryServer } from '../../src/local/temporary-database.ts';

/** A database for the tests of one file; its `stop` drops it. */
export interface TestDatabase extends LocalDatabase {
  /** Rows of a statement run as the owner of the tables; none of several statements. A new session would take 15 ms, this takes 1 ms. */
  sql<Row extends object = Record<string, unknown>>(text: string, values?: unknown[]): Promise<Row[]>;
}

/** One for all files of a vitest worker: it outlives each of them, and ends with the worker. */
let server: Promise<TemporaryServer> | undefined;

/**
 * A database with the sample clinic in it, which no other file sees. The first one of a worker takes 1 s, far longer on a busy machine, each
 * further one 0.2 s. Who ends Postgres, or wants it durable, starts their own with `startDatabase`.
 */
export async function openTestDatabase(): Promise<TestDatabase> {
  server ??= startTemporaryServer(inject('databaseMark'));
  const database = await (await server).open();
  const sessions = new pg.Pool({ connectionString: database.dbUrl, max: 5 });
  // Without a listener the end of an idle session would end this process.
  sessions.on('error', () => undefined);
  return {
    ...database,
    sql: async <Row extends object>(text: string, values: unknown[] = []) =>
      (await sessions.query<Row>(text, values)).rows,
    async stop() {
      if (!sessions.ending) await sessions.end();
      await database.stop();
    },
  };
}
