import { LINE_RATE } from './audio.ts';

/** Transcribing 20 s takes 2 s of a free core. */
const LIMIT_MS = 15_000;

/**
 * What a recogniser makes of a sound (mono at {@link LINE_RATE}), by OpenAI's protocol: for words that no ledger has. `url` is the service's, without
 * `/v1`. Empty when it does not answer.
 */
export async function transcribe(url: string, pcm: Int16Array): Promise<string> {
  const form = new FormData();
  form.set('model', 'local');
  form.set('file', new File([wavOf(pcm)], 'heard.wav'));
  const response = await fetch(`${url}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: { authorization: 'Bearer local' },
    body: form,
    signal: AbortSignal.timeout(LIMIT_MS),
  }).catch(() => undefined);
  if (response?.ok !== true) return '';
  return ((await response.json()) as { text: string }).text;
}

function wavOf(pcm: Int16Array): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(44);
  head.write('RIFF', 0);
  head.writeUInt32LE(36 + pcm.byteLength, 4);
  head.write('WAVEfmt ', 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(LINE_RATE, 24);
  head.writeUInt32LE(2 * LINE_RATE, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36);
  head.writeUInt32LE(pcm.byteLength, 40);
  return new Uint8Array(Buffer.concat([head, Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength)]));
}
