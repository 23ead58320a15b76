import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeConfig } from '../../test/support/config.ts';
import { type LanguageFront, startLanguageFront } from '../commands/language-front.ts';
import { ImprovisedTextCaller, callerPrompt } from './improvised-caller.ts';
import { defineScenario } from './scenario.ts';

let model: LanguageFront;

// Nothing is behind it: whatever the model says, the test has written.
beforeAll(async () => (model = await startLanguageFront('http://127.0.0.1:9')));
afterAll(() => model.stop());

const scenario = defineScenario({
  id: 'invented',
  title: 'An invented scenario',
  persona: 'Sara, who is in a hurry.',
  opening: 'A check-up, please.',
  facts: { name: 'My name is Sara.', date_of_birth: ['In May.', 'The 3rd of May 1990.'] },
  expect: { outcome: 'completed' },
});

test('the caller begins with the opening and then says what the model makes up, until it hangs up', async () => {
  const said = (text: string, after: number) => ({
    at: 'model' as const,
    text,
    arguments: {},
    after,
    times: 1,
  });
  model.misbehave([said("It's Sara, be quick. ", 0), said('[silence]', 1), said('[Hang up]', 2)]);
  const { openai } = makeConfig({ OPENAI_BASE_URL: model.url });
  const caller = new ImprovisedTextCaller(scenario, openai);
  expect(await caller.next('Good day.')).toEqual({ say: 'A check-up, please.' });
  expect(await caller.next('May I have your name?')).toEqual({ say: "It's Sara, be quick." });
  expect(await caller.next('Thank you.')).toEqual({ do: 'say_nothing' });
  expect(await caller.next('Goodbye.')).toEqual({ do: 'hang_up' });
});

test('the model is told who it plays and what it may tell', () => {
  const prompt = callerPrompt(scenario);
  expect(prompt).toContain('Sara, who is in a hurry.');
  expect(prompt).toContain('- date of birth: "In May.", then "The 3rd of May 1990."');
  expect(prompt).toContain('"No, thank you. Goodbye."');
});
