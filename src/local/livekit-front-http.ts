import { once } from 'node:events';
import { Agent, type IncomingMessage, type Server, type ServerResponse, request } from 'node:http';
import { type AddressInfo, type Socket, connect } from 'node:net';
import { OpenhoursError } from '../errors.ts';
import type { FrontNetwork } from './livekit-front-network.ts';

/** The server behind the front. */
export interface Upstream {
  readonly host: string;
  readonly port: number;
  readonly agent: Agent;
}

/** Connections to the server that nobody needs are given up before anybody else would. */
const UPSTREAM_IDLE_MS = 20_000;
const MAX_BODY_BYTES = 100_000;

/** The server at `url` (ws:// or http://), with connections that are kept. */
export function upstreamOf(url: string): Upstream {
  const { hostname, port } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    agent: new Agent({ keepAlive: true, noDelay: true, timeout: UPSTREAM_IDLE_MS }),
  };
}

/** Hands a request to the server and its answer back, headers as they were written. A server that is not there resets the client's connection. */
export function forward(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  upstream: Upstream,
  network: FrontNetwork,
): void {
  const { host, port, agent } = upstream;
  const { method, url, rawHeaders } = incoming;
  const asked = request({ host, port, agent, method, path: url, headers: rawHeaders });
  asked.on('response', (response) => {
    response.on('error', () => outgoing.destroy());
    void network.passable().then(() => {
      if (outgoing.destroyed) return;
      outgoing.sendDate = false; // the server's own is there
      outgoing.writeHead(response.statusCode ?? 502, response.statusMessage, response.rawHeaders);
      response.pipe(outgoing);
    });
  });
  asked.on('error', () => incoming.socket.resetAndDestroy());
  outgoing.on('close', () => asked.destroy());
  incoming.pipe(asked);
}

/** Hands a connection that becomes a WebSocket to the server, as it came; from then on its bytes are not looked at. */
export function forwardUpgrade(
  incoming: IncomingMessage,
  client: Socket,
  head: Buffer,
  upstream: Upstream,
  network: FrontNetwork,
): void {
  const { method = 'GET', url = '/', httpVersion, rawHeaders } = incoming;
  const server = connect({ host: upstream.host, port: upstream.port, noDelay: true, allowHalfOpen: true });
  server.on('error', () => client.resetAndDestroy());
  client.once('close', () => server.destroySoon());
  void Promise.all([once(server, 'connect'), network.passable()]).then(
    () => {
      if (client.destroyed) return;
      let lines = `${method} ${url} HTTP/${httpVersion}\r\n`;
      for (let i = 0; i < rawHeaders.length; i += 2) lines += `${rawHeaders[i]}: ${rawHeaders[i + 1]}\r\n`;
      server.write(`${lines}\r\n`);
      server.write(head);
      network.join(client, server);
    },
    () => undefined, // the client is told by the reset above
  );
}

/**
 * Listens on loopback.
 * @returns The port.
 * @throws OpenhoursError LOCAL_PROCESS_FAILED when the port is taken.
 */
export async function listenOnLoopback(server: Server, port = 0): Promise<number> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw new OpenhoursError('LOCAL_PROCESS_FAILED', `port ${port} is taken: LiveKit needs another`, {
      cause,
    });
  }
  return (server.address() as AddressInfo).port;
}

/** The body as text. @throws OpenhoursError INPUT_INVALID when it is longer than 100 kB. */
export async function readBody(incoming: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of incoming.setEncoding('utf8')) {
    text += chunk as string;
    if (text.length > MAX_BODY_BYTES) throw new OpenhoursError('INPUT_INVALID', 'the body is too long');
  }
  return text;
}

/** Answers with JSON. */
export function sendJson(outgoing: ServerResponse, status: number, body: unknown): void {
  // The header is compared literally by LiveKit's clients.
  outgoing.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
