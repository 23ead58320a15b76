import { APIConnectionError, type APIError, APIStatusError, APITimeoutError } from '@livekit/agents';
import OpenAI from 'openai';
import { type ErrorCode, OpenhoursError } from '../errors.ts';
import { type FetchLimits, timedFetch } from './timed-fetch.ts';

/** Where OpenAI is, and by which key it knows us; `baseUrl` undefined is OpenAI's own. */
export interface OpenaiAccess {
  readonly apiKey: string;
  readonly baseUrl: string | undefined;
}

/** OpenAI's own client, without its retries: the next provider is the retry. */
export function openaiClient({ apiKey, baseUrl }: OpenaiAccess, limits: FetchLimits): OpenAI {
  return new OpenAI({
    apiKey,
    ...(baseUrl === undefined ? {} : { baseURL: baseUrl }),
    maxRetries: 0,
    // It would write to the console, past our log, and quote what it was sent.
    logLevel: 'off',
    fetch: timedFetch(limits),
  });
}

/** The framework's error for a failed request, not retryable; its cause has our code, and `reason` or `status` among its details. */
export function openaiFailure(error: unknown, code: ErrorCode, message: string): APIError {
  const status = error instanceof OpenAI.APIError ? (error.status as number | undefined) : undefined;
  const timedOut = error instanceof OpenAI.APIConnectionTimeoutError || /timed out/.test(String(error));
  const details = status === undefined ? { reason: timedOut ? 'timeout' : 'lost' } : { status };
  const cause =
    error instanceof OpenhoursError ? error : new OpenhoursError(code, message, { cause: error, details });
  const options = { retryable: false };
  const failed =
    status !== undefined
      ? new APIStatusError({ message, options: { ...options, statusCode: status } })
      : timedOut
        ? new APITimeoutError({ message, options })
        : new APIConnectionError({ message, options });
  failed.cause = cause;
  return failed;
}
