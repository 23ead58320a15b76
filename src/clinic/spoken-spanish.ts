import type { DateTime } from 'luxon';

const WEEKDAYS = ['lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado', 'domingo'];
const MONTHS =
  'enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre'.split(' ');
const TO_29 =
  'cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho veintinueve'.split(
    ' ',
  );
const TENS = ['', '', '', 'treinta', 'cuarenta', 'cincuenta', 'sesenta', 'setenta', 'ochenta', 'noventa'];
const HUNDREDS =
  ' ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos'.split(
    ' ',
  );

/** A whole number from 0 below 10^12 in Spanish words; above that in digits. */
export function spanishNumber(value: number): string {
  if (value < 30) return TO_29[value] ?? '';
  if (value < 100) {
    const ten = TENS[Math.floor(value / 10)] ?? '';
    return value % 10 === 0 ? ten : `${ten} y ${spanishNumber(value % 10)}`;
  }
  if (value === 100) return 'cien';
  if (value < 1_000) return joined(HUNDREDS[Math.floor(value / 100)] ?? '', value % 100);
  if (value < 1_000_000) {
    const thousands = Math.floor(value / 1_000);
    return joined(thousands === 1 ? 'mil' : `${beforeNoun(spanishNumber(thousands))} mil`, value % 1_000);
  }
  if (value < 1e12) {
    const millions = Math.floor(value / 1_000_000);
    const said = millions === 1 ? 'un millón' : `${beforeNoun(spanishNumber(millions))} millones`;
    return joined(said, value % 1_000_000);
  }
  return String(value);
}

/** A number as it stands before a masculine noun: "uno" is "un", "veintiuno" is "veintiún". */
export function beforeNoun(number: string): string {
  return number.replace(/veintiuno$/, 'veintiún').replace(/\buno$/, 'un');
}

function joined(head: string, rest: number): string {
  return rest === 0 ? head : `${head} ${spanishNumber(rest)}`;
}

/** A date with its weekday: "martes veinticuatro de noviembre", "martes primero de diciembre". */
export function spanishDate(date: DateTime): string {
  const day = date.day === 1 ? 'primero' : spanishNumber(date.day);
  return `${WEEKDAYS[date.weekday - 1] ?? ''} ${day} de ${MONTHS[date.month - 1] ?? ''}`;
}

/** A time with its article, for "a" to be put before it: "las diez y media de la mañana", "las doce del mediodía". */
export function spanishTime(time: DateTime): string {
  if (time.hour === 12 && time.minute === 0) return 'las doce del mediodía';
  const { hour } = time;
  const part = hour === 0 || hour >= 20 ? 'noche' : hour < 6 ? 'madrugada' : hour < 12 ? 'mañana' : 'tarde';
  return `${spanishClock(time)} de la ${part}`;
}

/** The same without the part of the day. */
export function spanishClock(time: DateTime): string {
  const hour = time.hour % 12 === 0 ? 12 : time.hour % 12;
  const said = hour === 1 ? 'la una' : `las ${spanishNumber(hour)}`;
  if (time.minute === 0) return said;
  if (time.minute === 15) return `${said} y cuarto`;
  if (time.minute === 30) return `${said} y media`;
  return `${said} y ${spanishNumber(time.minute)}`;
}

/** A list: "a, b o c"; "y" is "e" before its own sound, and "o" is "u". */
export function spanishList(parts: readonly string[], conjunction: 'or' | 'and'): string {
  const last = parts.at(-1) ?? '';
  if (parts.length < 2) return last;
  const word = conjunction === 'and' ? (/^h?i(?!e)/i.test(last) ? 'e' : 'y') : /^h?o/i.test(last) ? 'u' : 'o';
  return `${parts.slice(0, -1).join(', ')} ${word} ${last}`;
}
