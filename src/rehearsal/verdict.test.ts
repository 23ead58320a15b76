import { describe, expect, test } from 'vitest';
import type { ScenarioInput } from './scenario.ts';
import { defineScenario } from './scenario.ts';
import type { PlayedCall } from './text-call.ts';
import { judge } from './verdict.ts';

const CALL = 'c0000000-0000-4000-8000-000000000001';

function verdict(
  said: string,
  expected: Partial<ScenarioInput['expect']> = {},
  call: Partial<PlayedCall> = {},
) {
  const scenario = defineScenario({
    id: 'invented',
    title: 'An invented scenario',
    persona: 'Nobody in particular.',
    opening: 'Hello.',
    expect: { outcome: 'completed', ...expected },
  });
  const played: PlayedCall = {
    callId: CALL,
    turns: [
      { caller: null, agent: 'Good day.', tools: [], latencyMs: null },
      { caller: 'Hello.', agent: said, tools: [], latencyMs: 10 },
    ],
    ended: 'goodbye',
    outcome: 'completed',
    reason: 'goodbye',
    claims: [],
    audit: { claims: 0, matched: 0, mismatches: [] },
    breaches: [],
    before: new Map(),
    after: new Map([['calls', new Map([[CALL, { id: CALL, outcome: 'completed' }]])]]),
    ...call,
  };
  return judge(scenario, played);
}

test('a call in which everything is as expected has no problem', () => {
  expect(verdict('There is parking. Goodbye.', { says: ['parking', /goodbye/], never: ['booked'] })).toEqual(
    [],
  );
});

describe('words', () => {
  test('that were to be said and were not, or were not to be said and were', () => {
    expect(verdict('Goodbye.', { says: ['parking'] })).toEqual([
      { in: 'words', text: 'never said: parking' },
    ]);
    expect(verdict('It is booked.', { never: [/BOOKED/] })[0]?.in).toBe('words');
  });

  test.each([
    'Your time is undefined.',
    'On Invalid DateTime I have 9.',
    'SERVICE_UNREACHABLE: TypeError',
    'Unknown function: delete_all_patients',
    'I have s1 for you.',
    '{"say":"Goodbye"}',
    'For f1000000-0000-4000-8000-000000000010.',
  ])('from the inside of the program: %s', (said) => {
    expect(
      verdict(said)
        .map((problem) => problem.text)
        .join(),
    ).toContain('not for a caller');
  });

  test('a turn that is answered with nothing', () => {
    expect(verdict('')).toEqual([{ in: 'words', text: 'an answer without a word' }]);
  });
});

describe('claims', () => {
  const claims = [{ claim: 'booked', said: "You're booked.", turnIndex: 1 }] as const;

  test('that no row makes true fail, whether or not they were expected', () => {
    const mismatches = [{ turn_index: 1, claim: 'booked' as const, said: "You're booked." }];
    const audit = { claims: 1, matched: 0, mismatches };
    expect(verdict("You're booked.", { claims: ['booked'] }, { claims, audit })).toEqual([
      { in: 'claims', text: "no row makes it true (booked): You're booked." },
    ]);
  });

  test('that were not expected, and those that were and did not come, fail', () => {
    expect(verdict("You're booked.", {}, { claims })[0]?.text).toMatch(/without being expected \(booked\)/);
    expect(verdict('Goodbye.', { claims: ['booked'] })[0]?.text).toBe('never claimed: booked');
  });
});

test('a call that went in a circle has failed', () => {
  expect(verdict('Pardon?', {}, { ended: undefined })[0]).toEqual({
    in: 'call',
    text: 'the call did not end within 24 turns',
  });
});

describe('a call by voice', () => {
  const sound = { greetingMs: 600, interruptionsMs: [420], deadAirMs: 1_900 };
  const problems = (change: Partial<typeof sound> | { interruptionsMs: (number | null)[] }) =>
    verdict('There is parking.', {}, { sound: { ...sound, ...change } }).map(({ in: where, text }) => [
      where,
      text,
    ]);

  test('that sounds as it should has no problem', () => {
    expect(problems({})).toEqual([]);
  });

  test('in which the agent does not stop, stops late, or owes a word for long has failed', () => {
    expect(problems({ interruptionsMs: [null] })).toEqual([['sound', 'an interrupted agent went on']]);
    expect(problems({ interruptionsMs: [300, 2_600] })).toEqual([
      ['sound', 'an interrupted agent went on for 2600 ms'],
    ]);
    expect(problems({ deadAirMs: 7_100 })).toEqual([['sound', 'nobody spoke for 7100 ms']]);
  });

  test('may leave an answer without a word when the caller spoke into it', () => {
    const turns = [{ caller: 'Hello.', agent: '', tools: [], latencyMs: null }];
    expect(verdict('', {}, { turns })).toHaveLength(1);
    expect(
      verdict('', {}, { turns: turns.map((turn) => ({ ...turn, interrupted: true as const })) }),
    ).toEqual([]);
  });
});
