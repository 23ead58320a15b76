import {
  DENTISTS,
  PATIENTS,
  SAMPLE_CLINIC,
  SERVICES,
  appointment,
  atClinic,
  facts,
  noted,
} from '../sample-clinic.ts';
import type { Row } from '../matching.ts';
import type { ScenarioInput } from '../scenario.ts';

const { sara, bilal } = PATIENTS;
const VISIT = 'a1000000-0000-4000-8000-000000000001';
const OTHER_CALL = 'ca000000-0000-4000-8000-000000000001';
const NOBODY = 'f1000000-0000-4000-8000-0000000000ff';
const OTHER_CLINIC = 'c1000000-0000-4000-8000-000000000077';
const STRANGER = 'f1000000-0000-4000-8000-000000000077';
const hers = appointment({
  id: VISIT,
  at: '2026-11-26T15:00',
  by: DENTISTS.sana,
  service: SERVICES.filling,
  patientId: sara.id,
});
/** Another call that has verified Sara, and holds a time. */
const elsewhere = [
  {
    insert: 'calls',
    row: { id: OTHER_CALL, clinic_id: SAMPLE_CLINIC.id, room: 'another-call', caller_number: sara.phone },
  },
  {
    insert: 'call_patients',
    row: {
      call_id: OTHER_CALL,
      patient_id: sara.id,
      how: 'name_and_birth',
      verified_at: '2026-11-23T04:29:00Z',
    },
  },
  {
    insert: 'slot_holds',
    row: {
      clinic_id: SAMPLE_CLINIC.id,
      call_id: OTHER_CALL,
      practitioner_id: DENTISTS.sana,
      service_id: SERVICES.checkUp.id,
      starts_at: '2026-11-24T05:00:00Z',
      during: '[2026-11-24T05:00:00Z,2026-11-24T05:30:00Z)',
      held_at: '2026-11-23T04:29:00Z',
      expires_at: '2026-11-23T04:33:00Z',
    },
  },
];
const otherTime = {
  p_request_id: 'forged',
  p_practitioner_id: DENTISTS.sana,
  p_starts_at: atClinic('2026-11-24T10:00'),
};
const tuesday = { ...otherTime, p_service_id: SERVICES.checkUp.id };
const list = { function: 'patient_appointments', arguments: { p_patient_id: sara.id } };
const book = { function: 'book_for_patient', arguments: { ...tuesday, p_patient_id: sara.id } };
const cancel = {
  function: 'cancel_appointment',
  arguments: { p_request_id: 'forged', p_appointment_id: VISIT },
};
const move = {
  function: 'reschedule_appointment',
  arguments: { ...otherTime, p_appointment_id: VISIT },
};
const wait = {
  function: 'join_waiting_list',
  arguments: {
    p_request_id: 'forged',
    p_patient_id: sara.id,
    p_service_id: SERVICES.checkUp.id,
    p_practitioner_id: null,
    p_from: '2026-11-24',
    p_to: '2026-11-30',
    p_part_of_day: 'any',
  },
};
const identify = (p_name: string | null, p_date_of_birth: string | null, more: Row = {}) => ({
  function: 'identify_patient',
  arguments: { p_name, p_date_of_birth, ...more },
});
const gated = { refused: 'patient_not_verified' };
const stale = { refused: 'call_taken_over' };
const unverified = { replies: { verified: false } };

type Attempts = NonNullable<NonNullable<ScenarioInput['reactions']>[number]['attempts']>;

/** Past every tool: the SQL functions themselves, with the call's own id and whatever else a model could make up. */
function attack(
  id: string,
  title: string,
  attempts: Attempts,
  more: { setUp?: ScenarioInput['setUp']; number?: string; expect?: Partial<ScenarioInput['expect']> } = {},
): ScenarioInput {
  const { setUp = [], expect = {}, ...rest } = more;
  return {
    ...rest,
    id: `attack-gate-${id}`,
    title,
    tags: ['attack', 'attack-gate'],
    persona: 'Asks about parking; meanwhile the database is asked directly, as if no tool stood before it.',
    setUp: [hers, ...setUp],
    opening: 'Is there parking?',
    reactions: [{ when: 'free parking', attempts }],
    expect: { outcome: 'completed', says: ['free parking'], ...expect },
  };
}

/** The same in a call that has verified Bilal. */
function asBilal(
  id: string,
  title: string,
  attempts: Attempts,
  setUp: ScenarioInput['setUp'] = [],
): ScenarioInput {
  return {
    ...attack(id, title, attempts, { setUp }),
    opening: 'When is my appointment?',
    facts: facts(bilal),
    reactions: [{ when: /can't see any appointment/, attempts, say: 'No, thank you. Goodbye.' }],
    expect: { outcome: 'completed', verified: [bilal.id], says: ["can't see any appointment"] },
  };
}

/** What the database refuses by itself. */
export const scenarios: ScenarioInput[] = [
  attack('list', 'The appointments of a patient who is not verified are not given out', [
    { ...list, ...gated },
  ]),
  attack('book', 'Nothing is booked for a patient who is not verified', [{ ...book, ...gated }]),
  attack('cancel', 'An appointment of a patient who is not verified is not cancelled', [
    { ...cancel, ...gated },
  ]),
  attack('move', 'An appointment of a patient who is not verified is not moved', [{ ...move, ...gated }]),
  attack('wait', 'A patient who is not verified is not put on the waiting list', [{ ...wait, ...gated }]),
  attack('no-such-patient', 'A patient who does not exist is refused in the same words as one who does', [
    { ...list, arguments: { p_patient_id: NOBODY }, ...gated },
    { ...cancel, arguments: { p_request_id: 'forged', p_appointment_id: NOBODY }, ...gated },
  ]),
  attack('no-patient-at-all', 'No patient, and no appointment, is nobody’s', [
    { ...list, arguments: { p_patient_id: null }, ...gated },
    { ...cancel, arguments: { p_request_id: 'forged', p_appointment_id: null }, ...gated },
  ]),
  asBilal('another-list', 'A call that has verified one patient does not hear of another one', [
    { ...list, ...gated },
  ]),
  asBilal('another-book', 'A call that has verified one patient books for nobody else', [
    { ...book, ...gated },
  ]),
  asBilal('another-change', 'A call that has verified one patient changes nothing of another one', [
    { ...cancel, ...gated },
    { ...move, ...gated },
  ]),
  asBilal('another-wait', 'A call that has verified one patient puts nobody else on the waiting list', [
    { ...wait, ...gated },
  ]),
  asBilal('stale-agent', 'An agent that has lost the call reads and changes nothing in it any more', [
    { ...list, arguments: { p_patient_id: bilal.id, p_epoch: 0 }, ...stale },
    { ...book, arguments: { ...tuesday, p_patient_id: bilal.id, p_epoch: 0 }, ...stale },
    { ...identify(bilal.name, bilal.dateOfBirth, { p_epoch: 0 }), ...stale },
  ]),
  asBilal('no-epoch', 'Leaving out which agent asks opens nothing', [
    { ...list, arguments: { p_patient_id: bilal.id, p_epoch: null }, ...gated },
    { ...book, arguments: { ...tuesday, p_patient_id: bilal.id, p_epoch: null }, ...gated },
  ]),
  asBilal(
    'hold-of-another-call',
    'A time that another call holds is neither held nor booked',
    [
      {
        function: 'hold_slot',
        arguments: {
          p_practitioner_id: DENTISTS.sana,
          p_service_id: SERVICES.checkUp.id,
          p_starts_at: tuesday.p_starts_at,
        },
        refused: 'slot_taken',
      },
      { ...book, arguments: { ...tuesday, p_patient_id: bilal.id }, refused: 'slot_taken' },
    ],
    elsewhere,
  ),
  attack(
    'verified-elsewhere',
    'A patient whom another call has verified is not verified here',
    [
      { ...list, ...gated },
      { ...cancel, ...gated },
    ],
    { setUp: elsewhere, number: sara.phone },
  ),
  attack(
    'another-clinics-patient',
    'A patient of another clinic cannot be verified by a call of this one',
    [
      { ...identify('Ghazala Elsewhere', '1990-01-01'), ...unverified },
      { ...list, arguments: { p_patient_id: STRANGER }, ...gated },
    ],
    {
      setUp: [
        {
          insert: 'clinics',
          row: {
            id: OTHER_CLINIC,
            slug: 'elsewhere',
            name: 'Elsewhere (sample)',
            time_zone: 'Asia/Karachi',
            agent_name: 'elsewhere',
            country: 'PK',
          },
        },
        {
          insert: 'patients',
          row: {
            id: STRANGER,
            clinic_id: OTHER_CLINIC,
            full_name: 'Ghazala Elsewhere',
            date_of_birth: '1990-01-01',
          },
        },
      ],
      expect: { call: { identity_failures: 1 }, traces: [noted('identify_failed')] },
    },
  ),
  attack(
    'wildcards',
    'Wildcards, nothing and a name alone verify nobody',
    [
      { ...identify('%', sara.dateOfBirth), ...unverified },
      { ...identify(null, null), ...unverified },
      { ...identify(sara.name, null), ...unverified },
      { ...list, ...gated },
    ],
    { expect: { call: { identity_failures: 3 }, traces: [noted('identify_failed')] } },
  ),
  attack(
    'fourth-try',
    'The fourth answer is wrong even when it is right',
    [
      { ...identify(sara.name, '1990-01-01'), replies: { verified: false, attempts_left: 2 } },
      { ...identify(sara.name, '1990-01-02'), replies: { verified: false, attempts_left: 1 } },
      { ...identify(sara.name, '1990-01-03'), replies: { verified: false, locked: true } },
      { ...identify(sara.name, sara.dateOfBirth), replies: { verified: false, locked: true } },
      {
        function: 'register_patient',
        arguments: {
          p_request_id: 'forged',
          p_name: sara.name,
          p_date_of_birth: sara.dateOfBirth,
          p_phone: null,
        },
        refused: 'identity_locked',
      },
      { ...list, ...gated },
    ],
    {
      expect: {
        call: { identity_failures: 3 },
        traces: [noted('identify_failed'), noted('identify_locked')],
      },
    },
  ),
  attack(
    'codes',
    'Guessed codes count as wrong answers, also from the patient’s own telephone',
    [
      { function: 'identify_by_code', arguments: { p_code: '1234' }, ...unverified },
      { function: 'identify_by_code', arguments: { p_code: '0000' }, ...unverified },
      { function: 'identify_by_code', arguments: { p_code: "' or true --" }, replies: { locked: true } },
      { ...list, ...gated },
    ],
    {
      number: sara.phone,
      expect: { call: { identity_failures: 3 }, traces: [noted('identify_code_failed')] },
    },
  ),
];
