import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { projectRoot } from '../../src/config/paths.ts';
import { type RunCheck, installChecks } from './checks.ts';

const ROOT = projectRoot();
const DOCKERFILES = ['Dockerfile.job', 'Dockerfile.gateway'];
/** Shell scripts: whatever says so in its first line. */
const SCRIPTS = [...readdirSync(join(ROOT, 'scripts')).map((name) => `scripts/${name}`), '.ci/run'].filter(
  (file) => /^#!.*\b(ba)?sh\b/.test(readFileSync(join(ROOT, file), 'utf8')),
);

let check: RunCheck;
// The environment is 200 MB, once.
beforeAll(async () => void (check = await installChecks()), 300_000);

describe('hadolint', () => {
  test.each(DOCKERFILES)('has nothing to say about %s', async (file) => {
    expect(await check('hadolint', ['--failure-threshold', 'style', file])).toEqual({ code: 0, output: '' });
  });

  test('would say something', async () => {
    const { code, output } = await check('hadolint', ['-'], 'FROM node:latest\nCMD node main.js\n');
    expect(code).not.toBe(0);
    expect(output).toMatch(/DL3007[^]*DL3025/);
  });
});

test('shellcheck has nothing to say about the scripts', async () => {
  expect(SCRIPTS).toEqual(
    expect.arrayContaining(['scripts/set-up', 'scripts/demo', 'scripts/test', 'scripts/build-image.sh']),
  );
  // SC2016 takes a command that a message quotes for one that should have been run.
  expect(await check('shellcheck', ['--external-sources', '--exclude=SC2016', ...SCRIPTS])).toEqual({
    code: 0,
    output: '',
  });
});

describe.each(DOCKERFILES)('%s', (file) => {
  const text = readFileSync(join(ROOT, file), 'utf8');
  const last = text.slice(text.lastIndexOf('\nFROM '));

  test('has one base, by its exact version', () => {
    const bases = [...text.matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
    expect(new Set(bases).size).toBe(1);
    expect(bases[0]).toMatch(/^node:24\.\d+\.\d+-bookworm-slim$/);
  });

  test('runs Node itself, as somebody without rights', () => {
    expect(last).toMatch(/^USER [1-9]\d*:[1-9]\d*$/m);
    expect(last).toMatch(/^ENTRYPOINT \[\]\nCMD \["node", "dist\/src\/[a-z/]*main\.js"\]$/m);
  });
});
