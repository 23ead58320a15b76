import { readFileSync, readdirSync } from 'node:fs';
import { isProcessAlive } from '../../src/local/instance-lock.ts';

/** A process, as /proc has it. */
export interface ProcessInfo {
  pid: number;
  parent: number;
  state: string;
  command: string;
}

function processes(): ProcessInfo[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => describe(Number(name)) ?? []);
}

function describe(pid: number): ProcessInfo | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name, field 2, stands in brackets and may hold blanks.
    const [state = '', parent = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, parent: Number(parent), state, command };
  } catch {
    return undefined; // it ended while we looked
  }
}

/** Every process below this one, at any depth; one that has ended and was not waited for does not count. */
export function processesBelow(pid: number): ProcessInfo[] {
  const all = processes();
  const below = (parent: number): ProcessInfo[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...below(one.pid)]);
  return below(pid).filter(({ state }) => state !== 'Z');
}

/** True while the process runs; one that has ended and was not waited for does not. */
export function isRunning(pid: number): boolean {
  return isProcessAlive(pid) && describe(pid)?.state !== 'Z';
}
