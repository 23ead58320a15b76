import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isOpenhoursError } from '../errors.ts';
import { findOnPath, isRecentGo } from './go.ts';
import { takeInstanceLock } from './instance-lock.ts';
import { buildStage, cachedServer, ensureLiveKitServer } from './livekit-build.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openhours-livekit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string): string {
  const file = join(folder, 'bin', name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}
const said: string[] = [];
const ensure = () =>
  ensureLiveKitServer({
    cacheDir: join(folder, 'cache'),
    logDir: join(folder, 'logs'),
    path: join(folder, 'bin'),
    env: {},
    onProgress: (message) => said.push(message),
  });
/** A Go that "builds" a server by writing a file where the real one would. */
const fakeGo = (version: string, install = '/bin/mkdir -p "$GOBIN"; echo built > "$GOBIN/server"') =>
  program('go', `case $1 in version) echo "go version ${version} linux/amd64";; install) ${install};; esac`);

test('a program is found in the first folder of PATH that has it', () => {
  const file = program('tool', 'true');
  expect(findOnPath('tool', `/nowhere:${dirname(file)}`)).toBe(file);
  expect(findOnPath('tool', '/nowhere')).toBeUndefined();
});

test.each([
  ['go version go1.26.8 linux/amd64', true],
  ['go version go1.27.0 darwin/arm64', true],
  ['go version go2.0 linux/amd64', true],
  ['go version go1.25.9 linux/amd64', false],
  ['go version go1.9 linux/amd64', false],
  ['command not found', false],
])('of Go, “%s” is recent enough: %s', (output, recent) => {
  expect(isRecentGo(output)).toBe(recent);
});

test('a build tells how far it is', () => {
  expect(buildStage('go: downloading a v1\ngo: downloading b v2\n')).toBe('2 modules fetched');
  expect(buildStage('go: downloading a v1\ninternal/abi\nunicode\nmath\n')).toBe('3 packages compiled');
});

describe('the LiveKit server', () => {
  test('of PATH is taken first', async () => {
    const installed = program('livekit-server', 'true');
    expect(await ensure()).toBe(installed);
  });

  test('is built once, and nothing of the build is left', async () => {
    const go = fakeGo('go1.26.8');
    const [first, second] = await Promise.all([ensure(), ensure()]);
    expect(first).toBe(cachedServer(join(folder, 'cache')));
    expect(second).toBe(first);
    expect(readdirSync(join(folder, 'cache', 'livekit-server'))).toEqual(['v1.13.5']);
    rmSync(go);
    expect(await ensure()).toBe(first);
  });

  test('is waited for while another process builds it', async () => {
    fakeGo('go1.26.8');
    mkdirSync(join(folder, 'cache', 'livekit-server'), { recursive: true });
    const release = takeInstanceLock(join(folder, 'cache', 'livekit-server', 'v1.13.5.lock'));
    const waiting = ensure();
    await expect.poll(() => said).toContain('another process is building the LiveKit server: waiting for it');
    expect(existsSync(cachedServer(join(folder, 'cache')))).toBe(false);
    release();
    expect(existsSync(await waiting)).toBe(true);
  });

  test.each([
    ['there is no tool at all', () => undefined],
    ['Go is too old and there is no Python', () => fakeGo('go1.22.0')],
    ['the build fails', () => fakeGo('go1.26.8', 'echo no such module >&2; exit 1')],
    ['pip fails', () => program('python3', 'echo no pip >&2; exit 1')],
  ])('that cannot be had because %s is an error that names every way to get it', async (_why, prepare) => {
    prepare();
    const error: unknown = await ensure().catch((e: unknown) => e);
    expect(isOpenhoursError(error, 'LOCAL_TOOL_MISSING')).toBe(true);
    expect(String(error)).toMatch(/livekit-server on PATH.*Go 1\.26.*Python 3 with pip.*LIVEKIT_URL/);
    expect(readdirSync(join(folder, 'cache', 'livekit-server'))).toEqual(['v1.13.5']);
  });
});
