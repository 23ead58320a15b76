import { type DaySpec, findDay } from './dates.ts';
import { type Json, type JsonObject, isObject } from './schema.ts';
import { type SaidTime, findTime } from './times.ts';
import { tokens } from './words.ts';

/** One thing a tool's result offers to choose from: a free slot, or an appointment on file. */
export interface Option {
  id: string;
  spoken: string;
  words: string[];
  day: DaySpec | undefined;
  time: SaidTime | undefined;
}

/** A tool's result as far as rules can read it. */
export interface ToolResult {
  /** The sentence for the caller. */
  say: string | undefined;
  failed: boolean;
  options: Option[];
  /** The key the ids stand under: `slot_id`. */
  idKey: string | undefined;
  /** The result's own fields, for parameters of the same name. */
  fields: JsonObject;
}

/** Reads a tool message: JSON (once or twice encoded), or plain text, in which "say: ..." marks the sentence. */
export function readResult(content: string): ToolResult {
  const value = parse(content, 2);
  const empty = { failed: false, options: [], idKey: undefined, fields: {} };
  if (typeof value === 'string') {
    const marked = /(?:^|\n)\s*say\s*[:=]\s*["“]?([^\n]+?)["”]?\s*(?:\n|$)/i.exec(value)?.[1];
    const failed = /^\W*(error|failed|invalid|unknown)\b|internal error/i.test(value);
    return { ...empty, failed, say: marked ?? (failed ? undefined : value.trim() || undefined) };
  }
  if (Array.isArray(value)) return { ...empty, say: undefined, ...readOptions({ options: value }) };
  if (!isObject(value)) return { ...empty, say: undefined };
  const failed =
    value.ok === false ||
    value.success === false ||
    value.status === 'error' ||
    (value.error ?? null) !== null;
  return { failed, say: sentence(value), fields: value, ...readOptions(value) };
}

function parse(content: string, depth: number): Json {
  try {
    const value = JSON.parse(content) as Json;
    return typeof value === 'string' && depth > 1 ? parse(value, depth - 1) : value;
  } catch (error) {
    if (error instanceof SyntaxError) return content;
    throw error;
  }
}

function sentence(value: JsonObject): string | undefined {
  for (const key of ['say', 'tell_the_caller', 'speak', 'message', 'text', 'summary', 'answer', 'result']) {
    const said = value[key];
    if (typeof said === 'string' && said.trim() !== '') return said.trim();
  }
  return undefined;
}

function readOptions(value: JsonObject): Pick<ToolResult, 'options' | 'idKey'> {
  for (const list of Object.values(value)) {
    if (!Array.isArray(list)) continue;
    const objects = list.filter(isObject).slice(0, 50);
    const idKey = Object.keys(objects[0] ?? {}).find((key) => /(^|_)id$|Id$/.test(key));
    if (idKey === undefined) continue;
    const options = objects.flatMap((one) => {
      const id = one[idKey];
      return typeof id === 'string' || typeof id === 'number' ? [readOption(String(id), one)] : [];
    });
    if (options.length > 0) return { options, idKey };
  }
  return { options: [], idKey: undefined };
}

function readOption(id: string, one: JsonObject): Option {
  const strings = Object.entries(one).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  const spoken = strings.find(([key]) => /spoken|say|label|text|description/.test(key))?.[1];
  const start = strings
    .map(([, text]) => /(20\d\d)-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d))?/.exec(text))
    .find(Boolean);
  const words = tokens(spoken ?? strings.map(([, text]) => text).join(' '));
  const day = findDay(words);
  const date: DaySpec | undefined = start
    ? { kind: 'date', day: Number(start[3]), month: Number(start[2]) }
    : undefined;
  const rest = day ? [...words.slice(0, day.from), 'on', ...words.slice(day.to)] : words;
  const time = findTime(rest);
  const clock = strings.map(([, text]) => /^(\d\d?):(\d\d)$/.exec(text)).find(Boolean);
  // a clock field and the spoken form are in the clinic's zone; a timestamp may be in UTC
  const stamped = start?.[4] === undefined ? undefined : at(start[4], start[5]);
  const place = clock ? at(clock[1], clock[2]) : (time ?? stamped);
  return { id, spoken: spoken ?? described(one) ?? id, words, day: date ?? day?.spec, time: place };
}

/** "check-up on Tuesday at 10:00", of an appointment's fields. */
function described(one: JsonObject): string | undefined {
  const { service, weekday, time } = one;
  if (typeof service !== 'string') return undefined;
  const when = `${typeof weekday === 'string' ? ` on ${weekday}` : ''}${typeof time === 'string' ? ` at ${time}` : ''}`;
  return `the ${service}${when}`;
}

function at(hour: string | undefined, minute: string | undefined): SaidTime {
  return { hour: Number(hour), minute: Number(minute), fixed: true, explicit: true };
}
