import { llm } from '@livekit/agents';
import { z } from 'zod';
import type { CallState } from '../call-state.ts';
import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import { filled } from '../../src/clinic/phrasebook.ts';
import { runTool } from './run-tool.ts';

/** The tool that says goodbye; the line is closed once the caller has heard it. */
export function endCallTool(state: CallState) {
  return llm.tool({
    name: 'end_call',
    description:
      'Say goodbye and end the call. Only when the caller has said that there is nothing else, or goodbye.',
    parameters: z.object({}),
    execute: (args) =>
      runTool(state, 'end_call', args, async () => {
        state.goodbye = true;
        return { say: filled(TOOL_SENTENCES.goodbye.en, { clinic: state.clinic.name }) };
      }),
  });
}
