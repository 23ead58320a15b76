import { APIConnectionError, type APIError, APIStatusError, APITimeoutError } from '@livekit/agents';
import type { AudioFrame } from '@livekit/rtc-node';
import { VOICE } from '../config/defaults.ts';
import { OpenhoursError } from '../errors.ts';
import type { SpeakSocket } from './speak-socket.ts';
import { PcmFramer } from './spoken-pieces.ts';

/** Whose connections an utterance uses. */
export interface Connections {
  readonly sampleRate: number;
  acquire(): Promise<SpeakSocket>;
  release(socket: SpeakSocket): void;
}

/** Where an utterance goes. */
export interface Sink {
  /** Text is sent: the first sound is timed from the first of these. */
  started(): void;
  /** The next stretch of sound; `final` marks the last. */
  put(frame: AudioFrame, final: boolean, requestId: string): void;
}

/** Speaks `pieces` to the end, or until `signal` aborts. @throws APIError, retryable while nothing was heard; its cause is SPEECH_FAILED. */
export async function utter(
  voice: Connections,
  pieces: AsyncIterable<string>,
  sink: Sink,
  signal: AbortSignal,
): Promise<void> {
  let heard = false;
  let socket: SpeakSocket | undefined;
  const framer = new PcmFramer(voice.sampleRate);
  // One frame is held back, for the last must be marked as final.
  let held: AudioFrame | undefined;
  const put = (frame: AudioFrame | undefined, final: boolean): void => {
    if (held !== undefined) sink.put(held, final && frame === undefined, socket?.requestId ?? '');
    held = frame;
    if (final && frame !== undefined) put(undefined, true);
  };
  try {
    socket = await acquireUnless(signal, voice);
    if (socket === undefined) return;
    const speaking = socket;
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => resolve(), { once: true });
      speaking.begin({
        audio: (pcm) => {
          heard = true;
          for (const frame of framer.push(pcm)) put(frame, false);
        },
        done: resolve,
        lost: reject,
      });
      if (signal.aborted) resolve();
      else feed(speaking, pieces, sink, signal).catch(reject);
    });
    if (signal.aborted) speaking.cancel();
    else put(framer.rest(), true);
  } catch (error) {
    if (!signal.aborted) throw apiError(error, heard);
  } finally {
    if (socket !== undefined) voice.release(socket);
  }
}

/** A connection, or undefined as soon as `signal` aborts: the one on its way then serves the next utterance. */
async function acquireUnless(signal: AbortSignal, voice: Connections): Promise<SpeakSocket | undefined> {
  const acquired = voice.acquire();
  const aborted = new Promise<undefined>((resolve) => {
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
    if (signal.aborted) resolve(undefined);
  });
  const socket = await Promise.race([acquired, aborted]);
  if (socket === undefined) {
    acquired.then(
      (late) => voice.release(late),
      () => undefined,
    );
  }
  return socket;
}

async function feed(
  socket: SpeakSocket,
  pieces: AsyncIterable<string>,
  sink: Sink,
  signal: AbortSignal,
): Promise<void> {
  let first = true;
  let unflushed = 0;
  for await (const piece of pieces) {
    if (signal.aborted) return;
    sink.started();
    socket.speak(piece);
    unflushed += piece.length;
    // The last Flush of the minute is kept for the end of the text, without which the utterance would never finish.
    if ((first || unflushed >= VOICE.flushChars) && socket.flushesLeft > 1) {
      socket.flush();
      unflushed = 0;
    }
    first = false;
  }
  if (signal.aborted) return;
  if (unflushed > 0) socket.flush();
  socket.complete();
}

function apiError(error: unknown, heard: boolean): APIError {
  const cause =
    error instanceof OpenhoursError
      ? error
      : new OpenhoursError('SPEECH_FAILED', 'The voice failed', { cause: error });
  const { message } = cause;
  const { status, reason } = cause.details;
  const options = { retryable: !heard };
  const failed =
    typeof status === 'number'
      ? new APIStatusError({ message, options: { ...options, statusCode: status } })
      : reason === 'timeout'
        ? new APITimeoutError({ message, options })
        : new APIConnectionError({ message, options });
  failed.cause = cause;
  return failed;
}
