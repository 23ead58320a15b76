import type { ClinicProfile } from '../src/clinic/clinics.ts';
import { isOpen } from '../src/clinic/hours.ts';
import { callLanguage } from '../src/clinic/phrasebook.ts';
import { greetingText } from '../src/clinic/sentences.ts';
import type { Progress } from './call.ts';
import { agentsIn } from './live-call.ts';
import { waitUntilActive } from './phone-line.ts';

/** A greeting that was begun before the database had answered. */
export interface EarlyGreeting {
  readonly text: string;
  /** Since the process began with the call. */
  readonly greetingMs: number;
  /** ms since the epoch. */
  readonly startedMs: number;
  /** False when the caller spoke into it. */
  readonly heard: Promise<boolean>;
}

/** True when a call to this clinic is answered as in the clinic's hours. */
export function answersNow(call: Progress, clinic: ClinicProfile): boolean {
  return call.deps.openByHand || isOpen(clinic, call.deps.nowMs());
}

/**
 * Greets as soon as the call is active, with what the waiting process knew of the clinic: the database, the session and its models are made
 * ready while the caller listens. Undefined when it is not clear from the start that this greeting is the right one: then the steps do it.
 */
export async function greetEarly(call: Progress): Promise<EarlyGreeting | undefined> {
  const { knownClinic, line, receiver, deps } = call;
  if (knownClinic === undefined || line === undefined || receiver === undefined) return undefined;
  if (line.outbound !== undefined) return undefined; // they speak first
  if (line.takenOver !== undefined || agentsIn(deps.ctx.room).length > 0) return undefined;
  if (!answersNow(call, knownClinic)) return undefined;
  const text = greetingText(knownClinic);
  const samples = await deps.prepared.load(text, callLanguage(knownClinic.language));
  if (samples === undefined || !(await waitUntilActive(deps.ctx.room, line.participant))) return undefined;
  const greeting = {
    text,
    greetingMs: performance.now() - call.startedMs,
    startedMs: deps.nowMs(),
    heard: receiver.play(samples),
  };
  greeting.heard.catch(() => undefined);
  call.log.info({ greetingMs: Math.round(greeting.greetingMs) }, 'caller greeted');
  return greeting;
}
