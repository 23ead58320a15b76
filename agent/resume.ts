import { llm } from '@livekit/agents';
import type { BookedAppointment } from '../src/clinic/appointments.ts';
import type { ResumedCall, StoredTurn } from '../src/clinic/calls.ts';
import { TOOL_SENTENCES } from '../src/clinic/fixed-tool-sentences.ts';
import {
  CUT_OFF_TEXT,
  PREPARED_TEXTS,
  TAKEN_OVER_TEXT,
  greetingText,
  ownWords,
} from '../src/clinic/sentences.ts';
import { type CallState, type Proposal, REGISTRATION_FIELDS, type ToolMemory } from './call-state.ts';
import { madeTrue } from './claims-guard.ts';
import { type StoredProposal, storedState } from './stored-state.ts';
import { keypadText } from './tools/keypad-texts.ts';
import { ANYTHING_ELSE_TEXT, bookedFor, bookedText, takenUpText } from './tools/proposals.ts';

/** How a call came to a new agent: handed over in order, or found without one. */
export type TakenOver = 'handed_over' | 'lost';

/** Puts the stored state of a call into a new agent's. What does not fit is left out: the caller is asked again. */
export function restoreState(state: CallState, resumed: ResumedCall): void {
  state.booked.push(...resumed.appointments);
  const parsed = storedState.safeParse(resumed.state);
  if (!parsed.success) return;
  const { data } = parsed;
  state.toolMemory.push(...data.tools);
  for (const claim of data.tools.flatMap(({ output }) => madeTrue(jsonOf(output)))) state.done.add(claim);
  for (const { slotId, slot: stored, serviceSlug } of data.offered) {
    const service = state.clinic.services.find(({ slug }) => slug === serviceSlug);
    if (service === undefined) continue;
    state.offered.set(slotId, { slotId, slot: stored as never, service });
  }
  // The ids are for the words and the next request: what this call may read and change, the database decides.
  for (const { name, ...known } of data.verified) state.verified.set(name, known as never);
  for (const { name, receipt } of data.listed) state.listed.set(name, { name, receipt: receipt as never });
  state.listedSoFar = Math.max(data.listedSoFar, data.listed.length);
  for (const field of REGISTRATION_FIELDS) {
    const value = data.confirmed[field];
    if (value !== undefined) state.confirmed.set(field, value);
  }
  state.wish = data.wish;
  state.locked = data.locked;
  state.phone = data.phone;
  state.slower = data.slower;
  state.language = data.language ?? state.language;
  if (data.keypad !== undefined) {
    state.keypad.request = { what: data.keypad, turnIndex: state.ledger.turnIndex };
  }
  state.proposal = restoreProposal(state, data.proposal, resumed);
}

/** The reply of a tool as it was stored. */
function jsonOf(output: string): Record<string, unknown> {
  try {
    const reply: unknown = JSON.parse(output);
    return typeof reply === 'object' && reply !== null ? { ...reply } : {};
  } catch {
    return {};
  }
}

function restoreProposal(
  state: CallState,
  stored: StoredProposal | undefined,
  { appointments }: ResumedCall,
): Proposal | undefined {
  if (stored === undefined) return undefined;
  const { requestId, patientPhone } = stored;
  // The new agent reads it back itself, in the turn it begins with: a yes after that counts.
  const rest = { requestId, patientPhone, turnIndex: state.ledger.turnIndex };
  if (stored.kind === 'registration') {
    const { field, fullName, dateOfBirth, phone } = stored;
    return { kind: 'registration', field, fullName, dateOfBirth, phone, ...rest };
  }
  const appointment = 'appointment' in stored ? state.listed.get(stored.appointment) : undefined;
  if (stored.kind === 'cancellation') {
    return appointment === undefined ? undefined : { kind: 'cancellation', appointment, ...rest };
  }
  const offered = state.offered.get(stored.slotId);
  const owner = stored.kind === 'booking' ? state.verified.get(stored.patient) : undefined;
  const patientId = owner?.patient_id ?? appointment?.receipt.patient_id;
  const made = appointments.some(
    ({ starts_at, patient_id }) =>
      Date.parse(starts_at) === Date.parse(offered?.slot.starts_at ?? '') && patient_id === patientId,
  );
  if (offered === undefined || made) return undefined;
  if (appointment !== undefined) return { kind: 'change', appointment, offered, ...rest };
  return owner === undefined ? undefined : { kind: 'booking', offered, patient: owner, ...rest };
}

/** What the model of a new agent has to know beside the conversation: the short names that were given. */
export function knownNames({ verified, listed }: Pick<CallState, 'verified' | 'listed'>): string[] {
  return [
    ...[...verified].map(([name, { full_name }]) => `- ${name}: ${full_name}, a verified patient`),
    ...[...listed.values()].map(
      ({ name, receipt }) => `- ${name}: an appointment of ${receipt.patient_name}, ${receipt.service}`,
    ),
  ];
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
  return interrupted || !/[.?!؟۔]$/.test(said);
}

/** What a new agent begins with. */
export interface Resumption {
  /** Excuses the gap; prepared, so that it starts at once. */
  excuse: string;
  /** Takes up the thread where it lies. Empty after a greeting; undefined where the model has to answer the caller's last words. */
  thread: string | undefined;
  /** The thread is worded in English, and the call is not. */
  english?: true;
}

/** What the new agent says first, worded by code from what is stored wherever that can be. */
export function resumeTexts(state: CallState, resumed: ResumedCall, how: TakenOver): Resumption {
  if (!resumed.answered && resumed.turns.every(({ agent_text }) => !agent_text)) {
    return { excuse: greetingText(state.clinic), thread: '' };
  }
  const excuse = how === 'lost' ? CUT_OFF_TEXT : TAKEN_OVER_TEXT;
  const found = thread(state, resumed);
  if (found === undefined || state.language === 'en') return { excuse, thread: found };
  const own = ownWords(found, state.language);
  const said = resumed.turns.some(({ agent_text }) => agent_text?.includes(found));
  return { excuse, thread: own ?? found, ...(own === undefined && !said ? { english: true } : {}) };
}

function thread(state: CallState, resumed: ResumedCall): string | undefined {
  const said = withoutOurOwn(resumed.turns.findLast(({ agent_text }) => agent_text)?.agent_text ?? '');
  if (state.keypad.request !== undefined) return keypadText(state.keypad.request.what);
  if (state.proposal !== undefined) {
    return takenUpText(state, state.proposal);
  }
  const last = state.booked.at(-1);
  if (last !== undefined && !talkedSince(state, last, resumed)) {
    return `${bookedText(state, last)} ${ANYTHING_ELSE_TEXT}`;
  }
  const latest = resumed.turns.at(-1);
  if (latest !== undefined && isUnanswered(latest)) return undefined;
  const question = lastQuestion(said);
  if (state.offered.size > 0 && question !== undefined) {
    return said.endsWith(question) && !REDACTED.test(said) ? said : question;
  }
  return question ?? TOOL_SENTENCES.howCanIHelp.en;
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

/** Where a clinic has words redacted, what was said cannot always be said again. */
const REDACTED = /\[(?:phone|card|email|birth date|name|number)\]/;

function lastQuestion(text: string): string | undefined {
  const question = /([^.!?؟۔]*[?؟])\s*$/.exec(text)?.[1]?.trim();
  return question !== undefined && REDACTED.test(question) ? undefined : question;
}
