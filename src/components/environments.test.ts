import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ensureEnvironment, listEnvironments, removeEnvironment } from './environments.ts';

let root: string;
let places: { templatesDir: string; cacheDir: string };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'environments-'));
  places = { templatesDir: join(root, 'templates'), cacheDir: join(root, 'cache') };
  writeTemplate('empty', '# nothing to install\n');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function writeTemplate(name: string, requirements: string, minPython = '3.9') {
  const dir = join(places.templatesDir, name);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'requirements.txt'), requirements);
  const manifest = { description: 'for a test', minPython, withoutDependencies: true, megabytes: 1 };
  writeFileSync(join(dir, 'env.json'), JSON.stringify(manifest));
}

const environments = () => readdirSync(join(places.cacheDir, 'environments'));

test(
  'an environment is installed once, even when two ask at once, and found again at once',
  { timeout: 60_000 },
  async () => {
    const progress: string[] = [];
    const request = {
      ...places,
      name: 'empty',
      onProgress: (message: string) => void progress.push(message),
    };
    const [one, other] = await Promise.all([ensureEnvironment(request), ensureEnvironment(request)]);
    expect(one).toEqual(other);
    expect(existsSync(one.python)).toBe(true);
    expect(progress.filter((message) => message.startsWith('installing'))).toHaveLength(1);
    expect(environments()).toHaveLength(1);

    const told = progress.length;
    expect(await ensureEnvironment(request)).toEqual(one);
    expect(progress).toHaveLength(told);
    expect(listEnvironments(places)).toMatchObject([{ name: 'empty', installed: true, dir: one.dir }]);
    expect(await removeEnvironment({ ...places, name: 'empty' })).toBe(true);
    expect(environments()).toEqual([]);
  },
);

test(
  'an installation that fails says what to do and leaves nothing behind',
  { timeout: 60_000 },
  async () => {
    writeTemplate('broken', 'a-package-without-a-hash==1.0\n');
    await expect(ensureEnvironment({ ...places, name: 'broken' })).rejects.toMatchObject({
      code: 'LOCAL_TOOL_MISSING',
      message: expect.stringMatching(/could not install[^]*apt-get install python3/) as string,
    });
    expect(environments()).toEqual([]);
  },
);

test('a Python that is too old counts as missing', async () => {
  writeTemplate('future', '# nothing\n', '3.99');
  await expect(ensureEnvironment({ ...places, name: 'future' })).rejects.toMatchObject({
    code: 'LOCAL_TOOL_MISSING',
    message: expect.stringContaining('Python 3.99') as string,
  });
});

test('a name without a template is refused', async () => {
  await expect(ensureEnvironment({ ...places, name: '../empty' })).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  });
});

test('the lock of a process that has died is taken over', { timeout: 60_000 }, async () => {
  const [{ dir } = { dir: '' }] = listEnvironments(places);
  mkdirSync(join(places.cacheDir, 'environments'), { recursive: true });
  writeFileSync(`${dir}.lock`, String(2 ** 22 + 1)); // above Linux's highest pid
  expect(existsSync((await ensureEnvironment({ ...places, name: 'empty' })).python)).toBe(true);
  expect(existsSync(`${dir}.lock`)).toBe(false);
});
