import { DENTISTS, PATIENTS, SERVICES, appointment, booked, facts, newPatient } from '../sample-clinic.ts';
import type { ScenarioInput } from '../scenario.ts';

const { sara, tariq } = PATIENTS;
const david = newPatient('David Brown', { phone: '+923005550999', date_of_birth: '1990-05-04' });
const tuesdayAtTen = { at: '2026-11-24T10:00', by: DENTISTS.omar, service: SERVICES.checkUp };

/** Appointments as most callers make them. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'book-a-check-up',
    title: 'A patient who knows what they want has it in a few turns',
    tags: ['ordinary', 'booking'],
    persona: 'Sara Notreal, a patient of the clinic, wants a check-up on Tuesday at ten in the morning.',
    opening: "Hello. I'd like to book a check-up on Tuesday at ten in the morning.",
    facts: facts(sara),
    expect: {
      outcome: 'booked',
      reason: 'goodbye',
      verified: [sara.id],
      changes: [booked({ ...tuesdayAtTen, patient: sara.id })],
      claims: ['booked'],
      says: [/Tuesday the 24th of November at 10 in the morning/, sara.name],
    },
  },
  {
    id: 'book-a-new-patient',
    title: 'Somebody new is registered with a read-back, and then booked',
    tags: ['ordinary', 'booking', 'registration'],
    persona: 'David Brown has never been to the clinic. He wants a check-up on Tuesday at ten.',
    opening: "Hello, I'm a new patient. I'd like to book a check-up on Tuesday at ten in the morning.",
    facts: { name: 'My name is David Brown.', date_of_birth: 'I was born on 4 May 1990.' },
    reactions: [{ when: /new here/, say: "Yes, I'm new here." }],
    expect: {
      outcome: 'booked',
      verified: [david.id],
      changes: [david.row, booked({ ...tuesdayAtTen, patient: david.id })],
      claims: ['registered', 'booked'],
      says: [/spelled D A V I D/, /4th of May 1990/],
    },
  },
  {
    id: 'book-from-a-hidden-number',
    title: 'Somebody new who hides their number is asked where they can be reached',
    tags: ['booking', 'registration', 'hidden-number'],
    persona:
      'David Brown, new at the clinic, calls from a hidden number and wants a check-up on Tuesday at ten.',
    number: null,
    opening: "Hello, I'm a new patient. I'd like to book a check-up on Tuesday at ten in the morning.",
    facts: {
      name: 'My name is David Brown.',
      date_of_birth: 'I was born on 4 May 1990.',
      phone: 'My number is 0300 5550999.',
    },
    reactions: [{ when: /new here/, say: "Yes, I'm new here." }],
    expect: {
      outcome: 'booked',
      call: { caller_number: null },
      verified: [david.id],
      changes: [david.row, booked({ ...tuesdayAtTen, patient: david.id })],
      claims: ['registered', 'booked'],
      says: [/phone number can we reach you on|best phone number/],
    },
  },
  {
    id: 'change-ones-mind',
    title: 'Somebody who changes their mind at the read-back has only the second appointment',
    tags: ['booking'],
    persona: 'Sara Notreal asks for Tuesday at ten, and when it is read back prefers Wednesday at eleven.',
    opening: "I'd like to book a check-up on Tuesday at ten in the morning.",
    facts: facts(sara),
    reactions: [
      { when: /Tuesday.*Is that right/, say: 'No, sorry, Wednesday at eleven in the morning is better.' },
    ],
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [
        booked({ at: '2026-11-25T11:00', by: DENTISTS.omar, service: SERVICES.checkUp, patient: sara.id }),
      ],
      claims: ['booked'],
    },
  },
  {
    id: 'slot-race',
    title: 'A time that somebody else takes is not booked twice, and another one is offered',
    tags: ['booking', 'race'],
    persona: 'Sara Notreal wants Tuesday at ten; while she gives her name, the front desk gives it away.',
    opening: "I'd like to book a check-up with Dr. Sana Sample on Tuesday at ten in the morning.",
    facts: facts(sara),
    reactions: [
      {
        when: /full name and date of birth/,
        meanwhile: [
          appointment({
            at: '2026-11-24T10:00',
            by: DENTISTS.sana,
            service: SERVICES.checkUp,
            patientId: tariq.id,
          }),
        ],
      },
    ],
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [
        booked({ at: '2026-11-24T09:00', by: DENTISTS.omar, service: SERVICES.checkUp, patient: sara.id }),
      ],
      claims: ['booked'],
      says: ['has just been taken'],
    },
  },
];
