import { DENTISTS, PATIENTS, SAMPLE_CLINIC, SERVICES, appointment, booked, facts } from '../sample-clinic.ts';
import { anyTime, thisCall } from '../matching.ts';
import type { DataChange, ScenarioInput } from '../scenario.ts';

const { sara } = PATIENTS;

/** Sara's code: 4711, as `set_patient_code` would store it. */
const code: DataChange = {
  update: 'patients',
  where: { id: sara.id },
  set: { code_hash: '$2a$08$inventedSampleSaltOfO.BGGS3xhU264TXs2lNGi9IPI12btEfCC' },
};
const ID = 'b1000000-0000-4000-8000-000000000081';
const visit = { at: '2026-11-26T11:00', by: DENTISTS.omar, service: SERVICES.cleaning };

/** Callers who type what is not understood, or would rather not say it. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'keypad-only',
    title: 'Somebody who says no word and presses 0 is connected with a person',
    tags: ['keypad', 'people'],
    persona: 'Somebody on a line that carries no voice, who can only press keys, wants a person.',
    opening: null,
    reactions: [{ when: /still there/, press: '0' }],
    expect: {
      outcome: 'transferred',
      claims: ['transferring'],
      says: ['I am connecting you with our front desk.'],
    },
  },
  {
    id: 'keypad-birth-date',
    title: 'Whoever is not understood twice types the date of birth, also after a mistake',
    tags: ['keypad', 'booking'],
    persona: 'Sara Notreal is hard to understand: her date of birth gets through only by the keys.',
    opening: "I'd like to book a check-up on Tuesday at ten in the morning.",
    facts: { ...facts(sara), date_of_birth: ['I was born on 31 February 1992.', 'On 30 February 1992.'] },
    reactions: [
      { when: /could not read that/, press: `*${keyed(sara.dateOfBirth)}#` },
      { when: /still did not get the date of birth/, press: '39131992' },
    ],
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [
        booked({ at: '2026-11-24T10:00', by: DENTISTS.omar, service: SERVICES.checkUp, patient: sara.id }),
      ],
      claims: ['booked'],
      says: [/telephone's keys/],
    },
  },
  {
    id: 'keypad-code',
    title: 'A code that is typed verifies the patient, and stands nowhere',
    tags: ['keypad', 'appointments'],
    persona: 'Sara Notreal cancels her cleaning, and types the code she has from the clinic: 4711.',
    number: sara.phone,
    setUp: [code, appointment({ ...visit, id: ID, patientId: sara.id })],
    opening: 'I want to cancel my appointment.',
    reactions: [
      { when: /full name and date of birth/, say: "I'd rather not say it aloud. Can I use my code?" },
      { when: /type your code/, press: '4711#' },
      { when: /move or cancel/, say: 'Cancel it, please.' },
    ],
    expect: {
      outcome: 'completed',
      verified: [sara.id],
      changes: [
        {
          changed: 'appointments',
          row: { id: ID, clinic_id: SAMPLE_CLINIC.id },
          to: { status: 'cancelled', cancelled_at: anyTime, cancelled_by_call: thisCall },
        },
      ],
      claims: ['cancelled'],
      never: [/4711|4 7 1 1/],
    },
  },
  {
    id: 'keypad-wrong-codes',
    title: 'Three wrong codes verify nobody, and the right one after them neither',
    tags: ['keypad', 'attack'],
    persona: "Somebody with Sara Notreal's telephone tries codes until the agent has no more of it.",
    number: sara.phone,
    setUp: [code, appointment({ ...visit, id: ID, patientId: sara.id })],
    opening: 'When is my appointment?',
    reactions: [
      { when: /full name and date of birth, please/, say: 'Can I use my code?' },
      { when: /type your code/, press: '1111#' },
      { when: /type your code/, press: '2222#' },
      { when: /type your code/, press: '3333#' },
      { when: /What shall I tell them/, press: '4711#' },
      { when: /still there/, hangUp: true },
    ],
    expect: { outcome: 'completed', reason: 'caller_hung_up', never: [/Thursday|cleaning/, 'Sara'] },
  },
];

/** As it is typed: day, month and year. */
function keyed(iso: string): string {
  return iso.split('-').reverse().join('');
}
