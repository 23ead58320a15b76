import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, test, vi } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import { LOOKOUT } from '../config/defaults.ts';
import { CALL_BEAT, CALL_BEGUN, CALL_ENDED, CLOSING_SOON } from '../providers/call-messages.ts';
import { CallProcesses, type LostCall } from './call-processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'openhours-calls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process that sends what it is given and gives back what it is told to send. */
const script = join(folder, 'call.cjs');
writeFileSync(
  script,
  `process.on('message', (message) => {
     if (message.send !== undefined) process.send(message.send);
     if (message.exit !== undefined) process.exit(message.exit);
     if (message.case !== undefined) process.send({ case: 'heard', message });
   });`,
);

const CALL = { room: 'call-invented', jobId: 'AJ_1', callId: 'call-1', identity: 'receptionist-AJ_1' };
const BEGUN = { case: CALL_BEGUN, ...CALL };

let now = 0;
let busy = true;
let look: () => void = () => undefined;
let lost: LostCall[] = [];
let processes: CallProcesses;
let children: ChildProcess[] = [];
const logged = collectLog();

beforeEach(() => {
  now = 0;
  busy = true;
  lost = [];
  processes = new CallProcesses({
    log: logged.log,
    nowMs: () => now,
    onLost: (call) => lost.push(call),
    wantsCore: () => busy,
    schedule: (given) => {
      look = given;
      return () => undefined;
    },
  });
  processes.start();
});
afterEach(async () => {
  processes.close();
  for (const child of children.filter(
    ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
  )) {
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  children = [];
});

/** A child that has sent its messages. */
async function child(...messages: object[]): Promise<ChildProcess> {
  const made = fork(script);
  children.push(made);
  for (const message of messages) await say(made, message);
  return made;
}
async function say(from: ChildProcess, message: object): Promise<void> {
  const arrived = once(from, 'message');
  from.send({ send: message });
  await arrived;
}
/** Time passes, and the watcher's timer keeps up. */
function pass(ms: number): void {
  for (let left = ms; left > 0; left -= LOOKOUT.processEveryMs) {
    now += Math.min(left, LOOKOUT.processEveryMs);
    look();
  }
}
const untilLost = () => vi.waitFor(() => expect(lost).toHaveLength(1), { interval: 5 });

describe('a call is lost', () => {
  test('at once when its process dies', async () => {
    const process = await child(BEGUN);
    // As the kernel would, and not through the object that stands for the process.
    globalThis.process.kill(process.pid ?? 0, 'SIGKILL');
    await untilLost();
    expect(lost).toEqual([{ ...CALL, how: 'died' }]);
    expect(processes.calls()).toEqual([]);
    expect(logged.lines.at(-1)).not.toHaveProperty('room'); // it has the caller's number in it
  });

  test('when its process hangs before it has opened the call, which may take its time', async () => {
    busy = false;
    await child({ ...BEGUN, callId: undefined });
    pass(LOOKOUT.openingMs - LOOKOUT.processEveryMs);
    expect(lost).toEqual([]);
    pass(LOOKOUT.processEveryMs);
    expect(lost).toMatchObject([{ how: 'hung', room: CALL.room }]);
  });

  test('also before the database has given it an id', async () => {
    const arrived = { ...BEGUN, callId: undefined };
    const process = await child(arrived);
    process.kill('SIGKILL');
    await untilLost();
    expect(lost).toMatchObject([{ room: CALL.room, identity: CALL.identity }]);
  });

  test('when its process ends by itself before the call has', async () => {
    const process = await child(BEGUN);
    process.send({ exit: 1 });
    await untilLost();
    expect(lost).toEqual([{ ...CALL, how: 'died' }]);
    expect(logged.lines.at(-1)).toMatchObject({ code: 1, signal: null });
  });

  test('when its process, alive a moment ago, is killed by the framework for its memory', async () => {
    (await child(BEGUN)).kill('SIGKILL');
    await untilLost();
    expect(lost[0]?.how).toBe('memory');
  });

  test('but not for memory when the process was asked to end and took too long', async () => {
    (await child(BEGUN, { case: 'shuttingDown' })).kill('SIGKILL');
    await untilLost();
    expect(lost[0]?.how).toBe('died');
  });

  test.each([
    ['hangs, or was stopped', false, LOOKOUT.stuckMs],
    ['spins, which a process on a busy host only seems to', true, LOOKOUT.hungMs],
  ])('when its process %s: it is killed', async (_, wantsCore, afterMs) => {
    busy = wantsCore;
    const process = await child(BEGUN);
    process.kill('SIGSTOP');
    pass(afterMs - LOOKOUT.processEveryMs);
    expect(lost).toEqual([]);
    pass(LOOKOUT.processEveryMs);
    expect(lost).toEqual([{ ...CALL, how: 'hung' }]);
    await once(process, 'exit');
    expect(lost).toHaveLength(1);
  });
});

describe('a call is not lost', () => {
  test('when it had ended, though its last words come after its process is gone', async () => {
    const process = await child(BEGUN);
    process.send({ send: { case: CALL_ENDED, room: CALL.room, outcome: 'completed' } });
    process.send({ exit: 0 });
    await once(process, 'close');
    expect(lost).toEqual([]);
  });

  test('while its process beats', async () => {
    const process = await child(BEGUN);
    for (let beats = 0; beats < 10; beats += 1) {
      pass(LOOKOUT.stuckMs / 2);
      await say(process, { case: CALL_BEAT });
    }
    expect(lost).toEqual([]);
  });

  test('when this process stood still, as in a migration, and the beats wait in the pipe', async () => {
    const process = await child(BEGUN);
    now += 60_000;
    look();
    pass(LOOKOUT.hungMs / 2);
    expect(lost).toEqual([]);
    await say(process, { case: CALL_BEAT });
    pass(LOOKOUT.hungMs / 2);
    expect(lost).toEqual([]);
    pass(LOOKOUT.hungMs / 2);
    expect(lost.map(({ how }) => how)).toEqual(['hung']);
  });

  test('after its worker has closed', async () => {
    const process = await child(BEGUN);
    processes.close();
    process.kill('SIGKILL');
    await once(process, 'close');
    expect(lost).toEqual([]);
  });
});

it('leaves a process without a call alone, and other children altogether', async () => {
  const idle = await child({ case: CALL_BEAT });
  const other = await child({ case: 'pongResponse' });
  pass(10 * LOOKOUT.hungMs);
  expect([idle.killed, other.killed, lost.length]).toEqual([false, false, 0]);
});

it('tells one call or all of them', async () => {
  const first = await child(BEGUN);
  const second = await child({ ...BEGUN, room: 'call-other' });
  await child({ case: CALL_BEAT });
  expect(processes.calls().map(({ room, pid }) => [room, pid])).toEqual([
    [CALL.room, first.pid],
    ['call-other', second.pid],
  ]);
  const heard = once(second, 'message');
  expect(processes.tell({ case: CLOSING_SOON, inMs: 5 }, 'call-other')).toBe(1);
  expect(await heard).toMatchObject([{ case: 'heard', message: { case: CLOSING_SOON, inMs: 5 } }, undefined]);
  const both = Promise.all([once(first, 'message'), once(second, 'message')]);
  expect(processes.tell({ case: CLOSING_SOON, inMs: 5 })).toBe(2);
  await both;
  expect(processes.tell({ case: CLOSING_SOON, inMs: 5 }, 'call-unknown')).toBe(0);
});
