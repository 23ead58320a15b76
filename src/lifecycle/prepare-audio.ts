import type { ClinicProfile } from '../clinic/clinics.ts';
import { offeredLanguages } from '../clinic/languages.ts';
import { callLanguage } from '../clinic/phrasebook.ts';
import { openingTexts, preparedTexts } from '../clinic/sentences.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';
import { PreparedAudio } from '../providers/prepared-audio.ts';

/**
 * Makes the sentences that calls need before a voice could be made: each clinic's greeting and recording line, and those for when something is
 * wrong, these in every language that one of the clinics offers. A language without a voice costs the others nothing.
 */
export async function prepareAudio(
  config: Config,
  clinics: readonly ClinicProfile[],
  log: Logger,
): Promise<void> {
  const startedMs = performance.now();
  const prepared = new PreparedAudio(config);
  // What callers hear first is made first.
  for (const clinic of clinics)
    await prepared.prepare(openingTexts(clinic), log, callLanguage(clinic.language));
  const languages = new Set(['en', ...clinics.flatMap(offeredLanguages)]);
  for (const language of languages) await prepared.prepare(preparedTexts(language), log, language);
  log.info(
    {
      clinics: clinics.length,
      languages: [...languages],
      durationMs: Math.round(performance.now() - startedMs),
    },
    'audio prepared',
  );
}
