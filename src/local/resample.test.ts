import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Resampler, resampleWhole } from './resample.ts';

const tone = (hz: number, rate: number, samples: number) =>
  Int16Array.from({ length: samples }, (_, i) =>
    Math.round(10_000 * Math.sin((2 * Math.PI * hz * i) / rate)),
  );
const rms = (pcm: Int16Array) => Math.sqrt(pcm.reduce((sum, x) => sum + x * x, 0) / pcm.length);

test.each([8_000, 11_025, 16_000, 22_050, 24_000, 44_100, 48_000])(
  'a tone that arrives at %i Hz is the same tone at 16 kHz, not shifted',
  (rate) => {
    const result = resampleWhole(tone(1_000, rate, rate), rate, 16_000);
    const expected = tone(1_000, 16_000, 16_000);
    expect(result).toHaveLength(16_000);
    const middle = result.slice(500, -500).map((x, i) => x - (expected[i + 500] ?? 0));
    expect(rms(middle)).toBeLessThan(60); // 0.6 % of the tone
  },
);

test('what the lower rate cannot carry is removed', () => {
  expect(rms(resampleWhole(tone(12_000, 48_000, 48_000), 48_000, 16_000).slice(500, -500))).toBeLessThan(15);
});

test('a stream in chunks of any size gives the same samples as in one piece', () => {
  const input = tone(440, 48_000, 4_000);
  const whole = new Resampler(48_000, 16_000).push(input);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 999 }), { maxLength: 12 }), (sizes) => {
      const resampler = new Resampler(48_000, 16_000);
      const cuts = [0, ...sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b)), input.length];
      const parts = cuts.slice(1).map((end, i) => resampler.push(input.slice(cuts[i], end)));
      expect(parts.flatMap((part) => [...part])).toEqual([...whole]);
    }),
  );
});
