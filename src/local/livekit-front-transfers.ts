import { setTimeout as delay } from 'node:timers/promises';
import { RoomServiceClient, ServerError } from 'livekit-server-sdk';
import { TRANSFERRED_ATTRIBUTE } from '../rehearsal/sip-call.ts';
import {
  type TransferRequest,
  type TwirpAnswer,
  isRefusal,
  readTransfer,
  sipError,
  twirpError,
} from './livekit-front-sip.ts';

/** How the number that a call is transferred to answers. */
export const TRANSFER_OUTCOMES = ['completed', 'busy', 'no_answer', 'refused'] as const;

/** What happens to the transfers to come. */
export interface TransferSetting {
  readonly outcome: (typeof TRANSFER_OUTCOMES)[number];
  /** Until the far side answers; longer than the request's ringing time means `no_answer`, which needs none. */
  readonly delayMs?: number | undefined;
}

/** A transfer that reached the bridge. */
export interface TransferRecord {
  readonly room: string;
  readonly identity: string;
  /** As it was sent: `tel:+92…`. */
  readonly transferTo: string;
  readonly playDialtone: boolean;
  readonly ringingMs: number;
  /** When it was asked for, in ms since 1970. */
  readonly at: number;
  readonly outcome: 'ringing' | 'caller_left' | TransferSetting['outcome'];
}

/** A human who picks up quickly, and a switch that says no. */
const DELAY_MS = { completed: 500, busy: 200, refused: 200, no_answer: Infinity } as const;
/** Between the success and the BYE that ends the caller's leg: about 1 s with the real bridge. */
const BYE_MS = 800;
/** The caller's side leaves by itself at the BYE; one that has not by then is removed. */
const LEAVE_MS = 200;

/** The part of LiveKit's SIP service and bridge that transfers calls, for a server that has neither. */
export class Transfers {
  readonly #keys: { apiKey: string; apiSecret: string };
  readonly #rooms: RoomServiceClient;
  readonly #records: { -readonly [Key in keyof TransferRecord]: TransferRecord[Key] }[] = [];
  readonly #byes = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  #setting: TransferSetting = { outcome: 'completed' };

  constructor(server: { url: string; apiKey: string; apiSecret: string }) {
    this.#keys = server;
    // Straight to the server: the bridge stands beside it, whatever happens to the network of the others.
    this.#rooms = new RoomServiceClient(server.url.replace(/^ws/, 'http'), server.apiKey, server.apiSecret);
  }

  /** Every transfer so far, oldest first. */
  get records(): readonly TransferRecord[] {
    return this.#records;
  }

  /** Decides how the transfers to come go. */
  set(setting: TransferSetting): void {
    this.#setting = setting;
  }

  /** Answers `TransferSIPParticipant` when the transfer has gone one way or the other. */
  async answer(request: Parameters<typeof readTransfer>[1]): Promise<TwirpAnswer> {
    const transfer = await readTransfer(this.#keys, request);
    if (isRefusal(transfer)) return transfer;
    try {
      const { attributes } = await this.#rooms.getParticipant(transfer.room, transfer.identity);
      if (attributes['sip.callID'] === undefined)
        return twirpError('invalid_argument', 'no SIP session associated with participant');
      return await this.#refer(transfer);
    } catch (error) {
      if (this.#stopping.signal.aborted) return twirpError('unavailable', 'the server is going away');
      if (error instanceof ServerError)
        return { status: error.status, body: { code: error.code, msg: error.message } };
      return twirpError('unavailable', String(error));
    }
  }

  /** Drops what is still ringing. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#byes);
  }

  async #refer(transfer: TransferRequest): Promise<TwirpAnswer> {
    const { outcome, delayMs = DELAY_MS[outcome] } = this.#setting;
    const record = { ...transfer, at: Date.now(), outcome: 'ringing' as TransferRecord['outcome'] };
    this.#records.push(record);
    const answered = outcome !== 'no_answer' && delayMs < transfer.ringingMs;
    await delay(answered ? delayMs : transfer.ringingMs, undefined, { signal: this.#stopping.signal });
    if (!(await this.#tell(transfer, answered && outcome === 'completed'))) {
      record.outcome = 'caller_left';
      return twirpError('canceled', 'call hung up');
    }
    record.outcome = answered ? outcome : 'no_answer';
    switch (record.outcome) {
      case 'busy':
        return sipError('resource_exhausted', 486, 'Busy Here');
      case 'refused':
        return sipError('permission_denied', 603, 'Decline');
      case 'no_answer':
        return twirpError('deadline_exceeded', 'context deadline exceeded');
      default: {
        const bye = this.#bye(transfer).finally(() => this.#byes.delete(bye));
        this.#byes.add(bye);
        return { status: 200, body: {} };
      }
    }
  }

  /** Lets a caller who was transferred know. @returns False when there is no caller any more. */
  async #tell({ room, identity, transferTo }: TransferRequest, transferred: boolean): Promise<boolean> {
    try {
      if (!transferred) await this.#rooms.getParticipant(room, identity);
      else
        await this.#rooms.updateParticipant(room, identity, {
          attributes: { [TRANSFERRED_ATTRIBUTE]: transferTo },
        });
      return true;
    } catch (error) {
      if (error instanceof ServerError && error.code === 'not_found') return false;
      throw error;
    }
  }

  async #bye({ room, identity }: TransferRequest): Promise<void> {
    const { signal } = this.#stopping;
    try {
      await delay(BYE_MS, undefined, { signal });
      await this.#rooms.updateParticipant(room, identity, { attributes: { 'sip.callStatus': 'hangup' } });
      await delay(LEAVE_MS, undefined, { signal });
      await this.#rooms.removeParticipant(room, identity);
    } catch {
      // The caller, the room or the server has gone: that ends the call as well.
    }
  }
}
