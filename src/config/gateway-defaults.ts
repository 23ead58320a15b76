import { LOOKOUT, RESCUE } from './defaults.ts';

/** Limits of the gateway, in milliseconds unless the name says otherwise. */
export const GATEWAY = {
  /** A webhook has 1–5 kB; a participant's attributes may be 64 kB. */
  bodyBytes: 256 * 1024,
  /**
   * A webhook's request is held for this long at most: 10 s of patience, a takeover that was begun at their end (3 s), a transfer (27 s), the
   * callback and one more try of it (3 s each), and 4 s for slow answers. Cloud Run gives a request 300 s unless told otherwise.
   */
  holdMs: LOOKOUT.transferMs + RESCUE.transferMs + 3 * LOOKOUT.retryMs + 4_000,
  /** After SIGTERM, of Cloud Run's 10 s: for a transfer that rings, as far as it comes; the far side goes on without us. */
  stopMs: 8_000,
  /** … and then for the last answers to be written. */
  closeMs: 500,
} as const;
