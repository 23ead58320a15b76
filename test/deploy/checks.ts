import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureEnvironment } from '../../src/components/environments.ts';
import { cacheDir, projectRoot } from '../../src/config/paths.ts';

/** What a check said, on both streams, and its exit code. */
export interface Checked {
  readonly code: number;
  readonly output: string;
}

/** Runs a program of the environment `deploy-checks` in the checkout. */
export type RunCheck = (program: string, args: readonly string[], input?: string) => Promise<Checked>;

/** Installs the environment if need be; a minute once, and nothing from then on. */
export async function installChecks(): Promise<RunCheck> {
  const { dir } = await ensureEnvironment({
    name: 'deploy-checks',
    templatesDir: join(projectRoot(), 'env-templates'),
    cacheDir: cacheDir(),
  });
  return (program, args, input = '') =>
    new Promise((resolve, reject) => {
      const child = spawn(find(dir, program), args, { cwd: projectRoot() });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (data: Buffer) => (output += data.toString()));
      }
      child.once('error', reject);
      child.once('close', (code) => resolve({ code: code ?? 1, output }));
      child.stdin.on('error', () => undefined); // a program that does not read it
      child.stdin.end(input);
    });
}

/** Where a Python without venv's pip had to use the system's, programs stand beside the packages. */
function find(dir: string, program: string): string {
  const packages = readdirSync(join(dir, 'lib')).map((python) => join(dir, 'lib', python, 'site-packages'));
  const places = [dir, ...packages].map((place) => join(place, 'bin', program));
  return places.find((file) => existsSync(file)) ?? program;
}
