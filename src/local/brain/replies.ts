import { fromForeign } from './foreign.ts';
import type { Memory } from './memory.ts';
import { type ToolResult, readResult } from './results.ts';
import type { JsonObject, Tool, ToolRole } from './schema.ts';
import { tokens } from './words.ts';

/** Roles whose success settles a matter. */
const SETTLES = new Set(['confirm', 'message', 'cancel', 'move', 'waiting', 'other']);
/** Roles that say nothing of the matter in hand. */
const ASIDE = new Set(['speech', 'language', 'keypad', 'transfer']);

/** Takes a tool's reply into the memory: what it lays out, whom it verifies, what it reads back, what it settles. */
export function takeReply(memory: Memory, content: string, tool: Tool | undefined): void {
  const result = readResult(content);
  memory.results.push({ tool, result });
  memory.lastFields = result.fields;
  const { keypad } = result.fields;
  memory.keys = keypad === 'birth_date' ? 'birth' : keypad === 'phone' ? 'phone' : undefined;
  // a code that was typed says who is calling
  const proves = result.fields.verified !== undefined;
  if (tool && ASIDE.has(tool.role) && !proves) {
    const { language } = result.fields;
    if (tool.role === 'language' && typeof language === 'string' && !result.failed)
      memory.language = language;
    return;
  }
  takePersons(memory, result, tool);
  takeOffers(memory, result, tool);
  takeReadBack(memory, result, tool);
  const waits = isPreparing(tool);
  // "Thank you, Sara. I've put you on the waiting list": what had waited for the name is done with it
  const settles =
    tool && (SETTLES.has(tool.role) || result.fields.waiting === true || result.fields.booked === true);
  const booked = result.fields.booked === true;
  const open =
    (waits && !booked) ||
    result.failed ||
    result.fields.missing !== undefined ||
    memory.prepared !== undefined ||
    result.options.length > 0;
  if (settles && !open) settle(memory, result);
}

function isPreparing(tool: Tool | undefined): boolean {
  return tool?.role === 'hold' || /^prepare/.test(tool?.name ?? '');
}

/** Who was verified, or what is still wanted for it. */
function takePersons(memory: Memory, { fields, failed }: ToolResult, tool: Tool | undefined): void {
  const { persons, wish } = memory;
  const key = fields.patient;
  const onRecord = tool?.role === 'confirm' && typeof fields.full_name === 'string';
  const proves = fields.verified === true || fields.registered === true || onRecord;
  if (proves && typeof key === 'string') {
    const name = typeof fields.full_name === 'string' ? fields.full_name : (wish.name ?? key);
    if (!persons.known.some((one) => one.key === key))
      persons.known.push({ key, name, kin: persons.other ? persons.kin : undefined });
    memory.appointments = undefined;
    memory.persons = {
      ...persons,
      current: key,
      other: false,
      kin: undefined,
      asked: false,
      needsPhone: false,
      newcomer: false,
      refused: undefined,
      next: undefined,
    };
    for (const told of ['name', 'birth', 'birthSoFar', 'phone'] as const) delete wish[told];
    if (persons.next) forNext(memory, persons.next);
    return;
  }
  if (fields.verified === false) persons.refused = fields.need === 'phone' ? undefined : wish.name;
  if (fields.locked === true) persons.locked = true;
  persons.needsPhone = fields.need === 'phone';
  if (fields.error === 'patient_not_verified' || fields.verified === false) persons.asked = true;
  if (fields.error === 'which_patient') persons.current = undefined;
  if (failed && /birth/.test(problemOf(fields))) {
    if (wish.birth !== undefined) wish.birthSoFar = wish.birth;
    delete wish.birth;
  }
  if (tool?.role === 'identify' || tool?.role === 'register') memory.prepared = undefined;
}

/** The caller is verified, and it is for somebody else. */
function forNext(memory: Memory, next: { kin: string; name: string | undefined }): void {
  if (next.name !== undefined) memory.wish.name = next.name;
  const { persons } = memory;
  memory.persons = { ...persons, current: undefined, other: true, kin: next.kin, next: undefined };
}

function problemOf(fields: JsonObject): string {
  return typeof fields.error === 'string' ? fields.error : '';
}

/** Free times and appointments on record, each in their place. */
function takeOffers(memory: Memory, result: ToolResult, tool: Tool | undefined): void {
  const { fields, idKey, options } = result;
  if (/appointment/i.test(idKey ?? '') || Array.isArray(fields.appointments)) {
    memory.appointments = options;
    memory.table = 'appointments';
    memory.appointment = undefined;
  } else if (options.length > 0) {
    memory.options = options;
    memory.table = 'slots';
    memory.chosen = undefined;
  } else if (tool?.role === 'find') {
    memory.options = [];
    memory.chosen = undefined;
  }
}

function takeReadBack(memory: Memory, result: ToolResult, tool: Tool | undefined): void {
  const { fields, failed } = result;
  const problem = problemOf(fields);
  const waits = isPreparing(tool);
  // a time that was booked before is not booked again
  const ready =
    waits && fields.booked !== true && !failed && result.options.length === 0 && fields.missing === undefined;
  const read = fields.read_back === true || (!failed && /is that right\?$/i.test(result.say ?? ''));
  const again = problem === 'not_confirmed';
  if (!again) memory.prepared = tool && (ready || read) ? tool.name : undefined;
  if (memory.prepared !== undefined && !again) memory.readBack = readBackBy(tool, result.say ?? '');
  if (fields.missing === 'phone') memory.asked = 'phone';
  if (!failed) return;
  if (/slot/.test(problem) && (waits || tool?.role === 'confirm')) memory.chosen = undefined;
  if (/appointment/.test(problem)) memory.appointment = undefined;
  if (/appointment_(changed|past)/.test(problem)) memory.appointments = undefined;
  if (/phone/.test(problem)) delete memory.wish.phone;
  if (/name/.test(problem)) delete memory.wish.name;
}

/** What was read back: by the tool that did, or by its words where another tool went on with what had waited. */
function readBackBy(tool: Tool | undefined, worded: string): ToolRole {
  if (tool && /^(hold|cancel|move|register)$/.test(tool.role)) return tool.role;
  const say = fromForeign(worded);
  if (/want to cancel/i.test(say)) return 'cancel';
  if (/\bspelled\b|\bborn on\b|\bphone number is\b|\breach you on\b/i.test(say)) return 'register';
  return /want to move/i.test(say) ? 'move' : 'hold';
}

/** The matter is done: what belonged to it is forgotten. */
function settle(memory: Memory, { fields }: ToolResult): void {
  const { persons, wish } = memory;
  // a new patient is registered for the sake of something
  if (fields.registered === true) return;
  const { name, phone } = wish;
  memory.doneWish = wish;
  memory.wish = { ...(name === undefined ? {} : { name }), ...(phone === undefined ? {} : { phone }) };
  memory.options = [];
  memory.chosen = undefined;
  memory.appointments = undefined;
  memory.appointment = undefined;
  memory.goal = undefined;
  memory.openQuestion = undefined;
  if (persons.known.length > 1) persons.current = undefined;
}

/** The patient that the words name, of those who are known. */
export function knownPerson(memory: Memory, words: readonly string[]): string | undefined {
  const { known } = memory.persons;
  const scored = known
    .map((one) => ({ key: one.key, score: overlap(tokens(one.name), words) }))
    .sort((a, b) => b.score - a.score);
  const [best, second] = scored;
  return best && best.score > 0 && best.score > (second?.score ?? 0) ? best.key : undefined;
}

function overlap(name: readonly string[], words: readonly string[]): number {
  return name.filter((part) => part.length > 1 && words.some((word) => word === part)).length;
}
