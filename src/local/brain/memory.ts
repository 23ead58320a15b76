import { type DaySpec, findDay } from './dates.ts';
import type { Lexicon } from './lexicon.ts';
import { type Pick, pickOption } from './pick.ts';
import type { PromptFacts } from './prompt.ts';
import { type Option, type ToolResult, readResult } from './results.ts';
import { type JsonObject, type Tool, isObject } from './schema.ts';
import { type Asked, askedBy } from './speak.ts';
import type { DayPart, SaidTime } from './times.ts';
import { type Heard, understand } from './understand.ts';
import { type ChatMessage, textOf } from './wire.ts';
import { tokens } from './words.ts';

/** What is known of the caller's wish so far. */
export interface Wish {
  service?: string;
  day?: { spec: DaySpec; phrase: string };
  part?: DayPart;
  time?: SaidTime;
  practitioner?: string;
  name?: string;
  phone?: string;
  /** A message for the team, in the caller's words. */
  text?: string;
}

/** The conversation so far, replayed from the messages: nothing is kept between requests. */
export interface Memory {
  wish: Wish;
  options: Option[];
  idKey: string | undefined;
  chosen: string | undefined;
  /** The tool whose details wait for the caller's yes. */
  prepared: string | undefined;
  /** What the caller wants done: a booking, or the name of another tool. */
  goal: string | undefined;
  asked: Asked | undefined;
  lastSaid: string;
  lastArgs: JsonObject | undefined;
  lastFields: JsonObject;
  /** A question that could not be answered: the message to pass on, if the caller wants that. */
  openQuestion: string | undefined;
  /** Results of the tools called last, in order, and who gave them. */
  results: { tool: Tool | undefined; result: ToolResult }[];
  /** The caller's newest turn, and what it did. */
  heard: Heard | undefined;
  pick: Pick;
  changed: boolean;
}

/** What the replay reads with. */
export interface Setting {
  tools: readonly Tool[];
  lexicon: Lexicon;
  prompt: PromptFacts;
}

/** The goal of booking an appointment. */
export const BOOK = 'book';

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
  memory.prepared = waits && ready && tool ? tool.name : undefined;
  if (waits && result.fields.missing === 'phone') memory.asked = 'phone';
  if (result.failed && /slot/.test(String(result.fields.error)) && waits) memory.chosen = undefined;
  if (result.failed && /phone/.test(String(result.fields.error))) delete memory.wish.phone;
  if (result.failed && /name/.test(String(result.fields.error))) delete memory.wish.name;
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

function hearCaller(memory: Memory, text: string, setting: Setting): void {
  const { asked, options } = memory;
  const heard = understand(text, { lexicon: setting.lexicon, offers: options.length, asked });
  memory.heard = heard;
  const before = JSON.stringify([memory.wish, memory.chosen]);
  const otherService = heard.service !== undefined && heard.service.value !== memory.wish.service;
  memory.pick = otherService ? { kind: 'silent' } : choose(memory, heard, setting);
  takeWish(memory, heard, setting);
  if (memory.pick.kind === 'one') memory.chosen = memory.pick.id;
  else if (memory.pick.kind !== 'silent' || otherService) memory.chosen = undefined;
  if (otherService) memory.options = [];
  takeGoal(memory, heard, setting);
  memory.changed = JSON.stringify([memory.wish, memory.chosen]) !== before;
}

function choose(memory: Memory, heard: Heard, setting: Setting): Pick {
  const { options, asked, prepared } = memory;
  const [only] = options;
  const named = asked === 'name' || asked === 'phone';
  // "I have Tuesday at ten. May I have your name for it?": who gives the name takes the time
  if (
    named &&
    only &&
    options.length === 1 &&
    (heard.name !== undefined || heard.phone !== undefined) &&
    !heard.day &&
    !heard.time?.explicit
  )
    return { kind: 'one', id: only.id };
  if (heard.hours || heard.human || heard.robot) return { kind: 'silent' };
  const inName = heard.name !== undefined && !heard.time?.explicit;
  // a lone number is a time only while times are being chosen
  const loose =
    asked === 'choice' ||
    asked === 'time' ||
    asked === 'day' ||
    (options.length > 0 && asked !== 'name' && asked !== 'phone');
  const time = heard.time?.explicit || (loose && !inName) ? heard.time : undefined;
  const practitioner = setting.lexicon.practitioners
    .find((one) => one === heard.practitioner)
    ?.phrases[0]?.filter((word) => word.length > 2)
    .slice(-1);
  return pickOption(
    {
      words:
        prepared !== undefined || named
          ? heard.words.filter((word) => !/^(last|later|first|second)$/.test(word) || !named)
          : heard.words,
      day: heard.day?.spec,
      time,
      part: heard.part,
      practitioner,
      yes: heard.yes && prepared === undefined && !named,
    },
    options,
    setting.prompt.today,
  );
}

function takeWish(memory: Memory, heard: Heard, setting: Setting): void {
  const { wish, pick } = memory;
  if (heard.service && !(heard.question && memory.options.length > 0 && !heard.book))
    wish.service = heard.service.value;
  if (heard.name !== undefined) wish.name = heard.name;
  if (heard.phone !== undefined) wish.phone = heard.phone;
  if (memory.asked === 'text' && heard.words.length > 0) wish.text = heard.text;
  // what pointed at an offered time needs no new search
  if (pick.kind === 'one' || heard.hours) return;
  if (heard.practitioner) wish.practitioner = heard.practitioner.value;
  if (heard.day) wish.day = { spec: heard.day.spec, phrase: heard.day.phrase };
  const time =
    heard.time?.explicit || memory.asked === 'time' || (memory.options.length > 0 && heard.name === undefined)
      ? heard.time
      : undefined;
  if (time) {
    wish.time = time;
    delete wish.part;
  } else if (heard.part) {
    wish.part = heard.part;
    delete wish.time;
  }
  if (!heard.anyTime) return;
  delete wish.time;
  if (!heard.part) delete wish.part;
  if (!heard.day && setting.tools.length > 0) delete wish.day;
}

function takeGoal(memory: Memory, heard: Heard, setting: Setting): void {
  const byRole = (role: Tool['role']): string | undefined =>
    setting.tools.find((tool) => tool.role === role)?.name;
  const found = heard.cancel
    ? byRole('cancel')
    : heard.move
      ? byRole('move')
      : heard.message
        ? byRole('message')
        : undefined;
  if (found !== undefined) {
    memory.goal = found;
    return;
  }
  if (memory.asked === 'offer_message' && heard.yes) {
    memory.goal = byRole('message');
    if (memory.openQuestion !== undefined) memory.wish.text = memory.openQuestion;
    return;
  }
  if (heard.cancel || heard.move || heard.message) return;
  const answers =
    memory.asked === 'service' ||
    memory.asked === 'day' ||
    memory.asked === 'time' ||
    memory.asked === 'later_day';
  const told =
    heard.service !== undefined ||
    heard.day !== undefined ||
    heard.time?.explicit === true ||
    heard.part !== undefined;
  const asks = heard.service !== undefined && (heard.day ?? heard.time ?? heard.part) !== undefined;
  const statement = told && (!heard.question || asks) && !heard.hours;
  if (heard.book || statement || (answers && told) || (memory.asked === 'offer_booking' && heard.yes))
    memory.goal = BOOK;
  if (heard.question && !heard.book) memory.openQuestion = heard.text;
}
