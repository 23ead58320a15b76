import type { ClinicProfile } from './clinics.ts';

/** The languages a call can be in, the default first. */
export const CALL_LANGUAGES = ['en', 'es', 'ur'] as const;
/** One of {@link CALL_LANGUAGES}. */
export type CallLanguage = (typeof CALL_LANGUAGES)[number];

/** The language of a tag, without its country: `es` of `es-MX` or `es_MX`. */
export function baseLanguage(tag: string): string {
  return tag.trim().toLowerCase().split(/[-_]/)[0] ?? '';
}

/** What a clinic's callers may speak, of the languages a call can be in and in their order; English where the clinic names none of them. */
export function offeredLanguages(clinic: {
  readonly language: string;
  readonly languages?: ClinicProfile['languages'];
}): readonly CallLanguage[] {
  const tags = (clinic.languages ?? [clinic.language]).map(baseLanguage);
  const offered = CALL_LANGUAGES.filter((language) => tags.includes(language));
  return offered.length > 0 ? offered : ['en'];
}

/** Words that are in nearly every sentence of a language, and in none of the other. */
const SPANISH_WORDS =
  /(?<!\p{L})(?:el|la|los|las|una|uno|para|por|que|qué|con|del|quiero|quisiera|necesito|tengo|puedo|puede|cita|gracias|hola|buenos|buenas|usted|mañana|sí|mi|es|está|soy|favor)(?!\p{L})|[¿¡ñ]/giu;
const ENGLISH_WORDS =
  /(?<!\p{L})(?:the|an|and|is|are|i|i'm|you|my|to|for|of|with|at|on|it|that|this|have|would|like|want|need|can|could|please|yes|what|when|hello)(?!\p{L})/giu;

/**
 * What language a text is in, for recognisers that do not say: `ur` for Arabic letters and `hi` for Indian ones, else Spanish where it has two of
 * its commonest words and fewer of English, else English.
 */
export function languageOfText(text: string): string {
  const start = text.slice(0, 500);
  const count = (pattern: RegExp) => start.match(pattern)?.length ?? 0;
  const letters = count(/\p{L}/gu);
  if (count(/\p{Script=Arabic}/gu) * 2 > letters) return 'ur';
  if (count(/\p{Script=Devanagari}/gu) * 2 > letters) return 'hi';
  const spanish = count(SPANISH_WORDS);
  return spanish >= 2 && spanish > count(ENGLISH_WORDS) ? 'es' : 'en';
}
