import type { stt, tts } from '@livekit/agents';
import type { ClinicProfile } from '../clinic/clinics.ts';
import { FALLBACK, TURNS } from '../config/defaults.ts';
import type { Config, SpeechProvider } from '../config/load.ts';
import type { Logger } from '../log.ts';
import { DeepgramRecognizer } from './deepgram-recognizer.ts';
import { DeepgramVoice } from './deepgram-voice.ts';
import { type Ear, FallbackRecognizer } from './fallback-recognizer.ts';
import { FallbackVoice } from './fallback-voice.ts';
import { OpenaiRecognizer } from './openai-recognizer.ts';
import { OpenaiVoice } from './openai-voice.ts';
import { VOICE_SAMPLE_RATE } from './prepared-audio.ts';
import type { ProviderEvents } from './provider-events.ts';

/**
 * The recogniser of a call: those of LISTEN_PROVIDERS, in this order, as one that emits no error. Deepgram's is told the clinic's own words, so
 * that names of people and services are heard right.
 */
export function createRecognizer(
  config: Pick<Config, 'deepgram' | 'openai' | 'listenProviders'>,
  clinic: ClinicProfile,
  log: Logger,
  events: ProviderEvents = {},
): stt.STT {
  const ears: Record<SpeechProvider, () => Ear> = {
    deepgram: () => deepgramEar(config, clinic, log),
    openai: () => openaiEar(config, clinic),
  };
  return new FallbackRecognizer(
    config.listenProviders.map((name) => ears[name]()),
    { log, ...(events.onDeaf === undefined ? {} : { onDeaf: events.onDeaf }) },
  );
}

function deepgramEar(
  { deepgram, listenProviders }: Pick<Config, 'deepgram' | 'listenProviders'>,
  clinic: ClinicProfile,
  log: Logger,
): Ear {
  const recognizer = new DeepgramRecognizer({
    apiKey: deepgram.apiKey,
    baseUrl: deepgram.baseUrl,
    model: deepgram.listenModel,
    language: clinic.language,
    endpointingMs: TURNS.recognizerEndpointingMs,
    keyterms: [
      ...clinic.practitioners.map((practitioner) => practitioner.name),
      ...clinic.services.map((service) => service.name),
    ],
    log,
    // Alone it has all the time there is.
    ...(listenProviders.length === 1
      ? {}
      : { limits: { handshakeMs: FALLBACK.listenHandshakeMs, reconnectMs: FALLBACK.listenReconnectMs } }),
  });
  if (listenProviders.length === 1) return { recognizer };
  return { recognizer, deafMs: FALLBACK.listenDeafMs, lastSignAt: () => recognizer.health.lastResultAt };
}

function openaiEar({ openai }: Pick<Config, 'openai'>, clinic: ClinicProfile): Ear {
  const { apiKey, baseUrl, listenModel } = openai;
  // OpenAI takes the language alone: `en`, not `en-GB`.
  const [language = clinic.language] = clinic.language.split('-');
  return { recognizer: new OpenaiRecognizer({ apiKey, baseUrl, model: listenModel, language }) };
}

/** The voice of a call: those of SPEAK_PROVIDERS, in this order, as one that emits no error. */
export function createVoice(
  config: Pick<Config, 'deepgram' | 'openai' | 'speakProviders'>,
  log: Logger,
  events: ProviderEvents = {},
): tts.TTS {
  const { deepgram, openai } = config;
  const voices: Record<SpeechProvider, () => tts.TTS> = {
    deepgram: () =>
      new DeepgramVoice({
        apiKey: deepgram.apiKey,
        baseUrl: deepgram.baseUrl,
        model: deepgram.speakModel,
        sampleRate: VOICE_SAMPLE_RATE,
        log,
      }),
    openai: () =>
      new OpenaiVoice({
        apiKey: openai.apiKey,
        baseUrl: openai.baseUrl,
        model: openai.speakModel,
        voice: openai.speakVoice,
      }),
  };
  return new FallbackVoice(
    config.speakProviders.map((name) => voices[name]()),
    { log, ...(events.onSilenced === undefined ? {} : { onSilenced: events.onSilenced }) },
  );
}
