import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { OpenhoursError } from '../errors.ts';
import type { EnvironmentManifest } from './environments.ts';

/** What to put into which folder. */
export interface PythonBuild {
  name: string;
  /** An existing empty folder. */
  dir: string;
  /** A requirements file with hashes. */
  requirements: string;
  manifest: EnvironmentManifest;
  onProgress: (message: string) => void;
}

const PYTHONS = ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python'];

/**
 * Makes a virtual environment and installs the locked packages. Debian splits what that needs over packages (`python3-venv`,
 * `python3-pip`), so either one suffices.
 * @throws OpenhoursError LOCAL_TOOL_MISSING with what to do.
 */
export async function buildPythonEnvironment(build: PythonBuild): Promise<void> {
  const python = await findPython(build.manifest.minPython);
  if (!python) throw missing(build, `needs Python ${build.manifest.minPython} or newer (python3 on PATH)`);
  build.onProgress('making a Python environment');
  const install = [
    'install',
    '--quiet',
    '--no-input',
    '--disable-pip-version-check',
    '--no-warn-script-location',
    '--only-binary=:all:',
    ...(build.manifest.withoutDependencies ? ['--no-deps'] : []),
    '--require-hashes',
    '-r',
    build.requirements,
  ];
  const own = join(build.dir, 'bin', 'python');
  const full = await run(python, ['-m', 'venv', build.dir], build, 'making a Python environment');
  if (full.code === 0) {
    const result = await run(own, ['-m', 'pip', ...install], build, 'downloading and installing packages');
    if (result.code !== 0) throw missing(build, 'could not install its packages', result.output);
    return;
  }
  // No ensurepip (python3-venv is not installed): the system's pip, if there is one, can fill an environment without a pip of its own.
  const bare = await run(
    python,
    ['-m', 'venv', '--without-pip', '--clear', build.dir],
    build,
    'trying without pip',
  );
  if (bare.code !== 0) throw missing(build, 'could not make a Python environment', full.output);
  const target = ['-m', 'pip', ...install, '--target', sitePackages(build.dir)];
  const result = await run(python, target, build, 'downloading and installing packages');
  if (result.code !== 0) throw missing(build, 'could not install its packages', full.output + result.output);
}

function sitePackages(dir: string): string {
  const [version] = readdirSync(join(dir, 'lib')).filter((name) => name.startsWith('python3'));
  return join(dir, 'lib', version ?? 'python3', 'site-packages');
}

async function findPython(minimum: string): Promise<string | undefined> {
  const minor = Number(minimum.split('.')[1]);
  for (const name of PYTHONS) {
    const { code } = await run(name, ['-c', `import sys; sys.exit(sys.version_info[:2] < (3, ${minor}))`]);
    if (code === 0) return name;
  }
  return undefined;
}

/** How often a step that takes long says that it is still at work. */
const STILL_MS = 5_000;
/** More of a failed step's output than this helps nobody. */
const KEPT_OUTPUT = 2_000;

/** Runs a program to its end; it inherits our environment, because pip reads its index and proxies there. Code 127: not found. */
function run(
  command: string,
  args: string[],
  build?: PythonBuild,
  stage = '',
): Promise<{ code: number; output: string }> {
  return new Promise((resolve) => {
    const began = performance.now();
    let output = '';
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const still = setInterval(
      () => build?.onProgress(`${stage} (${Math.round((performance.now() - began) / 1000)} s)`),
      STILL_MS,
    );
    const end = (code: number) => {
      clearInterval(still);
      resolve({ code, output });
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (data: Buffer) => (output = (output + data.toString()).slice(-KEPT_OUTPUT)));
    }
    child.once('error', () => end(127));
    child.once('close', (code) => end(code ?? 1));
  });
}

function missing(build: PythonBuild, what: string, output = ''): OpenhoursError {
  const ways = [
    'On Debian and Ubuntu: sudo apt-get install python3 python3-venv (or python3-pip).',
    'On macOS: brew install python.',
    'It needs a connection to the Python package index, or PIP_INDEX_URL set to a mirror of it.',
  ];
  const text = [`The environment ${build.name} ${what}.`, ...ways, output.trim()].filter(Boolean).join('\n');
  return new OpenhoursError('LOCAL_TOOL_MISSING', text);
}
