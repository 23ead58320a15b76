import { OpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { type RehearsalReport, type ReportedRun, type RunResult, reportOf, reportRun } from './report.ts';
import type { Scenario } from './scenario.ts';
import type { PlayedCall } from './text-call.ts';
import { judge } from './verdict.ts';

/** What a rehearsal is, whatever callers and agent are joined by. */
export interface RehearsalPlan {
  readonly scenarios: readonly Scenario[];
  /** Calls of each scenario. */
  readonly runs: number;
  readonly language: string;
  readonly callers: RehearsalReport['callers'];
  /** Told of each call when it is over. */
  readonly onRun?: (scenario: Scenario, run: ReportedRun) => void;
}

/** How one call is played. */
export interface Playing<L> {
  readonly by: RehearsalReport['by'];
  /** A call at a time on each. */
  readonly lanes: readonly L[];
  /** A call that takes longer has failed. */
  readonly limitMs: number;
  /** `afterwards` takes what ends the call when it is over, however it ended; the next one waits for it if it says so. */
  readonly play: (
    lane: L,
    scenario: Scenario,
    afterwards: (end: () => Promise<void>) => void,
  ) => Promise<PlayedCall>;
}

/** Plays every scenario, as many calls at a time as there are lanes; a call that breaks off fails, and the others go on. */
export async function runScenarios<L extends { readonly log: Logger }>(
  plan: RehearsalPlan,
  playing: Playing<L>,
): Promise<RehearsalReport> {
  const startedAt = new Date().toISOString();
  const startedMs = performance.now();
  const { scenarios, runs, language, callers } = plan;
  const results = scenarios.map((scenario) => ({ scenario, runs: [] as ReportedRun[] }));
  // Each scenario once before any is played again: whoever waits sees all of them early.
  const waiting = Array.from({ length: runs }, () => results).flat();
  const work = async (lane: L) => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const run = reportRun(await playOne(playing, lane, next.scenario));
      next.runs.push(run);
      plan.onRun?.(next.scenario, run);
    }
  };
  await Promise.all(playing.lanes.map(work));
  const durationMs = Math.round(performance.now() - startedMs);
  return reportOf({ startedAt, durationMs, by: playing.by, language, callers }, results);
}

async function playOne<L extends { readonly log: Logger }>(
  { play, limitMs }: Playing<L>,
  lane: L,
  scenario: Scenario,
): Promise<RunResult> {
  const startedMs = performance.now();
  const ends: (() => Promise<void>)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `the call was not over within ${limitMs} ms`;
    timer = setTimeout(() => reject(new OpenhoursError('CALL_FAILED', message)), limitMs);
  });
  try {
    const call = play(lane, scenario, (end) => ends.push(end));
    // One that is late fails here; what becomes of it later is of no interest.
    call.catch(() => undefined);
    const played = await Promise.race([call, late]);
    return { call: played, problems: judge(scenario, played), durationMs: performance.now() - startedMs };
  } catch (error) {
    lane.log.error({ error, scenario: scenario.id }, 'a rehearsed call broke off');
    return { error, durationMs: performance.now() - startedMs };
  } finally {
    clearTimeout(timer);
    for (const end of ends) await end();
  }
}
