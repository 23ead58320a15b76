import { DateTime } from 'luxon';
import type { CallLanguage } from './languages.ts';
import { type Speaker, speakerOf } from './spoken-languages.ts';
import { spanishNumber } from './spoken-spanish.ts';
import { urduNumber } from './spoken-urdu.ts';

/** What the rules need to know of a language beside its {@link Speaker}. */
interface Habits {
  readonly number: (value: number) => string;
  readonly to: string;
  readonly and: string;
  readonly plus: string;
  readonly percent: string;
  /** A time of day, with what a text may put behind it that its words say already. */
  readonly time: RegExp;
}

const timeWith = (behind: string) =>
  new RegExp(
    `(?<![\\p{L}\\d:.,])(?:([01]?\\d|2[0-3]):([0-5]\\d)(?![\\d:])(?:\\s?([ap])(?:\\.\\s?m\\.|m(?!\\p{L})))?|(1[0-2]|0?[1-9])\\s?([ap])(?:\\.\\s?m\\.|m(?!\\p{L})))(?![\\p{L}\\d])(${behind}(?!\\p{L}))?`,
    'giu',
  );

const HABITS: Readonly<Record<CallLanguage, Habits>> = {
  en: {
    number: String,
    to: 'to',
    and: 'and',
    plus: 'plus',
    percent: 'percent',
    time: timeWith('\\s+(?:in the (?:morning|afternoon|evening)|at night)'),
  },
  es: {
    number: spanishNumber,
    to: 'a',
    and: 'y',
    plus: 'más',
    percent: 'por ciento',
    time: timeWith('\\s+de la (?:mañana|tarde|noche)'),
  },
  ur: {
    number: urduNumber,
    to: 'سے',
    and: 'اور',
    plus: 'پلس',
    percent: 'فیصد',
    time: timeWith('\\s+بجے'),
  },
};

const CURRENCIES: Readonly<Record<string, string>> = {
  RS: 'PKR',
  '₨': 'PKR',
  '₹': 'INR',
  $: 'USD',
  US$: 'USD',
  MX$: 'MXN',
  '€': 'EUR',
  '£': 'GBP',
};
const COIN = 'Rs\\.?|PKR|INR|USD|EUR|GBP|MXN|(?:US|MX)?\\$|[€£₹₨]';
const AMOUNT = '\\d{1,9}(?:[.,]\\d{3})*(?:[.,]\\d{1,2})?';

/** Blocks of digits with one separator between, perhaps in brackets. */
const PHONE =
  /(?<![\p{L}\d.,:/+-])(?:\+ ?)?\(?\d{1,15}(?:(?:[ .-]|\) ?| \()\d{1,15}){0,7}(?![\d\p{L}]|[.,:/-]\d)/gu;
const SHORT_NUMBER =
  /(?<=(?<!\p{L})(?:call|dial|ring|llame al|marque(?: el)?)\s)\d{3,6}(?![\d\p{L}.,:-]\d)/giu;
const ISO_DATE = /(?<![\d-])\d{4}-\d{2}-\d{2}(?![\d-])/g;
/** Between two times: an en dash or a hyphen, which no voice says. */
const TIME_RANGE = /((?<![\d:])\d{1,2}:\d{2}(?:\s?[ap]\.?m\.?)?)\s?[–—-]\s?(?=\d{1,2}:\d{2})/giu;
const MONEY_BEFORE = new RegExp(`(?<![\\p{L}\\d])(${COIN})\\s?(${AMOUNT})(?:\\/-)?(?![\\d])`, 'giu');
const MONEY_AFTER = new RegExp(`(?<![\\p{L}\\d.,])(${AMOUNT})\\s?(${COIN})(?![\\p{L}\\d])`, 'giu');
const THOUSANDS = /(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,]|\.\d)/g;
const SPANISH_THOUSANDS = /(?<![\d.,])\d{1,3}(?:[.,]\d{3})+(?![\d]|[.,]\d)/g;
const PERCENT = /(\d)\s?%/g;
const RANGE = /(?<![\d\p{L}.,:/-])(\d{1,3})\s?[–-]\s?(\d{1,3})(?=\s+\p{L})/gu;
const TITLE = /(?<![\p{L}.])(?:Dra?|Prof|Mrs?|Ms|Sra?|Srta)\.?(?=\s+[\p{Lu}\p{Lo}])/gu;
const WHOLE_NUMBER = /(?<![\d.,])\d{1,12}(?![\d]|[.,]\d)/g;

/**
 * A text as a voice has to be given it to be understood: phone numbers digit by digit, times, dates and amounts in words, titles in full. What
 * is worded that way already stays as it is, and so does all it does not know.
 */
export function spokenText(text: string, language: string): string {
  const speaker = speakerOf(language);
  const habits = HABITS[speaker.language];
  const isUrdu = speaker.language === 'ur';
  // Titles first: the words of a number must not be taken for the name of somebody.
  let spoken = (isUrdu ? latinDigits(text) : text).replace(TITLE, (title) => speaker.spokenName(title));
  if (/\d/.test(spoken)) spoken = numbersSpoken(spoken, speaker, habits);
  if (isUrdu) spoken = spoken.replace(WHOLE_NUMBER, (digits) => urduNumber(Number(digits)));
  return spoken.replace(/(?<=^|\s)&(?=\s|$)/g, habits.and);
}

function numbersSpoken(text: string, speaker: Speaker, habits: Habits): string {
  const thousands = speaker.language === 'es' ? SPANISH_THOUSANDS : THOUSANDS;
  return text
    .replace(ISO_DATE, (iso) => {
      const date = DateTime.fromISO(iso, { zone: 'utc' });
      return date.isValid ? speaker.spokenDate(date) : iso;
    })
    .replace(PHONE, (run) => phone(run, speaker, habits))
    .replace(SHORT_NUMBER, (digits) => oneByOne(digits, speaker))
    .replace(TIME_RANGE, `$1 ${habits.to} `)
    .replace(MONEY_BEFORE, (all: string, coin: string, amount: string) => money(all, amount, coin, speaker))
    .replace(MONEY_AFTER, (...match) => {
      const [all, amount, coin] = match as unknown as [string, string, string];
      return `${money(all, amount, coin, speaker)}${lostStop(all, match)}`;
    })
    .replace(habits.time, (...match) => time(match, speaker))
    .replace(thousands, (digits) => habits.number(Number(digits.replace(/[.,]/g, ''))))
    .replace(PERCENT, `$1 ${habits.percent}`)
    .replace(RANGE, `$1 ${habits.to} $2`);
}

/** A run of digits, blanks and dashes: said digit by digit where it is a phone number, else as it was. */
function phone(run: string, speaker: Speaker, { plus }: Habits): string {
  const blocks = run.match(/\d+/g) ?? [];
  const digits = blocks.join('');
  const isDate = /^\d{1,2}([-.])\d{1,2}\1\d{2,4}$|^\d{4}-\d{2}-\d{2}$/.test(run);
  // Single digits are worded already.
  if (isDate || digits.length < 7 || digits.length > 15 || blocks.slice(1).some(({ length }) => length < 2)) {
    return run;
  }
  const looksLikeOne =
    /^[+(]/.test(run) ||
    digits.startsWith('0') ||
    digits.length >= 10 ||
    (blocks.length > 1 && digits.length > 8);
  if (!looksLikeOne || (blocks.length === 1 && blocks[0]?.length === 1)) return run;
  return `${run.startsWith('+') ? `${plus} ` : ''}${speaker.spokenPhone(blocks.join(' '))}`;
}

function oneByOne(digits: string, speaker: Speaker): string {
  return digits
    .split('')
    .map((digit) => (speaker.language === 'en' ? digit : speaker.spokenPhone(digit)))
    .join(' ');
}

/** An amount of which all is known, or the text as it was. */
function money(all: string, written: string, coin: string, speaker: Speaker): string {
  const european = /^\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?$|^\d+,\d{1,2}$/.test(written);
  const amount = Number(european ? written.replace(/\./g, '').replace(',', '.') : written.replace(/,/g, ''));
  const symbol = coin.toUpperCase().replace(/\.$/, '');
  const spoken = Number.isFinite(amount) ? speaker.spokenMoney(amount, CURRENCIES[symbol] ?? symbol) : '';
  return spoken === '' ? all : spoken;
}

/** The full stop of an abbreviation is the sentence's too, at its end. */
function lostStop(all: string, match: readonly unknown[]): string {
  if (!all.endsWith('.')) return '';
  const [at, whole] = match.slice(-2) as [number, string];
  const after = whole.slice(at + all.length);
  return /^["')\]]*\s*$|^["')\]]*\s+\p{Lu}/u.test(after) ? '.' : '';
}

function time(match: readonly unknown[], speaker: Speaker): string {
  const [all = '', hours, minutes = '0', half, bareHour, bareHalf, behind = ''] = match as (
    string | undefined
  )[];
  const halfDay = (half ?? bareHalf)?.toLowerCase();
  const written = Number(hours ?? bareHour);
  if (halfDay !== undefined && (written === 0 || written > 12)) return all;
  const hour = halfDay === undefined ? written : (written % 12) + (halfDay === 'p' ? 12 : 0);
  const instant = DateTime.fromObject({ hour, minute: Number(minutes) }, { zone: 'utc' });
  // From 1 to 12 a clock without "am" and "pm" may be either: it stays as open as it was written.
  const plain = halfDay === undefined && written >= 1 && written <= 12;
  const said = timeWords(instant, plain, speaker);
  return `${said}${plain && speaker.language !== 'ur' ? behind : ''}${lostStop(all, match)}`;
}

function timeWords(instant: DateTime, plain: boolean, speaker: Speaker): string {
  const { language } = speaker;
  if (language === 'en' && instant.hour === 0 && instant.minute === 0) return 'midnight';
  const words = plain ? speaker.clock(instant) : speaker.spokenTime(instant);
  // "a las 10:30": the article is written already.
  return language === 'es' ? words.replace(/^las? /, '') : words;
}

function latinDigits(text: string): string {
  return text.replace(/[٠-٩۰-۹]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf));
}
