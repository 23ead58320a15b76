import { fill, findTool } from './fill.ts';
import { type Memory, type Setting, verifies } from './memory.ts';
import { askWho, isStranger } from './persons.ts';
import type { JsonObject, Tool } from './schema.ts';
import { SAY, askFor, spokenList, spokenOption } from './speak.ts';
import { partOf } from './times.ts';
import type { Heard } from './understand.ts';
import { type Decision, calledAs } from './wire.ts';

const say = (text: string): Decision => ({ kind: 'say', text });

/** A call of something of a patient's, unless it must first be known whose. */
export function callFor(tool: Tool, args: JsonObject, memory: Memory, setting: Setting): Decision {
  const personal = /^(hold|lookup|waiting)$/.test(tool.role);
  if (personal && memory.persons.locked) return say(SAY.locked);
  // what was wanted waits where it was asked for: only something else is asked for anew
  const waits = memory.persons.other || memory.lastPersonal === calledAs(tool.name, args);
  if (personal && waits && isStranger(memory, setting)) return askWho(memory);
  return { kind: 'call', name: tool.name, args };
}

/** A free time found, chosen, and passed to the tool that reads it back: of a new appointment, or of one that is moved. */
export function pursueBooking(
  memory: Memory,
  heard: Heard,
  setting: Setting,
  hold: Tool | undefined,
): Decision | undefined {
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
  if (!first) return callFor(tool, args, memory, setting);
  return say(askFor(first, memory.asked === first.kind && !memory.changed, labels(setting)));
}

/** What the clinic's services are called. */
export function labels(setting: Setting): string[] {
  return setting.lexicon.services.map((service) => service.label);
}

/** A new search, unless it would find what was just turned down. */
export function search(memory: Memory, find: Tool, setting: Setting): Decision {
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
  if (single && verifies(setting)) return say(SAY.suits);
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
