import { expect, test } from 'vitest';
import { SqlFailure, fakeDatabase } from '../../test/support/database.ts';
import { makeClinic } from '../../test/support/clinic.ts';
import { type CallKey, Calls } from './calls.ts';
import type { CallId, ShiftId, WorkerId } from './ids.ts';
import { Tasks } from './tasks.ts';

const ID = 'call-invented' as CallId;
const CALL: CallKey = { id: ID, epoch: 2 };

function makeCalls() {
  const { db, calls } = fakeDatabase({
    open_call: () => ({ call_id: ID, clinic: makeClinic(), epoch: 1, closed: false, resumed: null }),
    answer_call: () => null,
    record_turn: () => null,
    record_tool_run: () => null,
    close_call: () => false,
    save_call_state: () => null,
    record_usage: () => null,
    watched_calls: () => [],
    claim_rescue: () => true,
    give_up_call: () => ({ call_id: ID, outcome: 'failed', task_id: null }),
    leave_message: () => 'task-invented',
    owe_callback: () => {
      throw new SqlFailure('call_taken_over', 409);
    },
  });
  return { calls: new Calls(db), tasks: new Tasks(db), asked: calls };
}

test('a call is opened with what is known of it, and with nothing made up for what is not', async () => {
  const { calls, asked } = makeCalls();
  const opened = await calls.open({
    room: 'call-1',
    callerNumber: undefined,
    dialledNumber: '+922135550100',
    clinicSlug: undefined,
    workerId: 'worker-1' as WorkerId,
    shiftId: 'shift-1' as ShiftId,
  });
  expect(opened).toMatchObject({ call_id: ID, clinic: { slug: 'invented' } });
  expect(asked[0]?.args).toEqual({
    p_room: 'call-1',
    p_dialled: '+922135550100',
    p_clinic_slug: null,
    p_caller: null,
    p_worker_id: 'worker-1',
    p_shift_id: 'shift-1',
  });
});

test('milliseconds are stored as whole numbers', async () => {
  const { calls, asked } = makeCalls();
  await calls.answered(CALL, 812.6);
  await calls.recordToolRun(CALL, {
    turnIndex: 2,
    name: 'find_slots',
    arguments: { service: 'check-up' },
    result: undefined,
    errorCode: null,
    durationMs: 41.5,
  });
  expect(asked[0]?.args).toMatchObject({ p_greeting_ms: 813 });
  expect(asked[1]?.args).toMatchObject({ p_turn_index: 2, p_result: null, p_duration_ms: 42 });
});

test('a call that has been closed before says so', async () => {
  const { calls } = makeCalls();
  expect(await calls.close(CALL, 'completed', 'goodbye')).toBe(false);
});

test('whatever is written about a call carries its epoch', async () => {
  const { calls, tasks, asked } = makeCalls();
  await calls.answered(CALL, 1);
  await calls.recordTurn(CALL, 0, { caller_text: 'hello' });
  await calls.saveState(CALL, { proposal: 'Tuesday' });
  await calls.recordUsage(CALL, { input_tokens: 12 });
  await calls.close(CALL, 'booked', 'goodbye');
  await tasks.leaveMessage(CALL, { kind: 'message', body: {} });
  expect(asked).toHaveLength(6);
  for (const { args } of asked) expect(args).toMatchObject({ p_call_id: ID, p_epoch: 2 });
});

test('a call that another worker has is told by its code', async () => {
  const { tasks } = makeCalls();
  await expect(tasks.oweCallback(CALL, 'x')).rejects.toMatchObject({ code: 'CALL_TAKEN_OVER' });
});

test('a call that is given up is described as far as it is known', async () => {
  const { calls, asked } = makeCalls();
  await calls.giveUp({
    room: 'call-1',
    callerNumber: undefined,
    dialledNumber: undefined,
    clinicSlug: 'invented',
    workerId: 'gateway',
    outcome: 'failed',
    reason: 'worker_lost',
  });
  await calls.claimRescue('call-1', 'transfer', 'gateway', 2_999.6);
  await calls.watched('openhours');
  expect(asked.map(({ args }) => args)).toEqual([
    {
      p_room: 'call-1',
      p_dialled: null,
      p_clinic_slug: 'invented',
      p_caller: null,
      p_worker_id: 'gateway',
      p_outcome: 'failed',
      p_reason: 'worker_lost',
    },
    { p_room: 'call-1', p_step: 'transfer', p_by: 'gateway', p_retry_ms: 3_000 },
    { p_agent_name: 'openhours' },
  ]);
});
