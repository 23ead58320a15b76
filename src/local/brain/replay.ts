import { hearCaller } from './caller.ts';
import { findDay } from './dates.ts';
import type { Memory, Setting } from './memory.ts';
import { readResult } from './results.ts';
import { type JsonObject, type Tool, isObject } from './schema.ts';
import { askedBy } from './speak.ts';
import { type ChatMessage, textOf } from './wire.ts';
import { tokens } from './words.ts';

/** Replays a conversation. */
export function remember(messages: readonly ChatMessage[], setting: Setting): Memory {
  const memory: Memory = {
    wish: {},
    options: [],
    idKey: undefined,
    chosen: undefined,
    prepared: undefined,
    goal: undefined,
    asked: undefined,
    lastSaid: '',
    lastArgs: undefined,
    lastFields: {},
    openQuestion: undefined,
    results: [],
    heard: undefined,
    pick: { kind: 'silent' },
    changed: false,
  };
  const calls = new Map<string, Tool | undefined>();
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at];
    if (!message) continue;
    if (message.role === 'assistant') hearAgent(memory, message, setting, calls);
    if (message.role === 'tool') takeResult(memory, message, calls.get(message.tool_call_id ?? ''));
    if (message.role !== 'user') continue;
    // a turn that was cut in two by a pause is one turn
    let text = textOf(message);
    while (messages[at + 1]?.role === 'user') text += ` ${textOf(messages[++at] as ChatMessage)}`;
    hearCaller(memory, text, setting);
  }
  return memory;
}

function hearAgent(
  memory: Memory,
  message: ChatMessage,
  setting: Setting,
  calls: Map<string, Tool | undefined>,
): void {
  const text = textOf(message).trim();
  if (text !== '') {
    const full = memory.results
      .map(({ result }) => result.say ?? '')
      .find((say) => say.startsWith(text.slice(0, 40)));
    // asking into silence changes nothing; an interrupted sentence was meant to end as the tool worded it
    if (!/still there|cannot hear|can't hear|are you there/i.test(text)) memory.asked = askedBy(full ?? text);
    memory.lastSaid = full ?? text;
  }
  if ((message.tool_calls ?? []).length > 0) memory.results = [];
  for (const call of message.tool_calls ?? []) {
    const tool = setting.tools.find((one) => one.name === call.function?.name);
    calls.set(call.id ?? '', tool);
    const args = parseArgs(call.function?.arguments ?? '');
    if (tool) rememberArgs(memory, tool, args);
  }
}

function parseArgs(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

/** What was passed to a tool is what was understood then. */
function rememberArgs(memory: Memory, tool: Tool, args: JsonObject): void {
  if (tool.role === 'find') memory.lastArgs = args;
  for (const param of tool.params) {
    const value = args[param.name];
    if (typeof value !== 'string' || value === '') continue;
    if (param.kind === 'service') memory.wish.service = value;
    if (param.kind === 'practitioner') memory.wish.practitioner = value;
    if (param.kind === 'name') memory.wish.name = value;
    if (param.kind === 'option' && memory.options.some((option) => option.id === value))
      memory.chosen = value;
    const day = param.kind === 'day' ? findDay(tokens(value)) : undefined;
    if (day && memory.wish.day === undefined) memory.wish.day = { spec: day.spec, phrase: value };
  }
}

function takeResult(memory: Memory, message: ChatMessage, tool: Tool | undefined): void {
  const result = readResult(textOf(message));
  memory.results.push({ tool, result });
  memory.lastFields = result.fields;
  if (result.options.length > 0) {
    memory.options = result.options;
    memory.idKey = result.idKey;
    memory.chosen = undefined;
  } else if (tool?.role === 'find') {
    memory.options = [];
    memory.chosen = undefined;
  }
  const waits = tool?.role === 'hold' || /^prepare/.test(tool?.name ?? '');
  const ready = !result.failed && result.options.length === 0 && result.fields.missing === undefined;
  const problem = typeof result.fields.error === 'string' ? result.fields.error : '';
  memory.prepared = waits && ready && tool ? tool.name : undefined;
  if (waits && result.fields.missing === 'phone') memory.asked = 'phone';
  if (result.failed && /slot/.test(problem) && waits) memory.chosen = undefined;
  if (result.failed && /phone/.test(problem)) delete memory.wish.phone;
  if (result.failed && /name/.test(problem)) delete memory.wish.name;
  const done =
    tool && !result.failed && !waits && ['confirm', 'message', 'cancel', 'move', 'other'].includes(tool.role);
  if (!done || result.options.length > 0) return;
  const { name, phone } = memory.wish;
  memory.wish = { ...(name === undefined ? {} : { name }), ...(phone === undefined ? {} : { phone }) };
  memory.options = [];
  memory.chosen = undefined;
  memory.goal = undefined;
  memory.openQuestion = undefined;
}
