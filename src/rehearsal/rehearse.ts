import { randomUUID } from 'node:crypto';
import { REHEARSAL } from '../config/desk-defaults.ts';
import type { Lane } from './lane.ts';
import type { RehearsalReport } from './report.ts';
import { type RehearsalPlan, runScenarios } from './run-scenarios.ts';
import type { Scenario } from './scenario.ts';
import type { StartTextAgent } from './text-agent.ts';
import type { TextCaller } from './text-caller.ts';
import { playTextCall } from './text-call.ts';

/** How to rehearse by text. */
export interface RehearsalOptions extends RehearsalPlan {
  /** A call at a time on each. */
  readonly lanes: readonly Lane[];
  readonly startAgent: StartTextAgent;
  readonly makeCaller: (scenario: Scenario) => TextCaller;
}

/** Plays every scenario by text, as many calls at a time as there are lanes; a call that breaks off fails, and the others go on. */
export async function rehearse(options: RehearsalOptions): Promise<RehearsalReport> {
  const { lanes, startAgent, makeCaller } = options;
  const released: Promise<void>[] = [];
  const report = await runScenarios(options, {
    by: 'text',
    lanes,
    limitMs: REHEARSAL.callMs,
    play: (lane, scenario, afterwards) =>
      playTextCall({
        lane,
        scenario,
        startAgent,
        makeCaller,
        room: `rehearsal-${scenario.id}-${randomUUID().slice(0, 8)}`,
        // The next call need not wait for it.
        onAgent: (agent) => afterwards(async () => void released.push(agent.release())),
      }),
  });
  await Promise.all(released);
  return report;
}
