import { createClient } from '@supabase/supabase-js';
import WebSocket from 'ws';
import { DATABASE } from '../config/defaults.ts';
import { type ErrorCode, OpenhoursError } from '../errors.ts';

/** A connection to the clinic's data. The client itself stays inside `src/clinic`. */
export type Database = ReturnType<typeof openDatabase>;

/** Where the database is. */
export interface DatabaseOptions {
  url: string;
  serviceRoleKey: string;
  /** A request that has no answer by then fails. */
  requestMs?: number;
}

/** Opens the database. No request is made yet. */
export function openDatabase({ url, serviceRoleKey, requestMs = DATABASE.requestMs }: DatabaseOptions) {
  return createClient(url, serviceRoleKey, {
    global: {
      fetch: (input, init) => {
        const limits = [AbortSignal.timeout(requestMs), ...(init?.signal ? [init.signal] : [])];
        return fetch(input, { ...init, signal: AbortSignal.any(limits) });
      },
    },
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
    // Without a WebSocket of its own, createClient throws on Node 20; we never use realtime.
    realtime: { transport: WebSocket as never },
  });
}

/** The shape of PostgREST's errors: SQL functions raise PT4xx, which become the HTTP status. */
interface PostgrestFailure {
  code?: string;
  message: string;
  details?: string | null;
  hint?: string | null;
}

/** SQL functions name what went wrong in the message: docs/errors.md has the same words. */
const REASONS: Record<string, ErrorCode> = {
  slot_taken: 'SLOT_TAKEN',
  slot_invalid: 'SLOT_INVALID',
  name_invalid: 'INPUT_INVALID',
  phone_invalid: 'INPUT_INVALID',
  call_unknown: 'STATE_INVALID',
  clinic_unknown: 'CLINIC_UNKNOWN',
  call_taken_over: 'CALL_TAKEN_OVER',
  lease_lost: 'LEASE_LOST',
  shift_ended: 'STATE_INVALID',
  patient_not_verified: 'PATIENT_NOT_VERIFIED',
  identity_locked: 'IDENTITY_LOCKED',
  birth_date_invalid: 'INPUT_INVALID',
  code_invalid: 'INPUT_INVALID',
  patient_unknown: 'INPUT_INVALID',
  request_invalid: 'INPUT_INVALID',
  dates_invalid: 'INPUT_INVALID',
  part_of_day_invalid: 'INPUT_INVALID',
  appointment_past: 'APPOINTMENT_PAST',
  appointment_cancelled: 'APPOINTMENT_CHANGED',
  appointment_moved: 'APPOINTMENT_CHANGED',
  number_taken: 'CLINIC_FILE_INVALID',
  clinic_invalid: 'CLINIC_FILE_INVALID',
  time_zone_unknown: 'CLINIC_FILE_INVALID',
  task_unknown: 'STATE_INVALID',
  task_lost: 'STATE_INVALID',
  task_invalid: 'INPUT_INVALID',
  message_invalid: 'INPUT_INVALID',
  outcome_invalid: 'INPUT_INVALID',
  claims_invalid: 'INPUT_INVALID',
  patient_on_call: 'STATE_INVALID',
};

/**
 * Calls a SQL function and gives what it returns.
 * @throws OpenhoursError with the code the function raised, CREDENTIALS_REFUSED for a refused key, SCHEMA_OUTDATED when the function
 * does not exist, SERVICE_UNREACHABLE when nothing answered, else DATABASE_FAILED.
 */
export async function callFunction<T>(db: Database, name: string, args: Record<string, unknown>): Promise<T> {
  const response = await db.rpc(name, args);
  if (response.error !== null) throw databaseError(name, response.error, response.status);
  return response.data as T;
}

/** Translates a PostgREST failure; exported for the tables that are written without a function. */
export function databaseError(what: string, failure: PostgrestFailure, status: number): OpenhoursError {
  const details = { what, status, sqlstate: failure.code, hint: failure.hint };
  const reason = REASONS[failure.message] ?? REASONS[failure.hint ?? ''];
  if (reason !== undefined) return new OpenhoursError(reason, `${what}: ${failure.message}`, { details });
  if (status === 0) {
    return new OpenhoursError(
      'SERVICE_UNREACHABLE',
      `the database did not answer (${what}): ${failure.message}`,
      {
        details,
      },
    );
  }
  if (status === 401 || status === 403) {
    return new OpenhoursError(
      'CREDENTIALS_REFUSED',
      'the database refused SUPABASE_SERVICE_ROLE_KEY: take the service role key of this very project',
      { details },
    );
  }
  if (status === 404 && (failure.code === 'PGRST202' || failure.code === 'PGRST205')) {
    return new OpenhoursError(
      'SCHEMA_OUTDATED',
      `the database has no ${what}: it lacks our schema or has an older one; run \`supabase db push\``,
      { details },
    );
  }
  return new OpenhoursError('DATABASE_FAILED', `${what} failed: ${failure.message}`, { details });
}

/** The schema this code was written for: the newest migration's version. A test compares it with supabase/migrations. */
export const SCHEMA_VERSION = '20261122100100';

/**
 * Makes sure that the database answers, takes our key and has our schema.
 * @throws OpenhoursError SCHEMA_OUTDATED naming both versions and the command, CREDENTIALS_REFUSED or SERVICE_UNREACHABLE.
 */
export async function checkDatabase(db: Database): Promise<void> {
  const version = await callFunction<string>(db, 'schema_version', {});
  if (version < SCHEMA_VERSION) {
    throw new OpenhoursError(
      'SCHEMA_OUTDATED',
      `the database has schema ${version}, this version needs ${SCHEMA_VERSION}: run \`supabase db push\``,
      { details: { found: version, needed: SCHEMA_VERSION } },
    );
  }
}
