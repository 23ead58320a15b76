import { expect, test } from 'vitest';
import { type Sound, longestOwedSilence } from './owed-silence.ts';

const sound = (startedAt: number, endedAt: number, by: Sound['by'] = 'agent'): Sound => ({
  startedAt,
  endedAt,
  by,
});

test('a silence before the agent speaks, or before the caller has to ask, is owed', () => {
  expect(longestOwedSilence([sound(0, 100, 'caller'), sound(1_300, 2_000)], 0, 2_000)).toBe(1_200);
  expect(longestOwedSilence([sound(0, 100, 'caller'), sound(5_100, 5_500, 'nudge')], 0, 5_500)).toBe(5_000);
});

test('a silence in which the caller thinks, or has chosen to say nothing, is not', () => {
  expect(
    longestOwedSilence([sound(0, 100), sound(4_000, 4_500, 'caller'), sound(5_000, 6_000)], 0, 6_000),
  ).toBe(500);
  expect(
    longestOwedSilence([sound(0, 100), sound(100, 8_000, 'caller'), sound(8_000, 9_000)], 0, 9_000),
  ).toBe(0);
});

test('the end of a call is owed a last word too', () => {
  expect(longestOwedSilence([sound(0, 100)], 0, 3_000)).toBe(2_900);
});
