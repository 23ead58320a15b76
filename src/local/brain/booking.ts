import { BOOK, type Memory, type Setting } from './memory.ts';
import { fill, findTool, goalTool } from './fill.ts';
import type { JsonObject, Tool } from './schema.ts';
import { SAY, askFor, spokenList, spokenOption } from './speak.ts';
import { partOf } from './times.ts';
import type { Heard } from './understand.ts';
import type { Decision } from './wire.ts';

const say = (text: string): Decision => ({ kind: 'say', text });

/** The next step of what the caller wants done: a question for what is missing, or the tool call. */
export function pursue(memory: Memory, heard: Heard, setting: Setting): Decision | undefined {
  if (memory.goal === undefined) return undefined;
  if (memory.goal === BOOK) return pursueBooking(memory, heard, setting);
  const tool = goalTool(memory, setting);
  if (!tool) return undefined;
  const { args, missing } = fill(tool, memory, setting);
  const [first] = missing;
  if (!first) return { kind: 'call', name: tool.name, args };
  const lookup =
    first.kind === 'option' && memory.options.length === 0 ? lookupTool(setting, tool) : undefined;
  if (lookup) {
    const asked = fill(lookup, memory, setting);
    const [unknown] = asked.missing;
    if (!unknown) return { kind: 'call', name: lookup.name, args: asked.args };
    return say(askFor(unknown, memory.asked === unknown.kind, []));
  }
  return say(askFor(first, memory.asked === first.kind, []));
}

function lookupTool(setting: Setting, tool: Tool): Tool | undefined {
  const others = setting.tools.filter((one) => one.name !== tool.name);
  return others.find((one) => one.role === 'lookup') ?? others.find((one) => one.role === 'find');
}

function pursueBooking(memory: Memory, heard: Heard, setting: Setting): Decision | undefined {
  const hold = goalTool(memory, setting);
  const find = findTool(setting);
  if (!find && !hold) return undefined;
  if (hold && (memory.chosen !== undefined || !find)) return callOrAsk(hold, memory, setting);
  if (memory.pick.kind === 'many') {
    const some = memory.pick.options.slice(0, 3).map(spokenOption);
    return say(`Which would you like: ${spokenList(some, 'or')}?`);
  }
  if (!find) return undefined;
  if (memory.options.length > 0 && memory.pick.kind === 'silent' && !memory.changed)
    return unchosen(memory, heard, find, setting);
  if (memory.options.length > 0 && memory.pick.kind === 'silent' && !searchChanged(memory, find, setting))
    return unchosen(memory, heard, find, setting);
  return search(memory, find, setting);
}

function callOrAsk(tool: Tool, memory: Memory, setting: Setting): Decision {
  const { args, missing } = fill(tool, memory, setting);
  const [first] = missing;
  if (!first) return { kind: 'call', name: tool.name, args };
  return say(askFor(first, memory.asked === first.kind && !memory.changed, labels(setting)));
}

function labels(setting: Setting): string[] {
  return setting.lexicon.services.map((service) => service.label);
}

/** A new search, unless it would find what was just turned down. */
function search(memory: Memory, find: Tool, setting: Setting): Decision {
  const { args, missing } = fill(find, memory, setting);
  const [first] = missing;
  if (first) return say(askFor(first, memory.asked === first.kind, labels(setting)));
  return sameArgs(args, memory.lastArgs) && !memory.changed && memory.options.length > 0
    ? say(SAY.otherTime)
    : { kind: 'call', name: find.name, args };
}

function searchChanged(memory: Memory, find: Tool, setting: Setting): boolean {
  return !sameArgs(fill(find, memory, setting).args, memory.lastArgs);
}

function sameArgs(a: JsonObject, b: JsonObject | undefined): boolean {
  const flat = (args: JsonObject): string =>
    JSON.stringify(Object.entries(args).sort(([x], [y]) => x.localeCompare(y)));
  return b !== undefined && flat(a) === flat(b);
}

/** Times lie on offer and the caller took none. */
function unchosen(memory: Memory, heard: Heard, find: Tool, setting: Setting): Decision {
  const shifted =
    heard.shift === 'later' || heard.shift === 'earlier' ? shift(memory, heard.shift) : undefined;
  if (shifted) {
    memory.wish.part = shifted;
    delete memory.wish.time;
    const { args, missing } = fill(find, memory, setting);
    if (missing.length === 0 && !sameArgs(args, memory.lastArgs))
      return { kind: 'call', name: find.name, args };
  }
  if (heard.shift !== undefined || heard.no || memory.asked === 'later_day') return say(SAY.otherTime);
  const single = memory.options.length === 1;
  if (single && memory.wish.name === undefined)
    return say(askFor(NAME, memory.asked === 'name' && !heard.yes, []));
  return say(SAY.whichOne);
}

const NAME = {
  name: 'name',
  kind: 'name',
  required: true,
  nullable: false,
  type: 'string',
  description: '',
  choices: undefined,
  schema: {},
} as const;

function shift(memory: Memory, way: 'later' | 'earlier'): 'morning' | 'afternoon' | 'evening' | undefined {
  const times = memory.options.flatMap((option) => (option.time ? [option.time.hour] : []));
  if (times.length === 0) return undefined;
  if (way === 'later') return partOf(Math.max(...times)) === 'morning' ? 'afternoon' : 'evening';
  const first = partOf(Math.min(...times));
  return first === 'morning' ? undefined : first === 'afternoon' ? 'morning' : 'afternoon';
}
