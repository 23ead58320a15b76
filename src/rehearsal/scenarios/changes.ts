import {
  DENTISTS,
  PATIENTS,
  SERVICES,
  appointment,
  booked,
  cancelled,
  facts,
  moved,
} from '../sample-clinic.ts';
import type { ScenarioInput } from '../scenario.ts';

const { sara, tariq } = PATIENTS;
const { sana, omar } = DENTISTS;
const { checkUp, cleaning, filling } = SERVICES;
const FIRST = 'a1000000-0000-4000-8000-000000000001';
const SECOND = 'a1000000-0000-4000-8000-000000000002';
const checkOnThursday = appointment({
  id: FIRST,
  at: '2026-11-26T15:00',
  by: omar,
  service: checkUp,
  patientId: sara.id,
});
const cleaningOnFriday = appointment({
  id: SECOND,
  at: '2026-11-27T11:00',
  by: sana,
  service: cleaning,
  patientId: sara.id,
});

/** Appointments that stand already. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'when-is-my-appointment',
    title: 'A patient hears of their appointment once they are known, and nothing changes',
    tags: ['ordinary', 'changes'],
    persona: 'Sara Notreal has forgotten when her appointment is.',
    setUp: [checkOnThursday],
    opening: 'When is my appointment?',
    facts: { ...facts(sara), confirm: 'No, that is all. Goodbye.' },
    expect: {
      outcome: 'completed',
      verified: [sara.id],
      says: [/check-up with Dr. Omar Placeholder on Thursday the 26th of November at 3 in the afternoon/],
    },
  },
  {
    id: 'no-appointment',
    title: 'Somebody without an appointment is told so, and offered one',
    tags: ['ordinary', 'changes'],
    persona: 'Sara Notreal believes that she has an appointment, and has none.',
    opening: 'I want to cancel my appointment.',
    facts: facts(sara),
    reactions: [{ when: /can't see any appointment/, say: 'No, thank you. Goodbye.' }],
    expect: { outcome: 'completed', verified: [sara.id], says: ["can't see any appointment"] },
  },
  {
    id: 'cancel',
    title: 'An appointment is cancelled after a yes, and nothing else is',
    tags: ['ordinary', 'changes'],
    persona: 'Sara Notreal wants to cancel her check-up.',
    setUp: [checkOnThursday],
    opening: "I'd like to cancel my appointment.",
    facts: facts(sara),
    expect: {
      outcome: 'completed',
      verified: [sara.id],
      changes: [cancelled(FIRST)],
      claims: ['cancelled'],
      says: [/Thursday the 26th of November/],
    },
  },
  {
    id: 'cancel-one-of-several',
    title: 'Of several appointments the one that is named is cancelled',
    tags: ['hard', 'changes'],
    persona: 'Sara Notreal has a check-up and a cleaning, and cancels the cleaning.',
    setUp: [checkOnThursday, cleaningOnFriday],
    opening: "I'd like to cancel an appointment.",
    facts: facts(sara),
    reactions: [{ when: /which (one|do you mean|appointment)/, say: 'The cleaning.' }],
    expect: {
      outcome: 'completed',
      verified: [sara.id],
      changes: [cancelled(SECOND)],
      claims: ['cancelled'],
      says: [/cleaning/],
    },
  },
  {
    id: 'cancel-second-thoughts',
    title: 'A no at the read-back leaves the appointment as it was',
    tags: ['hard', 'changes'],
    persona: 'Sara Notreal wants to cancel, and then keeps her appointment.',
    setUp: [checkOnThursday],
    opening: "I'd like to cancel my appointment.",
    facts: facts(sara),
    reactions: [
      { when: /want to cancel .*Is that right/, say: 'No, leave it as it is. Thank you, goodbye.' },
    ],
    expect: { outcome: 'completed', verified: [sara.id], never: ["I've cancelled"] },
  },
  {
    id: 'cancel-what-the-desk-cancelled',
    title: 'What the front desk has cancelled meanwhile is not claimed as the agent’s doing',
    tags: ['hard', 'changes', 'race'],
    persona: 'Sara Notreal cancels, and while it is read back the front desk does the same.',
    setUp: [checkOnThursday],
    opening: "I'd like to cancel my appointment.",
    facts: facts(sara),
    reactions: [
      {
        when: /want to cancel/,
        meanwhile: [
          {
            update: 'appointments',
            where: { id: FIRST },
            set: { status: 'cancelled', cancelled_at: '2026-11-23T04:31:00Z' },
          },
        ],
      },
    ],
    expect: {
      outcome: 'completed',
      verified: [sara.id],
      says: ['nothing left to do'],
      never: ["I've cancelled"],
    },
  },
  {
    id: 'move',
    title: 'An appointment is moved in one step: the old one is cancelled and the new one stands',
    tags: ['ordinary', 'changes'],
    persona: 'Sara Notreal wants her check-up on Friday at ten instead of Thursday.',
    setUp: [checkOnThursday],
    opening: "I'd like to move my appointment to Friday at ten in the morning.",
    facts: facts(sara),
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: moved(FIRST, { at: '2026-11-27T10:00', by: omar, service: checkUp, patient: sara.id }),
      claims: ['moved', 'booked'],
      says: [/from Thursday the 26th of November .* to Friday the 27th of November at 10/],
    },
  },
  {
    id: 'move-asked-for-the-day',
    title: 'Somebody who wants to move an appointment is asked to when',
    tags: ['ordinary', 'changes'],
    persona: 'Sara Notreal cannot come on Thursday, and takes the first time on Monday.',
    setUp: [checkOnThursday],
    opening: 'I need to reschedule my appointment.',
    facts: { ...facts(sara), day: 'Next Monday, in the morning.', choice: 'The first one, please.' },
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: moved(FIRST, { at: '2026-11-30T09:00', by: omar, service: checkUp, patient: sara.id }),
      claims: ['moved', 'booked'],
    },
  },
  {
    id: 'move-one-of-several',
    title: 'Of several appointments the one that is named is moved, to a time for its own treatment',
    tags: ['hard', 'changes'],
    persona: 'Sara Notreal moves her cleaning, not her check-up, to Monday.',
    setUp: [checkOnThursday, cleaningOnFriday],
    opening: 'I need to move my cleaning to next Monday at eleven in the morning.',
    facts: facts(sara),
    reactions: [{ when: /which (one|do you mean|appointment)/, say: 'The cleaning.' }],
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: moved(SECOND, { at: '2026-11-30T11:00', by: omar, service: cleaning, patient: sara.id }),
      claims: ['moved', 'booked'],
    },
  },
  {
    id: 'move-race',
    title: 'When the new time is given away, the old appointment stands until another one is agreed',
    tags: ['hard', 'changes', 'race'],
    persona: 'Sara Notreal moves to Friday at ten, and while it is read back the front desk gives it away.',
    setUp: [checkOnThursday],
    opening: "I'd like to move my appointment to Friday at ten in the morning.",
    facts: facts(sara),
    reactions: [
      { when: 'has just been taken', say: 'No, thank you, I keep the old one. Goodbye.' },
      {
        when: /want to move/,
        meanwhile: [appointment({ at: '2026-11-27T10:00', by: omar, service: checkUp, patientId: tariq.id })],
      },
    ],
    expect: {
      outcome: 'completed',
      verified: [sara.id],
      says: ['has just been taken'],
      never: ["I've moved", tariq.name],
    },
  },
  {
    id: 'book-and-cancel-again',
    title: 'What was booked can be cancelled in the same call',
    tags: ['hard', 'changes', 'booking'],
    persona: 'Sara Notreal books a check-up, and then finds that she cannot come.',
    opening: "I'd like to book a check-up on Tuesday at ten in the morning.",
    facts: facts(sara),
    reactions: [
      { when: /You're booked/, say: 'Oh no, I cannot come then. Please cancel my appointment.' },
      { when: /move or cancel it/, say: 'Cancel it, please.' },
    ],
    expect: {
      outcome: 'completed',
      verified: [sara.id],
      changes: [
        {
          added: 'appointments',
          row: { ...addedRow({ at: '2026-11-24T10:00', by: omar, service: checkUp }), status: 'cancelled' },
        },
      ],
      claims: ['booked', 'cancelled'],
    },
  },
  {
    id: 'cancel-and-book-anew',
    title: 'Somebody cancels one treatment and books another in one call',
    tags: ['hard', 'changes', 'booking'],
    persona: 'Sara Notreal cancels her check-up and books a filling instead.',
    setUp: [checkOnThursday],
    opening: 'Please cancel my check-up.',
    facts: facts(sara),
    reactions: [{ when: "I've cancelled", say: 'Yes, book a filling on Wednesday at ten in the morning.' }],
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [
        cancelled(FIRST),
        booked({ at: '2026-11-25T10:00', by: omar, service: filling, patient: sara.id }),
      ],
      claims: ['cancelled', 'booked'],
    },
  },
];

/** What {@link booked} expects of the row, without its status. */
function addedRow(visit: Parameters<typeof appointment>[0] extends infer V ? Omit<V, 'patientId'> : never) {
  const expected = booked({ ...visit, patient: sara.id });
  return 'added' in expected ? expected.row : {};
}
