import type { ClinicProfile } from './clinics.ts';

/** The first sentence of a call: the clinic's own, or ours. */
export function greetingText(clinic: Pick<ClinicProfile, 'name' | 'greeting'>): string {
  return clinic.greeting ?? `${clinic.name}, good day. How can I help you?`;
}

/** What a call begins with, a sentence each: the greeting, and that calls are recorded where the clinic has a line for it. */
export function openingTexts(
  clinic: Pick<ClinicProfile, 'name' | 'greeting' | 'recording_line'>,
): readonly string[] {
  return [greetingText(clinic), ...(clinic.recording_line ? [clinic.recording_line] : [])];
}

/**
 * The first sentences of a call that the clinic makes: who is calling and why. Nothing of a patient stands in it: nobody knows yet who has
 * picked up.
 */
export function outboundOpeningText(
  clinic: Pick<ClinicProfile, 'name'>,
  kind: 'callback' | 'reminder' | 'call',
): string {
  const who = `Hello, this is the automated assistant of ${clinic.name}`;
  switch (kind) {
    case 'callback':
      return `${who}, calling you back. How can I help you?`;
    case 'reminder':
      return `${who}, calling about an appointment. May I have your full name and date of birth, please?`;
    case 'call':
      return `${who}, calling with a message for you. May I have your full name and date of birth, please?`;
    default:
      return kind satisfies never;
  }
}

/** Left on an answering machine, which anybody may listen to: who called, and nothing of why. */
export function machineMessageText(clinic: Pick<ClinicProfile, 'name'>): string {
  return `Hello, this is the automated assistant of ${clinic.name}. Please call us when it suits you. Goodbye.`;
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

/**
 * Said in an emergency, by the language of the words that told of it: at first; where the clinic has no line of its own for it; and before the
 * caller is connected.
 */
export const EMERGENCY_TEXTS = {
  en: {
    first: 'This sounds like an emergency.',
    general: 'If anybody is in danger, please hang up and call the emergency services now.',
    connecting: 'Otherwise stay on the line: I am connecting you with our front desk.',
  },
  es: {
    first: 'Esto parece una emergencia.',
    general: 'Si alguien está en peligro, cuelgue y llame ahora a los servicios de emergencia.',
    connecting: 'En otro caso no cuelgue. Le comunico con la recepción.',
  },
  ur: {
    first: 'یہ ایمرجنسی لگتی ہے۔',
    general: 'اگر کسی کی جان خطرے میں ہے تو فون بند کر کے ابھی ایمرجنسی سروس کو کال کریں۔',
    connecting: 'ورنہ لائن پر رہیں۔ میں آپ کو ریسیپشن سے ملا رہی ہوں۔',
  },
} as const;

/** Said after an emergency for which nobody at the clinic could be reached. */
export const EMERGENCY_ALONE_TEXT =
  'Nobody at the clinic is answering. Please hang up and call the emergency services now.';

/** Said to insults: the first time … */
export const ABUSE_TEXT =
  'I would like to help you, but please stay polite. I can make an appointment, or take a message for our front desk.';

/** … and the second. */
export const ABUSE_GOODBYE_TEXT = 'I am ending this call now. You are welcome to call again later. Goodbye.';

/** Said to an answering machine that calls. */
export const MACHINE_GOODBYE_TEXT = 'This seems to be a recording, so I will hang up now. Goodbye.';

/** Said to whoever wants a person where the clinic has given no number for it. */
export const NOBODY_TO_RING_TEXT =
  "I can't connect you from here, but I can take a message for our front desk. What shall I tell them?";

/** Said to whoever wants a person after nobody could be reached several times. */
export const NOT_CONNECTED_AGAIN_TEXT =
  "I'm sorry, our front desk can't be reached at the moment. I can take a message for them. What shall I tell them?";

/** Said when a caller comes back from a transfer, by how it ended. */
export const NOT_CONNECTED_TEXTS = {
  busy: "I'm sorry, the line of our front desk is busy. Shall I take a message for them, or can I help you myself?",
  no_answer:
    "I'm sorry, nobody at our front desk is answering. Shall I take a message for them, or can I help you myself?",
  failed:
    "I'm sorry, I could not connect you. Shall I take a message for our front desk, or can I help you myself?",
} as const;

/** Said instead of something that no tool has done, by what it claimed. */
export const NOT_DONE_TEXTS = {
  booked: 'Nothing is booked yet.',
  moved: 'Nothing has been moved yet.',
  cancelled: 'Nothing has been cancelled yet.',
  message: "I haven't left a message yet.",
  callback: 'No callback has been arranged yet.',
  transferring: 'I am not connecting you yet.',
  waiting_list: 'You are not on the waiting list yet.',
  registered: 'You are not registered yet.',
} as const;

/** … and in a call in another language, and what follows it. */
export const NOTHING_DONE_TEXTS: Readonly<Record<string, string>> = {
  en: 'What would you like me to do?',
  es: 'Todavía no he hecho nada. ¿Qué desea que haga?',
  ur: 'ابھی کچھ نہیں کیا گیا۔ آپ کیا چاہتے ہیں؟',
};

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
