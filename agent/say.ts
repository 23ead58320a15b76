import type { voice } from '@livekit/agents';
import { AudioFrame } from '@livekit/rtc-node';
import { ReadableStream } from 'node:stream/web';
import { type PreparedAudio, VOICE_SAMPLE_RATE } from '../src/providers/prepared-audio.ts';
import type { CallState } from './call-state.ts';

/** Audio is handed over in pieces this long, so that an interruption need not wait for more. */
const PIECE_MS = 50;

/** A sentence that is being said. */
export interface Said {
  /** Resolves when the caller has heard it, or interrupted it. */
  heard(): Promise<void>;
}

/**
 * Says a sentence: from prepared audio if there is any, else by the voice service. Resolves when it begins. The framework's own handle is a
 * promise of the end, so that awaiting it would wait for the whole sentence: it is wrapped.
 */
export async function say(
  session: voice.AgentSession<CallState>,
  prepared: PreparedAudio,
  text: string,
  options: { allowInterruptions?: boolean } = {},
): Promise<Said> {
  const samples = await prepared.load(text);
  const handle = session.say(
    text,
    samples === undefined ? options : { ...options, audio: framesOf(samples) },
  );
  return { heard: async () => void (await handle.waitForPlayout()) };
}

function framesOf(samples: Int16Array): ReadableStream<AudioFrame> {
  const piece = (VOICE_SAMPLE_RATE * PIECE_MS) / 1_000;
  let offset = 0;
  return new ReadableStream<AudioFrame>({
    pull(controller) {
      const part = samples.slice(offset, offset + piece);
      offset += piece;
      if (part.length === 0) controller.close();
      else controller.enqueue(new AudioFrame(part, VOICE_SAMPLE_RATE, 1, part.length));
    },
  });
}
