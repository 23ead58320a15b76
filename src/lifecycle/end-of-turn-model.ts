import { InferenceRunner } from '@livekit/agents';
import localInference from '@livekit/local-inference';
import type { ChildProcess } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import {
  END_OF_TURN_REQUEST,
  END_OF_TURN_REPLY,
  endOfTurnRequest,
} from '../providers/end-of-turn-messages.ts';
import type { Logger } from '../log.ts';

/** Node publishes every child process it creates here. */
const CHANNEL = 'child_process';
/** By then the worker is open; the first call is not yet at its first pause. */
const LOAD_AFTER_MS = 1_500;

/**
 * Runs LiveKit's end-of-turn model for the calls' processes, here in the worker's own process. The framework starts a process for it, which
 * costs 287 MB and delays registration by its start; the model itself is 108 MB and takes 10 ms of a pool thread for a pause.
 *
 * Call before the framework's server is made.
 */
export class EndOfTurnModel {
  readonly #log: Logger;
  readonly #onCreated = (message: unknown) => {
    this.#serve((message as { process: ChildProcess }).process);
  };

  constructor(log: Logger) {
    this.#log = log;
    // The server's constructor registers its model with this, and starts a process when anything is registered.
    InferenceRunner.registerRunner = () => undefined;
    subscribe(CHANNEL, this.#onCreated);
  }

  /**
   * Loads the weights soon, so that the first caller does not wait for it. It holds up this process for 0.2–0.5 s: not while it registers.
   */
  loadSoon(): void {
    setTimeout(() => localInference.initEot(), LOAD_AFTER_MS).unref();
  }

  /** Serves no further process. */
  close(): void {
    unsubscribe(CHANNEL, this.#onCreated);
  }

  #serve(child: ChildProcess): void {
    child.on('message', (message: unknown) => {
      if (typeof message !== 'object' || message === null || !('case' in message)) return;
      if (message.case === END_OF_TURN_REQUEST) void this.#answer(child, message);
    });
  }

  async #answer(child: ChildProcess, message: object): Promise<void> {
    const request = endOfTurnRequest.safeParse(message);
    if (!request.success) return;
    const { id, pcm } = request.data;
    let probability = 1;
    try {
      const bytes = Buffer.from(pcm, 'base64');
      probability = await localInference.predict(
        new Int16Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 1),
      );
    } catch (error) {
      // Certainty ends the turn at the shortest delay: better a hasty answer than none.
      this.#log.warn({ error }, 'end of turn could not be predicted');
    }
    if (child.connected) child.send({ case: END_OF_TURN_REPLY, id, probability });
  }
}
