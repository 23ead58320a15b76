import { z } from 'zod';

/**
 * What a call's process and its worker tell each other over the channel that Node gives a child. The framework's own messages pass on the same
 * channel and have other names in `case`.
 */

/** From the call's process: it has a call now; again, once the database has given it an id. */
export const CALL_BEGUN = 'openhours.callBegun';
/** From the call's process, every {@link BEAT_EVERY_MS}: its event loop turns. */
export const CALL_BEAT = 'openhours.callBeat';
/** From the call's process: the call is over, whatever dies after this is no loss. */
export const CALL_ENDED = 'openhours.callEnded';
/** From the worker: finish the call within a time. */
export const WRAP_UP = 'openhours.wrapUp';
/** From the worker: the clinic closes soon; the caller is told, the call goes on. */
export const CLOSING_SOON = 'openhours.closingSoon';
/** From the worker: its own time runs out, whether the clinic closes or not; the caller is told, the call goes on. */
export const SHORT_OF_TIME = 'openhours.shortOfTime';

/** A process that has not beaten for several of these hangs. */
export const BEAT_EVERY_MS = 250;

/** Messages from a call's process. */
export const fromCall = z.discriminatedUnion('case', [
  z.object({
    case: z.literal(CALL_BEGUN),
    room: z.string(),
    jobId: z.string(),
    callId: z.string().optional(),
    /** The agent's own identity in the room. */
    identity: z.string(),
  }),
  z.object({ case: z.literal(CALL_BEAT) }),
  z.object({ case: z.literal(CALL_ENDED), room: z.string(), outcome: z.string() }),
]);
/** One of them. */
export type FromCall = z.infer<typeof fromCall>;

/** Messages to a call's process. */
export const toCall = z.discriminatedUnion('case', [
  z.object({
    case: z.literal(WRAP_UP),
    /** Why, in a word of the ledger: `worker_stopped`, `deadline`, `closing_time`. */
    reason: z.string(),
    /** How long the process has, from the message's arrival. */
    withinMs: z.number(),
    /** Another worker is open and has room: hand the call over to it. */
    handover: z.boolean(),
  }),
  z.object({ case: z.literal(CLOSING_SOON), inMs: z.number() }),
  z.object({ case: z.literal(SHORT_OF_TIME), inMs: z.number() }),
]);
/** One of them. */
export type ToCall = z.infer<typeof toCall>;
