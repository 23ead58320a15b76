import { expect, test } from 'vitest';
import { htmlReport } from './html-report.ts';
import { type ReportedRun, reportOf, reportRun } from './report.ts';
import { defineScenario } from './scenario.ts';

const scenario = (id: string) =>
  defineScenario({
    id,
    title: 'An invented scenario <b>',
    persona: 'Nobody in particular.',
    opening: 'Hello.',
    expect: { outcome: 'completed' },
  });

const run = (passed: boolean): ReportedRun => ({
  passed,
  problems: passed ? [] : [{ in: 'state', text: 'patients added {"full_name":"<script>alert(1)</script>"}' }],
  outcome: 'completed',
  reason: 'goodbye',
  durationMs: 900,
  turns: [
    { caller: null, agent: 'Good day.', tools: [], latencyMs: null },
    {
      caller: `<img src=x> ${'x'.repeat(10_000)}`,
      agent: 'How can I help you?',
      tools: [{ name: 'find_slots', arguments: '{"a":1}', result: '{}' }],
      latencyMs: 40,
    },
  ],
});

const report = reportOf(
  {
    startedAt: '2026-11-23T04:30:00Z',
    durationMs: 1_800,
    by: 'text',
    language: 'stand-in',
    callers: 'scripted',
  },
  [
    { scenario: scenario('good'), runs: [run(true), run(true)] },
    { scenario: scenario('bad'), runs: [run(true), run(false)] },
  ],
);

test('the figures are those of all calls', () => {
  expect(report).toMatchObject({ ok: false, calls: 4, passed: 3, passRate: 0.75 });
  expect(report.turnsPerCall.p50).toBe(1);
  expect(report.latencyMs).toEqual({ p50: 40, p95: 40, p99: 40 });
  expect(report.wordsPerTurn.p95).toBe(5);
  expect(report.scenarios.map(({ id, passed }) => [id, passed])).toEqual([
    ['good', 2],
    ['bad', 1],
  ]);
});

test('the page shows them, names what failed, and needs nothing from elsewhere', () => {
  const page = htmlReport(report);
  expect(page).toContain('<title>Rehearsal: 3 of 4 calls passed</title>');
  expect(page).toContain('75.0 %');
  expect(page).toMatch(/<details id="bad" open>/);
  expect(page).toMatch(/<details id="good">/);
  expect(page).not.toMatch(/https?:|<script|<link|<img|url\(/);
  expect(page).toContain('prefers-color-scheme: dark');
  expect(page).toContain('@media print');
});

test('what was said is text and no markup, and a long word does not fill the page', () => {
  const page = htmlReport(report);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).toContain('An invented scenario &lt;b&gt;');
  expect(page).toContain('(10012 characters)');
  expect(page.length).toBeLessThan(20_000);
});

test('a call that broke off has failed with its reason', () => {
  expect(reportRun({ error: new Error('no answer within 30000 ms'), durationMs: 30_000.4 })).toMatchObject({
    passed: false,
    problems: [{ in: 'call', text: 'no answer within 30000 ms' }],
    durationMs: 30_000,
  });
});
