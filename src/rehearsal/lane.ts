import type { Database } from '../clinic/database.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';
import { CLOCKED_FUNCTIONS_SQL } from './pinned-database.ts';
import type { DataChange, Fault } from './scenario.ts';
import { type Sql, type Table, applyChange, readTables } from './snapshot.ts';

/** What one call at a time is played with: a database of its own, and a language service. */
export interface LaneParts {
  readonly db: Database;
  /** As the owner of the tables. */
  readonly sql: Sql;
  /** Puts the sample clinic back as it was. */
  readonly reset: () => Promise<void>;
  readonly openai: Config['openai'];
  /** Makes the language service misbehave from now on; with none, no more. */
  readonly misbehave: (faults: readonly Fault[]) => void;
  readonly log: Logger;
}

/** A lane that is ready. */
export interface Lane extends LaneParts {
  readonly tables: readonly Table[];
  /** The SQL functions that are given the present. */
  readonly clocked: ReadonlySet<string>;
}

/** Reads what there is in a lane's database: once, because the schema stays the same. */
export async function openLane(parts: LaneParts): Promise<Lane> {
  const [tables, clocked] = await Promise.all([readTables(parts.sql), parts.sql(CLOCKED_FUNCTIONS_SQL)]);
  return { ...parts, tables, clocked: new Set(clocked.map(({ name }) => String(name))) };
}

/**
 * The sample clinic without appointments, then the scenario's own changes: the sample's appointments depend on the day it is set up.
 * @throws whatever the database does with a change it refuses.
 */
export async function prepareClinic(lane: Lane, setUp: readonly DataChange[]): Promise<void> {
  await lane.reset();
  await applyChange(lane.sql, { delete: 'appointments', where: {} });
  for (const change of setUp) await applyChange(lane.sql, change);
}
