import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { ZONE } from '../../test/support/clinic.ts';
import { clock, spokenDate, spokenList, spokenPhone, spokenTime } from './spoken.ts';

const at = (local: string) => DateTime.fromISO(local, { zone: ZONE });

describe('a date is said with its weekday', () => {
  test.each([
    ['2026-11-24', 'Tuesday the 24th of November'],
    ['2026-12-01', 'Tuesday the 1st of December'],
    ['2026-12-02', 'Wednesday the 2nd of December'],
    ['2026-12-03', 'Thursday the 3rd of December'],
    ['2026-12-11', 'Friday the 11th of December'],
    ['2026-12-12', 'Saturday the 12th of December'],
    ['2026-12-13', 'Sunday the 13th of December'],
    ['2026-12-21', 'Monday the 21st of December'],
    ['2026-12-22', 'Tuesday the 22nd of December'],
    ['2026-12-23', 'Wednesday the 23rd of December'],
    ['2026-12-31', 'Thursday the 31st of December'],
    ['2028-02-29', 'Tuesday the 29th of February'],
  ])('%s', (date, expected) => expect(spokenDate(at(date))).toBe(expected));

  test('in English whatever the language of the machine', () => {
    expect(spokenDate(at('2026-11-24').setLocale('de'))).toBe('Tuesday the 24th of November');
  });
});

describe('a time is said as people say it', () => {
  test.each([
    ['09:00', '9 in the morning'],
    ['10:30', 'half past 10 in the morning'],
    ['11:45', 'quarter to 12 in the morning'],
    ['12:00', '12 noon'],
    ['12:15', 'quarter past 12 in the afternoon'],
    ['12:45', 'quarter to 1 in the afternoon'],
    ['14:05', '2 oh 5 in the afternoon'],
    ['16:20', '4 20 in the afternoon'],
    ['17:00', '5 in the evening'],
    ['00:00', '12 in the morning'],
  ])('%s', (time, expected) => expect(spokenTime(at(`2026-11-24T${time}`))).toBe(expected));

  test('every minute of the day has words of its own', () => {
    const minutes = Array.from({ length: 24 * 60 }, (_, minute) =>
      spokenTime(at('2026-11-24').plus({ minutes: minute })),
    );
    expect(new Set(minutes).size).toBe(24 * 60);
  });

  test('a list leaves the part of the day to its last member', () => {
    expect(clock(at('2026-11-24T15:30'))).toBe('half past 3');
  });
});

test.each([
  [[], ''],
  [['9'], '9'],
  [['9', '10'], '9 or 10'],
  [['9', '10', '11'], '9, 10 or 11'],
])('the list %j is said "%s"', (parts, expected) => expect(spokenList(parts, 'or')).toBe(expected));

describe('a number is said digit by digit, in groups that can be followed', () => {
  test.each([
    ['0300 5550101', '0 3 0 0, 5 5 5, 0 1 0 1'],
    ['(021) 35550100', '0 2 1, 3 5 5 5, 0 1 0 0'],
    ['030 12345', '0 3 0, 1 2, 3 4 5'],
    ['110', '1 1 0'],
    ['03001234567', '0 3 0, 0 1 2 3, 4 5 6 7'],
    ['', ''],
  ])('%s', (number, expected) => expect(spokenPhone(number)).toBe(expected));

  test('with every digit, in its order, and never a lone one', () => {
    for (let length = 2; length <= 15; length += 1) {
      const digits = '012345678901234'.slice(0, length);
      const said = spokenPhone(digits);
      expect(said.replace(/\D/g, '')).toBe(digits);
      expect(said.split(', ').every((group) => group.length > 1)).toBe(true);
      expect(said.split(', ').every((group) => group.replace(/\D/g, '').length <= 4)).toBe(true);
    }
  });
});
