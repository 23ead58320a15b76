import { hearCaller } from './caller.ts';
import { fromForeign } from './foreign.ts';
import { findDay } from './dates.ts';
import { type Memory, type Setting, newMemory } from './memory.ts';
import { takeReply } from './replies.ts';
import { type JsonObject, type Tool, isObject } from './schema.ts';
import { SAY, askedBy } from './speak.ts';
import { type ChatMessage, calledAs, textOf } from './wire.ts';
import { tokens } from './words.ts';

/** Replays a conversation. */
export function remember(messages: readonly ChatMessage[], setting: Setting): Memory {
  const memory = newMemory();
  recallPatients(memory, setting);
  const calls = new Map<string, Tool | undefined>();
  for (let at = 0; at < messages.length; at++) {
    const message = messages[at];
    if (!message) continue;
    if (isLanguageNote(message)) hearLanguage(memory, textOf(message));
    if (message.role === 'assistant') hearAgent(memory, message, setting, calls);
    if (message.role === 'tool') takeReply(memory, textOf(message), calls.get(message.tool_call_id ?? ''));
    if (message.role !== 'user') continue;
    // a turn that was cut in two by a pause is one turn
    let text = textOf(message);
    while (messages[at + 1]?.role === 'user') text += ` ${textOf(messages[++at] as ChatMessage)}`;
    memory.turn++;
    hearCaller(memory, text, setting);
  }
  return memory;
}

/** True for what the program adds to a conversation that is not in English. */
export function isLanguageNote(message: ChatMessage): boolean {
  return message.role === 'system' && NOTE.test(textOf(message));
}
const NOTE = /^The call is in (Spanish|Urdu)\b/;

function hearLanguage(memory: Memory, text: string): void {
  const [, name] = NOTE.exec(text) ?? [];
  if (name !== undefined) memory.language = name === 'Urdu' ? 'ur' : 'es';
}

/** Patients whom an earlier agent of this call has verified, as the prompt lists them. */
function recallPatients(memory: Memory, setting: Setting): void {
  for (const line of setting.prompt.lines) {
    const [, key, name] = /^- (p\d{1,4}): (.{1,200}), a verified patient$/.exec(line) ?? [];
    if (key !== undefined && name !== undefined) memory.persons.known.push({ key, name, kin: undefined });
  }
  const [only, ...others] = memory.persons.known;
  if (others.length === 0) memory.persons.current = only?.key;
}

function hearAgent(
  memory: Memory,
  message: ChatMessage,
  setting: Setting,
  calls: Map<string, Tool | undefined>,
): void {
  const text = fromForeign(textOf(message).trim());
  if (text !== '') {
    const full = memory.results
      .map(({ result }) => result.say ?? '')
      .find((say) => say.startsWith(text.slice(0, 40)));
    // asking into silence changes nothing; an interrupted sentence was meant to end as the tool worded it
    if (!/still there|cannot hear|can't hear|are you there/i.test(text)) memory.asked = askedBy(full ?? text);
    memory.saidBefore = memory.lastSaid;
    memory.lastSaid = full ?? text;
    if (text === SAY.dropped || text === SAY.stays) dropGoal(memory);
  }
  if ((message.tool_calls ?? []).length > 0) memory.results = [];
  for (const call of message.tool_calls ?? []) {
    const tool = setting.tools.find((one) => one.name === call.function?.name);
    calls.set(call.id ?? '', tool);
    const args = parseArgs(call.function?.arguments ?? '');
    const called = calledAs(call.function?.name ?? '', args);
    memory.calls.push({ call: called, turn: memory.turn });
    if (tool && /^(hold|lookup|waiting)$/.test(tool.role)) memory.lastPersonal = called;
    if (tool) rememberArgs(memory, tool, args);
  }
}

/** What was offered or read back is not wanted after all. */
function dropGoal(memory: Memory): void {
  memory.goal = undefined;
  memory.prepared = undefined;
  memory.persons.asked = false;
  memory.options = [];
  memory.chosen = undefined;
  delete memory.wish.text;
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
    if (param.kind === 'birth') memory.wish.birth = value;
    if (param.kind === 'patient' && memory.persons.known.some((one) => one.key === value))
      memory.persons.current = value;
    if (param.kind === 'appointment' && memory.appointments?.some((one) => one.id === value))
      memory.appointment = value;
    if (param.kind === 'option' && memory.options.some((option) => option.id === value))
      memory.chosen = value;
    const day = param.kind === 'day' ? findDay(tokens(value)) : undefined;
    if (day && memory.wish.day === undefined) memory.wish.day = { spec: day.spec, phrase: value };
  }
}
