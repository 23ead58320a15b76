import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { CALL_LANGUAGES } from './languages.ts';
import { speakerOf } from './spoken-languages.ts';
import { SpokenTextStream } from './spoken-text-stream.ts';
import { spokenText } from './spoken-text.ts';

describe('what a model writes is spoken as people say it', () => {
  test.each([
    ['A cleaning costs 2,000 rupees.', 'A cleaning costs 2000 rupees.'],
    ['It is Rs. 2,500.', 'It is 2500 rupees.'],
    ['It is Rs 1,200.50 today.', 'It is 1200 rupees and 50 paisa today.'],
    ['That is $45 or €12.50.', 'That is 45 dollars or 12 euros and 50 cents.'],
    ['PKR 3,000/- per visit', '3000 rupees per visit'],
    ['You pay 500 Rs. Then you are done.', 'You pay 500 rupees. Then you are done.'],
    ['Please ring 0300 555 0101.', 'Please ring 0 3 0 0, 5 5 5, 0 1 0 1.'],
    [
      'Our number is +92 300 5550101, day and night.',
      'Our number is plus 9 2, 3 0 0, 5 5 5, 0 1 0 1, day and night.',
    ],
    ['Call (555) 010-0123.', 'Call 5 5 5, 0 1 0, 0 1 2 3.'],
    ['Dial 03005550101 now.', 'Dial 0 3 0, 0 5 5 5, 0 1 0 1 now.'],
    ['Call 1122 at once.', 'Call 1 1 2 2 at once.'],
    ['You come at 10:30.', 'You come at half past 10.'],
    ['We open at 9:00 am.', 'We open at 9 in the morning.'],
    ['We open at 9 a.m. Please come early.', 'We open at 9 in the morning. Please come early.'],
    ['From 9 a.m. to 5 p.m.', 'From 9 in the morning to 5 in the evening.'],
    ['We are open 09:00-17:00.', 'We are open 9 to 5 in the evening.'],
    ['Come at 14:15 in the afternoon.', 'Come at quarter past 2 in the afternoon.'],
    ['Come at 10:30 in the morning.', 'Come at half past 10 in the morning.'],
    ['It closes at 12 pm and 00:00.', 'It closes at 12 noon and midnight.'],
    ['Your visit is on 2026-11-24.', 'Your visit is on Tuesday the 24th of November.'],
    ['Dr. Khan and Prof. Ali', 'Doctor Khan and Professor Ali'],
    ['20-30 minutes, 50% off, bread & butter', '20 to 30 minutes, 50 percent off, bread and butter'],
  ])('%s', (written, spoken) => {
    expect(spokenText(written, 'en')).toBe(spoken);
  });

  test.each([
    ['es', 'Cuesta 2,000 rupias.', 'Cuesta dos mil rupias.'],
    ['es', 'Cuesta 1.250,50 €.', 'Cuesta mil doscientos cincuenta euros con cincuenta céntimos.'],
    [
      'es',
      'Su cita es a las 10:30 de la mañana con la Dra. Ruiz.',
      'Su cita es a las diez y media de la mañana con la doctora Ruiz.',
    ],
    ['es', 'Abrimos a las 14:00.', 'Abrimos a las dos de la tarde.'],
    ['es', 'Llame al 1122.', 'Llame al uno uno dos dos.'],
    ['ur', 'آپ کا وقت 10:30 بجے ہے', 'آپ کا وقت ساڑھے دس بجے ہے'],
    ['ur', 'فیس 2,000 روپے ہے', 'فیس دو ہزار روپے ہے'],
    ['ur', 'ہم ۲۵ منٹ لیتے ہیں', 'ہم پچیس منٹ لیتے ہیں'],
  ])('in %s: %s', (language, written, spoken) => {
    expect(spokenText(written, language)).toBe(spoken);
  });

  test.each([
    'On Tuesday the 24th of November I have 9, half past 9 or 10 in the morning.',
    'Until Friday the 22nd of January 2027.',
    "That's Sara Notreal, spelled S A R A, N O T R E A L, born on the 3rd of May 1990, phone 0 3 0 0, 5 5 5, 0 1 0 1.",
    'From 01-12-2026, room 12, version 1.5, 3:2, 12:75, 25:00.',
    'She lives at 123 Garden Dr. in town, and I am 10.',
    'It costs 2000 rupees and 50 paisa.',
  ])('and this stays: %s', (text) => {
    expect(spokenText(text, 'en')).toBe(text);
  });
});

const language = fc.constantFrom(...CALL_LANGUAGES);
const instant = fc
  .integer({ min: Date.UTC(2026, 0), max: Date.UTC(2028, 0) })
  .map((ms) => DateTime.fromMillis(Math.floor(ms / 300_000) * 300_000, { zone: 'utc' }));

test('what tools have worded is not changed', () => {
  fc.assert(
    fc.property(
      language,
      instant,
      instant,
      fc.integer({ min: 0, max: 999_999 }),
      fc.stringMatching(/^0\d{6,12}$/),
      (tag, one, other, amount, national) => {
        const speaker = speakerOf(tag);
        const parts = [
          speaker.spokenDate(one),
          speaker.spokenTime(one),
          speaker.clock(other),
          speaker.spokenMoney(amount, 'PKR'),
          speaker.spokenPhone(national),
          speaker.spelled('Sara Notreal'),
        ];
        const text = `${speaker.spokenList(parts, 'or')}.`;
        expect(spokenText(text, tag)).toBe(text);
      },
    ),
  );
});

const word = fc.oneof(
  fc.constantFrom(
    'we',
    'open',
    'at',
    'in the morning',
    'la',
    'de la tarde',
    'بجے',
    'Dr.',
    'Khan',
    'Rs.',
    'call',
    'a.m.',
    '5 p.m.',
  ),
  fc.constantFrom(
    '10:30',
    '14:00',
    '2,000',
    '0300 555 0101',
    '$12.50',
    '50%',
    '2026-11-24',
    '7',
    '1122',
    '20-30',
    '9:00-17:00',
  ),
  fc.string({ maxLength: 6 }),
);
const text = fc
  .array(fc.tuple(word, fc.constantFrom(' ', ', ', '. ', '? ')), { maxLength: 14 })
  .map((words) => words.map((pair) => pair.join('')).join(''));

test('a text that comes in pieces is spoken as the whole', () => {
  fc.assert(
    fc.property(
      language,
      text,
      fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 }),
      (tag, whole, sizes) => {
        fc.pre(whole.length < 200);
        const stream = new SpokenTextStream(() => tag);
        let spoken = '';
        let at = 0;
        for (const size of sizes) {
          spoken += stream.push(whole.slice(at, at + size));
          at += size;
        }
        spoken += stream.push(whole.slice(at)) + stream.rest();
        expect(spoken).toBe(spokenText(whole, tag));
      },
    ),
    { numRuns: 500 },
  );
});

test('a title is one before a name, and not before a number that is said in words', () => {
  expect(spokenText('Mr 10:30', 'ur')).toBe('Mr ساڑھے دس بجے');
  expect(spokenText('Mr Khan', 'ur')).toBe('جناب Khan');
});

test('a text is given on as soon as nothing that follows can change it', () => {
  const stream = new SpokenTextStream(() => 'en');
  expect(stream.push('Good morn')).toBe('Good ');
  expect(stream.push('ing, we open ')).toBe('morning, we open ');
  expect(stream.push('at 10:')).toBe('at ');
  expect(stream.push('30 in the morning. ')).toBe('half past 10 in the morning. ');
  expect(stream.push('See you')).toBe('See ');
  expect(stream.rest()).toBe('you');
});

test('no text is too strange', () => {
  fc.assert(
    fc.property(language, fc.string({ maxLength: 300, unit: 'binary' }), (tag, any) => {
      expect(typeof spokenText(any, tag)).toBe('string');
    }),
  );
});

test('a text of 100,000 characters takes no longer than a sentence’s time allows', () => {
  for (const piece of ['1', '0 ', '1-', '(', '10:30 ', '1,000', 'Rs. ', '+1 (', '.1,']) {
    const startedMs = performance.now();
    spokenText(piece.repeat(100_000 / piece.length), 'en');
    expect(performance.now() - startedMs).toBeLessThan(2_000);
  }
});
