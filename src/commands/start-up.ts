import { Listr } from 'listr2';
import { processEnvironment } from '../config/load.ts';
import { cacheDir, projectRoot, stateDir } from '../config/paths.ts';
import type { Releasers } from '../lifecycle/releasers.ts';
import { STACK_PARTS, type Stack, type StackPart, startStack } from '../local/stack.ts';
import { type WorkerProcess, startWorkerProcess } from '../local/worker-process.ts';

/** How to start, and where to show the progress. */
export interface StartUpOptions {
  reset?: boolean;
  providers?: boolean;
  /** Have the worker make the calls that are due; who picks up is a stand-in. */
  outbound?: boolean;
  /** A line of progress, for logs and pipes. */
  print: (line: string) => void;
  /** Show a live list instead of lines: in a terminal. */
  live: boolean;
}

const TITLES: Record<StackPart, string> = {
  livekit: 'LiveKit server',
  database: 'database',
  speech: 'speech stand-in',
  language: 'language stand-in',
};

/** Starts the local stack of this checkout with visible progress; its releaser is pushed. */
export async function startLocalStack(releasers: Releasers, options: StartUpOptions): Promise<Stack> {
  const show = new Map<StackPart, (message: string) => void>();
  if (!options.live) {
    for (const part of STACK_PARTS) show.set(part, (message) => options.print(`${TITLES[part]}: ${message}`));
  }
  const finished = new Map(STACK_PARTS.map((part) => [part, deferred()]));
  const starting = startStack({
    root: projectRoot(),
    stateDir: stateDir(),
    cacheDir: cacheDir(),
    environment: processEnvironment(),
    reset: options.reset ?? false,
    providers: options.providers ?? true,
    outbound: options.outbound ?? false,
    onProgress: (part, message) => (show.get(part) ?? (() => undefined))(message),
    onReady: (part) => finished.get(part)?.resolve(),
  });
  starting.catch((error: unknown) => finished.forEach(({ reject }) => reject(error)));
  if (options.live) await showList(show, finished).catch(() => undefined); // `starting` has the error
  const stack = await starting;
  releasers.push('local stack', () => stack.stop());
  return stack;
}

/** Starts the worker as the container would, on the stack. */
export async function startLocalWorker(
  releasers: Releasers,
  stack: Stack,
  print: (line: string) => void,
): Promise<WorkerProcess> {
  const worker = await startWorkerProcess({ root: projectRoot(), env: stack.env, logDir: stack.logDir });
  releasers.push('worker', () => worker.child.stop());
  print(`worker: registered ${Math.round(worker.startMs)} ms after its start, status at ${worker.url}/hello`);
  return worker;
}

async function showList(
  show: Map<StackPart, (message: string) => void>,
  finished: Map<StackPart, Deferred>,
): Promise<void> {
  const tasks = STACK_PARTS.map((part) => ({
    title: TITLES[part],
    task: async (_: unknown, task: { title: string; output: string }) => {
      show.set(part, (message) => {
        task.output = message;
        task.title = `${TITLES[part]}: ${message}`;
      });
      await finished.get(part)?.promise;
    },
  }));
  await new Listr(tasks, { concurrent: true, exitOnError: false }).run();
}

interface Deferred {
  promise: Promise<void>;
  resolve: () => void;
  reject: (error: unknown) => void;
}

function deferred(): Deferred {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
