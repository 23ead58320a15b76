import type { TurnParts, TurnRecord } from '../src/clinic/calls.ts';
import { TURNS } from '../src/config/defaults.ts';
import type { Ledger } from './ledger.ts';

/** A message of the conversation, with what the framework has measured of it, in seconds. */
export interface SpokenItem {
  readonly role: string;
  readonly textContent?: string | undefined;
  /** When the turn was committed, or the answer begun: ms since the epoch. */
  readonly createdAt: number;
  readonly interrupted: boolean;
  readonly metrics: {
    readonly transcriptionDelay?: number;
    readonly endOfTurnDelay?: number;
    readonly llmNodeTtft?: number;
    readonly ttsNodeTtfb?: number;
    readonly e2eLatency?: number;
    /** Since the epoch. */
    readonly startedSpeakingAt?: number;
  };
}

/**
 * Measures what the framework leaves out: it drops its own times of a turn where recogniser and voice activity disagree about when the caller
 * began to speak.
 */
export class TurnTimes {
  /** Ms since the epoch. */
  #callerStoppedAt: number | undefined;

  /** To be called with each state of the caller: silence is told once it has lasted. */
  callerState(state: string): void {
    if (state !== 'speaking') this.#callerStoppedAt = Date.now() - TURNS.vadSilenceMs;
  }

  /** From the caller's last sound to an instant, ms; undefined where they were not heard to stop before it. */
  since(instantMs: number | undefined): number | undefined {
    if (instantMs === undefined || this.#callerStoppedAt === undefined) return undefined;
    const passedMs = Math.round(instantMs - this.#callerStoppedAt);
    return passedMs > 0 ? passedMs : undefined;
  }

  /** The answer has been heard: what comes next without a word of the caller has nobody waiting for it. */
  answered(): void {
    this.#callerStoppedAt = undefined;
  }
}

/** Puts what was said on record, in the turn it belongs to. */
export function recordItem(ledger: Ledger, times: TurnTimes, item: SpokenItem): void {
  const text = item.textContent ?? '';
  if (item.role === 'user') {
    // Reported late: the reply may have begun by now.
    ledger.beginTurn({ caller_text: text, parts: listeningParts(item, times) }, item.createdAt);
  } else if (item.role === 'assistant') {
    ledger.agentSaid(text, item.createdAt, answer(item, times));
    times.answered();
  }
}

const ms = (seconds: number | undefined) => (seconds === undefined ? undefined : Math.round(seconds * 1_000));

function listeningParts({ metrics, createdAt }: SpokenItem, times: TurnTimes): TurnParts {
  return known({
    recognitionMs: ms(metrics.transcriptionDelay),
    endpointingMs: ms(metrics.endOfTurnDelay) ?? times.since(createdAt),
  });
}

function answer({ metrics, interrupted }: SpokenItem, times: TurnTimes): Omit<TurnRecord, 'agent_text'> {
  const parts = known({ languageMs: ms(metrics.llmNodeTtft), speechMs: ms(metrics.ttsNodeTtfb) });
  const latency = ms(metrics.e2eLatency) ?? times.since(ms(metrics.startedSpeakingAt));
  return { interrupted, parts, ...known({ latency_ms: latency }) };
}

/** Without what is not known. */
function known<Values extends Record<string, number | undefined>>(
  values: Values,
): Record<keyof Values, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Record<
    keyof Values,
    number
  >;
}
