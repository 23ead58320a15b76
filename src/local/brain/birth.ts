import { monthAt, monthName } from './dates.ts';
import { cardinalAt, ordinalAt } from './numbers.ts';
import { tokens } from './words.ts';

/** A birth date in the caller's words, and the words it took (`from` to `to`). */
export interface SaidBirth {
  phrase: string;
  from: number;
  to: number;
}

/** How much may be taken for a birth date: any date when it was asked for, a certain one when a name was, else one with a word for it. */
export type BirthContext = 'asked' | 'near' | 'free';

const CUE = /\b(born|birth|birth ?day|birth ?date|dob|d o b)\b/;
const YEAR_HEAD = /^(nineteen|twenty|two)$/;
const PLAIN_NUMBER =
  /^(\d+|\d+(st|nd|rd|th)|\d{1,2}:\d{2}|oh|o|double|hundred|thousand|sixty|seventy|eighty|ninety)$/;
const LINK = /^(of|the|in|on|and|a|year|month|day|is|was|slash|dash|stroke|dot|point)$/;
/** Words before a day on which something is to happen: "a check-up on the 3rd of November 2020". */
const LEADS_TO_A_DAY = /\b(on|for|to|by|until|from)( the)?$/;
/** What a recogniser writes for the words of a year. */
const MISHEARD: Readonly<Record<string, string>> = {
  nighty: 'ninety',
  ninty: 'ninety',
  nineties: 'ninety',
  eightie: 'eighty',
  fourty: 'forty',
  nintheen: 'nineteen',
  ninteen: 'nineteen',
};

/** The birth date that was said, if one was; words around it ("I was born on") are left out. */
export function findBirth(
  words: readonly string[],
  context: BirthContext,
  thisYear: number,
): SaidBirth | undefined {
  const said = words.map((word) => MISHEARD[word] ?? word);
  const cued = CUE.test(said.join(' '));
  const least = context === 'asked' || cued ? 'some' : context === 'near' ? 'whole' : 'year';
  let best: { rank: number; from: number; to: number } | undefined;
  for (const [from, to] of runs(said)) {
    const run = said.slice(from, to);
    if (context === 'free' && !cued && LEADS_TO_A_DAY.test(said.slice(0, from).join(' '))) continue;
    const rank = isBirth(run, least, thisYear) ? rankOf(run) : 0;
    // a caller corrects himself forwards
    if (rank > 0 && rank >= (best?.rank ?? 0)) best = { rank, from, to };
  }
  return best && { phrase: phraseOf(said, best.from, best.to), from: best.from, to: best.to };
}

/** A date that tells month and year is one sooner than a run of digits. */
function rankOf(run: readonly string[]): number {
  const month = run.some((_, at) => monthAt(run, at) !== undefined);
  return 1 + (month ? 1 : 0) + (yearIn(run) === undefined ? 0 : 2);
}

/** Maximal runs of words of dates and numbers, without linking words at their ends. */
function runs(words: readonly string[]): [number, number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < words.length; at++) {
    if (!isDateWord(words, at)) continue;
    let end = at + 1;
    for (let next = end; next < words.length; next++) {
      if (isDateWord(words, next)) end = next + 1;
      else if (!LINK.test(words[next] ?? '')) break;
    }
    found.push([at, end]);
    at = end;
  }
  return found;
}

function isDateWord(words: readonly string[], at: number): boolean {
  const word = words[at] ?? '';
  return (
    PLAIN_NUMBER.test(word) ||
    cardinalAt(words, at) !== undefined ||
    ordinalAt(words, at) !== undefined ||
    monthAt(words, at) !== undefined
  );
}

function isBirth(run: readonly string[], least: 'some' | 'whole' | 'year', thisYear: number): boolean {
  const numbers = run.filter((word, at) => isDateWord(run, at) && monthAt(run, at) === undefined);
  const month = run.some((_, at) => monthAt(run, at) !== undefined);
  const digits = numbers.filter((word) => /^\d+$/.test(word)).join('').length;
  const year = yearIn(run);
  const day = numbers.length >= (year?.words ?? 1) + 1;
  if (least === 'some')
    return (month && numbers.length >= 1) || numbers.length >= 3 || digits === 6 || digits === 8;
  const long = digits <= 8 && numbers.every((word) => !/^(double|\d{9,})$/.test(word));
  const whole = year !== undefined && day && (month || digits === 8 || numbers.length >= 3) && long;
  return whole && (least === 'whole' || year.value < thisYear);
}

/** Two pieces of a birth date, said in two turns: "the third of May" and "nineteen ninety". What is whole, or the same piece again, counts alone. */
export function joinBirths(before: string, said: string): string {
  const [first, second] = [before, said].map((phrase) => {
    const words = tokens(phrase);
    const month = words.some((_, at) => monthAt(words, at) !== undefined);
    const year = yearIn(words) !== undefined;
    return month === year ? undefined : month ? 'day' : 'year';
  });
  const completes = first === 'day' && second === 'year';
  const precedes = first === 'year' && second === 'day';
  return completes ? `${before} ${said}` : precedes ? `${said} ${before}` : said;
}

/** A year in full: "1990", "nineteen ninety", "two thousand and five". */
function yearIn(run: readonly string[]): { value: number; words: number } | undefined {
  for (let at = 0; at < run.length; at++) {
    const word = run[at] ?? '';
    const next = run[at + 1] ?? '';
    if (/^(19|20)\d\d$/.test(word)) return { value: Number(word), words: 1 };
    if (/^\d{4}(19|20)\d\d$/.test(word)) return { value: Number(word.slice(4)), words: 0 };
    if (!YEAR_HEAD.test(word)) continue;
    if (word === 'two' && next !== 'thousand') continue;
    const rest = cardinalAt(run, run[at + 2] === 'and' ? at + 3 : at + (word === 'two' ? 2 : 1))?.value ?? 0;
    if (word === 'two') return { value: 2000 + rest, words: rest > 0 ? 3 : 2 };
    const tens = /^(sixty|seventy|eighty|ninety|hundred|oh)$/.test(next) || rest >= 10;
    if (tens && !(word === 'twenty' && rest < 10 && next !== 'oh'))
      return { value: (word === 'nineteen' ? 1900 : 2000) + rest, words: 2 };
  }
  return undefined;
}

/** Longest birth date that is passed on, in characters; tools take little more. */
const MAX_PHRASE = 150;

function phraseOf(words: readonly string[], from: number, to: number): string {
  return words
    .slice(from, to)
    .map((word, at) => {
      const month = monthAt(words, from + at);
      return month === undefined ? word : monthName(month);
    })
    .join(' ')
    .slice(0, MAX_PHRASE);
}

const LEAD =
  "(?:and )?(?:(?:i|he|she|they|who)(?:['’]?m| am| is| was)? )?(?:(?:my|his|her|the|their|our) )?(?:(?:date of birth|birth ?date|birth ?day|dob|d\\.? ?o\\.? ?b\\.?)(?:['’]?s)? )?(?:(?:is|was|its|it['’]?s) )?(?:born )?(?:(?:on|in) )?(?:the )?";

/** The text without a birth date and the words that lead to it; `left` stands in its place. */
export function withoutBirth(text: string, words: readonly string[], birth: SaidBirth, left: string): string {
  const gap = '[^\\p{L}\\p{N}]+';
  const parts = words
    .slice(birth.from, birth.to)
    .map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(':', '[:.]'));
  const cut = new RegExp(
    `(?<![\\p{L}\\p{N}])${LEAD.replaceAll(' ', gap)}${parts.join(gap)}(?![\\p{L}\\p{N}])`,
    'iu',
  );
  return cut.test(text) ? text.replace(cut, left) : text;
}
