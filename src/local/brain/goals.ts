import { BOOK, type Memory, type Setting, byRole } from './memory.ts';
import type { ToolRole } from './schema.ts';
import type { Heard } from './understand.ts';

/** Longest message that is passed on, in characters. */
const MAX_MESSAGE = 3_000;
const BOOKS_ANOTHER =
  /\b(book|make|schedule|get|need|want|have) (me |us |him |her )?(an?|another|a new|one more) (\w+ )?(appointment|visit|time|slot|booking)\b|\b(new|another) appointment\b|\bbook (a|an|another)\b/;
const CANNOT_COME =
  /\b(cant|cannot|can not|wont be able to|unable to|not able to) (make|come|attend|keep|be there|get there)\b/;
/** Goals that a further fact ("Wednesday at ten") belongs to. */
const STANDING = new Set<ToolRole | undefined>(['move', 'waiting', 'cancel', 'lookup']);

/** Takes in what the caller wants done; what was wanted before stands until something else is. */
export function hearGoal(memory: Memory, heard: Heard, setting: Setting): void {
  const named = (role: ToolRole): string | undefined => byRole(setting, role)?.name;
  hearMessage(memory, heard, setting);
  const served = servedGoal(memory, heard, named);
  if (served !== undefined) {
    memory.goal = served;
    return;
  }
  if (memory.asked === 'offer_message' && heard.yes) {
    memory.goal = named('message');
    if (memory.openQuestion !== undefined) memory.wish.text = memory.openQuestion;
    return;
  }
  if (heard.cancel || heard.move || heard.message) return;
  const standing = setting.tools.find((tool) => tool.name === memory.goal)?.role;
  const another = BOOKS_ANOTHER.test(heard.words.join(' ')) || memory.asked === 'offer_booking';
  if (!STANDING.has(standing) || another) hearBooking(memory, heard);
  if (heard.question && !heard.book) memory.openQuestion = heard.text.slice(0, MAX_MESSAGE);
}

function servedGoal(
  memory: Memory,
  heard: Heard,
  named: (role: ToolRole) => string | undefined,
): string | undefined {
  const flat = heard.words.join(' ');
  if (memory.asked === 'text' && memory.wish.text !== undefined) return named('message');
  const waits = memory.asked === 'offer_waiting' && heard.yes && heard.shift === undefined && !heard.day;
  if (heard.waiting || waits) return named('waiting');
  // "no, cancel that" at a read-back is a no
  const onlyRead = memory.prepared !== undefined && !/\b(my|our|his|her) \w*/.test(flat);
  if (heard.cancel && !onlyRead) return named('cancel');
  const elsewhen = heard.day ?? heard.part ?? (heard.time?.explicit ? heard.time : undefined) ?? heard.shift;
  // "Would you like to move or cancel it?" – "Could I come on Thursday?"
  const moves = heard.move || (memory.asked === 'manage' && (elsewhen !== undefined || heard.anyTime));
  if (moves && !onlyRead) return named('move');
  if (heard.message) return named('message');
  if (heard.list || (memory.asked === 'offer_list' && heard.yes)) return named('lookup');
  const absent = CANNOT_COME.test(flat) && memory.goal === undefined && memory.options.length === 0;
  return absent ? named('lookup') : undefined;
}

const SAME = /\b(one|another|same|too|also|as well)\b/;

/** "And one for my daughter": what was booked last, for somebody else. */
function hearSame(memory: Memory, heard: Heard): void {
  const { wish, doneWish, persons } = memory;
  const flat = heard.words.join(' ');
  const somebody =
    heard.kin !== undefined || heard.name !== undefined || /\bfor (me|myself|him|her)\b/.test(flat);
  if (doneWish.service === undefined || !SAME.test(flat) || !(somebody || heard.book)) return;
  if (memory.goal === undefined && (somebody || persons.known.length > 0)) memory.goal = BOOK;
  if (heard.service === undefined) wish.service ??= doneWish.service;
  if (/\bsame (day|time)\b/.test(flat) && doneWish.day) wish.day ??= doneWish.day;
}

function hearBooking(memory: Memory, heard: Heard): void {
  if (memory.asked === 'else' || memory.goal === undefined) hearSame(memory, heard);
  const answers = /^(service|day|time|later_day)$/.test(memory.asked ?? '');
  const about = heard.service ?? heard.day ?? heard.time ?? heard.part;
  const told =
    heard.service !== undefined ||
    heard.day !== undefined ||
    heard.time?.explicit === true ||
    heard.part !== undefined;
  const asks = about !== undefined && wishes(heard) && (heard.service ?? heard.day) !== undefined;
  const statement = told && (!heard.question || asks) && !heard.hours;
  if (heard.book || statement || (answers && told) || (memory.asked === 'offer_booking' && heard.yes))
    memory.goal = BOOK;
}

/** The words to pass on: the answer to the question for them, or what the request for a message already says. */
function hearMessage(memory: Memory, heard: Heard, setting: Setting): void {
  const message = byRole(setting, 'message');
  if (!message || memory.asked === 'text' || !heard.message) return;
  const said = /\bmessage\b.{0,40}?\b(?:that|saying|to say|says|about)\b,?\s+(.{6,})/is.exec(heard.text)?.[1];
  const whole = /\b(call (me|us|him|her) back|callback|tell|let)\b/.test(heard.words.join(' '));
  const text = said ?? (whole ? heard.text : undefined);
  if (text !== undefined) memory.wish.text = text.slice(0, MAX_MESSAGE);
}

/** The answer to "What shall I tell them?", unless the caller thought better of it. */
export function hearAnswerText(memory: Memory, heard: Heard): void {
  const declined = heard.bye || heard.human || (heard.no && heard.words.length <= 4);
  if (memory.asked === 'text' && heard.words.length > 0 && !declined)
    memory.wish.text = heard.text.slice(0, MAX_MESSAGE);
}

/** True when a turn wishes for what it names: "can I get a cleaning on Friday". */
export function wishes(heard: Heard): boolean {
  const facts = heard.day ?? heard.part ?? (heard.time?.explicit ? heard.time : undefined);
  const put = /\b(can|could|may) (i|we) (get|have|do|take)\b|\b(instead|rather|switch|change)\b/;
  return heard.book || facts !== undefined || put.test(heard.words.join(' '));
}
