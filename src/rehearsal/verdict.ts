import { REHEARSAL } from '../config/desk-defaults.ts';
import { type MatchContext, matches, mismatches } from './matching.ts';
import { differences, stateProblems } from './difference.ts';
import type { Scenario } from './scenario.ts';
import type { PlayedCall } from './text-call.ts';

/** What a call failed in. */
export interface Problem {
  /** `call` is a call that could not be played to its end, `sound` one by voice that nobody would like to listen to. */
  readonly in: 'state' | 'claims' | 'words' | 'call' | 'sound';
  readonly text: string;
}

/** What no caller may hear: the inside of the program. */
const INNER_WORDS: readonly RegExp[] = [
  /\bundefined\b|\bNaN\b|\[object |\bnull\b|Invalid DateTime/,
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/,
  /\b[a-z]+_[a-z_]+\b|[{}<>]|\bs\d+\b/,
  /\b(TypeError|ReferenceError|stack trace|SQL|PT4\d\d|PGRST)\b|error:/i,
];

/** Judges a call: its effect on the database, its claims and its words. Nothing is wrong with a call that has no problem. */
export function judge(scenario: Scenario, call: PlayedCall): Problem[] {
  const context: MatchContext = {
    callId: call.callId,
    rowsOf: (table) => [...(call.after.get(table)?.values() ?? [])],
  };
  const state = stateProblems(differences(call.before, call.after), scenario.expect, context);
  const spun = call.ended === undefined ? [`the call did not end within ${scenario.turns} turns`] : [];
  return [
    ...spun.map((text) => ({ in: 'call' as const, text })),
    ...call.breaches.map((text) => ({ in: 'state' as const, text })),
    ...traceProblems(scenario, call, context).map((text) => ({ in: 'state' as const, text })),
    ...state.map((text) => ({ in: 'state' as const, text })),
    ...claimProblems(scenario, call).map((text) => ({ in: 'claims' as const, text })),
    ...wordProblems(scenario, call).map((text) => ({ in: 'words' as const, text })),
    ...soundProblems(call).map((text) => ({ in: 'sound' as const, text })),
  ];
}

function soundProblems({ sound }: PlayedCall): string[] {
  if (sound === undefined) return [];
  const { bargeInMs, deadAirMs } = REHEARSAL;
  const deaf = sound.interruptionsMs.filter((ms) => ms === null || ms > bargeInMs);
  return [
    ...deaf.map((ms) => `an interrupted agent went on${ms === null ? '' : ` for ${Math.round(ms)} ms`}`),
    ...(sound.deadAirMs > deadAirMs ? [`nobody spoke for ${Math.round(sound.deadAirMs)} ms`] : []),
  ];
}

/** What the call's own records do not show of it. */
function traceProblems({ expect }: Scenario, { after, callId }: PlayedCall, context: MatchContext): string[] {
  const own = (table: string) =>
    [...(after.get(table)?.values() ?? [])].filter((row) => row['call_id'] === callId);
  return expect.traces
    .filter((wanted) => !own(wanted.in).some((row) => mismatches(wanted.row, row, context).length === 0))
    .map((wanted) => `not on record: ${wanted.in} ${JSON.stringify(wanted.row)}`);
}

function claimProblems({ expect }: Scenario, { claims, audit }: PlayedCall): string[] {
  const made = new Set(claims.map(({ claim }) => claim));
  return [
    ...audit.mismatches.map(({ claim, said }) => `no row makes it true (${claim}): ${said ?? ''}`),
    ...expect.claims.filter((claim) => !made.has(claim)).map((claim) => `never claimed: ${claim}`),
    ...claims
      .filter(({ claim }) => !expect.claims.includes(claim))
      .map(({ claim, said }) => `claimed without being expected (${claim}): ${said}`),
  ];
}

function wordProblems({ expect }: Scenario, { turns }: PlayedCall): string[] {
  const said = turns.map(({ agent }) => agent);
  const missing = expect.says.filter((wanted) => !said.some((text) => matches(wanted, text)));
  const forbidden = said.flatMap((text) =>
    expect.never.filter((word) => matches(word, text)).map((word) => `said ${String(word)}: ${text}`),
  );
  const inner = said.flatMap((text) =>
    INNER_WORDS.flatMap((word) => {
      const found = word.exec(text)?.[0];
      return found === undefined ? [] : [`not for a caller's ears (${found}): ${text}`];
    }),
  );
  const silent = turns.some(
    ({ caller, agent, interrupted }) => caller !== null && agent === '' && interrupted !== true,
  )
    ? ['an answer without a word']
    : [];
  return [...missing.map((word) => `never said: ${String(word)}`), ...forbidden, ...inner, ...silent];
}
