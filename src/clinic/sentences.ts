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

/** What is said when the worker has to end a call that is still going on. */
export const STOPPING_TEXT = 'I am sorry, I have to end this call now. Please call again in a minute.';

/** Sentences that have to be there even when no voice can be made. */
export const GOODBYE_TEXTS: readonly string[] = [
  UNKNOWN_NUMBER_TEXT,
  ...SILENCE_TEXTS,
  SILENCE_GOODBYE_TEXT,
  STOPPING_TEXT,
];
