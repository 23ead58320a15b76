import { DateTime } from 'luxon';
import { SILENCE_TEXTS } from '../../clinic/sentences.ts';
import { thisCall } from '../matching.ts';
import { SAMPLE_CLINIC } from '../sample-clinic.ts';
import type { DataChange, ScenarioInput } from '../scenario.ts';

/** A zone in which it is between twelve and one, and a clinic that is closed then. Only a worker with hours ahead of it takes calls. */
function closedForLunch(): DataChange[] {
  const east = 12 - DateTime.utc().hour;
  const span = (weekday: number, opens: string, closes: string): DataChange => ({
    insert: 'clinic_hours',
    row: { clinic_id: SAMPLE_CLINIC.id, weekday, opens, closes },
  });
  const week = [1, 2, 3, 4, 5, 6, 7];
  return [
    {
      update: 'clinics',
      where: { id: SAMPLE_CLINIC.id },
      set: { time_zone: `Etc/GMT${east > 0 ? '-' : '+'}${Math.abs(east)}` },
    },
    { delete: 'clinic_hours', where: {} },
    { delete: 'clinic_closures', where: {} },
    ...week.flatMap((weekday) => [span(weekday, '08:00', '11:55'), span(weekday, '13:15', '18:00')]),
  ];
}

/** What only a telephone has: noise, silence, people who speak into an answer, and those who dialled wrong. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'voice-silent',
    title: 'A line on which nobody speaks is asked twice, and ends politely',
    tags: ['silence'],
    by: 'voice',
    persona: 'Says nothing at all.',
    opening: null,
    expect: { outcome: 'abandoned', reason: 'caller_silent', says: [...SILENCE_TEXTS, 'Goodbye'] },
  },
  {
    id: 'voice-after-hours',
    title: 'A caller to a closed clinic hears when it opens, and leaves a message',
    tags: ['after-hours'],
    by: 'voice',
    persona: 'David Brown calls while the clinic is closed, and has a question about his bill.',
    setUp: closedForLunch(),
    opening: 'My name is David Brown. I have a question about my bill.',
    voice: { byHours: true },
    expect: {
      outcome: 'after_hours',
      reason: 'message_taken',
      changes: [
        {
          added: 'tasks',
          row: { kind: 'message', status: 'open', call_id: thisCall, body: { message: /David Brown.*bill/ } },
        },
      ],
      claims: ['message'],
      says: [/is closed now/, /open again on .* at 1:15|quarter past 1/, 'noted your message'],
    },
  },
  {
    id: 'voice-person',
    title: 'Somebody who asks for a person by voice is connected with the front desk',
    tags: ['people'],
    by: 'voice',
    persona: 'Wants to talk to a person, and to nobody else.',
    opening: 'Can I speak to a real person, please?',
    expect: {
      outcome: 'transferred',
      reason: 'asked_for',
      claims: ['transferring'],
      says: [/connecting you/],
    },
  },
  {
    id: 'voice-emergency',
    title: 'In an emergency the caller hears at once what to do, and is connected',
    tags: ['emergency', 'people'],
    by: 'voice',
    persona: 'Calls because the father has chest pain and cannot breathe.',
    opening: "My father has chest pain and he can't breathe.",
    expect: {
      outcome: 'transferred',
      reason: 'emergency',
      claims: ['transferring'],
      says: [/emergency.*connecting you with our front desk/],
    },
  },
  {
    id: 'voice-interruption',
    title: 'An agent that is interrupted in mid-sentence falls silent, and answers what was asked instead',
    tags: ['interruption', 'questions'],
    by: 'voice',
    persona: 'Asks what a check-up costs, and into the answer where to park.',
    opening: 'Hello, what is the price of a check-up?',
    voice: { interruptions: [{ turn: 1, afterMs: 1_200, say: 'Wait. Is there parking for my car?' }] },
    reactions: [{ when: /^(?!.*free parking)/, say: 'Is there parking for my car?', times: 2 }],
    expect: { outcome: 'completed', reason: 'goodbye', says: ['free parking'] },
  },
  {
    id: 'voice-noisy-street',
    title: 'A question from a noisy street is answered, and the noise is not taken for the caller',
    tags: ['noise', 'questions'],
    by: 'voice',
    persona: 'Stands in a noisy street and wants to know where to park.',
    opening: 'Hello, where can I park my car?',
    voice: { noiseDbfs: -34 },
    expect: { outcome: 'completed', says: ['free parking'] },
  },
  {
    id: 'voice-mumbling',
    title: 'A mumbling caller is asked, and answered once they speak clearly',
    tags: ['noise', 'questions', 'more'],
    by: 'voice',
    persona: 'Mumbles, and then asks where to park.',
    opening: 'Er, hm, well, the thing.',
    reactions: [{ when: /^(?!.*free parking)/, say: 'Sorry. Is there parking for my car?', times: 3 }],
    expect: { outcome: 'completed', says: ['free parking'], never: ['booked for'] },
  },
  {
    id: 'voice-parking',
    title: 'Where to park is told over a telephone line as the clinic has it',
    tags: ['ordinary', 'questions'],
    by: 'voice',
    persona: 'Wants to know where to park, and nothing else.',
    opening: 'Hello, do you have free parking?',
    voice: { line: 'telephone' },
    expect: { outcome: 'completed', reason: 'goodbye', says: ['free parking', 'Demo Lane'] },
  },
  {
    id: 'voice-wrong-number',
    title: 'Somebody who has dialled wrong is let go kindly, without an appointment',
    tags: ['ordinary'],
    by: 'voice',
    persona: 'Wanted to order a pizza and has dialled a wrong number, with their own number hidden.',
    number: null,
    opening: 'Oh, sorry. I wanted the pizza place. Goodbye.',
    farewell: 'That is all. Thank you. Goodbye.',
    turns: 4,
    expect: { outcome: 'completed', call: { caller_number: null } },
  },
];
