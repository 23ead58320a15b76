import { setTimeout as timer } from 'node:timers/promises';

/** Resolves after so long; rejects at once when the signal is aborted. Tests pass their own. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<unknown>;

/** Time as it passes. */
export const realWait: Wait = (ms, signal) => timer(ms, undefined, signal === undefined ? {} : { signal });

/** What `promise` gives, or undefined once `ms` are over. Leaves no timer behind; a failure that comes later is nobody's. */
export async function within<T>(promise: Promise<T>, ms: number, wait: Wait): Promise<T | undefined> {
  const settled = new AbortController();
  const over = wait(ms, settled.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    return await Promise.race([promise, over]);
  } finally {
    settled.abort();
  }
}
