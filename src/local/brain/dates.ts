import { cardinalAt, ordinalAt } from './numbers.ts';
import { alike } from './words.ts';

/** The days of the week, Sunday first as in `Date.getUTCDay()`. */
export const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
/** What the recogniser makes of weekdays, beyond near spellings. */
const MISHEARD: Readonly<Record<string, number>> = {
  wensday: 3,
  whensday: 3,
  weddingsday: 3,
  tuesdays: 2,
  choosday: 2,
  chewsday: 2,
  chooseday: 2,
  twosday: 2,
  tuesy: 2,
  onesday: 3,
  wonsday: 3,
  toosday: 2,
  fryday: 5,
  freeday: 5,
  sonday: 0,
  moonday: 1,
  satday: 6,
  satterday: 6,
};

/** A day as it was meant, not yet a date. */
export type DaySpec =
  | { kind: 'offset'; days: number }
  | { kind: 'weekday'; weekday: number; next: boolean }
  | { kind: 'date'; day: number; month?: number; year?: number }
  | { kind: 'week' };

/** A day that was said, the words it took (`from` to `to`), and how to pass it on. */
export interface SaidDay {
  spec: DaySpec;
  phrase: string;
  from: number;
  to: number;
}

/** 0 (Sunday) to 6 for a word that is or sounds like a weekday and like no other one. */
export function weekdayOf(word: string): number | undefined {
  const known = MISHEARD[word] ?? WEEKDAYS.findIndex((day) => day === word || `${day}s` === word);
  if (known >= 0) return known;
  if (word.length < 6 || !/d[aei]y?s?$/.test(word)) return undefined;
  const scores = WEEKDAYS.map((day) => alike(word, day));
  const best = Math.max(...scores);
  const second = Math.max(...scores.filter((_, index) => index !== scores.indexOf(best)));
  return best >= 0.74 && best - second >= 0.05 ? scores.indexOf(best) : undefined;
}

/** The month (1 to 12) of a word that is or sounds like its name. */
export function monthAt(words: readonly string[], at: number): number | undefined {
  const word = words[at] ?? '';
  const index = MONTHS.findIndex(
    (month) => month === word || (word.length >= 7 && alike(month, word) >= 0.8),
  );
  return index >= 0 ? index + 1 : undefined;
}

/** The English name of a month, 1 to 12. */
export function monthName(month: number): string {
  const name = MONTHS[month - 1] ?? '';
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

/** "3 December", "December 3rd", "the third of December", "the 24th" (only when it cannot be a choice among offers). */
function dateAt(words: readonly string[], at: number, bareFrom: number): SaidDay | undefined {
  const month = monthAt(words, at);
  const afterMonth = words[at + 1] === 'the' ? at + 2 : at + 1;
  const afterNumber = ordinalAt(words, afterMonth) ?? cardinalAt(words, afterMonth);
  if (month !== undefined && afterNumber && inMonth(afterNumber.value))
    return dated(words, afterNumber.value, month, at, afterMonth + afterNumber.length);
  const ordinal = ordinalAt(words, at);
  const number = ordinal ?? cardinalAt(words, at);
  if (!number || !inMonth(number.value)) return undefined;
  const next = at + number.length;
  const laterMonth = words[next] === 'of' ? monthAt(words, next + 1) : monthAt(words, next);
  if (laterMonth !== undefined)
    return dated(words, number.value, laterMonth, at, next + (words[next] === 'of' ? 2 : 1));
  const pointed = words[at - 1] === 'the' && (words[at - 2] === 'on' || number.value > bareFrom);
  return ordinal && pointed && !/^(one|slot|time|option)$/.test(words[next] ?? '')
    ? said({ kind: 'date', day: number.value }, at, next)
    : undefined;
}

/** A date and, where one is said after it, its year. */
function dated(words: readonly string[], day: number, month: number, from: number, to: number): SaidDay {
  const year = /^20\d\d$/.exec(words[to] ?? '')?.[0];
  return year === undefined
    ? said({ kind: 'date', day, month }, from, to)
    : said({ kind: 'date', day, month, year: Number(year) }, from, to + 1);
}

const inMonth = (day: number): boolean => day >= 1 && day <= 31;

function said(spec: DaySpec, from: number, to: number): SaidDay {
  return { spec, phrase: dayPhrase(spec), from, to };
}

function relativeAt(words: readonly string[], at: number): SaidDay | undefined {
  const [word, second, third] = [words[at] ?? '', words[at + 1] ?? '', words[at + 2] ?? ''];
  if (word === 'day' && second === 'after' && alike(third, 'tomorrow') >= 0.75)
    return said({ kind: 'offset', days: 2 }, at, at + 3);
  if (word === 'today' || word === 'tonight') return said({ kind: 'offset', days: 0 }, at, at + 1);
  if (word === 'this' && /^(morning|afternoon|evening)$/.test(second))
    return said({ kind: 'offset', days: 0 }, at, at + 1);
  if (word.length >= 6 && alike(word, 'tomorrow') >= 0.75)
    return said({ kind: 'offset', days: 1 }, at, at + 1);
  if ((word === 'to' || word === 'too' || word === 'two') && /^(morrow|marrow|moro)$/.test(second))
    return said({ kind: 'offset', days: 1 }, at, at + 2);
  if (word === 'next' && second === 'week' && weekdayNear(words, at + 2) === undefined)
    return said({ kind: 'week' }, at, at + 2);
  const count =
    word === 'in' ? (second === 'a' ? { value: 1, length: 1 } : cardinalAt(words, at + 1)) : undefined;
  const unit = count ? words[at + 1 + count.length] : undefined;
  if (count && /^days?$/.test(unit ?? ''))
    return said({ kind: 'offset', days: count.value }, at, at + 2 + count.length);
  if (count && /^weeks?$/.test(unit ?? ''))
    return said({ kind: 'offset', days: 7 * count.value }, at, at + 2 + count.length);
  return undefined;
}

function weekdayNear(words: readonly string[], at: number): number | undefined {
  return weekdayOf(words[at] ?? '') ?? weekdayOf(words[at + 1] ?? '');
}

function weekdayAt(words: readonly string[], at: number): SaidDay | undefined {
  const plain = /^(later|earlier|another|other|different|better|latter|same|every|whatever|which)$/.test(
    words[at] ?? '',
  );
  // "a later day" is no Saturday
  const joined = words[at + 1] === 'day' && !plain ? weekdayOf(`${words[at] ?? ''}day`) : undefined;
  const weekday = weekdayOf(words[at] ?? '') ?? joined;
  if (weekday === undefined) return undefined;
  const next =
    words[at - 1] === 'next' ||
    words
      .slice(Math.max(0, at - 3), at)
      .join(' ')
      .startsWith('next week');
  const followed = words[at + 1] === 'next' && words[at + 2] === 'week';
  const length =
    (joined === undefined || weekdayOf(words[at] ?? '') !== undefined ? 1 : 2) + (followed ? 2 : 0);
  return said({ kind: 'weekday', weekday, next: next || followed }, at, at + length);
}

/**
 * The last day that was said (a caller corrects himself forwards: "no not Tuesday, Wednesday").
 * @param offers how many things lie on offer: "the second" is then a choice, not a date.
 */
export function findDay(words: readonly string[], offers = 0): SaidDay | undefined {
  let found: SaidDay | undefined;
  for (let at = 0; at < words.length; at++) {
    const day = relativeAt(words, at) ?? weekdayAt(words, at) ?? dateAt(words, at, offers);
    if (!day) continue;
    const refined = found && day.spec.kind === 'date' && found.spec.kind === 'weekday';
    // "tuesday the 24th": the date says more
    found = refined ? { ...day, from: found?.from ?? day.from } : day;
    at = day.to - 1;
  }
  return found;
}

/** The day in the words of a tool's parameter: `tomorrow`, `next tuesday`, `3 December`. */
export function dayPhrase(spec: DaySpec): string {
  switch (spec.kind) {
    case 'offset':
      return ['today', 'tomorrow', 'day after tomorrow'][spec.days] ?? `in ${spec.days} days`;
    case 'weekday':
      return `${spec.next ? 'next ' : ''}${WEEKDAYS[spec.weekday] ?? ''}`;
    case 'date': {
      const month = MONTHS[(spec.month ?? 0) - 1];
      const year = spec.year === undefined ? '' : ` ${spec.year}`;
      return month
        ? `${spec.day} ${month.slice(0, 1).toUpperCase()}${month.slice(1)}${year}`
        : `the ${spec.day}${suffix(spec.day)}`;
    }
    case 'week':
      return 'next week';
    default:
      return spec satisfies never;
  }
}

function suffix(day: number): string {
  const unit = day >= 11 && day <= 13 ? 0 : day % 10;
  return ['th', 'st', 'nd', 'rd'][unit] ?? 'th';
}

/** The date (midnight UTC of the clinic's calendar day) that is meant, seen from `today`; the nearest that is not past. */
export function resolveDay(spec: DaySpec, today: Date): Date {
  const plus = (days: number): Date => new Date(today.getTime() + days * 86_400_000);
  switch (spec.kind) {
    case 'offset':
      return plus(Math.min(spec.days, 3_650));
    case 'weekday':
      return plus((spec.weekday - today.getUTCDay() + 7) % 7 || 7);
    case 'week':
      return plus((8 - today.getUTCDay()) % 7 || 7);
    case 'date': {
      const month = spec.month === undefined ? today.getUTCMonth() : spec.month - 1;
      if (spec.year !== undefined) return new Date(Date.UTC(spec.year, month, spec.day));
      const first = new Date(Date.UTC(today.getUTCFullYear(), month, spec.day));
      if (first >= today) return first;
      return spec.month === undefined
        ? new Date(Date.UTC(today.getUTCFullYear(), month + 1, spec.day))
        : new Date(Date.UTC(today.getUTCFullYear() + 1, month, spec.day));
    }
    default:
      return spec satisfies never;
  }
}

/** True when two said days can be the same one; without `today` only like kinds compare. */
export function sameDay(a: DaySpec, b: DaySpec, today: Date | undefined): boolean {
  if (a.kind === 'weekday' && b.kind === 'weekday') return a.weekday === b.weekday;
  if (a.kind === 'date' && b.kind === 'date')
    return a.day === b.day && (a.month === undefined || b.month === undefined || a.month === b.month);
  if (!today) return dayPhrase(a) === dayPhrase(b);
  const [dateA, dateB] = [resolveDay(a, today), resolveDay(b, today)];
  if (a.kind === 'weekday' || b.kind === 'weekday') return dateA.getUTCDay() === dateB.getUTCDay();
  return dateA.getTime() === dateB.getTime();
}

/** Today as a prompt states it: an ISO date, or "24 November 2026", "November 24th, 2026"; midnight UTC. */
export function statedToday(prompt: string): Date | undefined {
  const iso = /\b(20\d\d)-(\d\d)-(\d\d)(?!\d)/.exec(prompt);
  if (iso) return validDate(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const names = MONTHS.map((month) => `${month}|${month.slice(0, 3)}`).join('|');
  const dayFirst = new RegExp(`\\b(\\d{1,2})(?:st|nd|rd|th)?(?: of)? (${names})\\w*,? (20\\d\\d)`, 'i').exec(
    prompt,
  );
  const monthFirst = new RegExp(`\\b(${names})\\w* (\\d{1,2})(?:st|nd|rd|th)?,? (20\\d\\d)`, 'i').exec(
    prompt,
  );
  const [day, month, year] = dayFirst
    ? [dayFirst[1], dayFirst[2], dayFirst[3]]
    : [monthFirst?.[2], monthFirst?.[1], monthFirst?.[3]];
  const index = MONTHS.findIndex((name) => name.startsWith((month ?? '-').slice(0, 3).toLowerCase()));
  return index >= 0 ? validDate(Number(year), index + 1, Number(day)) : undefined;
}

function validDate(year: number, month: number, day: number): Date | undefined {
  const date = new Date(Date.UTC(year, month - 1, day));
  return Number.isNaN(date.getTime()) || date.getUTCMonth() !== month - 1 ? undefined : date;
}
