import { RoomEvent } from '@livekit/rtc-node';
import { setTimeout as wait } from 'node:timers/promises';
import {
  CALLBACK_TEXT,
  CONNECTING_TEXT,
  NOBODY_THERE_TEXT,
  PASS_ON_TEXT,
  STOPPING_TEXT,
} from '../src/clinic/sentences.ts';
import { CALL, WRAPPING } from '../src/config/defaults.ts';
import type { CallEnd } from './call.ts';
import type { LiveCall } from './live-call.ts';
import type { WrapUpOrder } from './worker-link.ts';

/**
 * Finishes a call that cannot go on here, within the order's time: handed to another worker in the same room, else transferred to the clinic's
 * own number, else with a callback that is stored before it is promised. The caller hears a sentence about it, to its end.
 */
export async function wrapUp(call: LiveCall, order: WrapUpOrder): Promise<CallEnd> {
  const endsAt = performance.now() + order.withinMs;
  const left = () => endsAt - performance.now();
  call.log.warn({ reason: order.reason, withinMs: order.withinMs, handover: order.handover }, 'wrapping up');
  await waitForAPause(call, Math.min(WRAPPING.politeMs, order.withinMs / 5));
  await fallSilent(call);
  if (order.handover && (await handOver(call, left))) return { leave: 'handed_over' };
  const transferred = await transfer(call, left);
  if (transferred === 'completed') return { outcome: 'transferred', reason: order.reason };
  if (transferred === 'caller_left') return { outcome: 'abandoned', reason: 'caller_hung_up' };
  return await owe(call, order.reason, left, transferred === undefined ? CALLBACK_TEXT : NOBODY_THERE_TEXT);
}

/** What is left of the order's time. */
type Left = () => number;

/** Waits for something that may hang, so that it does not cost the caller the goodbye. Undefined when it took longer; rejects as it does. */
async function atMost<T>(limitMs: number, work: Promise<T>): Promise<T | undefined> {
  const done = new AbortController();
  const late = wait(Math.max(0, limitMs), undefined, { signal: done.signal }).catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}

/** The end of the sentence that is being said, by either side. */
async function waitForAPause({ session, receiver }: LiveCall, limitMs: number): Promise<void> {
  const until = performance.now() + limitMs;
  const talking = () =>
    session.agentState === 'speaking' || session.userState === 'speaking' || receiver.prompting;
  while (talking() && performance.now() < until) await wait(WRAPPING.pollMs);
}

/** From here on the session answers nothing, so that nothing talks over what is said now. */
async function fallSilent({ session, receiver }: LiveCall): Promise<void> {
  try {
    session.input.setAudioEnabled(false);
    receiver.stopPrompt();
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
  // A database that is gone is waited for by its rows, and by nobody else.
  await atMost(WRAPPING.rowMs, call.state.ledger.written());
  const joined = anotherAgentJoins(call, limitMs - (performance.now() - startedAt));
  // Not waited for: that the other one is there is what counts.
  call.line.dispatchSuccessor().catch((error: unknown) => {
    call.log.error({ error }, 'no other agent could be dispatched');
  });
  const [there] = await Promise.all([
    joined,
    call.announcer.say(PASS_ON_TEXT, {
      interruptible: false,
      withinMs: left() - WRAPPING.rowMs - CALL.lingerMs,
    }),
  ]);
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

/** Undefined when there is nowhere to transfer to, or no time for it. */
async function transfer(
  call: LiveCall,
  left: Left,
): Promise<'completed' | 'caller_left' | 'failed' | undefined> {
  const to = call.state.clinic.staff_number;
  if (to === null || left() < WRAPPING.transferMs + WRAPPING.goodbyeMs) return undefined;
  await call.announcer.say(CONNECTING_TEXT, { interruptible: false, withinMs: WRAPPING.goodbyeMs });
  const limitMs = left() - WRAPPING.goodbyeMs;
  const outcome = await atMost(limitMs, call.line.transfer(to, Math.min(limitMs, CALL.transferRingMs)));
  call.log.info({ transfer: outcome }, 'transfer');
  return outcome === 'completed' || outcome === 'caller_left' ? outcome : 'failed';
}

/** Stores a callback, and only then promises it. */
async function owe(call: LiveCall, reason: string, left: Left, promise: string): Promise<CallEnd> {
  const { tasks, log, state } = call;
  let promised = false;
  try {
    const stored = await atMost(
      WRAPPING.rowMs,
      tasks.oweCallback({ id: state.callId, epoch: state.epoch }, reason),
    );
    promised = stored?.task_id != null;
  } catch (error) {
    log.error({ error }, 'a callback could not be stored: none is promised');
  }
  const withinMs = Math.max(0, left() - CALL.lingerMs);
  await call.announcer.say(promised ? promise : STOPPING_TEXT, { interruptible: false, withinMs });
  await wait(CALL.lingerMs);
  return promised ? { outcome: 'callback_owed', reason } : { outcome: 'failed', reason };
}
