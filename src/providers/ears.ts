import type { ClinicProfile } from '../clinic/clinics.ts';
import { baseLanguage, offeredLanguages } from '../clinic/languages.ts';
import { FALLBACK, TURNS } from '../config/defaults.ts';
import type { Config } from '../config/load.ts';
import { HEARD_AS_MULTI, MULTI_MODELS, URDU_MODELS } from '../config/speech-languages.ts';
import type { Logger } from '../log.ts';
import { DeepgramRecognizer } from './deepgram-recognizer.ts';
import type { Ear } from './fallback-recognizer.ts';
import { OpenaiRecognizer } from './openai-recognizer.ts';

type EarConfig = Pick<Config, 'deepgram' | 'openai' | 'listenProviders'>;

/** What Deepgram is asked for: a language of a clinic that has one, `multi` where it tells them apart; undefined where it does not hear them. */
export function deepgramLanguage(clinic: ClinicProfile, model: string, language: string): string | undefined {
  const offered = offeredLanguages(clinic);
  // As it always was: whatever the clinic's language is.
  if (offered.length === 1) return clinic.language;
  const has = (models: readonly string[]) => models.some((name) => model.startsWith(name));
  if (HEARD_AS_MULTI.includes(language)) return has(MULTI_MODELS) ? 'multi' : undefined;
  return has(URDU_MODELS) ? language : undefined;
}

/** The recognisers of a call, made once each and kept: those that hear a language, in the order in which they are tried. */
export class Ears {
  readonly #config: EarConfig;
  readonly #clinic: ClinicProfile;
  readonly #log: Logger;
  readonly #made = new Map<string, Ear>();
  readonly #lists = new Map<string, readonly Ear[]>();

  constructor(config: EarConfig, clinic: ClinicProfile, log: Logger) {
    this.#config = config;
    this.#clinic = clinic;
    this.#log = log;
  }

  /**
   * The recognisers for a call that is in a language, in the order of LISTEN_PROVIDERS, without those that do not hear it; OpenAI's where nobody
   * else is left. The same list for as long as nothing changes.
   */
  for(tag: string): readonly Ear[] {
    const language = baseLanguage(tag);
    const known = this.#lists.get(language);
    if (known !== undefined) return known;
    const heard = deepgramLanguage(this.#clinic, this.#config.deepgram.listenModel, language);
    const able = this.#config.listenProviders.filter((name) => name !== 'deepgram' || heard !== undefined);
    const providers = able.length > 0 ? able : (['openai'] as const);
    const alone = providers.length === 1;
    const ears = providers.map((name) =>
      name === 'openai' || heard === undefined ? this.#openai(language) : this.#deepgram(heard, alone),
    );
    // Languages that one model hears are one list: nothing is opened anew between them.
    const same = [...this.#lists.values()].find(
      (list) => list.length === ears.length && list.every((ear, index) => ear === ears[index]),
    );
    this.#lists.set(language, same ?? ears);
    return same ?? ears;
  }

  #deepgram(language: string, alone: boolean): Ear {
    const { deepgram } = this.#config;
    const clinic = this.#clinic;
    return this.#once(`deepgram/${language}/${alone}`, () => {
      const recognizer = new DeepgramRecognizer({
        apiKey: deepgram.apiKey,
        baseUrl: deepgram.baseUrl,
        model: deepgram.listenModel,
        language,
        endpointingMs: TURNS.recognizerEndpointingMs,
        // The clinic's own words are in Latin letters.
        keyterms: baseLanguage(language) === 'ur' ? [] : clinicWords(clinic),
        log: this.#log,
        // Alone it has all the time there is.
        ...(alone
          ? {}
          : { limits: { handshakeMs: FALLBACK.listenHandshakeMs, reconnectMs: FALLBACK.listenReconnectMs } }),
      });
      if (alone) return { recognizer };
      return { recognizer, deafMs: FALLBACK.listenDeafMs, lastSignAt: () => recognizer.health.lastResultAt };
    });
  }

  #openai(language: string): Ear {
    const { apiKey, baseUrl, listenModel } = this.#config.openai;
    const offered = offeredLanguages(this.#clinic);
    // OpenAI takes the language alone: `en`, not `en-GB`. While Deepgram would hear several it hears any.
    const told =
      offered.length === 1
        ? (this.#clinic.language.split('-')[0] ?? this.#clinic.language)
        : HEARD_AS_MULTI.includes(language)
          ? undefined
          : language;
    return this.#once(`openai/${told ?? 'any'}`, () => ({
      recognizer: new OpenaiRecognizer({
        apiKey,
        baseUrl,
        model: listenModel,
        ...(told === undefined ? {} : { language: told }),
      }),
    }));
  }

  #once(key: string, make: () => Ear): Ear {
    const ear = this.#made.get(key) ?? make();
    this.#made.set(key, ear);
    return ear;
  }
}

function clinicWords(clinic: ClinicProfile): string[] {
  return [
    ...clinic.practitioners.map((practitioner) => practitioner.name),
    ...clinic.services.map((service) => service.name),
  ];
}
