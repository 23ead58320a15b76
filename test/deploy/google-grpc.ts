import { type Http2SecureServer, type ServerHttp2Stream, createSecureServer } from 'node:http2';
import type { Identity } from './google-tls.ts';

/** What gcloud asks by gRPC, in the terms of the same API's REST form. */
export interface GrpcCall {
  readonly host: string;
  readonly method: 'GET' | 'DELETE';
  readonly path: string;
  readonly authorised: boolean;
}

type Answer = (call: GrpcCall) => { readonly status: number; readonly body: unknown };

/** The methods that are known, and how REST calls them. */
const METHODS: Readonly<Record<string, GrpcCall['method']>> = {
  '/google.cloud.run.v2.WorkerPools/GetWorkerPool': 'GET',
  '/google.cloud.run.v2.WorkerPools/DeleteWorkerPool': 'DELETE',
};
const OK = 0;
const UNIMPLEMENTED = 12;
const CODES: Readonly<Record<number, number>> = {
  401: 16,
  403: 7,
  404: 5,
  409: 10,
  429: 8,
  500: 13,
  501: 12,
};

/** Speaks gRPC over TLS, on connections that are given to it. Of messages it knows those that have a name, and operations that are over. */
export function grpcServer({ key, certificate }: Identity, answer: Answer): Http2SecureServer {
  const server = createSecureServer({ key, cert: certificate });
  server.on('stream', (stream, headers) => {
    const parts: Buffer[] = [];
    stream.on('error', () => undefined); // it went away
    stream.on('data', (part: Buffer) => parts.push(part));
    stream.on('end', () => {
      const method = METHODS[headers[':path'] ?? ''];
      if (method === undefined) return refuse(stream, UNIMPLEMENTED, `no ${headers[':path']}`);
      const path = `/v2/${nameOf(Buffer.concat(parts))}`;
      const host = headers[':authority'] ?? '';
      const { status, body } = answer({ host, method, path, authorised: !!headers.authorization });
      if (status === 200) return send(stream, body as Record<string, unknown>);
      refuse(stream, CODES[status] ?? 2, (body as { error: { message: string } }).error.message);
    });
  });
  return server;
}

/** The first field of the request, which is a text: five bytes of gRPC's own, a tag, a length, and the name. */
function nameOf(request: Buffer): string {
  const [tag, length = 0] = request.subarray(5);
  if (tag !== 0x0a || length > 127) throw new Error('a request that does not begin with a short name');
  return request.subarray(7, 7 + length).toString();
}

function send(stream: ServerHttp2Stream, { name, done }: Record<string, unknown>): void {
  const text = Buffer.from(String(name));
  const message = Buffer.concat([
    Buffer.from([0x0a, text.length]),
    text,
    // `done` is the third field of an operation; a worker pool has another one there.
    Buffer.from(done === true ? [0x18, 1] : []),
  ]);
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.once('wantTrailers', () => stream.sendTrailers({ 'grpc-status': String(OK) }));
  stream.end(Buffer.concat([head, message]));
}

function refuse(stream: ServerHttp2Stream, code: number, message: string): void {
  const trailers = { 'grpc-status': String(code), 'grpc-message': encodeURIComponent(message) };
  stream.respond({ ':status': 200, 'content-type': 'application/grpc', ...trailers }, { endStream: true });
}
