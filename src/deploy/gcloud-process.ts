import { spawn } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { GCLOUD } from '../config/deploy-defaults.ts';
import { processEnvironment } from '../config/load.ts';
import { projectRoot } from '../config/paths.ts';
import { OpenhoursError } from '../errors.ts';
import { cloudError, refusalIn, worthRetrying } from './gcloud-errors.ts';
import type { Gcloud, GcloudCommand } from './gcloud.ts';

/** How a program ended. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. The input goes to its standard input, which is closed then. */
export type RunProgram = (
  program: string,
  args: readonly string[],
  options: { input?: string; limitMs: number; env?: Readonly<Record<string, string | undefined>> },
) => Promise<Finished>;

/** What the client runs with; tests pass their own. */
export interface GcloudDeps {
  readonly run: RunProgram;
  /** Name or path of gcloud. */
  readonly program: string;
  /** Undefined before it is known: commands that need none. */
  readonly project: string | undefined;
  readonly sleep: (ms: number) => Promise<unknown>;
  /** A line about a try that failed and is made again. */
  readonly onRetry: (line: string) => void;
}

/** The gcloud on this machine: `OPENHOURS_GCLOUD`, or the one on PATH. */
export function gcloudDeps(project: string | undefined): GcloudDeps {
  const named = processEnvironment()['OPENHOURS_GCLOUD'];
  return {
    run: runProgram,
    program: named === undefined || named === '' ? 'gcloud' : named,
    project,
    sleep: (ms) => wait(ms),
    onRetry: (line) => process.stderr.write(`${line}\n`),
  };
}

/** The client over the program gcloud. */
export function makeGcloud(deps: GcloudDeps): Gcloud {
  const kept = new Map<string, Promise<unknown>>();
  const read = (args: readonly string[]): Promise<unknown> => {
    const key = JSON.stringify(args);
    const known = kept.get(key);
    if (known !== undefined) return known;
    const answer = readOnce(deps, args);
    kept.set(key, answer);
    return answer;
  };
  return {
    read,
    find: async (args) => {
      try {
        return await read(args);
      } catch (error) {
        const refusal = refusalIn(error);
        // Where an API was never enabled there is nothing of it.
        if (refusal === 'not_found' || refusal === 'api_disabled') return undefined;
        throw error;
      }
    },
    change: async (command) => {
      try {
        await changeWithRetries(deps, command);
      } finally {
        for (const key of kept.keys()) if (touches(command, key)) kept.delete(key);
      }
    },
  };
}

/**
 * Checks that gcloud is there and new enough.
 * @returns Its version, such as 528.
 * @throws OpenhoursError GCLOUD_MISSING.
 */
export async function gcloudVersion(deps: Pick<GcloudDeps, 'run' | 'program'>): Promise<number> {
  const { code, stdout } = await deps.run(deps.program, ['version', '--format=json'], {
    limitMs: GCLOUD.readMs,
  });
  const found = /"Google Cloud SDK":\s*"(\d+)\./.exec(stdout)?.[1];
  if (code !== 0 || found === undefined) throw missing(deps.program, 'did not tell its version');
  if (Number(found) >= GCLOUD.oldestVersion) return Number(found);
  throw new OpenhoursError(
    'GCLOUD_MISSING',
    `gcloud is version ${found}, and ${GCLOUD.oldestVersion} or later is needed: run \`gcloud components update\``,
  );
}

/** Whether a change makes a read's answer old: both are of the same service. APIs and images change what others see. */
function touches({ program, args }: GcloudCommand, key: string): boolean {
  const changed = serviceOf(args);
  return (
    program !== undefined ||
    changed === 'services' ||
    changed === 'builds' ||
    changed === serviceOf(JSON.parse(key) as string[])
  );
}

const serviceOf = (args: readonly string[]): string | undefined =>
  args.find((word) => word !== 'alpha' && word !== 'beta');

async function readOnce(deps: GcloudDeps, args: readonly string[]): Promise<unknown> {
  const { stdout } = await withRetries(deps, { args }, GCLOUD.readMs, false);
  const text = stdout.trim();
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new OpenhoursError('CLOUD_FAILED', `gcloud ${args.slice(0, 3).join(' ')} printed no JSON`, {
      cause,
    });
  }
}

async function changeWithRetries(deps: GcloudDeps, command: GcloudCommand): Promise<void> {
  const { args } = command;
  try {
    await withRetries(deps, command, GCLOUD.changeMs, true);
  } catch (error) {
    const refusal = refusalIn(error);
    // A first try that was carried out although its answer was lost.
    const tries = error instanceof OpenhoursError ? Number(error.details['tries']) : 1;
    if (refusal === 'exists' && tries > 1 && args.includes('create')) return;
    // Somebody was faster, or the first try was carried out: it is gone, as was wanted.
    if (refusal === 'not_found' && removes(args)) return;
    throw error;
  }
}

const removes = (args: readonly string[]): boolean =>
  args.includes('delete') || args.some((arg) => arg.startsWith('remove-'));

async function withRetries(
  deps: GcloudDeps,
  { program, args, input }: GcloudCommand,
  limitMs: number,
  changes: boolean,
): Promise<Finished> {
  const project = deps.project === undefined ? [] : [`--project=${deps.project}`];
  const all = program === undefined ? [...args, ...project, '--format=json', '--quiet'] : args;
  for (let tries = 1; ; tries++) {
    const finished = await deps.run(program ?? deps.program, all, {
      limitMs,
      ...(input === undefined ? {} : { input }),
    });
    if (finished.code === 0) return finished;
    const error = cloudError(args, finished.stderr, tries, program);
    const kind = worthRetrying(refusalIn(error) ?? 'invalid');
    // A read does not wait for things to settle: what is not known yet is not there.
    const delays =
      kind === undefined ? [] : kind === 'busy' ? GCLOUD.retryMs : changes ? GCLOUD.settleMs : [];
    const delay = delays[tries - 1];
    if (delay === undefined) throw error;
    deps.onRetry(`  ${error.message.split('\n')[0] ?? ''}: trying again in ${delay / 1_000} s`);
    await deps.sleep(delay);
  }
}

function missing(program: string, why: string): OpenhoursError {
  return new OpenhoursError(
    'GCLOUD_MISSING',
    `${program} ${why}: install the Google Cloud CLI (cloud.google.com/sdk/docs/install), or set OPENHOURS_GCLOUD to its path`,
  );
}

/** Our own secrets, which no child needs: they go by standard input. */
const SECRET = /(_KEY|_SECRET|_TOKEN|_PASSWORD)$/;
const GCLOUD_OWN = /^(CLOUDSDK_|GOOGLE_|ACTIONS_)/;

/** Runs a program of this machine. @throws OpenhoursError GCLOUD_MISSING where it is not there. */
export const runProgram: RunProgram = (program, args, { input, limitMs, env }) =>
  new Promise((resolve, reject) => {
    const inherited = Object.fromEntries(
      Object.entries(processEnvironment()).filter(([name]) => !SECRET.test(name) || GCLOUD_OWN.test(name)),
    );
    const child = spawn(program, args, {
      env: {
        ...inherited,
        CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
        // Enabling APIs is a change of its own, which is shown.
        CLOUDSDK_CORE_SHOULD_PROMPT_TO_ENABLE_API: 'false',
        CLOUDSDK_CORE_DISABLE_COLOR: '1',
        ...env,
      },
      // Where the build's context and `deploy/` are.
      cwd: projectRoot(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const limit = setTimeout(() => child.kill('SIGTERM'), limitMs);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    // A program that reads no input may be gone before it is written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input ?? '');
    child.once('error', (cause: NodeJS.ErrnoException) => {
      clearTimeout(limit);
      reject(cause.code === 'ENOENT' || cause.code === 'EACCES' ? missing(program, 'cannot be run') : cause);
    });
    child.once('close', (code, signal) => {
      clearTimeout(limit);
      const late = signal === 'SIGTERM' ? `\nERROR: timed out after ${limitMs / 1_000} s` : '';
      const text = (chunks: Buffer[]) => Buffer.concat(chunks).toString('utf8');
      resolve({ code, stdout: text(out), stderr: text(err) + late });
    });
  });
