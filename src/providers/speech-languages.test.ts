import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { initializeLogger, tts } from '@livekit/agents';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeClinic } from '../../test/support/clinic.ts';
import { makeConfig } from '../../test/support/config.ts';
import { collectLog } from '../../test/support/log.ts';
import { languageOfText, offeredLanguages } from '../clinic/languages.ts';
import { Ears, deepgramLanguage } from './ears.ts';
import { createVoice } from './speech.ts';
import { deepgramVoiceFor } from '../config/speech-languages.ts';
import { Voices } from './voices.ts';

beforeAll(() => initializeLogger({ pretty: false, level: 'silent' }));

const named = (list: readonly { provider: string; model: string }[]) =>
  list.map(({ provider, model }) => `${provider}/${model}`);

describe('who speaks', () => {
  const voices = (environment: Record<string, string> = {}) =>
    new Voices(makeConfig(environment), collectLog().log);
  const speaks = (language: string, environment?: Record<string, string>) =>
    named(voices(environment).for({ language, slower: false }));
  const OPENAI = 'OpenAI/gpt-4o-mini-tts';

  test('English is the configured voice’s', () => {
    expect(speaks('en')).toEqual(['Deepgram/aura-2-thalia-en', OPENAI]);
    expect(speaks('en-GB', { DEEPGRAM_SPEAK_MODEL: 'aura-2-apollo-en' })).toEqual([
      'Deepgram/aura-2-apollo-en',
      OPENAI,
    ]);
  });

  test('Spanish has a Spanish voice, the configured one where it is one', () => {
    expect(speaks('es')).toEqual(['Deepgram/aura-2-celeste-es', OPENAI]);
    expect(speaks('es', { DEEPGRAM_SPEAK_MODEL: 'aura-2-nestor-es' })[0]).toBe('Deepgram/aura-2-nestor-es');
    expect(speaks('en', { DEEPGRAM_SPEAK_MODEL: 'aura-2-nestor-es' })[0]).toBe('Deepgram/aura-2-thalia-en');
  });

  test('Urdu is OpenAI’s, also where only Deepgram is to speak', () => {
    expect(speaks('ur')).toEqual([OPENAI]);
    expect(speaks('ur', { SPEAK_PROVIDERS: 'deepgram' })).toEqual([OPENAI]);
  });

  test('a model whose name says nothing of its language speaks whatever it is told', () => {
    expect(deepgramVoiceFor('our-own-voice', 'ur')).toBe('our-own-voice');
  });

  test('the order of SPEAK_PROVIDERS holds', () => {
    expect(speaks('es', { SPEAK_PROVIDERS: 'openai,deepgram' })).toEqual([
      OPENAI,
      'Deepgram/aura-2-celeste-es',
    ]);
  });

  test('slower speech has voices of its own first, and then all as they are', () => {
    const all = voices();
    const slower = all.for({ language: 'en', slower: true });
    const plain = all.for({ language: 'en', slower: false });
    expect(slower).toHaveLength(4);
    expect(slower.slice(2)).toEqual(plain);
    expect(slower.slice(0, 2).some((voice) => plain.includes(voice))).toBe(false);
  });

  test('an older voice that cannot be slowed down comes after one that can', () => {
    const list = voices({ DEEPGRAM_SPEAK_MODEL: 'aura-asteria-en' }).for({ language: 'en', slower: true });
    expect(named(list)).toEqual([OPENAI, 'Deepgram/aura-asteria-en', OPENAI]);
  });

  test('a manner that comes again has the same voices: connections stay', () => {
    const all = voices();
    expect(all.for({ language: 'es', slower: false })).toBe(all.for({ language: 'es-MX', slower: false }));
  });
});

describe('who hears', () => {
  const ears = (languages: string[], environment: Record<string, string> = {}) =>
    new Ears(
      makeConfig(environment),
      makeClinic({ languages, language: languages[0] ?? 'en' }),
      collectLog().log,
    );
  const OPENAI = 'OpenAI/gpt-4o-mini-transcribe';
  const hears = (all: Ears, language: string) => named(all.for(language).map(({ recognizer }) => recognizer));
  const asked = (languages: string[], language: string, model = 'nova-3') =>
    deepgramLanguage(makeClinic({ languages, language: languages[0] ?? 'en' }), model, language);

  test.each([
    [['en'], 'en', 'en'],
    [['en-GB'], 'en', 'en-GB'],
    [['ur'], 'ur', 'ur'],
    [['en', 'es'], 'en', 'multi'],
    [['en', 'es'], 'es', 'multi'],
    [['en', 'es', 'ur'], 'en', 'multi'],
    [['en', 'es', 'ur'], 'ur', 'ur'],
    [['ur', 'en'], 'ur', 'ur'],
    [['ur', 'en'], 'en', 'multi'],
  ])('a clinic with %j whose call is in %s: Deepgram is asked for %s', (languages, language, expected) => {
    expect(asked(languages, language)).toBe(expected);
  });

  test('a model that does not hear Urdu leaves it to OpenAI', () => {
    expect(asked(['en', 'ur'], 'ur', 'nova-2')).toBeUndefined();
    expect(hears(ears(['en', 'ur'], { DEEPGRAM_LISTEN_MODEL: 'nova-2' }), 'ur')).toEqual([OPENAI]);
    expect(
      hears(ears(['en', 'ur'], { DEEPGRAM_LISTEN_MODEL: 'nova-2', LISTEN_PROVIDERS: 'deepgram' }), 'ur'),
    ).toEqual([OPENAI]);
  });

  test('between English and Spanish nothing is opened anew, for Urdu it is', () => {
    const all = ears(['en', 'es', 'ur']);
    expect(all.for('en')).toBe(all.for('es'));
    expect(all.for('ur')).not.toBe(all.for('en'));
    expect(hears(all, 'ur')).toEqual(['Deepgram/nova-3', OPENAI]);
  });

  test('a clinic with English only keeps its recognisers, whatever a call says of its language', () => {
    const all = ears(['en']);
    expect(all.for('ur')).toBe(all.for('en'));
  });
});

describe('what is sent', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  /** OpenAI with a second of sound for anything; `asked` has the bodies. */
  async function openai() {
    const asked: Record<string, unknown>[] = [];
    const server = createServer((request: IncomingMessage, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        asked.push(JSON.parse(body) as Record<string, unknown>);
        response.writeHead(200, { 'content-type': 'audio/pcm' }).end(Buffer.alloc(48_000, 1));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    cleanups.push(() => new Promise((resolve) => server.close(resolve)));
    cleanups.push(() => server.closeAllConnections());
    return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1` };
  }

  test('the manner is asked anew for each sentence', async () => {
    const { asked, url } = await openai();
    const manner = { language: 'ur', slower: false };
    const config = makeConfig({ OPENAI_BASE_URL: url });
    const voice = createVoice(config, collectLog().log, {}, () => manner);
    cleanups.push(() => voice.close());
    const say = async (text: string) => {
      const stream = voice.stream();
      stream.pushText(text);
      stream.endInput();
      let samples = 0;
      for await (const audio of stream) {
        if (audio !== tts.SynthesizeStream.END_OF_STREAM) samples += audio.frame.samplesPerChannel;
      }
      return samples;
    };
    expect(await say('السلام علیکم')).toBe(24_000);
    manner.slower = true;
    expect(await say('جی ضرور')).toBe(24_000);
    expect(asked[0]).not.toHaveProperty('speed');
    expect(asked[1]).toMatchObject({ speed: 0.8, instructions: expect.stringContaining('slowly') as string });
  });
});

test.each([
  ['I would like an appointment, please.', 'en'],
  ['Hola, quisiera una cita para mañana.', 'es'],
  ['مجھے کل کا وقت چاہیے', 'ur'],
  ['मुझे कल का समय चाहिए', 'hi'],
  ['No', 'en'],
  ['', 'en'],
])('the language of %j is taken for %s', (text, language) => {
  expect(languageOfText(text)).toBe(language);
});

test('a clinic offers the languages a call can be in, and English where it names none', () => {
  expect(offeredLanguages({ language: 'en', languages: ['ur-PK', 'de', 'en'] })).toEqual(['en', 'ur']);
  expect(offeredLanguages({ language: 'de', languages: ['de'] })).toEqual(['en']);
});
