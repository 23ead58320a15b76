import type { ClinicProfile } from '../clinic/clinics.ts';
import { PREPARED_TEXTS, openingTexts } from '../clinic/sentences.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';
import { PreparedAudio } from '../providers/prepared-audio.ts';

/** Makes the sentences that calls need before a voice could be made: each clinic's greeting and recording line, and those for when something is wrong. */
export async function prepareAudio(
  config: Config,
  clinics: readonly ClinicProfile[],
  log: Logger,
): Promise<void> {
  const startedMs = performance.now();
  await new PreparedAudio(config).prepare([...clinics.flatMap(openingTexts), ...PREPARED_TEXTS], log);
  log.info(
    { clinics: clinics.length, durationMs: Math.round(performance.now() - startedMs) },
    'audio prepared',
  );
}
