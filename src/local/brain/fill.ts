import { resolveDay } from './dates.ts';
import { BOOK, type Memory, type Setting, verifies } from './memory.ts';
import { phoneNumber } from './numbers.ts';
import { type Json, type JsonObject, type Param, type Tool, fits, placeholder } from './schema.ts';
import { clockText } from './times.ts';
import { alike, tokens } from './words.ts';

/** The arguments of a call, and what is still missing for it. */
export interface Filled {
  args: JsonObject;
  missing: Param[];
}

/** Fills a tool's parameters from what the caller said; only values that fit the schema get in. */
export function fill(tool: Tool, memory: Memory, setting: Setting): Filled {
  const args: JsonObject = {};
  const missing: Param[] = [];
  for (const param of tool.params) {
    const value = coerced(param, valueOf(param, memory, setting));
    if (fits(param, value)) args[param.name] = value;
    else if (param.required && param.nullable) args[param.name] = null;
    else if (param.required) missing.push(param);
  }
  return { args, missing };
}

/** The same for a call that was forced (`tool_choice`): what is missing gets a value that fits the schema. */
export function fillForced(tool: Tool, memory: Memory, setting: Setting): JsonObject {
  const { args, missing } = fill(tool, memory, setting);
  for (const param of missing) args[param.name] = placeholder(param.schema, memory.heard?.text ?? '');
  return args;
}

function coerced(param: Param, value: Json | undefined): Json | undefined {
  const numeric =
    (param.type === 'integer' || param.type === 'number') && typeof value === 'string' && value !== '';
  return numeric ? Number(value) : value;
}

function valueOf(param: Param, memory: Memory, setting: Setting): Json | undefined {
  const { wish } = memory;
  switch (param.kind) {
    case 'service':
      return listed(param, wish.service);
    case 'practitioner':
      return listed(param, wish.practitioner);
    case 'day':
      return dayValue(param, memory, setting);
    case 'part':
      return wish.part ?? (param.required && param.choices?.includes('any') ? 'any' : undefined);
    case 'time':
      return wish.time && clockText(wish.time);
    case 'option':
      return memory.options.find((option) => option.id === memory.chosen)?.id;
    case 'appointment':
      return memory.appointments?.find((option) => option.id === memory.appointment)?.id;
    case 'patient':
      // without a way to verify people, the patient is a name
      return verifies(setting) ? memory.persons.current : wish.name;
    case 'name':
      return wish.name;
    case 'birth':
      return wish.birth;
    case 'phone':
      return wish.phone;
    case 'text':
      return wish.text ?? (param.choices && memory.heard ? closest(param, memory.heard.words) : undefined);
    case 'other':
      return otherValue(param, memory);
    default:
      return param.kind satisfies never;
  }
}

/** The value of this parameter's own closed list that is meant by a value of another tool's. */
function listed(param: Param, value: string | undefined): string | undefined {
  if (value === undefined || !param.choices || param.choices.includes(value)) return value;
  return closest(param, tokens(value));
}

function closest(param: Param, words: readonly string[]): string | undefined {
  const joined = words.join('');
  return param.choices?.find((choice) => {
    const own = tokens(choice.replace(/_/g, ' ')).join('');
    return own !== '' && (alike(own, joined) >= 0.8 || words.includes(own));
  });
}

function dayValue(param: Param, memory: Memory, setting: Setting): string | undefined {
  const { day } = memory.wish;
  const iso = param.schema.format === 'date' || /YYYY-MM-DD|ISO/.test(param.description);
  return day && iso && setting.prompt.today
    ? resolveDay(day.spec, setting.prompt.today).toISOString().slice(0, 10)
    : day?.phrase;
}

/** A parameter of no known kind: from the last result by name, or the answer to the question for it. */
function otherValue(param: Param, memory: Memory): Json | undefined {
  const given = memory.lastFields[param.name];
  if (given !== undefined && fits(param, given)) return given;
  const { heard } = memory;
  if (param.type === 'boolean' && /urgent/.test(param.name)) return heard?.urgent === true ? true : undefined;
  if (!heard || !memory.lastSaid.toLowerCase().includes(param.name.replace(/_/g, ' ').toLowerCase()))
    return undefined;
  if (param.choices) return closest(param, heard.words);
  if (param.type === 'boolean') return heard.yes ? true : heard.no ? false : undefined;
  if (param.type === 'integer' || param.type === 'number') return phoneNumber(heard.words, 1);
  return heard.words.length > 0 ? heard.text : undefined;
}

/** The tool that searches for free times, if one is offered. */
export function findTool(setting: Setting): Tool | undefined {
  return setting.tools.find((tool) => tool.role === 'find');
}

/** The tool that serves the caller's goal. */
export function goalTool(memory: Memory, setting: Setting): Tool | undefined {
  return memory.goal === BOOK
    ? setting.tools.find((tool) => tool.role === 'hold')
    : setting.tools.find((tool) => tool.name === memory.goal);
}
