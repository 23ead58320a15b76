import type { stt, tts } from '@livekit/agents';
import type { ClinicProfile } from '../clinic/clinics.ts';
import { TURNS } from '../config/defaults.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';
import { DeepgramRecognizer } from './deepgram-recognizer.ts';
import { DeepgramVoice } from './deepgram-voice.ts';
import { VOICE_SAMPLE_RATE } from './prepared-audio.ts';

/** The recogniser of a call; it is told the clinic's own words, so that names of people and services are heard right. */
export function createRecognizer(
  { deepgram }: Pick<Config, 'deepgram'>,
  clinic: ClinicProfile,
  log: Logger,
): stt.STT {
  return new DeepgramRecognizer({
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
  });
}

/** The voice of a call. */
export function createVoice({ deepgram }: Pick<Config, 'deepgram'>, log: Logger): tts.TTS {
  return new DeepgramVoice({
    apiKey: deepgram.apiKey,
    baseUrl: deepgram.baseUrl,
    model: deepgram.speakModel,
    sampleRate: VOICE_SAMPLE_RATE,
    log,
  });
}
