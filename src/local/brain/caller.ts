import { BOOK, type Memory, type Setting } from './memory.ts';
import { type Pick, pickOption } from './pick.ts';
import type { Tool } from './schema.ts';
import { type Heard, understand } from './understand.ts';

/** Takes a caller's turn into the memory: what it says, what it chooses, what it wants. */
export function hearCaller(memory: Memory, text: string, setting: Setting): void {
  const { asked, options } = memory;
  const heard = understand(text, { lexicon: setting.lexicon, offers: options.length, asked });
  memory.heard = heard;
  const before = JSON.stringify([memory.wish, memory.chosen]);
  const service = wanted(memory, heard);
  const otherService = service !== undefined && service !== memory.wish.service;
  memory.pick = otherService ? { kind: 'silent' } : choose(memory, heard, setting);
  if (memory.pick.kind === 'many' && memory.pick.options.some((option) => option.id === memory.chosen))
    memory.pick = { kind: 'silent' };
  if (service !== undefined) memory.wish.service = service;
  takeWish(memory, heard, setting);
  const elsewhere = heard.shift !== undefined && (heard.question || heard.book || heard.no);
  if (memory.pick.kind === 'one') memory.chosen = memory.pick.id;
  else if (memory.pick.kind !== 'silent' || otherService || elsewhere) memory.chosen = undefined;
  if (otherService) memory.options = [];
  takeGoal(memory, heard, setting);
  memory.changed = JSON.stringify([memory.wish, memory.chosen]) !== before;
}

/** The service that is wished for; a question about one ("how long does a cleaning take?") is no wish while times lie on offer. */
function wanted(memory: Memory, heard: Heard): string | undefined {
  const asks = heard.question && memory.options.length > 0 && !wishes(heard);
  return asks ? undefined : heard.service?.value;
}

function wishes(heard: Heard): boolean {
  const facts = heard.day ?? heard.part ?? (heard.time?.explicit ? heard.time : undefined);
  const put = /\b(can|could|may) (i|we) (get|have|do|take)\b|\b(instead|rather|switch|change)\b/;
  return heard.book || facts !== undefined || put.test(heard.words.join(' '));
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
  const about = heard.service ?? heard.day ?? heard.time ?? heard.part;
  const asks = about !== undefined && wishes(heard) && (heard.service ?? heard.day) !== undefined;
  const statement = told && (!heard.question || asks) && !heard.hours;
  if (heard.book || statement || (answers && told) || (memory.asked === 'offer_booking' && heard.yes))
    memory.goal = BOOK;
  if (heard.question && !heard.book) memory.openQuestion = heard.text;
}
