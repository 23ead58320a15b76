import { type DaySpec, sameDay } from './dates.ts';
import { ordinalAt } from './numbers.ts';
import type { Option } from './results.ts';
import { type DayPart, type SaidTime, partOf } from './times.ts';
import { alike } from './words.ts';

/** What the caller's words do with the things on offer. */
export type Pick =
  { kind: 'one'; id: string } | { kind: 'many'; options: Option[] } | { kind: 'miss' } | { kind: 'silent' };

/** What the caller said that can tell options apart. */
export interface Choice {
  words: readonly string[];
  day: DaySpec | undefined;
  time: SaidTime | undefined;
  part: DayPart | undefined;
  practitioner: readonly string[] | undefined;
  yes: boolean;
}

/** Finds the option that is meant: by its place, its day, its time, its practitioner; by a plain yes when there is only one. */
export function pickOption(choice: Choice, options: readonly Option[], today: Date | undefined): Pick {
  if (options.length === 0) return { kind: 'silent' };
  const { day, time, part, practitioner } = choice;
  let left = [...options];
  let told = false;
  const narrow = (keep: (option: Option) => boolean): void => {
    told = true;
    left = left.filter(keep);
  };
  if (day) narrow((option) => option.day === undefined || sameDay(day, option.day, today));
  if (practitioner) narrow((option) => practitioner.some((word) => option.words.includes(word)));
  if (time) narrow((option) => option.time !== undefined && sameTime(time, option.time));
  else if (part) narrow((option) => option.time === undefined || partOf(option.time.hour) === part);
  const [only] = left;
  if (told && only && left.length === 1) return { kind: 'one', id: only.id };
  const placed = byPlace(choice.words, left);
  if (placed) return { kind: 'one', id: placed.id };
  if (told && left.length === 0) return nearHour(choice, options);
  const heard = told ? undefined : bySound(choice.words, options);
  if (heard) return { kind: 'one', id: heard.id };
  if (choice.yes && only && left.length === 1) return { kind: 'one', id: only.id };
  return told || choice.yes ? { kind: 'many', options: left } : { kind: 'silent' };
}

function sameTime(said: SaidTime, offered: SaidTime): boolean {
  if (said.minute !== offered.minute) return false;
  return said.fixed ? said.hour === offered.hour : said.hour % 12 === offered.hour % 12;
}

/** "Ten" may be all that was recognised of "ten thirty": the read-back will tell. */
function nearHour(choice: Choice, options: readonly Option[]): Pick {
  const { time } = choice;
  if (!time || time.explicit || time.minute !== 0 || choice.day) return { kind: 'miss' };
  const near = options.filter((option) => option.time && option.time.hour % 12 === time.hour % 12);
  const [only] = near;
  return only && near.length === 1 ? { kind: 'one', id: only.id } : { kind: 'miss' };
}

function byPlace(words: readonly string[], options: readonly Option[]): Option | undefined {
  const text = ` ${words.join(' ')} `.replace(/ (a|one|just a|wait a|hold on a) (second|sec)\b/g, ' ');
  if (/ (either|any|whichever|both|you choose|no preference|dont mind|dont care|doesnt matter)\b/.test(text))
    return / (other|another|else)\b/.test(text) ? undefined : options[0];
  if (
    / (last|later|latter|latest|final)( one| time| slot| please)? $| (last|later|latter|latest|final) (one|time|slot|of)\b/.test(
      text,
    )
  ) {
    const open = / (anything|something|bit|much|little|any|have) (\w+ )?later\b/.test(text);
    return open || options.length < 2 ? undefined : options.at(-1);
  }
  if (
    / (earlier|former|earliest|soonest)( one| time| slot| please)? $| (earlier|former|earliest) (one|time|slot|of)\b/.test(
      text,
    )
  )
    return / (anything|something|bit|much|little|any|have) (\w+ )?earlier\b/.test(text) || options.length < 2
      ? undefined
      : options[0];
  const numbered = / (?:number|option) (one|two|three|four|five|1|2|3|4|5)\b/.exec(text)?.[1];
  if (numbered !== undefined)
    return options[(Number(numbered) || ['one', 'two', 'three', 'four', 'five'].indexOf(numbered) + 1) - 1];
  if (/ (thirst|forced|fast|fist) one\b/.test(text)) return options[0];
  const cut = text.trim().split(' ');
  for (let at = 0; at < cut.length; at++) {
    const place = ordinalAt(cut, at);
    // "the 24th" or "the twenty fourth" is a date
    if (place && place.length === 1 && place.value <= options.length) return options[place.value - 1];
  }
  return undefined;
}

/** A short answer that sounds like the way one of the times is said: "tan" for "ten". */
function bySound(words: readonly string[], options: readonly Option[]): Option | undefined {
  const short = words
    .filter((word) => !/^(the|at|please|one|id|like|ill|take|uh|um)$/.test(word))
    .map((word) => MINUTES[Number(word)] ?? word);
  if (short.length === 0 || short.length > 3) return undefined;
  const scored = options
    .map((option) => ({
      option,
      score: Math.max(0, ...forms(option).map((form) => alike(short.join(''), form))),
    }))
    .sort((a, b) => b.score - a.score);
  const [best, second] = scored;
  return best && best.score >= 0.74 && best.score - (second?.score ?? 0) >= 0.15 ? best.option : undefined;
}

const HOURS = 'twelve one two three four five six seven eight nine ten eleven'.split(' ');
const MINUTES: Readonly<Record<number, string>> = { 15: 'fifteen', 30: 'thirty', 45: 'fortyfive' };

function forms(option: Option): string[] {
  if (!option.time) return [];
  const hour = HOURS[option.time.hour % 12] ?? '';
  const minute = MINUTES[option.time.minute];
  if (option.time.minute === 0) return [hour, `${hour}oclock`];
  return minute === undefined
    ? []
    : [`${hour}${minute}`, ...(option.time.minute === 30 ? [`halfpast${hour}`] : [])];
}
