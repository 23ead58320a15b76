import { DENTISTS, PATIENTS, SERVICES, booked, facts, message } from '../sample-clinic.ts';
import type { ScenarioInput } from '../scenario.ts';

const { sara } = PATIENTS;
const booking = {
  persona:
    'Sara Notreal wants a check-up on Tuesday at ten in the morning, and says it again where it was not understood.',
  opening: "I'd like to book a check-up on Tuesday at ten in the morning.",
  facts: facts(sara),
  expect: {
    outcome: 'booked',
    verified: [sara.id],
    changes: [
      booked({ at: '2026-11-24T10:00', by: DENTISTS.omar, service: SERVICES.checkUp, patient: sara.id }),
    ],
    claims: ['booked'],
  },
} satisfies Partial<ScenarioInput>;

/** Bookings in which something fails on the way. */
export const scenarios: ScenarioInput[] = [
  {
    ...booking,
    id: 'database-fails-once',
    title: 'A search that fails is excused, and made again when the caller says it again',
    tags: ['fault'],
    faults: [{ at: 'database', function: 'find_free_slots' }],
    reactions: [{ when: /can't reach our appointment book/, say: booking.opening }],
    expect: { ...booking.expect, says: ["can't reach our appointment book"] },
  },
  {
    ...booking,
    id: 'model-answers-nothing',
    title: 'An answer without a word is asked for again',
    tags: ['fault', 'bad-model'],
    faults: [{ at: 'model', text: '' }],
    reactions: [{ when: /did not get that|have a problem/, say: booking.opening, times: 2 }],
  },
  {
    ...booking,
    id: 'model-service-fails-once',
    title: 'A language service that fails is excused, and asked again when the caller says it again',
    tags: ['fault', 'bad-model'],
    faults: [{ at: 'language', status: 500, after: 1 }],
    reactions: [{ when: /have a problem/, say: 'The first one, please.', times: 3 }],
  },
  {
    ...booking,
    id: 'model-searches-in-a-loop',
    title: 'A model that calls the same tool again and again ends with an answer all the same',
    tags: ['fault', 'bad-model'],
    faults: [
      {
        at: 'model',
        tool: 'find_slots',
        arguments: { service: 'check-up', day: 'tuesday', time: '10:00' },
        times: 3,
      },
    ],
  },
  {
    ...booking,
    id: 'model-sends-wrong-types',
    title: 'Arguments of a wrong type do no harm',
    tags: ['fault', 'bad-model'],
    faults: [
      { at: 'model', tool: 'find_slots', arguments: { service: 7, day: ['tuesday'], part_of_day: null } },
    ],
    reactions: [{ when: /./, say: booking.opening }],
  },
  {
    ...booking,
    id: 'booking-fails-once',
    title: 'A booking that fails is not claimed, and made when the caller says yes again',
    tags: ['fault'],
    faults: [{ at: 'database', function: 'book_for_patient' }],
    reactions: [{ when: /can't reach our appointment book/, say: 'Yes, that is right.' }],
    expect: { ...booking.expect, says: ["can't reach our appointment book"] },
  },
  {
    ...booking,
    id: 'database-fails-for-good',
    title: 'While the appointment book cannot be reached nothing is claimed',
    tags: ['fault'],
    faults: [{ at: 'database', function: 'book_for_patient', times: 50 }],
    reactions: [
      { when: /can't reach our appointment book/, say: 'Yes, that is right.', times: 2 },
      { when: /can't reach our appointment book/, say: 'Then never mind. Goodbye.' },
    ],
    expect: { outcome: 'completed', verified: [sara.id], never: ["You're booked"] },
  },
  {
    ...booking,
    id: 'verification-fails-once',
    title: 'A check of the birthday that fails counts as no wrong answer',
    tags: ['fault'],
    faults: [{ at: 'database', function: 'identify_patient', how: 'failed' }],
    reactions: [
      {
        when: /can't reach our appointment book/,
        say: `${facts(sara).name} ${facts(sara).date_of_birth}`,
      },
    ],
    expect: { ...booking.expect, call: { identity_failures: 0 } },
  },
  {
    ...booking,
    id: 'message-fails-once',
    title: 'A message that could not be stored is not said to be left',
    tags: ['fault', 'messages'],
    opening: "I'd like to leave a message.",
    facts: { message: 'I have forgotten my umbrella.' },
    faults: [{ at: 'database', function: 'leave_message' }],
    reactions: [{ when: /can't reach our appointment book/, say: 'I have forgotten my umbrella.' }],
    expect: {
      outcome: 'completed',
      changes: [message(/umbrella/)],
      claims: ['message'],
      says: ["can't reach our appointment book"],
    },
  },
  {
    ...booking,
    id: 'model-calls-an-unknown-tool',
    title: 'A tool that does not exist is nothing a caller hears of',
    tags: ['fault', 'bad-model'],
    faults: [{ at: 'model', tool: 'read_database', arguments: { table: 'patients' } }],
    expect: { ...booking.expect, never: [/function|unknown|tool|argument/] },
  },
  {
    ...booking,
    id: 'model-confirms-at-once',
    title: 'A model that confirms before the caller has said yes has done nothing',
    tags: ['fault', 'bad-model'],
    faults: [{ at: 'model', tool: 'confirm', times: 2 }],
    reactions: [{ when: /What would you like me to do/, say: booking.opening, times: 2 }],
  },
  {
    ...booking,
    id: 'model-says-nothing-for-good',
    title: 'A model that says nothing for good is excused, and nothing is claimed',
    tags: ['fault', 'bad-model'],
    faults: [{ at: 'model', text: '', times: 20 }],
    reactions: [{ when: /did not get that/, say: booking.opening }],
    expect: { outcome: 'completed', says: ['problem with my system'] },
  },
];
