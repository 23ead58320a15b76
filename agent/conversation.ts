import { voice } from '@livekit/agents';
import { setTimeout as wait } from 'node:timers/promises';
import type { TurnParts, TurnRecord } from '../src/clinic/calls.ts';
import { CALL, TURNS } from '../src/config/defaults.ts';
import type { Logger } from '../src/log.ts';
import type { PreparedAudio } from '../src/providers/prepared-audio.ts';
import type { CallEnd } from './call.ts';
import type { CallState } from './call-state.ts';
import { SILENCE_GOODBYE_TEXT, SILENCE_TEXTS, STOPPING_TEXT } from '../src/clinic/sentences.ts';
import { say } from './say.ts';

/** What a conversation needs. */
export interface ConversationDeps {
  readonly session: voice.AgentSession<CallState>;
  readonly state: CallState;
  readonly prepared: PreparedAudio;
  readonly log: Logger;
  /** Aborted when the worker ends and this call has to. */
  readonly stopping: AbortSignal;
}

const { ConversationItemAdded, UserStateChanged, Close } = voice.AgentSessionEventTypes;

/** Talks until the call is over: the caller hung up, goodbyes were said, nobody spoke, or something broke. */
export async function converse(deps: ConversationDeps): Promise<CallEnd> {
  const end = await new Promise<CallEnd>((resolve) => {
    const limit = setTimeout(() => resolve({ outcome: 'completed', reason: 'longest_call' }), CALL.longestMs);
    const finish = (result: CallEnd) => {
      clearTimeout(limit);
      resolve(result);
    };
    const silence = new SilenceWatch(deps, finish);
    deps.session.on(ConversationItemAdded, ({ item }) => {
      if (item.type !== 'message') return;
      if (item.role === 'user') silence.heard();
      recordItem(deps.state, item);
      if (item.role === 'assistant' && deps.state.goodbye)
        void sayGoodbye(deps.state, item.interrupted, finish);
    });
    deps.session.on(UserStateChanged, ({ newState }) => {
      if (newState === 'away') void silence.ask();
      if (newState === 'speaking') silence.heard();
    });
    deps.stopping.addEventListener('abort', () => void sayWeMustEnd(deps, finish), { once: true });
    deps.session.on(Close, ({ reason, error }) => finish(closedBecause(reason, error)));
  });
  return bookedOr(deps.state, end);
}

/** The end that stands in the ledger: whatever else happened, a booking is what the call came to. */
function bookedOr(state: CallState, end: CallEnd): CallEnd {
  if (state.booked.length > 0) return { outcome: 'booked', reason: end.reason };
  const nothingSaid = state.ledger.turnIndex === 0;
  if (end.outcome === 'completed' && nothingSaid) return { outcome: 'abandoned', reason: end.reason };
  return end;
}

function closedBecause(reason: string, error: unknown): CallEnd {
  if (error !== null && error !== undefined) return { outcome: 'failed', reason: 'session_error' };
  if (reason === (voice.CloseReason.PARTICIPANT_DISCONNECTED as string))
    return { outcome: 'completed', reason: 'caller_hung_up' };
  return { outcome: 'failed', reason: 'worker_stopped' };
}

/** The worker ends now: one sentence, not to be interrupted, and as long as there is time for. */
async function sayWeMustEnd(deps: ConversationDeps, finish: (end: CallEnd) => void): Promise<void> {
  deps.log.warn('the worker ends: the caller is told');
  deps.session.interrupt({ force: true });
  const said = say(deps.session, deps.prepared, STOPPING_TEXT, { allowInterruptions: false });
  await Promise.race([said.then((sentence) => sentence.heard()), wait(CALL.stoppingMs)]);
  await wait(CALL.lingerMs);
  finish({ outcome: 'failed', reason: 'worker_stopped' });
}

async function sayGoodbye(
  state: CallState,
  interrupted: boolean,
  finish: (end: CallEnd) => void,
): Promise<void> {
  if (interrupted) {
    // "Oh, one more thing": the call goes on.
    state.goodbye = false;
    return;
  }
  await wait(CALL.lingerMs);
  finish({ outcome: 'completed', reason: 'goodbye' });
}

function recordItem(
  state: CallState,
  item: { role: string; textContent?: string | undefined; createdAt: number } & Measured,
): void {
  const text = item.textContent ?? '';
  if (item.role === 'user') {
    state.ledger.beginTurn({ caller_text: text, parts: listeningParts(item.metrics) });
  } else if (item.role === 'assistant') {
    state.ledger.agentSaid(text, item.createdAt, answer(item));
  }
}

interface Measured {
  interrupted: boolean;
  metrics: {
    transcriptionDelay?: number;
    endOfTurnDelay?: number;
    llmNodeTtft?: number;
    ttsNodeTtfb?: number;
    e2eLatency?: number;
  };
}

/** The framework measures in seconds. */
const ms = (seconds: number) => Math.round(seconds * 1_000);

function listeningParts({ transcriptionDelay, endOfTurnDelay }: Measured['metrics']): TurnParts {
  return {
    ...(transcriptionDelay === undefined ? {} : { recognitionMs: ms(transcriptionDelay) }),
    ...(endOfTurnDelay === undefined ? {} : { endpointingMs: ms(endOfTurnDelay) }),
  };
}

function answer({ metrics, interrupted }: Measured): Omit<TurnRecord, 'agent_text'> {
  const parts: TurnParts = {
    ...(metrics.llmNodeTtft === undefined ? {} : { languageMs: ms(metrics.llmNodeTtft) }),
    ...(metrics.ttsNodeTtfb === undefined ? {} : { speechMs: ms(metrics.ttsNodeTtfb) }),
  };
  return {
    interrupted,
    parts,
    ...(metrics.e2eLatency === undefined ? {} : { latency_ms: ms(metrics.e2eLatency) }),
  };
}

/** Asks a silent caller whether they are there, and ends the call politely after the last question. */
class SilenceWatch {
  readonly #deps: ConversationDeps;
  readonly #finish: (end: CallEnd) => void;
  #asked = 0;
  #spoke = 0;

  constructor(deps: ConversationDeps, finish: (end: CallEnd) => void) {
    this.#deps = deps;
    this.#finish = finish;
  }

  /** The caller said something. */
  heard(): void {
    this.#asked = 0;
    this.#spoke += 1;
  }

  /** Asks, waits, and asks again: the framework reports silence only once, so the waiting is ours. */
  async ask(): Promise<void> {
    const { session, prepared } = this.#deps;
    const spokeBefore = this.#spoke;
    while (this.#asked < TURNS.silentPrompts) {
      const speech = await say(session, prepared, SILENCE_TEXTS[this.#asked] ?? SILENCE_TEXTS[0]);
      this.#asked += 1;
      await speech.heard();
      await wait(TURNS.callerSilentMs);
      if (this.#spoke !== spokeBefore) return;
    }
    const goodbye = await say(session, prepared, SILENCE_GOODBYE_TEXT);
    await goodbye.heard();
    if (this.#spoke === spokeBefore) this.#finish({ outcome: 'completed', reason: 'caller_silent' });
  }
}
