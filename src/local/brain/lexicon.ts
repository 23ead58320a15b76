import type { PromptFacts } from './prompt.ts';
import type { ParamKind, Tool } from './schema.ts';
import { alike, phraseLikeness, tokens } from './words.ts';

/** One value of a closed list, and the phrases that callers use for it. */
export interface Entry {
  value: string;
  /** How it is said back: "check-up". */
  label: string;
  phrases: string[][];
}

/** The closed lists a caller's words are matched with. */
export interface Lexicon {
  services: Entry[];
  practitioners: Entry[];
}

/** Words that tell no service from another. */
const GENERIC = new Set(
  'appointment appointments visit treatment consultation session service doctor dental medical clinic minutes minute with your also called please other general'.split(
    ' ',
  ),
);
const DETAIL =
  /^\d|\b(minutes?|mins?|euros?|dollars?|pounds?|usd|eur|aliases|alias|duration|price|costs?|works?|id|slug)\b|[€$£]/i;

/** Gathers the closed lists from the tools' enums, with labels and aliases from the prompt's lines. */
export function readLexicon(tools: readonly Tool[], prompt: PromptFacts): Lexicon {
  const lines = prompt.lines.filter((line) => line.length < 400 && !/^[QA]\d*[:.]/.test(line));
  const entries = (kind: ParamKind): Entry[] => {
    const params = tools.flatMap((tool) => tool.params).filter((param) => param.kind === kind);
    const values = [...new Set(params.flatMap((param) => param.choices ?? []))].slice(0, 100);
    const told = params
      .map((param) => param.description)
      .join('\n')
      .split(/[\n;]/);
    return values
      .filter((value) => !/^(any|none|no_preference)$/.test(value))
      .map((value) => entry(value, [...lines, ...told]));
  };
  return { services: entries('service'), practitioners: entries('practitioner') };
}

function entry(value: string, lines: readonly string[]): Entry {
  const own = tokens(value.replace(/_/g, ' '));
  const about = lines.filter((line) => tellsOf(line, value, own));
  const parts = about.flatMap((line) =>
    line
      .replace(/["'“”`]/g, '')
      .split(
        /[:;,()[\],/=–—•|]|\s-\s|^- |\b(?:also called|also known as|aliases|alias|aka|callers say|also|or)\b/i,
      ),
  );
  const named = parts.map((part) => part.trim()).filter((part) => part !== '' && !DETAIL.test(part));
  const phrases = [own, ...named.map((part) => tokens(part.replace(/_/g, ' ')))].filter(
    (words) => words.length > 0 && words.length <= 5 && words.join('').length >= 3,
  );
  const unique = [...new Map(phrases.map((words) => [words.join(' '), words])).values()];
  const label = named.find((part) => part.length >= 3 && part.length <= 40 && part !== value);
  return { value, label: label ?? own.join(' '), phrases: unique };
}

/** A list line that is about the value: it holds the slug, or its first part reads the same. */
function tellsOf(line: string, value: string, own: readonly string[]): boolean {
  const escaped = value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const slug = new RegExp(`(?<![\\w-])${escaped}(?![\\w-])`);
  const listed = /^([-*•]|\d+[.)])\s/.test(line) || /[:(=–—]/.test(line);
  const marked = new RegExp(`[(\\["'\`]${escaped}[)\\]"'\`]|\\b(?:slug|id|service)[:= ]+["']?${escaped}\\b`);
  if (listed && (/[-_]/.test(value) ? slug : marked).test(line)) return true;
  const head = tokens(line.split(/[:;,([=–—]/)[0] ?? '');
  return listed && head.length > 0 && head.join('') === own.join('');
}

/** The entry that the words surely name: like enough, and clearly more than any other. */
export function matchEntry(
  words: readonly string[],
  entries: readonly Entry[],
  least = 0.76,
): Entry | undefined {
  const keys = new Map<string, number>();
  for (const one of entries)
    for (const word of new Set(one.phrases.flat())) keys.set(word, (keys.get(word) ?? 0) + 1);
  const scored = entries
    .map((one) => ({ one, score: entryScore(words, one, keys) }))
    .sort((a, b) => b.score - a.score);
  const [best, second] = scored;
  if (!best || best.score < least) return undefined;
  return best.score - (second?.score ?? 0) >= 0.05 || (best.score === 1 && second?.score !== 1)
    ? best.one
    : undefined;
}

function entryScore(words: readonly string[], one: Entry, keys: ReadonlyMap<string, number>): number {
  let best = 0;
  for (const phrase of one.phrases) {
    if (phrase.every((word) => GENERIC.has(word))) continue;
    const likeness = phraseLikeness(words, phrase);
    const short = phrase.join('').length <= 4;
    // of two full matches the longer phrase says more: "deep cleaning" over "cleaning"
    if (!short || likeness === 1)
      best = Math.max(best, likeness - (likeness === 1 ? 0.08 / phrase.length : 0.04));
    for (const key of phrase) {
      if (key.length < 5 || GENERIC.has(key) || keys.get(key) !== 1) continue;
      const heard = Math.max(0, ...words.map((word) => alike(word, key)));
      if (heard >= 0.85) best = Math.max(best, 0.86 * heard);
    }
  }
  return best;
}

/** The practitioner who was named: by "doctor" and something like the name, or by a last name on its own. */
export function matchPractitioner(words: readonly string[], entries: readonly Entry[]): Entry | undefined {
  const scored = entries
    .map((one) => ({ one, score: Math.max(0, ...one.phrases.map((phrase) => personScore(words, phrase))) }))
    .sort((a, b) => b.score - a.score);
  const [best, second] = scored;
  return best && best.score > 0 && best.score - (second?.score ?? 0) >= 0.08 ? best.one : undefined;
}

function personScore(words: readonly string[], phrase: readonly string[]): number {
  const parts = phrase.filter((word) => word.length >= 3 && !/^(doctor|miss|mister|mrs|the)$/.test(word));
  const last = parts.at(-1);
  if (last === undefined || parts.length > 3) return 0;
  let best = 0;
  for (const [at, word] of words.entries()) {
    const near = words.slice(Math.max(0, at - 2), at);
    const titled = near.some((one) => /^(doctor|doctors|dr|mr|mrs|ms|miss|mister|docter)$/.test(one));
    const led = titled || near.at(-1) === 'with' || near.at(-1) === 'see';
    const least = titled ? 0.58 : led ? 0.72 : 0.88;
    const score = Math.max(alike(word, last), alike(`${word}${words[at + 1] ?? ''}`, parts.join('')) - 0.02);
    if (score >= least) best = Math.max(best, score);
  }
  return best;
}
