import { randomUUID } from 'node:crypto';
import { type WriteStream, createWriteStream, mkdirSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { dirname } from 'node:path';
import { OpenhoursError } from '../errors.ts';
import { decide } from './brain/decide.ts';
import { type Pace, forever, sendCompletion } from './brain/stream.ts';
import { type ChatRequest, type Decision, chatRequest, errorBody, textOf } from './brain/wire.ts';
import type { Faults, Visit } from './faults.ts';
import { forward } from './forward.ts';

/** Largest request body: a call of an hour with all its tool results is far below it. */
const MAX_BODY_BYTES = 2_000_000;
/** Words that look like a model's name; any other name is accepted too. */
const MODELS = ['gpt-4.1', 'gpt-4.1-mini', 'gpt-4o', 'gpt-4o-mini'];

/** How the language stand-in is started. */
export interface BrainOptions {
  /** A free one if not given. */
  port?: number;
  /** From the request to the first token. 200 ms is what a fast hosted model takes. */
  firstTokenMs?: number;
  tokensPerSecond?: number;
  /** Failures to act out; target `chat`. Served at `/_control` too. */
  faults?: Faults;
  /** One JSON line for each answer, the words under `pii`; for development with invented callers only. */
  logFile?: string;
  /** Where OpenAI's `/v1/audio/…` is answered: one base URL stands for all of OpenAI. */
  audioUrl?: () => string | undefined;
}

/** A running language stand-in. */
export interface Brain {
  /** `http://127.0.0.1:N`; the OpenAI base URL is this with `/v1`. */
  readonly url: string;
  stop(): Promise<void>;
}

interface Running {
  pace: Pace;
  faults: Faults | undefined;
  log: WriteStream | undefined;
  readonly audioUrl: () => string | undefined;
}

/**
 * Starts the language stand-in on 127.0.0.1: OpenAI's chat completions, answered by rules from what is sent and nothing else. Every
 * response carries `x-openhours-stand-in: language`.
 * @throws OpenhoursError LOCAL_PROCESS_FAILED when the port cannot be listened on.
 */
export async function startBrain(options: BrainOptions = {}): Promise<Brain> {
  const running: Running = {
    pace: { firstTokenMs: options.firstTokenMs ?? 200, tokenMs: 1_000 / (options.tokensPerSecond ?? 80) },
    faults: options.faults,
    audioUrl: options.audioUrl ?? (() => undefined),
    log: options.logFile === undefined ? undefined : openLog(options.logFile),
  };
  const server = createServer((request, response) => void serve(running, request, response));
  await listen(server, options.port ?? 0);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await new Promise<void>((resolve) => (running.log ? running.log.end(resolve) : resolve()));
    },
  };
}

function openLog(file: string): WriteStream {
  mkdirSync(dirname(file), { recursive: true });
  return createWriteStream(file, { flags: 'a' });
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(
        new OpenhoursError('LOCAL_PROCESS_FAILED', `the language stand-in cannot listen on port ${port}`, {
          cause,
        }),
      ),
    );
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function serve(running: Running, request: IncomingMessage, response: ServerResponse): Promise<void> {
  response.setHeader('x-openhours-stand-in', 'language');
  response.setHeader('x-request-id', `req_${randomUUID()}`);
  const path = new URL(request.url ?? '/', 'http://127.0.0.1').pathname;
  try {
    if (path === '/_control' && running.faults) await running.faults.serve(request, response);
    else if (path === '/v1/chat/completions' && request.method === 'POST')
      await visited(running, request, response);
    else if (path.startsWith('/v1/audio/') && running.audioUrl() !== undefined)
      forward(running.audioUrl() ?? '', request, response);
    else if (path === '/v1/models' && request.method === 'GET') listModels(request, response);
    else fail(response, 404, `Unknown request URL: ${request.method ?? ''} ${path}.`, 'unknown_url');
  } catch (error) {
    // a caller who hung up, or a bug: either way the connection must not be left open
    if (response.headersSent || response.destroyed) response.destroy();
    else fail(response, 500, error instanceof Error ? error.message : String(error), 'server_error');
  }
}

function fail(response: ServerResponse, status: number, message: string, code: string): void {
  const type = { 429: 'rate_limit_error', 500: 'server_error' }[status] ?? 'invalid_request_error';
  send(response, status, errorBody(message, type, code));
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function authorized(request: IncomingMessage, response: ServerResponse): boolean {
  const key = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
  if (key !== undefined && key !== 'invalid') return true;
  const message = key === undefined ? "You didn't provide an API key." : 'Incorrect API key provided.';
  fail(response, 401, message, 'invalid_api_key');
  return false;
}

function listModels(request: IncomingMessage, response: ServerResponse): void {
  if (!authorized(request, response)) return;
  const data = MODELS.map((id) => ({ id, object: 'model', created: 0, owned_by: 'openhours-stand-in' }));
  send(response, 200, { object: 'list', data });
}

async function visited(running: Running, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const visit = running.faults?.begin('chat', request.socket);
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    if (visit?.mode === 'refuse') {
      request.socket.resetAndDestroy();
      return;
    }
    const answered = await received(request, response);
    if (answered === undefined) return;
    await visit?.wait();
    if (visit?.status !== undefined)
      fail(response, visit.status, 'A failure that was asked for.', visit.mode);
    else if (visit?.mode === 'hang') await forever(gone.signal);
    else await answer(running, answered, response, visit, gone.signal);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  } finally {
    visit?.end();
  }
}

/** The request, if it is a valid one; the refusal is sent here. */
async function received(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<ChatRequest | undefined> {
  if (!authorized(request, response)) return undefined;
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size <= MAX_BODY_BYTES) pieces.push(piece);
  }
  if (size > MAX_BODY_BYTES) {
    fail(response, 413, 'The request is too large.', 'request_too_large');
    return undefined;
  }
  const parsed = chatRequest.safeParse(parseJson(Buffer.concat(pieces).toString('utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  fail(
    response,
    400,
    `Invalid request: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`,
    'invalid_request',
  );
  return undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function answer(
  running: Running,
  asked: ChatRequest,
  response: ServerResponse,
  visit: Visit | undefined,
  signal: AbortSignal,
): Promise<void> {
  const startMs = performance.now();
  const decision = decide(asked);
  record(running, asked, decision, performance.now() - startMs);
  await sendCompletion({ asked, decision, response, visit, signal, startMs, pace: running.pace });
}

function record(running: Running, asked: ChatRequest, decision: Decision, decidedMs: number): void {
  const last = asked.messages.at(-1);
  running.log?.write(
    `${JSON.stringify({
      time: new Date().toISOString(),
      decidedMs: Math.round(decidedMs * 10) / 10,
      answer: decision.kind === 'call' ? decision.name : 'words',
      pii: { role: last?.role, heard: last ? textOf(last).slice(0, 500) : '', decision },
    })}\n`,
  );
}
