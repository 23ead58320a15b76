import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Bytes of an appointment's id, and of the signature behind it: 128 bits are out of reach of guessing, and keep the link short. */
const ID_BYTES = 16;
const SIGNATURE_BYTES = 16;
const TOKEN = /^[A-Za-z0-9_-]{43}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Makes and reads the tokens of links to calendar files: an appointment's id and its signature, with nothing of a person in it. The key is
 * derived from a secret that all workers of a deployment have; with another secret all links end.
 */
export class CalendarLinks {
  readonly #key: Buffer;
  readonly #publicUrl: string | undefined;

  constructor(secret: string, publicUrl: string | undefined) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', 'openhours calendar link', 32));
    this.#publicUrl = publicUrl?.replace(/\/+$/, '');
  }

  /** The address of an appointment's calendar file; undefined where nobody can reach this worker, or the id is none. */
  linkTo(appointmentId: string): string | undefined {
    if (this.#publicUrl === undefined || !UUID.test(appointmentId)) return undefined;
    return `${this.#publicUrl}/calendar/${this.tokenOf(appointmentId)}.ics`;
  }

  /** The token of an appointment. */
  tokenOf(appointmentId: string): string {
    const id = Buffer.from(appointmentId.replaceAll('-', ''), 'hex');
    return Buffer.concat([id, this.#sign(id)]).toString('base64url');
  }

  /** The appointment's id; undefined for a token that this key did not make. Takes the same time whatever is wrong with the signature. */
  appointmentOf(token: string): string | undefined {
    if (!TOKEN.test(token)) return undefined;
    const bytes = Buffer.from(token, 'base64url');
    const id = bytes.subarray(0, ID_BYTES);
    if (!timingSafeEqual(bytes.subarray(ID_BYTES), this.#sign(id))) return undefined;
    return id.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  #sign(id: Buffer): Buffer {
    return createHmac('sha256', this.#key).update(id).digest().subarray(0, SIGNATURE_BYTES);
  }
}
