import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { ZONE } from '../../test/support/clinic.ts';
import { speakerOf } from './spoken-languages.ts';
import * as english from './spoken.ts';

const at = (local: string) => DateTime.fromISO(local, { zone: ZONE });
const [en, es, ur] = [speakerOf('en'), speakerOf('es'), speakerOf('ur')];

describe('a language is found by its tag', () => {
  test.each([
    ['en', 'en'],
    ['en-GB', 'en'],
    ['es', 'es'],
    ['es-MX', 'es'],
    ['ES', 'es'],
    ['ur', 'ur'],
    ['ur_PK', 'ur'],
    [' ur-PK ', 'ur'],
    ['fr', 'en'],
    ['', 'en'],
    ['constructor', 'en'],
    ['esperanto', 'en'],
    ['😀'.repeat(1_000), 'en'],
  ])('%s is spoken as %s', (tag, language) => expect(speakerOf(tag).language).toBe(language));

  test('English is the English that we have', () => {
    const time = at('2026-11-24T10:30');
    expect(en.spokenDate(time)).toBe(english.spokenDate(time));
    expect(en.spokenTime(time)).toBe('half past 10 in the morning');
    expect(en.spokenPhone('0300 5550101')).toBe('0 3 0 0, 5 5 5, 0 1 0 1');
  });
});

describe('a date is said with its weekday', () => {
  test.each([
    ['2026-11-24', 'martes veinticuatro de noviembre', 'منگل، چوبیس نومبر'],
    ['2026-12-01', 'martes primero de diciembre', 'منگل، یکم دسمبر'],
    ['2026-12-02', 'miércoles dos de diciembre', 'بدھ، دو دسمبر'],
    ['2026-12-03', 'jueves tres de diciembre', 'جمعرات، تین دسمبر'],
    ['2026-12-11', 'viernes once de diciembre', 'جمعہ، گیارہ دسمبر'],
    ['2026-12-12', 'sábado doce de diciembre', 'ہفتہ، بارہ دسمبر'],
    ['2026-12-13', 'domingo trece de diciembre', 'اتوار، تیرہ دسمبر'],
    ['2026-12-21', 'lunes veintiuno de diciembre', 'پیر، اکیس دسمبر'],
    ['2026-12-31', 'jueves treinta y uno de diciembre', 'جمعرات، اکتیس دسمبر'],
    ['2028-02-29', 'martes veintinueve de febrero', 'منگل، انتیس فروری'],
  ])('%s', (date, spanish, urdu) => {
    expect(es.spokenDate(at(date))).toBe(spanish);
    expect(ur.spokenDate(at(date))).toBe(urdu);
  });

  const WEEKDAYS = {
    en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
    es: ['lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado', 'domingo'],
    ur: ['پیر', 'منگل', 'بدھ', 'جمعرات', 'جمعہ', 'ہفتہ', 'اتوار'],
  };
  const days = fc
    .tuple(
      fc.integer({ min: Date.UTC(1900, 0), max: Date.UTC(2100, 0) }),
      fc.constantFrom('Asia/Karachi', 'America/Mexico_City', 'Europe/Madrid', 'Pacific/Apia', 'UTC'),
      fc.constantFrom('en', 'de', 'ar', 'ur', 'th'),
    )
    .map(([ms, zone, locale]) => DateTime.fromMillis(ms, { zone, locale }));

  test.each([en, es, ur])(
    'whatever the day, the zone and the language of the machine: $language',
    (speaker) => {
      fc.assert(
        fc.property(days, (day) => {
          const said = speaker.spokenDate(day);
          expect(said.startsWith(WEEKDAYS[speaker.language][day.weekday - 1] ?? '-')).toBe(true);
          expect(said).not.toMatch(/undefined|NaN|Invalid/);
        }),
      );
    },
  );

  test.each([en, es, ur])('no two days of a year sound the same: $language', (speaker) => {
    const year = Array.from({ length: 366 }, (_, day) =>
      speaker.spokenDate(at('2028-01-01').plus({ days: day })),
    );
    expect(new Set(year).size).toBe(366);
  });
});

describe('a time is said as people say it', () => {
  test.each([
    ['09:00', 'las nueve de la mañana', 'صبح نو بجے'],
    ['10:30', 'las diez y media de la mañana', 'صبح ساڑھے دس بجے'],
    ['10:15', 'las diez y cuarto de la mañana', 'صبح سوا دس بجے'],
    ['11:45', 'las once y cuarenta y cinco de la mañana', 'صبح پونے بارہ بجے'],
    ['12:00', 'las doce del mediodía', 'دوپہر بارہ بجے'],
    ['12:45', 'las doce y cuarenta y cinco de la tarde', 'دوپہر پونے ایک بجے'],
    ['13:00', 'la una de la tarde', 'دوپہر ایک بجے'],
    ['13:30', 'la una y media de la tarde', 'دوپہر ڈیڑھ بجے'],
    ['14:30', 'las dos y media de la tarde', 'دوپہر ڈھائی بجے'],
    ['16:20', 'las cuatro y veinte de la tarde', 'شام چار بج کر بیس منٹ'],
    ['17:05', 'las cinco y cinco de la tarde', 'شام پانچ بج کر پانچ منٹ'],
    ['20:00', 'las ocho de la noche', 'رات آٹھ بجے'],
    ['00:00', 'las doce de la noche', 'رات بارہ بجے'],
    ['05:00', 'las cinco de la madrugada', 'صبح پانچ بجے'],
  ])('%s', (time, spanish, urdu) => {
    expect(es.spokenTime(at(`2026-11-24T${time}`))).toBe(spanish);
    expect(ur.spokenTime(at(`2026-11-24T${time}`))).toBe(urdu);
  });

  test.each([en, es, ur])('every minute of the day has words of its own: $language', (speaker) => {
    const minutes = Array.from({ length: 24 * 60 }, (_, minute) =>
      speaker.spokenTime(at('2026-11-24').plus({ minutes: minute })),
    );
    expect(new Set(minutes).size).toBe(24 * 60);
    expect(minutes.join(' ')).not.toMatch(/undefined|NaN/);
  });

  test('a list leaves the part of the day to its last member', () => {
    expect(es.clock(at('2026-11-24T15:30'))).toBe('las tres y media');
    expect(ur.clock(at('2026-11-24T15:30'))).toBe('ساڑھے تین بجے');
  });
});

describe('a list is joined as people join it', () => {
  test.each([
    [[], '', ''],
    [['A'], 'A', 'A'],
    [['A', 'B'], 'A o B', 'A یا B'],
    [['A', 'B', 'C'], 'A, B o C', 'A، B یا C'],
    [['siete', 'ocho'], 'siete u ocho', 'siete یا ocho'],
  ])('%j with or', (parts, spanish, urdu) => {
    expect(es.spokenList(parts, 'or')).toBe(spanish);
    expect(ur.spokenList(parts, 'or')).toBe(urdu);
  });

  test.each([
    [['A', 'B'], 'A y B'],
    [['A', 'Inés'], 'A e Inés'],
    [['agua', 'hielo'], 'agua y hielo'],
  ])('%j with and', (parts, spanish) => expect(es.spokenList(parts, 'and')).toBe(spanish));
});

describe('a number is said digit by digit', () => {
  test('in groups, in words of the language', () => {
    expect(es.spokenPhone('0300 5550101')).toBe('cero tres cero cero, cinco cinco cinco, cero uno cero uno');
    expect(ur.spokenPhone('0300 5550101')).toBe('صفر تین صفر صفر، پانچ پانچ پانچ، صفر ایک صفر ایک');
    expect([es.spokenPhone(''), ur.spokenPhone('withheld')]).toEqual(['', '']);
  });

  test.each([es, ur])('with as many words as it has digits: $language', (speaker) => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{2,15}$/), (digits) => {
        expect(speaker.spokenPhone(digits).split(/[,،]? /)).toHaveLength(digits.length);
      }),
    );
  });
});

describe('money is said in its coins', () => {
  test.each([
    [1, 'USD', '1 dollar', 'un dólar', 'ایک ڈالر'],
    [
      45.5,
      'USD',
      '45 dollars and 50 cents',
      'cuarenta y cinco dólares con cincuenta centavos',
      'پینتالیس ڈالر اور پچاس سینٹ',
    ],
    [21, 'EUR', '21 euros', 'veintiún euros', 'اکیس یورو'],
    [0.01, 'EUR', '1 cent', 'un céntimo', 'ایک سینٹ'],
    [0, 'EUR', '0 euros', 'cero euros', 'صفر یورو'],
    [2_500, 'PKR', '2500 rupees', 'dos mil quinientas rupias', 'دو ہزار پانچ سو روپے'],
    [150_000, 'PKR', '150000 rupees', 'ciento cincuenta mil rupias', 'ایک لاکھ پچاس ہزار روپے'],
    [201, 'GBP', '201 pounds', 'doscientas una libras', 'دو سو ایک پاؤنڈ'],
    [1_000_000, 'MXN', '1000000 pesos', 'un millón de pesos', 'دس لاکھ پیسو'],
    [100, 'usd', '100 dollars', 'cien dólares', 'ایک سو ڈالر'],
    [-5, 'USD', 'minus 5 dollars', 'menos cinco dólares', 'منفی پانچ ڈالر'],
    [19.999, 'USD', '20 dollars', 'veinte dólares', 'بیس ڈالر'],
    [12, 'rubbish', '12', 'doce', 'بارہ'],
    [Number.NaN, 'USD', '', '', ''],
    [Infinity, 'USD', '', '', ''],
    [Number.MAX_VALUE, 'USD', '', '', ''],
  ])('%d %s', (amount, currency, ...said) => {
    expect([en, es, ur].map((speaker) => speaker.spokenMoney(amount, currency))).toEqual(said);
  });

  test('other currencies have the name that the language has for them', () => {
    expect(en.spokenMoney(3, 'JPY')).toMatch(/^3 .*yen$/i);
    expect(es.spokenMoney(1, 'CHF')).toBe('un franco suizo');
    expect(en.spokenMoney(2.5, 'CHF')).toBe('2 Swiss francs and 50');
  });

  test.each([en, es, ur])('no amount is said without words: $language', (speaker) => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e9, noNaN: true }),
        fc.constantFrom('USD', 'PKR', 'GBP'),
        (amount, currency) => {
          const said = speaker.spokenMoney(amount, currency);
          expect(said).not.toMatch(/undefined|NaN| {2}|^ | $/);
          expect(said).not.toBe('');
        },
      ),
    );
  });

  test.each([es, ur])('no two amounts up to a thousand sound the same: $language', (speaker) => {
    const amounts = Array.from({ length: 1_001 }, (_, amount) => speaker.spokenMoney(amount, 'USD'));
    expect(new Set(amounts).size).toBe(1_001);
  });
});

describe('a name is said with its title, and spelled for reading back', () => {
  test.each([
    ['Dr. Invented A', 'Doctor Invented A', 'doctor Invented A', 'ڈاکٹر Invented A'],
    ['Mrs Sara  Khan', 'Missus Sara Khan', 'señora Sara Khan', 'محترمہ Sara Khan'],
    ['Dra. Inés', 'Dra. Inés', 'doctora Inés', 'Dra. Inés'],
    ['Drew', 'Drew', 'Drew', 'Drew'],
    ['', '', '', ''],
  ])('%s', (name, ...said) => {
    expect([en, es, ur].map((speaker) => speaker.spokenName(name))).toEqual(said);
  });

  test.each([
    ['Sara Khan', 'S A R A, K H A N'],
    ["o'neill", 'O N E I L L'],
    ['Ana-María', 'A N A, M A R Í A'],
    ['سارہ', 'س ا ر ہ'],
    ['😀', ''],
    ['', ''],
  ])('%s is spelled "%s"', (name, letters) => expect(es.spelled(name)).toBe(letters));
});
