import { alike, hasWord } from './words.ts';

/** A wish for other times than those offered. */
export type Shift = 'later' | 'earlier' | 'day' | 'other';

/** Words with which people ask for an appointment. */
export const WANTS_BOOKING =
  /\b(book|booked|appointments?|schedule|reserve|see (a|the|my|doctor|dr|someone|somebody)|come in|get in|fit me in|squeeze me|make a time|sign up)\b|\b(do you have|have you got|is there|are there|got|there) (anything|something|any (free |available |open )?(time|times|slots?|openings?|availability|space|spots?)|an? (free )?(slot|opening|time|space|spot)|(space|room|time|availability))\b|\b(available|availability|free (slot|time|on|at|for|in)|(first|next|earliest|soonest) (available|free|possible|slot|time|appointment))\b|\bwhat (times|slots|days) (do|are|have)\b/;
const HOURS =
  /\b(opening (hours|times)|open(ing)? (ours|our)|hours|when (do|are|will) you (open|close|shut|closed)|what time (do|are|will) you|are you (open|closed|there) |are you (open|closed)$|you (guys )?open\b|do you (open|close)|how (long|late) are you open|till when)\b/;
const EMERGENCY =
  /\b(chest pains?|cant breathe|cannot breathe|not breathing|trouble breathing|heart attack|having a stroke|unconscious|passed out|bleeding (a lot|heavily|badly)|wont stop bleeding|overdose|suicid\w*|life threatening|medical emergency)\b/;
const LONG_AGO = /\b(last (year|month|summer|winter)|(years|months) ago|used to|history of)\b/;
const QUESTION =
  /^(and |so |well |but |uh |um |okay |ok |hi |hello |sorry |yes |also |please )*(what|whats|where|wheres|when|whens|who|whos|how|hows|why|which|do|does|is|are|can|could|would|will|should|am|have|has|may) |\b(do you|does it|is it|is there|are there|are you|can i|could i|may i|do i|should i|how much|how long|what about|how about|i was wondering|can you tell|could you tell|what is|what are|where is|wheres|tell me about)\b/;
const YES =
  /^(uh |um |oh |ah |well |so |no no |and )*(yes|yeah|yep|yup|ya|yess|sure|correct|right|exactly|absolutely|definitely|certainly|okay|ok|okey|fine|perfect|great|lovely|wonderful|good|please do|of course|go ahead|book it|confirm|thats (right|correct|fine|good|it|perfect|great|okay|ok)|that is (right|correct|fine|good)|(that|it|this) (works|suits)|(that|it) (sounds|would be|will be|is|ll be) (good|great|fine|perfect|okay|ok|lovely|right|correct)|sounds (good|great|fine|perfect|right)|all right|alright|no thats (right|correct|fine))\b|\b(yes please|yes thats|thats (right|correct)|go ahead|sounds (good|great)|works for me|please book|book it|ill take (it|that)|that works|would be (great|good|perfect|fine|lovely))\b/;
/** Words that deny or refuse. */
export const NO =
  /^(uh |um |oh |ah |well |so |actually |sorry )*(no|nope|nah|not|wrong|incorrect|never mind|nevermind|negative|none)\b|\b(thats (not|wrong|incorrect)|that is (not|wrong)|not (right|correct|quite|good|that|what)|doesnt (work|suit)|does not (work|suit)|dont (want|think|like)|cant (make|do)|wont work|no thanks|no thank you|neither)\b/;
const NO_BUT_YES =
  /^(no )?(no problem|no worries|not at all|no thats (right|correct|fine|all right|perfect))\b/;

/** True for a no that is none within a yes: "no, that's right". */
export function saidNo(flat: string): boolean {
  return !NO_BUT_YES.test(flat) && NO.test(flat);
}

/** What a caller's turn does or asks for. */
export type Intent =
  | 'book'
  | 'cancel'
  | 'move'
  | 'message'
  | 'human'
  | 'robot'
  | 'hours'
  | 'emergency'
  | 'greeting'
  | 'thanks'
  | 'bye'
  | 'repeat'
  | 'wait'
  | 'question'
  | 'anyTime'
  | 'list'
  | 'waiting'
  | 'newcomer'
  | 'slower'
  | 'faster'
  | 'keypad'
  | 'urgent';

/** Which intents the words of a turn show. */
export function intents(words: readonly string[], flat: string, text: string): Record<Intent, boolean> {
  const cancel =
    /\b(cancel|cancels|cancelled|canceled|cancelling|canceling|cancellation|call off|council (my|the|it))\b/.test(
      flat,
    ) && !/\bcancell?ation (policy|fee|fees|charge|charges|rules?)\b/.test(flat);
  const move =
    /\b(reschedule|rescheduled|postpone|move|change) (my|the|an|our|it|his|her|their|that|appointment)\b|\breschedul|\b(postpone|bring (it|that) forward|(push|put) (it|that) (back|off)|(move|change) (him|her|them|us|me) to)\b|\b(another|different) (day|time) for (my|the|our) \w+|^(to )?(move|change)( (it|please|that))*$/.test(
      flat,
    ) && !/\bchange (my|the|his|her) (name|number|phone|address|mind)\b/.test(flat);
  const hours = HOURS.test(flat);
  return {
    cancel,
    move,
    hours,
    book:
      !hours &&
      (WANTS_BOOKING.test(flat) ||
        hasWord(words, 'appointment', 0.74) ||
        /\b(make|book|need|want|get) an? \w{3,9}ment\b/.test(flat)),
    ...servedIntents(flat),
    message:
      /\b(leave|take|pass|send) (\w+ )?(\w+ )?message\b|\b(call|ring|phone) (me|us|him|her) back\b|\bcall ?back\b|\b(tell|inform|let) (the |my )?(doctor|dr|dentist|team|front desk|staff|office|receptionist)\b/.test(
        flat,
      ),
    human:
      /\b(real|actual|human|living) (person|being|human)|\b(speak|talk|speaking|talking|put me through|connect me|transfer me) (to|with)? ?(\w+ )?(someone|somebody|person|human|receptionist|staff|manager|nurse|front desk|agent)\b|\b(operator|a human)\b/.test(
        flat,
      ),
    robot:
      /\b(are|is|am) (you|this|i) .{0,20}\b(robot|robots|machine|computer|bot|ai|a i|real person|real|human|recording)\b|\bare you an? (ro|rob)\w*/.test(
        flat,
      ),
    emergency: EMERGENCY.test(flat) && !LONG_AGO.test(flat),
    greeting: /^(uh |um )*(hello|hi|hey|good (morning|afternoon|evening))\b/.test(flat),
    thanks: /\b(thank you|thanks|thank u|cheers)\b/.test(flat),
    bye: saidBye(words, flat),
    repeat:
      /\b(repeat|say (that|it) again|come again|once more|didnt (hear|catch|get)|what did you say|pardon|what was that)\b/.test(
        flat,
      ) || /^(sorry|what|excuse me|huh)$/.test(flat),
    wait: /\b(hold on|one moment|one second|just a (moment|second|minute)|wait a (moment|second|minute)|give me a (moment|second|minute)|let me (check|think|see))\b/.test(
      flat,
    ),
    question: text.includes('?') || QUESTION.test(flat),
    anyTime:
      /\b(any ?time|any ?day|whenever|as soon as possible|asap|earliest|soonest|first available|next available|doesnt matter|dont mind|no preference)\b/.test(
        flat,
      ),
  };
}

/** True for a yes, also as a recogniser writes it. */
export function saidYes(words: readonly string[], flat: string): boolean {
  if (YES.test(flat)) return true;
  const first = words[0] ?? '';
  // "yes please" comes out of the recogniser as "guess please", "yes bleed", "yet peas"
  return (
    words.length <= 3 &&
    ((/^(guess|yet|yes|yas|yeas|gas|jess|ses)$/.test(first) &&
      words.length >= 2 &&
      alike(words[1] ?? '', 'please') >= 0.6) ||
      (words.length === 1 && /^(yas|yess|yes|yeas|jess)$/.test(first)))
  );
}

function saidBye(words: readonly string[], flat: string): boolean {
  if (
    /\b(good ?bye|bye|by by|bye bye|see you( (then|later|soon|tomorrow))?$|take care|talk to you (later|soon)|have a (nice|good|great|lovely))\b/.test(
      flat,
    )
  )
    return true;
  if (/\b(thats|that is|that was|thatll be|that will be) (all|it|everything)\b/.test(flat)) return true;
  return words.length <= 3 && words.some((word) => word.length >= 6 && alike(word, 'goodbye') >= 0.72);
}

/** The wish for another time, if there is one. */
export function shiftOf(flat: string): Shift | undefined {
  if (/\b(another|different|other|some other) day\b/.test(flat)) return 'day';
  if (/\b(later|afterwards)\b/.test(flat) && !/\bsee you later\b/.test(flat)) return 'later';
  if (/\b(earlier|sooner)\b/.test(flat)) return 'earlier';
  if (
    /\b(none of|neither|another time|other times?|different times?|other slots?|something else|anything else|else)\b/.test(
      flat,
    )
  )
    return 'other';
  return undefined;
}

const LIST =
  /\b(when|what time|what day|which day) (is|are|was|s) (my|our|the|his|her|their) (next |upcoming )?(appointments?|visits?|bookings?)|\b(when|what time|what day|which day) (my|our|his|her|their) (next |upcoming )?(appointments?|visits?|bookings?) (is|are|was)\b|\b(my|our|his|her|any) (\w+ )?(appointments?|bookings?) (do i have|have i got|are there|is it|again)|\b(do|did) (i|we|he|she) (still |even )?have an? (\w+ )?(appointment|booking)|\bwhat (appointments?|bookings?)\b|\b(check|confirm|look up|remind me of|know about|hear|verify|forgot|forgotten|list|tell me) (\w+ )?(my|our|his|her) (\w+ )?(appointments?|bookings?)|\b(have|got) (any|an) (appointments?|bookings?) (with you|booked|on file|coming)/;
const WAITING =
  /\b(wait|waiting|weighting|waited) ?list|\bwaitlist\b|\b(call|let) me (know )?(if|when) (something|anything|one|a) \w* ?(comes|opens|becomes|frees|free|is)\b/;
const NEWCOMER =
  /\b(new|knew) (patient|patience|client|customer|here|there)\b|\b(im|i am|we are|were|hes|shes|he is|she is) (\w+ )?new\b|\bnever been (there|here|to|with)\b|\b(first|1st) (time|visit|appointment) (here|there|with you|at)\b|\b(its|it is|this is|that is|thats) my first (time|visit|appointment)\b|\bnot (registered|a patient|with you) ?(yet)?\b|\b(register|sign up|enrol|enroll|join the (clinic|practice)|havent been (there|here|before)|(registered|been (there|here|to you)) before)\b/;
const SLOWER =
  /\b(slow|slower|slowly|slow down)\b.{0,30}$|\b(too|so|very|talking|speaking) (fast|quick|quickly)\b|\bslow(er|ly)?\b/;
const FASTER = /\b(faster|speed up|too slow(ly)?|quicker|normal speed|more quickly|speak fast|talk fast)\b/;
const KEYPAD =
  /\b(keypad|key pad|key it in|type (it|that|them) in|enter it|press (it|the (keys|numbers|buttons))|(have|use|give you|with|by) (a|my|the) (\w+ )?code)\b/;

/** Intents that only tools beyond searching and booking serve. */
function servedIntents(
  flat: string,
): Record<'list' | 'waiting' | 'newcomer' | 'slower' | 'faster' | 'keypad' | 'urgent', boolean> {
  const faster = FASTER.test(flat);
  return {
    list: LIST.test(flat),
    waiting: WAITING.test(flat),
    newcomer: NEWCOMER.test(flat) && !/\b(im|i am|we are|were) not (\w+ )?new\b/.test(flat),
    slower: !faster && SLOWER.test(flat),
    faster,
    keypad: KEYPAD.test(flat),
    urgent: /\b(urgent|urgently|as soon as possible|right away|immediately|emergency)\b/.test(flat),
  };
}

const KIN =
  /\b(?:my|our) (?:(?:(other|second)|older|younger|elder|little|first|oldest|youngest|eldest|new|two|three|both) )?(sons?|daughters?|child|children|kids?|wife|husband|mother|father|mom|mum|dad|baby|brother|sister|partner|grandson|granddaughter)\b/;

/** Somebody else it is about: "daughter". Several of them are nobody in particular. */
export function kinIn(flat: string): string | undefined {
  const [, other, kin] = KIN.exec(flat) ?? [];
  if (kin === undefined || /^(sons|daughters|children|kids)$/.test(kin)) return undefined;
  return other === undefined ? kin : `other ${kin}`;
}

const LANGUAGES: readonly (readonly [RegExp, string])[] = [
  [/^(spanish|espanol|castellano|spanich)$/, 'es'],
  [/^(urdu|ardu|اردو)$/, 'ur'],
  [/^(english|ingles|angrezi)$/, 'en'],
];

/** The language that is asked for: "can we speak Spanish", "en español", "urdu mein baat karein". */
export function languageIn(flat: string): string | undefined {
  const words = flat.split(' ');
  const at = words.findIndex((word) => LANGUAGES.some(([pattern]) => pattern.test(word)));
  const word = words[at];
  if (word === undefined) return undefined;
  const around = words.slice(Math.max(0, at - 6), at + 5).join(' ');
  const asks =
    words.length <= 3 ||
    /\b(speak|speaks|talk|in|switch|change|continue|prefer|language|know|habla|hablas|hablo|hablar|en|mein|me|mai|bol|baat|please|por favor)\b|میں|بات/.test(
      around,
    );
  const denied = /\b(no|not|dont|cant|never) (\w+ ){0,3}$/.test(
    `${words.slice(Math.max(0, at - 4), at).join(' ')} `,
  );
  return asks && !denied ? LANGUAGES.find(([pattern]) => pattern.test(word))?.[1] : undefined;
}
