import { once } from 'node:events';
import { join } from 'node:path';
import { stateDir } from '../config/paths.ts';
import { ExitCode } from '../errors.ts';
import { Releasers } from '../lifecycle/releasers.ts';
import { writeEnvFile } from '../local/stack.ts';
import { startLocalStack, startLocalWorker } from './start-up.ts';

/** The options of `openhours dev`. */
export interface DevOptions {
  reset?: boolean;
  worker: boolean;
  providers: boolean;
}

/**
 * Starts the local stack, writes `.openhours/dev.env`, prints `ready`, and stays until Ctrl-C, SIGTERM, or the end of the worker.
 * @returns The exit code.
 */
export async function runDev(options: DevOptions): Promise<ExitCode> {
  const stopped = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]).then(() => undefined);
  const print = (line: string) => process.stdout.write(`${line}\n`);
  const releasers = new Releasers();
  try {
    const { reset = false, providers } = options;
    const stack = await startLocalStack(releasers, { reset, providers, outbound: true, print, live: false });
    const envFile = join(stateDir(), 'dev.env');
    writeEnvFile(envFile, stack.env);
    let workerEnded: Promise<unknown> = new Promise(() => undefined);
    if (options.worker) {
      const worker = await startLocalWorker(releasers, stack, print);
      workerEnded = worker.child.exited.then((code) =>
        print(`worker: ended with code ${code}, see ${worker.child.logFile}`),
      );
    }
    print(`variables for other programs: source ${envFile}`);
    if (stack.control.speech !== undefined) {
      print('speech and language are local stand-ins: good enough to try a call, not for patients');
    }
    print('ready');
    await Promise.race([stopped, workerEnded]);
    return ExitCode.ok;
  } finally {
    await releasers.release();
  }
}
