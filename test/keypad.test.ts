import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { CONNECTING_TEXT } from '../src/clinic/sentences.ts';
import { hear } from './support/conversation.ts';
import { TestStack } from './support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.start();
}, 900_000); // a machine's first build
afterEach(() => stack.hangUpAll());
afterAll(() => stack?.stop());

test('a caller who types their date of birth is verified, and a key stops the sentence that asks for it', async () => {
  const caller = await stack.dial();
  await caller.answered;
  await caller.listen();
  await caller.say('When is my appointment?');
  const who = await hear(stack, caller, 1);
  expect(who.text, await stack.transcript(caller)).toMatch(/full name and date of birth/);
  await caller.say('My name is David Brown.');
  const born = await hear(stack, caller, 2);
  expect(born.text, await stack.transcript(caller)).toMatch(/date of birth/);
  await caller.say('Can I type it in?');
  await caller.listen({ silenceMs: 0 }); // it has begun to say how
  await caller.press('03051980#');
  const typedAt = performance.now();
  const thanks = await hear(stack, caller, 4);
  expect(thanks.text, await stack.transcript(caller)).toMatch(/^Thank you, David Brown\./);
  // To its end the sentence takes 8 s.
  expect(thanks.heard.firstAudioAt - typedAt).toBeLessThan(3_000);
  const turns = await stack.turns(caller);
  expect(turns.map(({ tool }) => tool).slice(3)).toEqual(['request_keypad', 'identify_patient']);
  expect(turns[4]?.caller_text).toBe('[typed on the keypad: 03 05 1980]');
});

test('a caller who presses 0 into the greeting hears at once that they are being connected', async () => {
  const caller = await stack.dial({ from: '+923005550962' });
  await caller.answered;
  await caller.listen({ silenceMs: 0 });
  await caller.press('0');
  const connecting = await hear(stack, caller, 1);
  expect(connecting.text, await stack.transcript(caller)).toContain(CONNECTING_TEXT);
  const [greeting, zero] = await stack.turns(caller);
  expect(greeting).toMatchObject({ interrupted: true });
  expect(zero).toMatchObject({ caller_text: '[pressed 0]', tool: 'transfer' });
});
