import { DENTISTS, PATIENTS, SAMPLE_CLINIC, SERVICES, booked, facts } from '../sample-clinic.ts';
import type { ScenarioInput } from '../scenario.ts';

const { sara } = PATIENTS;

/** Days that cannot be had. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'closed-day',
    title: 'Somebody who asks for a day on which the clinic is closed is told so, and offered the next',
    tags: ['booking', 'days'],
    persona: 'Sara Notreal wants a check-up on Sunday, when the clinic is closed, and takes what is offered.',
    opening: "I'd like a check-up on Sunday, please.",
    facts: facts(sara),
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [
        booked({ at: '2026-11-30T09:00', by: DENTISTS.omar, service: SERVICES.checkUp, patient: sara.id }),
      ],
      claims: ['booked'],
      says: [/closed on Sunday the 29th of November/],
    },
  },
  {
    id: 'public-holiday',
    title: 'A closure in the calendar counts as much as the weekly hours',
    tags: ['days'],
    persona: 'Asks for a check-up on a Tuesday on which the staff is away, and then leaves it.',
    setUp: [
      {
        insert: 'clinic_closures',
        row: {
          clinic_id: SAMPLE_CLINIC.id,
          from_date: '2026-11-24',
          to_date: '2026-11-24',
          reason: 'An invented holiday',
        },
      },
    ],
    opening: "I'd like a check-up on Tuesday, please.",
    facts: { choice: 'No, thank you. Goodbye.' },
    expect: { outcome: 'completed', says: [/closed on Tuesday the 24th of November/] },
  },
  {
    id: 'past-date',
    title: 'A date that has passed is not booked, and the caller is asked for another',
    tags: ['bad-input', 'days'],
    persona: 'Sara Notreal asks for a check-up on 3 November 2020, and then for Wednesday morning.',
    opening: "I'd like to book a check-up on the 3rd of November 2020.",
    facts: { ...facts(sara), day: 'Then on Wednesday at nine in the morning.' },
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [
        booked({ at: '2026-11-25T09:00', by: DENTISTS.omar, service: SERVICES.checkUp, patient: sara.id }),
      ],
      claims: ['booked'],
      says: [/already past/],
    },
  },
  {
    id: 'too-far-ahead',
    title: 'A day beyond what the clinic books is not booked, and the last one is told',
    tags: ['bad-input', 'days'],
    persona: 'Asks for a check-up in June, and then for Wednesday morning.',
    opening: "I'd like to book a check-up on the 10th of June.",
    facts: { ...facts(sara), day: 'Then on Wednesday at nine in the morning.' },
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [
        booked({ at: '2026-11-25T09:00', by: DENTISTS.omar, service: SERVICES.checkUp, patient: sara.id }),
      ],
      claims: ['booked'],
      says: [/book until/],
    },
  },
  {
    id: 'no-such-date',
    title: 'A date that does not exist is not booked',
    tags: ['bad-input', 'days'],
    persona: 'Asks for the 31st of November, and then for Wednesday morning.',
    opening: "I'd like to book a check-up on the 31st of November.",
    facts: { ...facts(sara), day: 'Then on Wednesday at nine in the morning.' },
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [
        booked({ at: '2026-11-25T09:00', by: DENTISTS.omar, service: SERVICES.checkUp, patient: sara.id }),
      ],
      claims: ['booked'],
    },
  },
  {
    id: 'after-hours-time',
    title: 'A time after closing is not offered; the nearest before it is',
    tags: ['days', 'after-hours'],
    persona: 'Sara Notreal wants to come at eight in the evening and takes what there is.',
    opening: "I'd like a check-up on Tuesday at eight in the evening.",
    facts: { ...facts(sara), choice: 'The last one, please.' },
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [
        booked({ at: '2026-11-24T16:30', by: DENTISTS.omar, service: SERVICES.checkUp, patient: sara.id }),
      ],
      claims: ['booked'],
      says: ["isn't free"],
    },
  },
  {
    id: 'minutes-before-closing',
    title: 'Minutes before closing time nothing is offered for today any more',
    tags: ['days', 'after-hours'],
    persona: 'Sara Notreal calls at ten to five and wants to come today.',
    clock: '2026-11-23T16:50',
    opening: 'Can I have a check-up today?',
    facts: facts(sara),
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [
        booked({ at: '2026-11-24T09:00', by: DENTISTS.omar, service: SERVICES.checkUp, patient: sara.id }),
      ],
      claims: ['booked'],
      says: [/nothing free on Monday the 23rd/],
    },
  },
];
