import type { stt, tts } from '@livekit/agents';
import type { ClinicProfile } from '../clinic/clinics.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';
import { Ears } from './ears.ts';
import { FallbackRecognizer } from './fallback-recognizer.ts';
import { FallbackVoice } from './fallback-voice.ts';
import type { ProviderEvents } from './provider-events.ts';
import { type Manner, Voices } from './voices.ts';

/**
 * The recogniser of a call: those of LISTEN_PROVIDERS, in this order, as one that emits no error. Deepgram's is told the clinic's own words, so
 * that names of people and services are heard right.
 *
 * @param language What the call is in now, such as `en`: when it changes, whoever hears that listens from the next pause on.
 */
export function createRecognizer(
  config: Pick<Config, 'deepgram' | 'openai' | 'listenProviders'>,
  clinic: ClinicProfile,
  log: Logger,
  events: ProviderEvents = {},
  language: () => string = () => clinic.language,
): stt.STT {
  const ears = new Ears(config, clinic, log);
  return new FallbackRecognizer(() => ears.for(language()), {
    log,
    ...(events.onDeaf === undefined ? {} : { onDeaf: events.onDeaf }),
  });
}

/**
 * The voice of a call: those of SPEAK_PROVIDERS, in this order, as one that emits no error.
 *
 * @param manner How the next sentence is to be spoken; as configured where it is left out.
 */
export function createVoice(
  config: Pick<Config, 'deepgram' | 'openai' | 'speakProviders'>,
  log: Logger,
  events: ProviderEvents = {},
  manner?: () => Manner,
): tts.TTS {
  const voices = new Voices(config, log);
  return new FallbackVoice(manner === undefined ? voices.asConfigured() : () => voices.for(manner()), {
    log,
    ...(events.onSilenced === undefined ? {} : { onSilenced: events.onSilenced }),
  });
}
