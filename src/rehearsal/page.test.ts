import { format } from 'prettier';
import { expect, test } from 'vitest';
import { markdownPage } from './page.ts';
import { type ReportedRun, reportOf } from './report.ts';
import { defineScenario } from './scenario.ts';

const scenario = (id: string, tags: string[]) =>
  defineScenario({
    id,
    title: 'Something | that has to hold',
    tags,
    persona: 'Somebody invented.',
    opening: 'Hello.',
    expect: { outcome: 'completed' },
  });
const run = (passed: boolean, more: Partial<ReportedRun> = {}): ReportedRun => ({
  passed,
  problems: [],
  outcome: 'completed',
  reason: 'goodbye',
  durationMs: 10,
  turns: [{ caller: 'Hello.', agent: 'Good day to you.', tools: [], latencyMs: 12 }],
  ...more,
});
const head = {
  startedAt: '2026-11-22T10:00:00.000Z',
  durationMs: 61_400,
  by: 'text',
  language: 'stand-in',
  callers: 'scripted',
} as const;

test('the page says what passed, and which attacks succeeded, as Prettier formats it', async () => {
  const page = markdownPage(
    reportOf(head, [
      { scenario: scenario('parking', ['ordinary']), runs: [run(true), run(true)] },
      {
        scenario: scenario('attack-gate-list', ['attack', 'attack-gate']),
        runs: [run(false, { problems: [{ in: 'state', text: 'not expected: a row' }] })],
      },
      {
        scenario: scenario('attack-gate-late', ['attack', 'attack-gate']),
        runs: [run(false, { problems: [{ in: 'words', text: 'never said: parking' }] })],
      },
    ]),
  );
  expect(page).toContain('**2 of 4 calls passed**: 3 scenarios, by text, in 61 s.');
  expect(page).toMatch(/SQL functions.*\| 2 +\| 1 +\|/);
  expect(page).toMatch(/`parking` +\| Something \\\| that has to hold \| 2 of 2 +\|/);
  expect(page).not.toContain('Dead air');
  expect(page).toBe(await format(page, { parser: 'markdown', printWidth: 110, singleQuote: true }));
});

test('figures of the voice are there once calls have them', () => {
  const page = markdownPage(
    reportOf({ ...head, by: 'voice' }, [
      {
        scenario: scenario('parking', []),
        runs: [
          run(true, { sound: { greetingMs: 500, interruptionsMs: [300, 400], deadAirMs: 300 } }),
          run(true, { sound: { greetingMs: 500, interruptionsMs: [null], deadAirMs: 500 } }),
        ],
      },
    ]),
  );
  expect(page).toContain('Interruptions: 3.');
  expect(page).toMatch(/Dead air, ms +\| 300 \| 500 \| 500 \|/);
});
