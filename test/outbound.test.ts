import { afterAll, beforeAll, expect, test } from 'vitest';
import { machineMessageText, outboundOpeningText } from '../src/clinic/sentences.ts';
import { STAND_IN_TRUNK } from '../src/local/stack.ts';
import { type CallRow, TestStack, type TurnRow, nothingLeft, untilTrue } from './support/stack.ts';

interface TaskRow {
  status: string;
  attempts: number;
  next_at: Date | null;
  result: { outcome: string; call_id?: string; sip_status?: number };
}

const TOKEN = 'an-invented-worker-token';
/** As the sample data has it. */
const CLINIC = { name: 'Karachi Smiles Dental (sample)' };
/** Numbers that do not exist, with endings by which the stand-in for the telephone network decides. */
const [PERSON, BUSY, MACHINE] = ['+923005550123', '+923005550486', '+923005550700'];

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.start({ worker: false });
  Object.assign(stack.stack.env, {
    SIP_OUTBOUND_TRUNK_ID: STAND_IN_TRUNK,
    WORKER_TOKEN: TOKEN,
    MAX_CALLS: '4',
  });
  await stack.startWorker();
}, 900_000); // a machine's first build
afterAll(() => stack?.stop());

async function putIn(order: Record<string, unknown>): Promise<string> {
  const response = await fetch(`${stack.worker.url}/run`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'call', clinic: 'karachi-smiles', ...order }),
  });
  expect(response.status, await response.clone().text()).toBe(200);
  const { task_id, created } = (await response.json()) as { task_id: string; created: boolean };
  expect(created).toBe(true);
  return task_id;
}

/** The task once something has come of it. */
async function resultOf(taskId: string): Promise<TaskRow> {
  const done = async () => {
    const [row] = await stack.sql<TaskRow>(
      'select status, attempts, next_at, result from tasks where id = $1',
      [taskId],
    );
    return row?.result == null ? undefined : row;
  };
  return await untilTrue(done, 40_000, 'something has come of the task');
}

/** The call that was made for it, and what was said. */
async function callOf(taskId: string): Promise<{ call: CallRow; turns: TurnRow[] }> {
  const [call] = await stack.sql<CallRow>('select * from calls where room like $1', [`outbound-${taskId}-%`]);
  const turns = await stack.sql<TurnRow>('select * from call_turns where call_id = $1 order by index', [
    call?.id,
  ]);
  return { call: call as CallRow, turns };
}

test('calls that were put in are made one after the other, and what came of each is written back', async () => {
  const tasks = {
    person: await putIn({ to: PERSON, kind: 'callback', note: 'wants a cleaning', priority: 3 }),
    busy: await putIn({ to: BUSY, priority: 2 }),
    machine: await putIn({ to: MACHINE, kind: 'reminder', note: 'root canal on Tuesday', priority: 1 }),
  };

  const busy = await resultOf(tasks.busy);
  expect(busy).toMatchObject({ status: 'open', attempts: 1, result: { outcome: 'busy', sip_status: 486 } });
  expect(busy.next_at?.getTime()).toBeGreaterThan(Date.now());

  const person = await resultOf(tasks.person);
  const talked = await callOf(tasks.person);
  const transcript = talked.turns
    .map((turn) => `${turn.caller_text ?? ''} > ${turn.agent_text ?? ''}`)
    .join('\n');
  expect(person, transcript).toMatchObject({ status: 'done', attempts: 1, result: { outcome: 'completed' } });
  expect(person.result.call_id).toBe(talked.call.id);
  expect(talked.call).toMatchObject({ outcome: 'completed', caller_number: PERSON });
  // They speak first, and are told who calls and why; nothing of what stands in the task.
  expect(talked.turns[0]?.agent_text ?? '').toBe('');
  expect(talked.turns[1]?.caller_text, transcript).toMatch(/morning|who is/i);
  expect(talked.turns[1]?.agent_text).toBe(outboundOpeningText(CLINIC, 'callback'));
  expect(transcript).not.toMatch(/cleaning/);

  const machine = await resultOf(tasks.machine);
  const left = await callOf(tasks.machine);
  expect(machine).toMatchObject({ status: 'open', attempts: 1, result: { outcome: 'machine' } });
  const said = left.turns
    .map(({ agent_text }) => agent_text ?? '')
    .join(' ')
    .trim();
  expect(said).toBe(machineMessageText(CLINIC));
  expect(left.call).toMatchObject({ outcome: 'completed', reason: 'machine' });
});

test('what was not answered has a call on record, and the log names no number and no note', async () => {
  const [call] = await stack.sql<CallRow>('select * from calls where caller_number = $1', [BUSY]);
  expect(call).toMatchObject({ outcome: 'abandoned', answered_at: null });
  const log = stack.workerLog();
  for (const text of [PERSON, BUSY, MACHINE, 'cleaning', 'root canal', TOKEN])
    expect(log).not.toContain(text);
  expect(log).toContain('making a call');
});

test('nobody without the token puts anything in', async () => {
  for (const authorization of ['', 'Bearer another-worker-token', `Basic ${TOKEN}`]) {
    const response = await fetch(`${stack.worker.url}/run`, {
      method: 'POST',
      headers: { authorization },
      body: '{}',
    });
    expect(response.status).toBe(401);
  }
});

test('leaves nothing behind', () => nothingLeft(stack));
