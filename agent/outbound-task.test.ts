import { describe, expect, test } from 'vitest';
import { SqlFailure, fakeDatabase } from '../test/support/database.ts';
import { collectLog } from '../test/support/log.ts';
import type { PatientId, TaskId } from '../src/clinic/ids.ts';
import type { TaskBrief } from '../src/clinic/tasks.ts';
import type { CallEnd, Progress } from './call.ts';
import { settleTask, taskOutcome } from './outbound-task.ts';

const PICKED_UP = { pickedUp: true, openedInTurn: 1 };

describe('what a call came to for its task', () => {
  test.each<[string, CallEnd, number, string | undefined]>([
    ['they talked and hung up', { outcome: 'completed', reason: 'caller_hung_up' }, 3, 'completed'],
    ['goodbyes were said', { outcome: 'completed', reason: 'goodbye' }, 2, 'completed'],
    ['something was booked', { outcome: 'booked', reason: 'caller_hung_up' }, 6, 'completed'],
    ['the front desk took it', { outcome: 'transferred', reason: 'deadline' }, 2, 'completed'],
    [
      'a callback stands in its place',
      { outcome: 'callback_owed', reason: 'worker_stopped' },
      2,
      'completed',
    ],
    ['another agent had it before', { outcome: 'handed_over', reason: 'goodbye' }, 4, 'completed'],
    ['they hung up on our first words', { outcome: 'completed', reason: 'caller_hung_up' }, 1, 'caller_left'],
    ['they never said a word', { outcome: 'abandoned', reason: 'caller_hung_up' }, 0, 'caller_left'],
    ['the line was open and nobody there', { outcome: 'abandoned', reason: 'caller_silent' }, 0, 'no_answer'],
    ['they went silent in the end', { outcome: 'completed', reason: 'caller_silent' }, 4, 'completed'],
    ['a machine', { outcome: 'completed', reason: 'machine' }, 2, 'machine'],
    ['we broke', { outcome: 'failed', reason: 'error' }, 2, 'failed'],
    ['another agent goes on with it', { leave: 'handed_over' }, 2, undefined],
  ])('%s', (_, end, turnIndex, outcome) => {
    expect(taskOutcome(end, PICKED_UP, turnIndex)).toBe(outcome);
  });

  test('is the dialler’s to say while nobody has picked up', () => {
    const end: CallEnd = { outcome: 'abandoned', reason: 'never_answered' };
    expect(taskOutcome(end, { pickedUp: false, openedInTurn: undefined }, 0)).toBeUndefined();
  });

  test('is that they left, when they hung up before we could say why we call', () => {
    const end: CallEnd = { outcome: 'abandoned', reason: 'caller_hung_up' };
    expect(taskOutcome(end, { pickedUp: true, openedInTurn: undefined }, 1)).toBe('caller_left');
  });
});

describe('a task', () => {
  const brief: TaskBrief = { kind: 'reminder', note: undefined, patientId: 'patient-sara' as PatientId };

  function makeProgress(finish: () => unknown, weCalled = true) {
    const { db, calls } = fakeDatabase({ finish_task: finish });
    const call = {
      deps: { db },
      line: { outbound: weCalled ? { taskId: 'task-1' as TaskId, dialler: 'worker-1' } : undefined },
      outbound: { brief, ...PICKED_UP },
      ledger: { turnIndex: 3 },
      opened: { call_id: 'call-invented' },
      log: collectLog().log,
    } as unknown as Progress;
    return { call, asked: () => calls.map(({ args }) => args) };
  }

  const END: CallEnd = { outcome: 'completed', reason: 'goodbye' };

  test('is written back in the name of the worker that dialled, with the call that was made for it', async () => {
    const { call, asked } = makeProgress(() => ({ status: 'done', next_at: null, attempts: 1 }));
    await settleTask(call, END);
    expect(asked()).toMatchObject([
      {
        p_task_id: 'task-1',
        p_worker_id: 'worker-1',
        p_outcome: 'completed',
        p_result: { call_id: 'call-invented', call_outcome: 'completed', reason: 'goodbye' },
      },
    ]);
  });

  test('that another worker has by now is left alone', async () => {
    const { call, asked } = makeProgress(() => {
      throw new SqlFailure('task_lost', 409);
    });
    await settleTask(call, END);
    expect(asked()).toHaveLength(1);
  });

  test('is nobody’s in a call that came in', async () => {
    const { call, asked } = makeProgress(() => null, false);
    await settleTask(call, END);
    expect(asked()).toEqual([]);
  });
});
