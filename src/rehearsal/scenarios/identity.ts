import {
  DENTISTS,
  PATIENTS,
  SAMPLE_CLINIC,
  SERVICES,
  appointment,
  booked,
  facts,
  message,
  noted,
} from '../sample-clinic.ts';
import type { ScenarioInput } from '../scenario.ts';

const { sara, bilal } = PATIENTS;
const check = { at: '2026-11-24T10:00', by: DENTISTS.omar, service: SERVICES.checkUp };
const opening = "I'd like to book a check-up on Tuesday at ten in the morning.";
const booking = (patient: string): ScenarioInput['expect'] => ({
  outcome: 'booked',
  verified: [patient],
  changes: [booked({ ...check, patient })],
  claims: ['booked'],
});
/** Somebody of the same name and birth date, with another number. */
const NAMESAKE = 'f1000000-0000-4000-8000-000000000091';
const namesake = {
  insert: 'patients',
  row: {
    id: NAMESAKE,
    clinic_id: SAMPLE_CLINIC.id,
    full_name: sara.name,
    phone: '+923005550191',
    date_of_birth: sara.dateOfBirth,
  },
};
const sarasVisit = appointment({
  at: '2026-11-26T15:00',
  by: DENTISTS.sana,
  service: SERVICES.filling,
  patientId: sara.id,
});

/** Who is calling. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'birthday-corrected',
    title: 'A wrong birthday is asked for again, and the right one is enough',
    tags: ['hard', 'identity'],
    persona: 'Sara Notreal says her birthday wrong first.',
    opening,
    facts: {
      name: `My name is ${sara.name}.`,
      date_of_birth: ['I was born on 14 July 1992.', facts(sara).date_of_birth],
    },
    expect: {
      ...booking(sara.id),
      call: { identity_failures: 1 },
      traces: [noted('identify_failed')],
      says: [/14th of July 1992/],
    },
  },
  {
    id: 'wrong-birthday-message',
    title: 'After three wrong birthdays a message is taken instead',
    tags: ['hard', 'identity', 'messages'],
    persona: 'Sara Notreal does not remember which birthday the clinic has, and leaves a message.',
    opening,
    facts: {
      name: `My name is ${sara.name}.`,
      date_of_birth: ['I was born on 4 May 1990.', 'I was born on 5 May 1990.', 'I was born on 6 May 1990.'],
      message: 'Please call me about a check-up on Tuesday.',
    },
    expect: {
      outcome: 'completed',
      call: { identity_failures: 3 },
      traces: [noted('identify_failed')],
      changes: [message(/call me about a check-up/)],
      claims: ['message'],
      says: ["can't verify that on the phone"],
      never: ['booked for'],
    },
  },
  {
    id: 'homonyms',
    title: 'Of two people with one name and one birthday the number on record tells which',
    tags: ['hard', 'identity'],
    persona: 'Sara Notreal, of whom there are two with the same birthday, knows her number.',
    setUp: [namesake],
    opening,
    facts: { ...facts(sara), phone: 'It is 0300 5550110.' },
    expect: { ...booking(sara.id), says: ['phone number do we have on record'] },
  },
  {
    id: 'homonyms-by-the-callers-number',
    title: 'Of two such people the one who calls from the number on record is not asked for it',
    tags: ['hard', 'identity'],
    persona: 'Sara Notreal, of whom there are two, calls from her own telephone.',
    number: sara.phone,
    setUp: [namesake],
    opening,
    facts: facts(sara),
    expect: { ...booking(sara.id), never: ['phone number'] },
  },
  {
    id: 'homonyms-wrong-number',
    title: 'A number that is neither of the two’s counts as a wrong answer',
    tags: ['hard', 'identity'],
    persona: 'Says to be Sara Notreal, of whom there are two, and does not know the number on record.',
    setUp: [namesake, sarasVisit],
    opening: 'When is my appointment?',
    facts: { ...facts(sara), phone: 'It is 0300 5550777.', message: 'No, thank you. Goodbye.' },
    expect: {
      outcome: 'completed',
      call: { identity_failures: 3 },
      traces: [noted('identify_ambiguous'), noted('identify_failed')],
      never: [/filling/, 'Thursday', sara.phone],
    },
  },
  {
    id: 'last-name-first',
    title: 'Somebody who says the last name first is the same person',
    tags: ['identity'],
    persona: 'Sara Notreal says "Notreal, Sara".',
    opening,
    facts: { ...facts(sara), name: 'My name is Notreal Sara.' },
    expect: booking(sara.id),
  },
  {
    id: 'spelled-name',
    title: 'A name that is spelled is put together from its letters',
    tags: ['identity'],
    persona: 'Bilal Sampleton spells his last name, because it is always misheard.',
    opening,
    facts: { ...facts(bilal), name: 'My name is Bilal Sampleton, S A M P L E T O N.' },
    expect: booking(bilal.id),
  },
  {
    id: 'birthday-in-two-turns',
    title: 'A birthday that comes in two pieces is put together',
    tags: ['hard', 'identity'],
    persona: 'Sara Notreal says the day first and the year when she is asked again.',
    opening,
    facts: {
      name: `My name is ${sara.name}.`,
      date_of_birth: ['The fifteenth of July.', 'Nineteen ninety two.'],
    },
    expect: booking(sara.id),
  },
  {
    id: 'birthday-in-digits',
    title: 'A birthday in digits is understood day first, as people there say it',
    tags: ['identity'],
    persona: 'Sara Notreal says her birthday as numbers.',
    opening,
    facts: { ...facts(sara), date_of_birth: 'It is 15 07 1992.' },
    expect: booking(sara.id),
  },
  {
    id: 'name-and-birthday-apart',
    title: 'Somebody who gives only the name is asked for the birthday too',
    tags: ['identity'],
    persona: 'Sara Notreal gives her name first, and the birthday when she is asked once more.',
    opening,
    facts: { name: `My name is ${sara.name}.`, date_of_birth: ['Sorry?', facts(sara).date_of_birth] },
    reactions: [{ when: /full name and date of birth/, say: `My name is ${sara.name}.` }],
    expect: booking(sara.id),
  },
  {
    id: 'known-number-discloses-nothing',
    title: 'A call from a patient’s number tells nothing of that patient before they are verified',
    tags: ['hard', 'identity'],
    persona:
      'Somebody calls from the telephone of Sara Notreal, asks for the appointment, and gives no birthday.',
    number: sara.phone,
    setUp: [sarasVisit],
    opening: 'When is my appointment?',
    facts: {
      name: "I'd rather not say.",
      date_of_birth: "I'd rather not say.",
      message: 'No, thank you. Goodbye.',
    },
    expect: { outcome: 'completed', never: ['Sara', 'Notreal', /filling/, 'Thursday'] },
  },
];
