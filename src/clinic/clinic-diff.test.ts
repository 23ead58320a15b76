import { expect, test } from 'vitest';
import { changeLines, diffClinics } from './clinic-diff.ts';
import type { ClinicDocument } from './clinic-document.ts';
import { readClinicFile } from './clinic-file.ts';

const CLINIC = readClinicFile({
  slug: 'invented',
  name: 'Invented Clinic',
  time_zone: 'Asia/Karachi',
  country: 'PK',
  numbers: ['+922135550100'],
  hours: { monday: '09:00-17:00', tuesday: '09:00-17:00' },
  closures: [{ date: '2026-12-25', reason: 'Holiday' }],
  services: [
    { slug: 'check-up', name: 'Check-up', duration_minutes: 30, price: 2000 },
    { slug: 'filling', name: 'Filling', duration_minutes: 60 },
  ],
  practitioners: [
    { name: 'Dr. Ada Sample', title: 'Dentist', services: 'all' },
    { name: 'Dr. Bo Sample', services: ['check-up'] },
  ],
  answers: [{ question: 'Is there parking?', answer: 'Yes.' }],
});

const [ada, bo] = CLINIC.practitioners as [
  ClinicDocument['practitioners'][number],
  ClinicDocument['practitioners'][number],
];
const lines = (changes: Partial<ClinicDocument>) =>
  changeLines(diffClinics(CLINIC, { ...CLINIC, ...changes }));

test('the same clinic has no changes, in whatever order its lists are', () => {
  const turned = {
    ...CLINIC,
    hours: CLINIC.hours.toReversed(),
    services: CLINIC.services.toReversed(),
    practitioners: [bo, { ...ada, services: ada.services.toReversed() }],
  };
  expect(diffClinics(CLINIC, turned)).toEqual([]);
  expect(diffClinics(turned, CLINIC)).toEqual([]);
});

test('a new clinic is nothing but additions', () => {
  const changes = diffClinics(null, CLINIC);
  expect(new Set(changes.map(({ kind }) => kind))).toEqual(new Set(['add']));
  expect(changeLines(changes)).toEqual(
    expect.arrayContaining([
      '+ name: Invented Clinic',
      '+ hours.monday: 09:00-17:00',
      '+ closures: 2026-12-25 closed (Holiday)',
      '+ services.filling: slug filling, name Filling, duration_minutes 60, buffer_minutes 0',
      '+ practitioners.Dr. Ada Sample: name Dr. Ada Sample, title Dentist, services [check-up, filling]',
    ]),
  );
});

test('what is changed is shown field by field, with what it was', () => {
  const [checkUp, filling] = CLINIC.services as [
    ClinicDocument['services'][number],
    ClinicDocument['services'][number],
  ];
  expect(
    lines({
      name: 'Renamed Clinic',
      staff_number: '+922135550199',
      numbers: ['+922135550101'],
      hours: [{ weekday: 1, opens: '10:00', closes: '17:00' }],
      closures: [],
      services: [
        { ...checkUp, price: 2500 },
        { ...filling, price: 10 },
      ],
      answers: [],
    }),
  ).toEqual([
    '~ name: Invented Clinic -> Renamed Clinic',
    '+ staff_number: +922135550199',
    '- numbers: +922135550100',
    '+ numbers: +922135550101',
    '~ hours.monday: 09:00-17:00 -> 10:00-17:00',
    '- hours.tuesday: 09:00-17:00',
    '- closures: 2026-12-25 closed (Holiday)',
    '~ services.check-up.price: 2000 -> 2500',
    '+ services.filling.price: 10',
    '- answers.Is there parking?: question Is there parking?, answer Yes.',
  ]);
});

test('somebody who is renamed is one person; without formerly it is one who goes and one who comes', () => {
  const renamed = { ...ada, name: 'Dr. Ada Renamed' };
  expect(lines({ practitioners: [{ ...renamed, formerly: ada.name }, bo] })).toEqual([
    '~ practitioners.Dr. Ada Renamed.name: Dr. Ada Sample -> Dr. Ada Renamed',
  ]);
  expect(lines({ practitioners: [renamed, bo] }).map((line) => line.slice(0, 31))).toEqual([
    '- practitioners.Dr. Ada Sample:',
    '+ practitioners.Dr. Ada Renamed',
  ]);
});

test('a formerly that has been applied changes nothing any more', () => {
  expect(lines({ practitioners: [{ ...ada, formerly: 'Dr. Ada Longago' }, bo] })).toEqual([]);
});
