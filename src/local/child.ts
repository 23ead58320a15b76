import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { dirname } from 'node:path';
import { OpenhoursError } from '../errors.ts';

/** How to start a child that must not outlive us. */
export interface GuardedChildOptions {
  /** What the child is called in errors. */
  name: string;
  command: string;
  args: readonly string[];
  /** Its whole environment. */
  env: Record<string, string>;
  cwd?: string;
  uid?: number;
  gid?: number;
  /** Where its stdout and stderr go (appended). */
  logFile: string;
  /** The signal that asks it to end: Postgres wants SIGINT (fast shutdown), most others SIGTERM. */
  stopSignal?: 'TERM' | 'INT';
  /** After this long it is killed. */
  stopTimeoutMs?: number;
}

/** A running child. */
export interface GuardedChild {
  readonly name: string;
  /** Of the guard, whose child the process is. */
  readonly pid: number;
  readonly logFile: string;
  /** Settles when it has ended, for whatever reason, with its exit code (128 + n for signal n, 127 when there is no such command). */
  readonly exited: Promise<number>;
  /** True until it has ended. */
  readonly running: () => boolean;
  /** Asks it to end, kills it after the limit; resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * The guard is a shell that holds the read end of a pipe from us. When we die, even by SIGKILL, the kernel closes the pipe, `read`
 * returns, and the shell ends the child. Portable, unlike prctl(PR_SET_PDEATHSIG).
 */
const GUARD = `
exec 3<&0
"$@" </dev/null 3<&- &
child=$!
( read -r _ <&3; kill -$STOP_SIGNAL $child 2>/dev/null
  n=0; while kill -0 $child 2>/dev/null && [ $n -lt $STOP_TENTHS ]; do sleep 0.1; n=$((n+1)); done
  kill -KILL $child 2>/dev/null ) &
watcher=$!
exec 3<&-
trap '' TERM INT HUP
wait $child; code=$?
kill -KILL $watcher 2>/dev/null
exit $code
`;

/**
 * Starts a process that ends when it is stopped and whenever this process ends, kill -9 included.
 * @throws OpenhoursError LOCAL_PROCESS_FAILED when it cannot be started at all.
 */
export async function startGuarded(options: GuardedChildOptions): Promise<GuardedChild> {
  mkdirSync(dirname(options.logFile), { recursive: true });
  // The child gets the file itself, not a pipe through us: its last words are kept even when we are killed.
  const log = openSync(options.logFile, 'a');
  const shell = spawn('/bin/sh', ['-c', GUARD, 'guard', options.command, ...options.args], {
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      ...options.env,
      STOP_SIGNAL: options.stopSignal ?? 'TERM',
      STOP_TENTHS: String(Math.ceil((options.stopTimeoutMs ?? 5_000) / 100)),
    },
    stdio: ['pipe', log, log],
    // A group of its own: Ctrl-C in a terminal reaches only us, and we end the children in order.
    detached: true,
    cwd: options.cwd ?? '/',
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  closeSync(log);
  shell.stdin?.on('error', () => undefined); // EPIPE when the child has already gone: `exited` tells it
  let running = true;
  const exited = new Promise<number>((resolve) => {
    shell.once('exit', (code, signal) => {
      running = false;
      resolve(code ?? (signal === 'SIGKILL' ? 137 : 143));
    });
  });
  try {
    await once(shell, 'spawn'); // rejects on 'error'
  } catch (cause) {
    throw new OpenhoursError('LOCAL_PROCESS_FAILED', `${options.name} could not be started`, { cause });
  }
  return {
    name: options.name,
    pid: shell.pid ?? 0,
    logFile: options.logFile,
    exited,
    running: () => running,
    async stop() {
      shell.stdin?.end();
      await exited;
    },
  };
}

/** Waits for its pipe from us to close, then until the file `$1` is gone or 8 s are over, then removes the rest. */
const SWEEPER = `
read -r _; file=$1; shift; n=0
while [ -e "$file" ] && [ $n -lt 80 ]; do sleep 0.1; n=$((n+1)); done
until rm -rf "$@" || [ $n -ge 100 ]; do sleep 0.1; n=$((n+1)); done
`;

/**
 * Removes folders whenever this process ends, kill -9 included: as soon as `pidFile` is gone, which a guarded process removes at its own end.
 * Returns how to remove them now.
 * @throws OpenhoursError LOCAL_PROCESS_FAILED when no process can be started for it.
 */
export async function removeAfterUs(
  folders: readonly string[],
  pidFile: string,
): Promise<() => Promise<void>> {
  const shell = spawn('/bin/sh', ['-c', SWEEPER, 'sweeper', pidFile, ...folders], {
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  try {
    await once(shell, 'spawn');
  } catch (cause) {
    throw new OpenhoursError('LOCAL_PROCESS_FAILED', "A folder's removal could not be prepared", { cause });
  }
  // It must not keep us from ending: our end is what it waits for.
  shell.unref();
  (shell.stdin as Socket).unref();
  return async () => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    if (shell.exitCode !== null || shell.signalCode !== null) return;
    shell.ref();
    shell.stdin.end();
    await once(shell, 'exit');
  };
}
