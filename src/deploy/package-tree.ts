import { z } from 'zod';

const names = z.record(z.string(), z.string()).default({});
const entrySchema = z.object({
  dependencies: names,
  optionalDependencies: names,
  peerDependencies: names,
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().default(false) })).default({}),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  libc: z.array(z.string()).optional(),
});
const lockSchema = z.object({ packages: z.record(z.string(), entrySchema) });

/** The part of a `package-lock.json` that says who needs whom. */
export type PackageLock = z.infer<typeof lockSchema>;
type Entry = z.infer<typeof entrySchema>;

/**
 * Packages that are asked for and not needed: the framework uses a small class of a plugin of the TypeScript compiler, and that plugin wants the
 * compiler (24 MB).
 */
const NOT_NEEDED: readonly string[] = ['typescript'];

/** For which machine packages are chosen; in npm's words. */
export interface Platform {
  readonly os: string;
  readonly cpu: string;
  readonly libc: string;
}

/** Reads a lock file. @throws ZodError when it is none. */
export function parseLock(text: string): PackageLock {
  return lockSchema.parse(JSON.parse(text));
}

/** Names of the packages that run in production, as package.json has them: without those for development and for the local stack. */
export function productionPackages(lock: PackageLock): string[] {
  const root = lock.packages[''];
  const local = Object.keys(root?.optionalDependencies ?? {});
  return Object.keys(root?.dependencies ?? {}).filter((name) => !local.includes(name));
}

/**
 * Where these packages and all that they need stand, such as `node_modules/a/node_modules/b`, sorted; packages for other machines are left out.
 * An optional dependency of a package is taken along: native parts are such, one for each kind of machine.
 * @throws Error for a package that is needed and not in the lock.
 */
export function packageTree(lock: PackageLock, wanted: readonly string[], platform: Platform): string[] {
  const found = new Set<string>();
  const waiting = wanted.map((name) => ({ name, from: '', optional: false }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const path = find(lock, next.name, next.from);
    const entry = path === undefined ? undefined : lock.packages[path];
    if (path === undefined || entry === undefined) {
      if (next.optional) continue;
      throw new Error(
        `${next.name}, which ${next.from || 'package.json'} needs, is not in package-lock.json`,
      );
    }
    if (found.has(path) || !fits(entry, platform)) continue;
    found.add(path);
    for (const [name, optional] of needsOf(entry)) waiting.push({ name, from: path, optional });
  }
  return [...found].sort();
}

function needsOf(entry: Entry): [name: string, optional: boolean][] {
  const peers = Object.keys(entry.peerDependencies).filter(
    (name) => entry.peerDependenciesMeta[name]?.optional !== true && !NOT_NEEDED.includes(name),
  );
  return [
    ...Object.keys(entry.dependencies).map((name): [string, boolean] => [
      name,
      name in entry.optionalDependencies,
    ]),
    ...Object.keys(entry.optionalDependencies).map((name): [string, boolean] => [name, true]),
    ...peers.map((name): [string, boolean] => [name, false]),
  ];
}

/** As Node looks for it: beside whoever needs it, then further up. */
function find(lock: PackageLock, name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    if (path in lock.packages) return path;
    if (folder === '') return undefined;
  }
}

function fits(entry: Entry, platform: Platform): boolean {
  const takes = (list: readonly string[] | undefined, value: string) =>
    list === undefined ||
    list.includes(value) ||
    (list.some((name) => name.startsWith('!')) && !list.includes(`!${value}`));
  return takes(entry.os, platform.os) && takes(entry.cpu, platform.cpu) && takes(entry.libc, platform.libc);
}
