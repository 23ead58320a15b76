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
    faults: [
      {
        at: 'model',
        tool: 'find_slots',
        arguments: { service: 'check-up', day: 'the 3rd of November 2020' },
      },
    ],
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
];
