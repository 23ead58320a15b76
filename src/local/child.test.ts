import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isOpenhoursError } from '../errors.ts';
import { type GuardedChildOptions, removeAfterUs, startGuarded } from './child.ts';

let folder: string;
const parents: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openhours-child-'));
});
afterEach(() => {
  for (const parent of parents.splice(0)) parent.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const shell = (script: string, more: Partial<GuardedChildOptions> = {}) =>
  startGuarded({
    name: 'probe',
    command: '/bin/sh',
    args: ['-c', script],
    env: {},
    logFile: join(folder, 'logs', 'probe.log'),
    ...more,
  });
const logged = () => readFileSync(join(folder, 'logs', 'probe.log'), 'utf8');
const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    // An ended process that nobody has waited for yet still answers signal 0.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};
const pidOf = async () =>
  Number(await vi.waitFor(() => /pid (\d+)/.exec(logged())?.[1] ?? Promise.reject(new Error())));

test('a child that ends by itself reports its exit code, and everything it said is in the log', async () => {
  const child = await shell('echo out; echo err >&2; exit 7');
  expect(await child.exited).toBe(7);
  expect(child.running()).toBe(false);
  expect(logged()).toBe('out\nerr\n');
  await child.stop(); // stopping what has ended is fine
});

test('a child killed by a signal reports 128 + the signal', async () => {
  const child = await shell('kill -KILL $$');
  expect(await child.exited).toBe(137);
});

test('a command that does not exist exits with 127', async () => {
  const child = await shell('', { command: '/no/such/program' });
  expect(await child.exited).toBe(127);
});

test('a folder that does not exist is an error with a code', async () => {
  const error: unknown = await shell('true', { cwd: '/no/such/folder' }).catch((e: unknown) => e);
  expect(isOpenhoursError(error, 'LOCAL_PROCESS_FAILED')).toBe(true);
});

test('stop asks first, so that the child can tidy up', async () => {
  const child = await shell('trap "echo tidy; exit 3" TERM; echo pid $$; while :; do sleep 0.01; done');
  const pid = await pidOf();
  expect(child.running()).toBe(true);
  await child.stop();
  expect(await child.exited).toBe(3);
  expect(logged()).toContain('tidy');
  expect(alive(pid)).toBe(false);
});

test('a child that ignores the request is killed after the limit', async () => {
  const child = await shell('trap "" TERM; echo pid $$; while :; do sleep 0.01; done', {
    stopTimeoutMs: 100,
  });
  const pid = await pidOf();
  await child.stop();
  expect(await child.exited).toBe(137);
  expect(alive(pid)).toBe(false);
});

const swept = () => join(folder, 'swept');
const sweptIsGone = () => vi.waitFor(() => expect(existsSync(swept())).toBe(false), { timeout: 5_000 });

/** Runs a Node process that starts a guarded child, sees to the removal of a folder, and then does as `then` says. */
async function parentThat(then: string): Promise<ChildProcess> {
  const script = `
    const { removeAfterUs, startGuarded } = await import(${JSON.stringify(join(folder, 'child.mjs'))});
    await startGuarded({ name: 'probe', command: '/bin/sh', args: ['-c', 'echo pid $$; exec sleep 600'], env: {},
      logFile: ${JSON.stringify(join(folder, 'logs', 'probe.log'))} });
    await removeAfterUs([${JSON.stringify(swept())}], ${JSON.stringify(join(folder, 'child.pid'))});
    ${then}`;
  const ts = await import('typescript');
  for (const [from, to] of [
    ['child.ts', 'child.mjs'],
    ['../errors.ts', 'errors.mjs'],
  ] as const) {
    const { outputText } = ts.transpileModule(readFileSync(new URL(from, import.meta.url), 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    writeFileSync(join(folder, to), outputText.replace('../errors.ts', './errors.mjs'));
  }
  const parent = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'inherit' });
  parents.push(parent);
  return parent;
}

test.each([
  ['kill -9', 'SIGKILL'],
  ['SIGTERM', 'SIGTERM'],
] as const)(
  'the child ends when its parent dies of %s, and its folder goes after it',
  async (_name, signal) => {
    mkdirSync(join(swept(), 'data'), { recursive: true });
    writeFileSync(join(folder, 'child.pid'), '');
    const parent = await parentThat('setInterval(() => undefined, 1e6);');
    const pid = await vi.waitFor(pidOf, { timeout: 5_000 });
    parent.kill(signal);
    await once(parent, 'exit');
    await vi.waitFor(() => expect(alive(pid)).toBe(false), { timeout: 5_000 });
    expect(existsSync(swept())).toBe(true);
    rmSync(join(folder, 'child.pid'));
    await sweptIsGone();
  },
);

test('a folder is removed at once when that is asked for', async () => {
  mkdirSync(swept());
  const remove = await removeAfterUs([swept()], join(folder, 'child.pid'));
  await remove();
  expect(existsSync(swept())).toBe(false);
});

test('the child ends when its parent exits without stopping it', async () => {
  const parent = await parentThat('setTimeout(() => process.exit(0), 50);');
  await once(parent, 'exit');
  const pid = await pidOf();
  await vi.waitFor(() => expect(alive(pid)).toBe(false), { timeout: 5_000 });
});
