import fc from 'fast-check';
import { expect, test } from 'vitest';
import { percentile, spread, wordCount } from './statistics.ts';

test('of a hundred values the middle is the 50th, and the upper end the 95th and 99th', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1).reverse();
  expect(spread(values)).toEqual({ p50: 50, p95: 95, p99: 99 });
  expect(spread([7])).toEqual({ p50: 7, p95: 7, p99: 7 });
  expect(spread([])).toEqual({ p50: null, p95: null, p99: null });
});

test('a percentile is one of the values, and enough of them do not exceed it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(), { minLength: 1 }),
      fc.double({ min: 0.01, max: 1, noNaN: true }),
      (values, share) => {
        const value = percentile(values, share) ?? -1;
        expect(values).toContain(value);
        const below = values.filter((one) => one <= value).length;
        expect(below).toBeGreaterThanOrEqual(share * values.length - 1e-9);
        const less = values.filter((one) => one < value).length;
        expect(less).toBeLessThan(Math.max(1, share * values.length + 1e-9));
      },
    ),
  );
});

test('words are counted as people count them', () => {
  expect(wordCount("You're booked for Tuesday the 24th – at 10.")).toBe(8);
  expect(wordCount('')).toBe(0);
  expect(wordCount('جی ضرور')).toBe(2);
});
