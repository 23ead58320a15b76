import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { REQUIRED_ENVIRONMENT } from '../../test/support/config.ts';
import { loadConfig } from './load.ts';
import { addSecretFiles } from './secret-files.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'secrets-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('what a cluster mounts is read as variables, and what is set already stays', () => {
  // As a kubelet does it: files in a folder of its own, and links to them.
  const hidden = join(folder, '..2026_11_22');
  mkdirSync(hidden);
  symlinkSync('..2026_11_22', join(folder, '..data'));
  for (const [name, value] of Object.entries(REQUIRED_ENVIRONMENT)) {
    writeFileSync(join(hidden, name), `${value}\n`);
    symlinkSync(join('..data', name), join(folder, name));
  }
  writeFileSync(join(folder, 'readme.txt'), 'no variable');
  const environment: Record<string, string | undefined> = { SECRETS_DIR: folder, ENVIRONMENT: 'staging' };
  addSecretFiles(environment);
  expect(environment).toEqual({ ...REQUIRED_ENVIRONMENT, SECRETS_DIR: folder, ENVIRONMENT: 'staging' });
  expect(loadConfig(environment).livekit.apiSecret).toBe('an-invented-secret');
});

test('without the folder’s name nothing is read', () => {
  for (const environment of [{}, { SECRETS_DIR: ' ' }, { SECRETS_DIR: undefined }]) {
    const before = { ...environment };
    addSecretFiles(environment);
    expect(environment).toEqual(before);
  }
});

test('a folder that is not there is named, with what to do', () => {
  expect(() => addSecretFiles({ SECRETS_DIR: join(folder, 'nothing') })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(
        /SECRETS_DIR is .*nothing, which cannot be read \(ENOENT\): mount the secrets/,
      ) as string,
    }),
  );
});

test('a file that is none is named', () => {
  mkdirSync(join(folder, 'OPENAI_API_KEY'));
  expect(() => addSecretFiles({ SECRETS_DIR: folder })).toThrow('EISDIR');
});
