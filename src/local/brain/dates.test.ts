import { describe, expect, test } from 'vitest';
import { findDay, resolveDay, statedToday } from './dates.ts';
import { findName } from './names.ts';
import { phoneNumber } from './numbers.ts';
import { clockText, findPart, findTime } from './times.ts';
import { alike, tokens } from './words.ts';

const TODAY = new Date('2026-11-24T00:00:00Z'); // a Tuesday

describe('a day in recognised speech', () => {
  test.each<[string, string | undefined, string?]>([
    ['on tuesday', 'tuesday', '2026-12-01'],
    ['next week on friday', 'next friday', '2026-11-27'],
    ['Friday next week', 'next friday', '2026-11-27'],
    ['to morrow', 'tomorrow', '2026-11-25'],
    ['tomorow morning', 'tomorrow', '2026-11-25'],
    ['in three days', 'in 3 days', '2026-11-27'],
    ['December the third', '3 December', '2026-12-03'],
    ['the twenty fourth of november', '24 November', '2026-11-24'],
    ['3rd of January', '3 January', '2027-01-03'],
    ['tuesday the 1st of December', '1 December', '2026-12-01'],
    ['on the 3rd of November 2020', '3 November 2020', '2020-11-03'],
    ['whens day', 'wednesday', '2026-11-25'],
    ['thirsday', 'thursday', '2026-11-26'],
    ['my birthday', undefined],
    ['hold on a second', undefined],
    ['may I come', undefined],
    ['next week', 'next week', '2026-11-30'],
  ])('"%s" is %s', (said, phrase, date) => {
    const day = findDay(tokens(said));
    expect(day?.phrase).toBe(phrase);
    if (day) expect(resolveDay(day.spec, TODAY).toISOString().slice(0, 10)).toBe(date);
  });

  test('"the second" is a choice while two things are on offer', () => {
    expect(findDay(tokens('the second please'), 2)).toBeUndefined();
    expect(findDay(tokens('on the second please'), 2)?.phrase).toBe('the 2nd');
  });

  test('today is read from the prompt', () => {
    expect(statedToday('It is Tuesday, 24 November 2026, 08:10')).toEqual(TODAY);
    expect(statedToday('Today: November 24th, 2026')).toEqual(TODAY);
    expect(statedToday('now 2026-11-24T08:10')).toEqual(TODAY);
    expect(statedToday('31 February 2026')).toBeUndefined();
  });
});

describe('a time in recognised speech', () => {
  test.each<[string, string | undefined]>([
    ['at ten', '10:00'],
    ['at tan', '10:00'],
    ['ten thirty', '10:30'],
    ['10.30 please', '10:30'],
    ['quarter to eleven', '10:45'],
    ['twenty past nine', '09:20'],
    ['to thirty', '14:30'],
    ['half past two', '14:30'],
    ['3 p.m.', '15:00'],
    ["two o'clock", '14:00'],
    ['eight in the evening', '20:00'],
    ['at noon', '12:00'],
    ['ten oh five', '10:05'],
    ['nine in the morning', '09:00'],
    ['in two weeks', undefined],
    ['the first one', undefined],
    ['i have three kids', undefined],
    ['that would be for my son', undefined],
  ])('"%s" is %s', (said, clock) => {
    const time = findTime(tokens(said));
    expect(time && clockText(time)).toBe(clock);
  });

  test('a greeting names no part of the day', () => {
    expect(findPart(tokens('Good morning, a check-up please'))).toBeUndefined();
    expect(findPart(tokens('tomorrow after noon'))).toBe('afternoon');
  });
});

describe('names and numbers', () => {
  test.each<[string, 'asked' | 'read' | 'free', string | undefined]>([
    ['I am calling about an appointment', 'free', undefined],
    ["I'm looking for a cleaning", 'free', undefined],
    ['this is about my tooth', 'free', undefined],
    ["Hello, this is Omar Test, I'd like to book", 'free', 'Omar Test'],
    ['under the name of Nora Mock please', 'free', 'Nora Mock'],
    ['Sure. Lee.', 'asked', 'Lee'],
    ['is it on tuesday', 'asked', undefined],
    ['no', 'asked', undefined],
    ["no it's amar test", 'read', 'Amar Test'],
  ])('"%s" (%s) names %s', (said, context, name) => {
    expect(findName(said, context)).toBe(name);
  });

  test('telephone numbers are read from words and digits', () => {
    expect(phoneNumber(tokens('my number is zero three double zero 555 one two'))).toBe('030055512');
    expect(phoneNumber(tokens('+49 151 1234567'))).toBe('491511234567');
    expect(phoneNumber(tokens('at ten thirty'))).toBeUndefined();
  });

  test('words that sound alike are near, others are not', () => {
    expect(alike('chuckup', 'checkup')).toBeGreaterThan(0.8);
    expect(alike('filling', 'cleaning')).toBeLessThan(0.7);
    expect(alike('thursday', 'tuesday')).toBeLessThan(0.85);
  });
});
