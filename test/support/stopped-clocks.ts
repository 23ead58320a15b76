import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { vi } from 'vitest';

/**
 * Stops the clocks, `setTimeout` of `node:timers/promises` included, which vitest leaves running. Time passes with
 * `vi.advanceTimersByTimeAsync`, and `performance.now()` with it.
 * @returns Starts them again.
 */
export function stopClocks(): () => void {
  vi.useFakeTimers();
  const real = timers.setTimeout;
  timers.setTimeout = (<T>(delayMs?: number, value?: T, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => resolve(value as T), delayMs);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      });
    })) as typeof real;
  syncBuiltinESMExports();
  return () => {
    timers.setTimeout = real;
    syncBuiltinESMExports();
    vi.useRealTimers();
  };
}
