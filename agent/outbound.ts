import { voice } from '@livekit/agents';
import { setTimeout as wait } from 'node:timers/promises';
import { machineMessageText, outboundOpeningText } from '../src/clinic/sentences.ts';
import { CALL, TURNS } from '../src/config/defaults.ts';
import { ANSWERING, DIALLING } from '../src/config/desk-defaults.ts';
import { hearWhoAnswered, isMachine, waitForTone } from './answering.ts';
import type { CallEnd, Progress } from './call.ts';
import { converse } from './conversation.ts';
import type { LiveCall } from './live-call.ts';
import { waitUntilActive } from './phone-line.ts';
import type { WorkerLink } from './worker-link.ts';

const { UserInputTranscribed, UserStateChanged } = voice.AgentSessionEventTypes;

const MACHINE = { outcome: 'completed', reason: 'machine' } as const;

/** A call of the clinic's: waits until it is answered, hears who it is, and says who is calling and why. */
export async function openOutbound(call: Progress): Promise<CallEnd | undefined> {
  const { line, state, live, ledger, deps, outbound } = call as Required<Progress>;
  if (outbound === undefined || state.resumed) return undefined;
  // What is heard while it rings, and the first "hello", get no answer of the model's.
  state.silenced = true;
  if (!(await waitUntilActive(deps.ctx.room, line.participant, DIALLING.pickUpMs))) {
    return { outcome: 'abandoned', reason: 'never_answered' };
  }
  outbound.pickedUp = true;
  ledger.answered(performance.now() - call.startedMs);
  ledger.addToTurn({});
  const stopped = toldToStop(deps.worker);
  try {
    const answered = await hearWhoAnswered(live, stopped.told);
    if (answered === 'left') return { outcome: 'abandoned', reason: 'caller_hung_up' };
    if (answered === 'machine') return await leaveMessage(live, deps.worker);
    state.silenced = false;
    outbound.openedInTurn = ledger.turnIndex;
    if (stopped.told()) return undefined;
    call.log.info('callee greeted');
    const machine = watchForMachine(live, 'any');
    const said = await Promise.race([
      sayOpening(live, outboundOpeningText(state.clinic, outbound.brief.kind)),
      machine.heard,
    ]);
    machine.stop();
    return said === 'machine' ? await leaveMessage(live, deps.worker) : undefined;
  } finally {
    stopped.unlisten();
  }
}

/** Talks as with anybody, but for a machine that was taken for a person: some pause after the first words. */
export async function talkOutbound(call: Progress): Promise<CallEnd> {
  const { live, deps } = call as Required<Progress>;
  const machine = watchForMachine(live, ANSWERING.turns);
  try {
    const end = await converse(
      live,
      deps.worker,
      machine.heard.then(() => MACHINE),
    );
    return 'reason' in end && end.reason === MACHINE.reason ? await leaveMessage(live, deps.worker) : end;
  } finally {
    machine.stop();
  }
}

/** Says it as prepared audio is said: it gives way to whoever speaks for longer than a moment. */
async function sayOpening({ announcer, receiver, session }: LiveCall, text: string): Promise<string> {
  let bargeIn: NodeJS.Timeout | undefined;
  const spoken = ({ newState }: { newState: string }) => {
    clearTimeout(bargeIn);
    if (newState !== 'speaking') return;
    bargeIn = setTimeout(() => receiver.stopPrompt(), TURNS.interruptionMs - TURNS.vadMinSpeechMs);
  };
  session.on(UserStateChanged, spoken);
  try {
    return await announcer.say(text);
  } finally {
    clearTimeout(bargeIn);
    session.off(UserStateChanged, spoken);
  }
}

/** Leaves a short message that anybody may hear, once the machine is silent, and ends the call. */
async function leaveMessage(call: LiveCall, worker: WorkerLink): Promise<CallEnd> {
  const { state, session, receiver, announcer } = call;
  const stopped = toldToStop(worker);
  state.silenced = true;
  receiver.hush();
  session.interrupt({ force: true });
  call.log.info('a machine has answered');
  try {
    if (await waitForTone(call, stopped.told)) {
      await announcer.say(machineMessageText(state.clinic), { interruptible: false });
      await wait(CALL.lingerMs);
    }
    return MACHINE;
  } finally {
    stopped.unlisten();
  }
}

/** Resolves when the words of an answering machine are heard, within so many turns from now. */
function watchForMachine(
  { session, state }: LiveCall,
  turns: number | 'any',
): { heard: Promise<'machine'>; stop: () => void } {
  const from = state.ledger.turnIndex;
  let words = '';
  let stop: () => void = () => undefined;
  const heard = new Promise<'machine'>((resolve) => {
    const transcribed = ({ isFinal, transcript }: { isFinal: boolean; transcript: string }) => {
      if (!isFinal) return;
      if (turns !== 'any' && state.ledger.turnIndex - from > turns) return stop();
      words = `${words} ${transcript}`;
      if (isMachine(words, state.clinic.languages)) resolve('machine');
    };
    session.on(UserInputTranscribed, transcribed);
    stop = () => void session.off(UserInputTranscribed, transcribed);
  });
  return { heard, stop: () => stop() };
}

/** Notices an order to finish the call; it is kept for whoever listens next. */
function toldToStop(worker: WorkerLink): { told: () => boolean; unlisten: () => void } {
  let told = false;
  const unlisten = worker.listen({
    wrapUp: () => (told = true),
    closingSoon: () => undefined,
    shortOfTime: () => undefined,
  });
  return { told: () => told, unlisten };
}
