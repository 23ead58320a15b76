import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Caller } from '../src/rehearsal/caller.ts';
import { hear } from './support/conversation.ts';
import { TestStack } from './support/stack.ts';

/** Long enough to be cut in their middle, and heard rightly where nothing is cut (24 of 24 by `bench/slips.ts`). */
const SENTENCES = [
  "I'd like to book a cleaning on Wednesday in the morning, if that is possible, please.",
  'I would rather have a cleaning on Friday in the afternoon, if you have anything then.',
] as const;
/** A time in the middle of them. */
const MIDDLE_MS = 1_800;
/** How long no connection can be made. */
const REFUSED_MS = 1_000;

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.start();
}, 900_000); // a machine's first build
afterEach(() => stack.hangUpAll());
afterAll(() => stack?.stop());

/** Says the sentence, and breaks the recogniser's connection in its middle. */
async function sayAndBreak(caller: Caller, sentence: string, breakIt: () => Promise<void>): Promise<void> {
  const speaking = caller.say(sentence);
  await delay(MIDDLE_MS);
  await breakIt();
  await speaking;
}

/** Everything the recogniser made of the caller's words so far. */
const heardBy = async (caller: Caller) =>
  (await stack.turns(caller)).map(({ caller_text }) => caller_text ?? '').join(' ');

test('a recogniser whose connection is cut, or refused for a second, costs no word, and the call goes on', async () => {
  const caller = await stack.dial();
  await caller.answered;
  await caller.listen();

  await sayAndBreak(caller, SENTENCES[0], () => stack.fault({ target: 'listen', mode: 'cut' }));
  const first = await hear(stack, caller, 1);
  expect(first.text, await stack.transcript(caller)).toMatch(/Wednesday.*suits? you\?/);
  for (const word of ['book', 'cleaning', 'Wednesday', 'morning', 'possible']) {
    expect(await heardBy(caller)).toMatch(new RegExp(word, 'i'));
  }
  // Once: what was sent again is not heard again.
  expect((await heardBy(caller)).match(/Wednesday/gi)).toHaveLength(1);

  const turnsBefore = (await stack.turns(caller)).length;
  await sayAndBreak(caller, SENTENCES[1], async () => {
    // Refused before it is cut: the first attempt to reconnect comes at once.
    await stack.fault({ target: 'listen', mode: 'cut', afterMs: 100 });
    await stack.fault({ target: 'listen', mode: 'refuse', times: 100 });
    await delay(100 + REFUSED_MS);
    await stack.fault({ target: 'listen', mode: 'ok' });
  });
  const second = await hear(stack, caller, turnsBefore);
  expect(second.text, await stack.transcript(caller)).toMatch(/Friday.*afternoon.*suits? you\?/);
  for (const word of ['rather', 'Friday', 'afternoon', 'anything']) {
    expect(await heardBy(caller)).toMatch(new RegExp(word, 'i'));
  }
  expect((await heardBy(caller)).match(/Friday/gi)).toHaveLength(1);

  await caller.hangUp();
  expect(await stack.closedRow(caller)).toMatchObject({ outcome: 'completed', reason: 'caller_hung_up' });
});
