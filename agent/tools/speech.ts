import { llm } from '@livekit/agents';
import { z } from 'zod';
import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import { type CallLanguage, offeredLanguages } from '../../src/clinic/languages.ts';
import { spokenList } from '../../src/clinic/spoken.ts';
import type { CallState } from '../call-state.ts';
import { readBackText } from './proposals.ts';
import { type ToolReply, runTool } from './run-tool.ts';

/** The tool for callers who find the speech too fast, or too slow. */
export function adjustSpeechTool(state: CallState) {
  return llm.tool({
    name: 'adjust_speech',
    description: 'Speak more slowly when the caller asks for it, or faster again.',
    parameters: z.object({ slower: z.boolean().describe('True for slower, false for faster again.') }),
    execute: (args) => runTool(state, 'adjust_speech', args, async () => adjustSpeech(state, args)),
  });
}

/** Notes how fast to speak; what was read back is said once more. Exported for tests without a model. */
export function adjustSpeech(state: CallState, { slower }: { slower: boolean }): ToolReply {
  state.slower = slower;
  state.changed();
  const { proposal } = state;
  if (proposal !== undefined && proposal.done === undefined) {
    return { slower, say: `Of course. ${readBackText(state, proposal)}` };
  }
  return {
    slower,
    say: slower ? TOOL_SENTENCES.slower.en : TOOL_SENTENCES.faster.en,
  };
}

/** What is said when the call goes on in a language, in that language. */
const WELCOMES = {
  en: { name: 'English', say: 'Of course, let us go on in English. How can I help you?' },
  es: { name: 'Spanish', say: 'Con gusto, sigamos en español. ¿En qué puedo ayudarle?' },
  ur: { name: 'Urdu', say: 'جی ضرور، اب ہم اردو میں بات کرتے ہیں۔ میں آپ کی کیا مدد کر سکتی ہوں؟' },
} as const satisfies Record<CallLanguage, { name: string; say: string }>;

/** The tool for callers who speak another language. */
export function switchLanguageTool(state: CallState) {
  return llm.tool({
    name: 'switch_language',
    description: 'Go on in another language, when the caller speaks it or asks for it.',
    parameters: z.object({
      language: z.enum(['en', 'es', 'ur']).describe('The language the caller speaks.'),
    }),
    execute: (args) => runTool(state, 'switch_language', args, async () => switchLanguage(state, args)),
  });
}

/** Notes the language of the conversation, if the clinic offers it; exported for tests without a model. */
export function switchLanguage(state: CallState, { language }: { language: CallLanguage }): ToolReply {
  const offered = offeredLanguages(state.clinic);
  if (!offered.includes(language)) {
    const names = spokenList(
      offered.map((tag) => WELCOMES[tag].name),
      'or',
    );
    return {
      error: 'language_not_offered',
      say: `I'm sorry, here I can only speak ${names}. How can I help you?`,
    };
  }
  state.language = language;
  state.changed();
  return { language, say: WELCOMES[language].say };
}
