import { randomUUID } from 'node:crypto';
import { REHEARSAL } from '../config/desk-defaults.ts';
import { OpenhoursError } from '../errors.ts';
import type { Lane } from './lane.ts';
import { type RehearsalReport, type ReportedRun, type RunResult, reportOf, reportRun } from './report.ts';
import type { Scenario } from './scenario.ts';
import type { StartTextAgent, TextAgent } from './text-agent.ts';
import type { TextCaller } from './text-caller.ts';
import { playTextCall } from './text-call.ts';
import { judge } from './verdict.ts';

/** How to rehearse by text. */
export interface RehearsalOptions {
  readonly scenarios: readonly Scenario[];
  /** Calls of each scenario. */
  readonly runs: number;
  /** A call at a time on each. */
  readonly lanes: readonly Lane[];
  readonly startAgent: StartTextAgent;
  readonly makeCaller: (scenario: Scenario) => TextCaller;
  readonly language: string;
  readonly callers: RehearsalReport['callers'];
  /** Told of each call when it is over. */
  readonly onRun?: (scenario: Scenario, run: ReportedRun) => void;
}

/** Plays every scenario, as many calls at a time as there are lanes; a call that breaks off fails, and the others go on. */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalReport> {
  const startedAt = new Date().toISOString();
  const startedMs = performance.now();
  const { scenarios, lanes, runs, language, callers } = options;
  const results = scenarios.map((scenario) => ({ scenario, runs: [] as ReportedRun[] }));
  // Each scenario once before any is played again: whoever waits sees all of them early.
  const waiting = Array.from({ length: runs }, () => results).flat();
  const released: Promise<void>[] = [];
  const work = async (lane: Lane) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const run = reportRun(await playOne(options, lane, next.scenario, released));
      next.runs.push(run);
      options.onRun?.(next.scenario, run);
    }
  };
  await Promise.all(lanes.map(work));
  await Promise.all(released);
  const durationMs = Math.round(performance.now() - startedMs);
  return reportOf({ startedAt, durationMs, by: 'text', language, callers }, results);
}

async function playOne(
  options: RehearsalOptions,
  lane: Lane,
  scenario: Scenario,
  released: Promise<void>[],
): Promise<RunResult> {
  const startedMs = performance.now();
  const { startAgent, makeCaller } = options;
  let agent: TextAgent | undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `the call was not over within ${REHEARSAL.callMs} ms`;
    timer = setTimeout(() => reject(new OpenhoursError('CALL_FAILED', message)), REHEARSAL.callMs);
  });
  try {
    const room = `rehearsal-${scenario.id}-${randomUUID().slice(0, 8)}`;
    const onAgent = (started: TextAgent) => (agent = started);
    const call = playTextCall({ lane, scenario, startAgent, makeCaller, room, onAgent });
    const played = await Promise.race([call, late]);
    return { call: played, problems: judge(scenario, played), durationMs: performance.now() - startedMs };
  } catch (error) {
    lane.log.error({ error, scenario: scenario.id }, 'a rehearsed call broke off');
    return { error, durationMs: performance.now() - startedMs };
  } finally {
    clearTimeout(timer);
    if (agent !== undefined) released.push(agent.release());
  }
}
