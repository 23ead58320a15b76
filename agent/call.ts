import type { JobContext, voice } from '@livekit/agents';
import { AutoSubscribe } from '@livekit/agents';
import { type CallOutcome, Calls, type OpenedCall } from '../src/clinic/calls.ts';
import type { ClinicProfile } from '../src/clinic/clinics.ts';
import type { Database } from '../src/clinic/database.ts';
import type { ShiftId, WorkerId } from '../src/clinic/ids.ts';
import type { Unrecorded } from '../src/clinic/unrecorded.ts';
import type { Config } from '../src/config/load.ts';
import type { Logger } from '../src/log.ts';
import type { PreparedAudio } from '../src/providers/prepared-audio.ts';
import { Announcer } from './announcer.ts';
import type { CallState } from './call-state.ts';
import { type EarlyGreeting, greetEarly } from './greeting.ts';
import type { Ledger } from './ledger.ts';
import type { LiveCall, OpenLine } from './live-call.ts';
import { type CallerLine, readCallerLine, waitForCaller } from './phone-line.ts';
import { Receiver } from './receiver.ts';
import type { Prewarmed } from './session.ts';
import { type OutboundCall, settleTask } from './outbound-task.ts';
import { STEPS } from './steps.ts';
import type { WorkerLink } from './worker-link.ts';

/** What a call is given. */
export interface CallDeps {
  readonly ctx: JobContext;
  readonly config: Config;
  readonly db: Database;
  readonly prepared: PreparedAudio;
  readonly prewarmed: Prewarmed;
  readonly log: Logger;
  readonly workerId: WorkerId;
  readonly shiftId: ShiftId | undefined;
  /** The shift was made by hand: the clinic's hours do not count. */
  readonly openByHand: boolean;
  readonly worker: WorkerLink;
  /** Takes the outcome of a call that the database would not. */
  readonly unrecorded: Unrecorded;
  readonly nowMs: () => number;
}

/** How a call ended, and why, in the words of the ledger; or why this agent leaves a call that goes on without it. */
export type CallEnd =
  | {
      outcome: CallOutcome;
      reason: string;
      /** The caller is connected with somebody in this room: it stays, and the two go on without us. */
      bridged?: true;
    }
  | { leave: 'handed_over' | 'call_taken_over' };

/** What is known of the call so far; each step adds to it. */
export interface Progress {
  readonly deps: CallDeps;
  readonly startedMs: number;
  readonly calls: Calls;
  log: Logger;
  line?: CallerLine;
  openLine?: OpenLine;
  receiver?: Receiver;
  announcer?: Announcer;
  /** The clinic as the waiting process knew it, before the database has answered. */
  knownClinic?: ClinicProfile | undefined;
  greeting?: Promise<EarlyGreeting | undefined>;
  opened?: OpenedCall;
  ledger?: Ledger;
  session?: voice.AgentSession<CallState>;
  state?: CallState;
  live?: LiveCall;
  /** Set where the clinic has made the call. */
  outbound?: OutboundCall;
}

/** A step of the call; what it returns ends the call. */
export type Step = (call: Progress) => Promise<CallEnd | undefined>;

/**
 * Takes one call from its arrival to its outcome. Whatever happens, its outcome is written and the room is deleted, which hangs up: an agent
 * that only leaves would leave the caller in silence.
 */
export async function takeCall(deps: CallDeps): Promise<CallEnd> {
  const call: Progress = {
    deps,
    startedMs: performance.now(),
    calls: new Calls(deps.db),
    log: deps.log,
  };
  let end: CallEnd;
  try {
    end = await walk(call);
  } catch (error) {
    // A session that closes under our hands because the caller has left is no failure.
    const left = call.openLine?.callerLeft() === true;
    if (left) call.log.info({ error }, 'the caller left');
    else call.log.error({ error }, 'call failed');
    end = left ? { outcome: 'abandoned', reason: 'caller_hung_up' } : { outcome: 'failed', reason: 'error' };
  }
  if (call.live !== undefined) call.ledger?.used(call.live.usage.take());
  const room = deps.ctx.room.name ?? deps.ctx.job.room?.name ?? '';
  if ('leave' in end) {
    call.log.info({ reason: end.leave }, 'leaving a call that goes on');
    await call.ledger?.written();
    deps.worker.ended(room, end.leave);
    return end;
  }
  const { outcome, reason } = end;
  // Hanging up comes first: the caller should not wait for our rows.
  if (end.bridged === true) call.log.info('leaving the caller with whom they are connected');
  else await hangUp(call);
  if (!(await recorded(call, end))) {
    await deps.unrecorded.add({
      room,
      dialledNumber: call.line?.dialledNumber,
      clinicSlug: call.line?.clinicSlug ?? call.knownClinic?.slug,
      callerNumber: call.line?.callerNumber,
      workerId: deps.workerId,
      outcome,
      reason,
    });
  }
  await settleTask(call, end);
  deps.worker.ended(room, end.outcome);
  return end;
}

async function recorded(call: Progress, end: { outcome: CallOutcome; reason: string }): Promise<boolean> {
  return (await call.ledger?.close(end.outcome, end.reason)) ?? call.opened?.closed ?? false;
}

async function walk(call: Progress): Promise<CallEnd> {
  for (const step of [enterRoom, ...STEPS]) {
    const startedMs = performance.now();
    const end = await step(call);
    call.log.debug(
      { step: step.name, durationMs: Math.round(performance.now() - startedMs) },
      'step of the call',
    );
    if (end !== undefined) return end;
  }
  return { outcome: 'failed', reason: 'no_step_ended_the_call' };
}

async function enterRoom(call: Progress): Promise<CallEnd | undefined> {
  const { ctx, prepared, prewarmed } = call.deps;
  // With AUDIO_ONLY the framework asks for each track itself, and a connection that had to be made anew does not ask again: deaf.
  await ctx.connect(undefined, AutoSubscribe.SUBSCRIBE_ALL);
  call.receiver = new Receiver(ctx.room);
  call.announcer = new Announcer(call.receiver, prepared, call.log);
  call.announcer.language = () =>
    call.state?.language ?? (call.opened?.clinic ?? call.knownClinic)?.language ?? 'en';
  const participant = await waitForCaller(ctx);
  if (participant === undefined) return undefined; // the next step puts it on record
  call.line = readCallerLine(participant, ctx.job.metadata);
  call.knownClinic = prewarmed.clinicOf(call.line);
  call.greeting = greetEarly(call);
  return undefined;
}

async function hangUp(call: Progress): Promise<void> {
  const { ctx } = call.deps;
  try {
    await ctx.deleteRoom();
    await call.receiver?.close();
  } catch (error) {
    call.log.error({ error }, 'room could not be deleted');
  }
}
