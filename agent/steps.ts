import { llm } from '@livekit/agents';
import { setTimeout as wait } from 'node:timers/promises';
import type { OpenedCall } from '../src/clinic/calls.ts';
import type { ClinicProfile } from '../src/clinic/clinics.ts';
import {
  CONNECTING_TEXT,
  STOPPING_TEXT,
  TOO_MANY_CALLS_TEXT,
  UNKNOWN_NUMBER_TEXT,
  greetingText,
  outboundOpeningText,
} from '../src/clinic/sentences.ts';
import { Tasks } from '../src/clinic/tasks.ts';
import { CALL, WRAPPING } from '../src/config/defaults.ts';
import { traceField } from '../src/log.ts';
import { createRecognizer, createVoice } from '../src/providers/speech.ts';
import { afterHoursText, createMessageSession, takeMessage } from './after-hours.ts';
import type { CallEnd, Progress, Step } from './call.ts';
import { converse } from './conversation.ts';
import { frontDeskOf } from './front-desk.ts';
import { followLanguage } from './follow-language.ts';
import { answersNow } from './greeting.ts';
import { Ledger } from './ledger.ts';
import { OpenLine, agentsIn } from './live-call.ts';
import type { CallState } from './call-state.ts';
import { newCallState } from './new-call-state.ts';
import { announceRecording, noteCall } from './opening.ts';
import { openOutbound, talkOutbound } from './outbound.ts';
import { lookUpTask } from './outbound-task.ts';
import { waitUntilActive } from './phone-line.ts';
import { ProviderTrouble } from './provider-trouble.ts';
import { redactionFor } from './redaction.ts';
import { Receptionist } from './receptionist.ts';
import { restoreConversation, restoreState, resumeTexts } from './resume.ts';
import { createSession } from './session.ts';
import { UsageMeter } from './usage.ts';

/** The path of a call, once the caller is in the room. */
export const STEPS: readonly Step[] = [
  openCall,
  refuseUnknownNumber,
  refuseTooManyCalls,
  lookUpTask,
  takeUpReceiver,
  openOutbound,
  answerAfterHours,
  greet,
  takeUpThread,
  talk,
];

/** Reaches the database, or helps the caller without it. */
async function openCall(call: Progress): Promise<CallEnd | undefined> {
  const { ctx, config, workerId, shiftId } = call.deps;
  for (let attempt = 1; call.opened === undefined; attempt += 1) {
    try {
      const opened = await call.calls.open({
        room: ctx.room.name ?? ctx.job.room?.name ?? '',
        callerNumber: call.line?.callerNumber,
        dialledNumber: call.line?.dialledNumber,
        clinicSlug: call.line?.clinicSlug ?? config.clinic,
        workerId,
        shiftId,
      });
      call.opened = attempt === 1 ? opened : ourOwn(opened);
    } catch (error) {
      call.log.error({ error, attempt }, 'the call could not be opened');
      if (attempt === CALL.openTries) return await helpWithoutDatabase(call);
      await wait(CALL.openRetryMs);
    }
  }
  const { opened } = call;
  call.log = call.log.child({
    callId: opened.call_id,
    clinicId: opened.clinic?.id,
    ...traceField(opened.call_id, config.googleProject),
  });
  // Another agent has brought the call to its end: what is left is the open line.
  if (opened.closed) return { outcome: 'failed', reason: 'already_closed' };
  const { deps, line, announcer } = call;
  call.ledger = new Ledger(call.calls, { id: opened.call_id, epoch: opened.epoch }, call.log, {
    firstTurn: opened.resumed?.next_index ?? 0,
    redaction: redactionFor(opened, deps.nowMs),
  });
  if (announcer !== undefined) announcer.ledger = call.ledger;
  call.log.info({ clinic: opened.clinic?.slug, takenOver: opened.resumed !== null }, 'call arrived');
  deps.worker.begun({
    room: ctx.room.name ?? '',
    jobId: ctx.job.id,
    callId: opened.call_id,
    identity: ctx.room.localParticipant?.identity ?? '',
  });
  if (line === undefined) return { outcome: 'abandoned', reason: 'never_arrived' };
  return undefined;
}

/** After an answer that was lost the call seems to have been another agent's, which was this one. */
function ourOwn(opened: OpenedCall): OpenedCall {
  const { resumed } = opened;
  const untouched = resumed !== null && !resumed.answered && resumed.turns.length === 0;
  return untouched ? { ...opened, resumed: null } : opened;
}

/** The database is gone: a person at the clinic can still help. */
async function helpWithoutDatabase(call: Progress): Promise<CallEnd> {
  const { line, knownClinic, announcer, deps } = call;
  if (line === undefined || announcer === undefined) return { outcome: 'abandoned', reason: 'never_arrived' };
  await (
    await call.greeting
  )?.heard;
  if (!(await waitUntilActive(deps.ctx.room, line.participant))) {
    return { outcome: 'abandoned', reason: 'never_answered' };
  }
  if (knownClinic?.staff_number) {
    await announcer.say(CONNECTING_TEXT, { interruptible: false });
    const openLine = new OpenLine(deps.ctx, deps.config, line.participant, knownClinic.slug, call.log);
    const outcome = await openLine.transfer(knownClinic.staff_number, CALL.transferRingMs);
    if (outcome === 'completed') return { outcome: 'transferred', reason: 'database_gone' };
  }
  await announcer.say(STOPPING_TEXT, { interruptible: false });
  await wait(CALL.lingerMs);
  return { outcome: 'failed', reason: 'database_gone' };
}

async function refuseUnknownNumber(call: Progress): Promise<CallEnd | undefined> {
  if (call.opened?.clinic !== null) return undefined;
  await refuse(call, UNKNOWN_NUMBER_TEXT);
  return { outcome: 'failed', reason: 'clinic_unknown' };
}

async function refuseTooManyCalls(call: Progress): Promise<CallEnd | undefined> {
  const { opened } = call as Required<Progress>;
  if (call.line?.outbound !== undefined) return undefined;
  const { active, last_hour: lastHour } = opened.caller;
  if (opened.resumed !== null || (active < CALL.perCallerActive && lastHour < CALL.perCallerHour)) {
    return undefined;
  }
  call.log.warn({ active, lastHour }, 'too many calls from one number');
  await refuse(call, TOO_MANY_CALLS_TEXT);
  return { outcome: 'failed', reason: 'caller_limit' };
}

/** Says one sentence on a line that gets no receptionist. */
async function refuse(call: Progress, text: string): Promise<void> {
  const { deps, line, announcer, receiver } = call as Required<Progress>;
  if (!(await waitUntilActive(deps.ctx.room, line.participant))) return;
  receiver.stopPrompt();
  const said = await announcer.say(text, { interruptible: false });
  if (said === 'unspoken') call.log.error('the sentence is not prepared, and no voice could be made');
  await wait(CALL.lingerMs);
}

/** What the model knows to have been said at the beginning. */
function firstWords({ outbound }: Progress, clinic: ClinicProfile): string {
  return outbound === undefined ? greetingText(clinic) : outboundOpeningText(clinic, outbound.brief.kind);
}

/** What the model knows of the call at its beginning; of one that another agent had, what that one knew. */
function conversationSoFar(call: Progress, state: CallState): llm.ChatContext {
  const { opened } = call as Required<Progress>;
  const chatCtx = llm.ChatContext.empty();
  if (opened.resumed !== null) {
    restoreState(state, opened.resumed);
    restoreConversation(chatCtx, opened.resumed, state.toolMemory);
  } else {
    chatCtx.addMessage({ role: 'assistant', content: firstWords(call, state.clinic) });
  }
  return chatCtx;
}

/** Puts the ears and the voice on the line; the track itself is on its way since we entered. */
async function takeUpReceiver(call: Progress): Promise<undefined> {
  // Making a session keeps this process busy for 200 ms, in which it would not notice that the call is active.
  await Promise.race([call.greeting, wait(CALL.greetingFirstMs)]);
  const { ctx, config, prewarmed, db, nowMs } = call.deps;
  const { line, opened, ledger, receiver, announcer } = call as Required<Progress>;
  const clinic = opened.clinic as NonNullable<typeof opened.clinic>;
  const { callerNumber } = line;
  const outbound = call.outbound?.brief;
  const state = newCallState({ db, opened, clinic, callerNumber, outbound, ledger, log: call.log, nowMs });
  const chatCtx = conversationSoFar(call, state);
  const trouble = new ProviderTrouble();
  const { events } = trouble;
  const open = answersNow(call, clinic) || state.resumed || state.outbound !== undefined;
  const session = open
    ? createSession(config, prewarmed, state, events, call.log)
    : createMessageSession(
        prewarmed.vad,
        createRecognizer(config, clinic, call.log, events),
        createVoice(config, call.log, events),
        state,
      );
  announcer.session = session;
  if (open) followLanguage(session, state, (language) => noteCall(call, { language }));
  const openLine = new OpenLine(ctx, config, line.participant, clinic.slug, call.log);
  Object.assign(call, { state, session, openLine });
  call.live = {
    session,
    state,
    announcer,
    receiver,
    line: openLine,
    openFrontDesk: frontDeskOf(call, state),
    room: ctx.room,
    tasks: new Tasks(db),
    trouble,
    usage: new UsageMeter(() => session.usage.modelUsage),
    owesAnswer: false,
    log: call.log,
  };
  await Promise.all([
    receiver.attach(session),
    session.start({
      agent: new Receptionist(state, chatCtx),
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

async function answerAfterHours(call: Progress): Promise<CallEnd | undefined> {
  const { state, live, line, deps, ledger } = call as Required<Progress>;
  if (answersNow(call, state.clinic) || state.resumed || state.outbound !== undefined) return undefined;
  if (!(await waitUntilActive(deps.ctx.room, line.participant))) {
    return { outcome: 'abandoned', reason: 'never_answered' };
  }
  ledger.answered(performance.now() - call.startedMs);
  await announceRecording(call);
  return await takeMessage(live, afterHoursText(state.clinic, deps.nowMs()), deps.worker);
}

async function greet(call: Progress): Promise<CallEnd | undefined> {
  const { line, state, ledger, announcer, deps } = call as Required<Progress>;
  if (state.resumed || state.outbound !== undefined) return undefined;
  const early = await call.greeting;
  if (early !== undefined) {
    ledger.answered(early.greetingMs);
    ledger.agentSaid(early.text, 0, {});
    void early.heard.then((heard) => {
      if (!heard) ledger.agentSaid('', 0, { interrupted: true });
      return announceRecording(call);
    });
    return undefined;
  }
  if (!(await waitUntilActive(deps.ctx.room, line.participant))) {
    return { outcome: 'abandoned', reason: 'never_answered' };
  }
  const greetingMs = performance.now() - call.startedMs;
  ledger.answered(greetingMs);
  ledger.addToTurn({}); // a greeting that is interrupted at its first word leaves no text, but a turn
  void announcer.say(greetingText(state.clinic)).then(() => announceRecording(call));
  call.log.info({ greetingMs: Math.round(greetingMs) }, 'caller greeted');
  return undefined;
}

/** Goes on with a call that another agent had: when it has said its last sentence, with an excuse and where it stood. */
async function takeUpThread(call: Progress): Promise<CallEnd | undefined> {
  const { line, opened, state, announcer, deps, session, openLine, live } = call as Required<Progress>;
  if (opened.resumed === null) return undefined;
  const how = line.takenOver ?? 'lost';
  if (how === 'lost') {
    openLine.removeOtherAgents().catch((error: unknown) => {
      call.log.warn({ error }, 'the agent that was taken for lost could not be removed');
    });
  }
  if (how === 'handed_over') {
    const until = performance.now() + WRAPPING.yieldMs;
    while (agentsIn(deps.ctx.room).length > 0 && performance.now() < until) await wait(WRAPPING.pollMs);
  }
  if (!(await waitUntilActive(deps.ctx.room, line.participant))) {
    return { outcome: 'abandoned', reason: opened.resumed.answered ? 'caller_hung_up' : 'never_answered' };
  }
  const { excuse, thread, english } = resumeTexts(state, opened.resumed, how);
  if (!opened.resumed.answered) call.ledger?.answered(performance.now() - call.startedMs);
  call.log.info({ how, handovers: opened.resumed.handovers }, 'call taken over');
  await announcer.say(excuse);
  if (thread === undefined) {
    live.owesAnswer = true;
    session.generateReply();
  } else if (english) {
    live.owesAnswer = true;
    session.generateReply({ instructions: `Tell the caller, in their language and complete: "${thread}"` });
  } else if (thread !== '') {
    // As speech of the session: the model has to know what was asked.
    session.say(thread);
  }
  return undefined;
}

function talk(call: Progress): Promise<CallEnd> {
  const { live, deps } = call as Required<Progress>;
  return call.outbound === undefined ? converse(live, deps.worker) : talkOutbound(call);
}
