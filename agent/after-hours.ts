import { type inference, voice } from '@livekit/agents';
import { type RemoteParticipant, RoomEvent } from '@livekit/rtc-node';
import { DateTime } from 'luxon';
import { setTimeout as wait } from 'node:timers/promises';
import type { ClinicProfile } from '../src/clinic/clinics.ts';
import { nextOpening } from '../src/clinic/hours.ts';
import { AFTER_HOURS_GOODBYE_TEXT, MESSAGE_TAKEN_TEXT, STOPPING_TEXT } from '../src/clinic/sentences.ts';
import { CALL_SENTENCES as SAY } from '../src/clinic/fixed-sentences.ts';
import { callLanguage, filled } from '../src/clinic/phrasebook.ts';
import { speakerOf } from '../src/clinic/spoken-languages.ts';
import { AFTER_HOURS, CALL } from '../src/config/defaults.ts';
import type { CallEnd } from './call.ts';
import type { LiveCall } from './live-call.ts';
import type { WorkerLink } from './worker-link.ts';

/** What a caller hears when the clinic is closed: that it is, when it opens, what to do in an emergency, and that a message is taken. */
export function afterHoursText(clinic: ClinicProfile, nowMs: number): string {
  const opensAt = nextOpening(clinic, nowMs);
  const language = callLanguage(clinic.language);
  const speaker = speakerOf(language);
  const parts = [filled(SAY.closedNow[language], { clinic: clinic.name })];
  if (opensAt !== undefined) {
    const start = DateTime.fromMillis(opensAt, { zone: clinic.time_zone });
    const [date, time] = [speaker.spokenDate(start), speaker.spokenTime(start)];
    parts.push(filled(SAY.opensAgain[language], { date, time }));
  }
  parts.push(clinic.emergency_line ?? SAY.closedEmergency[language], SAY.leaveMessageNow[language]);
  return parts.join(' ');
}

/** What a caller hears who presses 0 for a person when the clinic is closed. */
export function nobodyInText(clinic: ClinicProfile): string {
  const language = callLanguage(clinic.language);
  const closed = filled(SAY.closedNow[language], { clinic: clinic.name });
  return [closed, clinic.emergency_line ?? SAY.closedEmergency[language], SAY.leaveMessageNow[language]].join(
    ' ',
  );
}

/**
 * Takes a message, without a language model: nothing has to be understood, and nothing can be promised that is not so. The message is stored
 * before it is confirmed, and also when the caller hangs up while speaking.
 */
export async function takeMessage(call: LiveCall, text: string, worker: WorkerLink): Promise<CallEnd> {
  const { session, state, announcer } = call;
  const words: string[] = [];
  let lastSoundAt = performance.now();
  let over = false;
  session.on(voice.AgentSessionEventTypes.UserInputTranscribed, ({ isFinal, transcript }) => {
    // The final text of an utterance comes up to a second after it.
    if (!isFinal) lastSoundAt = performance.now();
    if (!isFinal || transcript.trim() === '') return;
    words.push(transcript.trim());
    state.ledger.beginTurn({ caller_text: transcript });
  });
  session.on(voice.AgentSessionEventTypes.UserStateChanged, ({ newState }) => {
    if (newState === 'speaking') call.receiver.stopPrompt();
    lastSoundAt = performance.now();
  });
  let left = false;
  session.on(voice.AgentSessionEventTypes.Close, () => (left = over = true));
  const zero = hearZero(call);
  // What was said until then is the message.
  worker.listen({ wrapUp: () => (over = true), closingSoon: () => undefined, shortOfTime: () => undefined });
  await announcer.say(text);
  lastSoundAt = performance.now();
  const until = performance.now() + AFTER_HOURS.messageMs;
  while (!over && performance.now() < until) {
    if (zero.pressed) {
      zero.stop(); // once: whoever presses it again has heard it
      await announcer.say(nobodyInText(state.clinic));
      lastSoundAt = performance.now();
    }
    const quietMs = performance.now() - lastSoundAt;
    if (session.userState !== 'speaking' && quietMs > quietLimit(words)) break;
    await wait(AFTER_HOURS.pollMs);
  }
  zero.stop();
  const message = words.join(' ').slice(0, AFTER_HOURS.messageChars);
  const goodbye = async (sentence: string) => {
    if (left) return;
    await announcer.say(sentence, { interruptible: false });
    await wait(CALL.lingerMs);
  };
  if (message === '') {
    await goodbye(AFTER_HOURS_GOODBYE_TEXT);
    return { outcome: 'after_hours', reason: 'no_message' };
  }
  const stored = await storeMessage(call, message);
  await goodbye(stored ? MESSAGE_TAKEN_TEXT : STOPPING_TEXT);
  return stored
    ? { outcome: 'after_hours', reason: 'message_taken' }
    : { outcome: 'failed', reason: 'message_not_stored' };
}

/** Notices that the caller presses 0, which stops the sentence that is being said. */
function hearZero({ room, line, session, receiver, log }: LiveCall): { pressed: boolean; stop: () => void } {
  const heard = { pressed: false, stop: () => undefined as void };
  const received = (code: number, digit: string, participant?: RemoteParticipant) => {
    const zero = digit === '0' || (digit === '' && code === 0);
    if (!zero || participant === undefined || !line.isCaller(participant)) return;
    heard.pressed = true;
    receiver.stopPrompt();
    try {
      session.interrupt();
    } catch (error) {
      log.debug({ error }, 'a key did not stop the sentence');
    }
  };
  heard.stop = () => {
    heard.pressed = false;
    room.off(RoomEvent.DtmfReceived, received);
  };
  room.on(RoomEvent.DtmfReceived, received);
  return heard;
}

/** Stores a message for as long as a caller can be kept waiting; the same message twice is one. */
async function storeMessage({ tasks, state, log }: LiveCall, message: string): Promise<boolean> {
  const until = performance.now() + CALL.closeRowsMs;
  const store = async () => {
    for (;;) {
      try {
        const key = { id: state.callId, epoch: state.epoch };
        const body = state.ledger.taskBody({ message });
        await tasks.leaveMessage(key, { kind: 'message', body });
        return true;
      } catch (error) {
        log.error({ error }, 'a message could not be stored');
        await wait(CALL.openRetryMs);
        if (performance.now() >= until) return false;
      }
    }
  };
  return await Promise.race([store(), wait(CALL.closeRowsMs, false)]);
}

/** Somebody who has spoken has finished sooner than somebody who has not begun. */
function quietLimit(words: readonly string[]): number {
  return words.length === 0 ? AFTER_HOURS.beginMs : AFTER_HOURS.endMs;
}

/** A session that only listens. */
export function createMessageSession<T>(
  vad: inference.VAD,
  stt: NonNullable<ConstructorParameters<typeof voice.AgentSession<T>>[0]>['stt'],
  tts: NonNullable<ConstructorParameters<typeof voice.AgentSession<T>>[0]>['tts'],
  userData: T,
): voice.AgentSession<T> {
  return new voice.AgentSession<T>({
    userData,
    vad,
    ...(stt === undefined ? {} : { stt }),
    ...(tts === undefined ? {} : { tts }),
    userAwayTimeout: null,
    aecWarmupDuration: null,
  });
}
