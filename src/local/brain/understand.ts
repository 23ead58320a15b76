import { type SaidDay, findDay } from './dates.ts';
import { type Entry, type Lexicon, matchEntry, matchPractitioner } from './lexicon.ts';
import { type NameContext, findName } from './names.ts';
import { phoneNumber } from './numbers.ts';
import { type DayPart, type SaidTime, findPart, findTime } from './times.ts';
import { alike, hasWord, tokens } from './words.ts';

/** A wish for other times than those offered. */
export type Shift = 'later' | 'earlier' | 'day' | 'other';

/** What a caller's turn was understood to say. */
export interface Heard {
  text: string;
  words: string[];
  yes: boolean;
  no: boolean;
  book: boolean;
  cancel: boolean;
  move: boolean;
  message: boolean;
  human: boolean;
  robot: boolean;
  hours: boolean;
  emergency: boolean;
  greeting: boolean;
  thanks: boolean;
  bye: boolean;
  repeat: boolean;
  wait: boolean;
  question: boolean;
  anyTime: boolean;
  shift: Shift | undefined;
  service: Entry | undefined;
  practitioner: Entry | undefined;
  day: SaidDay | undefined;
  part: DayPart | undefined;
  time: SaidTime | undefined;
  name: string | undefined;
  phone: string | undefined;
}

/** What was on the table when the caller spoke. */
export interface Listening {
  lexicon: Lexicon;
  /** How many things lie on offer. */
  offers: number;
  /** What the agent had asked. */
  asked: string | undefined;
}

const WANTS_BOOKING =
  /\b(book|booked|appointments?|schedule|reserve|see (a|the|my|doctor|dr|someone|somebody)|come in|get in|fit me in|squeeze me|make a time|sign up)\b|\b(do you have|have you got|is there|are there|got|there) (anything|something|any (free |available |open )?(time|times|slots?|openings?|availability|space|spots?)|an? (free )?(slot|opening|time|space|spot)|(space|room|time|availability))\b|\b(available|availability|free (slot|time|on|at|for|in)|(first|next|earliest|soonest) (available|free|possible|slot|time|appointment))\b|\bwhat (times|slots|days) (do|are|have)\b/;
const HOURS =
  /\b(opening (hours|times)|open(ing)? (ours|our)|hours|when (do|are|will) you (open|close|shut|closed)|what time (do|are|will) you|are you (open|closed|there) |are you (open|closed)$|you (guys )?open\b|do you (open|close)|how (long|late) are you open|till when)\b/;
const EMERGENCY =
  /\b(chest pains?|cant breathe|cannot breathe|not breathing|trouble breathing|heart attack|having a stroke|unconscious|passed out|bleeding (a lot|heavily|badly)|wont stop bleeding|overdose|suicid\w*|life threatening|medical emergency)\b/;
const QUESTION =
  /^(and |so |well |but |uh |um |okay |ok |hi |hello |sorry |yes |also |please )*(what|whats|where|wheres|when|whens|who|whos|how|hows|why|which|do|does|is|are|can|could|would|will|should|am|have|has|may) |\b(do you|does it|is it|is there|are there|are you|can i|could i|may i|do i|should i|how much|how long|what about|how about|i was wondering|can you tell|could you tell|what is|what are|where is|wheres|tell me about)\b/;
const YES =
  /^(uh |um |oh |ah |well |so |no no |and )*(yes|yeah|yep|yup|ya|yess|sure|correct|right|exactly|absolutely|definitely|certainly|okay|ok|okey|fine|perfect|great|lovely|wonderful|good|please do|of course|go ahead|book it|confirm|thats (right|correct|fine|good|it|perfect|great|okay|ok)|that is (right|correct|fine|good)|(that|it|this) (works|suits)|(that|it) (sounds|would be|will be|is|ll be) (good|great|fine|perfect|okay|ok|lovely|right|correct)|sounds (good|great|fine|perfect|right)|all right|alright|no thats (right|correct|fine))\b|\b(yes please|yes thats|thats (right|correct)|go ahead|sounds (good|great)|works for me|please book|book it|ill take (it|that)|that works|would be (great|good|perfect|fine|lovely))\b/;
const NO =
  /^(uh |um |oh |ah |well |so |actually |sorry )*(no|nope|nah|not|wrong|incorrect|never mind|nevermind|negative|none)\b|\b(thats (not|wrong|incorrect)|that is (not|wrong)|not (right|correct|quite|good|that|what)|doesnt (work|suit)|does not (work|suit)|dont (want|think|like)|cant (make|do)|wont work|no thanks|no thank you|neither)\b/;
const NO_BUT_YES =
  /^(no )?(no problem|no worries|not at all|no thats (right|correct|fine|all right|perfect))\b/;

/** Understands one turn of recognised speech; what is not surely said stays out. */
export function understand(text: string, listening: Listening): Heard {
  const words = tokens(text);
  const flat = words.join(' ');
  const context: NameContext =
    listening.asked === 'name' ? 'asked' : /^(confirm|change)$/.test(listening.asked ?? '') ? 'read' : 'free';
  const phone = phoneNumber(words, listening.asked === 'phone' ? 4 : 6);
  const useful = withoutDenied(phone === undefined ? words : withoutDigits(words));
  const day = findDay(useful, listening.offers);
  const timed = day ? [...useful.slice(0, day.from), 'on', ...useful.slice(day.to)] : useful;
  // where a service must be named, less will do
  const due = listening.asked === 'service' || WANTS_BOOKING.test(flat);
  const service = matchEntry(useful, listening.lexicon.services, due ? 0.64 : 0.76);
  const time = findTime(timed);
  const part = findPart(useful);
  const facts = day !== undefined || time?.explicit === true || part !== undefined;
  const listed = facts || service !== undefined;
  const said = findName(text, listed ? 'free' : context);
  const name =
    context === 'asked' && NO.test(flat) && said !== undefined && !/name/.test(flat) ? undefined : said;
  const unnamed = name === undefined ? useful : withoutName(useful, name);
  const yes = saidYes(words, flat);
  const no = !NO_BUT_YES.test(flat) && NO.test(flat);
  return {
    text: text.trim(),
    words,
    yes: yes && !no,
    no,
    ...intents(words, flat, text),
    service,
    practitioner: matchPractitioner(unnamed, listening.lexicon.practitioners),
    day,
    part,
    time,
    name,
    phone,
    shift: shiftOf(flat),
  };
}

type Intent =
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
  | 'anyTime';

function intents(words: readonly string[], flat: string, text: string): Record<Intent, boolean> {
  const cancel = /\b(cancel|cancels|cancelled|canceled|cancellation|call off)\b/.test(flat);
  const move =
    /\b(reschedule|rescheduled|postpone|move|change) (my|the|an|our|it|appointment)\b|\breschedul/.test(flat);
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
    message: /\b(leave|take|pass|send) (\w+ )?(\w+ )?message\b|\bcall (me|us) back\b|\bcallback\b/.test(flat),
    human:
      /\b(real|actual|human|living) (person|being|human)|\b(speak|talk|speaking|talking|put me through|connect me|transfer me) (to|with)? ?(\w+ )?(someone|somebody|person|human|receptionist|staff|manager|nurse|front desk|agent)\b|\b(operator|a human)\b/.test(
        flat,
      ),
    robot:
      /\b(are|is|am) (you|this|i) .{0,20}\b(robot|robots|machine|computer|bot|ai|a i|real person|real|human|recording)\b|\bare you an? (ro|rob)\w*/.test(
        flat,
      ),
    emergency: EMERGENCY.test(flat),
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

function saidYes(words: readonly string[], flat: string): boolean {
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

function shiftOf(flat: string): Shift | undefined {
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

/** "not Tuesday, Wednesday": what is denied is left out. */
function withoutDenied(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const denies = words[at] === 'not' || (words[at] === 'instead' && words[at + 1] === 'of');
    if (!denies) {
      kept.push(words[at] ?? '');
      continue;
    }
    if (words[at] === 'instead') at++;
    while (/^(a|an|the|on|at|for|in|my|with)$/.test(words[at + 1] ?? '')) at++;
    at++;
  }
  return kept;
}

function withoutDigits(words: readonly string[]): string[] {
  return words.filter(
    (word) =>
      !/^\d+$/.test(word) &&
      !/^(zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple|plus)$/.test(word),
  );
}

function withoutName(words: readonly string[], name: string): string[] {
  const own = tokens(name);
  return words.filter((word) => !own.includes(word));
}
