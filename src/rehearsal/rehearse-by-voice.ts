import { REHEARSAL } from '../config/desk-defaults.ts';
import type { RehearsalReport } from './report.ts';
import { type RehearsalPlan, runScenarios } from './run-scenarios.ts';
import type { Scenario } from './scenario.ts';
import type { TextCaller } from './text-caller.ts';
import { playVoiceCall } from './voice-call.ts';
import type { VoiceLane } from './voice-lane.ts';

/** How to rehearse by voice. */
export interface VoiceRehearsalOptions extends RehearsalPlan {
  /** A call at a time on each. */
  readonly lanes: readonly VoiceLane[];
  /** Who speaks; what is said comes out of the scenario's telephone. */
  readonly makeCaller: (scenario: Scenario) => TextCaller;
}

/** Plays every scenario over the telephone, as many calls at a time as there are lanes; a call that breaks off fails, and the others go on. */
export function rehearseByVoice(options: VoiceRehearsalOptions): Promise<RehearsalReport> {
  const { lanes, makeCaller } = options;
  return runScenarios(options, {
    by: 'voice',
    lanes,
    limitMs: REHEARSAL.voiceCallMs,
    play: (lane, scenario, afterwards) =>
      playVoiceCall({
        lane,
        scenario,
        makeCaller,
        onDialled: (caller) => afterwards(() => caller.hangUp()),
      }),
  });
}
