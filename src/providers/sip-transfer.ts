import { RoomServiceClient, ServerError, SipCallError, SipClient } from 'livekit-server-sdk';
import type { Config } from '../config/load.ts';
import { TRANSFER } from '../config/defaults.ts';
import type { Logger } from '../log.ts';

/** Which caller goes where. */
export interface TransferWish {
  readonly room: string;
  /** The caller's participant. */
  readonly identity: string;
  /** E.164: `+92…`. */
  readonly to: string;
  /** How long the far side may ring; LiveKit takes whole seconds, so it is rounded up. */
  readonly ringingMs: number;
  /** The caller hears ringing meanwhile; otherwise whatever the agent says. */
  readonly playDialtone?: boolean;
}

/**
 * How a transfer ended. `completed`: the caller is with the far side, and the participant leaves about 1 s later. `busy`, `no_answer` and
 * `failed`: the call is still up, as far as is known. `caller_left`: nobody is there to be transferred any more.
 */
export type TransferOutcome = 'completed' | 'busy' | 'no_answer' | 'failed' | 'caller_left';

/** A transfer's end. */
export interface TransferResult {
  readonly outcome: TransferOutcome;
  /** What the far side answered, such as 486; undefined when LiveKit did not say. */
  readonly sipStatus: number | undefined;
}

/** Busy Here, Busy Everywhere (RFC 3261, 21.4 and 21.6). */
const BUSY: readonly number[] = [486, 600];
/** Request Timeout, Temporarily Unavailable, Request Terminated (a cancelled INVITE). */
const NO_ANSWER: readonly number[] = [408, 480, 487];

const E164 = /^\+[1-9]\d{6,14}$/;

/** Transfers callers to a number of the clinic's, through LiveKit's SIP bridge (REFER). */
export class SipTransfer {
  readonly #sip: SipClient;
  readonly #rooms: RoomServiceClient;
  readonly #log: Logger;

  constructor(livekit: Pick<Config['livekit'], 'url' | 'apiKey' | 'apiSecret'>, log: Logger) {
    const { url, apiKey, apiSecret } = livekit;
    // Failing over repeats the request in another region, three times as long: a second REFER could reach a far side that has answered the first.
    this.#sip = new SipClient(url, apiKey, apiSecret, { failover: false });
    const requestTimeout = TRANSFER.presenceMs / 1_000;
    this.#rooms = new RoomServiceClient(url, apiKey, apiSecret, { failover: false, requestTimeout });
    this.#log = log;
  }

  /**
   * Transfers a caller; resolves when the far side has answered, one way or the other. Takes at most `ringingMs` and 4.5 s, also when
   * LiveKit does not answer at all. Never rejects: what went wrong is logged.
   */
  async transfer(wish: TransferWish): Promise<TransferResult> {
    const startedAt = performance.now();
    const { result, error } = await this.#attempt(wish);
    const fields = {
      ...result,
      tookMs: Math.round(performance.now() - startedAt),
      pii: { room: wish.room, to: wish.to },
    };
    if (result.outcome === 'failed') this.#log.warn({ ...fields, error }, 'call not transferred');
    else this.#log.info(fields, 'transfer ended');
    return result;
  }

  async #attempt(wish: TransferWish): Promise<{ result: TransferResult; error?: unknown }> {
    const { room, identity, to } = wish;
    if (!E164.test(to)) return { result: ended('failed'), error: 'the number is not in E.164' };
    const ringingTimeout = Math.max(1, Math.ceil(wish.ringingMs / 1_000)); // a fraction makes the SDK throw
    try {
      await this.#sip.transferSipParticipant(room, identity, `tel:${to}`, {
        ringingTimeout,
        timeout: ringingTimeout + TRANSFER.answerMs / 1_000,
        playDialtone: wish.playDialtone ?? false,
      });
      return { result: ended('completed') };
    } catch (error) {
      const result = resultOf(error);
      // A far side that answered had a caller to talk about. Otherwise the caller may be why.
      const doubtful = result.sipStatus === undefined && result.outcome !== 'caller_left';
      if (doubtful && (await this.#hasLeft(room, identity))) return { result: ended('caller_left') };
      return { result, error };
    }
  }

  /** False also when nobody can say. */
  async #hasLeft(room: string, identity: string): Promise<boolean> {
    try {
      await this.#rooms.getParticipant(room, identity);
      return false;
    } catch (error) {
      return isNotFound(error);
    }
  }
}

const ended = (outcome: TransferOutcome, sipStatus?: number): TransferResult => ({ outcome, sipStatus });

const isNotFound = (error: unknown): boolean => error instanceof ServerError && error.code === 'not_found';

function resultOf(error: unknown): TransferResult {
  if (error instanceof SipCallError && error.sipStatusCode !== undefined) {
    const { sipStatusCode: status } = error;
    if (BUSY.includes(status)) return ended('busy', status);
    return ended(NO_ANSWER.includes(status) ? 'no_answer' : 'failed', status);
  }
  if (isNotFound(error)) return ended('caller_left');
  // Without a SIP status: the bridge waited out the ringing time.
  if (error instanceof ServerError && error.code === 'deadline_exceeded') return ended('no_answer');
  return ended('failed');
}
