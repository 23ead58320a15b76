import { pickAppointment } from './appointments.ts';
import { translate } from './glossary.ts';
import { hearAnswerText, hearGoal, wishes } from './goals.ts';
import { type Memory, type Setting, byRole } from './memory.ts';
import { birthsIn, hearPersons } from './persons.ts';
import { type Choice, type Pick, pickOption } from './pick.ts';
import type { Option } from './results.ts';
import type { Asked } from './speak.ts';
import { type Heard, understand } from './understand.ts';

/** Questions whose yes chooses none of the things on offer. */
const OTHER_OFFERS = new Set<Asked | undefined>([
  'again',
  'manage',
  'offer_waiting',
  'offer_message',
  'offer_list',
  'patient',
  'newcomer',
]);

/** What the receptionist writes of keys, in words: digits of what was asked for, a code that is no business of ours, 0 for a person. */
function withoutKeys(text: string): string {
  return text
    .replace(/\[typed on the keypad: ([\d ]{1,40})\]/g, ' $1 ')
    .replaceAll('[typed a code on the keypad]', ' ')
    .replaceAll('[pressed 0]', ' I want a real person ')
    .trim();
}

/** Takes a caller's turn into the memory: what it says, whom it is about, what it chooses, what it wants. */
export function hearCaller(memory: Memory, turn: string, setting: Setting): void {
  const text = withoutKeys(turn);
  memory.asked ??= memory.keys;
  memory.keys = undefined;
  const { asked } = memory;
  const table = onTable(memory);
  const languages = byRole(setting, 'language') !== undefined;
  const foreign = languages ? translate(text, memory.language) : undefined;
  const heard = understand(foreign?.text ?? text, {
    lexicon: setting.lexicon,
    offers: table.length,
    asked: awaitsName(memory) ? 'name' : asked,
    births: birthsIn(memory, setting),
  });
  if (foreign) {
    heard.text = text.trim();
    heard.language ??= foreign.language;
  }
  memory.heard = heard;
  const before = stateOf(memory);
  hearPersons(memory, heard, setting);
  if (memory.table === 'appointments' && chooseAppointment(memory, heard, setting)) return;
  const service = wanted(memory, heard);
  const otherService = service !== undefined && service !== memory.wish.service;
  memory.pick = otherService ? { kind: 'silent' } : choose(memory, heard, setting);
  if (memory.pick.kind === 'many' && memory.pick.options.some((option) => option.id === memory.chosen))
    memory.pick = { kind: 'silent' };
  if (service !== undefined) memory.wish.service = service;
  takeWish(memory, heard);
  const elsewhere = heard.shift !== undefined && (heard.question || heard.book || heard.no);
  if (memory.pick.kind === 'one') memory.chosen = memory.pick.id;
  else if (memory.pick.kind !== 'silent' || otherService || elsewhere) memory.chosen = undefined;
  if (otherService) memory.options = [];
  hearGoal(memory, heard, setting);
  memory.changed = stateOf(memory) !== before;
}

/** True while a tool waits for a name, also after a question in between. */
function awaitsName({ persons, wish, asked }: Memory): boolean {
  const open = persons.asked && persons.current === undefined && wish.name === undefined;
  return open && !persons.locked && /^(undefined|else|offer_message)$/.test(String(asked));
}

function onTable(memory: Memory): readonly Option[] {
  return memory.table === 'appointments' ? (memory.appointments ?? []) : memory.options;
}

function stateOf({ wish, chosen, appointment, persons }: Memory): string {
  return JSON.stringify([wish, chosen, appointment, persons.current, persons.other]);
}

/** True when the turn does no more than point at one of the appointments that were read out. */
function chooseAppointment(memory: Memory, heard: Heard, setting: Setting): boolean {
  const listed = memory.appointments ?? [];
  const before = memory.appointment;
  const pick = pickAppointment(memory, choiceOf(memory, heard, setting), heard.service?.value);
  const points = listed.length > 1 && pick.kind === 'one';
  if (points && heard.shift === undefined) memory.appointment = pick.id;
  hearGoal(memory, heard, setting);
  // "move it to Thursday" points at no appointment: it says where it goes
  if (!points || /\bto\b/.test(heard.words.join(' '))) return false;
  memory.pick = { kind: 'silent' };
  memory.changed = memory.appointment !== before;
  return true;
}

/** The service that is wished for; a question about one ("how long does a cleaning take?") is no wish while times lie on offer. */
function wanted(memory: Memory, heard: Heard): string | undefined {
  const asks = heard.question && memory.options.length > 0 && !wishes(heard);
  return asks ? undefined : heard.service?.value;
}

function choose(memory: Memory, heard: Heard, setting: Setting): Pick {
  const { options, asked } = memory;
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
  return pickOption(choiceOf(memory, heard, setting), options, setting.prompt.today);
}

/** What of a turn can tell the things on offer apart. */
function choiceOf(memory: Memory, heard: Heard, setting: Setting): Choice {
  const { asked, prepared } = memory;
  const options = onTable(memory);
  const named = asked === 'name' || asked === 'birth' || asked === 'phone';
  const inName = heard.name !== undefined && !heard.time?.explicit;
  // a lone number is a time only while times are being chosen
  const loose = asked === 'choice' || asked === 'time' || asked === 'day' || (options.length > 0 && !named);
  const time = heard.time?.explicit || (loose && !inName) ? heard.time : undefined;
  const practitioner = setting.lexicon.practitioners
    .find((one) => one === heard.practitioner)
    ?.phrases[0]?.filter((word) => word.length > 2)
    .slice(-1);
  return {
    words: named ? heard.words.filter((word) => !/^(last|later|first|second)$/.test(word)) : heard.words,
    day: heard.day?.spec,
    time,
    part: heard.part,
    practitioner,
    yes: heard.yes && prepared === undefined && !named && !OTHER_OFFERS.has(asked),
  };
}

function takeWish(memory: Memory, heard: Heard): void {
  const { wish, pick } = memory;
  if (heard.phone !== undefined) wish.phone = heard.phone;
  hearAnswerText(memory, heard);
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
  if (!heard.day) delete wish.day;
}
