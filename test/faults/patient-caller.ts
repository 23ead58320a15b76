import { setTimeout as delay } from 'node:timers/promises';
import { isOpenhoursError } from '../../src/errors.ts';
import { answerTo, type CallerScript } from '../../src/rehearsal/scripted-caller.ts';
import type { Caller } from '../../src/rehearsal/caller.ts';
import { isSounding } from '../../src/rehearsal/owed-silence.ts';
import { transcribe } from '../../src/rehearsal/transcribe.ts';
import { BOOKING_SCRIPT } from '../support/conversation.ts';
import type { TestStack } from '../support/stack.ts';

/** The moments of a call at which a fault can strike. */
export const MOMENTS = [
  'before the call',
  'while it rings',
  'while the greeting is spoken',
  'between turns',
  'while the caller speaks',
  'while it thinks',
  'while the agent speaks',
  'after the read-back',
  'right after the booking',
  'before the farewell',
] as const;
/** One of {@link MOMENTS}. */
export type Moment = (typeof MOMENTS)[number];

/** Something that the agent said, as far as it can be known. */
export interface HeardText {
  readonly at: number;
  readonly text: string;
  /** Read from the ledger, or from the sound where the ledger had nothing. */
  readonly from: 'ledger' | 'sound';
}

/** Silence after which even a patient caller asks. */
const PATIENCE_MS = 12_000;
const NUDGES = 4;
/** The ledger has a sentence within a second of its end; without a database it never has. */
const LEDGER_MS = 2_500;
const SPEAKING_MS = 700;
/** Long enough for the sentences about a fault, short enough for the recogniser. */
const BY_EAR_MS = 20_000;
const MESSAGE = 'My name is David Brown. Please call me back on Monday.';

/** A caller who wants an appointment and puts up with a lot: answers what is asked, says again what was lost, and waits. */
export class PatientCaller {
  readonly caller: Caller;
  readonly heard: HeardText[] = [];
  /** Starts of what was said because nobody spoke. */
  readonly nudges: number[] = [];
  over = false;
  readonly #stack: TestStack;
  readonly #script: CallerScript;
  readonly #byEar: boolean;
  readonly #silent: boolean;
  readonly #at: (moment: Moment) => Promise<void>;
  readonly #read = new Map<number, number>();
  #lastReply: string;
  #opened = false;
  #pending = '';

  /**
   * `at` is told each moment as it comes, and may take its time; `byEar` is for a ledger that is slower than the conversation; a `silent` one
   * is on the line and says nothing, for which the agent has patience for half a minute.
   */
  constructor(
    stack: TestStack,
    caller: Caller,
    at: (moment: Moment) => Promise<void> = async () => undefined,
    {
      script = BOOKING_SCRIPT,
      byEar = false,
      silent = false,
    }: { script?: CallerScript; byEar?: boolean; silent?: boolean } = {},
  ) {
    this.#stack = stack;
    this.caller = caller;
    this.#at = at;
    this.#script = script;
    this.#byEar = byEar;
    this.#silent = silent;
    this.#lastReply = script.opening;
    void caller.ended.then(() => (this.over = true));
  }

  /** Talks until the call is over, or `limitMs` have passed: then the caller hangs up. Never rejects for a call that fails. */
  async talk(limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    try {
      await this.caller.answered;
      void this.#whenSounding('while the greeting is spoken', 500);
      if (this.#silent) await Promise.race([this.caller.ended, delay(limitMs)]);
      while (!this.over && performance.now() < deadline) await this.#exchange();
    } catch (error) {
      if (!isOpenhoursError(error, 'CALL_FAILED')) throw error;
    } finally {
      if (!this.over) await this.caller.hangUp();
      await this.caller.ended;
    }
  }

  async #exchange(): Promise<void> {
    const heard = await this.caller.listen({ timeoutMs: PATIENCE_MS }).catch(() => undefined);
    if (heard === undefined) {
      if (this.over) return;
      if (this.nudges.length >= NUDGES) return await this.caller.hangUp();
      this.nudges.push(performance.now());
      await this.caller.say(this.#lastReply);
      return;
    }
    const text = await this.#words(heard.pcm);
    const reply = this.#answer(text);
    if (reply === undefined || this.over) return;
    if (!this.#opened) await this.#at('between turns');
    if (/is that right/i.test(text)) await this.#at('after the read-back');
    if (reply === this.#script.farewell) await this.#at('before the farewell');
    await this.#say(reply);
  }

  async #say(reply: string): Promise<void> {
    this.#lastReply = reply;
    const opening = !this.#opened;
    this.#opened = true;
    if (opening) void delay(900).then(() => this.#at('while the caller speaks'));
    await this.caller.say(reply);
    if (opening) {
      void delay(150).then(() => this.#at('while it thinks'));
      void this.#whenSounding('while the agent speaks', SPEAKING_MS);
    }
    if (/^yes, that/i.test(reply)) void this.#whenBooked();
  }

  async #whenSounding(moment: Moment, afterMs: number): Promise<void> {
    while (!this.over && !isSounding(this.caller)) await delay(20);
    await delay(afterMs);
    await this.#at(moment);
  }

  async #whenBooked(): Promise<void> {
    const booked = async () =>
      (
        await this.#stack.sql(
          'select 1 from appointments a join calls c on c.id = a.call_id where c.room = $1',
          [this.caller.call.room],
        )
      ).length > 0;
    while (!this.over && !(await booked())) await delay(20);
    await this.#at('right after the booking');
  }

  /** What was said since the last time: from the ledger, or by ear. */
  async #words(pcm: Int16Array): Promise<string> {
    const until = performance.now() + LEDGER_MS;
    while (!this.#byEar && !this.over && performance.now() < until) {
      if (isSounding(this.caller)) return ''; // it goes on: the rest is listened to first
      this.#pending = `${this.#pending} ${await this.#unread()}`.trim();
      if (this.#pending !== '') break;
      await delay(60);
    }
    let text = this.#pending;
    this.#pending = '';
    if (text !== '') this.heard.push({ at: performance.now(), text, from: 'ledger' });
    else if (!this.over) {
      text = await this.#transcribed(pcm);
      if (text !== '') this.heard.push({ at: performance.now(), text, from: 'sound' });
    }
    return text;
  }

  /** Reads the ledger to its end; called once more when the call is over. */
  async readRest(): Promise<void> {
    const text = `${this.#pending} ${await this.#unread()}`.trim();
    if (text !== '') this.heard.push({ at: performance.now(), text, from: 'ledger' });
  }

  /** What a recogniser makes of what was heard from then on: for sentences that another agent's ledger did not take. */
  byEar(from: number): Promise<string> {
    return this.#transcribed(this.caller.heardPcm(from, from + BY_EAR_MS));
  }

  async #unread(): Promise<string> {
    const parts: string[] = [];
    for (const { index, agent_text } of await this.#stack.turns(this.caller)) {
      const text = agent_text ?? '';
      const fresh = text.slice(this.#read.get(index) ?? 0).trim();
      this.#read.set(index, text.length);
      if (fresh !== '') parts.push(fresh);
    }
    return parts.join(' ');
  }

  #transcribed(pcm: Int16Array): Promise<string> {
    return transcribe(this.#stack.stack.control.speech ?? '', pcm);
  }

  #answer(text: string): string | undefined {
    if (/leave a message/i.test(text)) return MESSAGE;
    if (/goodbye|call again|call you back|connecting you|noted your message/i.test(text)) return undefined;
    const asksAgain =
      /again|once more|did not get that|didn't quite get|could not hear|cannot hear|still there|would you like to change|problem with my system/i.test(
        text,
      );
    const reply = answerTo(text, this.#script);
    if (reply !== this.#script.opening) return reply;
    if (asksAgain) return this.#lastReply;
    return /help you|what can i do/i.test(text) ? reply : undefined;
  }
}
