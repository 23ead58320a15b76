import { voice } from '@livekit/agents';
import { setTimeout as wait } from 'node:timers/promises';
import { ANSWERING } from '../src/config/desk-defaults.ts';
import type { Logger } from '../src/log.ts';
import type { CallState } from './call-state.ts';
import { hearSafety } from './safety.ts';

const { Close, UserInputTranscribed, UserStateChanged } = voice.AgentSessionEventTypes;

/** What has been heard since somebody or something picked up; instants of one clock, in ms. */
export interface FirstWords {
  readonly answeredAt: number;
  /** When the first sound began; undefined while there was none. */
  firstSoundAt: number | undefined;
  /** When the voice detector last told of a change. */
  changedAt: number;
  speaking: boolean;
  /** Final texts. */
  words: string;
  /** The session has taken what was said as a turn. */
  turnOver: boolean;
  left: boolean;
}

/** What listens to somebody. */
export interface Ears {
  readonly session: Pick<voice.AgentSession<CallState>, 'on' | 'off' | 'userState'>;
  readonly state: {
    readonly clinic: { readonly languages: readonly string[] };
    /** Grows when a turn is over. */
    readonly ledger: { readonly turnIndex: number };
  };
  readonly log: Logger;
}

/** Who has picked up. */
export type Answered = 'person' | 'machine' | 'left';

/**
 * Who has picked up, as soon as that can be said: a machine by its words, or because it speaks for longer than a person does; a person when
 * the first words are over, or do not come.
 *
 * @param languages Those that the clinic offers.
 */
export function judgeAnswer(heard: FirstWords, now: number, languages: readonly string[]): Answered | 'wait' {
  if (heard.left) return 'left';
  if (isMachine(heard.words, languages)) return 'machine';
  const { firstSoundAt, speaking, changedAt, turnOver } = heard;
  if (firstSoundAt === undefined) return now - heard.answeredAt > ANSWERING.silentMs ? 'person' : 'wait';
  if (speaking) return now - firstSoundAt > ANSWERING.longMs ? 'machine' : 'wait';
  const quietMs = now - changedAt;
  if (changedAt - firstSoundAt > ANSWERING.longMs) return 'machine';
  return quietMs > (turnOver ? ANSWERING.quietMs : ANSWERING.turnMs) ? 'person' : 'wait';
}

/** True for what only answering machines say. */
export function isMachine(words: string, languages: readonly string[]): boolean {
  return hearSafety(words, languages)?.kind === 'machine';
}

/** Listens to whoever picked up, without saying anything, until it is clear who did; or until `given` up, which is a person's end of it. */
export async function hearWhoAnswered(call: Ears, given: () => boolean): Promise<Answered> {
  const { session, state } = call;
  const answeredAt = performance.now();
  const before = state.ledger.turnIndex;
  const heard: FirstWords = {
    answeredAt,
    firstSoundAt: undefined,
    changedAt: answeredAt,
    speaking: false,
    words: '',
    turnOver: false,
    left: false,
  };
  const unlisten = follow(call, heard);
  try {
    for (;;) {
      heard.turnOver = state.ledger.turnIndex > before;
      const answered = judgeAnswer(heard, performance.now(), state.clinic.languages);
      if (answered !== 'wait') return answered;
      if (given()) return 'person';
      await wait(ANSWERING.pollMs);
    }
  } finally {
    unlisten();
    call.log.info(
      { tookMs: Math.round(performance.now() - answeredAt), userState: session.userState },
      'the callee has been listened to',
    );
  }
}

/** Waits until a machine has finished its greeting, and with it the tone; false when the line is gone, or it does not end. */
export async function waitForTone(call: Ears, given: () => boolean): Promise<boolean> {
  const startedAt = performance.now();
  const heard: FirstWords = {
    answeredAt: startedAt,
    firstSoundAt: undefined,
    changedAt: startedAt,
    speaking: call.session.userState === 'speaking',
    words: '',
    turnOver: false,
    left: false,
  };
  const unlisten = follow(call, heard);
  try {
    while (!heard.left && !given() && performance.now() - startedAt < ANSWERING.machineLongestMs) {
      if (!heard.speaking && performance.now() - heard.changedAt > ANSWERING.machineQuietMs) return true;
      await wait(ANSWERING.pollMs);
    }
    return false;
  } finally {
    unlisten();
  }
}

/** Notes what is heard from now on; the return ends it. */
export function follow({ session }: Ears, heard: FirstWords): () => void {
  const stateChanged = ({ newState }: { newState: string }) => {
    const speaking = newState === 'speaking';
    if (speaking) heard.firstSoundAt ??= performance.now();
    if (speaking !== heard.speaking) heard.changedAt = performance.now();
    heard.speaking = speaking;
  };
  const transcribed = ({ isFinal, transcript }: { isFinal: boolean; transcript: string }) => {
    if (isFinal) heard.words = `${heard.words} ${transcript}`.trim();
  };
  const closed = () => (heard.left = true);
  session.on(UserStateChanged, stateChanged);
  session.on(UserInputTranscribed, transcribed);
  session.on(Close, closed);
  return () => {
    session.off(UserStateChanged, stateChanged);
    session.off(UserInputTranscribed, transcribed);
    session.off(Close, closed);
  };
}
