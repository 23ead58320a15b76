import { expect, test } from 'vitest';
import { fromForeign, toForeign } from './foreign.ts';
import { askedBy } from './speak.ts';

const READ_BACK =
  "Thank you, Sara Khan. That's a check-up with Dr. Invented A on Tuesday the 24th of November at half past 10 in the morning, for Sara Khan. Is that right?";

test('a booking is worded in the language of the call, with its day and time', () => {
  expect(toForeign(READ_BACK, 'es')).toBe(
    'Gracias, Sara Khan. Es check-up con Dr. Invented A el martes 24 de noviembre a las 10 y media de la mañana, para Sara Khan. ¿Es correcto?',
  );
  expect(toForeign(READ_BACK, 'ur')).toMatch(/منگل 24 نومبر .*کیا یہ درست ہے؟$/);
  expect(
    toForeign("You're booked for Tuesday the 1st of December at 12 noon with Dr. Invented A.", 'es'),
  ).toBe('Su cita queda reservada para el martes 1 de diciembre a las 12 del mediodía con Dr. Invented A.');
});

test('what is not known stays as it is, and English always does', () => {
  expect(toForeign('Parking is behind the house.', 'es')).toBe('Parking is behind the house.');
  expect(toForeign(READ_BACK, 'en')).toBe(READ_BACK);
});

test('what it asked is known again from its own words', () => {
  for (const language of ['es', 'ur']) {
    expect(askedBy(fromForeign(toForeign(READ_BACK, language)))).toBe('confirm');
    const which = 'Which service would you like?';
    expect(fromForeign(toForeign(which, language))).toBe(which);
    expect(askedBy(fromForeign(toForeign(which, language)))).toBe('service');
  }
  expect(fromForeign(READ_BACK)).toBe(READ_BACK);
});
