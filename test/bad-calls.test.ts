import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Finding } from '../src/commands/doctor-checks.ts';
import { projectRoot } from '../src/config/paths.ts';
import { UNKNOWN_NUMBER_TEXT } from '../src/clinic/sentences.ts';
import { hear } from './support/conversation.ts';
import { CLINIC_NUMBER, type CallRow, TestStack, nothingLeft, untilTrue } from './support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.start();
}, 900_000); // a machine's first build
afterEach(() => stack.hangUpAll());
afterAll(() => stack?.stop());

describe('a caller', () => {
  test('of a number that belongs to no clinic hears a polite sentence, and the agent hangs up', async () => {
    const caller = await stack.dial({ to: '+922135550177' });
    await caller.answered;
    const { pcm } = await caller.listen();
    const whole = await stack.synthesize(UNKNOWN_NUMBER_TEXT, 'slt');
    expect(pcm.length).toBeGreaterThan(0.85 * whole.length);
    expect((await caller.ended).by).toBe('agent');
    expect(await stack.closedRow(caller)).toMatchObject({
      clinic_id: null,
      outcome: 'failed',
      reason: 'clinic_unknown',
    });
    await untilTrue(() => stack.roomIsGone(caller), 2_000, 'the room is gone');
  });

  test('who speaks from the first word of the greeting stops it, and is answered', async () => {
    const caller = await stack.dial();
    await caller.answered;
    await caller.interrupt("I'd like to book a cleaning on Wednesday.");
    const answer = await hear(stack, caller, 1);
    const [turn] = caller.measurements.turns;
    process.stderr.write(`interrupted greeting was silent after ${Math.round(turn?.bargeInMs ?? NaN)} ms\n`);
    expect(turn?.bargeInMs).toBeLessThan(1_000);
    // The local recogniser mishears a word now and then: then it is asked for.
    expect(answer.text, await stack.transcript(caller)).toMatch(
      /Wednesday.*suits? you\?|which (service|treatment|day) would you like/i,
    );
    const first = (await stack.turns(caller)).find(({ index }) => index === 1);
    expect(first?.caller_text).toMatch(/book|cleaning|Wednesday/i);
    await caller.hangUp();
    expect(await stack.closedRow(caller)).toMatchObject({ outcome: 'completed', reason: 'caller_hung_up' });
  });

  test('who hangs up while it rings leaves neither a room nor an open call behind', async () => {
    const caller = await stack.dial();
    await caller.hangUp();
    await nothingLeft(stack);
  });
});

test('the canary of `openhours doctor --call` hears the agent, and leaves nobody to call back', async () => {
  // Another one's callback is none of the canary's.
  const tasks = () => stack.sql('select id from tasks');
  const before = await tasks();
  const cli = join(projectRoot(), 'dist/src/cli.js');
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'doctor', '--call', '--json'], {
    env: { ...stack.stack.env, NODE_ENV: 'production' },
  });
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  const call = findings.find(({ check }) => check === 'call');
  process.stderr.write(`canary: ${call?.finding ?? 'no finding'}\n`);
  expect(call).toMatchObject({ verdict: 'ok', agentMs: expect.any(Number) as number });
  await nothingLeft(stack);
  const rows = await stack.sql<CallRow & { dialled_number: string }>(
    "select * from calls where room like 'openhours-canary-%'",
  );
  expect(rows).toMatchObject([
    { caller_number: null, dialled_number: CLINIC_NUMBER, outcome: 'abandoned', reason: 'caller_hung_up' },
  ]);
  expect(await tasks()).toEqual(before);
});
