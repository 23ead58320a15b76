import { DENTISTS, PATIENTS, SERVICES, type Visit, appointment, booked, facts } from '../sample-clinic.ts';
import type { ScenarioInput } from '../scenario.ts';

const { sara, tariq } = PATIENTS;
const { sana, omar } = DENTISTS;
const { checkUp, cleaning, filling, whitening } = SERVICES;

const booking = (patient: string, ...visits: Visit[]): ScenarioInput['expect'] => ({
  outcome: 'booked',
  verified: [patient],
  changes: visits.map((visit) => booked({ ...visit, patient })),
  claims: ['booked'],
});

/** Appointments, said in the ways that people say them. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'book-tomorrow-afternoon',
    title: '"Tomorrow afternoon" is the afternoon of the next day by the clinic’s clock',
    tags: ['ordinary', 'booking', 'days'],
    persona: 'Sara Notreal wants a cleaning tomorrow afternoon.',
    opening: 'Hi, can I get a cleaning tomorrow afternoon?',
    facts: facts(sara),
    expect: {
      ...booking(sara.id, { at: '2026-11-24T12:00', by: omar, service: cleaning }),
      says: [/Tuesday the 24th of November/, /afternoon/],
    },
  },
  {
    id: 'book-next-monday',
    title: '"Next Monday", said on a Monday, is the one a week from now',
    tags: ['ordinary', 'booking', 'days'],
    persona: 'Sara Notreal wants a check-up next Monday at eleven.',
    opening: "I'd like a check-up next Monday at eleven in the morning, please.",
    facts: facts(sara),
    expect: {
      ...booking(sara.id, { at: '2026-11-30T11:00', by: omar, service: checkUp }),
      says: [/Monday the 30th of November at 11/],
    },
  },
  {
    id: 'book-with-a-dentist',
    title: 'Somebody who asks for a dentist gets that one',
    tags: ['ordinary', 'booking'],
    persona: 'Sara Notreal wants to see Dr. Sana Sample on Wednesday at two in the afternoon.',
    opening: 'I want a check-up with Doctor Sana Sample on Wednesday at two in the afternoon.',
    facts: facts(sara),
    expect: {
      ...booking(sara.id, { at: '2026-11-25T14:00', by: sana, service: checkUp }),
      says: ['Dr. Sana Sample'],
    },
  },
  {
    id: 'book-what-one-dentist-does',
    title: 'A treatment that only one dentist does is booked with that one',
    tags: ['ordinary', 'booking'],
    persona: 'Sara Notreal wants her teeth whitened on Thursday morning.',
    opening: "I'd like teeth whitening on Thursday morning.",
    facts: facts(sara),
    expect: booking(sara.id, { at: '2026-11-26T09:00', by: sana, service: whitening }),
  },
  {
    id: 'book-on-saturday',
    title: 'Shorter hours on a Saturday are kept',
    tags: ['ordinary', 'booking', 'days'],
    persona: 'Sara Notreal works all week and wants a check-up on Saturday.',
    opening: 'Do you have anything for a check-up on Saturday morning?',
    facts: facts(sara),
    expect: {
      ...booking(sara.id, { at: '2026-11-28T10:00', by: omar, service: checkUp }),
      never: ['9 in the morning'],
    },
  },
  {
    id: 'book-by-date',
    title: 'A date of the month is found, and read back with its weekday',
    tags: ['ordinary', 'booking', 'days'],
    persona: 'Sara Notreal wants a filling on the second of December at ten.',
    opening: 'I need a filling on the second of December at ten in the morning.',
    facts: facts(sara),
    expect: {
      ...booking(sara.id, { at: '2026-12-02T10:00', by: omar, service: filling }),
      says: [/Wednesday the 2nd of December at 10 in the morning/],
    },
  },
  {
    id: 'book-the-last-of-three',
    title: 'Somebody who takes the last of the offered times gets that one',
    tags: ['ordinary', 'booking'],
    persona: 'Sara Notreal wants a check-up on Tuesday morning, and takes the last time she is offered.',
    opening: 'A check-up on Tuesday morning, please.',
    facts: { ...facts(sara), choice: 'The last one, please.' },
    expect: booking(sara.id, { at: '2026-11-24T10:00', by: omar, service: checkUp }),
  },
  {
    id: 'book-step-by-step',
    title: 'Somebody who says one thing at a time is asked for the rest',
    tags: ['ordinary', 'booking'],
    persona: 'Sara Notreal says only that she wants an appointment, and answers questions one by one.',
    opening: "I'd like to make an appointment.",
    facts: { ...facts(sara), service: 'A cleaning.' },
    reactions: [{ when: /which suits/, say: 'On Wednesday at eleven in the morning.' }],
    expect: booking(sara.id, { at: '2026-11-25T11:00', by: omar, service: cleaning }),
  },
  {
    id: 'impatient',
    title: 'Somebody in a hurry who says everything at once is asked nothing twice',
    tags: ['hard', 'booking'],
    persona: 'Sara Notreal is in a hurry and says all of it in one breath.',
    opening:
      "I'm in a hurry. My name is Sara Notreal, I was born on 15 July 1992 and I need a check-up on Tuesday at ten in the morning.",
    facts: facts(sara),
    turns: 4,
    expect: booking(sara.id, { at: '2026-11-24T10:00', by: omar, service: checkUp }),
  },
  {
    id: 'book-two-in-one-call',
    title: 'Two appointments of one patient in one call, and who is calling is asked once',
    tags: ['hard', 'booking'],
    persona: 'Sara Notreal wants a check-up on Tuesday at ten, and then a cleaning on Thursday at eleven.',
    opening: "I'd like to book a check-up on Tuesday at ten in the morning.",
    facts: facts(sara),
    reactions: [
      { when: 'anything else', say: 'Yes, I also need a cleaning on Thursday at eleven in the morning.' },
    ],
    expect: booking(
      sara.id,
      { at: '2026-11-24T10:00', by: omar, service: checkUp },
      { at: '2026-11-26T11:00', by: omar, service: cleaning },
    ),
  },
  {
    id: 'book-after-a-question',
    title: 'A question in the middle is answered, and the booking goes on',
    tags: ['hard', 'booking', 'questions'],
    persona: 'Sara Notreal wants a check-up, and asks about parking when she is offered times.',
    opening: 'A check-up on Tuesday morning, please.',
    facts: facts(sara),
    reactions: [{ when: /which suits/, say: 'Wait, is there parking?' }],
    expect: {
      ...booking(sara.id, { at: '2026-11-24T09:00', by: omar, service: checkUp }),
      says: ['free parking'],
    },
  },
  {
    id: 'book-around-what-is-taken',
    title: 'A time that is taken is not offered, and the nearest one is',
    tags: ['booking'],
    persona: 'Sara Notreal wants Tuesday at ten with Dr. Sana Sample, who has somebody else then.',
    setUp: [appointment({ at: '2026-11-24T10:00', by: sana, service: checkUp, patientId: tariq.id })],
    opening: 'A check-up with Doctor Sana Sample on Tuesday at ten in the morning, please.',
    facts: facts(sara),
    expect: {
      ...booking(sara.id, { at: '2026-11-24T09:00', by: sana, service: checkUp }),
      says: ["isn't free"],
      never: [tariq.name],
    },
  },
  {
    id: 'unknown-service',
    title: 'A treatment that the clinic does not have is not made up',
    tags: ['hard', 'booking'],
    persona: 'Sara Notreal wants a haircut, is told what there is, and takes a cleaning.',
    opening: "I'd like to book a haircut on Tuesday at ten in the morning.",
    facts: { ...facts(sara), service: 'Then a cleaning.' },
    expect: {
      ...booking(sara.id, { at: '2026-11-24T10:00', by: omar, service: cleaning }),
      never: ['haircut with', 'booked for a haircut'],
    },
  },
  {
    id: 'says-no-to-everything',
    title: 'Somebody whom no time suits leaves without an appointment',
    tags: ['hard', 'booking'],
    persona: 'Wants a check-up on Tuesday and likes none of the times.',
    opening: 'A check-up on Tuesday, please.',
    facts: { choice: 'No, none of those.', day: 'Never mind then. Goodbye.' },
    expect: { outcome: 'completed', never: ['booked for'] },
  },
  {
    id: 'mind-changed-to-nothing',
    title: 'Somebody who backs out at the read-back has booked nothing, and the time is free again',
    tags: ['hard', 'booking'],
    persona: 'Sara Notreal asks for Tuesday at ten, and when it is read back she has second thoughts.',
    opening: "I'd like to book a check-up on Tuesday at ten in the morning.",
    facts: facts(sara),
    reactions: [{ when: /Is that right/, say: 'No, forget it. Goodbye.' }],
    expect: { outcome: 'completed', verified: [sara.id], never: ['booked for'] },
  },
];
