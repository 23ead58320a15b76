import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { REQUIRED_VARIABLES } from '../src/config/load.ts';
import { projectRoot } from '../src/config/paths.ts';
import { ERRORS, ExitCode } from '../src/errors.ts';
import { freeTcpPort } from '../src/local/free-port.ts';
import { isRunning, processesBelow } from './support/processes.ts';
import { TestStack, logLines, untilTrue } from './support/stack.ts';

/** Nothing listens there. */
const NOBODY = 'http://127.0.0.1:9';
/** Says when the first line of JavaScript runs: before that no program can hear a signal, and a busy machine takes its time. */
const FIRST_LINE = 'data:text/javascript,process.stdout.write("first line\\n")';
/** Cloud Run kills 10 s after SIGTERM; a second is left for the exit itself. */
const STOP_MS = 9_000;

let stack: TestStack;
beforeAll(async () => {
  stack = await TestStack.start({ worker: false });
}, 900_000); // a machine's first build
afterAll(() => stack?.stop());
/** Those of the test that runs; one left behind would answer the calls of the next. */
const started = new Set<Worker>();
afterEach(async () => {
  for (const worker of started) if (worker.child.exitCode === null) await worker.stop('SIGTERM');
  started.clear();
});

/** `node dist/src/main.js`, without a guard around it. */
class Worker {
  readonly child: ChildProcess;
  readonly startedAt = performance.now();
  readonly port: number;
  stdout = '';
  stderr = '';
  /** Every process it has started; asked in time, because the children of the dead belong to nobody. */
  readonly children = new Set<number>();
  readonly #exited: Promise<number | null>;

  constructor(port: number, env: Record<string, string>) {
    this.port = port;
    const main = join(projectRoot(), 'dist/src/main.js');
    const { PATH = '', HOME = '' } = process.env;
    this.child = spawn(process.execPath, ['--import', FIRST_LINE, main], {
      env: { PATH, HOME, ...env, PORT: String(port) },
    });
    this.child.stdout?.on('data', (text: Buffer) => (this.stdout += text.toString()));
    this.child.stderr?.on('data', (text: Buffer) => (this.stderr += text.toString()));
    started.add(this);
    const look = () => processesBelow(this.pid).forEach(({ pid }) => this.children.add(pid));
    const watching = setInterval(look, 100);
    this.#exited = once(this.child, 'exit').then(([code]) => {
      clearInterval(watching);
      return code as number | null;
    });
  }

  /** The exit code; fails when it takes longer. */
  async exitCode(limitMs = 60_000): Promise<number | null> {
    const late = delay(limitMs, 'late' as const, { ref: false });
    const code = await Promise.race([this.#exited, late]);
    if (code !== 'late') return code;
    this.child.kill('SIGKILL');
    throw new Error(`still running ${limitMs} ms later:\n${this.stdout.slice(-2_000)}\n${this.stderr}`);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get ageMs(): number {
    return performance.now() - this.startedAt;
  }

  answers(path: string): Promise<boolean> {
    return fetch(`http://127.0.0.1:${this.port}${path}`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  /** Resolves with the first line of JavaScript. */
  async begun(): Promise<void> {
    await untilTrue(() => this.stdout.startsWith('first line'), 10_000, 'the first line runs');
  }

  /** Sends the signal and waits for the exit. */
  async stop(signal: 'SIGTERM' | 'SIGINT'): Promise<{ code: number | null; tookMs: number }> {
    const since = performance.now();
    this.child.kill(signal);
    const code = await this.exitCode();
    return { code, tookMs: performance.now() - since };
  }
}

async function work(overrides: Record<string, string> = {}): Promise<Worker> {
  return new Worker(await freeTcpPort(), { ...stack.stack.env, ...overrides });
}

/** The worker with these variables ends by itself: how, and what it says. */
async function failure(
  overrides: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const worker = await work(overrides);
  const code = await worker.exitCode();
  process.stderr.write(
    `${Object.keys(overrides).join(', ')}: exit ${code} after ${Math.round(worker.ageMs)} ms\n`,
  );
  await nothingLeftOf(worker);
  return { code, stdout: worker.stdout, stderr: worker.stderr };
}

describe('a worker that cannot run', () => {
  test('names every wrong variable at once, with the remedy, and exits 78', async () => {
    const worker = new Worker(await freeTcpPort(), { LIVEKIT_URL: 'livekit.example', LOG_LEVEL: 'loud' });
    expect(await worker.exitCode()).toBe(ExitCode.config);
    for (const variable of [...REQUIRED_VARIABLES, 'LOG_LEVEL']) expect(worker.stderr).toContain(variable);
    expect(worker.stderr).toContain('CONFIG_INVALID');
    expect(worker.stderr).toContain(ERRORS.CONFIG_INVALID.remedy);
  });

  test.each([
    ['LIVEKIT_API_SECRET', 'a-secret-that-is-long-enough-but-wrong-0000'],
    ['SUPABASE_SERVICE_ROLE_KEY', 'not-the-key'],
    ['OPENAI_API_KEY', 'invalid'],
  ])('exits 77 and names %s when it is refused', async (variable, value) => {
    const { code, stderr, stdout } = await failure({ [variable]: value });
    expect(code).toBe(ExitCode.credentials);
    expect(stderr).toContain(variable);
    expect(stderr).toContain(ERRORS.CREDENTIALS_REFUSED.remedy);
    // What was refused may be right elsewhere: no key is on record.
    if (value !== 'invalid') expect(`${stdout}${stderr}`).not.toContain(value);
  });

  test('exits 78 and names the command when the database lacks our schema', async () => {
    const empty = createServer((_, response) => {
      const body = { code: 'PGRST202', message: 'Could not find the function public.schema_version' };
      response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(empty, 'listening');
    try {
      const SUPABASE_URL = `http://127.0.0.1:${(empty.address() as AddressInfo).port}`;
      const { code, stderr } = await failure({ SUPABASE_URL });
      expect(code).toBe(ExitCode.config);
      expect(stderr).toContain('SCHEMA_OUTDATED');
      expect(stderr).toContain('supabase db push');
    } finally {
      empty.closeAllConnections();
      empty.close();
    }
  });

  test('answers /health within a second of its start, although nothing can be reached, and exits 69', async () => {
    const worker = await work({ SUPABASE_URL: NOBODY, LIVEKIT_URL: 'ws://127.0.0.1:9' });
    await untilTrue(() => worker.answers('/health'), 5_000, '/health answers');
    const healthMs = worker.ageMs;
    expect(await worker.answers('/ready')).toBe(false);
    expect(await worker.exitCode()).toBe(ExitCode.unavailable);
    process.stderr.write(
      `/health after ${Math.round(healthMs)} ms, exit after ${Math.round(worker.ageMs)} ms\n`,
    );
    expect(healthMs).toBeLessThan(1_000);
    expect(worker.ageMs).toBeLessThan(20_000);
    expect(worker.stderr).toContain('SERVICE_UNREACHABLE');
    expect(worker.stderr).toMatch(/database/);
  });
});

describe('a worker that is told to stop', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('by %s when idle exits 0 within nine seconds', async (signal) => {
    const worker = await work();
    await untilTrue(() => worker.answers('/ready'), 45_000, 'the worker takes calls');
    const readyMs = worker.ageMs;
    await untilTrue(() => worker.children.size > 0, 10_000, 'a process waits for a call');
    // A move of the machine is no reason to stop, nor to stand still.
    worker.child.kill('SIGTSTP');
    await untilTrue(() => worker.stdout.includes('"SIGTSTP"'), 2_000, 'the move is logged');
    expect(await worker.answers('/ready')).toBe(true);
    worker.child.kill('SIGCONT');
    const { code, tookMs } = await worker.stop(signal);
    process.stderr.write(
      `ready after ${Math.round(readyMs)} ms, ${signal} to exit ${Math.round(tookMs)} ms\n`,
    );
    expect(code).toBe(ExitCode.ok);
    expect(tookMs).toBeLessThan(STOP_MS);
    await nothingLeftOf(worker);
    const states = logLines(worker.stdout).filter(({ message }) => message === 'shift state');
    expect(states.map((line) => line['to'])).toEqual(['open', 'draining', 'closed']);
  });

  test.each([50, 400, 900])('%i ms after its start exits 0 and does not stay registered', async (afterMs) => {
    const worker = await work();
    await worker.begun();
    await delay(afterMs);
    const { code, tookMs } = await worker.stop('SIGTERM');
    process.stderr.write(`SIGTERM after ${afterMs} ms: exit ${code} after ${Math.round(tookMs)} ms\n`);
    expect(code).toBe(ExitCode.ok);
    expect(tookMs).toBeLessThan(STOP_MS);
    await nothingLeftOf(worker);
    // Nobody is registered: a call is not answered.
    const caller = await stack.dial({ ringingTimeoutMs: 1_500 });
    expect((await caller.ended).by).toBe('caller');
  });
});

async function nothingLeftOf(worker: Worker): Promise<void> {
  const left = () => [...worker.children].filter(isRunning);
  await untilTrue(() => left().length === 0, 5_000, 'every process of the worker has ended');
  expect(await worker.answers('/health')).toBe(false);
}
