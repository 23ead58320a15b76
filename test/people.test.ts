import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { CONNECTED_TEXT, CONNECTING_TEXT, briefingText } from '../src/clinic/sentences.ts';
import { STAND_IN_TRUNK } from '../src/local/stack.ts';
import { Deferred } from './support/deferred.ts';
import { hear } from './support/conversation.ts';
import { TestStack, untilTrue } from './support/stack.ts';

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.start({ worker: false });
  stack.stack.env['SIP_OUTBOUND_TRUNK_ID'] = STAND_IN_TRUNK;
  await stack.startWorker();
}, 900_000); // a machine's first build
afterEach(() => stack.hangUpAll());
afterAll(() => stack?.stop());

/** What becomes of the next transfers. */
async function frontDesk(outcome: string): Promise<void> {
  const url = `${stack.stack.control.livekit ?? ''}/_control`;
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ transfer: { outcome } }) });
  if (!response.ok) throw new Error(await response.text());
}

/** Who is at the clinic: by the last digits of the number, as the stand-in for the telephone network has it. */
async function staffNumber(number: string): Promise<void> {
  await stack.sql('update clinics set staff_number = $1', [number]);
}

describe('a caller', () => {
  test('who presses 0 into the greeting hears at once that they are being connected', async () => {
    await staffNumber('+922135550503'); // cannot be called from here: only referred to
    const caller = await stack.dial({ from: '+923005550962' });
    await caller.answered;
    await caller.listen({ silenceMs: 0 });
    await caller.press('0');
    const connecting = await hear(stack, caller, 1);
    expect(connecting.text, await stack.transcript(caller)).toContain(CONNECTING_TEXT);
    const [greeting, zero] = await stack.turns(caller);
    expect(greeting).toMatchObject({ interrupted: true });
    expect(zero).toMatchObject({ caller_text: '[pressed 0]', tool: 'transfer' });
    expect((await caller.ended).by).toBe('transferred');
  });

  test('who asks for a person is taken back when the line is busy, and connected the next time', async () => {
    await frontDesk('busy');
    const caller = await stack.dial();
    await caller.answered;
    await hear(stack, caller, 0);
    await caller.say('Can I speak to a real person, please?');
    expect((await hear(stack, caller, 1)).text).toMatch(/connecting you/);
    await caller.listen();
    // What was said is on record a moment after it was heard.
    await vi.waitFor(
      async () => expect(await stack.transcript(caller)).toMatch(/line of our front desk is busy/),
      10_000,
    );
    await frontDesk('completed');
    // Whoever is not understood asks again.
    for (let turn = 2, answer = ''; turn < 5 && !answer.includes('connecting you'); turn += 1) {
      await caller.say('Let me talk to a real person, please.');
      answer = (await hear(stack, caller, turn)).text;
    }
    await caller.ended;
    expect(await stack.closedRow(caller)).toMatchObject({ outcome: 'transferred', reason: 'asked_for' });
  });

  test('who says okay while the agent is still speaking hears it out, and has agreed to nothing', async () => {
    const caller = await stack.dial();
    await caller.answered;
    await hear(stack, caller, 0);
    let turn = 0;
    let offer = '';
    // Whoever is not understood asks again.
    while (!/suits? you\?$/.test(offer) && turn < 4) {
      await caller.say('I would like to book a check-up on Tuesday at ten in the morning.');
      turn += 1;
      offer = (await hear(stack, caller, turn)).text;
    }
    await caller.say('Can you repeat that, please?');
    await caller.interrupt('Okay.');
    const { text } = await hear(stack, caller, turn + 2);
    expect(text, await stack.transcript(caller)).toMatch(/suits? you\?$/);
    expect(offer).toContain(text);
  });

  test('who asks for a person is connected with whoever has picked up and was told of them, and the two go on without the agent', async () => {
    await staffNumber('+922135550199');
    const left = new Deferred<void>();
    const caller = await stack.dial({
      from: '+923005550963',
      onEvent: ({ type }) => type === 'agent-left' && left.resolve(),
    });
    await caller.answered;
    await hear(stack, caller, 0);
    await caller.say('Can I speak to a real person, please?');
    const words = async () => (await stack.transcript(caller)).includes(CONNECTED_TEXT);
    await untilTrue(words, 40_000, 'they are connected');
    expect(await stack.transcript(caller)).toContain(
      briefingText({ name: 'Karachi Smiles Dental (sample)' }, [], undefined),
    );
    await left.promise;
    expect(await stack.closedRow(caller)).toMatchObject({ outcome: 'transferred', reason: 'asked_for' });
    const said = await caller.say('Hello, this is about my appointment on Tuesday.');
    // The stand-in says this only once it has heard the caller.
    const heard = await caller.listen();
    expect(heard.firstAudioAt).toBeGreaterThan(said.endedAt);
    expect((await caller.ended).by).toBe('agent');
    await untilTrue(() => stack.roomIsGone(caller), 5_000, 'the room has ended');
    expect(stack.workerLog()).toContain('one of two who were connected has hung up');
  });
});
