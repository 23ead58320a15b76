import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { takeInstanceLock } from './instance-lock.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openhours-lock-'));
  file = join(folder, 'database.lock');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a lock that is held names its holder, and can be taken once it is given back', () => {
  const giveBack = takeInstanceLock(file);
  expect(() => takeInstanceLock(file)).toThrow(new RegExp(`in use by process ${process.pid}\\b`));
  giveBack();
  takeInstanceLock(file)();
  expect(readdirSync(folder)).toEqual([]);
});

test.runIf(process.platform === 'linux').each([
  ['names a process that has ended', { pid: 2 ** 22 + 1, born: '1' }],
  ['names a pid that another process has by now', { pid: process.pid, born: '1' }],
])('a lock that %s is taken over', (_, owner) => {
  writeFileSync(file, JSON.stringify(owner));
  takeInstanceLock(file)();
});
