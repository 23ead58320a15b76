import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { ZONE } from '../../test/support/clinic.ts';
import { resolveBirthDate } from './birth-dates.ts';

/** Monday, 23 November 2026, at the clinic. */
const NOW = DateTime.fromISO('2026-11-23T08:30', { zone: ZONE });
const resolved = (phrase: string) => resolveBirthDate(phrase, NOW)?.toISODate();

describe('what callers say and key in', () => {
  test.each([
    ['3rd of May 1990', '1990-05-03'],
    ['May third nineteen ninety', '1990-05-03'],
    ['May 3rd, 1990', '1990-05-03'],
    ['may three nineteen ninety', '1990-05-03'],
    ['03 05 1990', '1990-05-03'],
    ['03051990', '1990-05-03'],
    ['3/5/1990', '1990-05-03'],
    ['3.5.90', '1990-05-03'],
    ['030590', '1990-05-03'],
    ['0305 1990', '1990-05-03'],
    ['1990-05-03', '1990-05-03'],
    ['19900503', '1990-05-03'],
    ['1990-05-03T00:00:00Z', '1990-05-03'],
    ['1990 May 3', '1990-05-03'],
    ['zero three zero five one nine nine zero', '1990-05-03'],
    ['oh three oh five one double nine zero', '1990-05-03'],
    ['three five nineteen ninety', '1990-05-03'],
    ['three five ninety', '1990-05-03'],
    ['0 3 0 5 1 9 9 0', '1990-05-03'],
    ['۰۳ ۰۵ ۱۹۹۰', '1990-05-03'],
    ['My date of birth is the third of May, nineteen ninety.', '1990-05-03'],
    ['Thursday the third of May nineteen hundred and ninety', '1990-05-03'],
    ['the twenty-first of June two thousand and one', '2001-06-21'],
    ['June twenty first two thousand one', '2001-06-21'],
    ['thirty-first of December nineteen oh five', '1905-12-31'],
    ['the thirtieth of sept. twenty ten', '2010-09-30'],
    ['May twenty twenty twenty', '2020-05-20'],
    ['May twenty one nineteen ninety', '1990-05-21'],
    ['the 2nd of February two thousand', '2000-02-02'],
    ['first of March one thousand nine hundred sixty four', '1964-03-01'],
    ["4 July '76", '1976-07-04'],
    ['29 February 2000', '2000-02-29'],
    ['23 November 2026', '2026-11-23'],
    ['2 January 1900', '1900-01-02'],
    ['22 11 26', '2026-11-22'],
    ['24 11 26', '1926-11-24'],
  ])('%s is %s', (phrase, date) => {
    expect(resolved(phrase)).toBe(date);
  });

  test.each([
    '',
    'I do not know',
    'yesterday',
    '1990',
    'May 1990',
    '3rd of May',
    '31 February 1990',
    '29 February 1900',
    '05/23/1990',
    '31041990',
    '00 00 0000',
    '24 November 2026',
    '3 May 2199',
    '1 January 1900',
    '3 May 1066',
    '3rd or 4th of May 1990',
    'not the 3rd of May 1990',
    '3rd of May 1990, 4th of May 1990',
    'the third of May June 1990',
    '3051990',
    '1234567890123456',
    '3rd of May 19905',
    'the 3rd of the 5th of the 1990th',
    '%',
    "'; drop table patients; --",
    '3rd of May 1990 '.repeat(100),
  ])('%s is no birth date', (phrase) => {
    expect(resolved(phrase)).toBeUndefined();
  });
});

const UNITS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(
    ' ',
  );
const TENS = '- - twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const words = (number: number): string => {
  if (number < 20) return UNITS[number] ?? '';
  return [TENS[Math.floor(number / 10)] ?? '', ...(number % 10 > 0 ? [words(number % 10)] : [])].join(' ');
};
const spokenYear = (year: number): string => {
  const rest = year % 100;
  if (year >= 2000 && year < 2010) return rest === 0 ? 'two thousand' : `two thousand and ${words(rest)}`;
  const century = words(Math.floor(year / 100));
  return rest === 0 ? `${century} hundred` : `${century} ${rest < 10 ? 'oh ' : ''}${words(rest)}`;
};
const digitByDigit = (digits: string): string => [...digits].map((digit) => UNITS[Number(digit)]).join(' ');

/** Every way that is tested to say a date. */
const FORMS: Record<string, (date: DateTime) => string> = {
  ISO: (date) => date.toISODate() ?? '',
  keyed: (date) => date.toFormat('ddMMyyyy'),
  'in groups': (date) => date.toFormat('dd MM yyyy'),
  'in short groups': (date) => date.toFormat('d/M/yyyy'),
  'digit by digit': (date) => digitByDigit(date.toFormat('ddMMyyyy')),
  'with the month': (date) => date.toFormat("d 'of' LLLL yyyy"),
  'month first': (date) => date.toFormat('LLL d, yyyy'),
  'in words': (date) => `${words(date.day)} ${date.toFormat('LLLL')} ${spokenYear(date.year)}`,
  'in words, month first': (date) => `${date.toFormat('LLLL')} ${words(date.day)} ${spokenYear(date.year)}`,
};

const FIRST = DateTime.utc(1900, 1, 2);
const dates = fc
  .nat(Math.floor(NOW.diff(FIRST, 'days').days))
  .map((days) => FIRST.plus({ days }).setLocale('en'));

describe('every birth date there is', () => {
  test.each(Object.entries(FORMS))('is understood %s', (_, say) => {
    fc.assert(
      fc.property(dates, (date) => {
        expect(resolved(say(date))).toBe(date.toISODate());
      }),
      { numRuns: 200 },
    );
  });

  test('has a year of two digits that is the latest past one', () => {
    fc.assert(
      fc.property(dates, (date) => {
        const found = resolveBirthDate(date.toFormat('dd.MM.yy'), NOW);
        expect(found?.toFormat('dd.MM.yy')).toBe(date.toFormat('dd.MM.yy'));
        expect(found?.plus({ years: 100 }).startOf('day').valueOf()).toBeGreaterThan(NOW.valueOf());
      }),
    );
  });
});

test('whatever is said, the answer is a real day that has been, or nothing', () => {
  const word = fc.constantFrom(
    ...'may june 3rd third 03 1990 90 31 29 february nineteen ninety twenty one oh double hundred thousand and of 2026 constructor - /'.split(
      ' ',
    ),
  );
  const phrases = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word, { maxLength: 12 }).map((parts) => parts.join(' ')),
    fc.stringMatching(/^[0-9 ]{0,12}$/),
  );
  const zones = fc.constantFrom('Asia/Karachi', 'America/New_York', 'Europe/London', 'America/Sao_Paulo');
  fc.assert(
    fc.property(phrases, zones, (phrase, zone) => {
      const now = NOW.setZone(zone);
      const date = resolveBirthDate(phrase, now);
      if (date === undefined) return;
      expect(date.isValid).toBe(true);
      expect(date.zoneName).toBe(zone);
      expect(date.toMillis()).toBe(date.startOf('day').toMillis());
      expect(date <= now && (date.toISODate() ?? '') >= '1900-01-02').toBe(true);
    }),
    { numRuns: 1_000 },
  );
});
