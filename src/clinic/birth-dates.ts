import { DateTime } from 'luxon';

const MONTHS = 'january february march april may june july august september october november december'.split(
  ' ',
);
const UNITS = 'zero one two three four five six seven eight nine'.split(' ');
const TEENS = 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' ');
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const ORDINALS =
  'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth'.split(
    ' ',
  );
const ZEROS = ['oh', 'o', 'nought', 'naught', 'nil'];
/** The earliest that the database takes. */
const EARLIEST = { year: 1900, month: 1, day: 2 };
/** "My date of birth is … the year …" and the words of a date are fewer by far. */
const LONGEST = 200;

/** A word or a run of digits that means something in a date. `digits` has two or more; one digit is a `unit`. */
interface Atom {
  readonly kind: 'month' | 'digits' | 'unit' | 'teen' | 'tens' | 'ordinal' | 'hundred' | 'thousand';
  readonly value: number;
  readonly length: number;
}

/** A number that a phrase can begin with, and what follows it. */
type Reading = readonly [value: number, rest: readonly Atom[]];
type Reader = (atoms: readonly Atom[]) => Reading[];

/**
 * The birth date that a caller says or keys in: "3rd of May 1990", "May third nineteen ninety", "03 05 1990" (also digit by digit, or
 * keyed as 03051990: the day comes first), "1990-05-03". A year of two digits is the latest that has been. Undefined for what is no date,
 * has two meanings, is in the future, or is before 2 January 1900. The start of that day in the zone of `now`.
 *
 * @param now The present in the clinic's zone.
 */
export function resolveBirthDate(phrase: string, now: DateTime): DateTime | undefined {
  if (phrase.length > LONGEST) return undefined;
  const text = westernDigits(phrase.normalize('NFKC').toLowerCase()).replace(/(\d)t\d\d:.*$/, '$1');
  // "The third or the fourth", "not the third": nobody's birth date.
  if (/\b(?:or|not)\b|n['’]t\b/.test(text)) return undefined;
  const atoms = readAtoms(text);
  const found = new Map<string, DateTime>();
  for (const [year, month, day] of [...readInWords(atoms), ...readJoined(atoms)]) {
    const date = realDate(year, month, day, now);
    if (date !== undefined) found.set(date.toISODate() ?? '', date);
  }
  const [only, ...others] = found.values();
  return others.length === 0 ? only : undefined;
}

/** Urdu and Arabic keyboards have digits of their own. */
function westernDigits(text: string): string {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 0xf));
}

function realDate(year: number, month: number, day: number, now: DateTime): DateTime | undefined {
  const centuries = year < 100 ? [2000, 1900] : [0];
  const dates = centuries.map((century) =>
    DateTime.fromObject({ year: century + year, month, day }, { zone: now.zone }).startOf('day'),
  );
  const earliest = DateTime.fromObject(EARLIEST, { zone: now.zone });
  return dates.find((date) => date.isValid && date <= now && date >= earliest);
}

/** The words that mean something, in order; "born on" and the like are passed over. "Double nine" is two nines. */
function readAtoms(text: string): Atom[] {
  const words = text.match(/\d+(?:st|nd|rd|th)\b|\d+|[a-z]+/g) ?? [];
  return words.flatMap((word, index) => {
    const atom = readAtom(word);
    if (atom === undefined) return [];
    return words[index - 1] === 'double' && atom.kind === 'unit' ? [atom, atom] : [atom];
  });
}

function readAtom(word: string): Atom | undefined {
  const number = /^\d+/.exec(word)?.[0];
  if (number !== undefined) {
    const kind = word !== number ? 'ordinal' : number.length === 1 ? 'unit' : 'digits';
    return { kind, value: Number(number), length: number.length };
  }
  const month = MONTHS.findIndex((name) => word === name || word === name.slice(0, 3));
  if (month >= 0 || word === 'sept') return { kind: 'month', value: month < 0 ? 9 : month + 1, length: 0 };
  if (word === 'hundred' || word === 'thousand') return { kind: word, value: 0, length: 0 };
  return ZEROS.includes(word) ? { kind: 'unit', value: 0, length: 1 } : readNumberWord(word);
}

function readNumberWord(word: string): Atom | undefined {
  const lists = [
    ['unit', UNITS, 0, 1],
    ['teen', TEENS, 10, 1],
    ['tens', TENS, 20, 10],
    ['ordinal', [...ORDINALS, 'thirtieth'], 1, 1],
  ] as const;
  for (const [kind, names, first, step] of lists) {
    const index = names.indexOf(word);
    if (index >= 0) return { kind, value: word === 'thirtieth' ? 30 : first + index * step, length: 1 };
  }
  return undefined;
}

/** Year, month and day by every order that people use; the month comes first only by its name. */
function* readInWords(atoms: readonly Atom[]): Generator<readonly [number, number, number]> {
  for (const [day, month, year] of sequence(atoms, [readDay, readMonth, readYear])) yield [year, month, day];
  for (const [month, day, year] of sequence(atoms, [namedMonth, readDay, readYear])) yield [year, month, day];
  for (const [year, month, day] of sequence(atoms, [readYear, readMonth, readDay])) {
    if (year >= 100) yield [year, month, day];
  }
}

/** Digits alone, however they were grouped: DDMMYYYY, DDMMYY, or YYYYMMDD, whose digits 5 and 6 are a month and never a century. */
function* readJoined(atoms: readonly Atom[]): Generator<readonly [number, number, number]> {
  if (!atoms.every(({ kind }) => kind === 'unit' || kind === 'digits')) return;
  const digits = atoms.map(({ value, length }) => String(value).padStart(length, '0')).join('');
  const part = (from: number, to: number) => Number(digits.slice(from, to));
  if (digits.length === 8) {
    yield [part(4, 8), part(2, 4), part(0, 2)];
    yield [part(0, 4), part(4, 6), part(6, 8)];
  }
  if (digits.length === 6) yield [part(4, 6), part(2, 4), part(0, 2)];
}

/** Every way to read all the atoms as these three numbers. */
function sequence(atoms: readonly Atom[], readers: readonly [Reader, Reader, Reader]) {
  const [first, second, third] = readers;
  const found: [number, number, number][] = [];
  for (const [a, afterFirst] of first(atoms)) {
    for (const [b, afterSecond] of second(afterFirst)) {
      for (const [c, rest] of third(afterSecond)) if (rest.length === 0) found.push([a, b, c]);
    }
  }
  return found;
}

/** "5", "oh five", "nine zero", "fifteen", "twenty one", "90". */
function below100(atoms: readonly Atom[]): Reading[] {
  const [first, second] = atoms;
  if (first === undefined) return [];
  const one: Reading = [first.value, atoms.slice(1)];
  const two: Reading = [first.value + (second?.value ?? 0), atoms.slice(2)];
  if (first.kind === 'digits') return first.length === 2 ? [one] : [];
  if (first.kind === 'teen') return [one];
  if (first.kind === 'tens') return second?.kind === 'unit' && second.value > 0 ? [one, two] : [one];
  if (first.kind !== 'unit') return [];
  return second?.kind === 'unit' ? [one, [10 * first.value + second.value, two[1]]] : [one];
}

/** As {@link below100}, but nothing that one digit alone says. */
const twoDigits: Reader = (atoms) =>
  below100(atoms).filter(([, rest]) => atoms[0]?.kind !== 'unit' || atoms.length - rest.length === 2);

function readDay(atoms: readonly Atom[]): Reading[] {
  const [first, second] = atoms;
  if (first?.kind === 'ordinal') return [[first.value, atoms.slice(1)]];
  if (first?.kind === 'tens' && second?.kind === 'ordinal' && second.value < 10) {
    return [[first.value + second.value, atoms.slice(2)]];
  }
  return below100(atoms);
}

const namedMonth: Reader = ([first, ...rest]) => (first?.kind === 'month' ? [[first.value, rest]] : []);

function readMonth(atoms: readonly Atom[]): Reading[] {
  return atoms[0]?.kind === 'month' ? namedMonth(atoms) : below100(atoms);
}

/** "1990", "nineteen ninety", "nineteen hundred and five", "two thousand and five", "one nine nine zero"; below 100 for "90". */
function readYear(atoms: readonly Atom[]): Reading[] {
  const [first, second] = atoms;
  if (first?.kind === 'digits' && first.length === 4) return [[first.value, atoms.slice(1)]];
  if (first?.kind === 'unit' && second?.kind === 'thousand') {
    return upTo(1000 * first.value, atoms.slice(2), true);
  }
  const inFull = below100(atoms).flatMap(([century, rest]) => {
    if (century !== 19 && century !== 20) return [];
    if (rest[0]?.kind === 'hundred') return upTo(100 * century, rest.slice(1), false);
    return twoDigits(rest).map(([value, left]): Reading => [100 * century + value, left]);
  });
  return [...inFull, ...twoDigits(atoms)];
}

/** The rest of "two thousand", "nineteen hundred" or "one thousand nine hundred". */
function upTo(base: number, atoms: readonly Atom[], hundreds: boolean): Reading[] {
  const [first, second] = atoms;
  if (hundreds && first?.kind === 'unit' && second?.kind === 'hundred') {
    return upTo(base + 100 * first.value, atoms.slice(2), false);
  }
  return [[base, atoms], ...below100(atoms).map(([value, rest]): Reading => [base + value, rest])];
}
