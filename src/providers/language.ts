import type { llm } from '@livekit/agents';
import { LLM } from '@livekit/agents-plugin-openai';
import { FALLBACK } from '../config/defaults.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';
import { FallbackLanguage } from './fallback-language.ts';
import { openaiClient } from './openai-client.ts';
import type { ProviderEvents } from './provider-events.ts';

/** What a caller hears when no model answers, unless something else is given. */
const APOLOGY = 'I am sorry, I have a problem with my system right now.';

/** What a call's language model is given besides the configuration. */
export interface LanguageOptions {
  readonly log?: Logger;
  /** What the caller hears when no model answers. */
  readonly apology?: string;
}

/** The language model of a call: the first, and the second where that one fails. It emits no error. */
export function createLanguageModel(
  { openai }: Pick<Config, 'openai'>,
  events: ProviderEvents = {},
  { log, apology = APOLOGY }: LanguageOptions = {},
): llm.LLM {
  const client = openaiClient(openai, {
    firstByteMs: FALLBACK.languageFirstMs,
    idleMs: FALLBACK.languageIdleMs,
  });
  const models = [...new Set([openai.model, openai.fallbackModel])].map(
    (model) => new LLM({ model, client, temperature: 0.2, parallelToolCalls: false }),
  );
  return new FallbackLanguage(models, {
    apology,
    ...(log === undefined ? {} : { log }),
    ...(events.onLost === undefined ? {} : { onLost: events.onLost }),
  });
}
