import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { Socket } from 'node:net';
import { z } from 'zod';
import { OpenhoursError } from '../errors.ts';
import {
  type Upstream,
  forward,
  forwardUpgrade,
  listenOnLoopback,
  readBody,
  sendJson,
  upstreamOf,
} from './livekit-front-http.ts';
import { type Callees, type CalleeVoice, StandInCallees } from './livekit-front-callees.ts';
import { FrontNetwork } from './livekit-front-network.ts';
import type { TwirpAnswer } from './livekit-front-sip.ts';
import { TRANSFER_OUTCOMES, type TransferRecord, Transfers } from './livekit-front-transfers.ts';

const orderSchema = z.union([
  z.strictObject({ reset: z.literal(true) }),
  z.strictObject({
    transfer: z
      .strictObject({
        outcome: z.enum(TRANSFER_OUTCOMES),
        delayMs: z.number().int().min(0).max(600_000).optional(),
      })
      .optional(),
    network: z
      .union([z.strictObject({ down: z.boolean() }), z.strictObject({ freeze: z.boolean() })])
      .optional(),
  }),
]);

/** What can be asked of the front: how transfers go from now on, what the network does, or everything well again. */
export type FrontOrder = z.infer<typeof orderSchema>;

/** A running front. */
export interface LiveKitFront {
  /** ws://127.0.0.1:N, for whoever would otherwise be given the server's. */
  readonly url: string;
  /** http://127.0.0.1:N, which answers also while the network is down: `POST /_control` takes a {@link FrontOrder}, `GET /_transfers` lists them. */
  readonly controlUrl: string;
  /** The same as `POST /_control`. @throws OpenhoursError INPUT_INVALID when it is no order. */
  control(order: FrontOrder): void;
  /** The same as `GET /_transfers`: oldest first. */
  transfers(): readonly TransferRecord[];
  /** Connections still open are cut. */
  stop(): Promise<void>;
}

const TRANSFER_PATH = '/twirp/livekit.SIP/TransferSIPParticipant';
const CALL_PATH = '/twirp/livekit.SIP/CreateSIPParticipant';
/** Node gives up idle connections of clients after 5 s; the server does not. */
const KEEP_ALIVE_MS = 65_000;

/**
 * Stands before a LiveKit server that has no SIP bridge, on loopback. Requests and WebSockets pass through unchanged (about 1 ms more a
 * request); transfers of callers and calls to numbers are answered here, as LiveKit Cloud would (`TransferSIPParticipant`,
 * `CreateSIPParticipant`, where whoever picks up is a {@link StandInCallees stand-in}). It can also cut or freeze the
 * network to the server, as far as TCP goes. Sound does not pass here: it goes over UDP, from the clients to the server. While the network
 * is frozen, calls in progress are therefore still heard; when it is cut, the clients notice at once, drop their sound themselves, and
 * join anew when it is back (measured: 1–3 s later).
 * @throws OpenhoursError LOCAL_PROCESS_FAILED when the port is taken.
 */
export async function startLiveKitFront(options: {
  /** ws:// or http:// of the real server. */
  server: string;
  apiKey: string;
  apiSecret: string;
  /** A free one when absent. */
  port?: number;
  /** What those who are called speak with; without it they say nothing. */
  voice?: CalleeVoice;
  /** Where it is written who was called and how they answered. */
  logFile?: string;
}): Promise<LiveKitFront> {
  const { server, apiKey, apiSecret } = options;
  const upstream = upstreamOf(server);
  const network = new FrontNetwork();
  const transfers = new Transfers({ url: server, apiKey, apiSecret });
  const control = (order: unknown) => obey(order, network, transfers);
  const callees = new StandInCallees({ url: server, apiKey, apiSecret }, options.voice, options.logFile);
  const front = frontServer(upstream, network, transfers, callees);
  const orders = createServer(
    (incoming, outgoing) => void serveControl(incoming, outgoing, control, transfers),
  );
  const stop = async () => {
    network.set('down');
    upstream.agent.destroy();
    await Promise.all([transfers.stop(), callees.stop()]);
    await Promise.all([close(front), close(orders)]);
  };
  try {
    const port = await listenOnLoopback(front, options.port);
    const controlPort = await listenOnLoopback(orders);
    return {
      url: `ws://127.0.0.1:${port}`,
      controlUrl: `http://127.0.0.1:${controlPort}`,
      control,
      transfers: () => transfers.records,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function frontServer(
  upstream: Upstream,
  network: FrontNetwork,
  transfers: Transfers,
  callees: Callees,
): Server {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true });
  server.on('connection', (client) => network.admit(client));
  server.on('request', (incoming, outgoing) => {
    void network.passable().then(() => {
      if (outgoing.destroyed) return undefined;
      if (incoming.method === 'POST' && incoming.url === TRANSFER_PATH)
        return serveSip(incoming, outgoing, network, transfers);
      if (incoming.method === 'POST' && incoming.url === CALL_PATH)
        return serveSip(incoming, outgoing, network, callees);
      return forward(incoming, outgoing, upstream, network);
    });
  });
  server.on('upgrade', (incoming, client, head) =>
    // http passes the connection's own socket.
    forwardUpgrade(incoming, client as Socket, head, upstream, network),
  );
  return server;
}

async function serveSip(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  network: FrontNetwork,
  service: { answer(request: Parameters<Transfers['answer']>[0]): Promise<TwirpAnswer> },
): Promise<void> {
  const { authorization, 'content-type': contentType } = incoming.headers;
  const body = await readBody(incoming).catch(() => undefined);
  if (body === undefined) {
    outgoing.destroy();
    return;
  }
  const answer = await service.answer({ authorization, contentType, body });
  await network.passable();
  if (typeof answer.body === 'object') sendJson(outgoing, answer.status, answer.body);
  else outgoing.writeHead(answer.status, { 'content-type': 'text/plain' }).end(answer.body);
}

async function serveControl(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  control: (order: unknown) => void,
  transfers: Transfers,
): Promise<void> {
  const route = `${incoming.method} ${incoming.url}`;
  try {
    // A web page could reach this port as well.
    if (incoming.headers.origin !== undefined) sendJson(outgoing, 403, { error: 'not for web pages' });
    else if (route === 'GET /_transfers') sendJson(outgoing, 200, transfers.records);
    else if (route === 'POST /_control') {
      control(JSON.parse(await readBody(incoming)));
      sendJson(outgoing, 200, {});
    } else sendJson(outgoing, 404, { error: 'POST /_control or GET /_transfers' });
  } catch (error) {
    sendJson(outgoing, 400, { error: error instanceof Error ? error.message : String(error) });
  }
}

function obey(order: unknown, network: FrontNetwork, transfers: Transfers): void {
  const parsed = orderSchema.safeParse(order);
  if (!parsed.success) throw new OpenhoursError('INPUT_INVALID', z.prettifyError(parsed.error));
  if ('reset' in parsed.data) {
    transfers.set({ outcome: 'completed' });
    network.set('up');
    return;
  }
  const { transfer, network: wire } = parsed.data;
  if (transfer) transfers.set(transfer);
  if (wire === undefined) return;
  if ('down' in wire) network.set(wire.down ? 'down' : 'up');
  else network.set(wire.freeze ? 'frozen' : 'up');
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
