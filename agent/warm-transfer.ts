import { setTimeout as wait } from 'node:timers/promises';
import { findClaims } from '../src/clinic/claims.ts';
import {
  BRIEFING_QUESTION_TEXT,
  CONNECTED_TEXT,
  FILLER_TEXTS,
  briefingText,
  emergencyBriefingText,
} from '../src/clinic/sentences.ts';
import { CALL, TURNS, WRAPPING } from '../src/config/defaults.ts';
import { ANSWERING, BRIEFING } from '../src/config/desk-defaults.ts';
import type { TransferOutcome } from '../src/providers/sip-transfer.ts';
import type { Announced } from './announcer.ts';
import { type Ears, type FirstWords, follow, hearWhoAnswered, isMachine } from './answering.ts';
import type { CallState, TransferWish } from './call-state.ts';
import type { FrontDesk } from './front-desk.ts';
import { keepCompany } from './hold.ts';
import type { LiveCall } from './live-call.ts';

/** What a transfer has to heed while it is under way. */
export interface TransferClock {
  /** The call has to end soon: whoever has picked up is connected without more words. */
  readonly hurry: AbortSignal;
  /** The time is up: it has come to nothing. */
  readonly givenUp: AbortSignal;
}

/** How it ended; `cold`: nobody could be called this way, and they may be in another. */
export type WarmOutcome = TransferOutcome | 'cold';

/**
 * Calls somebody at the clinic into the caller's room, tells them who is calling and what about, and connects the two when they agree. The
 * caller hears it ring, and the briefing; the two do not hear each other before. After anything but `completed` nobody else is in the room.
 */
export async function transferWarm(
  call: LiveCall,
  desk: FrontDesk,
  to: string,
  wish: TransferWish,
  clock: TransferClock,
): Promise<WarmOutcome> {
  const over = watch(call, desk, clock);
  const { signal } = over;
  const endRinging = keepCompany(call);
  let outcome: WarmOutcome = 'failed';
  try {
    const path = walk({ call, desk, wish, hurry: clock.hurry, over: signal }, to, endRinging);
    path.catch(() => undefined); // where it is over before
    outcome = await Promise.race([path, over.ended]);
  } catch (error) {
    call.log.error({ error }, 'nobody at the clinic could be called into the room');
    outcome = 'cold';
  } finally {
    over.stop();
    endRinging();
    if (outcome !== 'completed') {
      call.session.interrupt({ force: true });
      await desk.hangUp();
    }
    await desk.close();
  }
  return outcome;
}

/** One try, as its parts share it. */
interface Try {
  readonly call: LiveCall;
  readonly desk: FrontDesk;
  readonly wish: TransferWish;
  readonly hurry: AbortSignal;
  /** It has its outcome: nothing more is said or done. */
  readonly over: AbortSignal;
}

/** Resolves when there is nobody left to be connected. */
function watch(
  call: LiveCall,
  desk: FrontDesk,
  { givenUp }: TransferClock,
): { ended: Promise<WarmOutcome>; signal: AbortSignal; stop: () => void } {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<WarmOutcome>((resolve) => {
    timer = setInterval(() => {
      if (call.line.callerLeft()) resolve('caller_left');
      else if (givenUp.aborted || desk.left) resolve('no_answer');
    }, BRIEFING.pollMs);
  });
  const stop = () => {
    clearInterval(timer);
    over.abort();
  };
  return { ended, signal: over.signal, stop };
}

async function walk(trying: Try, to: string, endRinging: () => void): Promise<WarmOutcome> {
  const { call, desk, hurry, over } = trying;
  const dialled = await desk.ring(to, CALL.transferRingMs);
  if (dialled.outcome !== 'answered') return dialled.trouble ? 'cold' : dialled.outcome;
  endRinging();
  if (!hurry.aborted && !over.aborted) {
    await desk.keepApart();
    const answer = await agreed(trying);
    call.log.info({ answer }, 'the front desk was asked');
    if (answer !== 'yes') return answer === 'no' ? 'busy' : 'no_answer';
  }
  if (over.aborted || !(await desk.join())) return 'failed';
  const withinMs = hurry.aborted ? WRAPPING.rowMs : undefined;
  await call.announcer.say(CONNECTED_TEXT, { interruptible: false, ...(withinMs && { withinMs }) });
  return 'completed';
}

/** What somebody says to being asked; `machine` and `silent` are nobody. */
type Reply = 'yes' | 'no' | 'machine' | 'silent';

async function agreed({ call, desk, wish, hurry, over }: Try): Promise<Reply> {
  const { announcer } = call;
  const enough = () => hurry.aborted || over.aborted || desk.keys > 0;
  // The caller has heard nothing since the last ring.
  const patience = setTimeout(() => void announcer.say(FILLER_TEXTS[0]), BRIEFING.waitMs);
  const who = await hearWhoAnswered(desk.ears, enough);
  clearTimeout(patience);
  if (who !== 'person') return 'machine';
  const emergency = wish.reason === 'emergency';
  const text = emergency ? emergencyBriefingText(call.state.clinic) : briefing(call.state, wish.reason);
  for (let asked = 1; asked <= BRIEFING.asks; asked += 1) {
    const said = await sayUntil(call, asked === 1 ? text : BRIEFING_QUESTION_TEXT, enough);
    // Without a voice nobody can be asked, and a person is there all the same.
    if (said === 'unspoken' || emergency) return 'yes';
    const reply = await hearReply(desk.ears, enough);
    if (reply !== 'silent') return reply;
  }
  return 'silent';
}

/** Says a sentence that the caller does not interrupt, but a key of the other side does. */
async function sayUntil({ announcer, session }: LiveCall, text: string, enough: () => boolean) {
  if (enough()) return 'stopped';
  let said: Announced | undefined;
  const saying = announcer.say(text, { interruptible: false }).then((result) => (said = result));
  while (said === undefined && !enough()) await Promise.race([saying, wait(BRIEFING.pollMs)]);
  if (said === undefined) session.interrupt({ force: true });
  return said ?? 'stopped';
}

/** What is told of the caller: whom the call has verified, and the wish in the words in which it was made, but nothing that claims to be done. */
export function briefing(state: CallState, reason: string): string {
  const about = reason === 'asked_for' || findClaims(reason).length > 0 ? undefined : reason;
  const names = [...state.verified.values()].map(({ full_name: name }) => name);
  return briefingText(
    state.clinic,
    names.filter((name) => about?.includes(name) !== true),
    about,
  );
}

/** Listens for the answer to a question that has just been asked. */
async function hearReply(ears: Ears, enough: () => boolean): Promise<Reply> {
  const askedAt = performance.now();
  const speaking = ears.session.userState === 'speaking';
  const heard: FirstWords = {
    answeredAt: askedAt,
    firstSoundAt: speaking ? askedAt : undefined,
    changedAt: askedAt,
    speaking,
    words: '',
    turnOver: false,
    left: false,
  };
  const unlisten = follow(ears, heard);
  try {
    for (;;) {
      if (enough()) return 'yes';
      const reply = judgeReply(heard, performance.now(), ears.state.clinic.languages);
      if (reply !== 'wait') return reply;
      await wait(BRIEFING.pollMs);
    }
  } finally {
    unlisten();
  }
}

const NO =
  /(?<!\p{L})(?:no|not|nope|busy|later|cannot|can['’]?t|don['’]?t|ahora no|ocupad[oa]|nahi|nahin|نہیں|نہ)(?!\p{L})/iu;
const YES =
  /(?<!\p{L})(?:yes|yeah|yep|sure|okay|ok|please|go ahead|problem|put|sí|claro|adelante|ji|haan|جی|ہاں)(?!\p{L})/iu;

/** What the answer is, as soon as that can be said; somebody whose words are not understood has agreed, for they are there and speak. */
export function judgeReply(
  heard: FirstWords,
  now: number,
  languages: Ears['state']['clinic']['languages'],
): Reply | 'wait' {
  const { firstSoundAt, answeredAt, changedAt, speaking, words, turnOver } = heard;
  if (isMachine(words, languages)) return 'machine';
  if (firstSoundAt === undefined) return now - answeredAt > BRIEFING.replyMs ? 'silent' : 'wait';
  if (speaking) return now - firstSoundAt > ANSWERING.longMs ? 'machine' : 'wait';
  const quietMs = now - changedAt + TURNS.vadSilenceMs;
  const understood = words !== '' || turnOver;
  if (quietMs < (understood ? BRIEFING.quietMs : BRIEFING.wordsMs)) return 'wait';
  return NO.test(words) && !YES.test(words) ? 'no' : 'yes';
}
