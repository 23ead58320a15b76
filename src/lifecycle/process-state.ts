import { readFileSync } from 'node:fs';

/**
 * Whether the main thread of a process runs or waits for a core, rather than for something else; undefined where the system does not tell
 * (other systems than Linux), or the process is gone. See proc_pid_stat(5): the third field.
 */
export function wantsCore(pid: number): boolean | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before it may hold anything, parentheses too.
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('R');
  } catch {
    return undefined;
  }
}
