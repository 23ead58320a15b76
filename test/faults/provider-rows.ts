import type { FaultMode } from '../../src/local/faults.ts';
import { BOOKED, type FaultRow, TRANSFERRED } from './row.ts';
import type { Scene } from './scene.ts';

const refusals: readonly (readonly [FaultMode, string])[] = [
  ['refuse', 'refuses connections'],
  ['unauthorized', 'answers 401'],
  ['rate_limited', 'answers 429'],
];

/** Recognition: Deepgram fails, OpenAI is there. */
const recognition: readonly FaultRow[] = [
  ...refusals.map(([mode, what]) => ({
    name: `recognition ${what}`,
    when: 'before the call' as const,
    apply: (scene: Scene) => scene.speech('listen', mode),
    expect: BOOKED,
  })),
  {
    name: 'recognition hangs',
    when: 'between turns',
    apply: (scene) => scene.speech('listen', 'hang'),
    expect: BOOKED,
  },
  {
    name: 'recognition is slow (1.5 s)',
    when: 'between turns',
    apply: (scene) => scene.speech('listen', 'slow', { delayMs: 1_500 }),
    expect: BOOKED,
  },
  {
    name: 'recognition is cut mid-sentence',
    when: 'while the caller speaks',
    apply: (scene) => scene.cut('listen'),
    expect: BOOKED,
  },
  {
    name: 'both recognisers are gone',
    when: 'between turns',
    async apply(scene) {
      await scene.speech('openai-listen', 'refuse');
      await scene.cut('listen', 'refuse');
    },
    expect: TRANSFERRED,
  },
];

/** Language: the first model fails, the second is there. */
const language: readonly FaultRow[] = [
  ...[...refusals, ['server_error', 'answers 500'] as const, ['hang', 'hangs'] as const].map(
    ([mode, what]) => ({
      name: `language ${what}`,
      when: 'between turns' as const,
      apply: (scene: Scene) => scene.model('first', mode),
      expect: BOOKED,
    }),
  ),
  {
    name: 'language is slow to begin (3 s)',
    when: 'between turns',
    apply: (scene) => scene.model('first', 'slow', { delayMs: 3_000 }),
    expect: BOOKED,
  },
  {
    name: 'language stalls mid-way',
    when: 'between turns',
    apply: (scene) => scene.model('first', 'stall'),
    expect: BOOKED,
  },
  {
    name: 'language answers garbage',
    when: 'between turns',
    apply: (scene) => scene.model('first', 'garbage'),
    expect: BOOKED,
  },
  {
    name: 'a turn takes over 4 s: both models slow (5 s), once',
    when: 'between turns',
    async apply(scene) {
      await scene.model('first', 'slow', { delayMs: 5_000 });
      await scene.model('second', 'slow', { delayMs: 5_000 });
      scene.later(9_000, async () => {
        await scene.model('first', 'ok');
        await scene.model('second', 'ok');
      });
    },
    expect: BOOKED,
  },
  {
    name: 'all language models are gone',
    when: 'between turns',
    async apply(scene) {
      await scene.model('first', 'refuse');
      await scene.model('second', 'refuse');
    },
    expect: TRANSFERRED,
  },
];

/** Speech: Deepgram fails, OpenAI is there. */
const speech: readonly FaultRow[] = [
  ...refusals.map(([mode, what]) => ({
    name: `speech ${what}`,
    when: 'before the call' as const,
    apply: (scene: Scene) => scene.cut('speak', mode),
    expect: BOOKED,
  })),
  {
    name: 'speech hangs',
    when: 'between turns',
    apply: (scene) => scene.speech('speak', 'hang'),
    expect: BOOKED,
  },
  {
    name: 'speech is slow (1.5 s)',
    when: 'between turns',
    apply: (scene) => scene.speech('speak', 'slow', { delayMs: 1_500 }),
    expect: BOOKED,
  },
  {
    name: 'speech is cut mid-sentence',
    when: 'while it thinks',
    apply: (scene) => scene.cutVoiceInSentence(),
    expect: BOOKED,
  },
  {
    name: 'both voices are gone',
    when: 'between turns',
    async apply(scene) {
      await scene.speech('openai-speech', 'refuse');
      await scene.cut('speak', 'refuse');
    },
    expect: TRANSFERRED,
  },
  {
    name: 'every recogniser, model and voice is gone',
    when: 'between turns',
    apply: (scene) => scene.everythingRefuses(),
    expect: TRANSFERRED,
  },
];

/** Faults of what hears, thinks and speaks. */
export const PROVIDER_ROWS: readonly FaultRow[] = [...recognition, ...language, ...speech];
