import { z } from 'zod';

/** What a call's process asks its worker: was that the end of the caller's turn? */
export const END_OF_TURN_REQUEST = 'openhours.end_of_turn.request';
/** The worker's answer. */
export const END_OF_TURN_REPLY = 'openhours.end_of_turn.reply';

/** The newest audio of the caller, 16 kHz mono 16-bit, as base64: what the framework hands to its own inference process. */
export const endOfTurnRequest = z.object({
  case: z.literal(END_OF_TURN_REQUEST),
  id: z.number().int(),
  // The model looks at 1.2 s and the framework keeps a few; 10 s of audio is more than either sends.
  pcm: z.string().max(450_000),
});

/** The probability that the turn has ended. */
export const endOfTurnReply = z.object({
  case: z.literal(END_OF_TURN_REPLY),
  id: z.number().int(),
  probability: z.number(),
});
