import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** What a program loads, from its first file on. */
export interface ImportGraph {
  /** Our own files, absolute, sorted. */
  readonly files: readonly string[];
  /** Names of packages, sorted; Node's own modules are left out. */
  readonly packages: readonly string[];
}

/** `import … from 'x'`, `export … from 'x'`: a statement; types alone (`import type`) are gone when it runs. */
const STATEMENT = /^(?:import|export)\s+(?!type\b)(?:[\w*${}\s,]*?\sfrom\s+)?'([^']+)'/gm;
/** … and what is loaded on demand: `import('x')`, and `load('x')`, as we call what `createRequire` makes. */
const ON_DEMAND = /\b(?:import|load)\('([^']+)'\)/g;

/**
 * Follows every import, also those on demand, in sources as in what is compiled from them.
 * @throws Error for an import of a file that is not there.
 */
export function importGraph(entries: readonly string[]): ImportGraph {
  const files = new Set<string>();
  const packages = new Set<string>();
  const waiting = entries.map((entry) => resolve(entry));
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (files.has(file)) continue;
    if (!existsSync(file)) throw new Error(`${file} is imported, and is not there`);
    files.add(file);
    for (const name of importsIn(readFileSync(file, 'utf8'))) {
      if (name.startsWith('.')) waiting.push(join(dirname(file), name));
      else if (!name.startsWith('node:')) packages.add(packageOf(name));
    }
  }
  return { files: [...files].sort(), packages: [...packages].sort() };
}

function importsIn(text: string): string[] {
  const code = text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
  return [STATEMENT, ON_DEMAND].flatMap((pattern) =>
    [...code.replaceAll('"', "'").matchAll(pattern)].flatMap(([, name]) => name ?? []),
  );
}

/** `@scope/name/part` belongs to `@scope/name`. */
function packageOf(name: string): string {
  return name.split('/', name.startsWith('@') ? 2 : 1).join('/');
}
