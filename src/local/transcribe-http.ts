import type { IncomingMessage, ServerResponse } from 'node:http';
import { OpenhoursError } from '../errors.ts';
import type { Visit } from './faults.ts';
import { type Recognizer, RECOGNIZER_RATE } from './recognizer.ts';
import { resampleWhole } from './resample.ts';
import { answerError, openaiError } from './speech-http.ts';

/** A request for a transcription, and what answers it. */
export interface TranscriptionRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly recognizer: Recognizer;
  readonly visit: Visit;
}

/** OpenAI's limit on a file (platform.openai.com/docs/guides/speech-to-text). */
const MAX_BYTES = 25_000_000;

/** `POST /v1/audio/transcriptions` of OpenAI, for WAV files of 16-bit mono PCM and `response_format` json or text. */
export async function serveTranscription({
  request,
  response,
  recognizer,
  visit,
}: TranscriptionRequest): Promise<void> {
  const refuse = (message: string) => answerError(response, 400, message, openaiError);
  const form = await readForm(request);
  if (typeof form === 'string') return refuse(form);
  const file = form.get('file');
  if (!(file instanceof File)) return refuse('the part "file" is missing');
  if (form.get('model') === null) return refuse('the part "model" is missing');
  const wav = parseWav(Buffer.from(await file.arrayBuffer()));
  if (typeof wav === 'string') return refuse(wav);
  visit.addAudio(wav.pcm.length / wav.rate);
  await visit.wait();
  const pcm = resampleWhole(wav.pcm, wav.rate, RECOGNIZER_RATE);
  const text = (await recognizer.decode({ pcm, urgency: 'final', owner: request })) ?? '';
  const plain = form.get('response_format') === 'text';
  const body = plain ? `${text}\n` : JSON.stringify({ text });
  response.writeHead(200, { 'content-type': plain ? 'text/plain' : 'application/json' });
  // A stall sends its first piece and nothing more.
  response.write(body.slice(0, 1));
  visit.sent();
  if (!visit.silent) response.end(body.slice(1));
}

/** The parts of a multipart body; a string says what is wrong with it. */
async function readForm(request: IncomingMessage): Promise<FormData | string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    parts.push(part as Buffer);
    bytes += (part as Buffer).length;
    if (bytes > MAX_BYTES) throw new OpenhoursError('INPUT_INVALID', 'the file is too long');
  }
  try {
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    return await new Response(Buffer.concat(parts), { headers }).formData();
  } catch {
    return 'the body is no multipart/form-data';
  }
}

/** The samples of a WAV file; a string says why there are none. */
function parseWav(file: Buffer): { pcm: Int16Array; rate: number } | string {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE') {
    return 'this stand-in takes WAV files only';
  }
  let rate = 0;
  for (let at = 12; at + 8 <= file.length;) {
    const name = file.toString('latin1', at, at + 4);
    const size = Math.min(file.readUInt32LE(at + 4), file.length - at - 8);
    if (name === 'fmt ' && size >= 16) {
      const [format, channels, bits] = [8, 10, 22].map((offset) => file.readUInt16LE(at + offset));
      if (format !== 1 || channels !== 1 || bits !== 16) return 'this stand-in takes 16-bit mono PCM only';
      rate = file.readUInt32LE(at + 12);
    }
    if (name === 'data' && rate >= 8_000 && rate <= 48_000) {
      // Copied: the samples may begin at an odd address, which Int16Array refuses.
      const pcm = new Int16Array(Math.floor(size / 2));
      file.copy(Buffer.from(pcm.buffer), 0, at + 8, at + 8 + pcm.byteLength);
      return { pcm, rate };
    }
    at += 8 + size + (size % 2);
  }
  return 'the WAV file has no samples';
}
