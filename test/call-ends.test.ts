import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SILENCE_GOODBYE_TEXT, SILENCE_TEXTS } from '../src/clinic/sentences.ts';
import { TURNS } from '../src/config/defaults.ts';
import { soundBounds } from '../src/rehearsal/audio.ts';
import type { Caller } from '../src/rehearsal/caller.ts';
import { hear } from './support/conversation.ts';
import { isRunning, processesBelow } from './support/processes.ts';
import { CALLER_NUMBER, TestStack, nothingLeft, untilTrue } from './support/stack.ts';

/** Within this time after the end of a call nothing of it is left. */
const GONE_MS = 2_000;

let stack: TestStack;
/** Begun at once, because it takes as long as all the others together. */
let silent: Promise<Caller>;
let idleProcesses: number;
beforeAll(async () => {
  stack = await TestStack.start();
  idleProcesses = await untilTrue(idle, 20_000, 'the worker has its idle process');
  silent = sayNothing();
  silent.catch(() => undefined); // its test tells
}, 900_000); // a machine's first build
afterAll(() => stack?.stop());

/** The worker's processes, once the job process that waits for a call is there. */
function idle(): number | undefined {
  const below = processesBelow(stack.worker.child.pid);
  return below.some(({ command }) => command.includes('job_proc')) ? below.length : undefined;
}

async function sayNothing(): Promise<Caller> {
  const caller = await stack.dial({ from: '+923005550961' });
  await caller.answered;
  await caller.ended;
  return caller;
}

/** A sentence's length in ms, from its first sound to its last. */
function soundMs(pcm: Int16Array): number {
  const bounds = soundBounds(pcm, 16_000, -50);
  return bounds === undefined ? 0 : (bounds.end - bounds.start) / 16;
}

describe('a call', () => {
  test('is over within two seconds when the caller hangs up: its room and its process are gone', async () => {
    const caller = await stack.dial();
    await caller.answered;
    await caller.listen();
    const { id = '' } = (await stack.callRow(caller)) ?? {};
    const pid = await stack.callProcess(id);
    expect(isRunning(pid)).toBe(true);

    const hungUpAt = performance.now();
    await caller.hangUp();
    await untilTrue(() => stack.roomIsGone(caller), GONE_MS, 'the room is gone');
    const roomMs = performance.now() - hungUpAt;
    await untilTrue(() => !isRunning(pid), GONE_MS - roomMs, 'the process of the call is gone');
    const processMs = performance.now() - hungUpAt;
    process.stderr.write(
      `hang-up to room gone ${Math.round(roomMs)} ms, to process gone ${Math.round(processMs)} ms\n`,
    );
    expect(await stack.closedRow(caller)).toMatchObject({ outcome: 'abandoned', reason: 'caller_hung_up' });
  });

  test('is ended by the agent after its goodbye, of which no sound is cut off', async () => {
    const caller = await stack.dial();
    await caller.answered;
    await caller.listen();
    await caller.say('That is all, thank you. Goodbye.');
    const goodbye = await hear(stack, caller, 1);
    expect((await caller.ended).by).toBe('agent');
    expect(goodbye.text).toMatch(/Goodbye\.$/);
    const whole = soundMs(await stack.synthesize(goodbye.text, 'slt'));
    const heard = soundMs(goodbye.heard.pcm);
    process.stderr.write(`goodbye: ${Math.round(heard)} ms heard of ${Math.round(whole)} ms\n`);
    expect(heard).toBeGreaterThan(0.85 * whole);
    expect(heard).toBeLessThan(1.15 * whole);
    await untilTrue(() => stack.roomIsGone(caller), GONE_MS, 'the room is gone');
    const call = await stack.closedRow(caller);
    expect(call).toMatchObject({ outcome: 'completed', reason: 'goodbye', caller_number: CALLER_NUMBER });
    expect(call.answered_at?.getTime()).toBeLessThan(call.ended_at?.getTime() ?? 0);
    const [greeting, answer] = await stack.turns(caller);
    expect(greeting).toMatchObject({ index: 0, caller_text: null });
    expect(answer).toMatchObject({ index: 1, agent_text: goodbye.text });
    expect(answer?.latency_ms).toBeGreaterThan(0);
    expect(Object.keys(answer?.parts ?? {})).toEqual(expect.arrayContaining(['speechMs', 'endpointingMs']));
  });

  test('goes on when the caller speaks into the goodbye', async () => {
    const caller = await stack.dial();
    await caller.answered;
    await caller.listen();
    await caller.say('That is all, thank you. Goodbye.');
    await caller.interrupt("Wait, I'd like to book a cleaning.", { afterMs: 600 });
    try {
      // Whatever the local recogniser made of the service: the caller is asked something.
      const answer = await hear(stack, caller, 2);
      expect(answer.text, await stack.transcript(caller)).toMatch(/\?$/);
    } finally {
      await caller.hangUp();
    }
    expect(await stack.closedRow(caller)).toMatchObject({ outcome: 'completed', reason: 'caller_hung_up' });
  });

  test('in which nobody speaks is asked after twice and then ends politely', async () => {
    const caller = await silent;
    expect((await caller.ended).by).toBe('agent');
    const call = await stack.closedRow(caller);
    expect(call).toMatchObject({ outcome: 'abandoned', reason: 'caller_silent' });
    const times = await sentencesHeard(caller);
    expect(times).toHaveLength(1 + SILENCE_TEXTS.length + 1); // with the greeting
    for (const [index, { startedAt }] of times.entries()) {
      const pause = startedAt - (times[index - 1]?.endedAt ?? startedAt);
      if (index > 0) expect(pause).toBeGreaterThan(TURNS.callerSilentMs / 2);
      if (index > 0) expect(pause).toBeLessThan(TURNS.callerSilentMs + 3_000);
    }
    const last = times.at(-1);
    const whole = soundMs(await stack.synthesize(SILENCE_GOODBYE_TEXT, 'slt'));
    expect((last?.endedAt ?? 0) - (last?.startedAt ?? 0)).toBeGreaterThan(0.85 * whole);
  });

  test('leaves neither a room nor an open row, a place taken at the worker or a process', async () => {
    await nothingLeft(stack);
    await untilTrue(
      () => idle() === idleProcesses,
      15_000,
      `${idleProcesses} processes, as before the calls`,
    );
  });

  test('writes neither a key nor a caller’s number or words into the log', () => {
    const { LIVEKIT_API_SECRET = '', SUPABASE_SERVICE_ROLE_KEY = '', OPENAI_API_KEY = '' } = stack.stack.env;
    const secrets = [LIVEKIT_API_SECRET, SUPABASE_SERVICE_ROLE_KEY, OPENAI_API_KEY];
    expect(secrets.every((secret) => secret.length > 6)).toBe(true);
    const never = [...secrets, CALLER_NUMBER.slice(1), '923005550961', 'That is all', 'a cleaning'];
    const lines = stack.workerLog().split('\n');
    expect(lines.length).toBeGreaterThan(50);
    expect(lines.filter((line) => never.some((text) => line.includes(text)))).toEqual([]);
  });
});

/** What a caller heard who never spoke: stretches of sound with no pause above 2 s. */
async function sentencesHeard(caller: Caller): Promise<{ startedAt: number; endedAt: number }[]> {
  const { at } = await caller.ended;
  const { answeredAt = at } = caller.measurements;
  const pcm = caller.heardPcm(answeredAt, at);
  const sentences: { startedAt: number; endedAt: number }[] = [];
  for (let from = 0; from + 320 <= pcm.length; from += 320) {
    if (soundBounds(pcm.subarray(from, from + 320), 16_000, -50) === undefined) continue;
    const [startedAt, endedAt] = [answeredAt + from / 16, answeredAt + (from + 320) / 16];
    const last = sentences.at(-1);
    if (last !== undefined && startedAt - last.endedAt < 2_000) last.endedAt = endedAt;
    else sentences.push({ startedAt, endedAt });
  }
  return sentences;
}
