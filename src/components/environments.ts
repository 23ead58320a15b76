import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { link, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { OpenhoursError } from '../errors.ts';
import { buildPythonEnvironment } from './python-environment.ts';

/** Where templates and installed environments are. */
export interface EnvironmentPlaces {
  /** Folder with one folder per environment: `requirements.txt` (hashed) and `env.json`. */
  templatesDir: string;
  /** Cache folder: environments stand in `<cacheDir>/environments`. */
  cacheDir: string;
}

/** What to install, and whom to tell. */
export interface EnvironmentRequest extends EnvironmentPlaces {
  /** Name of a folder in `templatesDir`. */
  name: string;
  onProgress?: (message: string) => void;
}

/** An installed environment. */
export interface Environment {
  /** Its interpreter, an absolute path. */
  python: string;
  dir: string;
}

/** One line of `openhours env list`. */
export interface EnvironmentStatus {
  name: string;
  description: string;
  installed: boolean;
  /** Where it is, or would be. */
  dir: string;
  /** About what it takes on disk. */
  megabytes: number;
}

const manifestSchema = z.strictObject({
  description: z.string(),
  /** Oldest Python that will do, such as `3.9`. */
  minPython: z.string().regex(/^3\.\d+$/),
  /** Install exactly what the lock names, without what its packages ask for. */
  withoutDependencies: z.boolean(),
  megabytes: z.number(),
});
/** `env.json` of a template. */
export type EnvironmentManifest = z.infer<typeof manifestSchema>;

const MARKER = '.complete';

interface Template {
  manifest: EnvironmentManifest;
  requirements: string;
  dir: string;
}

/** Reads a template; the folder's name carries a hash of it, so that a changed lock makes a new environment. */
function readTemplate({ name, templatesDir, cacheDir }: EnvironmentPlaces & { name: string }): Template {
  const requirements = join(templatesDir, name, 'requirements.txt');
  const manifestFile = join(templatesDir, name, 'env.json');
  if (!/^[a-z0-9-]+$/.test(name) || !existsSync(requirements) || !existsSync(manifestFile)) {
    throw new OpenhoursError('INPUT_INVALID', `there is no environment called ${name} in ${templatesDir}`);
  }
  const text = readFileSync(manifestFile, 'utf8');
  const hash = createHash('sha256')
    .update(readFileSync(requirements))
    .update(text)
    .digest('hex')
    .slice(0, 12);
  return {
    manifest: manifestSchema.parse(JSON.parse(text)),
    requirements,
    dir: resolve(cacheDir, 'environments', `${name}-${hash}`),
  };
}

const pythonOf = (dir: string): string => join(dir, 'bin', 'python');

/** The interpreter is a link to the system's: after an upgrade of Python it may point nowhere. */
const isComplete = (dir: string): boolean => existsSync(join(dir, MARKER)) && existsSync(pythonOf(dir));

/**
 * The environment's interpreter; installed first if need be, which takes seconds to minutes once. Two processes that ask at the same
 * time share one installation, and one that is interrupted leaves nothing half done.
 * @throws OpenhoursError INPUT_INVALID when there is no such template; LOCAL_TOOL_MISSING when Python is missing or the installation
 * fails, with what to do.
 */
export async function ensureEnvironment(request: EnvironmentRequest): Promise<Environment> {
  const template = readTemplate(request);
  const environment = { dir: template.dir, python: pythonOf(template.dir) };
  if (isComplete(template.dir)) return environment;
  const onProgress = request.onProgress ?? (() => undefined);
  await mkdir(join(request.cacheDir, 'environments'), { recursive: true });
  await withLock(`${template.dir}.lock`, onProgress, async () => {
    if (!isComplete(template.dir)) await install(request.name, template, onProgress);
  });
  return environment;
}

async function install(
  name: string,
  template: Template,
  onProgress: (message: string) => void,
): Promise<void> {
  const began = performance.now();
  onProgress(`installing ${name}: about ${template.manifest.megabytes} MB, once`);
  // In the same folder as the target, so that the rename is atomic.
  const building = await mkdtemp(`${template.dir}.building-`);
  try {
    await buildPythonEnvironment({
      name,
      dir: building,
      requirements: template.requirements,
      manifest: template.manifest,
      onProgress,
    });
    await writeFile(join(building, MARKER), '');
    await rm(template.dir, { recursive: true, force: true });
    await rename(building, template.dir);
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  onProgress(`installed ${name} in ${Math.round((performance.now() - began) / 1000)} s`);
}

/** Every environment there is a template for. */
export function listEnvironments(places: EnvironmentPlaces): EnvironmentStatus[] {
  const names = readdirSync(places.templatesDir, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  return names.map(({ name }) => {
    const { manifest, dir } = readTemplate({ ...places, name });
    const { description, megabytes } = manifest;
    return { name, description, installed: isComplete(dir), dir, megabytes };
  });
}

/** Removes an environment, older versions of it too; true if there was one. Do not call it while a process uses it. */
export async function removeEnvironment(places: EnvironmentPlaces & { name: string }): Promise<boolean> {
  readTemplate(places);
  const folder = join(places.cacheDir, 'environments');
  if (!existsSync(folder)) return false;
  const version = new RegExp(`^${places.name}-[0-9a-f]{12}($|\\.)`);
  const found = readdirSync(folder).filter((entry) => version.test(entry));
  for (const entry of found) await rm(join(folder, entry), { recursive: true, force: true });
  return found.length > 0;
}

const LOCK_POLL_MS = 100;

/** Holds a lock file with our pid while `work` runs; takes it over from a process that no longer lives. */
async function withLock(
  file: string,
  onProgress: (message: string) => void,
  work: () => Promise<void>,
): Promise<void> {
  for (let tries = 0; !(await takeLock(file)); tries++) {
    const holder = Number(await readFile(file, 'utf8').catch(() => '0'));
    if (holder > 0 && !isAlive(holder)) await rm(file, { force: true });
    if (tries === 0) onProgress('waiting for another process that installs the same');
    await delay(LOCK_POLL_MS);
  }
  try {
    await work();
  } finally {
    await rm(file, { force: true });
  }
}

/** The pid is written first and then linked into place, so that a lock is never seen without its holder. */
async function takeLock(file: string): Promise<boolean> {
  const own = `${file}.${process.pid}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(own, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
