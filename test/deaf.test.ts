import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Caller } from '../src/rehearsal/caller.ts';
import { hear } from './support/conversation.ts';
import { TestStack } from './support/stack.ts';

/** Long enough to be cut in its middle. */
const SENTENCE = "I'd like to book a cleaning for my teeth on Wednesday in the morning, please.";
/** A time in the middle of it. */
const MIDDLE_MS = 1_800;
/** How long no connection can be made. */
const REFUSED_MS = 1_000;

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.start();
}, 900_000); // a machine's first build
afterAll(() => stack?.stop());

/** Says the sentence, and breaks the recogniser's connection when half of it is spoken. */
async function sayAndBreak(caller: Caller, breakIt: () => Promise<void>): Promise<void> {
  await caller.answered;
  await caller.listen();
  const speaking = caller.say(SENTENCE);
  await delay(MIDDLE_MS);
  await breakIt();
  await speaking;
}

/** Everything the recogniser made of the caller's words so far. */
const heardBy = async (caller: Caller) =>
  (await stack.turns(caller)).map(({ caller_text }) => caller_text ?? '').join(' ');

async function goodbye(caller: Caller): Promise<void> {
  await caller.say('No, thank you. Goodbye.');
  expect((await caller.ended).by).toBe('agent');
  expect(await stack.closedRow(caller)).toMatchObject({ outcome: 'completed', reason: 'goodbye' });
}

describe('the recogniser’s connection', () => {
  test('that is cut in mid-sentence costs no word, and the call goes on', async () => {
    const caller = await stack.dial();
    await sayAndBreak(caller, () => stack.fault({ target: 'listen', mode: 'cut' }));
    const answer = await hear(stack, caller, 1);
    expect(answer.text).toMatch(/Wednesday.*(suits you\?|your name)/);
    const heard = await heardBy(caller);
    for (const word of ['book', 'cleaning', 'teeth', 'Wednesday', 'morning']) {
      expect(heard).toMatch(new RegExp(word, 'i'));
    }
    // Once: what was sent again is not heard again.
    expect(heard.match(/Wednesday/gi)).toHaveLength(1);
    await goodbye(caller);
  });

  test('that is refused for a second after a cut costs no word either', async () => {
    const caller = await stack.dial();
    await sayAndBreak(caller, async () => {
      // Refused before it is cut: the first attempt to reconnect comes at once.
      await stack.fault({ target: 'listen', mode: 'cut', afterMs: 100 });
      await stack.fault({ target: 'listen', mode: 'refuse', times: 100 });
      await delay(100 + REFUSED_MS);
      await stack.fault({ target: 'listen', mode: 'ok' });
    });
    const answer = await hear(stack, caller, 1);
    expect(answer.text).toMatch(/Wednesday.*(suits you\?|your name)/);
    const heard = await heardBy(caller);
    for (const word of ['book', 'cleaning', 'teeth', 'Wednesday', 'morning']) {
      expect(heard).toMatch(new RegExp(word, 'i'));
    }
    await goodbye(caller);
  });
});
