import type { Database } from '../clinic/database.ts';
import { type Row, mismatches } from './matching.ts';
import type { Attempt } from './scenario.ts';

/**
 * Calls a SQL function as no tool would, with the call's own id and epoch unless others are given, and says what was wrong with the answer:
 * nothing, when the database refused it as it had to.
 */
export async function attemptProblem(
  db: Database,
  attempt: Attempt,
  call: { callId: string; epoch: number },
): Promise<string | undefined> {
  const args = { p_call_id: call.callId, p_epoch: call.epoch, ...attempt.arguments };
  const rpc = db.rpc.bind(db) as unknown as (
    name: string,
    args: Row,
  ) => Promise<{ data: unknown; error: { message: string } | null }>;
  const { data, error } = await rpc(attempt.function, args);
  const what = `the database on ${attempt.function} ${JSON.stringify(attempt.arguments)}`;
  if (attempt.refused !== undefined) {
    if (error === null) return `${what}: let through with ${JSON.stringify(data)}`;
    return error.message === attempt.refused
      ? undefined
      : `${what}: ${error.message}, expected ${attempt.refused}`;
  }
  if (error !== null) return `${what}: ${error.message}`;
  const wrong = mismatches(attempt.replies ?? {}, data as Row, {
    callId: call.callId,
    rowsOf: () => [],
  });
  return wrong.length === 0 ? undefined : `${what}: ${JSON.stringify(data)}`;
}
