import { Agent, type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** `down` resets every connection, `hang` takes requests and answers them once it is well again, `slow` passes them on later. */
export type FrontMode = 'ok' | 'slow' | 'down' | 'hang';

/** How to make a front. */
export interface FrontOptions {
  /** http://… of the service for a request with this body. */
  upstream: (incoming: IncomingMessage, body: Buffer) => string;
  /** Answers some requests itself; true when it has. */
  answer?: (incoming: IncomingMessage, outgoing: ServerResponse, body: Buffer) => boolean;
}

/** Stands between a worker and a service, on loopback, and can be told to fail as a service does that is gone as a whole. */
export class Front {
  readonly #options: FrontOptions;
  readonly #agent = new Agent({ keepAlive: true, timeout: 20_000 });
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer(
    { keepAliveTimeout: 65_000 },
    (incoming, outgoing) => void this.#serve(incoming, outgoing),
  );
  #mode: FrontMode = 'ok';
  #delayMs = 0;
  #changed: (() => void)[] = [];

  private constructor(options: FrontOptions) {
    this.#options = options;
    this.#server.on('connection', (socket: Socket) => {
      socket.on('error', () => undefined); // 'close' follows
      if (this.#mode === 'down') return void socket.resetAndDestroy();
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Starts one on a free port. */
  static async start(options: FrontOptions): Promise<Front> {
    const front = new Front(options);
    front.#server.listen(0, '127.0.0.1');
    await once(front.#server, 'listening');
    return front;
  }

  /** http://127.0.0.1:N */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What happens from now on; `down` also to what is under way. */
  set(mode: FrontMode, delayMs = 0): void {
    this.#mode = mode;
    this.#delayMs = delayMs;
    if (mode === 'down') for (const socket of this.#sockets) socket.resetAndDestroy();
    for (const changed of this.#changed.splice(0)) changed();
  }

  /** Connections still open are cut. */
  async stop(): Promise<void> {
    this.set('down');
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
    this.#agent.destroy();
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    try {
      for await (const piece of incoming) pieces.push(piece as Buffer);
    } catch {
      return; // the client has gone
    }
    const body = Buffer.concat(pieces);
    while (this.#mode === 'hang') await new Promise<void>((resolve) => this.#changed.push(resolve));
    if (this.#mode === 'slow') await delay(this.#delayMs);
    if (outgoing.destroyed || this.#options.answer?.(incoming, outgoing, body) === true) return;
    this.#forward(incoming, outgoing, body);
  }

  #forward(incoming: IncomingMessage, outgoing: ServerResponse, body: Buffer): void {
    const { method, url = '/', headers } = incoming;
    const upstream = request(new URL(url, this.#options.upstream(incoming, body)), {
      agent: this.#agent,
      method,
      headers: { ...headers, connection: 'keep-alive' },
    });
    upstream.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.on('error', () => outgoing.destroy());
      response.pipe(outgoing);
    });
    // What befalls the service befalls its client.
    upstream.on('error', () => incoming.socket.resetAndDestroy());
    outgoing.on('close', () => upstream.destroy());
    upstream.end(body);
  }
}
