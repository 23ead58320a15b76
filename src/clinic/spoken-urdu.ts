import type { DateTime } from 'luxon';

const WEEKDAYS = ['پیر', 'منگل', 'بدھ', 'جمعرات', 'جمعہ', 'ہفتہ', 'اتوار'];
const MONTHS = 'جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر'.split(' ');
/** From 0 to 99 each number has a word of its own. */
const TO_99 = [
  'صفر ایک دو تین چار پانچ چھ سات آٹھ نو',
  'دس گیارہ بارہ تیرہ چودہ پندرہ سولہ سترہ اٹھارہ انیس',
  'بیس اکیس بائیس تئیس چوبیس پچیس چھبیس ستائیس اٹھائیس انتیس',
  'تیس اکتیس بتیس تینتیس چونتیس پینتیس چھتیس سینتیس اڑتیس انتالیس',
  'چالیس اکتالیس بیالیس تینتالیس چوالیس پینتالیس چھیالیس سینتالیس اڑتالیس انچاس',
  'پچاس اکاون باون ترپن چون پچپن چھپن ستاون اٹھاون انسٹھ',
  'ساٹھ اکسٹھ باسٹھ تریسٹھ چونسٹھ پینسٹھ چھیاسٹھ سڑسٹھ اڑسٹھ انہتر',
  'ستر اکہتر بہتر تہتر چوہتر پچہتر چھہتر ستتر اٹھہتر اناسی',
  'اسی اکیاسی بیاسی تراسی چوراسی پچاسی چھیاسی ستاسی اٹھاسی نواسی',
  'نوے اکانوے بانوے ترانوے چورانوے پچانوے چھیانوے ستانوے اٹھانوے ننانوے',
].flatMap((ten) => ten.split(' '));
/** What is counted in South Asia, largest first. */
const UNITS: readonly (readonly [number, string])[] = [
  [10_000_000, 'کروڑ'],
  [100_000, 'لاکھ'],
  [1_000, 'ہزار'],
  [100, 'سو'],
];

/** A whole number from 0 below 10^12 in Urdu words, in lakhs and crores; above that in digits. */
export function urduNumber(value: number): string {
  if (value < 100) return TO_99[value] ?? '';
  if (value >= 1e12) return String(value);
  for (const [size, name] of UNITS) {
    if (value < size) continue;
    const head = `${urduNumber(Math.floor(value / size))} ${name}`;
    return value % size === 0 ? head : `${head} ${urduNumber(value % size)}`;
  }
  return String(value);
}

/** A date with its weekday: "منگل، چوبیس نومبر", "منگل، یکم دسمبر". */
export function urduDate(date: DateTime): string {
  const day = date.day === 1 ? 'یکم' : urduNumber(date.day);
  return `${WEEKDAYS[date.weekday - 1] ?? ''}، ${day} ${MONTHS[date.month - 1] ?? ''}`;
}

/** A time with its part of the day before it: "صبح ساڑھے دس بجے", "دوپہر ڈیڑھ بجے". */
export function urduTime(time: DateTime): string {
  const { hour } = time;
  const part = hour < 4 || hour >= 20 ? 'رات' : hour < 12 ? 'صبح' : hour < 16 ? 'دوپہر' : 'شام';
  return `${part} ${urduClock(time)}`;
}

/** The same without the part of the day. */
export function urduClock(time: DateTime): string {
  const hour = time.hour % 12 === 0 ? 12 : time.hour % 12;
  const { minute } = time;
  if (minute === 0) return `${urduNumber(hour)} بجے`;
  if (minute === 15) return `سوا ${urduNumber(hour)} بجے`;
  // Half past one and half past two have words of their own.
  if (minute === 30)
    return hour === 1 ? 'ڈیڑھ بجے' : hour === 2 ? 'ڈھائی بجے' : `ساڑھے ${urduNumber(hour)} بجے`;
  if (minute === 45) return `پونے ${urduNumber((hour % 12) + 1)} بجے`;
  return `${urduNumber(hour)} بج کر ${urduNumber(minute)} منٹ`;
}

/** A list: "ایک، دو یا تین". */
export function urduList(parts: readonly string[], conjunction: 'or' | 'and'): string {
  const last = parts.at(-1) ?? '';
  const word = conjunction === 'and' ? 'اور' : 'یا';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join('، ')} ${word} ${last}`;
}
