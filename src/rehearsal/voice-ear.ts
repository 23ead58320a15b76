import { setTimeout as delay } from 'node:timers/promises';
import { FILLER_TEXTS } from '../clinic/sentences.ts';
import { isOpenhoursError } from '../errors.ts';
import type { Caller } from './caller.ts';
import { isSounding } from './owed-silence.ts';
import type { VoiceLane } from './voice-lane.ts';

/** Something that the agent said between two of the caller's turns. */
export interface Words {
  readonly text: string;
  /** The end of what was said to a caller who cut in. */
  readonly cutOff: string;
  /** The last turn of the ledger that is in here. */
  readonly upTo: number;
}

/** Somebody who hears nothing for so long speaks again. The agent has said something by then, if it lives: it asks after 8 s. */
const PATIENCE_MS = 14_000;
/** The ledger has a sentence within a second of its end. */
const LEDGER_MS = 2_500;
/** After a goodbye the agent hangs up within half a second. */
const GOODBYE_MS = 3_000;
/** A transfer rings for this long, and something is said after it. */
const CONNECTING_MS = 35_000;
const POLL_MS = 60;

/** A caller's ear: knows when the agent has finished, and what it has said. The words are the ledger's, or a recogniser's where it has none. */
export class VoiceEar {
  readonly #lane: VoiceLane;
  readonly #caller: Caller;
  readonly #read = new Map<number, number>();
  #over = false;

  constructor(lane: VoiceLane, caller: Caller) {
    this.#lane = lane;
    this.#caller = caller;
    void caller.ended.then(() => (this.#over = true));
  }

  /** The call is over. */
  get over(): boolean {
    return this.#over;
  }

  /** Waits until it is the caller's turn, or the call is over; undefined when the agent says nothing. */
  async hear(): Promise<(Words & { firstAudioAt: number }) | undefined> {
    let words: Words = { text: '', cutOff: '', upTo: -1 };
    let firstAudioAt: number | undefined;
    for (;;) {
      const timeoutMs = /connecting you/i.test(words.text) ? CONNECTING_MS : PATIENCE_MS;
      const heard = await this.#caller.listen({ timeoutMs }).catch((error: unknown) => {
        if (isOpenhoursError(error, 'CALL_FAILED')) return undefined;
        throw error;
      });
      firstAudioAt ??= heard?.firstAudioAt;
      words = joined(words, await this.#words(heard?.pcm));
      if (heard === undefined && !this.#over && words.text === '') return undefined;
      if (/goodbye\b/i.test(words.text)) await Promise.race([this.#caller.ended, delay(GOODBYE_MS)]);
      if (this.#over || heard === undefined || isComplete(words.text)) {
        return { ...words, firstAudioAt: firstAudioAt ?? performance.now() };
      }
    }
  }

  /** What the ledger has that was not read yet. */
  async unread(): Promise<Words> {
    const { room } = this.#caller.call;
    const rows = await this.#lane.sql(
      `select t.index, t.agent_text, t.interrupted from public.call_turns t join public.calls c on c.id = t.call_id
       where c.room = $1 order by t.index`,
      [room],
    );
    let words: Words = { text: '', cutOff: '', upTo: -1 };
    for (const { index, agent_text, interrupted } of rows) {
      const whole = typeof agent_text === 'string' ? agent_text : '';
      const fresh = whole.slice(this.#read.get(Number(index)) ?? 0).trim();
      this.#read.set(Number(index), whole.length);
      const cut = interrupted === true && index !== rows.at(-1)?.['index'];
      const part = { text: cut ? '' : fresh, cutOff: cut ? fresh : '', upTo: Number(index) };
      words = joined(words, part);
    }
    return words;
  }

  async #words(pcm: Int16Array | undefined): Promise<Words> {
    const until = performance.now() + LEDGER_MS;
    let words = await this.unread();
    while (words.text === '' && !this.#over && performance.now() < until) {
      if (isSounding(this.#caller)) return words; // it goes on: the rest is listened to first
      await delay(POLL_MS);
      words = joined(words, await this.unread());
    }
    if (words.text !== '' || this.#over || pcm === undefined) return words;
    return { ...words, text: await this.#lane.transcribe(pcm) };
  }
}

function joined(one: Words, other: Words): Words {
  const join = (a: string, b: string) => `${a} ${b}`.trim();
  return {
    text: join(one.text, other.text),
    cutOff: join(one.cutOff, other.cutOff),
    upTo: Math.max(one.upTo, other.upTo),
  };
}

/** Whether somebody who hears this answers it: after a filler, or a promise to connect, the rest is waited for. */
function isComplete(text: string): boolean {
  const rest = FILLER_TEXTS.reduce((left, filler) => left.replaceAll(filler, ''), text).trim();
  return rest !== '' && !/connecting you with [^.]*\.$/i.test(rest);
}
