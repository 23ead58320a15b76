import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { OpenhoursError } from '../errors.ts';
import type { Visit } from './faults.ts';
import { chunks, parseSpeakQuery } from './speak.ts';
import type { SpeechOptions, Voice, Voices } from './voice.ts';

/** A request for speech over HTTP, and what answers it. */
export interface SpeechRequest {
  request: IncomingMessage;
  response: ServerResponse;
  query: URLSearchParams;
  voices: Voices;
  visit: Visit;
  ttfbMs: number;
}

/** An error's body as the vendor writes it. */
export type ErrorBody = (status: number, message: string) => object;

/** Deepgram's error body. */
export const deepgramError: ErrorBody = (status, message) => ({
  err_code:
    { 401: 'INVALID_AUTH', 429: 'TOO_MANY_REQUESTS', 400: 'Bad Request' }[status] ?? 'INTERNAL_SERVER_ERROR',
  err_msg: message,
  request_id: crypto.randomUUID(),
});

/** OpenAI's error body. */
export const openaiError: ErrorBody = (status, message) => ({
  error: {
    message,
    type:
      { 401: 'invalid_request_error', 429: 'requests', 400: 'invalid_request_error' }[status] ??
      'server_error',
    param: null,
    code: { 401: 'invalid_api_key', 429: 'rate_limit_exceeded' }[status] ?? null,
  },
});

/** Answers with a vendor's error. */
export function answerError(
  response: ServerResponse,
  status: number,
  message: string,
  body: ErrorBody,
): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify(body(status, message)));
}

const deepgramBody = z.object({ text: z.string().min(1).max(4_000) });

/** `POST /v1/speak` of Deepgram: `container=none` gives bare PCM, anything else a WAV file. */
export async function serveDeepgramSpeech(exchange: SpeechRequest): Promise<void> {
  const began = performance.now();
  const options = parseSpeakQuery(exchange.query);
  if (typeof options === 'string') return answerError(exchange.response, 400, options, deepgramError);
  const body = deepgramBody.safeParse(await readJson(exchange.request));
  if (!body.success) return answerError(exchange.response, 400, z.prettifyError(body.error), deepgramError);
  const wav = exchange.query.get('container') !== 'none';
  await sendSpeech(exchange, { text: body.data.text, options, wav, began });
}

const openaiBody = z.object({
  input: z.string().min(1).max(4_096),
  voice: z.union([z.string(), z.object({ id: z.string() })]),
  response_format: z.string().default('mp3'),
  speed: z.number().min(0.25).max(4).default(1),
});
const OPENAI_RATE = 24_000;
/** OpenAI's voices that are men's; all others become the woman's. */
const OPENAI_MEN = ['ash', 'ballad', 'cedar', 'echo', 'fable', 'onyx', 'verse'];

/** `POST /v1/audio/speech` of OpenAI, for `pcm` and `wav`. */
export async function serveOpenaiSpeech(exchange: SpeechRequest): Promise<void> {
  const began = performance.now();
  const body = openaiBody.safeParse(await readJson(exchange.request));
  if (!body.success) return answerError(exchange.response, 400, z.prettifyError(body.error), openaiError);
  const { input, voice, response_format: format, speed } = body.data;
  if (format !== 'pcm' && format !== 'wav') {
    const message = `this stand-in speaks response_format pcm or wav only, not ${format}`;
    return answerError(exchange.response, 400, message, openaiError);
  }
  const name: Voice = OPENAI_MEN.includes(typeof voice === 'string' ? voice : voice.id) ? 'rms' : 'slt';
  const options = { voice: name, sampleRate: OPENAI_RATE, speed };
  await sendSpeech(exchange, { text: input, options, wav: format === 'wav', began });
}

/** Streams the text's sentences as they are spoken; the first one after the usual time of the vendor. */
async function sendSpeech(
  { response, voices, visit, ttfbMs }: SpeechRequest,
  { text, options, wav, began }: { text: string; options: SpeechOptions; wav: boolean; began: number },
): Promise<void> {
  const { sampleRate } = options;
  const begin = async () => {
    await delay(Math.max(0, began + ttfbMs + visit.delayMs - performance.now()));
    response.writeHead(200, { 'content-type': wav ? 'audio/wav' : 'audio/l16' });
    if (wav) response.write(wavHeader(sampleRate));
  };
  for await (const pcm of voices.stream(text, options)) {
    if (!response.headersSent) await begin();
    for (const chunk of chunks(pcm, sampleRate)) {
      if (response.destroyed) return;
      if (visit.silent) return; // and never ends it: that is what a stall is
      response.write(chunk);
      visit.sent();
      visit.addAudio(chunk.length / 2 / sampleRate);
    }
  }
  if (!response.headersSent) await begin();
  response.end();
}

/** Of 16-bit mono PCM whose length is not known yet: the sizes are the largest there are, as is usual for a stream. */
function wavHeader(sampleRate: number): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(0xffffffff, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22); // mono
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(2 * sampleRate, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(0xffffffff, 40);
  return header;
}

const MAX_BODY_BYTES = 100_000;

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk as string;
    if (text.length > MAX_BODY_BYTES) throw new OpenhoursError('INPUT_INVALID', 'the body is too long');
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the schema refuses it with a better message
  }
}
