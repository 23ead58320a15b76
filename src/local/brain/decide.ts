import { findAnswer, tellHours, tellService } from './answers.ts';
import { pursue } from './booking.ts';
import { fillForced, findTool } from './fill.ts';
import { readLexicon } from './lexicon.ts';
import { BOOK, type Memory, type Setting, remember } from './memory.ts';
import { readPrompt } from './prompt.ts';
import { type Tool, type ToolRole, readTools } from './schema.ts';
import { SAY } from './speak.ts';
import { jsonAnswer, wantsJson, wantsSummary, summaryOf } from './summarise.ts';
import { tellResults } from './tell.ts';
import type { Heard } from './understand.ts';
import { type ChatRequest, type Decision, textOf } from './wire.ts';
import { alike } from './words.ts';

const say = (text: string): Decision => ({ kind: 'say', text });

/**
 * What to answer to a chat request, from the request alone. Never throws; calls only tools that were offered, with arguments that keep to
 * their schema's required list, types and enums.
 */
export function decide(request: ChatRequest): Decision {
  const setting = readSetting(request);
  const memory = remember(request.messages, setting);
  if (wantsJson(request)) return say(jsonAnswer(request, memory));
  if (setting.tools.length === 0 && wantsSummary(request)) return say(summaryOf(request));
  return obey(request.tool_choice, answer(request, memory, setting), memory, setting);
}

/** Settings that are remembered: the prompt and tools of a call are the same in all its requests. */
const MAX_SETTINGS = 20;
const settings = new Map<string, Setting>();

function readSetting(request: ChatRequest): Setting {
  const system = request.messages.filter(
    (message) => message.role === 'system' || message.role === 'developer',
  );
  const text = system.map(textOf).join('\n');
  const key = `${text}\n${JSON.stringify(request.tools ?? [])}`;
  const before = settings.get(key);
  if (before) return before;
  const prompt = readPrompt(text);
  const tools = readTools(request.tools);
  const setting: Setting = { tools, prompt, lexicon: readLexicon(tools, prompt) };
  if (settings.size >= MAX_SETTINGS) settings.clear();
  settings.set(key, setting);
  return setting;
}

function answer(request: ChatRequest, memory: Memory, setting: Setting): Decision {
  const last = request.messages.at(-1);
  if (last?.role === 'tool') return say(tellResults(memory));
  if (last?.role === 'user' && memory.heard) return answerCaller(memory, memory.heard, setting);
  const quoted =
    last && last.role !== 'assistant' ? /["“]([^"”]{4,300})["”]/.exec(textOf(last))?.[1] : undefined;
  if (request.messages.length > 1 && quoted !== undefined) return say(quoted);
  if (memory.heard) return say(resume(memory) ?? SAY.how);
  const { clinic } = setting.prompt;
  return say(clinic === undefined ? `Hello. ${SAY.how}` : `Hello, this is ${clinic}. ${SAY.how}`);
}

/** `tool_choice`: none, required, or one tool by name. */
function obey(choice: unknown, decision: Decision, memory: Memory, setting: Setting): Decision {
  if (choice === 'none') return decision.kind === 'say' ? decision : say(decision.text ?? SAY.moment);
  const name =
    typeof choice === 'object' && choice !== null && 'function' in choice
      ? (choice.function as { name?: unknown } | null)?.name
      : undefined;
  if (choice !== 'required' && name === undefined) return decision;
  if (decision.kind === 'call' && (name === undefined || decision.name === name)) return decision;
  const wanted = setting.tools.find((tool) => tool.name === name);
  const tool = wanted ?? (name === undefined ? (findTool(setting) ?? setting.tools[0]) : undefined);
  return tool ? { kind: 'call', name: tool.name, args: fillForced(tool, memory, setting) } : decision;
}

function answerCaller(memory: Memory, heard: Heard, setting: Setting): Decision {
  if (heard.words.length === 0) return say(SAY.unheard);
  if (heard.emergency || (!heard.service && /\bemergency\b/.test(heard.words.join(' '))))
    return say(setting.prompt.emergency ?? SAY.emergency);
  if (heard.repeat && heard.words.length <= 8 && memory.lastSaid !== '' && !memory.changed)
    return say(memory.lastSaid);
  if (memory.prepared !== undefined) {
    const read = atReadBack(memory, heard, setting);
    if (read) return read;
  }
  return (
    answerQuestion(memory, heard, setting) ??
    leave(memory, heard, setting) ??
    request(memory, heard, setting) ??
    pursue(memory, heard, setting) ??
    smallTalk(memory, heard)
  );
}

/** The details were read back and wait for a yes. */
function atReadBack(memory: Memory, heard: Heard, setting: Setting): Decision | undefined {
  memory.goal ??= BOOK;
  // a yes after a no settles nothing
  if (heard.yes && memory.asked === 'change' && !memory.changed) return say(SAY.confirmAfterAll);
  if (heard.yes && (!memory.changed || agreesAnyway(memory, heard))) {
    const tool = confirmTool(memory, setting);
    return tool && { kind: 'call', name: tool.name, args: fillForced(tool, memory, setting) };
  }
  if (memory.changed) return undefined;
  const answered = answerQuestion(memory, heard, setting);
  if (answered) return answered;
  if (heard.bye) return leave(memory, heard, setting);
  if (heard.shift !== undefined) return say(SAY.otherTime);
  if (heard.no) return say(SAY.whatChange);
  if (heard.wait) return say(SAY.wait);
  return say(SAY.confirmAgain);
}

/** A yes with the name once more, recognised a little differently, is still a yes. */
function agreesAnyway(memory: Memory, heard: Heard): boolean {
  const read = memory.lastSaid.toLowerCase();
  const name = heard.name?.toLowerCase();
  const known =
    name !== undefined &&
    read.split(/[^\p{L}']+/u).some((word) => alike(word, name.split(' ').at(-1) ?? '') >= 0.8);
  return known && memory.pick.kind === 'silent' && !heard.day && !heard.time && !heard.service;
}

function confirmTool(memory: Memory, setting: Setting): Tool | undefined {
  const about = new Set((memory.prepared ?? '').toLowerCase().split('_'));
  const shared = (tool: Tool): number =>
    tool.name
      .toLowerCase()
      .split('_')
      .filter((word) => about.has(word)).length;
  return setting.tools.filter((tool) => tool.role === 'confirm').sort((a, b) => shared(b) - shared(a))[0];
}

/** Answers what was asked, and comes back to what was open. */
function answerQuestion(memory: Memory, heard: Heard, setting: Setting): Decision | undefined {
  const text = plainAnswer(memory, heard, setting);
  if (typeof text !== 'string') return text;
  const open = resume(memory);
  return say(open === undefined ? text : `${text} ${open}`);
}

function plainAnswer(memory: Memory, heard: Heard, setting: Setting): string | Decision | undefined {
  const { prompt } = setting;
  if (heard.robot) return memory.goal === undefined ? `${SAY.robot} ${SAY.how}` : SAY.robot;
  if (heard.hours) {
    const hours = tellHours(prompt, heard.day?.spec);
    if (hours !== undefined) return hours;
  }
  if (heard.human || memory.asked === 'text') return undefined;
  const found = findAnswer(heard.words, prompt.faqs);
  const facts = heard.day ?? heard.part ?? (heard.time?.explicit ? heard.time : undefined) ?? heard.name;
  const sure = found && found.score >= 0.6 && !facts && (heard.question || !heard.service);
  if (sure && memory.pick.kind !== 'one' && !(heard.yes && memory.prepared)) return found.answer;
  if (!heard.question) return undefined;
  const told = heard.service && tellService(heard.words, heard.service, prompt);
  if (told !== undefined) return told;
  const books =
    heard.book ||
    facts !== undefined ||
    heard.shift !== undefined ||
    heard.cancel ||
    heard.move ||
    heard.message;
  if (books || heard.anyTime || memory.pick.kind === 'one' || memory.pick.kind === 'many') return undefined;
  if (found && found.score >= 0.42) return found.answer;
  return heard.service ? aboutService(memory, heard) : unknown(heard, setting);
}

/** "Do you do whitening?" is a question, "can I get a cleaning?" is a wish. */
function aboutService(memory: Memory, heard: Heard): Decision | undefined {
  if (/\bdo you (do|offer|provide|make|have)\b/.test(heard.words.join(' ')) && memory.options.length === 0)
    return say('Yes, we do. Would you like to book an appointment?');
  memory.goal = BOOK;
  return undefined;
}

function unknown(heard: Heard, setting: Setting): Decision | undefined {
  const idle =
    heard.greeting || heard.thanks || heard.bye || heard.repeat || heard.wait || heard.words.length < 3;
  if (
    idle ||
    /\b(hear me|how are you|help me|are you there|anyone there|anybody there)\b/.test(heard.words.join(' '))
  )
    return undefined;
  return say(`${SAY.dontKnow} ${byRole(setting, 'message') ? SAY.canMessage : SAY.noMessage}`);
}

function byRole(setting: Setting, role: ToolRole): Tool | undefined {
  return setting.tools.find((tool) => tool.role === role);
}

/** The question that was open before the caller asked one. */
function resume(memory: Memory): string | undefined {
  if (memory.prepared !== undefined) return 'Shall I book it for you?';
  if (memory.asked === 'name' && memory.options.length > 0) return 'May I have your name, please?';
  if (memory.options.length > 0) return 'Which of those times would you like?';
  if (memory.asked === 'service') return 'Which service would you like?';
  return memory.asked === 'phone' ? 'Which phone number can we reach you on?' : undefined;
}

function leave(memory: Memory, heard: Heard, setting: Setting): Decision | undefined {
  const declines = memory.asked === 'else' && heard.no && !heard.book && !heard.service && !memory.changed;
  const refuses =
    heard.no &&
    heard.thanks &&
    (memory.asked === undefined || memory.asked === 'offer_message' || memory.asked === 'offer_booking');
  const bye =
    heard.bye && !heard.book && memory.pick.kind !== 'one' && !(memory.changed && memory.goal !== undefined);
  if (!declines && !refuses && !bye) return undefined;
  const tool = byRole(setting, 'end');
  if (!tool) return say(SAY.goodbye);
  const first =
    /(say|after|said|saying).{0,12} goodbye/i.test(tool.description) &&
    /first|after you|once you/i.test(tool.description);
  const args = fillForced(tool, memory, setting);
  return { kind: 'call', name: tool.name, args, ...(first ? { text: SAY.goodbye } : {}) };
}

/** Requests for a person, and for things that no offered tool does. */
function request(memory: Memory, heard: Heard, setting: Setting): Decision | undefined {
  const message = byRole(setting, 'message');
  const decline = say(message ? `${SAY.cannot} ${SAY.canMessage}` : `${SAY.cannot} ${SAY.noMessage}`);
  const transfer = byRole(setting, 'transfer');
  if (heard.human && transfer)
    return { kind: 'call', name: transfer.name, args: fillForced(transfer, memory, setting) };
  if (heard.human && !heard.service) return decline;
  const served = memory.goal !== undefined && memory.goal !== BOOK;
  return (heard.cancel || heard.move || heard.message) && !served && memory.options.length === 0
    ? decline
    : undefined;
}

function smallTalk(memory: Memory, heard: Heard): Decision {
  const flat = heard.words.join(' ');
  if (memory.goal === BOOK) return say(`${SAY.cannot} ${SAY.noMessage}`);
  if (heard.wait) return say(SAY.wait);
  if (/\bhow are you\b/.test(flat)) return say(SAY.well);
  if (/\b(hear me|are you there|anyone there|anybody there)\b/.test(flat)) return say(SAY.here);
  if (memory.asked === 'else' && heard.yes) return say(SAY.else);
  if (memory.asked === 'offer_message' && heard.no) return say(`All right. ${SAY.noMessage}`);
  if (heard.thanks) return say(SAY.welcome);
  if (heard.greeting) return say(`Hello. ${SAY.how}`);
  const open = resume(memory);
  if (open !== undefined) return say(`Sorry, I didn't get that. ${open}`);
  if (heard.no || heard.yes) return say(SAY.how);
  return say(memory.lastSaid === SAY.unclear ? SAY.unheard : SAY.unclear);
}
