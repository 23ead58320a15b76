import { fillForced, findTool } from './fill.ts';
import { toForeign } from './foreign.ts';
import { readLexicon } from './lexicon.ts';
import { adjustManner, connect, drop } from './manners.ts';
import { BOOK, type Memory, type Setting, byRole, verifies } from './memory.ts';
import { goOn, withoutLoop } from './onward.ts';
import { askWho, settlePerson } from './persons.ts';
import { readPrompt } from './prompt.ts';
import { pursue } from './pursue.ts';
import { answerQuestion, orMessage, resume } from './questions.ts';
import { isLanguageNote, remember } from './replay.ts';
import { type Tool, readTools } from './schema.ts';
import { type Asked, SAY } from './speak.ts';
import { jsonAnswer, wantsJson, wantsSummary, summaryOf } from './summarise.ts';
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
  const decision = obey(
    request.tool_choice,
    withoutLoop(answer(request, memory, setting), memory, setting),
    memory,
    setting,
  );
  return decision.text === undefined
    ? decision
    : { ...decision, text: toForeign(decision.text, memory.language) };
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
  const last = request.messages.findLast((message) => !isLanguageNote(message));
  if (last?.role === 'tool') return goOn(memory, setting);
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
  const manner = adjustManner(memory, heard, setting);
  if (manner) return manner;
  if (heard.repeat && heard.words.length <= 8 && memory.lastSaid !== '' && !memory.changed)
    return say(memory.lastSaid);
  if (memory.prepared !== undefined) {
    const read = atReadBack(memory, heard, setting);
    if (read) return read;
  }
  return (
    settlePerson(memory, heard, setting) ??
    answerQuestion(memory, heard, setting) ??
    leave(memory, heard, setting) ??
    request(memory, heard, setting) ??
    drop(memory, heard, setting) ??
    pursue(memory, heard, setting) ??
    welcome(memory, setting) ??
    smallTalk(memory, heard)
  );
}

/** Somebody new, who has not said what for. */
function welcome(memory: Memory, setting: Setting): Decision | undefined {
  const { newcomer, current } = memory.persons;
  const registers = newcomer && current === undefined && memory.goal === undefined;
  return registers && byRole(setting, 'register') ? askWho(memory) : undefined;
}

/** Questions that are not about what was read back. */
const ELSEWHERE = new Set<Asked | undefined>(['name', 'birth', 'phone', 'text', 'patient', 'again']);

/** The details were read back and wait for a yes. */
function atReadBack(memory: Memory, heard: Heard, setting: Setting): Decision | undefined {
  const books = memory.readBack === 'hold';
  if (books) memory.goal ??= BOOK;
  if (verifies(setting) && ELSEWHERE.has(memory.asked)) return undefined;
  // a yes after a no settles nothing
  if (heard.yes && memory.asked === 'change' && !memory.changed)
    return say(books ? SAY.confirmAfterAll : SAY.goAheadAfterAll);
  const yes = heard.yes || asksForIt(memory, heard);
  if (yes && (!memory.changed || agreesAnyway(memory, heard))) {
    const tool = confirmTool(memory, setting);
    return tool && { kind: 'call', name: tool.name, args: fillForced(tool, memory, setting) };
  }
  if (memory.changed) return undefined;
  const answered = answerQuestion(memory, heard, setting);
  const other = answered ?? request(memory, heard, setting);
  if (other) return other;
  if (heard.bye) return leave(memory, heard, setting);
  if (heard.shift !== undefined) return say(SAY.otherTime);
  if (heard.no) return say(memory.readBack === 'cancel' ? SAY.stays : SAY.whatChange);
  if (heard.wait) return say(SAY.wait);
  return say(books ? SAY.confirmAgain : SAY.goAheadAgain);
}

/** "Please cancel it", when just that was read back. */
function asksForIt(memory: Memory, heard: Heard): boolean {
  const same = memory.readBack === 'cancel' ? heard.cancel : memory.readBack === 'move' && heard.move;
  return same && !heard.no && !heard.question && !/\b(dont|do not|never)\b/.test(heard.words.join(' '));
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
  const transfer = byRole(setting, 'transfer');
  if (heard.human && transfer) return connect(heard, transfer);
  if (heard.human && !heard.service) return orMessage(SAY.cannot, memory, setting);
  if (memory.prepared !== undefined && (heard.cancel || heard.move)) return say(SAY.whatChange);
  const served = memory.goal !== undefined && memory.goal !== BOOK;
  const wants = heard.cancel || heard.move || heard.message;
  return wants && !served && !memory.changed ? orMessage(SAY.cannot, memory, setting) : undefined;
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
  if (heard.name !== undefined && memory.goal === undefined) return say(`Hello ${heard.name}. ${SAY.how}`);
  if (heard.greeting) return say(`Hello. ${SAY.how}`);
  const open = resume(memory);
  if (open !== undefined) return say(`Sorry, I didn't get that. ${open}`);
  if (heard.no || heard.yes) return say(SAY.how);
  return say(memory.lastSaid === SAY.unclear ? SAY.unheard : SAY.unclear);
}
