import { dayName } from './prompt.ts';
import type { Option } from './results.ts';
import type { Param } from './schema.ts';
import { titleCase } from './words.ts';

/** What the agent's last words asked for. */
export type Asked =
  | 'service'
  | 'day'
  | 'time'
  | 'practitioner'
  | 'name'
  | 'phone'
  | 'text'
  | 'choice'
  | 'confirm'
  | 'change'
  | 'offer_message'
  | 'offer_waiting'
  | 'offer_list'
  | 'birth'
  | 'patient'
  | 'newcomer'
  | 'manage'
  | 'again'
  | 'offer_booking'
  | 'else'
  | 'later_day';

const ASKED: readonly (readonly [RegExp, Asked])[] = [
  [/waiting list/, 'offer_waiting'],
  [/read out what/, 'offer_list'],
  [/say the last part again/, 'again'],
  [/move or cancel|cancel or move|change or cancel/, 'manage'],
  [/(full name|your name|the name).{0,40}(date of birth|birth ?date)/, 'name'],
  [/date of birth|birth ?date|birthday|when were you born/, 'birth'],
  [/is (this|that|it) (booking )?for [^?]+ or /, 'patient'],
  [/new (here|patient|to (us|the clinic))/, 'newcomer'],
  [/take a message|pass (it|that|this) on|leave a message\?/, 'offer_message'],
  [
    /(is|are) (that|this|these|it|everything) (all )?(right|correct|okay|ok)|shall i (book|confirm|go ahead|cancel|move|register)|should i (book|confirm|go ahead)|yes or no|do you confirm|can you confirm/,
    'confirm',
  ],
  [/like to change/, 'change'],
  [/(anything|what) else/, 'else'],
  [/like to (book|make one)|like to make an appointment|shall we find/, 'offer_booking'],
  [
    /(your|the|'s) (full |first |last )?name|full name|whose name|name (for|please|again)|who is (the appointment|it) for/,
    'name',
  ],
  [/phone|number|reach you/, 'phone'],
  [/message|tell (them|the team)|what (should|shall|can) i (say|tell|pass)|what should i|tell our/, 'text'],
  [/(later|another|next|different) day\?/, 'later_day'],
  [/which appointment would you like/, 'service'],
  [
    /which (one|of|appointment)|suits? you|which would you|would you (like|prefer) (the|\w+ or)|which time would you like:|does that (suit|work)|would that (suit|work)/,
    'choice',
  ],
  [
    /which (service|treatment)|what (service|treatment|kind|type)|what .{0,20}(come in|appointment) for|what (is|brings)/,
    'service',
  ],
  [/(which|what) .{0,12}\bday|when would/, 'day'],
  [/what time|which time/, 'time'],
  [/which (doctor|dentist|practitioner)|who would you like/, 'practitioner'],
];

/** What a sentence of the agent asks for, from its last question. */
export function askedBy(text: string): Asked | undefined {
  const sentences = text.toLowerCase().match(/[^.!?]+[.!?]*/g) ?? [];
  const question = sentences.filter((one) => one.includes('?')).at(-1) ?? sentences.at(-1) ?? '';
  const direct = ASKED.find(([pattern]) => pattern.test(question));
  return question.includes('?') || direct?.[1] === 'confirm' || direct?.[1] === 'name'
    ? direct?.[1]
    : undefined;
}

/** The question for a parameter that is still missing. */
export function askFor(param: Param, again: boolean, choices: readonly string[]): string {
  const sorry = again ? 'Sorry, ' : '';
  const put = (text: string): string =>
    again ? sorry + text.slice(0, 1).toLowerCase() + text.slice(1) : text;
  switch (param.kind) {
    case 'service':
      return again && choices.length > 0
        ? `Sorry, which service would you like? We have ${spokenList(choices.slice(0, 6).map((one) => one.toLowerCase()))}.`
        : 'Which service would you like?';
    case 'day':
      return put('Which day would suit you?');
    case 'part':
      return put('Would you prefer the morning or the afternoon?');
    case 'time':
      return put('What time would suit you?');
    case 'practitioner':
      return put('Which practitioner would you like to see?');
    case 'name':
      return again ? 'Sorry, could you tell me your name again, please?' : 'May I have your name, please?';
    case 'phone':
      return put('What is the best phone number to reach you?');
    case 'birth':
      return put('What is the date of birth?');
    case 'patient':
      return put('Who is the appointment for?');
    case 'appointment':
      return put('Which appointment do you mean?');
    case 'text':
      return put('What should I tell the team?');
    case 'option':
      return put('Which of those times would you like?');
    case 'other':
      return put(`What is your ${param.name.replace(/_/g, ' ')}?`);
    default:
      return param.kind satisfies never;
  }
}

/** "a, b or c". */
export function spokenList(parts: readonly string[], word = 'and'): string {
  const last = parts.at(-1) ?? '';
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} ${word} ${last}`;
}

/** The offer of a result that brought no sentence of its own. */
export function offer(options: readonly Option[]): string {
  const some = options.slice(0, 3).map(spokenOption);
  return options.length === 1
    ? `I have ${some[0] ?? ''}. Does that suit you?`
    : `I have ${spokenList(some, 'or')}. Which suits you?`;
}

/** An option with its weekday, where its own words lack it. */
export function spokenOption(option: Option): string {
  const { day, spoken } = option;
  return day?.kind === 'weekday' && !spoken.toLowerCase().includes(dayName(day.weekday).toLowerCase())
    ? `${dayName(day.weekday)} at ${spoken}`
    : spoken;
}

/** A label at the start of a sentence. */
export const capital = (text: string): string =>
  titleCase([text.split(' ')[0] ?? '']) + text.slice((text.split(' ')[0] ?? '').length);

/** Sentences that need no facts. */
export const SAY = {
  unheard: "Sorry, I didn't catch that. Could you say it again?",
  unclear: "Sorry, I didn't quite get that. Would you like to book an appointment?",
  how: 'How can I help you?',
  here: 'Yes, I can hear you. How can I help you?',
  well: "I'm well, thank you. How can I help you?",
  welcome: "You're welcome. Is there anything else I can do for you?",
  else: 'Of course. What else can I do for you?',
  wait: 'Of course, take your time.',
  robot: "I'm an AI assistant, not a person, but I can book appointments and answer questions.",
  otherTime: 'Which other day or time would suit you?',
  whatChange: 'All right. What would you like to change?',
  whichOne: 'Sorry, which of those times would you like?',
  confirmAfterAll: 'Shall I book it as I read it out? Please say yes or no.',
  confirmAgain: 'Sorry, shall I book that? Please say yes or no.',
  dontKnow: "I'm sorry, I don't know that.",
  canMessage: 'Shall I take a message for the team?',
  cannot: "I'm sorry, I can't do that on this line.",
  noMessage: 'Is there anything else I can help you with?',
  goodbye: 'Thank you for calling. Goodbye.',
  problem: "I'm sorry, that didn't work. Could you say that once more?",
  emergency: 'If this is an emergency, please hang up and call the emergency services at once.',
  locked: "I'm sorry, I can't verify that on the phone. Shall I take a message for our front desk?",
  dropped: 'All right, then not. Is there anything else I can help you with?',
  stays: 'All right, it stays as it is. Is there anything else I can help you with?',
  without: "I'm sorry, without that I can't look anything up.",
  goAheadAfterAll: 'Shall I go ahead with what I read out? Please say yes or no.',
  goAheadAgain: 'Sorry, shall I go ahead with that? Please say yes or no.',
  stuck: "I'm sorry, I can't get any further with that.",
  whichDay: 'Which day would suit you instead?',
  manage: 'Would you like to move or cancel it?',
  noAppointment: "I can't see any appointment. Would you like to make one?",
  suits: 'Sorry, does that time suit you?',
  moment: 'One moment, please.',
} as const;
