import { afterAll, beforeAll, expect, test } from 'vitest';
import { startVoices, type Voices } from './voice.ts';

let voices: Voices;
beforeAll(async () => {
  voices = await startVoices();
});
afterAll(() => voices.stop());

const SENTENCE = "I'd like to book a check-up on Tuesday at ten in the morning.";

test('a sentence takes about as long as a person needs for it, at every rate', async () => {
  for (const sampleRate of [8_000, 16_000, 24_000, 48_000]) {
    const pcm = await voices.synthesize(SENTENCE, { voice: 'slt', sampleRate });
    expect(pcm.length / sampleRate).toBeGreaterThan(2.8);
    expect(pcm.length / sampleRate).toBeLessThan(4);
    expect(pcm.reduce((peak, x) => Math.max(peak, Math.abs(x)), 0)).toBeGreaterThan(15_000);
  }
});

test('the sound begins at once, and two voices differ', async () => {
  const options = { sampleRate: 16_000, voice: 'slt' } as const;
  const slt = await voices.synthesize(SENTENCE, options);
  const rms = await voices.synthesize(SENTENCE, { ...options, voice: 'rms' });
  expect(slt.findIndex((x) => Math.abs(x) > 500)).toBeLessThan(1_600); // 100 ms
  expect(rms.length).not.toBe(slt.length);
});

test('twice the speed takes about half the time', async () => {
  const options = { voice: 'rms', sampleRate: 16_000 } as const;
  const usual = await voices.synthesize(SENTENCE, options);
  const fast = await voices.synthesize(SENTENCE, { ...options, speed: 2 });
  expect(fast.length / usual.length).toBeGreaterThan(0.4);
  expect(fast.length / usual.length).toBeLessThan(0.65);
});

test('each sentence comes as soon as it is ready, and a repeated one from memory', async () => {
  const options = { voice: 'slt', sampleRate: 24_000 } as const;
  const parts: number[] = [];
  for await (const part of voices.stream('Good morning. How can I help you today?', options)) {
    parts.push(part.length);
  }
  expect(parts).toHaveLength(2);
  // The voice has work before it, which what is in memory does not wait for.
  const first = await Promise.race([
    voices.synthesize('This one has never been said before.', options).then(() => 'new'),
    voices.synthesize('Good morning.', options).then(() => 'known'),
  ]);
  expect(first).toBe('known');
});

test('a text with nothing to say is silence, not an error', async () => {
  expect(await voices.synthesize(' … 👍 ', { voice: 'slt', sampleRate: 16_000 })).toHaveLength(0);
});

test('voices change as often as needed without a crash', async () => {
  for (const text of ['One.', 'Two.', 'Three.', 'Four.']) {
    for (const voice of ['slt', 'rms', 'awb'] as const) {
      expect((await voices.synthesize(text, { voice, sampleRate: 16_000 })).length).toBeGreaterThan(1_600);
    }
  }
});

test('stopped voices say so', async () => {
  const stopped = await startVoices();
  await stopped.stop();
  await stopped.stop();
  await expect(stopped.synthesize('Hello.', { voice: 'slt', sampleRate: 16_000 })).rejects.toMatchObject({
    code: 'LOCAL_PROCESS_FAILED',
  });
});
