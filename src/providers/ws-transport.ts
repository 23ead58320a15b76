import type { DeepgramTransport, DeepgramTransportCloseEvent, DeepgramTransportMessage } from '@deepgram/sdk';
import { WebSocket, type RawData } from 'ws';

/** Limits of one WebSocket, in ms. */
export interface WsLimits {
  /** From the first packet to the upgrade; a server that takes longer counts as unreachable. */
  handshakeMs: number;
  /** Pause between pings; a peer that has not answered one by the next is gone, whatever TCP says. */
  pingMs: number;
}

/** A closing peer that does not answer is cut off after this: longer than any round trip within a continent. */
const CLOSE_GRACE_MS = 100;

/**
 * The WebSocket that `@deepgram/sdk` runs over, in place of its own. The SDK's reconnects by itself (losing the audio in between), hides the
 * status of a refused handshake, and lingers up to 30 s after `close()`; this one has firm limits, tells the status, and leaves nothing open.
 */
export class WsTransport implements DeepgramTransport {
  /** HTTP status of a refused handshake, else undefined. */
  refusedStatus: number | undefined;
  readonly #socket: WebSocket;
  readonly #handshakeTimer: NodeJS.Timeout;
  readonly #onBinary: ((audio: Buffer) => void) | undefined;
  #pingTimer: NodeJS.Timeout | undefined;
  #answered = true;
  #tellError: (error: Error) => void = () => {};

  /** `onBinary` takes binary messages past the SDK, which would wrap each in a Blob that can only be read asynchronously, out of order. */
  constructor(
    url: string,
    headers: Record<string, string>,
    limits: WsLimits,
    onBinary?: (audio: Buffer) => void,
  ) {
    this.#onBinary = onBinary;
    this.#socket = new WebSocket(url, { headers, perMessageDeflate: false });
    this.#handshakeTimer = setTimeout(() => {
      this.#fail(new Error(`no handshake within ${limits.handshakeMs} ms`));
    }, limits.handshakeMs);
    this.#socket.on('open', () => {
      clearTimeout(this.#handshakeTimer);
      this.#pingTimer = setInterval(() => this.#ping(), limits.pingMs).unref();
    });
    this.#socket.on('pong', () => (this.#answered = true));
    this.#socket.on('unexpected-response', (request, response) => {
      this.refusedStatus = response.statusCode;
      request.destroy();
      this.#fail(new Error(`handshake refused with status ${response.statusCode}`));
    });
    // Also swallows what ws reports when a handshake is broken off, which nobody else listens for.
    this.#socket.on('error', (error) => this.#tellError(error));
    this.#socket.on('close', () => this.#stopTimers());
  }

  send(data: DeepgramTransportMessage): void {
    if (this.isOpen() && !(data instanceof Blob)) this.#socket.send(data);
  }

  onOpen(listener: () => void): void {
    this.#socket.on('open', listener);
  }

  onMessage(listener: (message: DeepgramTransportMessage) => void): void {
    this.#socket.on('message', (data: RawData, isBinary: boolean) => {
      this.#answered = true;
      const bytes = asBuffer(data);
      if (!isBinary) listener(bytes.toString('utf8'));
      else this.#onBinary?.(bytes);
    });
  }

  onError(listener: (error: Error) => void): void {
    this.#tellError = listener;
  }

  onClose(listener: (event: DeepgramTransportCloseEvent) => void): void {
    this.#socket.on('close', (code, reason) => listener({ code, reason: reason.toString('utf8') }));
  }

  isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }

  close(): void {
    this.#stopTimers();
    if (!this.isOpen()) return this.#socket.terminate();
    this.#socket.close(1000);
    const cut = setTimeout(() => this.#socket.terminate(), CLOSE_GRACE_MS);
    this.#socket.once('close', () => clearTimeout(cut));
  }

  #ping(): void {
    if (!this.#answered) return this.#socket.terminate();
    this.#answered = false;
    if (this.isOpen()) this.#socket.ping();
  }

  #fail(error: Error): void {
    this.#stopTimers();
    this.#tellError(error);
    this.#socket.terminate();
  }

  #stopTimers(): void {
    clearTimeout(this.#handshakeTimer);
    clearInterval(this.#pingTimer);
  }
}

function asBuffer(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

/** The `ws:` form of an http origin, without a trailing slash. */
export function webSocketOrigin(baseUrl: string): string {
  return baseUrl.replace(/^http/, 'ws').replace(/\/+$/, '');
}
