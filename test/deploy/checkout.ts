import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { projectRoot } from '../../src/config/paths.ts';

/** A checkout of its own, in which the program is built from the sources as they are now, whatever `dist/` here holds. */
export interface Checkout {
  readonly folder: string;
  remove(): void;
}

/** Makes one, with what the commands of deploying need. Types are not checked: that is another check's work, and takes longer. */
export function makeCheckout(): Checkout {
  const root = projectRoot();
  const folder = mkdtempSync(join(tmpdir(), 'openhours-checkout-'));
  for (const part of ['scripts', 'deploy', 'examples', 'package.json'])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const settings = ts.readConfigFile(join(root, 'tsconfig.json'), (file) => readFileSync(file, 'utf8'));
  const { compilerOptions } = settings.config as { compilerOptions: object };
  // One file at a time there is no package.json to say that these are modules.
  const { options } = ts.convertCompilerOptionsFromJson(
    { ...compilerOptions, module: 'ESNext', moduleResolution: 'Bundler', sourceMap: false },
    root,
  );
  for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts') || name.endsWith('.test.ts')) continue;
    const text = readFileSync(join(root, 'src', name), 'utf8');
    const { outputText } = ts.transpileModule(text, { compilerOptions: options, fileName: name });
    const file = join(folder, 'dist/src', name.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, outputText);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
