import { DENTISTS, PATIENTS, SERVICES, booked, facts } from '../sample-clinic.ts';
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
];
