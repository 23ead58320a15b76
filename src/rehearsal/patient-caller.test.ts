import { expect, test } from 'vitest';
import { LOST_TURN_TEXT, NOT_HEARD_TEXT, SILENCE_TEXTS } from '../clinic/sentences.ts';
import { PatientCaller } from './patient-caller.ts';
import { ScriptedTextCaller } from './text-caller.ts';

const scripted = () =>
  new PatientCaller(
    new ScriptedTextCaller({
      opening: 'How much is a cleaning?',
      facts: { name: 'My name is David Brown.' },
      farewell: 'Goodbye.',
    }),
  );

test.each([NOT_HEARD_TEXT, LOST_TURN_TEXT, ...SILENCE_TEXTS])('says it again after "%s"', async (text) => {
  const caller = scripted();
  await caller.next('Good day. How can I help you?');
  expect(await caller.next('May I have your name?')).toEqual({ say: 'My name is David Brown.' });
  expect(await caller.next(text)).toEqual({ say: 'My name is David Brown.' });
});

test('answers what is asked for once more, and gives up on an agent that understands nothing', async () => {
  const caller = scripted();
  await caller.next('Good day. How can I help you?');
  expect(await caller.next('Sorry, could you tell me the name once more?')).toEqual({
    say: 'My name is David Brown.',
  });
  const moves: unknown[] = [];
  for (let n = 0; n < 12; n += 1) moves.push(await caller.next(NOT_HEARD_TEXT));
  expect(moves.at(-1)).toEqual({ do: 'hang_up' });
});
