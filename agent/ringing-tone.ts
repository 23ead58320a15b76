import { BRIEFING } from '../src/config/desk-defaults.ts';
import { VOICE_SAMPLE_RATE } from '../src/providers/prepared-audio.ts';

/** Ringing as it is heard in America; everybody takes it for that. */
const TONES_HZ = [440, 480] as const;
/** Of full scale, each: softer than a voice. */
const LEVEL = 0.04;
/** So that it does not click. */
const FADE = VOICE_SAMPLE_RATE / 50;

/** One ring: 16-bit mono samples at {@link VOICE_SAMPLE_RATE}. */
export function ringingTone(): Int16Array {
  const length = (VOICE_SAMPLE_RATE * BRIEFING.toneMs) / 1_000;
  return Int16Array.from({ length }, (_, at) => {
    const fade = Math.min(1, at / FADE, (length - at) / FADE);
    const sum = TONES_HZ.reduce((all, hz) => all + Math.sin((2 * Math.PI * hz * at) / VOICE_SAMPLE_RATE), 0);
    return Math.round(sum * LEVEL * fade * 32_767);
  });
}
