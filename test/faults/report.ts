import { loadavg } from 'node:os';
import type { FaultRow } from './row.ts';
import type { RowResult } from './run-row.ts';

/** One row with all its runs. */
export interface PlayedRow {
  readonly row: FaultRow;
  readonly results: readonly RowResult[];
}

const seconds = (ms: number) => (Number.isFinite(ms) ? (ms / 1_000).toFixed(1) : '–');

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

/** Values with how often each came, the most frequent first. */
function tally(values: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  return sorted.map(([value, count]) => (sorted.length === 1 ? value : `${value} (${count})`)).join(', ');
}

/** The sentences that say most about the fault, short enough for a table. */
function heardShort(results: readonly RowResult[]): string {
  const [result] = results.filter(({ problems }) => problems.length === 0).concat(results);
  const text = (result?.heard ?? []).join(' ').replaceAll('|', '/');
  return text.length > 160 ? `${text.slice(0, 157)}…` : text;
}

function cells({ row, results }: PlayedRow): string[] {
  const silences = results.map(({ silenceMs }) => silenceMs);
  const exits = results.flatMap(({ exit }) => (exit === undefined ? [] : [exit.ms]));
  const good = results.filter(({ problems }) => problems.length === 0).length;
  return [
    row.name,
    row.when,
    heardShort(results),
    tally(results.flatMap(({ outcomes }) => outcomes)),
    seconds(median(silences)),
    seconds(Math.max(...silences)),
    seconds(row.expect.maxSilenceMs),
    exits.length === 0 ? '' : seconds(Math.max(...exits)),
    `${good} of ${results.length}`,
  ];
}

/** A line for the terminal as soon as a run is over. */
export function runLine(result: RowResult, tookMs: number): string {
  const verdict = result.problems.length === 0 ? 'ok  ' : 'FAIL';
  const exit =
    result.exit === undefined ? '' : `, exit ${result.exit.code} after ${seconds(result.exit.ms)} s`;
  const line = `${verdict} ${result.name}: ${tally(result.outcomes)}, silent ${seconds(result.silenceMs)} s, rang ${seconds(result.ringingMs)} s, ${result.bookings} booked, ${result.tasks} tasks${exit} (${seconds(tookMs)} s)\n`;
  return line + result.problems.map((problem) => `       ${problem}\n`).join('');
}

/** docs/faults.md. */
export function faultsPage(played: readonly PlayedRow[], at: Date): string {
  const runs = played.flatMap(({ results }) => results);
  const bad = played.flatMap(({ row, results }) =>
    [...new Set(results.flatMap(({ problems }) => problems))].map((problem) => `- ${row.name}: ${problem}`),
  );
  const good = runs.filter(({ problems }) => problems.length === 0).length;
  const [load = 0] = loadavg();
  const heads = [
    'fault',
    'when',
    'heard afterwards',
    'outcome: reason',
    'median',
    'worst',
    'limit',
    'exit',
    'as expected',
  ];
  const table = [heads, heads.map(() => '---'), ...played.map(cells)];
  return `# What a caller hears when something fails

Written by \`npm run faults\`, which plays whole calls against the real LiveKit server, Postgres and PostgREST, with stand-ins for the paid
services. ${at.toISOString().slice(0, 10)}: ${played.length} faults, ${runs.length} runs, ${good} of them as expected; load average at the end ${load.toFixed(1)} on a shared machine.
The table takes an hour and is played in parts: runs from before a change that concerned their row are left out.

A caller books a check-up. The fault strikes, the caller answers what is heard and says again what was lost. Silence is in seconds: the longest
stretch from the fault on in which nobody made a sound and the next word was ours, measured at the caller's ear. A telephone that
rings is no silence. "Exit" is from SIGTERM to the worker's end. "As expected" also means: exactly one outcome for every call, each promised booking there once, a task for
each callback, and no room, open row or process left.

${table.map((row) => `| ${row.join(' | ')} |`).join('\n')}

## Not as expected

${bad.length === 0 ? 'Nothing.' : bad.join('\n')}
`;
}
