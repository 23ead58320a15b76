import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';
import type { Release } from './fork-policy.ts';
import { ownNextPool } from './process-pool.ts';

/** The installed framework, asked as a program asks. */
const FRAMEWORK = pathToFileURL(join(process.cwd(), 'node_modules/@livekit/agents/dist/index.js')).href;

interface FakeProcess {
  init: { done: boolean };
  ends: () => void;
  join: () => Promise<void>;
  launchJob: (info: { job: { id: string } }) => Promise<void>;
  runningJob?: { job: { id: string } };
}

type Entry = { proc: FakeProcess; unlock: Release };
interface FrameworkPool {
  executors: FakeProcess[];
  warmedProcQueue: { items: Entry[]; put: (entry: Entry) => Promise<void> };
  launchJob: (info: { job: { id: string } }) => Promise<void>;
  run: () => Promise<void>;
  start: () => void;
}

function fakeProcess(): FakeProcess {
  let ends: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (ends = resolve));
  const process: FakeProcess = {
    init: { done: true },
    ends: () => ends(),
    join: () => ended,
    launchJob: async (info) => void (process.runningJob = info),
  };
  return process;
}

/** Lets everything happen. */
const owner = {
  lock: async (): Promise<Release> => () => undefined,
  assigned: () => true,
  launched: () => undefined,
  changed: () => undefined,
};

/** The framework's real pool, but nothing is forked: `run` is replaced. */
async function makePool({ room = true }: { room?: boolean } = {}) {
  const told: string[] = [];
  const listening = {
    ...owner,
    assigned: (id: string) => (told.push(`${id} assigned`), room),
    launched: (id: string) => void told.push(`${id} launched`),
  };
  const owned = await ownNextPool(listening, FRAMEWORK);
  const module = (await import(new URL('./ipc/proc_pool.js', FRAMEWORK).href)) as {
    ProcPool: new (options: object) => FrameworkPool;
  };
  const pool = new module.ProcPool({ agent: 'agent.js', numIdleProcesses: 1 });
  pool.run = async () => undefined;
  pool.start();
  const addReady = async (process: FakeProcess) => {
    pool.executors.push(process);
    await pool.warmedProcQueue.put({ proc: process, unlock: () => undefined });
    return process;
  };
  return { pool, handle: owned?.pool(), told, addReady };
}

const call = (id: string) => ({ job: { id } });

describe('the installed framework', () => {
  test('is built as expected', async () => {
    const { handle } = await makePool();
    expect(handle?.readyProcesses).toBe(0);
  });

  test('has only the pool that comes next taken over', async () => {
    const { pool } = await makePool();
    const other = Object.getPrototypeOf(pool) as { start: () => void };
    expect(other.start.toString()).not.toContain('isPool');
  });
});

describe('a call that is assigned', () => {
  test('is told of, and again once it has its process', async () => {
    const { pool, addReady, told } = await makePool();
    const process = await addReady(fakeProcess());
    await pool.launchJob(call('one'));
    expect(told).toEqual(['one assigned', 'one launched']);
    expect(process.runningJob?.job.id).toBe('one');
  });

  test('is left alone when there is no room', async () => {
    const { pool, addReady, told, handle } = await makePool({ room: false });
    await addReady(fakeProcess());
    await pool.launchJob(call('one'));
    expect(told).toEqual(['one assigned']);
    expect(handle?.readyProcesses).toBe(1);
  });

  test('gets another process when the one it was given had just died', async () => {
    const { pool, addReady } = await makePool();
    await addReady(fakeProcess());
    pool.executors.length = 0; // the framework has seen the end, and goes on offering it
    const alive = await addReady(fakeProcess());
    await pool.launchJob(call('one'));
    expect(alive.runningJob?.job.id).toBe('one');
  });
});

describe('a framework that is built otherwise is left as it is', () => {
  const folders: string[] = [];
  afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true })));

  /** A framework whose pool is this. */
  function otherFramework(pool: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'openhours-pool-'));
    folders.push(folder);
    mkdirSync(join(folder, 'ipc'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    writeFileSync(join(folder, 'ipc/proc_pool.js'), pool);
    return pathToFileURL(join(folder, 'index.js')).href;
  }
  const METHODS = 'launchJob() {} procWatchTask() {} getByJobId() {}';

  test.each([
    ['no such class', 'export class Pool {}'],
    ['a method is missing', 'export class ProcPool { start() {} launchJob() {} getByJobId() {} }'],
    [
      'it cannot be changed',
      `export class ProcPool { start() {} ${METHODS} } Object.freeze(ProcPool.prototype);`,
    ],
    ['it cannot be loaded', 'export class {'],
  ])('when %s', async (_what, source) => {
    expect(await ownNextPool(owner, otherFramework(source))).toBeUndefined();
  });

  test('when it keeps its processes elsewhere', async () => {
    const framework = otherFramework(`export class ProcPool { start() { this.started = true; } ${METHODS} }`);
    const owned = await ownNextPool(owner, framework);
    const module = (await import(new URL('./ipc/proc_pool.js', framework).href)) as {
      ProcPool: new () => { start: () => void; started?: boolean };
    };
    const pool = new module.ProcPool();
    pool.start();
    expect([pool.started, owned?.pool()]).toEqual([true, undefined]);
  });
});
