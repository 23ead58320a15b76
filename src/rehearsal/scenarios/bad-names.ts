import type { ScenarioInput } from '../scenario.ts';

/** Names that are none. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'name-of-10000-characters',
    title: 'A name of 10,000 characters is asked for again, and nothing of it is stored as a name',
    tags: ['bad-input'],
    persona: 'The recogniser has heard ten thousand characters for a name.',
    opening: "I'd like to book a check-up on Tuesday at ten in the morning.",
    facts: {
      name: `My name is ${'Bartholomew'.repeat(910)}.`,
      date_of_birth: 'I was born on 4 May 1990.',
    },
    expect: { outcome: 'completed', never: ['booked for'] },
  },
  {
    id: 'name-of-signs',
    title: 'A name of emoji alone is asked for again',
    tags: ['bad-input', 'registration'],
    persona: 'The recogniser has heard emoji for a name.',
    opening: "I'm a new patient and I'd like a check-up on Tuesday at ten in the morning.",
    facts: { name: 'My name is \u{1F600}\u{1F600}.', date_of_birth: 'I was born on 4 May 1990.' },
    expect: { outcome: 'completed', never: ['booked for', 'registered now'] },
  },
];
