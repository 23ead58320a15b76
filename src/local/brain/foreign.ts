import type { Sentence } from '../../clinic/fixed-sentences.ts';
import { TOOL_SENTENCES } from '../../clinic/fixed-tool-sentences.ts';
import { Phrasebook, callLanguage } from '../../clinic/phrasebook.ts';
import { SAY } from './speak.ts';

/** What tools word in English of a booking from its search to its end, and what the stand-in says by itself. */
const BOOKING: readonly Sentence[] = [
  {
    en: 'On {day} I have {times}. Which suits you?',
    es: 'El {day} tengo {times}. ¿Cuál le conviene?',
    ur: '{day} کو میرے پاس {times} ہے۔ آپ کو کون سا وقت مناسب ہے؟',
  },
  {
    en: 'I have {times}. Does that suit you?',
    es: 'Tengo {times}. ¿Le conviene?',
    ur: 'میرے پاس {times} ہے۔ کیا یہ مناسب ہے؟',
  },
  {
    en: "That time isn't free, I'm afraid.",
    es: 'Esa hora no está libre.',
    ur: 'وہ وقت خالی نہیں ہے۔',
  },
  {
    en: "That's {times}, for {name}. Is that right?",
    es: 'Es {times}, para {name}. ¿Es correcto?',
    ur: 'یہ {times} ہے، {name} کے لیے۔ کیا یہ درست ہے؟',
  },
  {
    en: "You're booked for {times}.",
    es: 'Su cita queda reservada para el {times}.',
    ur: 'آپ کی اپائنٹمنٹ {times} کے لیے بک ہو گئی ہے۔',
  },
  { en: 'Of course.', es: 'Claro.', ur: 'ضرور۔' },
  { en: SAY.dontKnow, es: 'Lo siento, eso no lo sé.', ur: 'معذرت، یہ مجھے معلوم نہیں۔' },
  { en: SAY.canMessage, es: '¿Tomo un mensaje para el equipo?', ur: 'کیا میں ٹیم کے لیے پیغام لوں؟' },
  {
    en: SAY.noMessage,
    es: '¿Hay algo más en que pueda ayudarle?',
    ur: 'کیا میں کسی اور بات میں مدد کر سکتی ہوں؟',
  },
  { en: 'Which service would you like?', es: '¿Qué servicio desea?', ur: 'آپ کو کون سی سروس چاہیے؟' },
  { en: 'Which day would suit you?', es: '¿Qué día le conviene?', ur: 'آپ کو کون سا دن مناسب ہے؟' },
  { en: SAY.welcome, es: 'De nada. ¿Puedo ayudarle en algo más?', ur: 'کوئی بات نہیں۔ اور کچھ؟' },
];
const BOOK = new Phrasebook([...Object.values<Sentence>(TOOL_SENTENCES), ...BOOKING]);

const WEEKDAYS = 'Monday Tuesday Wednesday Thursday Friday Saturday Sunday'.split(' ');
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const WORDS = {
  es: {
    weekdays: 'lunes martes miércoles jueves viernes sábado domingo'.split(' '),
    months: 'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'.split(
      ' ',
    ),
  },
  ur: {
    weekdays: 'پیر منگل بدھ جمعرات جمعہ ہفتہ اتوار'.split(' '),
    months: 'جنوری فروری مارچ اپریل مئی جون جولائی اگست ستمبر اکتوبر نومبر دسمبر'.split(' '),
  },
} as const;
const PHRASES: Readonly<Record<'es' | 'ur', readonly (readonly [RegExp, string])[]>> = {
  es: [
    [/\bthe (\d+)(?:st|nd|rd|th) of\b/g, '$1 de'],
    [/\bhalf past (\d+)/g, '$1 y media'],
    [/\bquarter past (\d+)/g, '$1 y cuarto'],
    [/\b12 noon\b/g, '12 del mediodía'],
    [/\bin the morning\b/g, 'de la mañana'],
    [/\bin the afternoon\b/g, 'de la tarde'],
    [/\bin the evening\b/g, 'de la noche'],
    [/(?<![\p{L}])an? (?=\w)/gu, ''],
    [/ at (?=\d)/g, ' a las '],
    [/ or /g, ' o '],
    [/ with /g, ' con '],
    [/ on /g, ' el '],
  ],
  ur: [
    [/\bthe (\d+)(?:st|nd|rd|th) of\b/g, '$1'],
    [/\bhalf past (\d+)/g, 'ساڑھے $1'],
    [/\bquarter past (\d+)/g, 'سوا $1'],
    [/\b12 noon\b/g, 'دوپہر 12 بجے'],
    [/\bin the morning\b/g, 'بجے صبح'],
    [/\bin the afternoon\b/g, 'بجے دوپہر'],
    [/\bin the evening\b/g, 'بجے شام'],
    [/(?<![\p{L}])an? (?=\w)/gu, ''],
    [/ at (?=\d| ?[ساڑھوا])/g, ' کو '],
    [/ or /g, ' یا '],
    [/ with /g, '، '],
    [/ on /g, '، '],
  ],
};

/** Days and times in another language; names and services stay as they are. */
function spokenIn(words: string, language: 'es' | 'ur'): string {
  const named = [
    ...WEEKDAYS.map((day, index) => [day, WORDS[language].weekdays[index] ?? day] as const),
    ...MONTHS.map((month, index) => [month, WORDS[language].months[index] ?? month] as const),
  ];
  const phrased = PHRASES[language].reduce((text, [pattern, other]) => text.replace(pattern, other), words);
  return named.reduce((text, [english, other]) => text.replaceAll(english, other), phrased);
}

/** The stand-in's English words in the language of the call, as far as it knows it: a sentence that it does not know stays English. */
export function toForeign(text: string, language: string): string {
  const to = callLanguage(language);
  if (to === 'en') return text;
  return BOOK.translate(text, to, (words) => spokenIn(words, to)) ?? text;
}

/** What was said in another language in English again, names and times apart: what it asked is read from that. */
export function fromForeign(text: string): string {
  return /^[\p{ASCII}’“”–]*$/u.test(text) ? text : (BOOK.translate(text, 'en') ?? text);
}
