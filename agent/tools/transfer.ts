import { llm } from '@livekit/agents';
import { z } from 'zod';
import {
  CONNECTING_TEXT,
  NOBODY_TO_RING_TEXT,
  NOT_CONNECTED_AGAIN_TEXT,
  inLanguage,
} from '../../src/clinic/sentences.ts';
import { TRANSFERS } from '../alarms.ts';
import type { CallState } from '../call-state.ts';
import { type ToolReply, runTool } from './run-tool.ts';

/** The tool that wants a person for the caller. */
export function transferTool(state: CallState) {
  return llm.tool({
    name: 'transfer',
    description:
      'Connect the caller with a person at the front desk, when they ask for one or you cannot help.',
    parameters: z.object({
      reason: z
        .string()
        .max(400)
        .describe(
          'One sentence for whoever answers, which the caller hears as well: who is calling, and what about. Only what the caller has said, and no guess at an illness.',
        ),
    }),
    execute: (args) => runTool(state, 'transfer', args, async () => transfer(state, args)),
  });
}

/** Wishes for a person; the conversation connects the caller once they have heard the sentence. Exported for tests without a model. */
export function transfer(state: CallState, { reason }: { reason: string }): ToolReply {
  if (state.clinic.staff_number === null) {
    return {
      error: 'nobody_to_ring',
      say: NOBODY_TO_RING_TEXT,
    };
  }
  if (state.failedTransfers >= TRANSFERS) return { error: 'nobody_there', say: NOT_CONNECTED_AGAIN_TEXT };
  const text = reason
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, REASON_CHARS);
  state.transferWish = {
    reason: text === '' ? 'asked_for' : text,
    turnIndex: state.ledger.turnIndex,
    after: inLanguage(CONNECTING_TEXT, state.language),
  };
  state.changed();
  return { transferring: true, say: CONNECTING_TEXT };
}

/** Half a minute of speech, for a briefing. */
const REASON_CHARS = 400;
