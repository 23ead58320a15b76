import { RoomEvent } from '@livekit/rtc-node';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CALLBACK_TEXT,
  CONNECTING_OR_AGAIN_TEXT,
  CONNECTING_OR_CALLBACK_TEXT,
  CONNECTING_TEXT,
  NOBODY_THERE_TEXT,
  PASS_ON_TEXT,
  STOPPING_TEXT,
} from '../src/clinic/sentences.ts';
import { CALL, WRAPPING } from '../src/config/defaults.ts';
import type { CallEnd } from './call.ts';
import type { CallState } from './call-state.ts';
import type { LiveCall } from './live-call.ts';
import type { TransferOutcome } from '../src/providers/sip-transfer.ts';
import type { WrapUpOrder } from './worker-link.ts';

/**
 * Finishes a call that cannot go on here, within the order's time: handed to another worker in the same room, else transferred to the clinic's
 * own number, else with a callback that is stored before it is promised. The caller hears a sentence about it, to its end.
 * @param left What is left of the time, asked again and again: a later order may shorten it.
 */
export async function wrapUp(
  call: LiveCall,
  order: Omit<WrapUpOrder, 'withinMs'>,
  left: Left,
): Promise<CallEnd> {
  call.log.warn({ ...order, withinMs: Math.round(left()) }, 'wrapping up');
  await waitForAPause(call, Math.min(WRAPPING.politeMs, left() * WRAPPING.politeShare));
  await fallSilent(call);
  if (order.handover && (await handOver(call, left))) return { leave: 'handed_over' };
  if (call.line.callerLeft()) return HUNG_UP;
  const calm = left() > WRAPPING.calmMs;
  const promise = calm && call.state.clinic.staff_number !== null ? NOBODY_THERE_TEXT : CALLBACK_TEXT;
  const transferred = await (calm
    ? ringFirst(call, order.reason, left)
    : promiseFirst(call, order.reason, left));
  if (transferred !== undefined) return transferred;
  return call.line.callerLeft() ? HUNG_UP : await owe(call, order.reason, left, promise);
}

const HUNG_UP: CallEnd = { outcome: 'abandoned', reason: 'caller_hung_up' };

/** What is left of the time, in ms. */
export type Left = () => number;

/** Waits for something that may hang, so that it does not cost the caller the goodbye. Undefined when it took longer; rejects as it does. */
async function within<T>(left: Left, work: Promise<T>): Promise<T | undefined> {
  const done = new AbortController();
  const late = async () => {
    while (left() > 0 && !done.signal.aborted) await wait(Math.min(WRAPPING.lookMs, left()));
    return undefined;
  };
  try {
    return await Promise.race([work, late()]);
  } finally {
    done.abort();
  }
}

/** A time of its own, that begins now. */
function atMost(limitMs: number): Left {
  const endsAt = performance.now() + limitMs;
  return () => endsAt - performance.now();
}

/** The end of the sentence that is being said, by either side. */
async function waitForAPause({ session, receiver }: LiveCall, limitMs: number): Promise<void> {
  const until = performance.now() + limitMs;
  const talking = () =>
    session.agentState === 'speaking' || session.userState === 'speaking' || receiver.prompting;
  while (talking() && performance.now() < until) await wait(WRAPPING.pollMs);
}

/** From here on the session answers nothing, so that nothing talks over what is said now. */
async function fallSilent({ session, receiver, state }: LiveCall): Promise<void> {
  state.silenced = true;
  try {
    session.input.setAudioEnabled(false);
    receiver.hush();
    session.interrupt({ force: true });
  } catch {
    // A session that is closed already is silent.
  }
}

/**
 * Dispatches another agent into the room, and says so meanwhile.
 * @returns True once it is there; the caller has heard the sentence then.
 */
async function handOver(call: LiveCall, left: Left): Promise<boolean> {
  const limitMs = Math.min(WRAPPING.joinMs, left() - WRAPPING.goodbyeMs);
  if (limitMs < 1_000) return false;
  const startedAt = performance.now();
  const said = call.announcer.say(PASS_ON_TEXT, {
    interruptible: false,
    recordFirst: true,
    withinMs: left() - WRAPPING.rowMs - CALL.lingerMs,
  });
  call.state.ledger.used(call.usage.take());
  // A database that is gone is waited for by its rows, and by nobody else.
  await within(atMost(WRAPPING.rowMs), call.state.ledger.written());
  const joined = anotherAgentJoins(call, limitMs - (performance.now() - startedAt));
  // Not waited for: that the other one is there is what counts.
  call.line.dispatchSuccessor().catch((error: unknown) => {
    call.log.error({ error }, 'no other agent could be dispatched');
  });
  const [there] = await Promise.all([joined, said]);
  if (!there) call.log.warn({ limitMs }, 'no other agent came');
  return there;
}

async function anotherAgentJoins({ room, line }: LiveCall, limitMs: number): Promise<boolean> {
  return await new Promise<boolean>((resolve) => {
    const finish = (result: boolean) => {
      clearTimeout(timer);
      room.off(RoomEvent.ParticipantConnected, look);
      resolve(result);
    };
    const look = () => {
      if (line.otherAgents().length > 0) finish(true);
    };
    const timer = setTimeout(() => finish(false), limitMs);
    room.on(RoomEvent.ParticipantConnected, look);
  });
}

/** Rings at the clinic for as long as people take to come to the telephone. Undefined when nobody answered, or there is nobody to ring. */
async function ringFirst(call: LiveCall, reason: string, left: Left): Promise<CallEnd | undefined> {
  const to = call.state.clinic.staff_number;
  if (to === null) return undefined;
  await call.announcer.say(CONNECTING_TEXT, { interruptible: false, withinMs: WRAPPING.goodbyeMs });
  return ended(await ring(call, to, () => left() - WRAPPING.goodbyeMs), reason);
}

/** In a hurry the callback is promised together with the transfer, for after it there is no time to say anything. */
async function promiseFirst(call: LiveCall, reason: string, left: Left): Promise<CallEnd | undefined> {
  const to = call.state.clinic.staff_number;
  if (to === null || left() < WRAPPING.transferMs) return undefined;
  const promised = await callbackStored(call, reason);
  await call.announcer.say(promised ? CONNECTING_OR_CALLBACK_TEXT : CONNECTING_OR_AGAIN_TEXT, {
    interruptible: false,
    withinMs: left() - CALL.lingerMs,
  });
  const outcome = await ring(call, to, () => left() - CALL.lingerMs);
  if (outcome === 'completed') return { outcome: 'transferred', reason };
  // Also to somebody who has hung up meanwhile: it was promised.
  if (promised) return { outcome: 'callback_owed', reason };
  return outcome === 'caller_left' ? HUNG_UP : { outcome: 'failed', reason };
}

/** Stores a callback that a transfer makes needless; false where nobody knows the number, or the database does not answer. */
async function callbackStored({ state, tasks, log }: LiveCall, reason: string): Promise<boolean> {
  const number = callbackNumber(state);
  if (number === undefined) return false;
  const body = { callback_number: number, reason, unless_transferred: true };
  const key = { id: state.callId, epoch: state.epoch };
  const stored = tasks.leaveMessage(key, { kind: 'callback', body }).catch((error: unknown) => {
    log.error({ error }, 'a callback could not be stored: none is promised');
  });
  return (await within(atMost(WRAPPING.rowMs), stored)) !== undefined;
}

/** Where the caller can be reached: the number they gave, if they hide the one they call from. */
function callbackNumber(state: CallState): string | undefined {
  return state.callerNumber ?? state.phone ?? state.proposal?.patientPhone;
}

async function ring(call: LiveCall, to: string, left: Left): Promise<TransferOutcome> {
  const ringingMs = Math.min(left(), CALL.transferRingMs);
  if (ringingMs <= 0) return 'no_answer';
  const outcome = (await within(left, call.line.transfer(to, ringingMs))) ?? 'no_answer';
  call.log.info({ transfer: outcome }, 'transfer');
  return outcome;
}

/** Undefined where the call is still ours. */
function ended(outcome: TransferOutcome, reason: string): CallEnd | undefined {
  if (outcome === 'completed') return { outcome: 'transferred', reason };
  return outcome === 'caller_left' ? HUNG_UP : undefined;
}

/** Stores a callback, and only then promises it. */
async function owe(call: LiveCall, reason: string, left: Left, promise: string): Promise<CallEnd> {
  const { tasks, log, state } = call;
  const number = callbackNumber(state);
  let promised = false;
  try {
    // Without a number nobody can be called back, and the row is left to whoever closes it.
    if (number !== undefined) {
      const key = { id: state.callId, epoch: state.epoch };
      const stored = await within(
        atMost(WRAPPING.rowMs),
        tasks.oweCallback(key, reason, { callback_number: number }),
      );
      promised = stored?.task_id != null;
    }
  } catch (error) {
    log.error({ error }, 'a callback could not be stored: none is promised');
  }
  const withinMs = Math.max(0, left() - CALL.lingerMs);
  await call.announcer.say(promised ? promise : STOPPING_TEXT, { interruptible: false, withinMs });
  await wait(CALL.lingerMs);
  return promised ? { outcome: 'callback_owed', reason } : { outcome: 'failed', reason };
}
