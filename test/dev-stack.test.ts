import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { REQUIRED_VARIABLES } from '../src/config/load.ts';
import { projectRoot } from '../src/config/paths.ts';
import { ExitCode } from '../src/errors.ts';
import { makeTemporaryFolder } from '../src/local/temporary-database.ts';
import { isRunning, processesBelow } from './support/processes.ts';
import { untilTrue } from './support/stack.ts';

/** The guards end what is left: two seconds for the worker, the rest for a busy machine. */
const ORPHANS_MS = 10_000;

/** A checkout of our own: the state of `openhours dev` is kept in the checkout, and in ours somebody may be at work. */
let checkout: string;
beforeAll(() => {
  checkout = makeTemporaryFolder();
  for (const part of ['dist', 'supabase', 'env-templates', 'package.json']) {
    cpSync(join(projectRoot(), part), join(checkout, part), { recursive: true });
  }
  symlinkSync(join(projectRoot(), 'node_modules'), join(checkout, 'node_modules'));
});
afterAll(() => rmSync(checkout, { recursive: true, force: true }));

async function startDev(): Promise<{ dev: ChildProcess; output: () => string }> {
  const dev = spawn(process.execPath, [join(checkout, 'dist/src/cli.js'), 'dev'], { cwd: checkout });
  let output = '';
  dev.stdout.on('data', (text: Buffer) => (output += text.toString()));
  dev.stderr.on('data', (text: Buffer) => (output += text.toString()));
  await untilTrue(
    () => {
      if (dev.exitCode !== null) throw new Error(`openhours dev ended:\n${output}`);
      return /^ready$/m.test(output);
    },
    900_000, // a machine's first build
    'openhours dev prints ready',
  );
  return { dev, output: () => output };
}

/** The variables that a shell would have after `source dev.env`. */
function sourced(): Record<string, string> {
  const lines = readFileSync(join(checkout, '.openhours/dev.env'), 'utf8').trim().split('\n');
  return Object.fromEntries(
    lines.map((line): [string, string] => {
      const [, name = '', value = ''] = /^export (\w+)='(.*)'$/.exec(line) ?? [];
      return [name, value];
    }),
  );
}

describe('openhours dev', () => {
  test('prints ready, writes every variable another program needs, and leaves nothing when it is killed', async () => {
    const { dev, output } = await startDev();
    const below = processesBelow(dev.pid ?? 0);
    try {
      const commands = below.map(({ command }) => command).join('\n');
      for (const part of ['livekit', 'postgres', 'postgrest', 'python', 'dist/src/main.js', 'job_proc']) {
        expect(commands).toContain(part);
      }
      expect(output()).toContain('stand-ins');
      const env = sourced();
      for (const variable of REQUIRED_VARIABLES) expect(env[variable], variable).toBeTruthy();
      expect(statSync(join(checkout, '.openhours/dev.env')).mode & 0o077).toBe(0);
      const reply = await fetch(`${env['SUPABASE_URL']}/rest/v1/clinics?select=slug`, {
        headers: {
          apikey: env['SUPABASE_SERVICE_ROLE_KEY'] ?? '',
          authorization: `Bearer ${env['SUPABASE_SERVICE_ROLE_KEY']}`,
        },
      });
      expect(await reply.json()).toEqual([{ slug: 'karachi-smiles' }]);
    } finally {
      dev.kill('SIGKILL');
    }
    const since = performance.now();
    const left = () => below.filter(({ pid }) => isRunning(pid));
    await untilTrue(() => left().length === 0, ORPHANS_MS, 'every process below has ended').catch(() => {
      expect(left().map(({ command }) => command)).toEqual([]);
    });
    process.stderr.write(
      `${below.length} processes gone after ${Math.round(performance.now() - since)} ms\n`,
    );
  });

  test('starts again on the same data after it was killed, and ends with 0 on Ctrl-C', async () => {
    const { dev } = await startDev();
    const below = processesBelow(dev.pid ?? 0);
    const exited = once(dev, 'exit');
    dev.kill('SIGINT');
    expect((await exited)[0]).toBe(ExitCode.ok);
    await untilTrue(() => !below.some(({ pid }) => isRunning(pid)), 2_000, 'every process below has ended');
    expect(existsSync(join(checkout, '.openhours/database'))).toBe(true);
  });
});
