import { voice } from '@livekit/agents';
import { DisconnectReason, RoomEvent } from '@livekit/rtc-node';
import { setTimeout as wait } from 'node:timers/promises';
import { CLOSING_SOON_TEXT, LINE_BACK_TEXT, SHORT_OF_TIME_TEXT } from '../src/clinic/sentences.ts';
import { CALL, TURNS, WRAPPING } from '../src/config/defaults.ts';
import type { CallEnd } from './call.ts';
import type { CallState, TransferWish } from './call-state.ts';
import { connectCaller } from './connect.ts';
import { Keypad } from './keypad.ts';
import type { LiveCall } from './live-call.ts';
import { SilenceGuard } from './silence-guard.ts';
import { TurnTimes, recordItem } from './turn-times.ts';
import { wrapUp } from './wrap-up.ts';
import type { WorkerLink, WrapUpOrder } from './worker-link.ts';

const { ConversationItemAdded, UserStateChanged, Close } = voice.AgentSessionEventTypes;

/** What an agent that does not work any more has: time enough for a successor, a transfer that rings, or a callback. */
const BROKEN_MS = 25_000;

/**
 * Talks until the call is over: the caller hung up, goodbyes were said, nobody spoke, the worker wants it to end, or something broke.
 * Whatever it was, the caller has heard a last sentence when this resolves, unless they left; but not where `cutShort` has ended it.
 */
export async function converse(
  call: LiveCall,
  worker: WorkerLink,
  cutShort: Promise<CallEnd> = new Promise(() => undefined),
): Promise<CallEnd> {
  const conversation = new Conversation(call, worker);
  try {
    const end = await Promise.race([conversation.ended, cutShort]);
    return bookedOr(call.state, end);
  } finally {
    conversation.stop();
  }
}

class Conversation {
  readonly ended: Promise<CallEnd>;
  readonly #call: LiveCall;
  readonly #times = new TurnTimes();
  readonly #guard: SilenceGuard;
  readonly #keypad: Keypad;
  readonly #limit: NodeJS.Timeout;
  readonly #notice: NodeJS.Timeout;
  #finish!: (end: CallEnd) => void;
  readonly #unlisten: () => void;
  #wrapping = false;
  #over = false;
  /** When the call has to be over; on the clock of `performance`. */
  #endsAt = Infinity;
  #bargeIn: NodeJS.Timeout | undefined;
  /** While the clinic's telephone rings for the caller. */
  #connecting: Promise<void> | undefined;
  readonly #hurry = new AbortController();
  readonly #givenUp = new AbortController();
  /** The connection is being made anew, and nothing is heard on either side. */
  #lineLost = false;

  constructor(call: LiveCall, worker: WorkerLink) {
    this.#call = call;
    this.ended = new Promise((resolve) => {
      this.#finish = (end) => {
        this.#over = true;
        resolve(end);
      };
    });
    const { session, state } = call;
    session.on(ConversationItemAdded, ({ item }) => {
      if (item.type !== 'message') return;
      recordItem(state.ledger, this.#times, item);
      // After each answer, so that a process that is killed takes little along.
      if (item.role === 'assistant') state.ledger.used(call.usage.take());
      if (item.role !== 'assistant') return;
      if (state.goodbye) void this.#sayGoodbye(item.interrupted);
      else this.#connectAfter(item.textContent ?? '');
    });
    session.on(UserStateChanged, ({ newState }) => {
      this.#times.callerState(newState);
      this.#callerState(newState);
    });
    session.on(Close, ({ reason, error }) => this.#closed(reason, error));
    call.room
      .on(RoomEvent.Disconnected, this.#disconnected)
      .on(RoomEvent.ParticipantDisconnected, this.#participantGone)
      .on(RoomEvent.Reconnected, this.#reconnected);
    state.ledger.onTakenOver = () => this.#finish({ leave: 'call_taken_over' });
    this.#guard = new SilenceGuard(call, {
      callerSilent: () => this.#finish({ outcome: 'completed', reason: 'caller_silent' }),
      broken: (how, everywhere) =>
        this.wrapUp({ reason: how, withinMs: BROKEN_MS, handover: !everywhere && !state.resumed }),
    });
    this.#keypad = new Keypad(call);
    this.#limit = setTimeout(
      () => this.wrapUp({ reason: 'longest_call', withinMs: BROKEN_MS, handover: false }),
      CALL.longestMs,
    );
    this.#notice = setTimeout(() => this.#tellTime(), CALL.longestMs - CALL.longestNoticeMs);
    this.#unlisten = worker.listen({
      wrapUp: (order) => this.wrapUp(order),
      closingSoon: () => void call.announcer.say(CLOSING_SOON_TEXT),
      shortOfTime: () => this.#tellTime(),
    });
  }

  /** From here on nothing that happens to the call is ours: a session that closes behind us broke nothing. */
  stop(): void {
    this.#wrapping = true;
    this.#unlisten();
    this.#call.room
      .off(RoomEvent.Disconnected, this.#disconnected)
      .off(RoomEvent.ParticipantDisconnected, this.#participantGone)
      .off(RoomEvent.Reconnected, this.#reconnected);
    this.#guard.stop();
    this.#keypad.stop();
    clearTimeout(this.#limit);
    clearTimeout(this.#notice);
    clearTimeout(this.#bargeIn);
  }

  /** Begins to finish the call. A second order only leaves less time: of a worker that ends while this is under way. */
  wrapUp({ withinMs, ...order }: WrapUpOrder): void {
    this.#endsAt = Math.min(this.#endsAt, performance.now() + withinMs);
    if (this.#wrapping) return;
    this.#wrapping = true;
    this.#guard.stop();
    const left = () => this.#endsAt - performance.now();
    // A telephone that rings for the caller already is not rung again beside it.
    const rung = Promise.race([this.#connecting, wait(Math.max(0, left() - WRAPPING.goodbyeMs))]);
    const free = this.#connecting === undefined ? Promise.resolve() : rung;
    this.#hurry.abort();
    const wrapped = free.then(() => {
      this.#givenUp.abort();
      return this.#over ? undefined : wrapUp(this.#call, order, left);
    });
    wrapped.then(
      (end) => end && this.#finish(end),
      (error: unknown) => {
        this.#call.log.error({ error }, 'the call could not be wrapped up');
        this.#finish({ outcome: 'failed', reason: order.reason });
      },
    );
  }

  #tellTime(): void {
    if (!this.#wrapping) void this.#call.announcer.say(SHORT_OF_TIME_TEXT);
  }

  /** Prepared audio gives way to the caller as the session's own speech does, and as fast. */
  #callerState(state: string): void {
    clearTimeout(this.#bargeIn);
    if (state !== 'speaking') return;
    this.#bargeIn = setTimeout(
      () => this.#call.receiver.stopPrompt(),
      TURNS.interruptionMs - TURNS.vadMinSpeechMs,
    );
  }

  /** Connects the caller once they have heard that they will be; whoever speaks into that wants something else, except in an emergency. */
  #connectAfter(said: string): void {
    const { state } = this.#call;
    const wish = state.transferWish;
    if (wish === undefined || this.#wrapping) return;
    if (!said.includes(wish.after)) {
      const spokenInto = wish.turnIndex < state.ledger.turnIndex;
      if (!spokenInto) return;
      if (wish.reason !== 'emergency') {
        state.transferWish = undefined;
        return;
      }
    }
    state.transferWish = undefined;
    this.#guard.hold();
    this.#connecting = this.#connect(wish);
  }

  async #connect(wish: TransferWish): Promise<void> {
    try {
      const end = await connectCaller(this.#call, wish, {
        hurry: this.#hurry.signal,
        givenUp: this.#givenUp.signal,
      });
      if (end !== undefined) this.#finish(end);
    } catch (error) {
      this.#call.log.error({ error }, 'the caller could not be connected');
      this.#call.state.silenced = this.#wrapping;
    } finally {
      this.#connecting = undefined;
      if (!this.#wrapping) this.#guard.release();
    }
  }

  async #sayGoodbye(interrupted: boolean): Promise<void> {
    if (interrupted) {
      // "Oh, one more thing": the call goes on.
      this.#call.state.goodbye = false;
      return;
    }
    await wait(CALL.lingerMs);
    if (!this.#wrapping) this.#finish({ outcome: 'completed', reason: 'goodbye' });
  }

  /** Whoever took us for lost has removed us, and put another agent in our place: the room is theirs. */
  readonly #disconnected = (reason?: DisconnectReason) => {
    if (reason === DisconnectReason.PARTICIPANT_REMOVED || reason === DisconnectReason.DUPLICATE_IDENTITY) {
      this.#finish({ leave: 'call_taken_over' });
    }
  };

  /** A connection that is only resumed shows nobody as gone, and loses no sound. */
  readonly #participantGone = () => {
    this.#lineLost ||= this.#call.line.reconnecting();
  };

  readonly #reconnected = () => {
    if (this.#lineLost && !this.#wrapping) void this.#call.announcer.say(LINE_BACK_TEXT);
    this.#lineLost = false;
  };

  /** A session closes because the caller left, or because something broke: then the line is still open, and somebody on it. */
  #closed(reason: string, error: unknown): void {
    if (reason === (voice.CloseReason.PARTICIPANT_DISCONNECTED as string)) {
      // A caller who is connected leaves, too: how that ended is about to be known.
      void Promise.resolve(this.#connecting).then(() =>
        this.#finish({ outcome: 'completed', reason: 'caller_hung_up' }),
      );
      return;
    }
    if (this.#wrapping) return;
    this.#call.log.error({ reason, error }, 'the session closed');
    this.wrapUp({ reason: 'session_error', withinMs: BROKEN_MS, handover: !this.#call.state.resumed });
  }
}

/** The end that stands in the ledger: whatever else happened, a booking is what the call came to. */
function bookedOr(state: CallState, end: CallEnd): CallEnd {
  if ('leave' in end || end.outcome === 'transferred' || end.outcome === 'callback_owed') return end;
  if (state.booked.length > 0) return { outcome: 'booked', reason: end.reason };
  if (end.outcome !== 'completed') return end;
  if (state.ledger.turnIndex === 0) return { outcome: 'abandoned', reason: end.reason };
  return state.resumed ? { outcome: 'handed_over', reason: end.reason } : end;
}
