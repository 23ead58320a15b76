import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { type CalendarAppointment, type CalendarClinic, calendarFile } from './calendar-file.ts';

const KARACHI: CalendarClinic = { name: 'Sample Smiles', time_zone: 'Asia/Karachi', phone: '+922135550100' };
const BERLIN: CalendarClinic = { name: 'Muster', time_zone: 'Europe/Berlin' };
const STAMP = new Date('2026-11-23T03:30:00Z');
const VISIT: CalendarAppointment = {
  appointment_id: 'a0000000-0000-4000-8000-000000000001',
  starts_at: '2026-11-30T08:00:00+00:00',
  ends_at: '2026-11-30T08:45:00+00:00',
  status: 'booked',
  service: 'Cleaning',
  practitioner: 'Dr. Invented A',
};

const file = (changes: Partial<CalendarAppointment> = {}, clinic = KARACHI) =>
  calendarFile({ ...VISIT, ...changes }, clinic, STAMP);
/** The content lines, unfolded, as a calendar reads them. */
const lines = (text: string) => text.replaceAll('\r\n ', '').split('\r\n').slice(0, -1);
const valueOf = (text: string, name: string) =>
  lines(text)
    .find((line) => line.startsWith(name))
    ?.slice(name.length);

test('a booked appointment is an entry in the clinic’s own time, with the zone’s rule', () => {
  expect(lines(file({}, { ...KARACHI, address: '12 Sample Street, second floor' }))).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Openhours//Appointments//EN',
    'CALSCALE:GREGORIAN',
    'METHOD:PUBLISH',
    'BEGIN:VTIMEZONE',
    'TZID:Asia/Karachi',
    'BEGIN:STANDARD',
    'DTSTART:19700101T000000',
    'TZOFFSETFROM:+0500',
    'TZOFFSETTO:+0500',
    'TZNAME:GMT+5',
    'END:STANDARD',
    'END:VTIMEZONE',
    'BEGIN:VEVENT',
    'UID:a0000000-0000-4000-8000-000000000001@openhours',
    'DTSTAMP:20261123T033000Z',
    'SEQUENCE:0',
    'STATUS:CONFIRMED',
    'DTSTART;TZID=Asia/Karachi:20261130T130000',
    'DTEND;TZID=Asia/Karachi:20261130T134500',
    'SUMMARY:Cleaning\\, Sample Smiles',
    'DESCRIPTION:Cleaning with Dr. Invented A at Sample Smiles. Telephone: +922135550100',
    'LOCATION:12 Sample Street\\, second floor',
    'ORGANIZER;CN="Sample Smiles":tel:+922135550100',
    'TRANSP:OPAQUE',
    'END:VEVENT',
    'END:VCALENDAR',
  ]);
});

test('a cancelled one takes the same entry back', () => {
  const cancelled = file({ status: 'cancelled' });
  expect(valueOf(cancelled, 'METHOD:')).toBe('CANCEL');
  expect(valueOf(cancelled, 'STATUS:')).toBe('CANCELLED');
  expect(valueOf(cancelled, 'SEQUENCE:')).toBe('1');
  expect(valueOf(cancelled, 'UID:')).toBe(valueOf(file(), 'UID:'));
});

describe('where the clocks change', () => {
  test('the file has the changes of the year before, each with the time before and after it', () => {
    const text = file({}, BERLIN);
    const onsets = lines(text).filter((line) => /^(DTSTART:|TZOFFSET)/.test(line));
    expect(onsets).toEqual([
      ...['DTSTART:19700101T000000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0100'],
      ...['DTSTART:20260329T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
      ...['DTSTART:20261025T030000', 'TZOFFSETFROM:+0200', 'TZOFFSETTO:+0100'],
    ]);
    expect(lines(text).filter((line) => line.startsWith('BEGIN:'))).toEqual(
      ['VCALENDAR', 'VTIMEZONE', 'STANDARD', 'DAYLIGHT', 'STANDARD', 'VEVENT'].map((name) => `BEGIN:${name}`),
    );
  });

  test('an appointment across the change has both ends on the clock of their time', () => {
    const text = file({ starts_at: '2026-03-29T00:30:00Z', ends_at: '2026-03-29T01:30:00Z' }, BERLIN);
    expect(valueOf(text, 'DTSTART;TZID=Europe/Berlin:')).toBe('20260329T013000');
    expect(valueOf(text, 'DTEND;TZID=Europe/Berlin:')).toBe('20260329T033000');
    expect(text).toContain('DTSTART:20260329T020000');
  });

  test('an hour that the clock shows twice is written in UTC, so that it cannot be mistaken', () => {
    const text = file({ starts_at: '2026-10-25T01:30:00Z', ends_at: '2026-10-25T02:15:00Z' }, BERLIN);
    expect(text).toContain('DTSTART:20261025T013000Z');
    expect(valueOf(text, 'DTEND;TZID=Europe/Berlin:')).toBe('20261025T031500');
  });

  test.each([
    ['Asia/Kathmandu', '+0545'],
    ['America/St_Johns', '-0330'],
    ['UTC', '+0000'],
  ])('%s is %s ahead of UTC in winter', (time_zone, expected) => {
    expect(file({}, { ...BERLIN, time_zone })).toContain(`TZOFFSETTO:${expected}`);
  });

  test('in any zone, at any time, both ends are read as the instants they are', () => {
    const zones = [
      'Asia/Karachi',
      'Europe/Berlin',
      'America/New_York',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
    ];
    const days = fc.integer({ min: 0, max: 3 * 365 * 24 * 12 });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        days,
        fc.integer({ min: 1, max: 96 }),
        (time_zone, fives, length) => {
          const starts = DateTime.fromISO('2026-01-01T00:00:00Z').plus({ minutes: 5 * fives });
          const ends = starts.plus({ minutes: 5 * length });
          const text = file(
            { starts_at: starts.toISO() ?? '', ends_at: ends.toISO() ?? '' },
            { ...BERLIN, time_zone },
          );
          const read = (name: string) => {
            const line = lines(text)
              .slice(lines(text).indexOf('BEGIN:VEVENT'))
              .find((candidate) => candidate.startsWith(name));
            const value = line?.split(':')[1] ?? '';
            const zone = line?.includes('TZID=') ? time_zone : 'utc';
            return DateTime.fromFormat(value.replace('Z', ''), "yyyyLLdd'T'HHmmss", { zone }).toMillis();
          };
          expect([read('DTSTART'), read('DTEND')]).toEqual([starts.toMillis(), ends.toMillis()]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('whatever the clinic is called', () => {
  test.each([
    ['Smith; Sons, \\ Co', 'Smith\\; Sons\\, \\\\ Co'],
    ['One\r\nTwo\nThree\rFour', 'One\\nTwo\\nThree\\nFour'],
    ['Bell\u0007 and \u0000 null', 'Bell and  null'],
    ['x\nEND:VEVENT\nBEGIN:VALARM', 'x\\nEND:VEVENT\\nBEGIN:VALARM'],
  ])('%j stands in the file as %j', (name, written) => {
    expect(valueOf(file({}, { ...BERLIN, name }), 'SUMMARY:')).toBe(`Cleaning\\, ${written}`);
  });

  test('no line is longer than 75 octets, none is cut within a character, and unfolded it is what it was', () => {
    const words = fc.string({ unit: 'binary', maxLength: 400 });
    fc.assert(
      fc.property(words, words, (name, practitioner) => {
        const text = file({ practitioner }, { ...KARACHI, name });
        expect(text.endsWith('END:VCALENDAR\r\n')).toBe(true);
        const wrong = (line: string) =>
          Buffer.byteLength(line) > 75 || /\p{Cs}/u.test(line) || /[\r\n]/.test(line);
        expect(text.split('\r\n').filter(wrong)).toEqual([]);
        expect(lines(text)).toHaveLength(27);
      }),
    );
  });

  test('nothing of the patient is in it, even when the receipt has the name', () => {
    const receipt = { ...VISIT, patient_name: 'Ada Test', patient_id: 'p-1' };
    expect(calendarFile(receipt, KARACHI, STAMP)).not.toContain('Ada');
  });
});
