import { PATIENTS, SAMPLE_CLINIC, message } from '../sample-clinic.ts';
import type { ScenarioInput } from '../scenario.ts';

const { sara } = PATIENTS;
const clinic = (set: Record<string, unknown>) => ({
  update: 'clinics',
  where: { id: SAMPLE_CLINIC.id },
  set,
});
const transferred: ScenarioInput['expect'] = {
  outcome: 'transferred',
  claims: ['transferring'],
  says: ['connecting you with our front desk'],
};

/** Callers who need a person. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'asks-for-a-person',
    title: 'Somebody who asks for a person is connected',
    tags: ['ordinary', 'people'],
    persona: 'Wants to talk to a person, and says so at once.',
    opening: 'Can I talk to a real person, please?',
    turns: 3,
    expect: transferred,
  },
  {
    id: 'front-desk-is-busy',
    title: 'When nobody is free the agent takes the call back, and a message',
    tags: ['hard', 'people', 'messages'],
    persona: 'Wants a person about an invoice; the front desk is busy, so a message has to do.',
    opening: 'Can I talk to a real person, please?',
    staff: 'busy',
    facts: { message: 'My invoice of last month was wrong.' },
    reactions: [{ when: /take a message/, say: 'Yes, please take a message.' }],
    expect: {
      outcome: 'completed',
      changes: [message(/invoice/)],
      claims: ['transferring', 'message'],
    },
  },
  {
    id: 'nobody-to-ring',
    title: 'A clinic without a number for its staff takes a message instead',
    tags: ['people', 'messages'],
    persona: 'Wants a person at a clinic that has no number for it.',
    setUp: [clinic({ staff_number: null })],
    opening: 'Can I talk to a real person, please?',
    facts: { message: 'Please send me the form for the insurance.' },
    expect: {
      outcome: 'completed',
      changes: [message(/form for the insurance/)],
      claims: ['message'],
    },
  },
  {
    id: 'leaves-a-message',
    title: 'A message is stored with the number to call back, and only then said to be left',
    tags: ['ordinary', 'messages'],
    persona: 'Wants to leave a message about a lost umbrella.',
    opening: "I'd like to leave a message.",
    facts: { message: 'I have forgotten my umbrella in the waiting room.' },
    expect: {
      outcome: 'completed',
      changes: [message(/umbrella/, { body: { callback_number: '+923005550999' } })],
      claims: ['message'],
      says: ["I've left your message"],
    },
  },
  {
    id: 'message-from-a-hidden-number',
    title: 'A message from a hidden number is stored without one',
    tags: ['messages', 'hidden-number'],
    persona: 'Leaves a message and hides the number.',
    number: null,
    opening: "I'd like to leave a message.",
    facts: { message: 'I will come on Friday at ten to fetch my documents.' },
    expect: {
      outcome: 'completed',
      call: { caller_number: null },
      changes: [message(/fetch my documents/)],
      claims: ['message'],
    },
  },
  {
    id: 'supplier',
    title: 'Somebody who is no patient can leave a message too',
    tags: ['messages'],
    persona: 'A supplier has a delivery for the clinic.',
    opening: 'Hello, I have a delivery for you, can I leave a message?',
    facts: { message: 'The gloves come on Thursday morning.' },
    expect: {
      outcome: 'completed',
      changes: [message(/gloves/)],
      claims: ['message'],
      never: [sara.name],
    },
  },
];
