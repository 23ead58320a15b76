import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { hear } from './support/conversation.ts';
import { TestStack } from './support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.start();
}, 900_000); // a machine's first build
afterEach(() => stack.hangUpAll());
afterAll(() => stack?.stop());

/** What becomes of the next transfers. */
async function frontDesk(outcome: string): Promise<void> {
  const url = `${stack.stack.control.livekit ?? ''}/_control`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ transfer: { outcome } }) });
  if (!response.ok) throw new Error(await response.text());
}

describe('a caller', () => {
  test('who asks for a person is taken back when the line is busy, and connected the next time', async () => {
    await frontDesk('busy');
    const caller = await stack.dial();
    await caller.answered;
    await hear(stack, caller, 0);
    await caller.say('Can I speak to a real person, please?');
    expect((await hear(stack, caller, 1)).text).toMatch(/connecting you/);
    expect((await hear(stack, caller, 1)).text).toMatch(/line of our front desk is busy/);
    await frontDesk('completed');
    await caller.say('Let me talk to a real person, please.');
    await hear(stack, caller, 2);
    await caller.ended;
    expect(await stack.closedRow(caller)).toMatchObject({ outcome: 'transferred', reason: 'asked_for' });
  });

  test('who says okay while the agent is still speaking hears it out, and has agreed to nothing', async () => {
    const caller = await stack.dial();
    await caller.answered;
    await hear(stack, caller, 0);
    await caller.say("I'd like to book a check-up on Tuesday at ten in the morning.");
    await caller.interrupt('Okay.');
    expect((await hear(stack, caller, 2)).text, await stack.transcript(caller)).toMatch(
      /^I have Tuesday.*suits? you\?$/,
    );
  });
});
