import type { DateTime } from 'luxon';
import {
  beforeNoun,
  spanishClock,
  spanishDate,
  spanishList,
  spanishNumber,
  spanishTime,
} from './spoken-spanish.ts';
import { urduClock, urduDate, urduList, urduNumber, urduTime } from './spoken-urdu.ts';
import { clock, spokenDate, spokenList, spokenPhone, spokenTime } from './spoken.ts';

/** What a caller is told, as people say it in one language. The English functions are those of `spoken.ts`, and the others have their shapes. */
export interface Speaker {
  readonly language: 'en' | 'es' | 'ur';
  /** A date, always with its weekday. */
  readonly spokenDate: (date: DateTime) => string;
  /** A time with its part of the day. */
  readonly spokenTime: (time: DateTime) => string;
  /** A time without it, for lists within one part. */
  readonly clock: (time: DateTime) => string;
  readonly spokenList: (parts: readonly string[], conjunction: 'or' | 'and') => string;
  /** A phone number digit by digit in groups, from its national form. */
  readonly spokenPhone: (national: string) => string;
  /** An amount of money. `currency` is an ISO 4217 code; of one that is none, the number alone. Empty for what is no amount. */
  readonly spokenMoney: (amount: number, currency: string) => string;
  /** A name with its titles in full. */
  readonly spokenName: (name: string) => string;
  /** A name letter by letter, in a group for each word: "S A R A, K H A N". */
  readonly spelled: (name: string) => string;
}

/** One, several, and the hundredth part of it. */
type Coins = readonly [one: string, many: string, hundredth: string, hundredths: string];

/** What a language needs to speak of money and people. */
interface Manner {
  readonly number: (value: number) => string;
  readonly and: string;
  readonly minus: string;
  /** Between whole millions and their coins: "un millón de dólares". */
  readonly ofMillions?: string;
  readonly coins: Readonly<Record<string, Coins>>;
  readonly titles: readonly (readonly [RegExp, string])[];
}

const ENGLISH: Manner = {
  number: String,
  and: 'and',
  minus: 'minus',
  coins: {
    PKR: ['rupee', 'rupees', 'paisa', 'paisa'],
    INR: ['rupee', 'rupees', 'paisa', 'paisa'],
    USD: ['dollar', 'dollars', 'cent', 'cents'],
    EUR: ['euro', 'euros', 'cent', 'cents'],
    GBP: ['pound', 'pounds', 'penny', 'pence'],
    MXN: ['peso', 'pesos', 'centavo', 'centavos'],
  },
  titles: [
    [/^dr\.?$/i, 'Doctor'],
    [/^prof\.?$/i, 'Professor'],
    [/^mr\.?$/i, 'Mister'],
    [/^mrs\.?$/i, 'Missus'],
  ],
};

const SPANISH: Manner = {
  number: spanishNumber,
  and: 'con',
  ofMillions: 'de ',
  minus: 'menos',
  coins: {
    PKR: ['rupia', 'rupias', 'paisa', 'paisas'],
    INR: ['rupia', 'rupias', 'paisa', 'paisas'],
    USD: ['dólar', 'dólares', 'centavo', 'centavos'],
    EUR: ['euro', 'euros', 'céntimo', 'céntimos'],
    GBP: ['libra', 'libras', 'penique', 'peniques'],
    MXN: ['peso', 'pesos', 'centavo', 'centavos'],
  },
  titles: [
    [/^dr\.?$/i, 'doctor'],
    [/^dra\.?$/i, 'doctora'],
    [/^prof\.?$/i, 'profesor'],
    [/^(?:sr|mr)\.?$/i, 'señor'],
    [/^(?:sra|mrs|ms)\.?$/i, 'señora'],
    [/^srta\.?$/i, 'señorita'],
  ],
};

const URDU: Manner = {
  number: urduNumber,
  and: 'اور',
  minus: 'منفی',
  coins: {
    PKR: ['روپیہ', 'روپے', 'پیسہ', 'پیسے'],
    INR: ['روپیہ', 'روپے', 'پیسہ', 'پیسے'],
    USD: ['ڈالر', 'ڈالر', 'سینٹ', 'سینٹ'],
    EUR: ['یورو', 'یورو', 'سینٹ', 'سینٹ'],
    GBP: ['پاؤنڈ', 'پاؤنڈ', 'پینی', 'پینس'],
    MXN: ['پیسو', 'پیسو', 'سینٹاوو', 'سینٹاوو'],
  },
  titles: [
    [/^dr\.?$/i, 'ڈاکٹر'],
    [/^prof\.?$/i, 'پروفیسر'],
    [/^mr\.?$/i, 'جناب'],
    [/^(?:mrs|ms)\.?$/i, 'محترمہ'],
  ],
};

/** Feminine coins make "un" and "veintiún" feminine, and the hundreds too. */
const FEMININE = /^(?:rupia|libra|paisa)s?$/;

function coinsOf(language: Speaker['language'], manner: Manner, currency: string): Coins | undefined {
  const code = currency.trim().toUpperCase();
  if (!/^[A-Z]{3}$/.test(code)) return undefined;
  if (Object.hasOwn(manner.coins, code)) return manner.coins[code];
  const name = (value: number) =>
    new Intl.NumberFormat(language, { style: 'currency', currency: code, currencyDisplay: 'name' })
      .formatToParts(value)
      .find(({ type }) => type === 'currency')?.value ?? code;
  return [name(1), name(2), '', ''];
}

function counted(manner: Manner, value: number, one: string, many: string): string {
  const unit = value === 1 ? one : many;
  const number = beforeNoun(manner.number(value));
  const link = value > 0 && value % 1_000_000 === 0 ? (manner.ofMillions ?? '') : '';
  if (!FEMININE.test(unit)) return `${number} ${link}${unit}`;
  const feminine = number
    .replace(/veintiún$/, 'veintiuna')
    .replace(/\bun$/, 'una')
    .replace(/(cient|quinient)os\b(?!.*mill)/g, '$1as');
  return `${feminine} ${link}${unit}`;
}

function money(language: Speaker['language'], manner: Manner, amount: number, currency: string): string {
  const hundredths = Math.round(Math.abs(amount) * 100);
  if (!Number.isSafeInteger(hundredths)) return '';
  const [whole, rest] = [Math.floor(hundredths / 100), hundredths % 100];
  const sign = amount < 0 && hundredths > 0 ? `${manner.minus} ` : '';
  const coins = coinsOf(language, manner, currency);
  if (coins === undefined)
    return `${sign}${manner.number(whole)}${rest === 0 ? '' : ` ${manner.and} ${manner.number(rest)}`}`;
  const [one, many, hundredth, ofHundredths] = coins;
  const change = counted(manner, rest, hundredth, ofHundredths).trim();
  const head = counted(manner, whole, one, many);
  if (rest === 0) return `${sign}${head}`;
  return whole === 0 && hundredth !== '' ? `${sign}${change}` : `${sign}${head} ${manner.and} ${change}`;
}

function named(manner: Manner, name: string): string {
  return name
    .split(/\s+/)
    .filter((word) => word !== '')
    .map((word) => manner.titles.find(([written]) => written.test(word))?.[1] ?? word)
    .join(' ');
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

function spelled(name: string): string {
  const words = name
    .normalize('NFC')
    .toUpperCase()
    .replace(/['’]/g, '')
    .split(/[^\p{L}\p{M}\p{N}]+/u);
  return words
    .map((word) => [...GRAPHEMES.segment(word)].map(({ segment }) => segment).join(' '))
    .filter((word) => word !== '')
    .join(', ');
}

type Times = Pick<Speaker, 'spokenDate' | 'spokenTime' | 'clock' | 'spokenList' | 'spokenPhone'>;

function speaker(language: Speaker['language'], manner: Manner, times: Times): Speaker {
  return {
    language,
    ...times,
    spokenMoney: (amount, currency) => money(language, manner, amount, currency),
    spokenName: (name) => named(manner, name),
    spelled,
  };
}

/** Voices read Urdu's digits in whatever language they please: each is written out. */
const urduPhone = (national: string): string =>
  spokenPhone(national)
    .replace(/\d/g, (digit) => urduNumber(Number(digit)))
    .replace(/, /g, '، ');
const spanishPhone = (national: string): string =>
  spokenPhone(national).replace(/\d/g, (digit) => spanishNumber(Number(digit)));

const ENGLISH_SPEAKER = speaker('en', ENGLISH, { spokenDate, spokenTime, clock, spokenList, spokenPhone });
const SPEAKERS = new Map<string, Speaker>([
  ['en', ENGLISH_SPEAKER],
  [
    'es',
    speaker('es', SPANISH, {
      spokenDate: spanishDate,
      spokenTime: spanishTime,
      clock: spanishClock,
      spokenList: spanishList,
      spokenPhone: spanishPhone,
    }),
  ],
  [
    'ur',
    speaker('ur', URDU, {
      spokenDate: urduDate,
      spokenTime: urduTime,
      clock: urduClock,
      spokenList: urduList,
      spokenPhone: urduPhone,
    }),
  ],
]);

/** Whoever speaks a language, given by its tag (`es`, `es-MX`, `ur_PK`); English for every other. */
export function speakerOf(language: string): Speaker {
  return SPEAKERS.get(language.trim().toLowerCase().split(/[-_]/)[0] ?? '') ?? ENGLISH_SPEAKER;
}
