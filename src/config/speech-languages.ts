/**
 * Which of the vendors' models hear and speak a language, as their documentation had it in August 2026, and how much slower speech is that a
 * caller has asked for.
 */

/**
 * Languages that Deepgram's `language=multi` tells apart (developers.deepgram.com/docs/multilingual-code-switching), of those a call can be in.
 * Hindi is one of them, and Urdu is not: spoken they are one language, so that Urdu is reported as Hindi.
 */
export const HEARD_AS_MULTI: readonly string[] = ['en', 'es'];
/** What a recogniser reports → what it is taken for. */
export const HEARD_AS: Readonly<Record<string, string>> = { hi: 'ur' };
/** The beginnings of the names of Deepgram's models that have `language=multi`, and of those that hear Urdu (since February 2026). */
export const MULTI_MODELS: readonly string[] = ['nova-3', 'nova-2'];
export const URDU_MODELS: readonly string[] = ['nova-3'];

/**
 * Deepgram's voice for a language where DEEPGRAM_SPEAK_MODEL is one of another language: the end of a model's name is its language. A language
 * that is not in here is OpenAI's voice's, which speaks all of them.
 */
export const DEEPGRAM_VOICES: Readonly<Record<string, string>> = {
  en: 'aura-2-thalia-en',
  es: 'aura-2-celeste-es',
};

/** The model of Deepgram that speaks a language: the one that is configured, where its language fits or nothing is known of either. */
export function deepgramVoiceFor(configured: string, language: string): string | undefined {
  const speaks = /-([a-z]{2})$/.exec(configured)?.[1];
  if (speaks === undefined || speaks === language) return configured;
  return DEEPGRAM_VOICES[language];
}

/**
 * Slower speech. Aura-2 has `speed` from 0.7 to 1.5, and Spanish voices stumble below 0.9 (developers.deepgram.com/docs/tts-voice-controls);
 * earlier Aura models have none. OpenAI's `speed` goes from 0.25; `gpt-4o-mini-tts` heeds its instructions rather.
 */
export const SLOWER = {
  deepgramModels: 'aura-2',
  deepgram: { en: 0.8, es: 0.9 } as Readonly<Record<string, number>>,
  openai: 0.8,
  openaiInstructions: 'Speak slowly and clearly, with a short pause after each phrase.',
} as const;
