import type { DateTime } from 'luxon';

/** A span of days in the clinic's zone: from the start of the first to the end of the last. */
export interface DaySpan {
  from: DateTime;
  to: DateTime;
}

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const NUMBERS = 'zero one two three four five six seven eight nine ten eleven twelve'.split(' ');
const ORDINALS =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'.split(
    ' ',
  );
/** "The twenty-fourth", but not "first thing in the morning". */
const ORDINAL_WORDS = new RegExp(
  `\\b(?:(twenty|thirty)[ -])?(${ORDINALS.join('|')}|thirtieth)\\b(?! (?:thing|available|free|appointment|slot|time)\\b)`,
  'g',
);
/** "At 10", "10:30", "3 pm": a time of day, and never the day of a month. */
const CLOCK_TIMES = /\b(?:at )?\d{1,2}(?::\d{2}| ?(?:[ap] ?m|o ?clock))\b|\bat \d{1,2}\b/g;

/** One day. */
const day = (date: DateTime): DaySpan => ({ from: date.startOf('day'), to: date.endOf('day') });

/**
 * The days that a phrase means, such as "tomorrow", "next Tuesday", "the 3rd of December", "in two weeks" or "2026-12-03"; dates are worked
 * out here and never by the model. A weekday alone is the first one after today; "next" is the one in the coming calendar week; a date
 * without a year is the next one to come. Undefined for what is not understood.
 *
 * @param now The present in the clinic's zone, which is the zone of the result.
 */
export function resolveDays(phrase: string, now: DateTime): DaySpan | undefined {
  const text = phrase
    .toLowerCase()
    .replace(/[^a-z0-9\s:-]/g, ' ')
    .replace(/\b(on|the|of|for|please|maybe|around)\b/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/\ba couple\b/g, 'two')
    .replace(ORDINAL_WORDS, (_, tens: string | undefined, word: string) => `${ordinal(tens, word)}th`)
    .replace(CLOCK_TIMES, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return isoDate(text, now) ?? resolve(text, now);
}

function resolve(text: string, now: DateTime): DaySpan | undefined {
  return (
    ahead(text, now) ??
    relative(text, now) ??
    countedWeekday(text, now) ??
    calendarDate(text, now) ??
    dayOfMonth(text, now) ??
    weekday(text, now)
  );
}

function ordinal(tens: string | undefined, word: string): number {
  const unit = word === 'thirtieth' ? 30 : ORDINALS.indexOf(word) + 1;
  return unit + (tens === 'twenty' ? 20 : tens === 'thirty' ? 30 : 0);
}

function isoDate(text: string, now: DateTime): DaySpan | undefined {
  const match = /\b(\d{4})-(\d{2})-(\d{2})(?!\d)/.exec(text);
  if (match === null) return undefined;
  const date = now.set({ year: Number(match[1]), month: Number(match[2]), day: Number(match[3]) });
  // Luxon rolls 31 February over into March: what was not meant is not understood.
  return date.day === Number(match[3]) && date.month === Number(match[2]) ? day(date) : undefined;
}

/** "In two weeks", "a week from Tuesday", "Tuesday in two weeks". */
function ahead(text: string, now: DateTime): DaySpan | undefined {
  const match = /\b(\w+) (day|week|month)s? from (\w.*)$|\bin (\w+) (day|week|month)s?\b/.exec(text);
  if (match === null) return undefined;
  const [, countFrom, unitFrom, base = 'now', countIn, unitIn] = match;
  const count = amount(countFrom ?? countIn ?? '');
  const unit = unitFrom ?? unitIn ?? '';
  const start = base === 'now' ? day(now) : resolve(base, now);
  if (count === undefined || start === undefined) return undefined;
  const date = start.from.plus({ [`${unit}s`]: count });
  const index = base === 'now' && unit === 'week' ? weekdayIn(text) : -1;
  return day(index < 0 ? date : date.startOf('week').plus({ days: index }));
}

function amount(word: string): number | undefined {
  if (word === 'a' || word === 'an') return 1;
  const number = /^\d{1,3}$/.test(word) ? Number(word) : NUMBERS.indexOf(word);
  return number < 0 || number > 366 ? undefined : number;
}

function relative(text: string, now: DateTime): DaySpan | undefined {
  if (/\bday after tomorrow\b/.test(text)) return day(now.plus({ days: 2 }));
  if (/\btomorrow\b/.test(text)) return day(now.plus({ days: 1 }));
  if (/\b(today|tonight|this (morning|afternoon|evening))\b/.test(text)) return day(now);
  const anyDay = weekdayIn(text) < 0;
  if (/\bnext week\b/.test(text) && anyDay) return week(now.plus({ weeks: 1 }));
  if (/\bthis week\b/.test(text) && anyDay) return { from: now.startOf('day'), to: now.endOf('week') };
  if (
    /\b(soon|earliest|first available|any ?time|any ?day|as soon as possible|asap)\b/.test(text) &&
    anyDay
  ) {
    return { from: now.startOf('day'), to: now.plus({ days: 13 }).endOf('day') };
  }
  return undefined;
}

function week(date: DateTime): DaySpan {
  return { from: date.startOf('week'), to: date.endOf('week') };
}

/** Index in {@link WEEKDAYS} of the weekday that is named, or -1. */
function weekdayIn(text: string): number {
  return WEEKDAYS.findIndex((name) => new RegExp(`\\b${name}s?\\b`).test(text));
}

function weekday(text: string, now: DateTime): DaySpan | undefined {
  const index = weekdayIn(text);
  if (index < 0) return undefined;
  if (new RegExp(`\\bnext (week\\b|${WEEKDAYS[index]})`).test(text)) {
    return day(now.plus({ weeks: 1 }).startOf('week').plus({ days: index }));
  }
  const distance = (index + 1 - now.weekday + 7) % 7;
  return day(now.plus({ days: distance === 0 ? 7 : distance }));
}

/** "The first Tuesday of December", or of the month that comes first. */
function countedWeekday(text: string, now: DateTime): DaySpan | undefined {
  const match = new RegExp(`\\b([1-5])(?:st|nd|rd|th) (${WEEKDAYS.join('|')})\\b`).exec(text);
  if (match === null) return undefined;
  const index = WEEKDAYS.indexOf(match[2] ?? '');
  for (const first of monthsNamed(text, now)) {
    const distance = (index + 1 - first.weekday + 7) % 7;
    const meant = first.plus({ days: distance + 7 * (Number(match[1]) - 1) });
    if (meant.month === first.month && meant.endOf('day') >= now) return day(meant);
  }
  return undefined;
}

/** The months a phrase can mean, as their first days: the one it names in this year and the next, or this month and those to come. */
function monthsNamed(text: string, now: DateTime): DateTime[] {
  const index = MONTHS.findIndex((_, month) => new RegExp(`\\b${monthName(month)}\\b`).test(text));
  const first = now.startOf('month');
  if (index < 0) return [0, 1, 2].map((months) => first.plus({ months }));
  return [0, 1].map((years) => first.set({ month: index + 1 }).plus({ years }));
}

function monthName(index: number): string {
  const name = MONTHS[index] ?? '';
  return `(?:${name}|${name.slice(0, 3)}${name === 'september' ? 't?' : ''})`;
}

function calendarDate(text: string, now: DateTime): DaySpan | undefined {
  for (const index of MONTHS.keys()) {
    const name = monthName(index);
    const number = `(\\d{1,2})(?:st|nd|rd|th)?`;
    const match = new RegExp(`\\b${number}(?: day)?(?: in)? ${name}\\b|\\b${name} ${number}\\b`).exec(text);
    if (match === null) continue;
    const said = /\b20\d\d\b/.exec(text);
    if (said !== null) return dateIn(now.set({ year: Number(said[0]), month: index + 1, day: 1 }), match);
    return nextOf(monthsNamed(MONTHS[index] ?? '', now), match, now);
  }
  return undefined;
}

function dateIn(month: DateTime, match: RegExpExecArray): DaySpan | undefined {
  const number = Number(match[1] ?? match[2]);
  return number >= 1 && number <= (month.daysInMonth ?? 0) ? day(month.set({ day: number })) : undefined;
}

function dayOfMonth(text: string, now: DateTime): DaySpan | undefined {
  const match = /\b(\d{1,2})(?:st|nd|rd|th)\b/.exec(text);
  if (match === null) return undefined;
  return nextOf(monthsNamed('', now), match, now);
}

function nextOf(months: readonly DateTime[], match: RegExpExecArray, now: DateTime): DaySpan | undefined {
  return months.map((month) => dateIn(month, match)).find((span) => span !== undefined && span.to >= now);
}
