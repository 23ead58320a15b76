import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { parse, stringify } from 'yaml';
import { expect } from 'vitest';
import type { GoogleRequest } from './google.ts';

/** Fields that differ from run to run, or hold a secret. */
const VOLATILE = new Set([
  'etag',
  'dataCrc32c',
  'data',
  'uploadedBytes',
  'resourceVersion',
  'creationTimestamp',
  'uid',
]);
const CLIENT = 'run.googleapis.com/client-';

const steady = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(steady);
  if (typeof value === 'string') return value.replace(/source\/[\d.]+-[0-9a-f]+\.tgz/, 'source/SOURCE.tgz');
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !VOLATILE.has(key) && !key.startsWith(CLIENT))
      .map(([key, one]) => [key, steady(one)]),
  );
};

/**
 * Compares requests with `golden/<name>.yaml`, without what differs from run to run. `UPDATE_GOLDEN=1` writes the file instead; the difference is then
 * to be read in git.
 */
export async function sameAsGolden(name: string, requests: readonly GoogleRequest[]): Promise<void> {
  const file = new URL(`golden/${name}.yaml`, import.meta.url);
  const actual = requests.map(({ service, method, path, query, body }) => {
    const { alt: _, ...asked } = query;
    return steady({
      request: `${method} ${service}${path}`,
      ...(Object.keys(asked).length > 0 && { query: asked }),
      ...(Object.keys(body).length > 0 && { body }),
    });
  });
  if (process.env['UPDATE_GOLDEN'] === '1') {
    const text = `# What gcloud asked Google for, in this order. UPDATE_GOLDEN=1 writes it anew.\n${stringify(actual)}`;
    await writeFile(file, await format(text, { parser: 'yaml', printWidth: 110, singleQuote: true }));
  }
  expect(actual).toEqual(parse(await readFile(file, 'utf8')));
}
