/**
 * What the container runs. Signals are guarded before anything else is loaded: the imports take some 300 ms, in which a SIGTERM would
 * otherwise kill the process.
 */
import { guardSignals } from './lifecycle/signals.ts';

const signals = guardSignals();
if (process.argv.length > 2) {
  // `jobs execute --args=--until,18:00`: the same options as `openhours worker`.
  const { workerOptions } = await import('./worker-options.ts');
  workerOptions(process.argv.slice(2));
}
const { runWorker } = await import('./worker.ts');
// Exit is explicit: the framework keeps handles of its own.
process.exit(await runWorker(signals));
