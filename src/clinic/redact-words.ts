/** The words by which personal data is found in what was said: English, Spanish, and Urdu in both scripts. All in lower case. */

/** Months, January first; abbreviations are those that recognisers and summaries write. */
export const MONTHS: readonly (readonly string[])[] = [
  ['january', 'jan', 'enero', 'janwari', 'جنوری'],
  ['february', 'feb', 'febrero', 'farwari', 'فروری'],
  ['march', 'mar', 'marzo', 'مارچ'],
  ['april', 'apr', 'abril', 'اپریل'],
  ['may', 'mayo', 'مئی'],
  ['june', 'jun', 'junio', 'جون'],
  ['july', 'jul', 'julio', 'julai', 'جولائی'],
  ['august', 'aug', 'agosto', 'agast', 'اگست'],
  ['september', 'sept', 'sep', 'septiembre', 'setiembre', 'sitambar', 'ستمبر'],
  ['october', 'oct', 'octubre', 'aktubar', 'اکتوبر'],
  ['november', 'nov', 'noviembre', 'نومبر'],
  ['december', 'dec', 'diciembre', 'disambar', 'دسمبر'],
];

/** Digits as they are said one by one. */
export const DIGIT_WORDS = [
  ...['zero', 'oh', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'],
  ...['cero', 'uno', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve'],
  ...[
    'sifar',
    'ek',
    'aik',
    'do',
    'teen',
    'char',
    'chaar',
    'panch',
    'paanch',
    'chhe',
    'cheh',
    'chay',
    'saat',
    'aath',
    'nau',
  ],
  ...['صفر', 'ایک', 'دو', 'تین', 'چار', 'پانچ', 'چھ', 'سات', 'آٹھ', 'نو'],
] as const;

/** English numbers of which years are made, with their value. */
export const NUMBER_VALUES: Readonly<Record<string, number>> = {
  ...valuesFrom(
    1,
    'one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen',
  ),
  ...{ oh: 0, seventeen: 17, eighteen: 18, nineteen: 19, twenty: 20, thirty: 30, forty: 40, fifty: 50 },
  ...{ sixty: 60, seventy: 70, eighty: 80, ninety: 90 },
};

/** Other number words that dates are said with. */
export const DATE_WORDS = [
  ...words(
    'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth',
  ),
  ...words('fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth hundred thousand'),
  ...words(
    'primero diez once doce trece catorce quince dieciséis dieciseis diecisiete dieciocho diecinueve veinte',
  ),
  ...words(
    'veintiuno veintidós veintidos veintitrés veintitres veinticuatro veinticinco veintiséis veintiseis',
  ),
  ...words(
    'veintisiete veintiocho veintinueve treinta cuarenta cincuenta sesenta setenta ochenta noventa mil novecientos',
  ),
];

/** Before a birth date. */
export const BIRTH_WORDS = [
  ...['date of birth', 'birth date', 'birthdate', 'birthday', 'd.o.b.', 'dob', 'born'],
  ...['fecha de nacimiento', 'cumpleaños', 'nacimiento', 'nací', 'naci', 'nacido', 'nacida'],
  ...['tareekh e paidaish', 'tarikh e paidaish', 'paidaish', 'تاریخ پیدائش', 'پیدائش'],
] as const;

/** Before a name, whatever follows. */
export const NAME_PHRASES = [
  ...['my name is', "my name's", 'my name’s', 'the name is', 'name is', 'i am called', "i'm called"],
  ...['me llamo', 'mi nombre es', 'mera naam', 'mera nam', 'میرا نام'],
] as const;

/** Before a name, if what follows is written like one. */
export const MAYBE_NAME_PHRASES = ['this is', 'i am', "i'm", 'i’m', 'soy', 'habla'] as const;

/** Titles of patients; those of practitioners are not among them. */
export const TITLES = [
  'mr',
  'mrs',
  'ms',
  'miss',
  'mx',
  'señor',
  'señora',
  'sr',
  'sra',
  'srta',
  'begum',
] as const;

/** Words that end a name, or are none though they are written with a capital. */
export const NO_NAMES = new Set([
  ...words(
    'and i im id my the a an it its is was calling speaking here from but can could please with so would for of on at in to',
  ),
  ...words('not no yes ok okay sorry fine sure afraid just looking trying going having dr doctor'),
  ...words('y e soy quiero es de para con llamo hablo por pero aur hai hoon main mujhe ہے اور میں'),
  ...words('monday tuesday wednesday thursday friday saturday sunday today tomorrow'),
  ...words('lunes martes miércoles jueves viernes sábado domingo hoy mañana'),
  ...MONTHS.flat(),
]);

/** Names that are also words: taken out only where they are written with a capital. */
export const ALSO_WORDS = new Set([
  ...words(
    'will may mark rose grace faith hope joy bill art sunny dawn june april august drew pat sue rob frank grant',
  ),
  ...words(
    'chase miles long young king day sol luz paz rosa reina marina don will wise law gold brown green white black',
  ),
  ...words('test sample good best case price field love rich page noor shah khan'),
]);

function words(line: string): string[] {
  return line.split(' ');
}

function valuesFrom(first: number, line: string): Record<string, number> {
  return Object.fromEntries(words(line).map((word, index) => [word, first + index]));
}
