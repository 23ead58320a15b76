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
  const summary = summaryOf(request);
  if (isObject(wrapped.schema)) return JSON.stringify(placeholder(wrapped.schema, summary));
  return JSON.stringify({ summary, ...(memory.wish.name === undefined ? {} : { name: memory.wish.name }) });
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
