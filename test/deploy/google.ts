/**
 * A stand-in of Google's APIs on loopback, for the real gcloud, which is told to take it for its HTTP proxy (gcloud-env.ts): gcloud sends
 * absolute addresses such as `http://run.emu.test/…`, and the host says which API is meant. What it asks by gRPC comes through a tunnel, in TLS,
 * and is answered as the same question by REST (google-grpc.ts). State is kept in memory; what Google refuses of what a deployment can get wrong
 * is refused in Google's words and shape. Any other host, and every other tunnel, is answered 599 and kept in `strays`: nothing leaves the machine.
 *
 * It does NOT check: who asks (any bearer token is the operator's, with every permission that `state.lacking` does not name), quotas, billing,
 * organisation policies, custom roles, conditions of bindings, whether an image starts, what a build's steps do, filters of logs and metrics
 * beyond the few that are used here, Cloud Run's networking, delays (operations are over at once, accounts and policies hold at once), or any
 * API that the deployment does not call. By gRPC it knows how a worker pool is removed and nothing else, so that there is no live tail of logs. A
 * field that Google does not know is refused by gcloud itself, and only where gcloud does so.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, type Socket } from 'node:net';
import { buildRoutes } from './google-build.ts';
import { executionRoutes } from './google-executions.ts';
import { grpcServer } from './google-grpc.ts';
import { iamRoutes } from './google-iam.ts';
import { projectRoutes } from './google-project.ts';
import { runRoutes } from './google-run.ts';
import { schedulerRoutes } from './google-scheduler.ts';
import { secretRoutes } from './google-secrets.ts';
import { type Call, GoogleState, Refusal, type Route, type Thing } from './google-state.ts';
import { selfSigned } from './google-tls.ts';
import { watchRoutes } from './google-watch.ts';

/** The largest body that is taken: a source archive for a build. Of uploads only the size is kept. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** One request as gcloud sent it, and what it was answered. */
export interface GoogleRequest {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: Thing;
  readonly status: number;
}

/** Answers instead of what is true, for the next `times` requests that fit. */
export interface Fault {
  readonly service: string;
  readonly method?: string;
  readonly path?: RegExp;
  readonly status: 403 | 409 | 429 | 500;
  readonly times?: number;
  readonly message?: string;
}

const REASONS = {
  403: 'PERMISSION_DENIED',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
} as const;

/** The stand-in while it runs. */
export interface Google {
  readonly port: number;
  /** What vouches for it where gcloud wants TLS. */
  readonly certificate: string;
  readonly state: GoogleState;
  readonly requests: readonly GoogleRequest[];
  /** Requests for hosts that are not ours; they were refused. */
  readonly strays: readonly string[];
  /** Requests that change something. */
  changes(): GoogleRequest[];
  /** Forgets the requests so far, not the state. */
  forget(): void;
  fail(fault: Fault): void;
  /** Faults that no request has met yet are called off. */
  recover(): void;
  close(): Promise<void>;
}

const ROUTES = [
  ...projectRoutes,
  ...iamRoutes,
  ...secretRoutes,
  ...buildRoutes,
  ...runRoutes,
  ...executionRoutes,
  ...schedulerRoutes,
  ...watchRoutes,
].map((route) => ({ ...route, pattern: patternOf(route.path) }));

function patternOf(path: string): RegExp {
  const source = path
    .replace(/[.$]/g, '\\$&')
    .replace(/\{(\w+)=\*\*\}/g, '(?<$1>.+?)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/:]+)');
  return new RegExp(`^${source}$`);
}

/** Whether a request only asks, whatever its method is. */
const asks = ({ method, path }: GoogleRequest) =>
  method === 'GET' || /:(getIamPolicy|testIamPermissions|batchGet)$|entries:list$/.test(path);

/** Starts the stand-in on a free port of loopback. */
export async function startGoogle(state = new GoogleState()): Promise<Google> {
  const requests: GoogleRequest[] = [];
  const strays: string[] = [];
  let faults: (Fault & { left: number })[] = [];
  const sockets = new Set<Socket>();

  const settle = (service: string, call: Omit<Call, 'at'>, authorised: boolean) => {
    const reply = respond(service, call, authorised, () => faultFor(faults, service, call));
    const { method, path, query, body } = call;
    requests.push({
      ...{ service, method, path, query: Object.fromEntries(query), body },
      status: reply.status,
    });
    return reply;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'none'}`);
    const service = serviceOf(url.hostname);
    if (service === undefined) {
      strays.push(`${request.method} ${url.href}`);
      response.writeHead(599).end();
      return;
    }
    const body = await bodyOf(request);
    const [method, path] = [request.method ?? 'GET', decodeURIComponent(url.pathname)];
    const call = { method, host: url.hostname, path, query: url.searchParams, body, state };
    send(response, settle(service, call, !!request.headers.authorization));
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      const { status, message } = error instanceof Refusal ? error : { status: 500, message: String(error) };
      response.writeHead(status, { connection: 'close' }).end(message);
    });
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
  });
  const identity = selfSigned('emu.test');
  const grpc = grpcServer(identity, ({ authorised, ...call }) =>
    settle('run', { ...call, query: new URLSearchParams(), body: {}, state }, authorised),
  );
  server.on('connect', (request, socket) => {
    if (serviceOf(request.url?.replace(/:443$/, '') ?? '') === 'run') {
      socket.write('HTTP/1.1 200 Connected\r\n\r\n');
      grpc.emit('connection', socket);
      return;
    }
    strays.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 599 Only loopback\r\n\r\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    certificate: identity.certificate,
    state,
    requests,
    strays,
    changes: () => requests.filter((request) => !asks(request)),
    forget: () => void requests.splice(0),
    fail: (fault) => void faults.push({ ...fault, left: fault.times ?? 1 }),
    recover: () => void (faults = []),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** `us-central1-run.emu.test` → `run`. */
const serviceOf = (host: string) => /^(?:[a-z]+-[a-z]+\d+-)?([a-z]+)\.emu\.test$/.exec(host)?.[1];

function faultFor(
  faults: (Fault & { left: number })[],
  service: string,
  call: Omit<Call, 'at'>,
): Refusal | undefined {
  const fault = faults.find(
    ({ left, ...fault }) =>
      left > 0 &&
      fault.service === service &&
      (fault.method ?? call.method) === call.method &&
      (fault.path?.test(call.path) ?? true),
  );
  if (!fault) return undefined;
  fault.left--;
  return new Refusal(
    fault.status,
    REASONS[fault.status],
    fault.message ?? `The stand-in was told to answer ${fault.status}.`,
  );
}

function respond(
  service: string,
  call: Omit<Call, 'at'>,
  authorised: boolean,
  fault: () => Refusal | undefined,
): { status: number; body: unknown } {
  try {
    if (!authorised)
      throw new Refusal(401, 'UNAUTHENTICATED', 'Request is missing required authentication credential.');
    const told = fault();
    if (told) throw told;
    const [route, at] = routeFor(service, call);
    call.state.checkEnabled(service);
    return { status: 200, body: route.handle({ ...call, at }) };
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, body: error.body() };
    throw error;
  }
}

function routeFor(service: string, call: Omit<Call, 'at'>): [Route, Record<string, string>] {
  for (const route of ROUTES) {
    if (route.service !== service || route.method !== call.method) continue;
    const found = route.pattern.exec(call.path);
    if (found) return [route, { ...found.groups }];
  }
  throw new Refusal(501, 'UNIMPLEMENTED', `The stand-in has no ${call.method} ${call.path} of ${service}.`);
}

function send(response: ServerResponse, { status, body }: { status: number; body: unknown }): void {
  if (Buffer.isBuffer(body))
    return void response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<Thing> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Refusal(413, 'INVALID_ARGUMENT', 'The body is too large.');
    parts.push(chunk);
  }
  if (size === 0) return {};
  const whole = Buffer.concat(parts);
  const type = request.headers['content-type'] ?? '';
  if (!type.includes('json')) return { uploadedBytes: mediaBytes(whole, type) };
  try {
    return JSON.parse(whole.toString()) as Thing;
  } catch {
    throw new Refusal(400, 'INVALID_ARGUMENT', 'The body is no JSON.');
  }
}

/** How long the second part of a multipart upload is: what is uploaded comes after what describes it. */
function mediaBytes(whole: Buffer, type: string): number {
  const boundary = /boundary=["']?([^"';]+)/.exec(type)?.[1];
  if (!boundary) return whole.length;
  const line = Buffer.from(`--${boundary}`);
  const second = whole.indexOf(line, line.length);
  const blank = /\r?\n\r?\n/.exec(whole.subarray(second, second + 1024).toString('latin1'));
  const start = second + (blank ? blank.index + blank[0].length : 0);
  const end = whole.lastIndexOf(line);
  return end - start - (whole[end - 2] === 13 ? 2 : 1);
}
