import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { importGraph } from './import-graph.ts';
import { type Platform, packageTree, parseLock, productionPackages } from './package-tree.ts';

/** The images there are. */
export const IMAGES = ['worker', 'gateway'] as const;
/** One of {@link IMAGES}. */
export type Image = (typeof IMAGES)[number];

/** What we add to the base image: paths below the checkout, which stand at the same place below `/app`. */
export interface ImageContents {
  /** `package.json`, the licence, and the program. */
  readonly app: readonly string[];
  readonly packages: readonly string[];
}

/** Beside the program: package.json tells Node that these are modules, and the command line its version. */
const ALWAYS = ['package.json', 'LICENSE'];
/** Parts that never run in a container: the stand-ins of the local stack, and what runs on the operator's machine. */
const LEFT_OUT = ['src/local/', 'src/components/', 'src/deploy/'];

/**
 * What goes into an image. The worker has all of `src` and `agent` but the local stack, and every production package; the gateway has only what it
 * imports. Sources and what is compiled from them are found in the same way: `folder` is '' for sources and `dist` for the build.
 * @throws Error when something is imported that is not there.
 */
export function imageContents(
  root: string,
  image: Image,
  { folder, platform }: { folder: '' | 'dist'; platform: Platform },
): ImageContents {
  const lock = parseLock(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const extension = folder === '' ? '.ts' : '.js';
  const base = join(root, folder);
  const below = (file: string) => relative(root, file);
  if (image === 'gateway') {
    const { files, packages } = importGraph([join(base, `src/gateway/main${extension}`)]);
    return {
      app: [...ALWAYS, ...files.map(below)],
      packages: present(root, packageTree(lock, packages, platform)),
    };
  }
  const program = ['src', 'agent']
    .flatMap((part) => filesIn(base, part, extension))
    .filter((file) => !LEFT_OUT.some((part) => file.startsWith(part)));
  return {
    app: [...ALWAYS, ...program.map((file) => join(folder, file))],
    packages: present(root, packageTree(lock, productionPackages(lock), platform)),
  };
}

/** For which machine: this one, with glibc, which the base image has. */
export const thisPlatform = (): Platform => ({ os: process.platform, cpu: process.arch, libc: 'glibc' });

/**
 * Files of a package that nothing reads at run time: source maps, and TypeScript, which Node does not run in `node_modules`. Licences stay.
 */
export const isDeadWeight = (file: string): boolean => /\.(map|[cm]?tsx?)$/.test(file);

function filesIn(base: string, part: string, extension: string): string[] {
  return readdirSync(join(base, part), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(extension) && !entry.name.includes('.test.'))
    .map((entry) => relative(base, join(entry.parentPath, entry.name)))
    .sort();
}

/** Optional packages may not be installed; whatever else is missing was said by npm. */
const present = (root: string, packages: readonly string[]): string[] =>
  packages.filter((path) => existsSync(join(root, path)));
