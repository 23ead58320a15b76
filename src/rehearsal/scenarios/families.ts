import {
  DENTISTS,
  SAMPLE_CLINIC,
  PATIENTS,
  SERVICES,
  appointment,
  booked,
  cancelled,
  facts,
} from '../sample-clinic.ts';
import type { ScenarioInput } from '../scenario.ts';

const { sara } = PATIENTS;
const { sana, omar } = DENTISTS;
const { checkUp, cleaning } = SERVICES;
const ALI = 'f1000000-0000-4000-8000-000000000081';
const HIRA = 'f1000000-0000-4000-8000-000000000082';
const child = (id: string, full_name: string, date_of_birth: string) => ({
  insert: 'patients',
  row: { id, clinic_id: SAMPLE_CLINIC.id, full_name, phone: sara.phone, date_of_birth },
});
const children = [child(ALI, 'Ali Notreal', '2015-06-04'), child(HIRA, 'Hira Notreal', '2018-01-02')];
const isAli = 'Ali Notreal, born on 4 June 2015.';
const isHira = 'Hira Notreal, born on 2 January 2018.';
const alisVisit = 'a1000000-0000-4000-8000-000000000001';
const hirasVisit = 'a1000000-0000-4000-8000-000000000002';
const both = [
  appointment({ id: alisVisit, at: '2026-11-26T15:00', by: omar, service: checkUp, patientId: ALI }),
  appointment({ id: hirasVisit, at: '2026-11-26T15:30', by: omar, service: checkUp, patientId: HIRA }),
];

/** One call for several people. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'two-children',
    title: 'A mother books for two children, each has their own appointment',
    tags: ['hard', 'family', 'booking'],
    persona: 'The mother of Ali and Hira Notreal books a check-up for Ali at nine and one for Hira at ten.',
    setUp: children,
    opening: 'I need a check-up for my son on Wednesday at nine in the morning.',
    facts: { name: isAli },
    reactions: [
      { when: /full name and date of birth|date of birth/, say: [isAli, isHira], times: 2 },
      { when: 'anything else', say: 'And one for my daughter on Wednesday at ten in the morning.' },
    ],
    expect: {
      outcome: 'booked',
      verified: [ALI, HIRA],
      changes: [
        booked({ at: '2026-11-25T09:00', by: omar, service: checkUp, patient: ALI }),
        booked({ at: '2026-11-25T10:00', by: omar, service: checkUp, patient: HIRA }),
      ],
      claims: ['booked'],
      says: ['for Ali Notreal', 'for Hira Notreal', 'Hira Notreal is booked'],
    },
  },
  {
    id: 'two-children-cancel-one',
    title: 'Of two children’s appointments only the one of the child that is named is cancelled',
    tags: ['hard', 'family', 'changes'],
    persona: 'The mother of Ali and Hira cancels the appointment of Hira.',
    setUp: [...children, ...both],
    opening: 'I have to cancel the appointment of my daughter.',
    facts: { name: isHira, date_of_birth: isHira },
    reactions: [{ when: /full name and date of birth/, say: isHira }],
    expect: {
      outcome: 'completed',
      verified: [HIRA],
      changes: [cancelled(hirasVisit)],
      claims: ['cancelled'],
      never: ['Ali'],
    },
  },
  {
    id: 'child-and-parent',
    title: 'A mother books for her son and then for herself',
    tags: ['hard', 'family', 'booking'],
    persona: 'Sara Notreal books a check-up for Ali, and a cleaning for herself.',
    setUp: children,
    opening: 'I need a check-up for my son on Wednesday at nine in the morning.',
    facts: {},
    reactions: [
      {
        when: /date of birth/,
        say: [isAli, `${facts(sara).name} ${facts(sara).date_of_birth}`],
        times: 2,
      },
      { when: 'anything else', say: 'And a cleaning for me on Thursday at ten in the morning.' },
    ],
    expect: {
      outcome: 'booked',
      verified: [ALI, sara.id],
      changes: [
        booked({ at: '2026-11-25T09:00', by: omar, service: checkUp, patient: ALI }),
        booked({ at: '2026-11-26T10:00', by: omar, service: cleaning, patient: sara.id }),
      ],
      claims: ['booked'],
    },
  },
  {
    id: 'which-child',
    title: 'With two children verified the agent asks for whom rather than guess',
    tags: ['hard', 'family', 'booking'],
    persona: 'The mother of Ali and Hira books for each, and then a cleaning without saying for whom.',
    setUp: children,
    opening: 'I need a check-up for my son on Wednesday at nine in the morning.',
    facts: {},
    reactions: [
      { when: /full name and date of birth|date of birth/, say: [isAli, isHira], times: 2 },
      { when: /Is that for Ali Notreal or Hira/, say: 'For Hira.' },
      {
        when: 'anything else',
        say: [
          'And one for my daughter on Wednesday at ten in the morning.',
          'And a cleaning with Doctor Sana Sample on Friday at eleven in the morning.',
        ],
        times: 2,
      },
    ],
    expect: {
      outcome: 'booked',
      verified: [ALI, HIRA],
      changes: [
        booked({ at: '2026-11-25T09:00', by: omar, service: checkUp, patient: ALI }),
        booked({ at: '2026-11-25T10:00', by: omar, service: checkUp, patient: HIRA }),
        booked({ at: '2026-11-27T11:00', by: sana, service: cleaning, patient: HIRA }),
      ],
      claims: ['booked'],
    },
  },
];
