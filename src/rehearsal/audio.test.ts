import { describe, expect, test } from 'vitest';
import { LINE_RATE, levelDbfs, noise, resample, soundBounds, telephoneBand } from './audio.ts';

const tone = (hz: number, ms: number, rate = LINE_RATE, amplitude = 8_000) =>
  Int16Array.from(
    { length: (rate * ms) / 1_000 },
    (_, i) => amplitude * Math.sin((2 * Math.PI * hz * i) / rate),
  );
const silence = (ms: number) => new Int16Array((LINE_RATE * ms) / 1_000);
const join = (...parts: Int16Array[]) => Int16Array.from(parts.flatMap((part) => [...part]));
/** The level without the edges, where a filter sees the tone begin and end. */
const innerLevel = (pcm: Int16Array) => levelDbfs(pcm, pcm.length / 4, (pcm.length * 3) / 4);

test('levels are relative to full scale, and nothing is as quiet as silence', () => {
  expect(levelDbfs(Int16Array.of(32_767, -32_768))).toBeCloseTo(0, 2);
  expect(levelDbfs(tone(500, 100, LINE_RATE, 3_277))).toBeCloseTo(-23, 0);
  expect(levelDbfs(silence(10))).toBe(-Infinity);
  expect(levelDbfs(new Int16Array(0))).toBe(-Infinity);
});

test('noise has the level asked for and is the same every time', () => {
  expect(levelDbfs(noise(16_000, -66))).toBeCloseTo(-66, 0);
  expect(noise(50, -40)).toEqual(noise(50, -40));
});

describe('where sound begins and ends', () => {
  test('is found to 10 ms', () => {
    const pcm = join(silence(200), tone(500, 300), silence(150));
    expect(soundBounds(pcm, LINE_RATE, -45)).toEqual({ start: 3_200, end: 8_000 });
  });

  test('a pause within does not end it, a click does not begin it', () => {
    const click = Int16Array.of(30_000);
    const pcm = join(click, silence(100), tone(500, 100), silence(400), tone(500, 100));
    const bounds = soundBounds(pcm, LINE_RATE, -45);
    expect(bounds?.start).toBeGreaterThan(1_400);
    expect(bounds?.end).toBe(pcm.length);
  });

  test('is nowhere in silence', () => {
    expect(soundBounds(silence(100), LINE_RATE, -45)).toBeUndefined();
  });
});

describe('another rate', () => {
  test.each([
    [8_000, 16_000],
    [22_050, 16_000],
    [24_000, 16_000],
    [48_000, 16_000],
    [16_000, 48_000],
  ])('from %d to %d Hz keeps length, pitch, level and time', (from, to) => {
    const result = resample(tone(1_000, 200, from), from, to);
    expect(result.length).toBe(to / 5);
    const expected = tone(1_000, 200, to);
    const difference = result.map((sample, i) => sample - (expected[i] ?? 0));
    expect(innerLevel(difference)).toBeLessThan(innerLevel(expected) - 35);
  });

  test('what the lower rate cannot carry does not come back as another tone', () => {
    expect(innerLevel(resample(tone(11_000, 200, 48_000), 48_000, 16_000))).toBeLessThan(-70);
  });
});

describe('a telephone', () => {
  test.each([500, 1_000, 3_000])('passes %d Hz', (hz) => {
    expect(innerLevel(telephoneBand(tone(hz, 200)))).toBeCloseTo(innerLevel(tone(hz, 200)), 0);
  });

  test.each([80, 150, 4_500, 6_000])('keeps %d Hz back', (hz) => {
    expect(innerLevel(telephoneBand(tone(hz, 200)))).toBeLessThan(-45);
  });

  test('does not shift speech in time', () => {
    const pcm = join(silence(200), tone(1_000, 300), silence(200));
    expect(soundBounds(telephoneBand(pcm), LINE_RATE, -35)).toEqual(soundBounds(pcm, LINE_RATE, -35));
  });
});
