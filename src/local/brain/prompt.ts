import { WEEKDAYS, statedToday } from './dates.ts';
import { spokenClock } from './times.ts';

/** A question of the prompt with its answer. */
export interface Faq {
  question: string;
  answer: string;
}

/** Opening hours of one weekday: spans such as `09:00` to `17:00`; empty when closed. */
export interface DayHours {
  weekday: number;
  spans: (readonly [string, string])[];
}

/** What the system prompt says, as far as rules can read it. */
export interface PromptFacts {
  text: string;
  lines: string[];
  clinic: string | undefined;
  /** Midnight UTC of the stated calendar day. */
  today: Date | undefined;
  faqs: Faq[];
  hours: DayHours[];
  /** What to tell a caller in an emergency, if the prompt says it. */
  emergency: string | undefined;
}

const NAME = "[A-Z][\\w'&.-]*(?: (?:[A-Z][\\w'&-]*|of|and|&))*";
/** Longest prompt that is read, in characters. */
const MAX_PROMPT = 60_000;

/** Reads a prompt; what it does not find is left out. */
export function readPrompt(prompt: string): PromptFacts {
  const text = prompt.slice(0, MAX_PROMPT);
  const lines = text.split('\n').map((line) => line.trim());
  return {
    text,
    lines,
    clinic: clinicName(text),
    today:
      statedToday(
        text
          .split('\n')
          .filter((line) => /today|now|date|time/i.test(line))
          .join('\n'),
      ) ?? statedToday(text),
    faqs: readFaqs(text),
    hours: readHours(lines),
    emergency: emergencyLine(lines),
  };
}

function clinicName(text: string): string | undefined {
  const role = new RegExp(
    `(?:receptionist|assistant|front desk|phone|calls?)[^.\\n]{0,40}? (?:of|at|for) (?:the )?(${NAME})`,
  ).exec(text);
  const labelled = /^\W*(?:clinic|name|practice)\s*:\s*([^\n(;]{2,60})/im.exec(text);
  return (role?.[1] ?? labelled?.[1])?.trim().replace(/[.,]$/, '');
}

function readFaqs(text: string): Faq[] {
  const found = text.matchAll(/(?:^|[\n\s])(?:[-*•]\s*)?Q\d*[:.]\s*([^\n]+?)\s*\n?\s*A\d*[:.]\s*([^\n]+)/g);
  return [...found]
    .slice(0, 200)
    .map((match) => ({ question: match[1] ?? '', answer: (match[2] ?? '').trim() }));
}

function emergencyLine(lines: readonly string[]): string | undefined {
  const line = lines.find((one) => /emergenc|life.threatening/i.test(one) && !/^Q\d*[:.]/.test(one));
  if (line === undefined) return undefined;
  const quoted = /["“]([^"”]{10,200})["”]/.exec(line)?.[1];
  const number = /\b(112|911|999|000|1[01]\d\d?|\d{3})\b/.exec(line)?.[1];
  return (
    quoted ??
    (number === undefined
      ? undefined
      : `If this is an emergency, please hang up and call ${number} right away.`)
  );
}

const SHORT = WEEKDAYS.map((day) => day.slice(0, 3));
const DAY = `(?:${SHORT.join('|')})[a-z]*`;
const DAY_RANGE = new RegExp(`\\b(${DAY})\\b(?:\\s*(?:-|–|—|to|through|until)\\s*(${DAY})\\b)?`, 'gi');
const SPAN = /(\d{1,2}(?::\d{2})?)\s*([ap]m)?\s*(?:-|–|—|to|until|till)\s*(\d{1,2}(?::\d{2})?)\s*([ap]m)?/gi;

/** Lines under or with a heading of opening hours that name weekdays and spans of time. */
function readHours(lines: readonly string[]): DayHours[] {
  const byDay = new Map<number, DayHours>();
  let under = false;
  for (const line of lines) {
    if (/^Q\d*[:.]|^A\d*[:.]/.test(line)) continue;
    const heading = /\b(hours|open(ing)?)\b/i.test(line);
    const names = line.search(DAY_RANGE) >= 0;
    if (!names && line !== '') under = heading;
    if (!names || !(heading || under) || /\btoday\b|\bnow\b/i.test(line)) continue;
    for (const part of line.split(/;|\.\s|,(?=\s*(?:and\s+)?(?:closed|[A-Z]))/)) addHours(part, byDay);
  }
  return [...byDay.values()].sort((a, b) => ((a.weekday + 6) % 7) - ((b.weekday + 6) % 7));
}

function addHours(part: string, byDay: Map<number, DayHours>): void {
  const spans = [...part.matchAll(SPAN)].map(
    (match) => [clock(match[1], match[2]), clock(match[3], match[4])] as const,
  );
  if (spans.length === 0 && !/closed/i.test(part)) return;
  for (const match of part.matchAll(DAY_RANGE)) {
    const first = SHORT.indexOf((match[1] ?? '').slice(0, 3).toLowerCase());
    const last = match[2] === undefined ? first : SHORT.indexOf(match[2].slice(0, 3).toLowerCase());
    for (let day = first, steps = 0; steps < 7; day = (day + 1) % 7, steps++) {
      if (!byDay.has(day)) byDay.set(day, { weekday: day, spans });
      if (day === last) break;
    }
  }
}

function clock(digits = '', half?: string): string {
  const [hour = '0', minute = '00'] = digits.split(':');
  const value = half === undefined ? Number(hour) : (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0);
  return `${String(value).padStart(2, '0')}:${minute}`;
}

/** "from 9 in the morning to 5 in the afternoon", or undefined when closed. */
export function spokenSpans(day: DayHours): string | undefined {
  const said = day.spans.map((span) => span.map(spokenOf)).map(([from, to]) => `from ${from} to ${to}`);
  return said.length === 0 ? undefined : said.join(' and ');
}

function spokenOf(clockTime: string): string {
  const [hour = '0', minute = '0'] = clockTime.split(':');
  return spokenClock(Number(hour), Number(minute));
}

/** A weekday with a capital. */
export function dayName(weekday: number): string {
  const name = WEEKDAYS[weekday] ?? '';
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
