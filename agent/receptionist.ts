import { type llm, voice } from '@livekit/agents';
import { ReadableStream } from 'node:stream/web';
import type { CallState } from './call-state.ts';
import { clinicNow } from './call-state.ts';
import { receptionistPrompt } from './prompts.ts';
import { knownNames } from './resume.ts';
import { prepareBookingTool } from './tools/book.ts';
import { prepareCancellationTool, prepareChangeTool } from './tools/change-appointment.ts';
import { confirmTool } from './tools/confirm.ts';
import { endCallTool } from './tools/end-call.ts';
import { findSlotsTool } from './tools/find-slots.ts';
import { identifyPatientTool } from './tools/identify.ts';
import { leaveMessageTool } from './tools/leave-message.ts';
import { listAppointmentsTool } from './tools/list-appointments.ts';
import { registerPatientTool } from './tools/register.ts';
import { adjustSpeechTool, switchLanguageTool } from './tools/speech.ts';
import { transferTool } from './tools/transfer.ts';
import { joinWaitingListTool } from './tools/waiting-list.ts';

const TOOLS = [
  findSlotsTool,
  identifyPatientTool,
  registerPatientTool,
  prepareBookingTool,
  listAppointmentsTool,
  prepareChangeTool,
  prepareCancellationTool,
  confirmTool,
  joinWaitingListTool,
  leaveMessageTool,
  transferTool,
  adjustSpeechTool,
  switchLanguageTool,
  endCallTool,
] as const;

/** The agent that talks to the caller: the clinic's prompt, its tools, and what is spoken word for word. */
export class Receptionist extends voice.Agent<CallState> {
  readonly #state: CallState;

  constructor(state: CallState, chatCtx?: llm.ChatContext) {
    super({
      ...(chatCtx === undefined ? {} : { chatCtx }),
      instructions: receptionistPrompt(state.clinic, clinicNow(state), knownNames(state)),
      tools: TOOLS.map((tool) => tool(state)),
    });
    this.#state = state;
  }

  /** A turn can end after the session was interrupted: the recogniser still had its words. */
  override async onUserTurnCompleted(_: llm.ChatContext, message: llm.ChatMessage): Promise<void> {
    if (!this.#state.silenced) return;
    this.#state.ledger.beginTurn({ caller_text: message.textContent ?? '' }, message.createdAt);
    throw new voice.StopResponse();
  }

  /** Where a tool has worded the answer, that is the answer: the model is not asked to say it again. */
  override async llmNode(
    chatCtx: llm.ChatContext,
    toolCtx: llm.ToolContext,
    settings: voice.ModelSettings,
  ): ReturnType<voice.Agent['llmNode']> {
    const sentence = wordedByTool(chatCtx);
    if (sentence !== undefined) return ReadableStream.from([sentence]);
    return await super.llmNode(chatCtx, toolCtx, settings);
  }
}

/** The `say` of the tool replies that end the conversation so far, if they have one. */
export function wordedByTool(chatCtx: llm.ChatContext): string | undefined {
  const sentences: string[] = [];
  for (let index = chatCtx.items.length - 1; index >= 0; index -= 1) {
    const item = chatCtx.items[index];
    if (item?.type === 'function_call') continue;
    if (item?.type !== 'function_call_output') break;
    const sentence = sayOf(item.output);
    // One reply without words of its own: the model has to put them together.
    if (sentence === undefined) return undefined;
    sentences.unshift(sentence);
  }
  return sentences.length === 0 ? undefined : sentences.join(' ');
}

function sayOf(output: string): string | undefined {
  try {
    const reply: unknown = JSON.parse(output);
    if (typeof reply !== 'object' || reply === null || !('say' in reply)) return undefined;
    return typeof reply.say === 'string' && reply.say !== '' ? reply.say : undefined;
  } catch {
    return undefined; // a framework's error text: the model words an answer
  }
}
