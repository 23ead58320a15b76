import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processEnvironment } from './load.ts';

/** The folder that holds package.json: the checkout, or the image's /app. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** What is downloaded or built once for a user, after the XDG base directory specification. */
export function cacheDir(): string {
  const base = processEnvironment()['XDG_CACHE_HOME'];
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'openhours');
}

/** What the local stack keeps between starts: data, keys, logs. */
export function stateDir(): string {
  return join(projectRoot(), '.openhours');
}
