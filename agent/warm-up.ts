import { DateTime } from 'luxon';
import { type ClinicProfile, findClinics } from '../src/clinic/clinics.ts';
import type { Database } from '../src/clinic/database.ts';
import { callLanguage } from '../src/clinic/phrasebook.ts';
import { spokenDate } from '../src/clinic/spoken.ts';
import { openingTexts } from '../src/clinic/sentences.ts';
import type { Config } from '../src/config/load.ts';
import { LIFECYCLE } from '../src/config/defaults.ts';
import type { Logger } from '../src/log.ts';
import { createLanguageModel } from '../src/providers/language.ts';
import type { PreparedAudio } from '../src/providers/prepared-audio.ts';
import { createRecognizer } from '../src/providers/speech.ts';
import { receptionistPrompt } from './prompts.ts';

/**
 * Does once, while the process waits for its call, what is slow the first time: the database connection, the zone's calendar, the prompt, the
 * vendors' clients, the greeting's audio. A failure only means that the first call does it.
 */
export async function warmUp(
  config: Config,
  db: Database,
  prepared: PreparedAudio,
  log: Logger,
): Promise<readonly ClinicProfile[]> {
  const limit = AbortSignal.timeout(LIFECYCLE.warmUpMs);
  const late = new Promise<never>((_, reject) =>
    limit.addEventListener('abort', () => reject(limit.reason as Error)),
  );
  try {
    const clinics = await Promise.race([findClinics(db, config.livekit.agentName, config.clinic), late]);
    for (const clinic of clinics) {
      const now = DateTime.now().setZone(clinic.time_zone);
      receptionistPrompt(clinic, now);
      spokenDate(now);
      for (const text of openingTexts(clinic)) await prepared.load(text, callLanguage(clinic.language));
      await createRecognizer(config, clinic, log).close();
    }
    createLanguageModel(config, {}, { log });
    return clinics;
  } catch (error) {
    log.warn({ error }, 'process could not be warmed up');
    return [];
  }
}
