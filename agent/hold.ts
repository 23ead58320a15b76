import { setTimeout as wait } from 'node:timers/promises';
import { STILL_RINGING_TEXT } from '../src/clinic/sentences.ts';
import { BRIEFING } from '../src/config/desk-defaults.ts';
import type { LiveCall } from './live-call.ts';
import { ringingTone } from './ringing-tone.ts';

/** Keeps a caller company while it rings elsewhere: they hear it ring, and now and then a sentence. The return ends it at once. */
export function keepCompany({
  announcer,
  receiver,
  log,
}: Pick<LiveCall, 'announcer' | 'receiver' | 'log'>): () => void {
  let over = false;
  const tone = ringingTone();
  const ring = async () => {
    for (let rings = 1; !over; rings += 1) {
      if (rings % (BRIEFING.ringsPerWord + 1) === 0) await announcer.say(STILL_RINGING_TEXT);
      else await receiver.play(tone);
      await wait(BRIEFING.pauseMs);
    }
  };
  ring().catch((error: unknown) => log.warn({ error }, 'the caller hears no ringing'));
  return () => {
    if (over) return;
    over = true;
    receiver.stopPrompt();
  };
}
