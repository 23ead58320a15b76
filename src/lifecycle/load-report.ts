import type { EventEmitter } from 'node:events';

/** What the framework tells LiveKit every 2.5 s (a WorkerMessage of @livekit/protocol). */
interface Report {
  readonly message: { readonly case: 'updateWorker'; readonly value: { load: number; status: number } };
  clone(): Report;
}

/** WorkerStatus of @livekit/protocol. */
const STATUS = { available: 0, full: 1 } as const;

/**
 * Tells LiveKit of our load when it changes, and not up to 2.5 s later: a worker that is free again is rung, a full one is not. Made after the
 * framework's own reports, so that nothing is sent before the first of them.
 */
export class LoadReport {
  readonly #messages: EventEmitter;
  readonly #onMessage = (message: unknown) => {
    if (isReport(message)) this.#last = message;
  };
  #last: Report | undefined;

  constructor(messages: EventEmitter) {
    this.#messages = messages;
    messages.on('worker_msg', this.#onMessage);
  }

  /** Sends the load, 1 for full. */
  send(load: number): void {
    const report = this.#last?.clone();
    if (report === undefined) return;
    report.message.value.load = load;
    report.message.value.status = load >= 1 ? STATUS.full : STATUS.available;
    this.#messages.emit('worker_msg', report);
  }

  /** Listens no more. */
  close(): void {
    this.#messages.off('worker_msg', this.#onMessage);
  }
}

function isReport(message: unknown): message is Report {
  const report = message as Partial<Report> | undefined;
  return (
    report?.message?.case === 'updateWorker' &&
    typeof report.message.value?.load === 'number' &&
    typeof report.message.value.status === 'number' &&
    typeof report.clone === 'function'
  );
}
