import { cardinalAt } from './numbers.ts';

/** Parts of a day that tools search by. */
export const PARTS = ['morning', 'afternoon', 'evening'] as const;
/** One of {@link PARTS}. */
export type DayPart = (typeof PARTS)[number];

/** A time of day that was said. */
export interface SaidTime {
  /** 0 to 23. */
  hour: number;
  minute: number;
  /** True when morning or afternoon was certain (am, pm, "at night", 24-hour digits). */
  fixed: boolean;
  /** False for a lone number word: only a time when times are on offer. */
  explicit: boolean;
}

/** What numbers turn into in recognised text; only read so where a time must stand. */
const HOMOPHONES: Readonly<Record<string, string>> = {
  to: 'two',
  too: 'two',
  for: 'four',
  fore: 'four',
  ate: 'eight',
  won: 'one',
  tree: 'three',
  free: 'three',
  tan: 'ten',
  tin: 'ten',
  tim: 'ten',
  ted: 'ten',
  nein: 'nine',
  mine: 'nine',
  sex: 'six',
  fife: 'five',
};
const MINUTES = /^(thirty|fifteen|forty|twenty|fifty|thirsty|oclock|clock|am|pm|30|15|45|20)$/;
const NOT_HOURS =
  /^(minutes?|mins?|days?|weeks?|months?|years?|hours?|times?|people|persons?|of|more|moment|second|kids|children)$/;

/** Morning, afternoon or evening, if one was said; the greeting "good morning" is none. */
export function findPart(words: readonly string[]): DayPart | undefined {
  const text = ` ${words.join(' ')} `.replace(/ good (morning|mourning|after ?noon|evening)\b/g, ' ');
  if (/ (after ?noons?|lunch ?time|after lunch|midday) /.test(text)) return 'afternoon';
  if (/ (mornings?|mourning|mornin|before lunch) /.test(text)) return 'morning';
  if (/ (evenings?|tonight|evenin|after work|night) /.test(text)) return 'evening';
  return undefined;
}

/** The time said in the words, day and telephone words already taken out. */
export function findTime(words: readonly string[]): SaidTime | undefined {
  const marked = words.map((word, at) => homophone(words, word, at));
  const part = findPart(words);
  let bare: SaidTime | undefined;
  for (let at = 0; at < marked.length; at++) {
    const time = pastOrTo(marked, at) ?? clockAt(marked, at);
    if (time?.explicit) return settle(time, part);
    // 1 to 5 in the morning is no time of a clinic
    const likely = part !== 'morning' || (time?.hour ?? 0) >= 6;
    bare ??= time && part !== undefined && likely ? { ...time, explicit: true } : time;
  }
  if (marked.some((word) => /^(noon|midday)$/.test(word)))
    return { hour: 12, minute: 0, fixed: true, explicit: true };
  return bare && settle(bare, part);
}

function homophone(words: readonly string[], word: string, at: number): string {
  const other = HOMOPHONES[word];
  if (other === undefined) return word;
  const next = words[at + 1];
  const afterAt = words[at - 1] === 'at' && (next === undefined || /^(please|on|in|thanks|then)$/.test(next));
  // "to end the afternoon", "Tim in the morning"
  const before = /^(in|end|and) the (morning|afternoon|evening)/.test(words.slice(at + 1, at + 4).join(' '));
  return MINUTES.test(next ?? '') || afterAt || before ? other : word;
}

/** "half past ten", "quarter to eleven", "twenty past nine". */
function pastOrTo(words: readonly string[], at: number): SaidTime | undefined {
  const word = words[at] ?? '';
  const count = /^(half|hoff|have|hath|hat)$/.test(word)
    ? { value: 30, length: 1 }
    : word === 'quarter'
      ? { value: 15, length: 1 }
      : cardinalAt(words, at);
  const link = count ? words[at + count.length] : undefined;
  if (!count || !/^(past|passed|after|to|till)$/.test(link ?? '')) return undefined;
  const hour = cardinalAt(words, at + count.length + 1);
  if (!hour || hour.value > 23 || count.value > 59) return undefined;
  const before = link === 'to' || link === 'till';
  // a bare number before "to" is as often a range: "nine to five"
  if (before && word !== 'quarter' && count.value % 5 !== 0) return undefined;
  return {
    hour: before ? (hour.value + 23) % 24 : hour.value,
    minute: before ? 60 - count.value : count.value,
    fixed: false,
    explicit: true,
  };
}

/** "10:30", "ten thirty", "ten oh five", "3 pm", "at three", "ten o'clock", or a lone "ten". */
function clockAt(words: readonly string[], at: number): SaidTime | undefined {
  const digits = /^(\d{1,2}):?(\d{2})$/.exec(words[at] ?? '');
  const hour = digits ? { value: Number(digits[1]), length: 1 } : cardinalAt(words, at);
  if (!hour || hour.value > 23) return undefined;
  let end = at + hour.length;
  let minute = digits ? Number(digits[2]) : 0;
  const oh = /^(oh|o)$/.test(words[end] ?? '');
  const spoken = digits ? undefined : cardinalAt(words, oh ? end + 1 : end);
  const thirsty = words[end] === 'thirsty';
  if (thirsty) [minute, end] = [30, end + 1];
  else if (spoken && spoken.value < 60 && (oh ? spoken.value < 10 : spoken.value >= 10))
    [minute, end] = [spoken.value, end + (oh ? 1 : 0) + spoken.length];
  if (minute > 59) return undefined;
  const clock =
    /^(oclock|clock)$/.test(words[end] ?? '') || (words[end] === 'o' && words[end + 1] === 'clock');
  const half = /^(am|pm)$/.exec(words[clock ? end + (words[end] === 'o' ? 2 : 1) : end] ?? '')?.[1];
  if (!half && !clock && end === at + 1 && NOT_HOURS.test(words[end] ?? '')) return undefined;
  if (
    words[at] === 'one' &&
    /^(the|first|second|that|this|last|later|earlier|other|another|which|no|any|every)$/.test(
      words[at - 1] ?? '',
    )
  )
    return undefined;
  if (
    words[at] === 'one' &&
    !half &&
    !clock &&
    minute === 0 &&
    !/^(at|around|about|say|for|after|before)$/.test(words[at - 1] ?? '')
  )
    return undefined;
  const lead = /^(at|around|about|say|after|before|by|from)$/.test(words[at - 1] ?? '');
  const explicit = Boolean(digits?.[0].includes(':')) || half !== undefined || clock || lead || minute > 0;
  if (hour.value === 0 && !explicit) return undefined;
  const value = half ? (hour.value % 12) + (half === 'pm' ? 12 : 0) : hour.value;
  return { hour: value, minute, fixed: half !== undefined || value > 12 || value === 0, explicit };
}

/** Callers of a clinic mean 1 to 6 in the afternoon and 7 to 12 as they stand, unless a part of the day was said. */
function settle(time: SaidTime, part: DayPart | undefined): SaidTime {
  if (time.fixed || time.hour === 12) return time;
  const hour = time.hour % 12;
  if (part === 'morning') return { ...time, hour, fixed: true };
  if (part !== undefined) return { ...time, hour: hour + 12, fixed: true };
  return { ...time, hour: hour >= 1 && hour <= 6 ? hour + 12 : hour };
}

/** `10:30` in 24 hours. */
export function clockText(time: SaidTime): string {
  return `${String(time.hour).padStart(2, '0')}:${String(time.minute).padStart(2, '0')}`;
}

/** The part of the day an hour belongs to. */
export function partOf(hour: number): DayPart {
  return hour < 12 ? 'morning' : hour < 17 ? 'afternoon' : 'evening';
}

/** `13:30` as a voice says it: "1:30 in the afternoon". */
export function spokenClock(hour: number, minute: number): string {
  if (hour === 12 && minute === 0) return 'noon';
  const shown = `${hour % 12 || 12}${minute === 0 ? '' : `:${String(minute).padStart(2, '0')}`}`;
  return `${shown} in the ${partOf(hour)}`;
}
