import { BIRTH_WORDS, DATE_WORDS, DIGIT_WORDS, MONTHS, NUMBER_VALUES } from './redact-words.ts';
import { END, type Rule, START, anyOf, ascii, isFound, rule } from './redact-rules.ts';

const MONTH = `(?:${anyOf(MONTHS.flat())})`;
const NUMBER_WORD = `(?:${anyOf([...Object.keys(NUMBER_VALUES), ...DATE_WORDS, ...DIGIT_WORDS])})`;
const YEAR = String.raw`(?:\p{Nd}{4}|nineteen(?:[ -]${NUMBER_WORD}){1,2}|two thousand(?: and)?(?: ${NUMBER_WORD}){0,2}|twenty[ -]${NUMBER_WORD}(?:[ -]${NUMBER_WORD})?|mil novecientos(?: (?:y )?${NUMBER_WORD}){1,3}|dos mil(?: (?:y )?${NUMBER_WORD}){0,3})`;
const DAY = String.raw`(?:\p{Nd}{1,2}(?:st|nd|rd|th|º|ª)?|(?:(?:twenty|thirty)[ -]|treinta y )?${NUMBER_WORD})`;
const DATE_TOKEN = String.raw`(?:\p{Nd}{1,4}(?:st|nd|rd|th)?|${MONTH}|${NUMBER_WORD})`;
const DATE_RUN = String.raw`${DATE_TOKEN}(?:[\s,./-]{1,3}(?:(?:of|de|del|and|y|the|ki|کی)\s)?${DATE_TOKEN}){0,9}`;

const AFTER_BIRTH_WORDS = String.raw`(?<=${START}(?:${anyOf(BIRTH_WORDS)})[\s:,.]{1,3}(?:(?:is|was|on|in|the|es|el|en|hai|date|of) ){0,4})${DATE_RUN}`;
/** Not within a longer number. */
const OUTSET = String.raw`${START}(?<![+(]|\p{Nd}[-/.])`;
const ISO = String.raw`${OUTSET}(\p{Nd}{4})([-/.])(\p{Nd}{1,2})\2(\p{Nd}{1,2})(?![-/.]?\p{Nd})`;
const NUMERIC = String.raw`${OUTSET}(\p{Nd}{1,2})(?:([-/.])(\p{Nd}{1,2})\2(\p{Nd}{4}|\p{Nd}{2})|(?<!\p{Nd} \p{Nd}{1,2}) (\p{Nd}{1,2}) (\p{Nd}{4})(?! \p{Nd}))(?![-/.]?\p{Nd})`;
const DAY_MONTH_YEAR = String.raw`${START}(${DAY})(?:\s+(?:of|de))?[\s,]+(${MONTH})\.?(?:[\s,]+(?:of|del|de))?[\s,]+(${YEAR})${END}`;
const MONTH_DAY_YEAR = String.raw`${START}(${MONTH})\.?\s+(?:the\s+)?(${DAY}),?\s+(${YEAR})${END}`;
const ALONE = new RegExp(
  String.raw`^[^\p{L}\p{N}]*(?:(?:it's|its|the|uh|um|es|el) )?${DATE_RUN}[^\p{L}\p{N}]*$`,
  'iu',
);
const TOKENS = new RegExp(`${START}${DATE_TOKEN}${END}`, 'giu');

/** Whether a text is nothing but three numbers or more, such as a birth date or a code in answer to a question; a date in full is not meant. */
export function isBareNumber(text: string): boolean {
  if (text.length > 200 || !ALONE.test(text) || (text.match(TOKENS)?.length ?? 0) < 3) return false;
  return !DATE_RULES.some((one) => isFound(one, text));
}

/** Find dates in full: those before today and whatever follows the words for a birth date are taken out, later ones stay. */
export const DATE_RULES: readonly Rule[] = [
  rule(AFTER_BIRTH_WORDS, () => '[birth date]'),
  rule(ISO, ([found, year, , month, day], today) =>
    decide(today, found, number(year), [number(month), number(day)]),
  ),
  rule(NUMERIC, ([found, one, , two = '', years = '', other, full], today) => {
    const [a, b] = [number(one), number(other ?? two)];
    return decide(today, found, yearOf(full ?? years, today), [a, b], [b, a]);
  }),
  rule(DAY_MONTH_YEAR, ([found, day = '', month = '', year = ''], today) =>
    inWords(today, found, day, month, year),
  ),
  rule(MONTH_DAY_YEAR, ([found, month = '', day = '', year = ''], today) =>
    inWords(today, found, day, month, year),
  ),
];

function decide(
  today: string,
  found: string,
  year: number,
  ...dates: (readonly [number, number])[]
): string | undefined {
  // A year of nobody's life, and of no appointment, is part of some other number.
  if (year < 1890 || year > Number(today.slice(0, 4)) + 3) return undefined;
  return dates.some((date) => isoDate(year, ...date) >= today) ? found : '[birth date]';
}

function inWords(today: string, found: string, day: string, month: string, year: string): string | undefined {
  return decide(today, found, yearOf(year, today), [monthOf(month), Number.parseInt(ascii(day), 10) || 31]);
}

function number(digits: string | undefined): number {
  return Number(ascii(digits ?? ''));
}

function monthOf(word: string): number {
  return MONTHS.findIndex((names) => names.includes(word.toLowerCase())) + 1;
}

/** A year as it is written or said; two digits are of this century as far as an appointment can be ahead. */
function yearOf(said: string, today: string): number {
  const plain = ascii(said).toLowerCase();
  if (/^\d{4}$/.test(plain)) return Number(plain);
  const present = Number(today.slice(0, 4));
  if (/^\d{2}$/.test(plain))
    return 2000 + Number(plain) <= present + 2 ? 2000 + Number(plain) : 1900 + Number(plain);
  if (plain.startsWith('nineteen') || plain.startsWith('mil')) return 1900;
  const rest = plain.replace(/^(?:two thousand(?: and)?|twenty|dos mil)/, '');
  const values = rest.split(/[ -]+/).map((word) => NUMBER_VALUES[word] ?? 0);
  return 2000 + values.reduce((sum, value) => sum + value, 0);
}

/** Empty for a day that does not exist. */
function isoDate(year: number, month: number, day: number): string {
  if (month < 1 || month > 12 || day < 1 || day > 31) return '';
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
