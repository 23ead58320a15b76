import { DateTime } from 'luxon';
import { type ClinicProfile, findClinics } from '../src/clinic/clinics.ts';
import type { Database } from '../src/clinic/database.ts';
import { findClaims } from '../src/clinic/claims.ts';
import { callLanguage } from '../src/clinic/phrasebook.ts';
import { redact } from '../src/clinic/redact.ts';
import { spokenDate } from '../src/clinic/spoken.ts';
import { openingTexts } from '../src/clinic/sentences.ts';
import type { Config } from '../src/config/load.ts';
import { LIFECYCLE } from '../src/config/defaults.ts';
import type { Logger } from '../src/log.ts';
import { createLanguageModel } from '../src/providers/language.ts';
import type { PreparedAudio } from '../src/providers/prepared-audio.ts';
import { createRecognizer } from '../src/providers/speech.ts';
import { receptionistPrompt } from './prompts.ts';
import { hearSafety } from './safety.ts';

/**
 * Does once, while the process waits for its call, what is slow the first time: the database connection, the zone's calendar, the prompt, the
 * patterns that look at words, the vendors' clients, the greeting's audio. A failure only means that the first call does it.
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
      wakePatterns(clinic, now.toISODate() ?? '');
      await createRecognizer(config, clinic, log).close();
    }
    createLanguageModel(config, {}, { log });
    return clinics;
  } catch (error) {
    log.warn({ error }, 'process could not be warmed up');
    return [];
  }
}

/** Say and claim nothing: each pattern looks at all of it. Letters beyond Latin have patterns compiled for them anew. */
const LATIN_WORDS = 'Words of some call.';
const OTHER_WORDS = 'کسی کال کے الفاظ';

/**
 * Has what looks at the words of a call compiled: 0.3–0.4 s at the first text, and 0.6 s more where a clinic wants its transcripts redacted,
 * which the first answer would have to wait for. It is done in two steps, at the first text and at the second.
 */
export function wakePatterns(
  { languages, redact_transcripts }: Pick<ClinicProfile, 'languages' | 'redact_transcripts'>,
  today: string,
): void {
  const texts = languages.some((language) => language.startsWith('ur'))
    ? [LATIN_WORDS, OTHER_WORDS]
    : [LATIN_WORDS];
  for (const text of [...texts, ...texts]) {
    hearSafety(text, languages);
    findClaims(text);
    if (redact_transcripts) redact(text, { today });
  }
}
