import type { Database } from '../clinic/database.ts';
import type { Logger } from '../log.ts';
import type { Caller, PlaceCallOptions } from './caller.ts';
import type { Scenario } from './scenario.ts';
import { type Sql, type Table, applyChange, readTables } from './snapshot.ts';

/** What the worker writes about itself and its shift, in calls or without: neither emptied before a call nor compared. */
export const WORKERS_TABLES = ['workers', 'shifts', 'shift_moves', 'shift_leases', 'rescues'] as const;

/** What one call at a time is played with by voice: a LiveKit server, a database and a worker of its own. */
export interface VoiceLaneParts {
  readonly db: Database;
  /** As the owner of the tables. */
  readonly sql: Sql;
  /** Puts the sample clinic back as it was; {@link WORKERS_TABLES} stay. */
  readonly reset: () => Promise<void>;
  /** Resolves when the worker has no call. @throws OpenhoursError CALL_FAILED when it keeps one. */
  readonly idle: () => Promise<void>;
  /** Has the worker answer at any hour, or in the clinic's hours as they are now: then it is started anew. */
  readonly work: (byHours: boolean) => Promise<void>;
  /** What comes of the transfers from now on. */
  readonly transfers: (outcome: Scenario['staff']) => Promise<void>;
  readonly dial: (options: VoiceDial) => Promise<Caller>;
  /** What a recogniser makes of a sound. */
  readonly transcribe: (pcm: Int16Array) => Promise<string>;
  readonly log: Logger;
}

/** What a scenario says about the telephone. */
export type VoiceDial = Pick<PlaceCallOptions, 'from' | 'audio' | 'noiseDbfs' | 'hiddenNumber'>;

/** A lane that is ready. */
export interface VoiceLane extends VoiceLaneParts {
  /** Those that are compared. */
  readonly tables: readonly Table[];
}

/** Reads what there is in a lane's database: once, because the schema stays the same. */
export async function openVoiceLane(parts: VoiceLaneParts): Promise<VoiceLane> {
  const kept: readonly string[] = WORKERS_TABLES;
  const tables = (await readTables(parts.sql)).filter(({ name }) => !kept.includes(name));
  return { ...parts, tables };
}

/** The sample clinic without appointments, the scenario's changes, and a worker that answers it. */
export async function prepareVoiceCall(lane: VoiceLane, scenario: Scenario): Promise<void> {
  await lane.idle();
  await lane.reset();
  await applyChange(lane.sql, { delete: 'appointments', where: {} });
  for (const change of scenario.setUp) await applyChange(lane.sql, change);
  await lane.transfers(scenario.staff);
  await lane.work(scenario.voice.byHours);
}
