import { DENTISTS, PATIENTS, SERVICES, booked, facts, newPatient } from '../sample-clinic.ts';
import type { ScenarioInput } from '../scenario.ts';

const { sara } = PATIENTS;
const check = { at: '2026-11-24T10:00', by: DENTISTS.omar, service: SERVICES.checkUp };
const opening = "Hello, I'm a new patient. I'd like to book a check-up on Tuesday at ten in the morning.";
const number = '+923005550999';
const told = { name: 'My name is Omar Newman.', date_of_birth: 'I was born on 4 June 1985.' };
const registered = (
  name: string,
  more: { phone?: string; date_of_birth?: string } = {},
): ScenarioInput['expect'] => {
  const patient = newPatient(name, { phone: number, date_of_birth: '1985-06-04', ...more });
  return {
    outcome: 'booked',
    verified: [patient.id],
    changes: [patient.row, booked({ ...check, patient: patient.id })],
    claims: ['registered', 'booked'],
  };
};

/** People who have never been to the clinic. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'new-patient-read-back',
    title: 'A new patient hears name, spelling, birthday and number before anything is stored',
    tags: ['ordinary', 'registration'],
    persona: 'Omar Newman is new, and everything is understood at once.',
    opening,
    facts: told,
    expect: {
      ...registered('Omar Newman'),
      says: [/spelled O M A R, N E W M A N/, /4th of June 1985/, /number you are calling from/],
    },
  },
  {
    id: 'new-patient-corrects-the-name',
    title: 'A name that was misheard is put right before it is stored',
    tags: ['hard', 'registration'],
    persona: 'Omar Newmann, with two N at the end, hears his name spelled wrong.',
    opening,
    facts: told,
    reactions: [{ when: /spelled O M A R, N E W M A N\./, say: "No, it's spelled N E W M A N N." }],
    expect: { ...registered('Omar Newmann'), says: [/spelled O M A R, N E W M A N N/] },
  },
  {
    id: 'new-patient-corrects-the-birthday',
    title: 'A birthday that was misheard is put right before it is stored',
    tags: ['hard', 'registration'],
    persona: 'Omar Newman says June, means July, and says so at the read-back.',
    opening,
    facts: told,
    reactions: [{ when: /4th of June 1985/, say: 'No, I was born on the 4th of July 1985.' }],
    expect: { ...registered('Omar Newman', { date_of_birth: '1985-07-04' }), says: [/4th of July 1985/] },
  },
  {
    id: 'new-patient-with-another-number',
    title: 'A number that the caller gives is read back digit by digit and stored',
    tags: ['hard', 'registration'],
    persona: 'Omar Newman, new, wants to be reached on another number than he calls from.',
    opening,
    facts: told,
    reactions: [{ when: /number you are calling from/, say: 'No, please use 0300 5550444.' }],
    expect: { ...registered('Omar Newman', { phone: '+923005550444' }), says: [/0 3 0 0/] },
  },
  {
    id: 'new-patient-who-is-none',
    title: 'Somebody who says that they are new but is on record is not put there twice',
    tags: ['hard', 'registration'],
    persona: 'Sara Notreal has been to the clinic and forgotten it.',
    opening,
    facts: facts(sara),
    expect: {
      outcome: 'booked',
      verified: [sara.id],
      changes: [booked({ ...check, patient: sara.id })],
      claims: ['booked'],
    },
  },
  {
    id: 'new-patient-without-an-errand',
    title: 'Somebody can be registered first and say what for afterwards',
    tags: ['registration'],
    persona: 'Omar Newman wants to register, and then to book a check-up on Tuesday at ten.',
    opening: "Hello, I'd like to register as a new patient.",
    facts: told,
    reactions: [
      { when: /Which appointment would you like/, say: 'A check-up on Tuesday at ten in the morning.' },
    ],
    expect: registered('Omar Newman'),
  },
  {
    id: 'new-patient-born-tomorrow',
    title: 'A birthday in the future is asked for again',
    tags: ['bad-input', 'registration'],
    persona: 'Omar Newman misspeaks and says a birthday of next year.',
    opening,
    facts: { ...told, date_of_birth: ['I was born on 4 June 2027.', told.date_of_birth] },
    expect: registered('Omar Newman'),
  },
  {
    id: 'new-patient-gives-up',
    title: 'Somebody who says no to the read-back and leaves is not stored',
    tags: ['hard', 'registration'],
    persona: 'Omar Newman changes his mind when his details are read back.',
    opening,
    facts: told,
    reactions: [{ when: /Is that right/, say: 'No, I have changed my mind. Goodbye.' }],
    expect: { outcome: 'completed', never: ['registered', 'booked for'] },
  },
];
