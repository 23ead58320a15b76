import { ServerError, SipCallError, SipClient } from 'livekit-server-sdk';
import { CALL } from '../config/defaults.ts';
import { DIALLING } from '../config/desk-defaults.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';

/** Whom to call. */
export interface DialWish {
  /** The room in which the callee is to be; an agent waits there. */
  readonly room: string;
  /** The callee's participant. */
  readonly identity: string;
  /** E.164, or what a trunk wrote for a caller. */
  readonly to: string;
  readonly ringingMs: number;
  /** Of the callee's participant. */
  readonly attributes: Readonly<Record<string, string>>;
  /** LiveKit ends the call after this time, whatever becomes of us; a minute more than the longest call of ours, unless given. */
  readonly longestMs?: number;
}

/** How a call was answered: somebody or something picked up, or not. */
export type DialOutcome = 'answered' | 'busy' | 'no_answer' | 'failed';

/** A call's beginning. */
export interface DialResult {
  readonly outcome: DialOutcome;
  /** What the far side answered, such as 486; undefined when LiveKit did not say. */
  readonly sipStatus: number | undefined;
  /** LiveKit could not place the call at all: the next one has the same trouble. */
  readonly trouble: boolean;
}

/** Busy Here, Busy Everywhere (RFC 3261, 21.4 and 21.6). */
const BUSY: readonly number[] = [486, 600];
/** Request Timeout, Temporarily Unavailable, Request Terminated (a cancelled INVITE), Decline: not now. */
const NO_ANSWER: readonly number[] = [408, 480, 487, 603];
/** Unauthorized, Payment Required, Forbidden, Proxy Authentication Required: the trunk is meant, not the number. */
const TRUNK: readonly number[] = [401, 402, 403, 407];

/** Numbers as they may stand in a task. */
const NUMBER = /^\+?\d{6,15}$/;

/** Places calls through LiveKit's outbound trunk. */
export class SipDialler {
  readonly #sip: SipClient;
  readonly #trunkId: string;
  readonly #log: Logger;

  constructor(
    livekit: Pick<Config['livekit'], 'url' | 'apiKey' | 'apiSecret'>,
    trunkId: string,
    log: Logger,
  ) {
    const { url, apiKey, apiSecret } = livekit;
    // Failing over repeats the request in another region: a second INVITE would ring somebody who has picked up.
    this.#sip = new SipClient(url, apiKey, apiSecret, { failover: false });
    this.#trunkId = trunkId;
    this.#log = log;
  }

  /**
   * Calls a number; resolves when it was answered, one way or the other. Takes at most `ringingMs` and 4 s. Never rejects: what went wrong
   * is logged. After anything but `answered` the room is the caller's to delete, which ends a call that LiveKit has not told of.
   */
  async dial(wish: DialWish): Promise<DialResult> {
    const startedAt = performance.now();
    const { result, error } = await this.#attempt(wish);
    const fields = { ...result, tookMs: Math.round(performance.now() - startedAt), pii: { to: wish.to } };
    if (result.outcome === 'failed') this.#log.warn({ ...fields, error }, 'call could not be made');
    else this.#log.info(fields, 'number dialled');
    return result;
  }

  async #attempt(wish: DialWish): Promise<{ result: DialResult; error?: unknown }> {
    const { room, identity, to, attributes } = wish;
    if (!NUMBER.test(to)) return { result: { ...ended('failed'), trouble: false }, error: 'not a number' };
    const ringingTimeout = Math.max(1, Math.ceil(wish.ringingMs / 1_000)); // a fraction makes the SDK throw
    try {
      await this.#sip.createSipParticipant(this.#trunkId, to, room, {
        participantIdentity: identity,
        participantName: 'Callee',
        participantAttributes: { ...attributes },
        ringingTimeout,
        waitUntilAnswered: true,
        timeout: ringingTimeout + DIALLING.answerMs / 1_000,
        // Whatever becomes of us, the line does not stay open: the agent ends the call before.
        maxCallDuration: Math.ceil((wish.longestMs ?? CALL.longestMs + 60_000) / 1_000),
      });
      return { result: ended('answered') };
    } catch (error) {
      return { result: resultOf(error), error };
    }
  }
}

const ended = (outcome: DialOutcome, sipStatus?: number, trouble = false): DialResult => ({
  outcome,
  sipStatus,
  trouble,
});

/** What an error of `createSipParticipant` means for the task. */
export function resultOf(error: unknown): DialResult {
  if (error instanceof SipCallError && error.sipStatusCode !== undefined) {
    const { sipStatusCode: status } = error;
    if (BUSY.includes(status)) return ended('busy', status);
    if (NO_ANSWER.includes(status)) return ended('no_answer', status);
    return ended('failed', status, TRUNK.includes(status) || (status >= 500 && status < 600));
  }
  // Without a SIP status: the bridge waited out the ringing time.
  if (error instanceof ServerError && error.code === 'deadline_exceeded') return ended('no_answer');
  return ended('failed', undefined, true);
}
