import type { Scenario } from './scenario.ts';
import { type Spread, spread, wordCount } from './statistics.ts';
import type { CallSound, PlayedCall, PlayedTurn } from './text-call.ts';
import type { Problem } from './verdict.ts';

/** One call of a rehearsal. */
export interface ReportedRun {
  readonly passed: boolean;
  readonly problems: readonly Problem[];
  readonly outcome: string | null;
  readonly reason: string | null;
  readonly durationMs: number;
  readonly turns: readonly PlayedTurn[];
  /** By voice. */
  readonly sound?: CallSound;
}

/** A scenario and its calls. */
export interface ReportedScenario {
  readonly id: string;
  readonly title: string;
  readonly tags: readonly string[];
  readonly passed: number;
  readonly runs: readonly ReportedRun[];
  readonly latencyMs: Spread;
}

/** What a rehearsal found; as `--json` prints it. */
export interface RehearsalReport {
  readonly ok: boolean;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** By what callers and agent were joined. */
  readonly by: 'text' | 'voice';
  /** The language model, or `stand-in`. */
  readonly language: string;
  readonly callers: 'scripted' | 'improvised';
  readonly calls: number;
  readonly passed: number;
  /** 0 to 1. */
  readonly passRate: number;
  readonly turnsPerCall: Spread;
  readonly wordsPerTurn: Spread;
  /** From the caller's words to the agent's whole answer; by voice from their end to the first sound of it. */
  readonly latencyMs: Spread;
  /** Only by voice: how often the agent was interrupted, … */
  readonly interruptions: number | null;
  /** … and how long it went on; one that did not stop is not in here, and has failed. */
  readonly interruptionMs: Spread | null;
  /** Only by voice: of each call the longest silence that the agent owed. */
  readonly deadAirMs: Spread | null;
  /** Only by voice: from the answer to the first word. */
  readonly greetingMs: Spread | null;
  readonly scenarios: readonly ReportedScenario[];
}

/** What came of a call: it was played, or it broke off. */
export type RunResult = { durationMs: number } & (
  { call: PlayedCall; problems: readonly Problem[] } | { error: unknown }
);

/** A call as it is reported. An error's text is for whoever rehearses; no caller hears it. */
export function reportRun(result: RunResult): ReportedRun {
  const durationMs = Math.round(result.durationMs);
  if ('error' in result) {
    const text = result.error instanceof Error ? result.error.message : String(result.error);
    const problems: Problem[] = [{ in: 'call', text }];
    return { passed: false, problems, outcome: null, reason: null, durationMs, turns: [] };
  }
  const { call, problems } = result;
  const turns = call.turns.map((turn) => ({ ...turn, latencyMs: rounded(turn.latencyMs) }));
  const { outcome, reason, sound } = call;
  const passed = problems.length === 0;
  return { passed, problems, outcome, reason, durationMs, turns, ...(sound === undefined ? {} : { sound }) };
}

/** Puts a rehearsal's calls together; scenarios in the order given. */
export function reportOf(
  head: Pick<RehearsalReport, 'startedAt' | 'durationMs' | 'by' | 'language' | 'callers'>,
  results: readonly { scenario: Scenario; runs: readonly ReportedRun[] }[],
): RehearsalReport {
  const runs = results.flatMap((one) => one.runs);
  const passed = runs.filter((run) => run.passed).length;
  const words = runs.flatMap(({ turns }) => turns.map(({ agent }) => wordCount(agent)));
  return {
    ok: passed === runs.length,
    ...head,
    calls: runs.length,
    passed,
    passRate: runs.length === 0 ? 0 : passed / runs.length,
    turnsPerCall: spread(runs.map(({ turns }) => turns.filter(({ caller }) => caller !== null).length)),
    wordsPerTurn: spread(words),
    latencyMs: spread(latencies(runs)),
    ...soundOf(head.by, runs),
    scenarios: results.map(({ scenario: { id, title, tags }, runs: own }) => ({
      id,
      title,
      tags,
      passed: own.filter((run) => run.passed).length,
      runs: own,
      latencyMs: spread(latencies(own)),
    })),
  };
}

function soundOf(
  by: RehearsalReport['by'],
  runs: readonly ReportedRun[],
): Pick<RehearsalReport, 'interruptions' | 'interruptionMs' | 'deadAirMs' | 'greetingMs'> {
  if (by === 'text') return { interruptions: null, interruptionMs: null, deadAirMs: null, greetingMs: null };
  const sounds = runs.flatMap(({ sound }) => sound ?? []);
  const stops = sounds.flatMap(({ interruptionsMs }) => interruptionsMs);
  return {
    interruptions: stops.length,
    interruptionMs: spread(stops.filter((ms) => ms !== null)),
    deadAirMs: spread(sounds.map(({ deadAirMs }) => deadAirMs)),
    greetingMs: spread(sounds.flatMap(({ greetingMs }) => greetingMs ?? [])),
  };
}

const rounded = (ms: number | null) => (ms === null ? null : Math.round(ms));

function latencies(runs: readonly ReportedRun[]): number[] {
  return runs.flatMap(({ turns }) => turns.flatMap(({ latencyMs }) => latencyMs ?? []));
}
