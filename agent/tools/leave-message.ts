import { llm } from '@livekit/agents';
import { z } from 'zod';
import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import { toE164 } from '../../src/clinic/phone.ts';
import { AFTER_HOURS } from '../../src/config/defaults.ts';
import { MESSAGE_PRIORITY } from '../../src/config/desk-defaults.ts';
import { type CallState, callKey } from '../call-state.ts';
import { ANYTHING_ELSE_TEXT } from './proposals.ts';
import { type ToolReply, runTool } from './run-tool.ts';

/** The tool that leaves a message for the front desk. */
export function leaveMessageTool(state: CallState) {
  return llm.tool({
    name: 'leave_message',
    description:
      'Leave a message for the front desk: when you do not know something, cannot help, or the caller asks for it. Ask for the message first.',
    parameters: z.object({
      message: z
        .string()
        .describe(
          "What the front desk is to know, in the caller's words, with the name and number they gave.",
        ),
      urgent: z.boolean().optional().describe('True only if it cannot wait until tomorrow.'),
    }),
    execute: (args) => runTool(state, 'leave_message', args, () => leaveMessage(state, args)),
  });
}

/** Stores a message, and only then says so; exported for tests without a model. */
export async function leaveMessage(
  state: CallState,
  { message, urgent }: { message: string; urgent?: boolean | undefined },
): Promise<ToolReply> {
  const text = message
    .slice(0, AFTER_HOURS.messageChars)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  if (!/[\p{L}\p{N}]/u.test(text)) {
    return { error: 'message_empty', say: TOOL_SENTENCES.tellFrontDesk.en };
  }
  const number = state.phone ?? toE164(state.callerNumber, state.clinic.country);
  const patients = [...state.verified.values()].map(({ full_name }) => full_name);
  await state.tasks.leaveMessage(callKey(state), {
    kind: 'message',
    body: state.ledger.taskBody({
      message: text,
      ...(number === undefined ? {} : { callback_number: number }),
      ...(patients.length === 0 ? {} : { patients }),
    }),
    priority: urgent === true ? MESSAGE_PRIORITY.urgent : MESSAGE_PRIORITY.ordinary,
  });
  return { stored: true, say: `${TOOL_SENTENCES.messageLeft.en} ${ANYTHING_ELSE_TEXT}` };
}
