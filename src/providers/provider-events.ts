import { AsyncLocalStorage } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { APIError, APIStatusError, APITimeoutError } from '@livekit/agents';
import { FALLBACK } from '../config/defaults.ts';
import { isOpenhoursError } from '../errors.ts';
import { CircuitBreaker } from './circuit-breaker.ts';

/** What a call is told when every provider of a kind has failed. Each may be told again, once for each time it happens. */
export interface ProviderEvents {
  /** No voice could speak, or finish, what was to be said: use prepared audio. */
  readonly onSilenced?: () => void;
  /** No recogniser hears the caller. Trying goes on by itself. */
  readonly onDeaf?: () => void;
  /** No model answered; the apology has been said instead. */
  readonly onLost?: () => void;
}

/** When a provider that failed is left alone, and the clock for that; what is left out is as in `FALLBACK`. */
export interface BreakerSettings {
  readonly failures?: number;
  readonly retryMs?: number;
  readonly nowMs?: () => number;
}

/** A provider, and whether it is worth asking. */
export interface Candidate<T> {
  readonly provider: T;
  readonly breaker: CircuitBreaker;
}

/** What a provider's stream reports of itself, told from that of the others that run on the same provider at the time. */
export class Watched {
  /** The error it emitted first. */
  error: Error | undefined;

  /** Makes the stream: its errors are emitted in the asynchronous context in which it began. */
  run<T>(begin: () => T): T {
    return current.run(this, begin);
  }
}

const current = new AsyncLocalStorage<Watched>();

/**
 * Gives each provider a breaker, and listens to its errors: unheard they would end the process, and forwarded they would end the call.
 */
export function candidates<T extends object>(
  providers: readonly T[],
  settings: BreakerSettings = {},
): Candidate<T>[] {
  return providers.map((provider) => {
    const breaker = new CircuitBreaker({
      failures: settings.failures ?? FALLBACK.breakerFailures,
      retryMs: settings.retryMs ?? FALLBACK.breakerRetryMs,
      nowMs: settings.nowMs ?? (() => performance.now()),
    });
    (provider as unknown as EventEmitter).on('error', ({ error }: { error: Error }) => {
      const watched = current.getStore();
      if (watched !== undefined) watched.error ??= error;
    });
    return { provider, breaker };
  });
}

/** Why a provider failed, for the log: a status or a kind of error, never a message, which may quote what was sent. */
export function reasonOf(error: unknown): string {
  if (error instanceof APIStatusError && error.statusCode > 0) return `status ${error.statusCode}`;
  const cause = error instanceof Error ? error.cause : undefined;
  for (const each of [error, cause]) {
    if (!isOpenhoursError(each)) continue;
    const { reason, status } = each.details;
    if (typeof status === 'number') return `status ${status}`;
    if (typeof reason === 'string') return reason;
  }
  if (error instanceof APITimeoutError) return 'timeout';
  if (error instanceof APIError) return 'connection';
  return error instanceof Error ? error.name : 'ended early';
}
