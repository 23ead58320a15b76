import { once } from 'node:events';
import { Agent, type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenhoursError } from '../errors.ts';

/** A running gateway. */
export interface RestGateway {
  /** http://127.0.0.1:N; what `createClient` of supabase-js takes. */
  readonly url: string;
  /** Connections still open are cut. */
  stop(): Promise<void>;
}

const PREFIX = '/rest/v1';
/** Node closes idle client connections after 5 s by default: a worker that asks every 10 s would connect anew each time. */
const KEEP_ALIVE_MS = 65_000;
/** PostgREST closes idle connections after 30 s; giving them up before it does avoids a request on a closing one. */
const UPSTREAM_IDLE_MS = 20_000;
/** Meant for one connection only (RFC 9110, 7.6.1). */
const HOP_BY_HOP = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'proxy-connection'];

/**
 * Serves `/rest/v1/*` from PostgREST as a hosted project's gateway does: the path loses its prefix, and a request needs a key, in
 * `Authorization` or in `apikey`. Whether the key is genuine is PostgREST's to say.
 * @throws OpenhoursError LOCAL_PROCESS_FAILED when the port is taken.
 */
export async function startRestGateway(options: {
  upstreamPort: number;
  /** A free one when absent. */
  port?: number;
}): Promise<RestGateway> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64, timeout: UPSTREAM_IDLE_MS });
  const server = createServer((incoming, outgoing) => {
    if (incoming.url !== PREFIX && !/^\/rest\/v1[/?]/.test(incoming.url ?? '')) {
      refuse(
        outgoing,
        404,
        'Only /rest/v1 is served here: this local stand-in has no auth, storage or realtime',
      );
      return;
    }
    const key = incoming.headers.apikey;
    if (incoming.headers.authorization === undefined) {
      if (typeof key !== 'string') {
        refuse(outgoing, 401, 'No API key found in request');
        return;
      }
      incoming.headers.authorization = `Bearer ${key}`;
    }
    forward(incoming, outgoing, options.upstreamPort, agent);
  });
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.listen(options.port ?? 0, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    agent.destroy();
    throw new OpenhoursError(
      'LOCAL_PROCESS_FAILED',
      `Port ${options.port} is taken: give the database another`,
      {
        cause,
      },
    );
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      agent.destroy();
    },
  };
}

function forward(incoming: IncomingMessage, outgoing: ServerResponse, port: number, agent: Agent): void {
  const path = (incoming.url ?? '').slice(PREFIX.length);
  const upstream = request({
    host: '127.0.0.1',
    port,
    agent,
    method: incoming.method,
    path: path.startsWith('/') ? path : `/${path}`,
    headers: withoutHopByHop(incoming.headers),
  });
  upstream.setNoDelay(true);
  upstream.on('response', (response) => {
    outgoing.writeHead(response.statusCode ?? 502, withoutHopByHop(response.headers));
    response.on('error', () => outgoing.destroy());
    response.pipe(outgoing);
  });
  upstream.on('error', () => {
    if (outgoing.headersSent) outgoing.destroy();
    else refuse(outgoing, 503, 'The local database is not there');
  });
  outgoing.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}

function withoutHopByHop<Headers extends IncomingMessage['headers']>(headers: Headers): Headers {
  const kept = { ...headers };
  for (const name of HOP_BY_HOP) delete kept[name];
  return kept;
}

function refuse(outgoing: ServerResponse, status: number, message: string): void {
  const body = JSON.stringify({ code: null, message, details: null, hint: null });
  outgoing.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  outgoing.end(body);
}
