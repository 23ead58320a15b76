/** Limits on an answer over HTTP, in ms. */
export interface FetchLimits {
  /** From the request to the first byte of the body. */
  readonly firstByteMs: number;
  /** Between two pieces of the body, while somebody waits for the next. */
  readonly idleMs: number;
}

/**
 * A `fetch` that gives up on a service which has gone quiet, at the level of bytes: the client libraries limit only the time to the headers,
 * and hide what comes in between (the arguments of a tool call), so that from above a busy answer looks like a stalled one.
 * The request, or reading the body, then fails with an error that says "timed out".
 */
export function timedFetch(limits: FetchLimits, inner: typeof fetch = fetch): typeof fetch {
  return async (input, init) => {
    const watch = new Watch();
    const signal = init?.signal == null ? watch.signal : AbortSignal.any([init.signal, watch.signal]);
    watch.arm(limits.firstByteMs);
    try {
      const response = await inner(input, { ...init, signal });
      if (response.body === null) {
        watch.clear();
        return response;
      }
      const { status, statusText, headers } = response;
      return new Response(watched(response.body, watch, limits.idleMs), { status, statusText, headers });
    } catch (error) {
      watch.clear();
      throw error;
    }
  };
}

class Watch {
  readonly #limit = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #armed = false;

  get signal(): AbortSignal {
    return this.#limit.signal;
  }

  arm(ms: number): void {
    if (this.#armed) return;
    this.#armed = true;
    this.#timer = setTimeout(() => this.#limit.abort(new Error(`the answer timed out after ${ms} ms`)), ms);
  }

  clear(): void {
    this.#armed = false;
    clearTimeout(this.#timer);
  }
}

/** The body, with the watch running while a piece is waited for: who reads slowly is no stall. */
function watched(body: ReadableStream<Uint8Array>, watch: Watch, idleMs: number): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      // Still running for the first piece, from the request on.
      watch.arm(idleMs);
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } finally {
        watch.clear();
      }
    },
    async cancel(reason) {
      watch.clear();
      await reader.cancel(reason);
    },
  });
}
