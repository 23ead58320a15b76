import type { Memory } from './memory.ts';
import { isObject, placeholder } from './schema.ts';
import { type ChatRequest, textOf } from './wire.ts';

/** Longest summary, in characters. */
const MAX_SUMMARY = 300;

/** True when `response_format` asks for JSON. */
export function wantsJson(request: ChatRequest): boolean {
  const format = request.response_format;
  return isObject(format) && (format.type === 'json_object' || format.type === 'json_schema');
}

/** The smallest JSON that fits the asked schema, with the conversation's summary in its texts. */
export function jsonAnswer(request: ChatRequest, memory: Memory): string {
  const format = isObject(request.response_format) ? request.response_format : {};
  const wrapped = isObject(format.json_schema) ? format.json_schema : {};
  if (wrapped.name === CALL_RECORD) return JSON.stringify(callRecord(request));
  const summary = summaryOf(request);
  if (isObject(wrapped.schema)) return JSON.stringify(placeholder(wrapped.schema, summary));
  return JSON.stringify({ summary, ...(memory.wish.name === undefined ? {} : { name: memory.wish.name }) });
}

/** The form in which the worker asks for the summary of a call that is over: its transcript is one JSON object a line. */
const CALL_RECORD = 'call_record';
/** What the agent says of what was done, and the word for it; what comes first here is what the call was about. */
const ENDINGS: readonly (readonly [RegExp, string])[] = [
  [/I've moved the appointment|moved/, 'appointment_moved'],
  [/you're booked|is booked for/i, 'appointment_booked'],
  [/I've cancelled/, 'appointment_cancelled'],
  [/waiting list now/, 'waiting_list'],
  [/left your message/, 'message_left'],
  [/I am connecting you/, 'transferred'],
];

/** A record by rules, which says so: first wish and last answer, word for word. */
function callRecord(request: ChatRequest): { summary: string; disposition: string } {
  const lines = request.messages
    .filter(({ role }) => role === 'user')
    .flatMap((message) => textOf(message).split('\n'))
    .flatMap((line) => spokenLine(line));
  const wish = lines.find(({ who }) => who === 'caller')?.text ?? 'nothing';
  const agent = lines.filter(({ who }) => who === 'agent').map(({ text }) => text);
  const said = agent.join(' ');
  return {
    summary:
      `Written by the local stand-in, not by a model. The caller said: ${wish} The call ended with: ${agent.at(-1) ?? 'nothing'}`.slice(
        0,
        2 * MAX_SUMMARY,
      ),
    disposition: ENDINGS.find(([pattern]) => pattern.test(said))?.[1] ?? 'other',
  };
}

function spokenLine(line: string): { who: string; text: string }[] {
  try {
    const parsed: unknown = JSON.parse(line);
    if (typeof parsed !== 'object' || parsed === null) return [];
    return Object.entries(parsed).flatMap(([who, text]) => (typeof text === 'string' ? [{ who, text }] : []));
  } catch {
    return [];
  }
}

/** True for a prompt that asks for a summary. */
export function wantsSummary(request: ChatRequest): boolean {
  return request.messages.some(
    (message) => message.role !== 'assistant' && /\bsummar(y|i[sz]e)/i.test(textOf(message)),
  );
}

/** One line: what the caller wanted, and what was last said to him. */
export function summaryOf(request: ChatRequest): string {
  const said = (role: string): string[] =>
    request.messages
      .filter((message) => message.role === role)
      .map((message) => textOf(message).trim())
      .filter((text) => text !== '');
  const wish = said('user')[0] ?? '';
  const end = said('assistant').at(-1) ?? '';
  return `${wish === '' ? 'The caller said nothing.' : `The caller said: ${wish}`}${end === '' ? '' : ` The call ended with: ${end}`}`.slice(
    0,
    MAX_SUMMARY,
  );
}
