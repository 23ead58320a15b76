import { describe, expect, test } from 'vitest';
import { DateTime } from 'luxon';
import { makeCall } from '../../test/support/call-state.ts';
import { ZONE } from '../../test/support/clinic.ts';
import { cleanName, readPerson, spokenBirthDate } from './person.ts';

describe('a name', () => {
  test.each([
    ['Sara Notreal', 'Sara Notreal'],
    ['  sara   notreal. ', 'sara notreal'],
    ['Zoë O’Mara-Öz', 'Zoë O’Mara-Öz'],
    ['سارہ خان', 'سارہ خان'],
    ['Sara\nNotreal\u0000', 'Sara Notreal'],
    ['Sara ❤️', 'Sara'],
    ['Sara 👍🏽 Notreal 🇵🇰', 'Sara Notreal'],
    ['Zoe\u0308', 'Zoë'],
    ['Sara \u202Elaertoan', 'Sara laertoan'],
    ["Robert'); DROP TABLE patients;--", "Robert'); DROP TABLE patients;--"],
  ])('is kept as it was said: %j', (input, expected) => expect(cleanName(input)).toBe(expected));

  test.each([
    '',
    '   ',
    '😀',
    '❤️',
    '🇵🇰',
    '12345',
    '...',
    '\u0000',
    '\uD800',
    'x'.repeat(121),
    'x'.repeat(10_000),
    ' '.repeat(1_000_000),
  ])('is none: %j', (input) => expect(cleanName(input)).toBeUndefined());
});

describe('who somebody says to be', () => {
  const sara = { full_name: 'Sara Notreal', date_of_birth: '3rd of May 1990' };

  test('is understood from the caller’s own words', () => {
    const { state } = makeCall();
    const read = readPerson(state, { ...sara, phone: '0300 5550199' });
    expect(read).toMatchObject({ person: { fullName: 'Sara Notreal', phone: '+923005550199' } });
    expect('person' in read ? read.person.dateOfBirth.toISODate() : undefined).toBe('1990-05-03');
    expect(state.phone).toBe('+923005550199');
  });

  test.each([
    [{ full_name: '😀' }, 'name_invalid', 'Sorry, could you tell me the full name once more?'],
    [{ full_name: 'x'.repeat(10_000) }, 'name_invalid', 'Sorry, could you tell me the full name once more?'],
    [{ date_of_birth: '31 February 1990' }, 'birth_date_invalid', /date of birth once more, with day/],
    [{ date_of_birth: 'tomorrow' }, 'birth_date_invalid', /date of birth once more/],
    [{ date_of_birth: '3 May 2030' }, 'birth_date_invalid', /date of birth once more/],
    [{ date_of_birth: 'x'.repeat(10_000) }, 'birth_date_invalid', /date of birth once more/],
    [{ phone: '12' }, 'phone_invalid', 'Sorry, could you say the phone number once more, digit by digit?'],
    [{ phone: 'yes' }, 'phone_invalid', 'Sorry, could you say the phone number once more, digit by digit?'],
  ])('is asked again where it is not clear: %j', (wrong, error, say) => {
    const read = readPerson(makeCall().state, { ...sara, ...wrong });
    expect(read).toMatchObject({ reply: { error, say: expect.stringMatching(say) as string } });
  });

  test('has no number where the model gives an empty one', () => {
    expect(readPerson(makeCall().state, { ...sara, phone: ' ' })).toMatchObject({
      person: { phone: undefined },
    });
  });
});

test('a birth date is said without its weekday', () => {
  expect(spokenBirthDate(DateTime.fromISO('1990-05-03', { zone: ZONE }))).toBe('the 3rd of May 1990');
});
