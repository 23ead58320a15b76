import { llm } from '@livekit/agents';
import { DateTime } from 'luxon';
import { z } from 'zod';
import type { BookedAppointment } from '../src/clinic/appointments.ts';
import type { ResumedCall, StoredTurn } from '../src/clinic/calls.ts';
import { CUT_OFF_TEXT, PREPARED_TEXTS, TAKEN_OVER_TEXT, greetingText } from '../src/clinic/sentences.ts';
import { spokenDate, spokenTime } from '../src/clinic/spoken.ts';
import type { CallState, ToolMemory } from './call-state.ts';
import { describeProposal } from './tools/book.ts';

/** How a call came to a new agent: handed over in order, or found without one. */
export type TakenOver = 'handed_over' | 'lost';

/** It is read out: of a time that is none the caller would hear "Invalid". */
const instant = z.string().refine((text) => DateTime.fromISO(text).isValid);
const slot = z.object({
  practitioner_id: z.string(),
  practitioner_name: z.string(),
  starts_at: instant,
  ends_at: instant,
});
const offered = z.object({ slotId: z.string(), slot, serviceSlug: z.string() });
/** The part of a call's state that another agent needs to go on. Stored with the call, and read back as untrusted input. */
const storedState = z.object({
  offered: z.array(offered).max(200),
  proposal: z
    .object({
      slotId: z.string(),
      patientName: z.string(),
      patientPhone: z.string().optional(),
      requestId: z.string(),
    })
    .optional(),
  tools: z
    .array(
      z.object({
        turn: z.number().int(),
        name: z.string().max(64),
        args: z.string().max(4_000),
        output: z.string().max(8_000),
      }),
    )
    .max(5)
    .default([]),
});

/** What is stored of a call's state whenever it changes. */
export function storeState(state: CallState): Record<string, unknown> {
  const { proposal } = state;
  return {
    tools: state.toolMemory,
    offered: [...state.offered.values()].map(({ slotId, slot, service }) => ({
      slotId,
      slot,
      serviceSlug: service.slug,
    })),
    ...(proposal === undefined
      ? {}
      : {
          proposal: {
            slotId: proposal.offered.slotId,
            patientName: proposal.patientName,
            ...(proposal.patientPhone === undefined ? {} : { patientPhone: proposal.patientPhone }),
            requestId: proposal.requestId,
          },
        }),
  };
}

/** Puts the stored state of a call into a new agent's. What does not fit is left out: the caller is asked again. */
export function restoreState(state: CallState, resumed: ResumedCall): void {
  state.booked.push(...resumed.appointments);
  const parsed = storedState.safeParse(resumed.state);
  if (!parsed.success) return;
  state.toolMemory.push(...parsed.data.tools);
  for (const { slotId, slot: stored, serviceSlug } of parsed.data.offered) {
    const service = state.clinic.services.find(({ slug }) => slug === serviceSlug);
    if (service === undefined) continue;
    state.offered.set(slotId, { slotId, slot: stored as never, service });
  }
  const { proposal } = parsed.data;
  const chosen = proposal === undefined ? undefined : state.offered.get(proposal.slotId);
  if (proposal === undefined || chosen === undefined) return;
  if (resumed.appointments.some((booked) => booked.starts_at === chosen.slot.starts_at)) return;
  state.proposal = {
    offered: chosen,
    patientName: proposal.patientName,
    patientPhone: proposal.patientPhone,
    requestId: proposal.requestId,
    // The new agent reads it back itself, in the turn it begins with: a yes after that counts.
    turnIndex: state.ledger.turnIndex,
  };
}

/**
 * The conversation so far, for the language model: each turn's tool replies stand before the sentence that came of them. An answer that was
 * cut off is left out, for it is given again.
 */
export function restoreConversation(
  chatCtx: llm.ChatContext,
  { turns }: ResumedCall,
  tools: readonly ToolMemory[],
): void {
  // The framework sorts by time of creation.
  let createdAt = 1;
  const addTools = (from: number, to: number) => {
    for (const [position, { turn, name, args, output }] of tools.entries()) {
      if (turn < from || turn >= to) continue;
      const callId = `resumed-${position}`;
      chatCtx.insert([
        llm.FunctionCall.create({ callId, name, args, createdAt: createdAt++ }),
        llm.FunctionCallOutput.create({ callId, name, output, isError: false, createdAt: createdAt++ }),
      ]);
    }
  };
  addTools(-Infinity, turns[0]?.index ?? Infinity);
  for (const [position, turn] of turns.entries()) {
    const { caller_text, agent_text } = turn;
    if (caller_text) chatCtx.addMessage({ role: 'user', content: caller_text, createdAt: createdAt++ });
    addTools(turn.index, turns[position + 1]?.index ?? Infinity);
    if (!agent_text || (position === turns.length - 1 && isUnanswered(turn))) continue;
    chatCtx.addMessage({ role: 'assistant', content: agent_text, createdAt: createdAt++ });
  }
}

/** True for a turn in which the caller's words got no answer, or half of one. */
function isUnanswered({ caller_text, agent_text, interrupted }: StoredTurn): boolean {
  if (!caller_text) return false;
  const said = withoutOurOwn(agent_text ?? '');
  return interrupted || !/[.?!]$/.test(said);
}

/** What a new agent begins with. */
export interface Resumption {
  /** Excuses the gap; prepared, so that it starts at once. */
  excuse: string;
  /** Takes up the thread where it lies. Empty after a greeting; undefined where the model has to answer the caller's last words. */
  thread: string | undefined;
}

/** What the new agent says first, worded by code from what is stored wherever that can be. */
export function resumeTexts(state: CallState, resumed: ResumedCall, how: TakenOver): Resumption {
  if (!resumed.answered && resumed.turns.every(({ agent_text }) => !agent_text)) {
    return { excuse: greetingText(state.clinic), thread: '' };
  }
  return {
    excuse: how === 'lost' ? CUT_OFF_TEXT : TAKEN_OVER_TEXT,
    thread: thread(state, resumed),
  };
}

function thread(state: CallState, resumed: ResumedCall): string | undefined {
  const said = withoutOurOwn(resumed.turns.findLast(({ agent_text }) => agent_text)?.agent_text ?? '');
  if (state.proposal !== undefined) {
    return `You wanted ${describeProposal(state, state.proposal)}, for ${state.proposal.patientName}. Is that right?`;
  }
  const last = state.booked.at(-1);
  if (last !== undefined && !talkedSince(state, last, resumed)) return bookedText(state, last);
  const latest = resumed.turns.at(-1);
  if (latest !== undefined && isUnanswered(latest)) return undefined;
  const question = lastQuestion(said);
  if (state.offered.size > 0 && question !== undefined) return said.endsWith(question) ? said : question;
  return question ?? 'How can I help you?';
}

/** True when the caller has heard of the booking, and something else after it. A booking that was made and not told is what matters most. */
function talkedSince(state: CallState, booked: BookedAppointment, { turns }: ResumedCall): boolean {
  const spoken = turns.filter(({ agent_text }) => agent_text);
  const told = spoken.findLastIndex(({ agent_text }) => agent_text?.includes(bookedFor(state, booked)));
  return told >= 0 && told < spoken.length - 1;
}

/** What was said without fillers, questions into silence and the like, which are of no thread. */
function withoutOurOwn(text: string): string {
  return PREPARED_TEXTS.reduce((rest, ours) => rest.replaceAll(ours, ''), text)
    .replace(/\s+/g, ' ')
    .trim();
}

function bookedText(state: CallState, booked: BookedAppointment): string {
  return `You're ${bookedFor(state, booked)} with ${booked.practitioner}. Is there anything else I can do for you?`;
}

/** As `confirm_booking` words it. */
function bookedFor(state: CallState, { starts_at }: BookedAppointment): string {
  const start = DateTime.fromISO(starts_at, { zone: state.clinic.time_zone });
  return `booked for ${spokenDate(start)} at ${spokenTime(start)}`;
}

function lastQuestion(text: string): string | undefined {
  return /([^.!?]*\?)\s*$/.exec(text)?.[1]?.trim();
}
