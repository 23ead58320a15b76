/** Numbers as words: how callers say hours, minutes, dates and telephone numbers. */

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS: Readonly<Record<string, number>> = { twenty: 20, thirty: 30, forty: 40, fourty: 40, fifty: 50 };
const ORDINALS =
  'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth'.split(
    ' ',
  );
const TENTHS: Readonly<Record<string, number>> = { twentieth: 20, thirtieth: 30 };

/** A number and how many words it took. */
export interface ReadNumber {
  value: number;
  length: number;
}

/** A cardinal under 100 that starts at the word, in digits or words ("forty five"). */
export function cardinalAt(words: readonly string[], at: number): ReadNumber | undefined {
  const word = words[at] ?? '';
  if (/^\d{1,2}$/.test(word)) return { value: Number(word), length: 1 };
  const unit = UNITS.indexOf(word);
  if (unit >= 0) return { value: unit, length: 1 };
  const tens = TENS[word];
  if (tens === undefined) return undefined;
  const rest = UNITS.indexOf(words[at + 1] ?? '');
  return rest >= 1 && rest <= 9 ? { value: tens + rest, length: 2 } : { value: tens, length: 1 };
}

/** An ordinal up to 31 that starts at the word ("24th", "twenty fourth"). */
export function ordinalAt(words: readonly string[], at: number): ReadNumber | undefined {
  const word = words[at] ?? '';
  const digits = /^(\d{1,2})(?:st|nd|rd|th)$/.exec(word);
  if (digits) return { value: Number(digits[1]), length: 1 };
  const unit = ORDINALS.indexOf(word);
  if (unit >= 1) return { value: unit, length: 1 };
  if (TENTHS[word] !== undefined) return { value: TENTHS[word], length: 1 };
  const rest = ORDINALS.indexOf(words[at + 1] ?? '');
  const tens = TENS[word];
  return tens !== undefined && rest >= 1 && rest <= 9 ? { value: tens + rest, length: 2 } : undefined;
}

/** A telephone number of at least `least` digits said anywhere in the text, with a leading plus if one was said. */
export function phoneNumber(words: readonly string[], least = 6): string | undefined {
  let digits = '';
  for (let at = 0; at <= words.length; at++) {
    const times = words[at] === 'double' ? 2 : words[at] === 'triple' ? 3 : 1;
    const word = words[times > 1 ? at + 1 : at] ?? '';
    const unit = word === 'oh' || word === 'o' ? 0 : UNITS.indexOf(word);
    const said = /^\d+$/.test(word) ? word : unit >= 0 && unit <= 9 ? String(unit) : '';
    if (said === '') {
      if (digits.length >= least) break;
      digits = word === 'plus' ? '+' : '';
      continue;
    }
    digits += said.repeat(times);
    if (times > 1) at++;
  }
  return digits.replace('+', '').length >= least && digits.length <= 16 ? digits : undefined;
}
