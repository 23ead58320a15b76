import { describe, expect, test } from 'vitest';
import { LINE_RATE, noise } from './audio.ts';
import { Hearing } from './hearing.ts';

const FRAME_MS = 20;
const samples = (ms: number) => (LINE_RATE * ms) / 1_000;
const tone = (ms: number, amplitude = 8_000) =>
  Int16Array.from(
    { length: samples(ms) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * 440 * i) / LINE_RATE),
  );
const silence = (ms: number) => new Int16Array(samples(ms));
const join = (...parts: Int16Array[]) => Int16Array.from(parts.flatMap((part) => [...part]));

/** Feeds sound frame by frame, each arriving when it should plus what `lateMs` says; the stream begins at 1000 ms. */
function hear(
  pcm: Int16Array,
  lateMs: (frame: number) => number = () => 0,
  hearing = new Hearing(),
  track = 'a',
) {
  for (let frame = 0; frame * samples(FRAME_MS) < pcm.length; frame++) {
    const part = pcm.slice(frame * samples(FRAME_MS), (frame + 1) * samples(FRAME_MS));
    // The second half of a frame is heard from its arrival on.
    hearing.accept(track, part, 1_000 + frame * FRAME_MS + FRAME_MS / 2 + lateMs(frame));
  }
  return hearing;
}

describe('speech', () => {
  test('is heard when it comes, to 10 ms', () => {
    const { speech } = hear(join(silence(310), tone(400), silence(500), tone(200)));
    expect(speech).toEqual([
      { startedAt: 1_310, endedAt: 1_710 },
      { startedAt: 2_210, endedAt: 2_410 },
    ]);
  });

  test('goes on over the pauses within words', () => {
    expect(hear(join(tone(100), silence(150), tone(100))).speech).toHaveLength(1);
  });

  test('is not a click, nor a line’s noise', () => {
    expect(hear(join(silence(100), tone(10), silence(100), noise(samples(500), -60))).speech).toEqual([]);
  });

  test('is timed right though our event loop was busy when it came', () => {
    const { speech } = hear(join(silence(400), tone(200)), (frame) =>
      frame >= 18 && frame < 25 ? (25 - frame) * 20 : 0,
    );
    expect(speech[0]?.startedAt).toBe(1_400);
  });

  test('is timed right after the sender’s clock has slipped for good', () => {
    const { speech } = hear(join(silence(3_000), tone(200)), (frame) => (frame > 20 ? 90 : 0));
    expect(speech[0]?.startedAt).toBe(4_090);
  });

  test('is timed as it was on the wire, before the jitter buffer', () => {
    const hearing = new Hearing();
    hearing.accept('a', tone(FRAME_MS), 1_060, 50);
    expect(hearing.speech[0]?.startedAt).toBe(1_000);
  });

  test('goes on while there was a sound a moment ago', () => {
    const hearing = hear(tone(400));
    expect(hearing.isSpeaking(1_450)).toBe(true);
    expect(hearing.isSpeaking(1_700)).toBe(false);
    expect(hearing.isSpeaking(1_700, 700)).toBe(true);
  });
});

describe('what was heard', () => {
  test('can be had again, exactly', () => {
    const pcm = join(tone(400), noise(samples(600), -30));
    expect(hear(pcm).audio(0, 10_000)).toEqual(pcm);
    expect(hear(pcm).audio(1_200, 1_400)).toEqual(pcm.slice(samples(200), samples(400)));
  });

  test('is nothing outside the call', () => {
    expect(hear(tone(100)).audio(5_000, 6_000)).toHaveLength(0);
  });

  test('of two tracks is both, in their places', () => {
    const hearing = hear(tone(200, 1_000));
    hear(join(silence(100), tone(100, 2_000)), () => 0, hearing, 'b');
    const mixed = hearing.audio(0, 10_000);
    expect(mixed).toHaveLength(samples(200));
    expect(Math.max(...mixed.slice(0, samples(100)))).toBeLessThanOrEqual(1_000);
    expect(Math.max(...mixed.slice(samples(100)))).toBeGreaterThan(1_900);
  });

  test('is forgotten after ten minutes', () => {
    const hearing = new Hearing();
    for (let frame = 0; frame < 31_000; frame++) hearing.accept('a', silence(FRAME_MS), frame * FRAME_MS);
    expect(hearing.audio(0, 10_000)).toHaveLength(0);
    expect(hearing.audio(0, Infinity).length / samples(1_000)).toBeCloseTo(600, 0);
  });
});

test('frames that come late while the agent speaks are counted, those in silence are not', () => {
  const late = (frame: number) => (frame === 10 || frame === 40 ? 100 : 0);
  expect(hear(join(tone(400), silence(600)), late).lateFrames).toBe(1);
});

describe('holes', () => {
  const fade = (from: number, to: number) =>
    join(...Array.from({ length: 6 }, (_, i) => tone(10, from * (to / from) ** (i / 5))));

  test('torn into speech are counted', () => {
    expect(hear(join(tone(200), silence(60), tone(200), silence(300), tone(200))).holes).toBe(2);
  });

  test('are not the pauses of speech, which fade, nor its end', () => {
    const pause = join(fade(8_000, 20), noise(samples(100), -70), fade(20, 8_000));
    expect(hear(join(tone(200), pause, tone(200), silence(1_000), tone(200))).holes).toBe(0);
  });
});
