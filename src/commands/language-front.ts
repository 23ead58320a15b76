import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { Readable } from 'node:stream';
import { chatRequest, errorBody } from '../local/brain/wire.ts';
import { sendCompletion } from '../local/brain/stream.ts';
import type { Fault } from '../rehearsal/scenario.ts';

type LanguageFault = Exclude<Fault, { at: 'database' }>;

/** A language service in front of the real one: it answers as the scenario wants it where there is a fault, and passes the rest on. */
export interface LanguageFront {
  /** OpenAI's base URL, with `/v1`. */
  readonly url: string;
  /** Takes the place of all faults before; each counts requests from now on. */
  misbehave(faults: readonly Fault[]): void;
  stop(): Promise<void>;
}

/** Starts a front on 127.0.0.1; `upstream` is OpenAI's base URL, with `/v1`. */
export async function startLanguageFront(upstream: string): Promise<LanguageFront> {
  let waiting: { fault: LanguageFault; seen: number }[] = [];
  const next = (): LanguageFault | undefined => {
    const hits = waiting.map((one) => ({ fault: one.fault, at: one.seen++ }));
    return hits.find(({ fault, at }) => at >= fault.after && at < fault.after + fault.times)?.fault;
  };
  const server = createServer((request, response) => {
    const fault = request.url?.endsWith('/chat/completions') === true ? next() : undefined;
    answer(upstream, fault, request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/v1`,
    misbehave: (faults) => {
      waiting = faults.flatMap((fault) => (fault.at === 'database' ? [] : [{ fault, seen: 0 }]));
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(
  upstream: string,
  fault: LanguageFault | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  const body = Buffer.concat(pieces);
  if (fault === undefined) return await passOn(upstream, request, body, response);
  if (fault.at === 'language') {
    response.writeHead(fault.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(errorBody('A failure that was asked for.', 'server_error', null)));
    return;
  }
  const { tool, text, arguments: args } = fault;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  await sendCompletion({
    asked: chatRequest.parse(JSON.parse(body.toString('utf8'))),
    decision:
      tool === undefined
        ? { kind: 'say', text }
        : { kind: 'call', name: tool, args: args as never, ...(text === '' ? {} : { text }) },
    response,
    visit: undefined,
    signal: gone.signal,
    startMs: performance.now(),
    pace: { firstTokenMs: 0, tokenMs: 0 },
  });
}

async function passOn(
  upstream: string,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const path = (request.url ?? '').replace(/^\/v1/, '');
  const { authorization = '' } = request.headers;
  const got = await fetch(`${upstream.replace(/\/$/, '')}${path}`, {
    method: request.method ?? 'GET',
    headers: { authorization, 'content-type': 'application/json' },
    ...(body.length === 0 ? {} : { body: new Uint8Array(body) }),
    signal: gone.signal,
  });
  response.writeHead(got.status, { 'content-type': got.headers.get('content-type') ?? 'application/json' });
  if (got.body === null) response.end();
  else
    Readable.fromWeb(got.body as never)
      .on('error', () => response.destroy())
      .pipe(response);
}
