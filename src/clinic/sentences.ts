import type { ClinicProfile } from './clinics.ts';
import { CALL_SENTENCES as SAY, NOT_DONE_SENTENCES, type Sentence } from './fixed-sentences.ts';
import { TOOL_SENTENCES as TOLD } from './fixed-tool-sentences.ts';
import { CALL_LANGUAGES } from './languages.ts';
import { Phrasebook, callLanguage, filled } from './phrasebook.ts';

const BOOK = new Phrasebook([
  ...Object.values<Sentence>(SAY),
  ...Object.values<Sentence>(NOT_DONE_SENTENCES),
  ...Object.values<Sentence>(TOLD),
]);

/** A text in the language of the call, where it is made of nothing but our own fixed sentences; any other as it is. */
export function inLanguage(text: string, language: string): string {
  return ownWords(text, language) ?? text;
}

/** The same; undefined for any other text. In English nothing has to be put into other words. */
export function ownWords(text: string, language: string): string | undefined {
  const to = callLanguage(language);
  return to === 'en' ? undefined : BOOK.translate(text, to);
}

type Named = Pick<ClinicProfile, 'name'> & { readonly language?: string };

function ofClinic(sentence: Sentence, { name, language = 'en' }: Named): string {
  return filled(sentence[callLanguage(language)], { clinic: name });
}

/** The first sentence of a call: the clinic's own, or ours. */
export function greetingText(clinic: Named & Pick<ClinicProfile, 'greeting'>): string {
  return clinic.greeting ?? ofClinic(SAY.greeting, clinic);
}

/** What a call begins with, a sentence each: the greeting, and that calls are recorded where the clinic has a line for it. */
export function openingTexts(
  clinic: Named & Pick<ClinicProfile, 'greeting' | 'recording_line'>,
): readonly string[] {
  return [greetingText(clinic), ...(clinic.recording_line ? [clinic.recording_line] : [])];
}

/**
 * The first sentences of a call that the clinic makes: who is calling and why. Nothing of a patient stands in it: nobody knows yet who has
 * picked up.
 */
export function outboundOpeningText(clinic: Named, kind: 'callback' | 'reminder' | 'call'): string {
  switch (kind) {
    case 'callback':
      return ofClinic(SAY.openingCallback, clinic);
    case 'reminder':
      return ofClinic(SAY.openingReminder, clinic);
    case 'call':
      return ofClinic(SAY.openingCall, clinic);
    default:
      return kind satisfies never;
  }
}

/** Left on an answering machine, which anybody may listen to: who called, and nothing of why. */
export function machineMessageText(clinic: Named): string {
  return ofClinic(SAY.machineMessage, clinic);
}

/** What is said on a line that belongs to no clinic. */
export const UNKNOWN_NUMBER_TEXT = SAY.unknownNumber.en;

/** What is said into silence, in order, before the call ends. */
export const SILENCE_TEXTS = [SAY.stillThere.en, SAY.cannotHear.en] as const;

/** What is said when nobody has spoken at all. */
export const SILENCE_GOODBYE_TEXT = SAY.silenceGoodbye.en;

/** Said into a turn whose answer takes long, in order. */
export const FILLER_TEXTS = [SAY.moment.en, SAY.stillLooking.en] as const;

/** Said when a turn got no answer at all. */
export const LOST_TURN_TEXT = SAY.lostTurn.en;

/** Said when the caller spoke and no word of it was understood. */
export const NOT_HEARD_TEXT = SAY.notHeard.en;

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
export const EMERGENCY_ALONE_TEXT = SAY.emergencyAlone.en;

/** Said to insults: the first time … */
export const ABUSE_TEXT = SAY.abuse.en;

/** … and the second. */
export const ABUSE_GOODBYE_TEXT = SAY.abuseGoodbye.en;

/** Said to an answering machine that calls. */
export const MACHINE_GOODBYE_TEXT = SAY.machineGoodbye.en;

/** Said to whoever wants a person where the clinic has given no number for it. */
export const NOBODY_TO_RING_TEXT = SAY.nobodyToRing.en;

/** Said to whoever wants a person after nobody could be reached several times. */
export const NOT_CONNECTED_AGAIN_TEXT = SAY.notConnectedAgain.en;

/** Said when a caller comes back from a transfer, by how it ended. */
export const NOT_CONNECTED_TEXTS = {
  busy: SAY.lineBusy.en,
  no_answer: SAY.nobodyAnswers.en,
  failed: SAY.couldNotConnect.en,
} as const;

/** Said when the call goes on with another worker. */
export const PASS_ON_TEXT = SAY.passOn.en;

/** Said by the one who takes over a call that was handed over. */
export const TAKEN_OVER_TEXT = SAY.takenOver.en;

/** Said by the one who takes over a call whose agent was lost. */
export const CUT_OFF_TEXT = SAY.cutOff.en;

/** Said once the line is back that was lost, and with it what was said meanwhile. */
export const LINE_BACK_TEXT = SAY.lineBack.en;

/** Said to a caller for whom it has rung for a while. */
export const STILL_RINGING_TEXT = SAY.stillRinging.en;

/**
 * Said to whoever has picked up at the clinic, while the caller listens: only what the caller has said, or has been verified for.
 * @param names Whom the call has verified.
 * @param about One sentence in the words of the call, if there is one.
 */
export function briefingText(
  clinic: Pick<ClinicProfile, 'name'>,
  names: readonly string[],
  about: string | undefined,
): string {
  const who = names.length === 0 ? '' : `: ${names.join(' and ')}`;
  const sentence = about === undefined || /[.!?؟۔]$/u.test(about) ? about : `${about}.`;
  return [
    `Hello, this is the automated assistant of ${clinic.name}, with a caller on the line${who}.`,
    ...(sentence === undefined ? [] : [sentence]),
    BRIEFING_QUESTION_TEXT,
  ].join(' ');
}

/** … and in an emergency, in which nobody is asked. */
export function emergencyBriefingText(clinic: Pick<ClinicProfile, 'name'>): string {
  return `Hello, this is the automated assistant of ${clinic.name}, with an emergency on the line. I am connecting you now.`;
}

/** Ends a briefing; said again when there was no answer. */
export const BRIEFING_QUESTION_TEXT = 'Shall I connect you? Please say yes, or press any key.';

/** Said to both once they hear each other. */
export const CONNECTED_TEXT = SAY.connected.en;

/** Said before a transfer to the clinic's own number. */
export const CONNECTING_TEXT = SAY.connecting.en;

/** Said before a transfer that has no time for another sentence after it; the callback is stored by then. */
export const CONNECTING_OR_CALLBACK_TEXT = SAY.connectingOrCallback.en;

/** The same where no callback can be promised: nobody knows the caller's number, or it could not be stored. */
export const CONNECTING_OR_AGAIN_TEXT = SAY.connectingOrAgain.en;

/** Said once a callback is stored. */
export const CALLBACK_TEXT = SAY.callback.en;

/** Said once a callback is stored, after a transfer that nobody answered. */
export const NOBODY_THERE_TEXT = SAY.nobodyThere.en;

/** Said when no callback can be stored or promised. */
export const STOPPING_TEXT = SAY.stopping.en;

/** Said to callers whose call cannot go on for much longer, at any hour. */
export const SHORT_OF_TIME_TEXT = SAY.shortOfTime.en;

/** Said to callers shortly before closing time. */
export const CLOSING_SOON_TEXT = SAY.closingSoon.en;

/** Said to a number that has more calls in progress, or has made more of them, than anybody needs. */
export const TOO_MANY_CALLS_TEXT = SAY.tooManyCalls.en;

/** Said once the message of an after-hours caller is stored. */
export const MESSAGE_TAKEN_TEXT = SAY.messageTaken.en;

/** Said to an after-hours caller who left no message. */
export const AFTER_HOURS_GOODBYE_TEXT = SAY.afterHoursGoodbye.en;

/** What has to be there even when no voice can be made. */
const PREPARED: readonly Sentence[] = [
  SAY.unknownNumber,
  SAY.stillThere,
  SAY.cannotHear,
  SAY.silenceGoodbye,
  SAY.moment,
  SAY.stillLooking,
  SAY.lostTurn,
  SAY.notHeard,
  SAY.passOn,
  SAY.takenOver,
  SAY.cutOff,
  SAY.lineBack,
  SAY.connecting,
  SAY.stillRinging,
  SAY.connected,
  SAY.connectingOrCallback,
  SAY.connectingOrAgain,
  SAY.callback,
  SAY.nobodyThere,
  SAY.stopping,
  SAY.closingSoon,
  SAY.shortOfTime,
  SAY.tooManyCalls,
  SAY.messageTaken,
  SAY.afterHoursGoodbye,
];

/** Those sentences in a language. */
export function preparedTexts(language: string): readonly string[] {
  return PREPARED.map((sentence) => sentence[callLanguage(language)]);
}

/** Those sentences in every language that a call can be in. */
export const PREPARED_TEXTS: readonly string[] = CALL_LANGUAGES.flatMap(preparedTexts);
