import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { projectRoot } from '../config/paths.ts';
import { IMAGES, type Image, imageContents, isDeadWeight, thisPlatform } from './image-contents.ts';

/**
 * Lays out what an image gets: `<out>/app` and `<out>/node_modules`, two layers, for packages change less often than the program; and
 * `<out>/ca-certificates.crt`.
 */
export function assembleImage(root: string, image: Image, out: string): void {
  const { app, packages } = imageContents(root, image, { folder: 'dist', platform: thisPlatform() });
  for (const path of app) copy(join(root, path), join(out, 'app', path));
  for (const path of packages) copy(join(root, path), join(out, path));
  const binary = join(out, 'app/dist/src/cli.js');
  if (existsSync(binary)) chmodSync(binary, 0o755);
  // LiveKit's native client reads the system's certificates, which the slim base image has none of; Node carries Mozilla's.
  writeFileSync(join(out, 'ca-certificates.crt'), `${rootCertificates.join('\n')}\n`);
}

/** Packages inside a package are copied by themselves, or not at all. */
function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to, {
    recursive: true,
    filter: (file) => file === from || !(basename(file) === 'node_modules' || isDeadWeight(file)),
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [name, out] = process.argv.slice(2);
  const image = IMAGES.find((known) => known === name);
  if (image === undefined || out === undefined) {
    process.stderr.write(`usage: image-assemble ${IMAGES.join('|')} <folder>\n`);
    process.exit(2);
  }
  assembleImage(projectRoot(), image, out);
}
