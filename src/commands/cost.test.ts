import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../config/paths.ts';
import { loadEnvironment } from '../deploy/environments.ts';
import { loadPrices } from '../deploy/prices.ts';
import { ExitCode } from '../errors.ts';
import { type CostDeps, type CostOptions, showCost } from './cost.ts';

const SAMPLE: CostOptions = { env: 'prod', clinicFile: join(projectRoot(), 'examples', 'clinic.yaml') };
const PAGE = join(projectRoot(), 'docs', 'costs.md');

function makeDeps() {
  const printed: string[] = [];
  const written: string[] = [];
  const deps: CostDeps = {
    settings: (env) => loadEnvironment(env, undefined, { GOOGLE_CLOUD_PROJECT: 'invented-project' }),
    readText: (file) => readFile(file, 'utf8'),
    clinics: async () => [],
    nowMs: () => Date.parse('2026-11-22T10:00:00Z'),
    print: (line) => void printed.push(line),
    warn: () => undefined,
    prices: () => loadPrices(),
    writeText: async (_, text) => void written.push(text),
  };
  return { deps, printed, written, text: () => printed.join('\n') };
}

test('a month of the sample clinic is shown for each target, with and without free units', async () => {
  const { deps, text } = makeDeps();
  expect(await showCost(SAMPLE, deps)).toBe(ExitCode.ok);
  expect(text()).toContain('prod: 2 vCPU, 4Gi, 1 clinic, open 45.0 h a week');
  expect(text()).toMatch(/job, started for each opening +200\.0 +USD 31\.88 +USD 26\.46 +USD 31\.88/);
  expect(text()).toMatch(/the same machine, always on +730\.0 +USD 115\.63/);
  expect(text()).toContain('a booking USD');
  expect(text()).toMatch(/Known at second hand, look them up: .*worker_pool_cpu/);
});

test('calls and their length are taken from the command line', async () => {
  const { deps, printed } = makeDeps();
  await showCost({ ...SAMPLE, callsPerDay: '100', minutes: '4', json: true }, deps);
  const { calls, targets, prices } = JSON.parse(printed[0] ?? '') as Record<string, Record<string, unknown>>;
  expect(calls?.['callsPerMonth']).toBeCloseTo(2_608.9, 1);
  expect(targets).toHaveLength(6);
  expect(prices?.['job_cpu']).toMatchObject({ price: 0.000018, as_of: '2026-11-22' });
});

test.each<[Partial<CostOptions>, string]>([
  [{ callsPerDay: 'many' }, '--calls-per-day is "many": write a number'],
  [{ minutes: '-1' }, '--minutes is "-1"'],
  [{ currency: 'EUR' }, 'has no rate for it, only USD'],
  [{ env: 'live' }, 'use dev, staging, prod'],
  [{ page: join(projectRoot(), 'README.md') }, 'has no place for the table'],
])('%o is refused: %s', async (options, problem) => {
  await expect(showCost({ ...SAMPLE, ...options }, makeDeps().deps)).rejects.toThrow(problem);
});

test('another currency is shown by a rate that has a date', async () => {
  const { deps, text } = makeDeps();
  const rate = { per_usd: 2, source: 'https://rates.example/', as_of: '2026-11-01', checked: false };
  await showCost(
    { ...SAMPLE, currency: 'EUR' },
    { ...deps, prices: () => ({ ...loadPrices(), rates: { EUR: rate } }) },
  );
  expect(text()).toContain('EUR 63.77');
});

test('docs/costs.md has the comparison that the command writes', async () => {
  const { deps, written } = makeDeps();
  await showCost({ ...SAMPLE, compare: true, page: PAGE }, deps);
  expect(written[0]).toBe(await readFile(PAGE, 'utf8'));
});
