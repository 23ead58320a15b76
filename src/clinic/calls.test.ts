import { expect, test } from 'vitest';
import { fakeDatabase } from '../../test/support/database.ts';
import { makeClinic } from '../../test/support/clinic.ts';
import { Calls } from './calls.ts';
import type { CallId, WorkerId } from './ids.ts';

const ID = 'call-invented' as CallId;

function makeCalls() {
  const { db, calls } = fakeDatabase({
    open_call: () => ({ call_id: ID, clinic: makeClinic() }),
    answer_call: () => null,
    record_turn: () => null,
    record_tool_run: () => null,
    close_call: () => false,
  });
  return { calls: new Calls(db), asked: calls };
}

test('a call is opened with what is known of it, and with nothing made up for what is not', async () => {
  const { calls, asked } = makeCalls();
  const opened = await calls.open({
    room: 'call-1',
    callerNumber: undefined,
    dialledNumber: '+922135550100',
    clinicSlug: undefined,
    workerId: 'worker-1' as WorkerId,
  });
  expect(opened).toMatchObject({ call_id: ID, clinic: { slug: 'invented' } });
  expect(asked[0]?.args).toEqual({
    p_room: 'call-1',
    p_dialled: '+922135550100',
    p_clinic_slug: null,
    p_caller: null,
    p_worker_id: 'worker-1',
  });
});

test('milliseconds are stored as whole numbers', async () => {
  const { calls, asked } = makeCalls();
  await calls.answered(ID, 812.6);
  await calls.recordToolRun(ID, {
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
  expect(await calls.close(ID, 'completed', 'goodbye')).toBe(false);
});
