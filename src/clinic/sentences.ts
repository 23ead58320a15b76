import type { ClinicProfile } from './clinics.ts';

/** The first sentence of a call: the clinic's own, or ours. */
export function greetingText(clinic: Pick<ClinicProfile, 'name' | 'greeting'>): string {
  return clinic.greeting ?? `${clinic.name}, good day. How can I help you?`;
}

/** What is said on a line that belongs to no clinic. */
export const UNKNOWN_NUMBER_TEXT =
  'Sorry, this number is not in use. Please check the number and call again. Goodbye.';

/** What is said into silence, in order, before the call ends. */
export const SILENCE_TEXTS = ['Hello, are you still there?', 'Sorry, I cannot hear you.'] as const;

/** What is said when nobody has spoken at all. */
export const SILENCE_GOODBYE_TEXT =
  'I cannot hear anything, so I will hang up now. Please call again. Goodbye.';

/** Said into a turn whose answer takes long, in order. */
export const FILLER_TEXTS = ['One moment, please.', 'I am still looking, one moment.'] as const;

/** Said when a turn got no answer at all. */
export const LOST_TURN_TEXT = 'I am sorry, I did not get that. Could you say it again, please?';

/** Said when the caller spoke and no word of it was understood. */
export const NOT_HEARD_TEXT = 'Sorry, I could not hear you. Could you say that again?';

/** Said when the call goes on with another worker. */
export const PASS_ON_TEXT = 'One moment please, a colleague takes over.';

/** Said by the one who takes over a call that was handed over. */
export const TAKEN_OVER_TEXT = 'Thank you for waiting.';

/** Said by the one who takes over a call whose agent was lost. */
export const CUT_OFF_TEXT = 'Sorry, we were cut off for a moment.';

/** Said once the line is back that was lost, and with it what was said meanwhile. */
export const LINE_BACK_TEXT = 'Sorry, we were cut off for a moment. Could you say that again?';

/** Said before a transfer to the clinic's own number. */
export const CONNECTING_TEXT = 'I am connecting you with our front desk.';

/** Said before a transfer that has no time for another sentence after it; the callback is stored by then. */
export const CONNECTING_OR_CALLBACK_TEXT =
  'I am connecting you with our front desk. If nobody answers, we will call you back.';

/** The same where no callback can be promised: nobody knows the caller's number, or it could not be stored. */
export const CONNECTING_OR_AGAIN_TEXT =
  'I am connecting you with our front desk. If nobody answers, please call again.';

/** Said once a callback is stored. */
export const CALLBACK_TEXT =
  'I am sorry, I have to end this call now. We will call you back shortly. Goodbye.';

/** Said once a callback is stored, after a transfer that nobody answered. */
export const NOBODY_THERE_TEXT = 'Nobody is free. We will call you back shortly. Goodbye.';

/** Said when no callback can be stored or promised. */
export const STOPPING_TEXT = 'I am sorry, I have to end this call now. Please call again in a minute.';

/** Said to callers whose call cannot go on for much longer, at any hour. */
export const SHORT_OF_TIME_TEXT = 'We have about one minute left. Let us finish quickly.';

/** Said to callers shortly before closing time. */
export const CLOSING_SOON_TEXT =
  'Just so you know, the clinic closes in a minute or two. Let us finish quickly.';

/** Said to a number that has more calls in progress, or has made more of them, than anybody needs. */
export const TOO_MANY_CALLS_TEXT =
  'There are already several calls from your number. Please call again later. Goodbye.';

/** Said once the message of an after-hours caller is stored. */
export const MESSAGE_TAKEN_TEXT = 'Thank you. I have noted your message for the front desk. Goodbye.';

/** Said to an after-hours caller who left no message. */
export const AFTER_HOURS_GOODBYE_TEXT = 'Please call again when we are open. Goodbye.';

/** Sentences that have to be there even when no voice can be made. */
export const PREPARED_TEXTS: readonly string[] = [
  UNKNOWN_NUMBER_TEXT,
  ...SILENCE_TEXTS,
  SILENCE_GOODBYE_TEXT,
  ...FILLER_TEXTS,
  LOST_TURN_TEXT,
  NOT_HEARD_TEXT,
  PASS_ON_TEXT,
  TAKEN_OVER_TEXT,
  CUT_OFF_TEXT,
  LINE_BACK_TEXT,
  CONNECTING_TEXT,
  CONNECTING_OR_CALLBACK_TEXT,
  CONNECTING_OR_AGAIN_TEXT,
  CALLBACK_TEXT,
  NOBODY_THERE_TEXT,
  STOPPING_TEXT,
  CLOSING_SOON_TEXT,
  SHORT_OF_TIME_TEXT,
  TOO_MANY_CALLS_TEXT,
  MESSAGE_TAKEN_TEXT,
  AFTER_HOURS_GOODBYE_TEXT,
];
