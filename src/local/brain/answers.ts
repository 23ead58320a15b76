import { type DaySpec, resolveDay } from './dates.ts';
import { type Entry } from './lexicon.ts';
import { type Faq, type PromptFacts, dayName, spokenSpans } from './prompt.ts';
import { alike, stem, tokens } from './words.ts';

const STOP = new Set(
  (
    'a about also am an and any anything are as at be been but by can cant could did do does dont for from get give go got had has have hello help hi how i id if ' +
    'im in is it its just know like make may me my need no not of ok okay on one or our please quick question say see should so some something tell thank ' +
    'thanks that thats the their them then there they this to uh um us very want was we well what whats when which who will with would yes you your youre'
  ).split(' '),
);

/** Words of one matter: callers and prompts choose differently. */
const SYNONYMS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'cost price prices charge charges fee fees expensive much',
    'parking park car',
    'insurance insurer cover covered coverage insured',
    'children child kid kids son daughter toddler baby',
    'pay payment paying',
    'where address location located directions street why',
  ].flatMap((group) => group.split(' ').map((word) => [word, group.split(' ')[0] ?? word])),
);
/** Question words tell less than the things asked about. */
const LIGHT = /^(where|long|many|time)$/;

/** An answer of the prompt with how surely it fits, 0 to 1. */
export interface FoundAnswer {
  answer: string;
  score: number;
}

/** The answer whose question shares the most telling words with what was asked. */
export function findAnswer(words: readonly string[], faqs: readonly Faq[]): FoundAnswer | undefined {
  const asked = contentWords(words);
  if (asked.length === 0 || faqs.length === 0) return undefined;
  const lists = faqs.map((faq) => ({
    faq,
    keys: contentWords(tokens(faq.question)),
    told: contentWords(tokens(faq.answer)),
  }));
  const rarity = (key: string): number =>
    Math.log(1 + lists.length / lists.filter((one) => one.keys.includes(key)).length);
  const scored = lists.map(({ faq, keys, told }) => {
    const total = keys.reduce((sum, key) => sum + rarity(key), 0);
    const heard = keys.filter((key) => asked.some((word) => same(word, key)));
    const matched = heard.reduce((sum, key) => sum + rarity(key), 0);
    const covered = weight(asked.filter((word) => keys.some((key) => same(word, key)))) / weight(asked);
    const hinted =
      asked.filter((word) => word.length >= 5 && told.some((key) => same(word, key))).length / asked.length;
    return {
      answer: faq.answer,
      score: total === 0 ? 0 : 0.5 * (matched / total) + 0.4 * covered + 0.25 * hinted,
    };
  });
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  return { answer: twoSentences(best.answer), score: Math.min(1, best.score) };
}

function contentWords(words: readonly string[]): string[] {
  const telling = words.filter((word) => !STOP.has(word) && word.length > 1);
  return [...new Set(telling.map((word) => stem(SYNONYMS[word] ?? word)))];
}

function weight(words: readonly string[]): number {
  return words.reduce((sum, word) => sum + (LIGHT.test(word) ? 0.4 : 1), 0);
}

function same(a: string, b: string): boolean {
  return a === b || (a.length >= 4 && b.length >= 4 && alike(a, b) >= 0.8);
}

/** At most the first two sentences: a voice does not read out more. */
export function twoSentences(text: string): string {
  return (text.trim().match(/[^.!?]+(?:[.!?]+(?=\s|$)|[.!?](?=\S)[^.!?]*)*/g) ?? [text])
    .slice(0, 2)
    .join('')
    .trim();
}

/** The opening hours: of the day that was asked about, else of the week in runs of like days. */
export function tellHours(prompt: PromptFacts, day: DaySpec | undefined): string | undefined {
  if (prompt.hours.length === 0) return undefined;
  const weekday =
    day?.kind === 'weekday'
      ? day.weekday
      : day && prompt.today
        ? resolveDay(day, prompt.today).getUTCDay()
        : undefined;
  const asked = prompt.hours.find((one) => one.weekday === weekday);
  if (weekday !== undefined && day?.kind !== 'week') {
    const open = asked && spokenSpans(asked);
    const when =
      day?.kind === 'offset' && day.days < 2 ? ['today', 'tomorrow'][day.days] : `on ${dayName(weekday)}`;
    return open === undefined ? `We're closed ${when}.` : `We're open ${open} ${when}.`;
  }
  const runs: { from: number; to: number; open: string }[] = [];
  for (const one of prompt.hours) {
    const open = spokenSpans(one);
    const last = runs.at(-1);
    if (open === undefined) continue;
    if (last?.open === open && (last.to + 1) % 7 === one.weekday) last.to = one.weekday;
    else runs.push({ from: one.weekday, to: one.weekday, open });
  }
  const said = runs.map(
    ({ from, to, open }) =>
      `${from === to ? 'on ' : ''}${dayName(from)}${from === to ? '' : ` to ${dayName(to)}`} ${open}`,
  );
  return said.length === 0 ? undefined : `We're open ${said.join(', and ')}.`;
}

/** Duration or price of a service, if its line in the prompt tells it. */
export function tellService(
  words: readonly string[],
  service: Entry,
  prompt: PromptFacts,
): string | undefined {
  const text = words.join(' ');
  const label = service.label.toLowerCase();
  const line =
    prompt.lines.find(
      (one) => one.toLowerCase().includes(label) && /\d/.test(one) && !/^[QA]\d*[:.]/.test(one),
    ) ?? '';
  const minutes = /(\d+)\s*min/i.exec(line)?.[1];
  const price = /[€$£]\s?\d+(?:\.\d+)?|\b\d+(?:\.\d+)? ?(?:euros?|dollars?|pounds?|rupees|[A-Z]{3}\b)/.exec(
    line,
  )?.[0];
  if (/\b(how long|take|duration|minutes)\b/.test(text) && minutes !== undefined)
    return `A ${label} takes about ${minutes} minutes.`;
  if (/\b(how much|cost|costs|price|charge|pay|expensive)\b/.test(text) && price !== undefined)
    return `A ${label} costs ${price}.`;
  return undefined;
}
