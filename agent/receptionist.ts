import { type llm, voice } from '@livekit/agents';
import { ReadableStream, TransformStream, type TransformStreamDefaultController } from 'node:stream/web';
import { setTimeout as wait } from 'node:timers/promises';
import { answerByCode } from './alarms.ts';
import { isBackchannel, restAfter } from './backchannel.ts';
import type { CallState } from './call-state.ts';
import { clinicNow } from './call-state.ts';
import { ClaimsGuard } from './claims-guard.ts';
import { dueCall, isMurmur } from './keys.ts';
import { inCallLanguage } from './language-of-answers.ts';
import { withNote, withOutboundRules } from './outbound-prompt.ts';
import { receptionistPrompt } from './prompts.ts';
import { repetition } from './repeat.ts';
import { knownNames } from './resume.ts';
import { prepareBookingTool } from './tools/book.ts';
import { prepareCancellationTool, prepareChangeTool } from './tools/change-appointment.ts';
import { confirmTool } from './tools/confirm.ts';
import { endCallTool } from './tools/end-call.ts';
import { findSlotsTool } from './tools/find-slots.ts';
import { identifyPatientTool } from './tools/identify.ts';
import { requestKeypadTool } from './tools/keypad.ts';
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
  requestKeypadTool,
  adjustSpeechTool,
  switchLanguageTool,
  endCallTool,
] as const;

/** Answers kept to be gone on with after an "uh-huh": the one that was stopped, and the one that was prepared for the "uh-huh". */
const KEPT_ANSWERS = 3;
/** A speech that was stopped is put on record within some ten milliseconds. */
const STOPPED_MS = 500;

/** The agent that talks to the caller: the clinic's prompt, its tools, and what is spoken word for word. */
export class Receptionist extends voice.Agent<CallState> {
  readonly #state: CallState;
  /** The last answers as far as they were made, newest last. */
  readonly #answers: { text: string }[] = [];
  /** The caller began to make a sound while the agent spoke. */
  #spokenOver = false;

  constructor(state: CallState, chatCtx?: llm.ChatContext) {
    super({
      ...(chatCtx === undefined ? {} : { chatCtx }),
      instructions: withOutboundRules(
        receptionistPrompt(state.clinic, clinicNow(state), knownNames(state)),
        state.outbound,
      ),
      tools: TOOLS.map((tool) => tool(state)),
    });
    this.#state = state;
  }

  override async onEnter(): Promise<void> {
    const { session } = this;
    session.on(voice.AgentSessionEventTypes.UserStateChanged, ({ newState }) => {
      if (newState === 'speaking') this.#spokenOver = session.agentState === 'speaking';
    });
    return Promise.resolve();
  }

  /** What code answers goes before the model; and a turn can end after the session was interrupted: the recogniser still had its words. */
  override async onUserTurnCompleted(_: llm.ChatContext, message: llm.ChatMessage): Promise<void> {
    const state = this.#state;
    const said = message.textContent ?? '';
    state.coded = undefined;
    if (!state.silenced && !isMurmur(state, said)) {
      const rest = await this.#restAfter(said);
      if (rest === undefined) {
        const coded = answerByCode(state, said);
        if (coded === undefined) return;
        state.coded = { said, text: coded.text };
        coded.apply();
        return;
      }
      this.session.say(rest);
    }
    state.ledger.beginTurn({ caller_text: said }, message.createdAt);
    throw new voice.StopResponse();
  }

  /**
   * Where a tool has worded the answer, or code has an answer of its own, that is the answer, and the model is not asked; what the model says
   * is let through as far as it is true.
   */
  override async llmNode(
    chatCtx: llm.ChatContext,
    toolCtx: llm.ToolContext,
    settings: voice.ModelSettings,
  ): ReturnType<voice.Agent['llmNode']> {
    const sentence = wordedByTool(chatCtx) ?? this.#codedAnswer(chatCtx) ?? this.#again(chatCtx);
    if (sentence !== undefined) {
      this.#begin(sentence);
      return ReadableStream.from([sentence]);
    }
    const due = dueCall(this.#state, chatCtx);
    if (due !== undefined) return ReadableStream.from([due]);
    const told = inCallLanguage(withNote(chatCtx, this.#state), this.#state.language);
    const stream = await super.llmNode(told, toolCtx, settings);
    if (stream === null) return null;
    const answer = this.#begin('');
    return stream.pipeThrough(guarded(new ClaimsGuard(this.#state), (piece) => (answer.text += piece)));
  }

  #begin(text: string): { text: string } {
    const answer = { text };
    this.#answers.push(answer);
    this.#answers.splice(0, this.#answers.length - KEPT_ANSWERS);
    return answer;
  }

  #again({ items }: llm.ChatContext): string | undefined {
    const answers = this.#answers.map(({ text }) => text);
    return repetition(items, this.#state.clinic.languages, answers);
  }

  /** An answer may be asked for before the turn is over, in case it is: then nothing is applied yet. */
  #codedAnswer(chatCtx: llm.ChatContext): string | undefined {
    const last = chatCtx.items.at(-1);
    if (last?.type !== 'message' || last.role !== 'user') return undefined;
    const said = last.textContent ?? '';
    const { coded } = this.#state;
    return coded?.said === said ? coded.text : answerByCode(this.#state, said)?.text;
  }

  /** What was being said when somebody who only listens made a sound; the sentence that was cut is begun anew. */
  async #restAfter(said: string): Promise<string | undefined> {
    const over = this.#spokenOver;
    this.#spokenOver = false;
    if (!over || !isBackchannel(said)) return undefined;
    const until = performance.now() + STOPPED_MS;
    while (performance.now() < until) {
      const last = this.chatCtx.items.at(-1);
      if (last?.type === 'message' && last.role === 'assistant' && last.interrupted) {
        const heard = last.textContent ?? '';
        const rests = this.#answers.map(({ text }) => restAfter(said, text, heard));
        return rests.findLast((rest) => rest !== undefined);
      }
      await wait(20);
    }
    return undefined;
  }
}

type Answer = NonNullable<Awaited<ReturnType<voice.Agent['llmNode']>>>;
type Piece = Answer extends ReadableStream<infer Part> ? Part : never;

/** Puts a guard into the stream of a model's answer; `onText` is told the words that pass. */
function guarded(guard: ClaimsGuard, onText: (text: string) => void): TransformStream<Piece, Piece> {
  const say = (text: string, controller: TransformStreamDefaultController<Piece>) => {
    if (text === '') return;
    onText(text);
    controller.enqueue(text);
  };
  return new TransformStream<Piece, Piece>({
    transform(piece, controller) {
      if (typeof piece === 'string') return say(guard.take(piece), controller);
      if (typeof piece !== 'object' || piece.delta?.content === undefined || piece.delta.content === '') {
        return controller.enqueue(piece);
      }
      const { delta, ...rest } = piece;
      say(guard.take(delta.content ?? ''), controller);
      const hasMore = delta.toolCalls !== undefined || rest.usage !== undefined;
      if (hasMore) controller.enqueue({ ...rest, delta: { ...delta, content: '' } });
    },
    flush: (controller) => say(guard.end(), controller),
  });
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
