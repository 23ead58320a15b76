import { readFile, writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { format } from 'prettier';
import { parse, parseAllDocuments, stringify } from 'yaml';
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

/** What is kept of a request. */
const kept = ({ service, method, path, query, body }: GoogleRequest): unknown => {
  const asked = Object.fromEntries(Object.entries(query).filter(([key]) => key !== 'alt'));
  return steady({
    request: `${method} ${service}${path}`,
    ...(Object.keys(asked).length > 0 && { query: asked }),
    ...(Object.keys(body).length > 0 && { body }),
  });
};

const fileOf = (name: string) => new URL(`golden/${name}`, import.meta.url);
const read = async (name: string) =>
  parse(await readFile(fileOf(`${name}.yaml`), 'utf8')) as readonly unknown[];

/**
 * Compares requests with `golden/<name>.yaml`, without what differs from run to run, and without those that another golden has just so.
 * `UPDATE_GOLDEN=1` writes the file instead; the difference is then to be read in git.
 */
export async function sameAsGolden(
  name: string,
  requests: readonly GoogleRequest[],
  beside?: string,
): Promise<void> {
  const known = beside === undefined ? [] : await read(beside);
  const actual = requests
    .map(kept)
    .filter((request) => !known.some((other) => isDeepStrictEqual(request, other)));
  if (process.env['UPDATE_GOLDEN'] === '1') {
    const what = beside === undefined ? 'in this order' : `in this order, and is not in ${beside}.yaml`;
    const text = `# What gcloud asked Google for, ${what}. UPDATE_GOLDEN=1 writes it anew.\n${stringify(actual)}`;
    await writeFile(
      fileOf(`${name}.yaml`),
      await format(text, { parser: 'yaml', printWidth: 110, singleQuote: true }),
    );
  }
  expect(actual).toEqual(await read(name));
}

/** Compares the documents of a YAML text with those of `golden/<name>.yaml`. */
export async function sameDocuments(name: string, text: string): Promise<void> {
  const documents = (yaml: string) => parseAllDocuments(yaml).map((one) => one.toJS() as unknown);
  if (process.env['UPDATE_GOLDEN'] === '1')
    await writeFile(
      fileOf(`${name}.yaml`),
      await format(text, { parser: 'yaml', printWidth: 110, singleQuote: true }),
    );
  expect(documents(text)).toEqual(documents(await readFile(fileOf(`${name}.yaml`), 'utf8')));
}
