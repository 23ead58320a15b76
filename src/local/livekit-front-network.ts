import type { Socket } from 'node:net';

/** `down` cuts every connection and resets new ones at once; `frozen` lets no byte pass, and every socket stays open. */
export type NetworkState = 'up' | 'down' | 'frozen';

interface Pair {
  client: Socket;
  upstream: Socket;
}

/** The wire between LiveKit's clients and its server, as far as TCP goes. */
export class FrontNetwork {
  #state: NetworkState = 'up';
  readonly #clients = new Set<Socket>();
  readonly #pairs = new Set<Pair>();
  #waiting: (() => void)[] = [];

  /** What the wire does at the moment. */
  get state(): NetworkState {
    return this.#state;
  }

  /** Takes a client's new connection, or resets it while the network is down. */
  admit(client: Socket): void {
    client.setNoDelay(true);
    client.on('error', () => undefined); // 'close' follows
    if (this.#state === 'down') {
      client.resetAndDestroy();
      return;
    }
    this.#clients.add(client);
    client.once('close', () => this.#clients.delete(client));
  }

  /** Resolves when bytes may pass, or when there is nothing left to wait for: look whether the socket still stands. */
  async passable(): Promise<void> {
    while (this.#state === 'frozen') await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Carries bytes both ways, unread, until both sides have ended. */
  join(client: Socket, upstream: Socket): void {
    const pair = { client, upstream };
    this.#pairs.add(pair);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.once('close', (failed: boolean) => {
        this.#pairs.delete(pair);
        if (failed) other.destroy();
        else other.destroySoon(); // what it has been given is still sent
      });
    }
    if (this.#state !== 'frozen') connect(pair);
  }

  /** Changes what the wire does, for what is open now and what comes. */
  set(state: NetworkState): void {
    if (state === this.#state) return;
    const before = this.#state;
    this.#state = state;
    if (state === 'down') this.#cut();
    if (state === 'frozen') for (const pair of this.#pairs) disconnect(pair);
    if (before === 'frozen' && state === 'up') for (const pair of this.#pairs) connect(pair);
    for (const resume of this.#waiting.splice(0)) resume();
  }

  #cut(): void {
    for (const client of this.#clients) client.destroy();
    for (const { upstream } of this.#pairs) upstream.destroy();
  }
}

function connect({ client, upstream }: Pair): void {
  client.pipe(upstream);
  upstream.pipe(client);
}

function disconnect({ client, upstream }: Pair): void {
  client.unpipe(upstream).pause();
  upstream.unpipe(client).pause();
}
