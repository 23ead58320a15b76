import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTextAgent } from '../../agent/text-agent.ts';
import { collectLog } from '../../test/support/log.ts';
import { Releasers } from '../lifecycle/releasers.ts';
import type { Lane } from '../rehearsal/lane.ts';
import { rehearse } from '../rehearsal/rehearse.ts';
import { loadScenarios } from '../rehearsal/scenario-files.ts';
import { ScriptedTextCaller } from '../rehearsal/text-caller.ts';
import { standInLanguage, startLane } from './rehearsal-lanes.ts';

const releasers = new Releasers();
const { log } = collectLog();
let lanes: Lane[] = [];

// Lanes of their own: what is still played after a limit has struck must not disturb another test.
beforeAll(async () => {
  const openai = await standInLanguage(releasers);
  lanes = await Promise.all([startLane(openai, log, releasers), startLane(openai, log, releasers)]);
}, 60_000);
afterAll(() => releasers.release());

test('every scenario that ships passes', async () => {
  const all = await loadScenarios();
  const report = await rehearse({
    scenarios: all,
    runs: 1,
    lanes,
    startAgent: startTextAgent,
    makeCaller: (scenario) => new ScriptedTextCaller(scenario),
    language: 'stand-in',
    callers: 'scripted',
  });
  const failed = report.scenarios.filter(({ passed, runs }) => passed < runs.length);
  expect(failed.map(({ id, runs }) => [id, runs.map(({ problems }) => problems)])).toEqual([]);
  expect(report).toMatchObject({ ok: true, calls: all.length, passed: all.length, passRate: 1 });
  expect(report.latencyMs.p50).toBeGreaterThan(0);
}, 240_000);
