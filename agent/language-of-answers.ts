import type { llm } from '@livekit/agents';
import { baseLanguage } from '../src/clinic/languages.ts';

const NAMES: Readonly<Record<string, string>> = {
  es: 'Spanish',
  ur: 'Urdu, in Urdu script',
};

/** The conversation with the language the model has to answer in at its end; in English as it is. */
export function inCallLanguage(chatCtx: llm.ChatContext, language: string): llm.ChatContext {
  const name = NAMES[baseLanguage(language)];
  if (name === undefined) return chatCtx;
  const told = chatCtx.copy();
  told.addMessage({
    role: 'system',
    content: `The call is in ${name}. Answer in ${name} only; names of people stay as they are.`,
  });
  return told;
}
