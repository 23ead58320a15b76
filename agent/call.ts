import type { JobContext, voice } from '@livekit/agents';
import { AutoSubscribe } from '@livekit/agents';
import { Appointments } from '../src/clinic/appointments.ts';
import { type CallOutcome, Calls, type OpenedCall } from '../src/clinic/calls.ts';
import type { Database } from '../src/clinic/database.ts';
import type { WorkerId } from '../src/clinic/ids.ts';
import type { Config } from '../src/config/load.ts';
import { type Logger, traceField } from '../src/log.ts';
import type { PreparedAudio } from '../src/providers/prepared-audio.ts';
import type { CallState } from './call-state.ts';
import { converse } from './conversation.ts';
import { Ledger } from './ledger.ts';
import { type CallerLine, readCallerLine, waitForCaller, waitUntilActive } from './phone-line.ts';
import { UNKNOWN_NUMBER_TEXT, greetingText } from '../src/clinic/sentences.ts';
import { Receptionist } from './receptionist.ts';
import { Receiver } from './receiver.ts';
import { say } from './say.ts';
import { type Prewarmed, createSession } from './session.ts';
import { UnknownNumber } from './unknown-number.ts';

/** What a call is given. */
export interface CallDeps {
  readonly ctx: JobContext;
  readonly config: Config;
  readonly db: Database;
  readonly prepared: PreparedAudio;
  readonly prewarmed: Prewarmed;
  readonly log: Logger;
  readonly workerId: WorkerId;
  /** Aborted when the worker ends and this call has to. */
  readonly stopping: AbortSignal;
  readonly nowMs: () => number;
}

/** How a call ended, and why: the words of the ledger. */
export interface CallEnd {
  outcome: CallOutcome;
  reason: string;
}

/** What is known of the call so far; each step adds to it. */
interface Progress {
  readonly deps: CallDeps;
  readonly startedMs: number;
  log: Logger;
  line?: CallerLine;
  opened?: OpenedCall;
  ledger?: Ledger;
  receiver?: Receiver;
  session?: voice.AgentSession<CallState>;
  state?: CallState;
}

/** A step of the call; what it returns ends the call. */
type Step = (call: Progress) => Promise<CallEnd | undefined>;

/** The path of a call. */
const STEPS: readonly Step[] = [enterRoom, openCall, takeUpReceiver, refuseUnknownNumber, greet, talk];

/**
 * Takes one call from its arrival to its outcome. Whatever happens, its outcome is written and the room is deleted, which hangs up: an agent
 * that only leaves would leave the caller in silence.
 */
export async function takeCall(deps: CallDeps): Promise<CallEnd> {
  const call: Progress = { deps, startedMs: performance.now(), log: deps.log };
  let end: CallEnd;
  try {
    end = await walk(call);
  } catch (error) {
    call.log.error({ error }, 'call failed');
    end = { outcome: 'failed', reason: 'error' };
  }
  // Hanging up comes first: the caller should not wait for our rows.
  await hangUp(call);
  await call.ledger?.close(end.outcome, end.reason);
  return end;
}

async function walk(call: Progress): Promise<CallEnd> {
  for (const step of STEPS) {
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
  const { ctx } = call.deps;
  await ctx.connect(undefined, AutoSubscribe.AUDIO_ONLY);
  call.receiver = new Receiver(ctx.room);
  const participant = await waitForCaller(ctx);
  if (participant !== undefined) {
    call.line = readCallerLine(participant, ctx.job.metadata);
    return undefined;
  }
  await openCall(call);
  return { outcome: 'abandoned', reason: 'never_arrived' };
}

async function openCall(call: Progress): Promise<undefined> {
  const { ctx, db, config } = call.deps;
  const calls = new Calls(db);
  call.opened = await calls.open({
    room: ctx.room.name ?? ctx.job.room?.name ?? '',
    callerNumber: call.line?.callerNumber,
    dialledNumber: call.line?.dialledNumber,
    clinicSlug: call.line?.clinicSlug ?? config.clinic,
    workerId: call.deps.workerId,
  });
  call.log = call.log.child({
    callId: call.opened.call_id,
    clinicId: call.opened.clinic?.id,
    ...traceField(call.opened.call_id, config.googleProject),
  });
  call.ledger = new Ledger(calls, call.opened.call_id, call.log);
  call.log.info({ clinic: call.opened.clinic?.slug }, 'call arrived');
}

/** Puts the ears and the voice on the line; the track itself is on its way since we entered. */
async function takeUpReceiver(call: Progress): Promise<undefined> {
  const { ctx, config, prewarmed, db } = call.deps;
  const { line, opened, ledger, receiver } = call as Required<Progress>;
  if (opened.clinic === null) {
    call.session = await UnknownNumber.start(call.deps, receiver, line.participant.identity, call.log);
    return;
  }
  const state: CallState = {
    callId: opened.call_id,
    clinic: opened.clinic,
    callerNumber: line.callerNumber,
    appointments: new Appointments(db),
    ledger,
    log: call.log,
    offered: new Map(),
    proposal: undefined,
    booked: [],
    goodbye: false,
    nowMs: call.deps.nowMs,
  };
  call.state = state;
  call.session = createSession(config, prewarmed, state, call.log);
  await Promise.all([
    receiver.attach(call.session),
    call.session.start({
      agent: new Receptionist(state),
      room: ctx.room,
      record: false,
      inputOptions: {
        participantIdentity: line.participant.identity,
        closeOnDisconnect: true,
        textEnabled: false,
      },
    }),
  ]);
}

async function refuseUnknownNumber(call: Progress): Promise<CallEnd | undefined> {
  const { opened, session, line } = call as Required<Progress>;
  if (opened.clinic !== null) return undefined;
  if (await waitUntilActive(call.deps.ctx.room, line.participant)) {
    const speech = await say(session, call.deps.prepared, UNKNOWN_NUMBER_TEXT);
    await speech.heard();
  }
  return { outcome: 'failed', reason: 'clinic_unknown' };
}

async function greet(call: Progress): Promise<CallEnd | undefined> {
  const { session, line, state, ledger } = call as Required<Progress>;
  if (!(await waitUntilActive(call.deps.ctx.room, line.participant))) {
    return { outcome: 'abandoned', reason: 'never_answered' };
  }
  const text = greetingText(state.clinic);
  ledger.addToTurn({}); // a greeting that is interrupted at its first word leaves no text, but a turn
  await say(session, call.deps.prepared, text);
  const greetingMs = performance.now() - call.startedMs;
  ledger.answered(greetingMs);
  call.log.info({ greetingMs: Math.round(greetingMs) }, 'caller greeted');
}

function talk(call: Progress): Promise<CallEnd> {
  const { session, state } = call as Required<Progress>;
  const { prepared, stopping } = call.deps;
  return converse({ session, state, prepared, stopping, log: call.log });
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
