import type { DateTime } from 'luxon';

const ORDINAL_SUFFIX: Record<number, string> = {
  1: 'st',
  2: 'nd',
  3: 'rd',
  21: 'st',
  22: 'nd',
  23: 'rd',
  31: 'st',
};

/** A date as people say it, always with its weekday: "Tuesday the 24th of November". */
export function spokenDate(date: DateTime): string {
  const local = date.setLocale('en');
  return `${local.toFormat('cccc')} the ${local.day}${ORDINAL_SUFFIX[local.day] ?? 'th'} of ${local.toFormat('LLLL')}`;
}

/** A time as people say it: "10 in the morning", "half past 2 in the afternoon", "12 noon". */
export function spokenTime(time: DateTime): string {
  if (time.hour === 12 && time.minute === 0) return '12 noon';
  const part = time.hour < 12 ? 'in the morning' : time.hour < 17 ? 'in the afternoon' : 'in the evening';
  return `${clock(time)} ${part}`;
}

/** The same without the part of the day, for lists within one part: "10:30" is said "10 30". */
export function clock(time: DateTime): string {
  const hour = time.hour % 12 === 0 ? 12 : time.hour % 12;
  if (time.minute === 0) return String(hour);
  if (time.minute === 30) return `half past ${hour}`;
  if (time.minute === 15) return `quarter past ${hour}`;
  if (time.minute === 45) return `quarter to ${(hour % 12) + 1}`;
  return `${hour} ${time.minute < 10 ? `oh ${time.minute}` : time.minute}`;
}

/** A list as people say it: "a, b or c". */
export function spokenList(parts: readonly string[], conjunction: 'or' | 'and'): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} ${conjunction} ${last}`;
}

/** Threes and fours, the fours last: 7 digits are 3 and 4, 5 are 2 and 3. */
const DIGIT_GROUPS = /\d{3}(?=(?:\d{4})*$)|\d{4}(?=(?:\d{4})*$)|\d{2,3}(?=(?:\d{3}|\d{4})*$)|\d+/g;

/** A phone number digit by digit in groups, so that it can be followed and checked: "0 3 0 0, 5 5 5, 0 1 0 1". */
export function spokenPhone(national: string): string {
  const blocks = national.match(/\d+/g) ?? [];
  const groups = blocks.flatMap((block) => block.match(DIGIT_GROUPS) ?? []);
  return groups.map((group) => group.split('').join(' ')).join(', ');
}
