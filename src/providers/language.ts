import { LLM } from '@livekit/agents-plugin-openai';
import type { Config } from '../config/load.ts';

/** The language model of a call. */
export function createLanguageModel({ openai }: Pick<Config, 'openai'>): LLM {
  return new LLM({
    model: openai.model,
    apiKey: openai.apiKey,
    ...(openai.baseUrl === undefined ? {} : { baseURL: openai.baseUrl }),
    temperature: 0.2,
    parallelToolCalls: false,
  });
}
