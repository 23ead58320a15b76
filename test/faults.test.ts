import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runRow } from './faults/run-row.ts';
import { Scene } from './faults/scene.ts';
import { FAULT_TABLE } from './faults/table.ts';

/** A crash and a signal, each once; `npm run faults` plays the whole table. */
const SAMPLE = [
  "the call's process is killed while it has just booked",
  'SIGTERM alone; the front desk picks up',
];

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.start();
}, 900_000); // a machine's first build
afterAll(() => scene?.stop());

describe('a call goes on, or ends with a sentence and an outcome, when', () => {
  test.each(SAMPLE)('%s', async (name) => {
    const row = FAULT_TABLE.find((candidate) => candidate.name === name);
    if (row === undefined) throw new Error(`there is no row ${name}`);
    const { problems, ...result } = await runRow(scene, row);
    expect(problems, JSON.stringify(result, undefined, 1)).toEqual([]);
  });
});

test('every fault of the table has a name of its own', () => {
  expect(new Set(FAULT_TABLE.map(({ name }) => name)).size).toBe(FAULT_TABLE.length);
  expect(FAULT_TABLE.length).toBeGreaterThanOrEqual(32);
});
