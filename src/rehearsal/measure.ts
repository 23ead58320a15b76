import type { Speech } from './hearing.ts';

/** Something the caller said; times are `performance.now()` milliseconds of the sound on the wire. */
export interface CallerTurn {
  readonly text: string;
  readonly startedAt: number;
  readonly endedAt: number;
  /** It was meant to interrupt the agent. */
  readonly interrupting: boolean;
}

/** What the caller observed; times are `performance.now()` milliseconds. */
export interface Observed {
  /** Dialling began. */
  readonly dialledAt: number;
  /** The caller was in the room and heard ringing. */
  readonly joinAt: number;
  /** An agent's audio was subscribed and the call set to `active`. */
  readonly answeredAt: number | undefined;
  /** The end of the call, or now. */
  readonly until: number;
  readonly turns: readonly CallerTurn[];
  readonly agentSpeech: readonly Speech[];
}

/** How one turn went. */
export interface MeasuredTurn extends CallerTurn {
  /** The agent's first sound after the caller's last one. */
  readonly replyAt: number | undefined;
  /** From the end of the caller's last sound on the wire to the agent's first sound received. */
  readonly latencyMs: number | undefined;
  /** The agent began to speak before the caller had finished: there is no latency then. */
  readonly spokenOver: boolean;
  /** From the start of an interruption to the agent's silence; undefined when the agent was not speaking, or has not stopped. */
  readonly bargeInMs: number | undefined;
}

/** The times of a call, in ms. */
export interface Measurements {
  readonly dialledAt: number;
  readonly joinAt: number;
  readonly answeredAt: number | undefined;
  /** To the agent's first sound: from the answer, and from the join. */
  readonly greetingMs: { readonly fromActive: number | undefined; readonly fromJoin: number | undefined };
  readonly turns: readonly MeasuredTurn[];
  /** The longest stretch since the answer in which neither spoke. */
  readonly longestSilenceMs: number;
}

/** An agent that is quiet for this long has stopped: pauses between two sentences are shorter. */
const STOPPED_MS = 500;

/** Turns what was observed into the call's times. */
export function measure(call: Observed): Measurements {
  const first = call.agentSpeech[0]?.startedAt;
  const since = (from: number | undefined) =>
    first === undefined || from === undefined ? undefined : first - from;
  return {
    dialledAt: call.dialledAt,
    joinAt: call.joinAt,
    answeredAt: call.answeredAt,
    greetingMs: { fromActive: since(call.answeredAt), fromJoin: since(call.joinAt) },
    turns: call.turns.map((turn, i) => measureTurn(turn, call, call.turns[i + 1]?.startedAt ?? call.until)),
    longestSilenceMs: call.answeredAt === undefined ? 0 : longestSilence(call, call.answeredAt),
  };
}

/** Whether the agent began to speak before the caller had finished, and went on. */
const isOver = (turn: CallerTurn, { startedAt, endedAt }: Speech): boolean =>
  startedAt > turn.startedAt && startedAt < turn.endedAt && endedAt > turn.endedAt;

/** The first sound that is the agent's answer to `turn`, not the rest of a sentence that the turn interrupted. */
export function replyTo(turn: CallerTurn, speech: readonly Speech[], until: number): Speech | undefined {
  if (!turn.interrupting) return speech.find((s) => s.startedAt >= turn.endedAt || isOver(turn, s));
  const interrupted = interruptedSpeech(turn, speech);
  const stopped = whereItStops(interrupted, until);
  if (interrupted.length > 0 && !stopped) return undefined;
  const from = Math.max(turn.endedAt, stopped?.endedAt ?? 0);
  return speech.find(({ startedAt }) => startedAt >= from);
}

function measureTurn(turn: CallerTurn, call: Observed, nextAt: number): MeasuredTurn {
  const reply = replyTo(turn, call.agentSpeech, call.until);
  const inTime = reply && reply.startedAt < nextAt ? reply : undefined;
  const spokenOver = inTime !== undefined && inTime.startedAt < turn.endedAt;
  return {
    ...turn,
    spokenOver,
    replyAt: inTime?.startedAt,
    latencyMs: inTime && !spokenOver ? inTime.startedAt - turn.endedAt : undefined,
    bargeInMs: turn.interrupting ? bargeIn(turn, call) : undefined,
  };
}

/** What the agent was saying when `turn` began, and everything since. */
function interruptedSpeech(turn: CallerTurn, speech: readonly Speech[]): readonly Speech[] {
  const from = speech.findIndex((s) => s.startedAt <= turn.startedAt && s.endedAt > turn.startedAt);
  return from < 0 ? [] : speech.slice(from);
}

function whereItStops(speech: readonly Speech[], until: number): Speech | undefined {
  return speech.find(({ endedAt }, i) => (speech[i + 1]?.startedAt ?? until) - endedAt >= STOPPED_MS);
}

function bargeIn(turn: CallerTurn, call: Observed): number | undefined {
  const stopped = whereItStops(interruptedSpeech(turn, call.agentSpeech), call.until);
  return stopped && stopped.endedAt - turn.startedAt;
}

function longestSilence(call: Observed, answeredAt: number): number {
  const sounds = [...call.agentSpeech, ...call.turns].toSorted((a, b) => a.startedAt - b.startedAt);
  let quietSince = answeredAt;
  let longest = 0;
  for (const { startedAt, endedAt } of sounds) {
    longest = Math.max(longest, Math.min(startedAt, call.until) - quietSince);
    quietSince = Math.max(quietSince, endedAt);
  }
  return Math.max(longest, call.until - quietSince);
}
