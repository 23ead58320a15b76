/**
 * The table of faults, played against the local stack: `node dist/bench/faults.js [--only <regexp>] [--times n] [--json]`. Without `--only` it
 * writes docs/faults.md. Ends with 1 when something was not as expected.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { quietNativeLogs } from '../src/config/load.ts';
import { projectRoot } from '../src/config/paths.ts';
import type { PlayedRow } from '../test/faults/report.ts';
import type { FaultRow } from '../test/faults/row.ts';
import type { RowResult } from '../test/faults/run-row.ts';
import type { Scene as SceneType } from '../test/faults/scene.ts';

quietNativeLogs();
const { Scene } = await import('../test/faults/scene.ts');
const { runRow } = await import('../test/faults/run-row.ts');
const { FAULT_TABLE } = await import('../test/faults/table.ts');
const { faultsPage, runLine } = await import('../test/faults/report.ts');

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    times: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
    keep: { type: 'boolean', default: false },
  },
});
const rows = FAULT_TABLE.filter(({ name }) => new RegExp(values.only ?? '', 'i').test(name));

async function play(scene: SceneType, row: FaultRow): Promise<RowResult> {
  const startedAt = performance.now();
  const result = await runRow(scene, row).catch((error: unknown): RowResult => {
    const problems = [`could not be played: ${error instanceof Error ? (error.stack ?? '') : String(error)}`];
    return {
      name: row.name,
      heard: [],
      outcomes: [],
      silenceMs: 0,
      ringingMs: 0,
      bookings: 0,
      tasks: 0,
      exit: undefined,
      problems,
    };
  });
  process.stderr.write(runLine(result, performance.now() - startedAt));
  for (const sentence of result.heard) process.stderr.write(`       « ${sentence}\n`);
  return result;
}

const played: PlayedRow[] = [];
const scene = await Scene.start();
process.stderr.write(`logs: ${scene.test.stack.logDir}\n`);
try {
  for (const row of rows) {
    const results: RowResult[] = [];
    for (let run = 0; run < Number(values.times); run += 1) results.push(await play(scene, row));
    played.push({ row, results });
  }
} finally {
  await scene.stop();
}
const page = faultsPage(played, new Date());
if (values.only === undefined) writeFileSync(join(projectRoot(), 'docs', 'faults.md'), page);
process.stdout.write(values.json ? `${JSON.stringify(played.map(({ results }) => results))}\n` : page);
process.exit(played.every(({ results }) => results.every(({ problems }) => problems.length === 0)) ? 0 : 1);
