import { readFileSync, readdirSync } from 'node:fs';

/** Runs or waits for a core (R), or waits for the disk (D): proc_pid_stat(5), the third field. */
const BUSY = ['R', 'D'];

/**
 * Whether any thread of a process runs or waits for a core, rather than for something that may never come; undefined where the system does
 * not tell (other systems than Linux), or the process is gone. All threads: the first one waits while others collect its garbage.
 */
export function wantsCore(pid: number): boolean | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    return threads.some((thread) =>
      BUSY.includes(stateOf(readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8'))),
    );
  } catch {
    return undefined;
  }
}

/** The name before it may hold anything, parentheses too. */
function stateOf(stat: string): string {
  return stat.charAt(stat.lastIndexOf(')') + 2);
}
