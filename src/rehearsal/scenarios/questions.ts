import type { ScenarioInput } from '../scenario.ts';

/** Callers who want to know something, or nothing at all. */
export const scenarios: ScenarioInput[] = [
  {
    id: 'price-question',
    title: 'A price is told as the clinic has it, and nothing is booked',
    tags: ['ordinary', 'questions'],
    persona: 'Wants to know what a cleaning costs, and nothing else.',
    opening: 'Hello, how much is a cleaning?',
    expect: { outcome: 'completed', reason: 'goodbye', says: [/4,?500/] },
  },
  {
    id: 'wrong-number',
    title: 'Somebody who has dialled wrong is let go kindly, without an appointment',
    tags: ['ordinary'],
    persona: 'Wanted to order a pizza and has dialled a wrong number.',
    opening: "Oh, isn't that the pizza place? Sorry, wrong number. Goodbye.",
    farewell: 'Sorry, I have the wrong number. Goodbye.',
    turns: 4,
    expect: { outcome: 'completed' },
  },
  {
    id: 'gibberish',
    title: 'Words without sense are asked about, and lead to nothing',
    tags: ['bad-input'],
    persona: 'Speaks nonsense.',
    opening: 'Florb wug zindle, the quarp of nineteen slithy toves.',
    expect: { outcome: 'completed', never: ['booked for'] },
  },
  {
    id: 'silence-at-the-end',
    title: 'A caller who falls silent is asked twice and then let go',
    tags: ['silence'],
    persona: 'Asks about parking and then puts the telephone down beside the line.',
    opening: 'Is there parking?',
    reactions: [{ when: /./, silent: true, times: 9 }],
    expect: {
      outcome: 'completed',
      reason: 'caller_silent',
      says: ['free parking', 'are you still there', 'Goodbye'],
    },
  },
  {
    id: 'never-a-word',
    title: 'A line on which nobody speaks ends by itself',
    tags: ['silence'],
    persona: 'Says nothing at all.',
    opening: null,
    expect: { outcome: 'abandoned', reason: 'caller_silent' },
  },
];
