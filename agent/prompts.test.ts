import { expect, test } from 'vitest';
import { NOW, makeClinic } from '../test/support/clinic.ts';
import { receptionistPrompt } from './prompts.ts';

const prompt = receptionistPrompt(makeClinic(), NOW);

test('the receptionist knows the clinic, and the present there', () => {
  expect(prompt).toContain('the telephone receptionist of Invented Dental');
  expect(prompt).toContain('It is Monday, 23 November 2026, 08:30 at the clinic (Asia/Karachi).');
});

test('every weekday has its hours, and a day without any is closed', () => {
  expect(prompt).toContain('- Monday: 09:00-17:00\n');
  expect(prompt).toContain('- Sunday: closed\n');
  const split = makeClinic({
    hours: [
      { weekday: 1, opens: '09:00', closes: '12:00' },
      { weekday: 1, opens: '14:00', closes: '18:00' },
    ],
  });
  expect(receptionistPrompt(split, NOW)).toContain('- Monday: 09:00-12:00 and 14:00-18:00\n');
});

test('it knows every service, dentist and answer of the clinic', () => {
  expect(prompt).toContain('- check-up: Check-up, 30 minutes\n');
  expect(prompt).toContain('- Dr. Invented A, Dentist\n');
  expect(prompt).toContain('Q: Where are you? A: At 1 Invented Street.');
});

test('it says that it is an AI, and gives no medical advice', () => {
  expect(prompt).toMatch(/AI assistant and say so when asked/);
  expect(prompt).toMatch(/no medical advice/);
});

test('nothing is missing or left as code in a clinic that has told little', () => {
  const bare = makeClinic({ hours: [], practitioners: [], services: [], answers: [], closures: [] });
  expect(receptionistPrompt(bare, NOW)).not.toMatch(/undefined|null|\[object/);
});
