import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { baseLanguage } from '../clinic/languages.ts';
import type { Config, SpeechProvider } from '../config/load.ts';
import { deepgramVoiceFor } from '../config/speech-languages.ts';
import { OpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';

/** Samples per second of prepared audio and of the agent's track: 16-bit, mono. */
export const VOICE_SAMPLE_RATE = 24_000;

/** The longest sentence that is prepared, in bytes of audio: 60 s. */
const LONGEST_BYTES = VOICE_SAMPLE_RATE * 2 * 60;
/** How long the voice may take for one sentence. */
const SYNTHESIS_MS = 10_000;

type VoiceConfig = Pick<Config, 'deepgram' | 'openai' | 'speakProviders' | 'dataDir'>;

/**
 * Sentences that are spoken before a voice could be made: the greeting, so that it starts at once, and what is said when no voice can be
 * made at all. The worker makes them when it starts, the calls' processes read them.
 */
export class PreparedAudio {
  readonly #config: VoiceConfig;
  readonly #failed = new Set<string>();

  constructor(config: VoiceConfig) {
    this.#config = config;
  }

  /**
   * The samples of a sentence (16-bit mono at {@link VOICE_SAMPLE_RATE}), or undefined if it has not been prepared with the voice of this
   * language, given by its tag.
   */
  async load(text: string, language = 'en'): Promise<Int16Array | undefined> {
    try {
      const bytes = await readFile(this.#file(text, language));
      return new Int16Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / 2));
    } catch {
      return undefined;
    }
  }

  /**
   * Prepares each sentence that is not there yet, with a voice of the language. At the first failure it says so and stops: the voice service is
   * down, and the sentences are then made live when they are needed.
   */
  async prepare(texts: readonly string[], log: Logger, language = 'en'): Promise<void> {
    await mkdir(join(this.#config.dataDir, 'prepared-audio'), { recursive: true });
    for (const text of new Set(texts)) {
      if ((await this.load(text, language)) !== undefined) continue;
      try {
        const file = this.#file(text, language);
        // Renamed when whole: a call's process never reads half a sentence.
        await writeFile(`${file}.${process.pid}`, await this.#synthesize(text, language));
        await rename(`${file}.${process.pid}`, file);
      } catch (error) {
        log.warn({ error, language }, 'sentences could not be prepared');
        return;
      }
    }
  }

  #file(text: string, language: string): string {
    const { openai } = this.#config;
    const names = {
      deepgram: this.#modelFor(language) ?? '',
      openai: `${openai.speakModel}/${openai.speakVoice}`,
    };
    // Another voice is another file, whichever of them made it.
    const key = `${this.#providers(language)
      .map((provider) => names[provider])
      .join('/')}/${VOICE_SAMPLE_RATE}/${text}`;
    return join(
      this.#config.dataDir,
      'prepared-audio',
      `${createHash('sha256').update(key).digest('hex')}.pcm`,
    );
  }

  /** Deepgram's voice for a language, as {@link deepgramVoiceFor} has it. */
  #modelFor(language: string): string | undefined {
    return deepgramVoiceFor(this.#config.deepgram.speakModel, baseLanguage(language));
  }

  /** Whoever speaks a language, in the order of SPEAK_PROVIDERS; OpenAI where nobody else does. */
  #providers(language: string): readonly SpeechProvider[] {
    const able = this.#config.speakProviders.filter(
      (name) => name === 'openai' || this.#modelFor(language) !== undefined,
    );
    return able.length > 0 ? able : ['openai'];
  }

  /** Asks the voices in their order; one that fails once is not asked for the rest of this run. */
  async #synthesize(text: string, language: string): Promise<Uint8Array> {
    let failure: unknown;
    for (const provider of this.#providers(language)) {
      const voice = provider === 'deepgram' ? `deepgram/${this.#modelFor(language)}` : provider;
      if (this.#failed.has(voice)) continue;
      try {
        return await audioOf(
          provider === 'deepgram'
            ? this.#askDeepgram(text, this.#modelFor(language) ?? this.#config.deepgram.speakModel)
            : this.#askOpenai(text),
        );
      } catch (error) {
        failure = error;
        this.#failed.add(voice);
      }
    }
    throw new OpenhoursError('SPEECH_FAILED', 'no voice service works', { cause: failure });
  }

  #askDeepgram(text: string, model: string): Promise<Response> {
    const { apiKey, baseUrl } = this.#config.deepgram;
    const url = new URL('/v1/speak', baseUrl);
    url.search = new URLSearchParams({
      model,
      encoding: 'linear16',
      sample_rate: String(VOICE_SAMPLE_RATE),
      container: 'none',
    }).toString();
    return post(url.href, `Token ${apiKey}`, { text });
  }

  /** `pcm` is 16-bit mono at 24 kHz (platform.openai.com/docs/api-reference/audio/createSpeech). */
  #askOpenai(text: string): Promise<Response> {
    const { apiKey, baseUrl, speakModel, speakVoice } = this.#config.openai;
    const body = { model: speakModel, voice: speakVoice, input: text, response_format: 'pcm' };
    return post(`${baseUrl ?? 'https://api.openai.com/v1'}/audio/speech`, `Bearer ${apiKey}`, body);
  }
}

function post(url: string, authorization: string, body: object): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(SYNTHESIS_MS),
  });
}

async function audioOf(answer: Promise<Response>): Promise<Uint8Array> {
  const response = await answer;
  if (!response.ok) {
    throw new OpenhoursError('SPEECH_FAILED', `the voice service answered ${response.status}`);
  }
  const audio = new Uint8Array(await response.arrayBuffer());
  if (audio.byteLength === 0 || audio.byteLength > LONGEST_BYTES) {
    throw new OpenhoursError('SPEECH_FAILED', `the voice service sent ${audio.byteLength} bytes of audio`);
  }
  return audio;
}
