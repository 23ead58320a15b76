import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { OpenhoursError } from '../errors.ts';

/**
 * Takes a lock file that names this process; returns how to give it back. A lock whose owner is dead is taken over, also when
 * another process has its pid by now.
 * @throws OpenhoursError LOCAL_PROCESS_FAILED when a live process holds it; `details.pid` is that process.
 */
export function takeInstanceLock(file: string): () => void {
  const claim = `${file}.${randomUUID()}`;
  writeFileSync(claim, JSON.stringify({ pid: process.pid, born: bornAt(process.pid) }), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        // A link appears with its content: nobody ever reads half a lock.
        linkSync(claim, file);
        return () => rmSync(file, { force: true });
      } catch (cause) {
        if (!isErrno(cause, 'EEXIST')) throw cause;
        const owner = readOwner(file);
        if (owner !== undefined) {
          const message = `The database in this state folder is in use by process ${owner}; stop it first, or use another folder`;
          throw new OpenhoursError('LOCAL_PROCESS_FAILED', message, { details: { pid: owner, lock: file } });
        }
        rmSync(file, { force: true });
      }
    }
  } finally {
    rmSync(claim, { force: true });
  }
  throw new OpenhoursError('LOCAL_PROCESS_FAILED', `The lock ${file} changes hands too fast`);
}

/** True while a process of this id runs, whoever owns it. */
export function isProcessAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return isErrno(cause, 'EPERM');
  }
}

/** True for a system error of this code. */
export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** The live process that holds the lock, if there is one. */
function readOwner(file: string): number | undefined {
  try {
    const { pid, born } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; born?: string };
    return isProcessAlive(pid) && bornAt(pid) === born ? pid : undefined;
  } catch (cause) {
    if (isErrno(cause, 'ENOENT') || cause instanceof SyntaxError) return undefined;
    throw cause;
  }
}

/** Tells two processes of one pid apart: ticks since boot, field 22 of proc(5) stat. Absent where there is no /proc. */
function bornAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name, field 2, stands in brackets and may hold blanks.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
