import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { join, resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { ensureEnvironment } from '../components/environments.ts';
import { Faults, type FaultTarget, type Visit } from './faults.ts';
import { ENDPOINTING_DEFAULT_MS, IDLE_LIMIT_MS, parseListenQuery, serveListen } from './listen.ts';
import { type RecognizerProcess, startRecognizer } from './recognizer.ts';
import { parseSpeakQuery, serveSpeak } from './speak.ts';
import {
  answerError,
  deepgramError,
  openaiError,
  serveDeepgramSpeech,
  serveOpenaiSpeech,
} from './speech-http.ts';
import { serveTranscription } from './transcribe-http.ts';
import { startVoices, type Voices } from './voice.ts';

/** How the servers behave. */
export interface ServeOptions {
  /** Port on 127.0.0.1; a free one if not given. */
  port?: number;
  /** `endpointing` of listeners that do not say; Deepgram's is 10 ms. */
  endpointingDefaultMs?: number;
  /** The first audio comes this long after its text. */
  ttfbMs?: number;
  /** A listener that sends nothing for so long is closed; Deepgram's limit is 10 s. */
  idleLimitMs?: number;
}

/** How to start the speech stand-ins. */
export interface SpeechServerOptions extends ServeOptions {
  /** Cache folder; the recogniser's Python environment is installed there once (140 MB). */
  cacheDir: string;
  /** The checkout's `env-templates`. */
  templatesDir: string;
  logDir: string;
  onProgress?: (message: string) => void;
}

/** The running stand-ins. */
export interface SpeechServer {
  /** `http://127.0.0.1:N`: Deepgram's base URL; with `/v1`, OpenAI's (speech only). */
  readonly url: string;
  /** Makes them fail; also at `<url>/_control`. */
  readonly faults: Faults;
  /** The voices themselves, for whoever speaks without the network. */
  readonly voices: Voices;
  /** How long the recogniser's model took to load, in ms. */
  readonly recognizerLoadMs: number;
  stop(): Promise<void>;
}

/** A hosted voice's usual time to first audio: what the latency figures of this project assume. */
const TTFB_MS = 120;
/** Every answer carries it, so that nobody takes the stand-in for the vendor. */
const BANNER = { 'x-openhours-stand-in': 'speech' };
const ROUTES =
  'Deepgram WS /v1/listen, WS and POST /v1/speak, OpenAI POST /v1/audio/speech and /v1/audio/transcriptions, GET and POST /_control';

/**
 * Starts stand-ins for Deepgram's and OpenAI's recognition and speech, on one port of 127.0.0.1. They speak the vendors' protocols, really decode and really speak, offline. Any key is good but `invalid`.
 * @throws OpenhoursError LOCAL_TOOL_MISSING when Python or the voices are missing, LOCAL_PROCESS_FAILED when the recogniser does not start.
 */
export async function startSpeech(options: SpeechServerOptions): Promise<SpeechServer> {
  const { cacheDir, templatesDir, logDir, onProgress } = options;
  const request = { name: 'local-speech', templatesDir, cacheDir, ...(onProgress ? { onProgress } : {}) };
  const { python } = await ensureEnvironment(request);
  // Absolute, because the child starts in another folder.
  const script = resolve(templatesDir, 'local-speech', 'recognizer.py');
  const logFile = join(logDir, 'recognizer.log');
  const [recognizer, voices] = await both(startRecognizer({ python, script, logFile }), startVoices());
  const server = await serveSpeech(recognizer, voices, options);
  onProgress?.(`stand-ins for Deepgram and OpenAI speech (not the vendors) at ${server.url}`);
  return server;
}

/** The servers alone, over a recogniser and voices that are running; `stop()` stops those too, and so does a failed start. */
export async function serveSpeech(
  recognizer: RecognizerProcess,
  voices: Voices,
  options: ServeOptions,
): Promise<SpeechServer> {
  const server = new StandIn(recognizer, voices, options);
  try {
    await server.listen(options.port ?? 0);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return server;
}

/** Both, or neither is left running. */
async function both<A extends { stop(): Promise<void> }, B extends { stop(): Promise<void> }>(
  one: Promise<A>,
  other: Promise<B>,
): Promise<[A, B]> {
  try {
    return await Promise.all([one, other]);
  } catch (error) {
    const started = await Promise.allSettled([one, other]);
    for (const each of started) if (each.status === 'fulfilled') await each.value.stop();
    throw error;
  }
}

/** The address asked for; of a malformed one, an address that leads nowhere. */
function addressOf(request: IncomingMessage): URL {
  const text = `http://stand-in${request.url ?? '/'}`;
  return new URL(URL.canParse(text) ? text : 'http://stand-in/malformed');
}

/** Which service a path belongs to. */
function targetOf(path: string): FaultTarget | undefined {
  if (path === '/v1/listen') return 'listen';
  if (path === '/v1/speak') return 'speak';
  if (path === '/v1/audio/transcriptions') return 'openai-listen';
  return path === '/v1/audio/speech' ? 'openai-speech' : undefined;
}

/** Deepgram's way to ask whether a key is good. */
function answerToken(request: IncomingMessage, response: ServerResponse): void {
  if (!isAuthorized(request)) return answerError(response, 401, refusalText(401), deepgramError);
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"scopes":["usage:write"]}');
}

class StandIn implements SpeechServer {
  url = '';
  readonly faults = new Faults();
  readonly voices: Voices;
  private readonly recognizer: RecognizerProcess;
  private readonly options: ServeOptions;
  private readonly ttfbMs: number;
  private readonly server = createServer((request, response) => void this.serve(request, response));
  private readonly webSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  private readonly sockets = new Set<Socket>();

  constructor(recognizer: RecognizerProcess, voices: Voices, options: ServeOptions) {
    this.recognizer = recognizer;
    this.voices = voices;
    this.options = options;
    this.ttfbMs = options.ttfbMs ?? TTFB_MS;
    this.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => undefined); // a client that went away in the handshake
      void this.upgrade(request, socket as Socket, head);
    });
    this.server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
    this.webSockets.on('headers', (headers) =>
      headers.push(`x-openhours-stand-in: ${BANNER['x-openhours-stand-in']}`),
    );
  }

  get recognizerLoadMs(): number {
    return this.recognizer.loadMs;
  }

  async listen(port: number): Promise<void> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    const closed = this.server.listening ? once(this.server, 'close') : undefined;
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await Promise.all([closed, this.recognizer.stop(), this.voices.stop()]);
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(BANNER)) response.setHeader(name, value);
    const { pathname, searchParams: query } = addressOf(request);
    if (pathname === '/_control') return this.faults.serve(request, response);
    if (pathname === '/v1/auth/token') return answerToken(request, response);
    const target = request.method === 'POST' ? targetOf(pathname) : undefined;
    if (target !== 'speak' && target !== 'openai-listen' && target !== 'openai-speech') {
      const status = pathname === '/' ? 200 : 404;
      return void response
        .writeHead(status, { 'content-type': 'text/plain' })
        .end(`Speech stand-in: ${ROUTES}\n`);
    }
    const visit = this.faults.begin(target, request.socket);
    response.once('close', () => visit.end());
    const body = target === 'speak' ? deepgramError : openaiError;
    const exchange = { request, response, query, voices: this.voices, visit, ttfbMs: this.ttfbMs };
    try {
      if (visit.mode === 'refuse') return void request.socket.resetAndDestroy();
      if (visit.mode === 'hang') return;
      const refusal = visit.status ?? (isAuthorized(request) ? undefined : 401);
      if (refusal !== undefined) return answerError(response, refusal, refusalText(refusal), body);
      if (target === 'openai-listen') {
        await serveTranscription({ request, response, visit, recognizer: this.recognizer });
      } else {
        await (target === 'speak' ? serveDeepgramSpeech(exchange) : serveOpenaiSpeech(exchange));
      }
    } catch (error) {
      if (!response.headersSent) answerError(response, 500, String(error), body);
      else response.destroy();
    }
  }

  private async upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const { pathname, searchParams } = addressOf(request);
    const target = targetOf(pathname);
    if (target !== 'listen' && target !== 'speak')
      return refuseUpgrade(socket, 404, 'there is no such WebSocket');
    const visit = this.faults.begin(target, socket);
    socket.once('close', () => visit.end());
    if (visit.mode === 'refuse') return void socket.resetAndDestroy();
    if (visit.mode === 'hang') return;
    await visit.wait();
    const refusal = visit.status ?? (isAuthorized(request) ? undefined : 401);
    if (refusal !== undefined) return refuseUpgrade(socket, refusal, refusalText(refusal));
    const open = this.opener(target, searchParams, visit);
    if (typeof open === 'string') return refuseUpgrade(socket, 400, open);
    this.webSockets.handleUpgrade(request, socket, head, open);
  }

  /** What serves the WebSocket once it is open; a string says what is wrong with the query. */
  private opener(target: 'listen' | 'speak', query: URLSearchParams, visit: Visit) {
    const { recognizer, voices, ttfbMs } = this;
    if (target === 'listen') {
      const parsed = parseListenQuery(query, this.options.endpointingDefaultMs ?? ENDPOINTING_DEFAULT_MS);
      if (typeof parsed === 'string') return parsed;
      const { idleLimitMs = IDLE_LIMIT_MS } = this.options;
      return (socket: WebSocket) => serveListen({ socket, query: parsed, recognizer, visit, idleLimitMs });
    }
    const parsed = parseSpeakQuery(query);
    if (typeof parsed === 'string') return parsed;
    return (socket: WebSocket) => serveSpeak({ socket, query: parsed, voices, visit, ttfbMs });
  }
}

/** Any key will do, in either vendor's form, but the word `invalid`: for tests of a refused key. */
function isAuthorized(request: IncomingMessage): boolean {
  const [, key] = /^(?:Token|Bearer)\s+(\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  return key !== undefined && key !== 'invalid';
}

const refusalText = (status: number): string =>
  ({ 401: 'Invalid credentials.', 429: 'Too many requests.' })[status] ?? 'Internal server error.';

function refuseUpgrade(socket: Socket, status: number, message: string): void {
  const body = JSON.stringify(deepgramError(status, message));
  const headers = {
    ...BANNER,
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
}
