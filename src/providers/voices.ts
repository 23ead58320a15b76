import type { tts } from '@livekit/agents';
import { baseLanguage } from '../clinic/languages.ts';
import type { Config, SpeechProvider } from '../config/load.ts';
import { SLOWER, deepgramVoiceFor } from '../config/speech-languages.ts';
import type { Logger } from '../log.ts';
import { DeepgramVoice } from './deepgram-voice.ts';
import { OpenaiVoice } from './openai-voice.ts';
import { VOICE_SAMPLE_RATE } from './prepared-audio.ts';

/** How the next sentence is to be spoken. */
export interface Manner {
  /** Its language, such as `en`. */
  readonly language: string;
  /** The caller has asked for slower speech. */
  readonly slower: boolean;
}

type VoiceConfig = Pick<Config, 'deepgram' | 'openai' | 'speakProviders'>;

/** The voices of a call, made once each and kept: those that speak a manner, in the order in which they are tried. */
export class Voices {
  readonly #config: VoiceConfig;
  readonly #log: Logger;
  readonly #made = new Map<string, tts.TTS>();
  readonly #lists = new Map<string, readonly tts.TTS[]>();

  constructor(config: VoiceConfig, log: Logger) {
    this.#config = config;
    this.#log = log;
  }

  /**
   * The voices for a manner, in the order of SPEAK_PROVIDERS, without those that do not speak the language; OpenAI's where nobody else is left.
   * For slower speech those that can be slowed down come first, and then all as they are: whatever a vendor refuses, somebody speaks.
   */
  for({ language: tag, slower }: Manner): readonly tts.TTS[] {
    const language = baseLanguage(tag);
    const key = `${language}/${slower}`;
    const known = this.#lists.get(key);
    if (known !== undefined) return known;
    const voices = slower ? [...this.#slower(language), ...this.#plain(language)] : this.#plain(language);
    this.#lists.set(key, voices);
    return voices;
  }

  /** Every provider's voice as it is configured, whatever it speaks. */
  asConfigured(): readonly tts.TTS[] {
    const { deepgram, speakProviders } = this.#config;
    return speakProviders.map((name) =>
      name === 'openai' ? this.#openai(false) : this.#deepgram(deepgram.speakModel, undefined),
    );
  }

  #providers(language: string): readonly SpeechProvider[] {
    const { deepgram, speakProviders } = this.#config;
    const able = speakProviders.filter(
      (name) => name !== 'deepgram' || deepgramVoiceFor(deepgram.speakModel, language) !== undefined,
    );
    return able.length > 0 ? able : ['openai'];
  }

  #plain(language: string): tts.TTS[] {
    return this.#providers(language).map((name) =>
      name === 'openai' ? this.#openai(false) : this.#deepgram(this.#modelFor(language), undefined),
    );
  }

  #slower(language: string): tts.TTS[] {
    return this.#providers(language).flatMap((name) => {
      if (name === 'openai') return [this.#openai(true)];
      const model = this.#modelFor(language);
      const speed = model.startsWith(SLOWER.deepgramModels) ? SLOWER.deepgram[language] : undefined;
      return speed === undefined ? [] : [this.#deepgram(model, speed)];
    });
  }

  #modelFor(language: string): string {
    const { speakModel } = this.#config.deepgram;
    return deepgramVoiceFor(speakModel, language) ?? speakModel;
  }

  #deepgram(model: string, speed: number | undefined): tts.TTS {
    const { apiKey, baseUrl } = this.#config.deepgram;
    return this.#once(`deepgram/${model}/${speed ?? 1}`, () => {
      return new DeepgramVoice({
        apiKey,
        baseUrl,
        model,
        sampleRate: VOICE_SAMPLE_RATE,
        log: this.#log,
        ...(speed === undefined ? {} : { speed }),
      });
    });
  }

  #openai(slower: boolean): tts.TTS {
    const { apiKey, baseUrl, speakModel, speakVoice } = this.#config.openai;
    const { openai: speed, openaiInstructions: instructions } = SLOWER;
    return this.#once(`openai/${slower}`, () => {
      return new OpenaiVoice({
        apiKey,
        baseUrl,
        model: speakModel,
        voice: speakVoice,
        // `tts-1` takes no instructions.
        ...(slower ? { speed, ...(speakModel.startsWith('tts-1') ? {} : { instructions }) } : {}),
      });
    });
  }

  #once(key: string, make: () => tts.TTS): tts.TTS {
    const voice = this.#made.get(key) ?? make();
    this.#made.set(key, voice);
    return voice;
  }
}
