import { expect, test } from 'vitest';
import { costOf } from './cost.ts';

const A_CALL = {
  'Deepgram/nova-3/audio_ms': 180_000,
  'Deepgram/aura-2-thalia-en/characters': 900,
  'Deepgram/aura-2-thalia-en/audio_ms': 60_000,
  'OpenAI/gpt-4.1-mini/input_tokens': 20_000,
  'OpenAI/gpt-4.1-mini/cached_tokens': 15_000,
  'OpenAI/gpt-4.1-mini/output_tokens': 400,
};

test('a call of three minutes costs what its parts cost by hand', () => {
  // 3 × 0.0048 + 0.9 × 0.03 + 5,000 × 0.4/1M + 15,000 × 0.1/1M + 400 × 1.6/1M
  expect(costOf(A_CALL)).toEqual({
    total: 0.0455,
    currency: 'USD',
    pricesOf: '2026-08-01',
    unpriced: [],
  });
});

test('a model without a price is named, and left out of the total', () => {
  const cost = costOf({ ...A_CALL, 'Elsewhere/other-model/audio_ms': 60_000 });
  expect(cost).toMatchObject({ total: 0.0455, unpriced: ['Elsewhere/other-model'] });
});

test('nothing used costs nothing', () => {
  expect(costOf({})).toMatchObject({ total: 0, unpriced: [] });
});

test('the most particular name of a model has the price', () => {
  const prices = {
    asOf: '2026-01-01',
    currency: 'USD',
    models: {
      'A/model': { tokens: { usd: 1, per: 1 } },
      'A/model-mini': { tokens: { usd: 2, per: 1 } },
    },
  };
  expect(costOf({ 'A/model-mini-2/tokens': 1, 'a/model-x/tokens': 1 }, prices).total).toBe(3);
});
