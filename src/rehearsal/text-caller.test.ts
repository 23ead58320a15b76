import { describe, expect, test } from 'vitest';
import { Reactions, ScriptedTextCaller, topicsOf } from './text-caller.ts';
import { type ScenarioInput, defineScenario } from './scenario.ts';

const scenario = (more: Partial<ScenarioInput> = {}) =>
  defineScenario({
    id: 'invented',
    title: 'An invented scenario',
    persona: 'Nobody in particular.',
    opening: 'A check-up, please.',
    facts: { name: 'My name is Sara.', date_of_birth: ['In May.', 'The 3rd of May 1990.'] },
    expect: { outcome: 'completed' },
    ...more,
  });

describe('the caller knows what is asked', () => {
  test.each([
    ['May I have the full name and date of birth, please?', ['name', 'date_of_birth']],
    ['And what is the date of birth?', ['date_of_birth']],
    ['Which phone number can we reach you on?', ['phone']],
    [
      "That's Sara, born on the 3rd of May, with the phone number you are calling from. Is that right?",
      ['confirm'],
    ],
    ['On Tuesday I have 9 or 10 in the morning with Dr. Sample. Which suits you?', ['choice']],
    ['I have Tuesday at 10. Does that suit you?', ['choice']],
    ['Which service would you like?', ['service']],
    ['Thank you, Sara is registered now. Which appointment would you like?', ['service']],
    ['Tuesday is already past. Which day would you like?', ['day']],
    ['I can take a message for our front desk instead. What shall I tell them?', ['message']],
    ["You're booked for Tuesday. Is there anything else I can do for you?", ['else']],
    [
      "I can't match that. Could you give me the full name once more? Or tell me if you are new here.",
      ['name'],
    ],
    ['Which other day or time would suit you?', ['day']],
    ['There is free parking behind the building.', []],
  ])('%s', (text, topics) => {
    expect(topicsOf(text)).toEqual(topics);
  });
});

describe('a scripted caller', () => {
  test('opens with its errand, tells facts only when asked, and one of a list each time', async () => {
    const caller = new ScriptedTextCaller(scenario());
    expect(await caller.next('Good day. May I have your name?')).toEqual({ say: 'A check-up, please.' });
    expect(await caller.next('And the date of birth?')).toEqual({ say: 'In May.' });
    expect(await caller.next('The name and date of birth, please?')).toEqual({
      say: 'My name is Sara. The 3rd of May 1990.',
    });
    expect(await caller.next('Is that right?')).toEqual({ say: 'Yes, that is right.' });
    expect(await caller.next('Anything else?')).toEqual({ say: 'No, thank you. Goodbye.' });
  });

  test('says the errand once more to an agent that did not get it, then leaves it', async () => {
    const caller = new ScriptedTextCaller(scenario());
    await caller.next('Good day.');
    expect(await caller.next('Sorry, could you repeat?')).toEqual({ say: 'A check-up, please.' });
    expect(await caller.next('Sorry, what was it?')).toEqual({ say: 'No, thank you. Goodbye.' });
  });

  test('does not talk in a circle: whoever hears the same three times gives up, and hangs up in the end', async () => {
    const caller = new ScriptedTextCaller(scenario());
    const moves = [];
    for (let turn = 0; turn < 8; turn += 1) moves.push(await caller.next('What is your name?'));
    expect(moves.at(-1)).toEqual({ do: 'hang_up' });
    expect(moves.filter((move) => 'say' in move && move.say === 'My name is Sara.')).toHaveLength(2);
  });

  test('does not know what it was not given', async () => {
    const caller = new ScriptedTextCaller(scenario());
    await caller.next('Good day.');
    expect(await caller.next('Which service would you like?')).toEqual({ say: "I don't know, sorry." });
  });

  test('says nothing when it has no opening', async () => {
    expect(await new ScriptedTextCaller(scenario({ opening: null })).next('Good day.')).toEqual({
      do: 'say_nothing',
    });
  });
});

describe('reactions', () => {
  test('come before anything else, as often as they are written, in their order', () => {
    const { reactions } = scenario({
      reactions: [
        { when: /booked/, hangUp: true },
        { when: 'name', say: ['Sara', 'I said Sara'], times: 2 },
        { when: 'name', press: '12#' },
        { when: /name/, silent: true },
      ],
    });
    const all = new Reactions(reactions);
    const moves = Array.from({ length: 5 }, () => all.take('Your NAME?').move);
    expect(moves).toEqual([
      { say: 'Sara' },
      { say: 'I said Sara' },
      { press: '12#' },
      { do: 'say_nothing' },
      undefined,
    ]);
    expect(all.take('You are booked.').move).toEqual({ do: 'hang_up' });
  });

  test('without words happen meanwhile, and the caller answers as always', () => {
    const { reactions } = scenario({ reactions: [{ when: 'name', passMs: 60_000 }] });
    const { move, effects } = new Reactions(reactions).take('Your name?');
    expect(move).toBeUndefined();
    expect(effects.map(({ passMs }) => passMs)).toEqual([60_000]);
  });
});
