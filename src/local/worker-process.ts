import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { OpenhoursError } from '../errors.ts';
import { type GuardedChild, startGuarded } from './child.ts';
import { freeTcpPort } from './free-port.ts';

/** A worker started as the container would start it. */
export interface WorkerProcess {
  readonly child: GuardedChild;
  readonly port: number;
  /** http://127.0.0.1:N of its status server. */
  readonly url: string;
  /** From process start to registered, ms. */
  readonly startMs: number;
}

/** Start to registered takes 1–2 s on two busy cores. */
const READY_MS = 45_000;

/**
 * Starts `node dist/src/main.js` with this environment and waits until it takes calls.
 * @throws OpenhoursError LOCAL_PROCESS_FAILED when it ends or does not get ready; the message names its log.
 */
export async function startWorkerProcess(options: {
  root: string;
  env: Record<string, string>;
  logDir: string;
  name?: string;
}): Promise<WorkerProcess> {
  const port = await freeTcpPort();
  const startedMs = performance.now();
  const child = await startGuarded({
    name: options.name ?? 'worker',
    command: process.execPath,
    args: [join(options.root, 'dist/src/main.js')],
    env: { ...options.env, PORT: String(port) },
    cwd: options.root,
    logFile: join(options.logDir, `${options.name ?? 'worker'}.log`),
    stopTimeoutMs: 15_000,
  });
  const url = `http://127.0.0.1:${port}`;
  while (performance.now() - startedMs < READY_MS) {
    if (!child.running()) {
      throw new OpenhoursError(
        'LOCAL_PROCESS_FAILED',
        `the worker ended with code ${await child.exited}; see ${child.logFile}`,
      );
    }
    const ready = await fetch(`${url}/ready`).then(
      (response) => response.ok,
      () => false,
    );
    if (ready) return { child, port, url, startMs: performance.now() - startedMs };
    await delay(25);
  }
  await child.stop();
  throw new OpenhoursError(
    'LOCAL_PROCESS_FAILED',
    `the worker was not ready after ${READY_MS} ms; see ${child.logFile}`,
  );
}
