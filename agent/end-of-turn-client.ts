import { setTimeout as wait } from 'node:timers/promises';
import {
  END_OF_TURN_REPLY,
  END_OF_TURN_REQUEST,
  endOfTurnReply,
} from '../src/providers/end-of-turn-messages.ts';

/** After this long the turn is taken to have ended; the model answers in 10–20 ms. */
const REPLY_MS = 500;

/** The part of a child process's own side of the channel that is used here. */
export interface WorkerChannel {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  send?(
    message: object,
    sendHandle: undefined,
    options: undefined,
    callback: (error: Error | null) => void,
  ): unknown;
}

/** Sends a message, if anybody is there: without a callback a channel that has closed would end this process, and its call. */
export function sendTo(channel: WorkerChannel, message: object): void {
  channel.send?.(message, undefined, undefined, () => undefined);
}

/**
 * Asks the worker's process, which runs the end-of-turn model for all calls. It has the shape of the framework's inference executor, so that
 * LiveKit's own turn detector uses it unchanged.
 */
export class EndOfTurnClient {
  readonly #channel: WorkerChannel;
  readonly #waiting = new Map<number, (probability: number) => void>();
  #lastId = 0;

  /** @param channel To the worker's process: this process's own, or a test's. */
  constructor(channel: WorkerChannel = process) {
    this.#channel = channel;
    channel.on('message', (message: unknown) => {
      const reply = endOfTurnReply.safeParse(message);
      if (!reply.success || reply.data.case !== END_OF_TURN_REPLY) return;
      this.#waiting.get(reply.data.id)?.(reply.data.probability);
    });
  }

  /** @param data `{ pcm }` as the framework's local transport sends it. */
  async doInference(
    _method: string,
    data: unknown,
  ): Promise<{ probability: number; inferenceDurationMs: number }> {
    const startedMs = performance.now();
    const id = (this.#lastId += 1);
    const limit = new AbortController();
    const answer = new Promise<number>((resolve) => this.#waiting.set(id, resolve));
    try {
      // A worker that has died answers nothing: the turn has ended then, after the limit.
      sendTo(this.#channel, { case: END_OF_TURN_REQUEST, id, pcm: (data as { pcm: string }).pcm });
      const late = wait(REPLY_MS, 1, { signal: limit.signal }).catch(() => 1);
      const probability = await Promise.race([answer, late]);
      return { probability, inferenceDurationMs: performance.now() - startedMs };
    } finally {
      limit.abort();
      this.#waiting.delete(id);
    }
  }
}
