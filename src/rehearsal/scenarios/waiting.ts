import {
  DENTISTS,
  PATIENTS,
  SAMPLE_CLINIC,
  SERVICES,
  appointment,
  booked,
  facts,
  waiting,
} from '../sample-clinic.ts';
import type { ScenarioInput } from '../scenario.ts';

const { sara, tariq } = PATIENTS;
/** Nothing is free for a month. */
const full = [
  {
    insert: 'clinic_closures',
    row: {
      clinic_id: SAMPLE_CLINIC.id,
      from_date: '2026-11-24',
      to_date: '2026-12-20',
      reason: 'An invented renovation',
    },
  },
];
const SLOT_HOLDER = 'ca000000-0000-4000-8000-000000000001';
const another = {
  insert: 'calls',
  row: { id: SLOT_HOLDER, clinic_id: SAMPLE_CLINIC.id, room: 'another-call', caller_number: '+923005550888' },
};
const held = {
  insert: 'slot_holds',
  row: {
    clinic_id: SAMPLE_CLINIC.id,
    call_id: SLOT_HOLDER,
    practitioner_id: DENTISTS.sana,
    service_id: SERVICES.checkUp.id,
    starts_at: '2026-11-24T05:00:00Z',
    during: '[2026-11-24T05:00:00Z,2026-11-24T05:30:00Z)',
    held_at: '2026-11-23T04:29:00Z',
    expires_at: '2026-11-23T04:33:00Z',
  },
};
const check = { at: '2026-11-24T10:00', by: DENTISTS.sana, service: SERVICES.checkUp };
const withSana = "I'd like to book a check-up with Doctor Sana Sample on Tuesday at ten in the morning.";
const whileReadBack = { when: /check-up with Dr. Sana Sample on Tuesday .*Is that right/ };

/** Times that others want too. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'waiting-list',
    title: 'When nothing is free, a patient is put on the waiting list',
    tags: ['ordinary', 'waiting'],
    persona: 'Sara Notreal wants a check-up on Tuesday, when nothing is free, and would rather wait.',
    setUp: full,
    opening: 'A check-up on Tuesday, please.',
    facts: facts(sara),
    reactions: [{ when: /waiting list\?/, say: 'Yes, put me on the waiting list, please.' }],
    expect: {
      outcome: 'completed',
      verified: [sara.id],
      changes: [waiting(sara.id, SERVICES.checkUp, { from_date: '2026-11-24' })],
      claims: ['waiting_list'],
    },
  },
  {
    id: 'waiting-list-asked-for',
    title: 'A patient can ask for the waiting list at once',
    tags: ['waiting'],
    persona: 'Sara Notreal wants to be called when a cleaning becomes free.',
    opening: 'Can you put me on the waiting list for a cleaning?',
    facts: facts(sara),
    expect: {
      outcome: 'completed',
      verified: [sara.id],
      changes: [waiting(sara.id, SERVICES.cleaning)],
      claims: ['waiting_list'],
    },
  },
  {
    id: 'waiting-list-declined',
    title: 'Somebody who does not want to wait is on no list',
    tags: ['waiting'],
    persona: 'Wants a check-up on Tuesday, when nothing is free, and leaves it.',
    setUp: full,
    opening: 'A check-up on Tuesday, please.',
    reactions: [{ when: /waiting list\?/, say: 'No, thank you. Goodbye.' }],
    expect: { outcome: 'completed', says: ['nothing free'] },
  },
  {
    id: 'taken-at-the-read-back',
    title: 'A time that is given away between the read-back and the yes is not booked twice',
    tags: ['hard', 'race'],
    persona: 'Sara Notreal says yes to Tuesday at ten just as the front desk gives it away.',
    opening: withSana,
    facts: facts(sara),
    reactions: [{ ...whileReadBack, meanwhile: [appointment({ ...check, patientId: tariq.id })] }],
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [booked({ ...check, at: '2026-11-24T09:00', by: DENTISTS.omar, patient: sara.id })],
      claims: ['booked'],
      says: ['has just been taken'],
      never: [tariq.name],
    },
  },
  {
    id: 'held-by-another-call',
    title: 'A time that another caller is just confirming is not offered',
    tags: ['hard', 'race'],
    persona: 'Sara Notreal wants the very time that another call holds.',
    setUp: [another, held],
    opening: withSana,
    facts: facts(sara),
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [booked({ ...check, at: '2026-11-24T09:00', patient: sara.id })],
      claims: ['booked'],
      says: ["isn't free"],
    },
  },
  {
    id: 'hold-of-another-call-runs-out',
    title: 'A time that another caller held and did not take is free again',
    tags: ['hard', 'race'],
    persona: 'Sara Notreal asks for a time that another call held until a minute ago.',
    clock: '2026-11-23T09:34',
    setUp: [another, held],
    opening: withSana,
    facts: facts(sara),
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [
        booked({ ...check, patient: sara.id }),
        { removed: 'slot_holds', row: { call_id: SLOT_HOLDER } },
      ],
      claims: ['booked'],
    },
  },
  {
    id: 'thinks-for-ten-minutes',
    title: 'A yes that comes after the hold has run out still books, when nobody else has come',
    tags: ['hard', 'race'],
    persona: 'Sara Notreal leaves the line for ten minutes, and then says yes.',
    opening: withSana,
    facts: facts(sara),
    reactions: [{ ...whileReadBack, passMs: 600_000 }],
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [booked({ ...check, patient: sara.id })],
      claims: ['booked'],
    },
  },
  {
    id: 'thinks-for-too-long',
    title: 'A yes that comes after the hold has run out does not take what somebody else has',
    tags: ['hard', 'race'],
    persona: 'Sara Notreal leaves the line for ten minutes; meanwhile the time is gone.',
    opening: withSana,
    facts: facts(sara),
    reactions: [
      { when: 'has just been taken', say: 'No, thank you. Goodbye.' },
      { ...whileReadBack, passMs: 600_000, meanwhile: [appointment({ ...check, patientId: tariq.id })] },
    ],
    expect: { outcome: 'completed', verified: [sara.id], says: ['has just been taken'], never: [tariq.name] },
  },
  {
    id: 'says-yes-twice',
    title: 'A second yes books nothing more',
    tags: ['hard', 'race'],
    persona: 'Sara Notreal says yes, and yes again.',
    opening: withSana,
    facts: facts(sara),
    reactions: [{ when: /You're booked/, say: 'Yes, yes, that is right.' }],
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [booked({ ...check, patient: sara.id })],
      claims: ['booked'],
    },
  },
];
