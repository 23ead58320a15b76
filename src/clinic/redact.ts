import { DATE_RULES, isBareNumber } from './redact-dates.ts';
import { END, type Rule, START, anyOf, applyRules, ascii, escapeRegExp, rule } from './redact-rules.ts';
import {
  ALSO_WORDS,
  DIGIT_WORDS,
  MAYBE_NAME_PHRASES,
  NAME_PHRASES,
  NO_NAMES,
  TITLES,
} from './redact-words.ts';

/** What is known when a text is redacted. */
export interface RedactOptions {
  /** The clinic's present day, ISO: a full date before it is taken for a birth date, a later one is an appointment's and stays. */
  today: string;
  /** Names that are known, in full: of the call's patients, and what callers gave as theirs. Each word of one counts. */
  names?: readonly string[];
  /** What stays although it looks like a name: practitioners, the clinic. */
  keep?: readonly string[];
}

const LETTER = String.raw`[\p{L}\p{M}]`;
const DIGIT_TOKEN = String.raw`(?:\p{Nd}{1,15}|(?:(?:double|triple|doble|triple) )?(?:${anyOf(DIGIT_WORDS)}|\p{Nd})(?: hundred)?)`;
/** A digit and more of them, with the signs that people write between. */
const DIGITS = String.raw`\p{Nd}(?:[ ().\/\u2010-\u2015-]{0,3}\p{Nd})`;
/** Told again, a text that was redacted stays as it is. */
const PLACEHOLDER_RULE = rule(
  String.raw`\[(?:phone|card|email|birth date|name|number)\]`,
  ([found]) => found,
);

/**
 * Takes personal data out of what was said: e-mail addresses, card and phone numbers, birth dates and names become `[email]`, `[card]`, `[phone]`,
 * `[birth date]`, `[name]`, and an answer of nothing but numbers `[number]`. The rest stays, character by character. Numbers and dates are
 * found written or spoken (English, Spanish, Urdu); names where they are known, introduced ("my name is …"), titled or spelled. A name that
 * is neither is not found. Takes time in proportion to the text.
 */
export function redact(text: string, options: RedactOptions): string {
  const rules = [
    PLACEHOLDER_RULE,
    ...(options.keep ?? []).filter((phrase) => phrase.trim() !== '').map(keepRule),
    ...ALWAYS_RULES,
    ...(options.names ?? []).flatMap(nameRules),
    ...NAME_RULES,
  ];
  const redacted = applyRules(text, rules, options.today);
  return redacted === text && isBareNumber(text) ? '[number]' : redacted;
}

/**
 * The same for a document, such as a tool's arguments or result: its texts are redacted, and what stands under a key that says what it is
 * (`full_name`, `phone`, `date_of_birth` …) is taken out whole. Ids and instants stay.
 */
export function redactJson(value: unknown, options: RedactOptions): unknown {
  if (typeof value === 'string') return FIXED_STRING.test(value) ? value : redact(value, options);
  if (Array.isArray(value)) return value.map((item) => redactJson(item, options));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const label = KEY_LABELS.find(([pattern]) => pattern.test(key))?.[1];
      const plain = typeof item === 'string' || typeof item === 'number';
      return [key, label !== undefined && plain ? label : redactJson(item, options)];
    }),
  );
}

const FIXED_STRING =
  /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:?\d{2}))$/i;
const KEY_LABELS: readonly (readonly [RegExp, string])[] = [
  [/^(?:full|patient|caller|first|last)_?name$/i, '[name]'],
  [/(?:^|_)(?:phone|telephone|mobile)$|^(?:callback|caller|to)_?number$/i, '[phone]'],
  [/^(?:date_?of_?birth|birth_?date|dob)$/i, '[birth date]'],
  [/(?:^|_)e?mail$/i, '[email]'],
];

const MAIL_RULES = [
  rule(
    String.raw`[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){0,5}`,
    () => '[email]',
  ),
  rule(
    String.raw`${START}[\p{L}\p{N}_-]{1,40}(?: (?:dot|punto|underscore|dash) [\p{L}\p{N}_-]{1,40}){0,5} (?:at|arroba) [\p{L}\p{N}-]{1,40}(?: (?:dot|punto) [\p{L}]{2,10}){1,3}${END}`,
    () => '[email]',
  ),
];

const DIGIT_WORD = new RegExp(`${START}(?:${anyOf(DIGIT_WORDS)})${END}`, 'giu');
const NUMBER_RULES = [
  rule(String.raw`${START}\p{Nd}(?:[ -]{0,2}\p{Nd}){12,18}${END}`, ([found]) => {
    const digits = ascii(found).replace(/\D/g, '');
    return digits.length >= 16 || (/^[2-6]/.test(digits) && passesLuhn(digits)) ? '[card]' : undefined;
  }),
  rule(String.raw`(?:\+|${START})\(?${DIGITS}{5,}`, ([found]) => {
    const digits = found.match(/\p{Nd}/gu)?.length ?? 0;
    return digits >= 7 || /^[+0٠۰]/.test(found) ? '[phone]' : undefined;
  }),
  rule(String.raw`${START}${DIGIT_TOKEN}(?:[\s,.-]{1,3}${DIGIT_TOKEN}){4,}${END}`, ([found]) => {
    const pairs = /(?<!\p{Nd})\p{Nd}{2}(?!\p{Nd})/u.test(found);
    const words = found.search(DIGIT_WORD) >= 0;
    // "9 30, 10 30 and 11" are times, "0 3 0 0, 5 5 5" is a number.
    if (pairs && !words) return undefined;
    const digits = countDigits(found);
    if (digits < 6) return undefined;
    return digits >= 15 ? '[card]' : '[phone]';
  }),
];

const ALWAYS_RULES = [
  ...MAIL_RULES,
  // With its country code a number is one, though a part of it may look like a date.
  rule(String.raw`\+${DIGITS}{6,14}(?!\p{Nd})`, () => '[phone]'),
  ...DATE_RULES,
  rule(String.raw`${START}\p{Nd}{1,2}:\p{Nd}{2}(?::\p{Nd}{2})?${END}`, ([found]) => found),
  ...NUMBER_RULES,
];

const NAME_WORD = String.raw`${LETTER}(?:${LETTER}|['’-](?=${LETTER}))*`;
const SEPARATED = String.raw`${NAME_WORD}(?: ${NAME_WORD}){0,3}`;
const AS_IN = String.raw`${LETTER} (?:as in|for|like|de|como) ${LETTER}+`;

const NAME_RULES = [
  rule(String.raw`${START}${AS_IN}(?:[ ,.-]{1,3}(?:and )?${AS_IN})+${END}`, () => '[name]'),
  rule(
    String.raw`(?<![\p{L}\p{N}'’])\p{L}(?:(?:[ ,-]{1,2}\p{L}){2,}|(?:[ ,.-]{1,3}\p{L}){3,})(?![\p{L}\p{N}'’])`,
    () => '[name]',
  ),
  rule(String.raw`(?<=${START}(?:${anyOf(NAME_PHRASES)})[ :,]{1,2})${SEPARATED}`, ([found]) =>
    withoutName(found, () => true),
  ),
  rule(String.raw`(?<=${START}(?:${anyOf(MAYBE_NAME_PHRASES)}) )${SEPARATED}`, ([found]) =>
    withoutName(found, isCapitalised),
  ),
  rule(String.raw`(?<=${START}(?:${anyOf(TITLES)})\.? )${SEPARATED}`, ([found]) =>
    withoutName(found, isCapitalised),
  ),
];

/** The words at the beginning that can be a name become one; the others stay. */
function withoutName(found: string, fits: (word: string) => boolean): string | undefined {
  const parts = found.split(' ');
  const end = parts.findIndex(
    (word) => NO_NAMES.has(word.toLowerCase().replace(/['’].*$/, '')) || !fits(word),
  );
  const taken = end === -1 ? parts.length : end;
  return taken === 0 ? undefined : ['[name]', ...parts.slice(taken)].join(' ');
}
const isCapitalised = (word: string): boolean => /^\p{Lu}/u.test(word) && !/^\p{Lu}{2,}$/u.test(word);

/** A name known in full: all of it, and each of its words. */
function nameRules(name: string): Rule[] {
  const words = (name.slice(0, 200).match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).slice(0, 12);
  if (words.length === 0) return [];
  const whole = words.map(letters).join(String.raw`[\s,.'’-]{1,3}`);
  // A name that is a month, or "An", says nothing alone.
  const single = words.filter(
    (word) => /^..+$/u.test(word) && !/^\p{N}+$/u.test(word) && !NO_NAMES.has(word.toLowerCase()),
  );
  return [
    rule(`${START}${whole}${END}`, () => '[name]'),
    ...single.map((word) => {
      const common = word.length < 4 || ALSO_WORDS.has(word.toLowerCase());
      return rule(`${START}${letters(word)}${END}`, ([found]) =>
        common && /^\p{Ll}/u.test(found) ? undefined : '[name]',
      );
    }),
  ];
}

const keepRule = (phrase: string): Rule =>
  rule(`${START}${escapeRegExp(phrase.trim())}${END}`, ([found]) => found);

/** Letters with every accent that Latin ones have, because recognisers leave them out or put them in. */
function letters(word: string): string {
  return [...word.normalize('NFC')]
    .map((letter) => {
      const variants = ACCENTED.get(letter.normalize('NFD').charAt(0).toLowerCase());
      return variants === undefined ? escapeRegExp(letter) : `[${variants}]\\p{M}*`;
    })
    .join('');
}
const ACCENTED = new Map<string, string>();
for (let code = 0x41; code < 0x250; code += 1) {
  const letter = String.fromCodePoint(code);
  const base = letter.normalize('NFD').charAt(0).toLowerCase();
  if (/[a-z]/.test(base)) ACCENTED.set(base, `${ACCENTED.get(base) ?? ''}${letter}`);
}

function countDigits(found: string): number {
  const written = found.match(/\p{Nd}/gu)?.length ?? 0;
  const spoken = found.match(DIGIT_WORD)?.length ?? 0;
  return (
    written +
    spoken +
    (found.match(/double|doble/gi)?.length ?? 0) +
    2 * (found.match(/triple/gi)?.length ?? 0)
  );
}

function passesLuhn(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 1 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}
