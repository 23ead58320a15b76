import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeConfig } from '../../test/support/config.ts';
import { collectLog } from '../../test/support/log.ts';
import type { SpeechProvider } from '../config/load.ts';
import { PreparedAudio } from './prepared-audio.ts';

const SAMPLES = Int16Array.from([1, -2, 300, -32_768]);

let dataDir: string;
let server: ReturnType<typeof createServer>;
let requests: { url: string; key: string | undefined; text: string }[];
let answer: (text: string, response: ServerResponse) => void;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'prepared-audio-'));
  requests = [];
  answer = (_, response) => response.end(Buffer.from(SAMPLES.buffer));
  server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(dataDir, { recursive: true, force: true });
});

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = JSON.parse(Buffer.concat(chunks).toString()) as { text?: string; input?: string };
  const text = body.text ?? body.input ?? '';
  requests.push({ url: request.url ?? '', key: request.headers.authorization, text });
  answer(text, response);
}

function makePrepared(
  speakModel = 'invented-voice',
  speakProviders: SpeechProvider[] = ['deepgram'],
): PreparedAudio {
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return new PreparedAudio({
    deepgram: { apiKey: 'an-invented-key', baseUrl, listenModel: 'nova-3', speakModel },
    openai: { ...makeConfig().openai, apiKey: 'another-invented-key', baseUrl: `${baseUrl}/v1` },
    speakProviders,
    dataDir,
  });
}

test('a sentence is made once, and read by whoever needs it', async () => {
  const { log, lines } = collectLog();
  expect(await makePrepared().load('Good day.')).toBeUndefined();
  await makePrepared().prepare(['Good day.', 'Good day.', 'Goodbye.'], log);
  await makePrepared().prepare(['Good day.'], log);
  expect(requests.map(({ text }) => text)).toEqual(['Good day.', 'Goodbye.']);
  expect(await makePrepared().load('Good day.')).toEqual(SAMPLES);
  expect(lines).toEqual([]);
});

test('the voice is asked for what the track plays', async () => {
  await makePrepared().prepare(['Good day.'], collectLog().log);
  expect(requests[0]?.key).toBe('Token an-invented-key');
  expect(Object.fromEntries(new URL(requests[0]?.url ?? '', 'http://x').searchParams)).toEqual({
    model: 'invented-voice',
    encoding: 'linear16',
    sample_rate: '24000',
    container: 'none',
  });
});

test('another voice is another sentence', async () => {
  await makePrepared().prepare(['Good day.'], collectLog().log);
  expect(await makePrepared('another-voice').load('Good day.')).toBeUndefined();
});

test.each<[string, (response: ServerResponse) => void]>([
  ['refuses', (response) => response.writeHead(503).end()],
  ['sends nothing', (response) => response.end()],
  ['sends more than a minute', (response) => response.end(Buffer.alloc(24_000 * 2 * 61))],
  ['breaks off', (response) => response.write('half', () => response.destroy())],
])('a voice service that %s is not asked for the rest, and leaves no half sentence', async (_, fail) => {
  const { log, lines } = collectLog();
  answer = (text, response) => {
    if (text === 'Goodbye.') fail(response);
    else response.end(Buffer.from(SAMPLES.buffer));
  };
  await makePrepared().prepare(['Good day.', 'Goodbye.', 'Are you there?'], log);
  expect(requests.map(({ text }) => text)).toEqual(['Good day.', 'Goodbye.']);
  expect(lines).toMatchObject([{ severity: 'WARNING', message: 'sentences could not be prepared' }]);
  expect(JSON.stringify(lines)).not.toContain('an-invented-key');
  expect(await makePrepared().load('Good day.')).toEqual(SAMPLES);
  expect(await makePrepared().load('Goodbye.')).toBeUndefined();
  expect(readdirSync(join(dataDir, 'prepared-audio'))).toHaveLength(1);
});

test('when the first voice is down the second one makes them, and the first is not asked again', async () => {
  answer = (_, response) => {
    if (requests.at(-1)?.url.startsWith('/v1/speak') === true) response.writeHead(503).end();
    else response.end(Buffer.from(SAMPLES.buffer));
  };
  const prepared = makePrepared('invented-voice', ['deepgram', 'openai']);
  await prepared.prepare(['Good day.', 'Goodbye.'], collectLog().log);
  expect(await prepared.load('Goodbye.')).toEqual(SAMPLES);
  expect(requests.map(({ url }) => url.split('?')[0])).toEqual([
    '/v1/speak',
    '/v1/audio/speech',
    '/v1/audio/speech',
  ]);
  expect(requests[1]?.key).toBe('Bearer another-invented-key');
});

test('each language has a voice of its own, and OpenAI speaks what Deepgram has none for', async () => {
  const prepared = makePrepared('aura-2-thalia-en', ['deepgram']);
  const { log, lines } = collectLog();
  await prepared.prepare(['One moment.'], log, 'en');
  await prepared.prepare(['Un momento.'], log, 'es');
  await prepared.prepare(['ایک لمحہ۔'], log, 'ur');
  expect(requests.map(({ url }) => /model=([\w-]+)/.exec(url)?.[1] ?? url)).toEqual([
    'aura-2-thalia-en',
    'aura-2-celeste-es',
    '/v1/audio/speech',
  ]);
  expect(lines).toEqual([]);
  expect(await prepared.load('Un momento.', 'es-MX')).toEqual(SAMPLES);
  expect(await prepared.load('Un momento.', 'en')).toBeUndefined();
});

test('a language whose voice fails costs the others nothing', async () => {
  answer = (text, response) => {
    if (text.startsWith('Un')) response.writeHead(400).end();
    else response.end(Buffer.from(SAMPLES.buffer));
  };
  const prepared = makePrepared('aura-2-thalia-en', ['deepgram']);
  const { log } = collectLog();
  await prepared.prepare(['Un momento.'], log, 'es');
  await prepared.prepare(['One moment.'], log, 'en');
  expect(await prepared.load('One moment.')).toEqual(SAMPLES);
});
