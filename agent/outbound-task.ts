import { setTimeout as wait } from 'node:timers/promises';
import { type TaskBrief, type TaskOutcome, Tasks } from '../src/clinic/tasks.ts';
import { DIALLING } from '../src/config/desk-defaults.ts';
import { isOpenhoursError } from '../src/errors.ts';
import type { CallEnd, Progress } from './call.ts';

/** A call that the clinic makes, as far as it has come. */
export interface OutboundCall {
  readonly brief: TaskBrief;
  /** Somebody or something has picked up: until then the worker that dials has the task. */
  pickedUp: boolean;
  /** The turn in which we said why we call; undefined while we have not. */
  openedInTurn: number | undefined;
}

/** Finds out what a call of ours is about, while it rings. One whose task cannot be read is still somebody's who will pick up. */
export async function lookUpTask(call: Progress): Promise<undefined> {
  const line = call.line?.outbound;
  if (line === undefined) return;
  let brief: TaskBrief | undefined;
  try {
    brief = await new Tasks(call.deps.db).findBrief(line.taskId);
  } catch (error) {
    call.log.warn({ error, taskId: line.taskId }, 'the task of a call could not be read');
  }
  const resumed = call.opened?.resumed;
  call.outbound = {
    brief: brief ?? { kind: 'callback', note: undefined, patientId: undefined },
    pickedUp: resumed?.answered ?? false,
    openedInTurn: resumed == null ? undefined : 0,
  };
  call.log = call.log.child({ taskId: line.taskId });
}

/**
 * What a call came to for its task; undefined where that is not for the agent to say.
 *
 * @param turnIndex The last turn of the call.
 */
export function taskOutcome(
  end: CallEnd,
  { pickedUp, openedInTurn }: Pick<OutboundCall, 'pickedUp' | 'openedInTurn'>,
  turnIndex: number,
): TaskOutcome | undefined {
  if ('leave' in end || !pickedUp) return undefined;
  if (end.reason === 'machine') return 'machine';
  // Nothing was said by them after we had told why we call.
  const unheard = end.reason !== 'goodbye' && (openedInTurn === undefined || turnIndex <= openedInTurn);
  switch (end.outcome) {
    case 'booked':
    case 'transferred':
    // A callback is a task of its own, and the person is called once more by that one.
    case 'callback_owed':
      return 'completed';
    case 'completed':
    case 'handed_over':
    case 'abandoned':
      if (end.reason === 'caller_silent') return unheard ? 'no_answer' : 'completed';
      return unheard ? 'caller_left' : 'completed';
    case 'after_hours':
    case 'failed':
      return 'failed';
    default:
      return end.outcome satisfies never;
  }
}

/** Writes back what came of a call that the clinic made. Without the database the task is another worker's when its time limit is over. */
export async function settleTask(call: Progress, end: CallEnd): Promise<void> {
  const { line, outbound, deps, log } = call;
  if (line?.outbound === undefined || outbound === undefined || 'leave' in end) return;
  const outcome = taskOutcome(end, outbound, call.ledger?.turnIndex ?? 0);
  if (outcome === undefined) return;
  const { taskId, dialler } = line.outbound;
  const tasks = new Tasks(deps.db);
  const result = { call_id: call.opened?.call_id, call_outcome: end.outcome, reason: end.reason };
  for (let attempt = 1; attempt <= DIALLING.finishTries; attempt += 1) {
    try {
      const { status, next_at } = await tasks.finish(taskId, dialler, outcome, result);
      log.info({ outcome, status, nextAt: next_at }, 'task written back');
      return;
    } catch (error) {
      log.warn({ error, attempt }, 'what came of a task could not be written');
      // Another worker has it by now.
      if (isOpenhoursError(error, 'STATE_INVALID')) return;
      if (attempt < DIALLING.finishTries) await wait(DIALLING.finishRetryMs);
    }
  }
}
