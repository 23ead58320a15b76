import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IMAGE_BUDGET_MB } from '../config/image-defaults.ts';
import { projectRoot } from '../config/paths.ts';
import { IMAGES, type Image, imageContents, isDeadWeight, thisPlatform } from './image-contents.ts';

/** What we add to the base image, in bytes of files. */
export interface ImageSize {
  readonly image: Image;
  readonly app: number;
  readonly packages: number;
  readonly total: number;
  readonly budget: number;
  /** Every package with its size, largest first. */
  readonly largest: readonly (readonly [path: string, bytes: number])[];
}

const MB = 1_000_000;

/**
 * Measures an image without building it: what the build would copy, by the same list, from the `node_modules` of this checkout. Our program is
 * measured by its sources, which are longer than what is compiled from them.
 */
export function imageSize(root: string, image: Image): ImageSize {
  const { app, packages } = imageContents(root, image, { folder: '', platform: thisPlatform() });
  const own = app.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);
  const sizes = packages.map((path) => [path, packageBytes(join(root, path))] as const);
  const all = sizes.reduce((sum, [, bytes]) => sum + bytes, 0);
  return {
    image,
    app: own,
    packages: all,
    total: own + all,
    budget: IMAGE_BUDGET_MB[image] * MB,
    largest: [...sizes].sort(([, a], [, b]) => b - a),
  };
}

/** A package without the packages inside it, which are listed by themselves. */
function packageBytes(folder: string): number {
  let bytes = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) bytes += entry.name === 'node_modules' ? 0 : packageBytes(path);
    else if (entry.isFile() && !isDeadWeight(entry.name)) bytes += statSync(path).size;
  }
  return bytes;
}

/** A few lines for people. */
export function describeSize({ image, app, packages, total, budget, largest }: ImageSize, top = 5): string {
  const mb = (bytes: number) => `${(bytes / MB).toFixed(1)} MB`;
  const verdict = total < budget ? 'within' : 'OVER';
  return [
    `${image}: ${mb(total)} on top of the base image, ${verdict} the budget of ${mb(budget)}: program ${mb(app)}, ${largest.length} packages ${mb(packages)}`,
    ...largest
      .slice(0, top)
      .map(([path, bytes]) => `  ${mb(bytes).padStart(9)}  ${path.replace('node_modules/', '')}`),
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const sizes = IMAGES.map((image) => imageSize(projectRoot(), image));
  const json = process.argv.includes('--json');
  process.stdout.write(
    `${json ? JSON.stringify(sizes, null, 2) : sizes.map((size) => describeSize(size)).join('\n')}\n`,
  );
  if (sizes.some(({ total, budget }) => total >= budget)) process.exitCode = 1;
}
