/**
 * The table of faults, played against the local stack: `node dist/bench/faults.js [--only <regexp>] [--times n] [--results <file>] [--json]`.
 * Writes docs/faults.md once every row was played. `--results` keeps every run in a file of JSON lines and makes the page of all that are in it:
 * the table, which takes an hour, can be played in parts. Ends with 1 when something was not as expected.
 */
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { quietNativeLogs } from '../src/config/load.ts';
import { projectRoot } from '../src/config/paths.ts';
import type { FaultRow } from '../test/faults/row.ts';
import type { RowResult } from '../test/faults/run-row.ts';
import type { Scene as SceneType } from '../test/faults/scene.ts';
import { commandLine, wholeNumber } from './options.ts';

const values = commandLine('[--only <regexp>] [--times 1] [--results <file>] [--json]', {
  only: { type: 'string' },
  times: { type: 'string' },
  results: { type: 'string' },
  json: { type: 'boolean' },
});
const only = new RegExp(String(values.only ?? ''), 'i');
const times = wholeNumber('times', values.times, 1);
const kept = values.results === undefined ? undefined : String(values.results);

quietNativeLogs();
const { Scene } = await import('../test/faults/scene.ts');
const { runRow } = await import('../test/faults/run-row.ts');
const { FAULT_TABLE } = await import('../test/faults/table.ts');
const { faultsPage, runLine } = await import('../test/faults/report.ts');

const rows = FAULT_TABLE.filter(({ name }) => only.test(name));
if (rows.length === 0) {
  process.stderr.write(`no row's name fits --only ${only.source}\n`);
  process.exit(2);
}

/** What stands for a run that could not be played. */
const unplayed = (name: string, error: unknown): RowResult => ({
  name,
  heard: [],
  outcomes: [],
  silenceMs: 0,
  ringingMs: 0,
  bookings: 0,
  tasks: 0,
  exit: undefined,
  problems: [
    `could not be played: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  ],
});

async function play(scene: SceneType, row: FaultRow): Promise<RowResult> {
  const startedAt = performance.now();
  const result = await runRow(scene, row).catch((error: unknown) => unplayed(row.name, error));
  process.stderr.write(runLine(result, performance.now() - startedAt));
  for (const sentence of result.heard) process.stderr.write(`       « ${sentence}\n`);
  if (kept !== undefined) appendFileSync(kept, `${JSON.stringify(result)}\n`);
  return result;
}

/** Runs of earlier parts. */
function earlier(): RowResult[] {
  if (kept === undefined || !existsSync(kept)) return [];
  const lines = readFileSync(kept, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as RowResult);
}

const results = earlier();
const scene = await Scene.start();
process.stderr.write(`logs: ${scene.test.stack.logDir}\n`);
let asExpected = true;
try {
  for (const row of rows) {
    for (let run = 0; run < times; run += 1) {
      const result = await play(scene, row);
      results.push(result);
      asExpected &&= result.problems.length === 0;
    }
  }
} finally {
  await scene.stop();
}
const played = FAULT_TABLE.map((row) => ({ row, results: results.filter(({ name }) => name === row.name) }));
const page = faultsPage(
  played.filter((one) => one.results.length > 0),
  new Date(),
);
if (played.every((one) => one.results.length > 0)) {
  writeFileSync(join(projectRoot(), 'docs', 'faults.md'), page);
}
process.stdout.write(values.json === true ? `${JSON.stringify(results)}\n` : page);
process.exit(asExpected ? 0 : 1);
