import type { voice } from '@livekit/agents';
import { inLanguage } from '../src/clinic/sentences.ts';
import type { Logger } from '../src/log.ts';
import type { PreparedAudio } from '../src/providers/prepared-audio.ts';
import type { CallState } from './call-state.ts';
import type { Ledger } from './ledger.ts';
import type { Receiver } from './receiver.ts';

/** How to say a sentence. */
export interface AnnounceOptions {
  /** False for what must be heard to its end. */
  interruptible?: boolean;
  /** Longest time for it: after that the call goes on without. */
  withinMs?: number;
  /** Puts it on record before it is said: afterwards the call is another agent's, and nothing more is taken from this one. */
  recordFirst?: boolean;
}

/** What came of it. */
export type Announced = 'heard' | 'stopped' | 'unspoken';

/** A voice that has not begun by then will not … */
const BEGIN_MS = 12_000;
/** … and none takes longer for a letter: slow speech has 10 a second. */
const LETTER_MS = 100;

/**
 * Says the project's own sentences: from prepared audio where there is some, which needs no voice service and no session, else with the
 * session's voice. What was said stands in the ledger.
 */
export class Announcer {
  readonly #receiver: Receiver;
  readonly #prepared: PreparedAudio;
  readonly #log: Logger;
  ledger: Ledger | undefined;
  session: voice.AgentSession<CallState> | undefined;
  /** The language of the call at present. */
  language: () => string = () => 'en';

  constructor(receiver: Receiver, prepared: PreparedAudio, log: Logger) {
    this.#receiver = receiver;
    this.#prepared = prepared;
    this.#log = log;
  }

  /** Says a sentence, a fixed one in the language of the call; resolves when it has been heard, or stopped, or could not be said. Never rejects. */
  async say(
    sentence: string,
    { interruptible = true, withinMs, recordFirst = false }: AnnounceOptions = {},
  ): Promise<Announced> {
    const text = inLanguage(sentence, this.language());
    const limitMs = withinMs ?? BEGIN_MS + text.length * LETTER_MS;
    const startedMs = Date.now();
    if (recordFirst) this.ledger?.agentSaid(text, startedMs, {});
    const limit = new AbortController();
    const late = new Promise<Announced>((resolve) => {
      const timer = setTimeout(() => resolve('unspoken'), limitMs);
      limit.signal.addEventListener('abort', () => clearTimeout(timer));
    });
    try {
      const result = await Promise.race([this.#speak(text, interruptible), late]);
      if (result !== 'unspoken' && !recordFirst) {
        this.ledger?.agentSaid(text, startedMs, { interrupted: result === 'stopped' });
      }
      return result;
    } catch (error) {
      this.#log.warn({ error }, 'a sentence could not be said');
      return 'unspoken';
    } finally {
      limit.abort();
    }
  }

  /** True when the sentence is there without a voice. */
  async isPrepared(sentence: string): Promise<boolean> {
    const language = this.language();
    return (await this.#prepared.load(inLanguage(sentence, language), language)) !== undefined;
  }

  async #speak(text: string, interruptible: boolean): Promise<Announced> {
    const samples = await this.#prepared.load(text, this.language());
    if (samples !== undefined) {
      return (await this.#receiver.play(samples, { interruptible })) ? 'heard' : 'stopped';
    }
    if (this.session === undefined) return 'unspoken';
    const before = this.#receiver.lastFrameAt;
    // Not into the conversation: the ledger is written here.
    const handle = this.session.say(text, { allowInterruptions: interruptible, addToChatCtx: false });
    await handle.waitForPlayout();
    if (this.#receiver.lastFrameAt === before) return 'unspoken';
    return handle.interrupted ? 'stopped' : 'heard';
  }
}
