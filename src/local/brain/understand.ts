import { type BirthContext, findBirth, withoutBirth } from './birth.ts';
import { type SaidDay, findDay } from './dates.ts';
import { type Entry, type Lexicon, matchEntry, matchPractitioner } from './lexicon.ts';
import {
  type Intent,
  type Shift,
  NO,
  WANTS_BOOKING,
  intents,
  kinIn,
  languageIn,
  saidNo,
  saidYes,
  shiftOf,
} from './intents.ts';
import { type NameContext, findName, isNamed, nameAtEnd } from './names.ts';
import { phoneNumber } from './numbers.ts';
import { type DayPart, type SaidTime, findPart, findTime } from './times.ts';
import { spelledWords } from './spelling.ts';
import { tokens } from './words.ts';

/** What a caller's turn was understood to say. */
export interface Heard extends Record<Intent, boolean> {
  text: string;
  words: string[];
  yes: boolean;
  no: boolean;
  shift: Shift | undefined;
  service: Entry | undefined;
  practitioner: Entry | undefined;
  day: SaidDay | undefined;
  part: DayPart | undefined;
  time: SaidTime | undefined;
  name: string | undefined;
  /** The words said that a name would follow: "my name is", "my son". */
  named: boolean;
  /** The relation of somebody else: "daughter". */
  kin: string | undefined;
  birth: string | undefined;
  /** Somebody named after a birth date, who is not the one it belongs to. */
  after: { kin: string; name: string | undefined } | undefined;
  /** Words said letter by letter. */
  spelled: string[];
  phone: string | undefined;
  /** A language that was asked for: `es`. */
  language: string | undefined;
}

/** What was on the table when the caller spoke. */
export interface Listening {
  lexicon: Lexicon;
  /** How many things lie on offer. */
  offers: number;
  /** What the agent had asked. */
  asked: string | undefined;
  /** Where patients are verified: how much may be a birth date, and the year it is. */
  births?: { context: BirthContext; thisYear: number } | undefined;
}

/** Longest turn that is looked at, in characters. */
const MAX_TEXT = 4_000;

/** Turns that are remembered: every request replays its conversation. */
const MAX_HEARD = 2_000;
const heardBefore = new WeakMap<Lexicon, Map<string, Heard>>();

/** Understands one turn of recognised speech; what is not surely said stays out. */
export function understand(turn: string, listening: Listening): Heard {
  const { lexicon, offers, asked, births } = listening;
  const known = heardBefore.get(lexicon) ?? new Map<string, Heard>();
  heardBefore.set(lexicon, known);
  const key = JSON.stringify([turn, offers, asked, births]);
  const heard = known.get(key) ?? readTurn(turn, listening);
  if (known.size >= MAX_HEARD) known.clear();
  if (turn.length <= MAX_TEXT) known.set(key, heard);
  return { ...heard };
}

function readTurn(turn: string, listening: Listening): Heard {
  const { births } = listening;
  const whole = turn.slice(0, MAX_TEXT);
  const all = births ? tokens(whole) : [];
  const birth = births && findBirth(all, births.context, births.thisYear);
  // the numbers of a birth date are no day, no time and no telephone number
  const text = birth ? withoutBirth(whole, all, birth, ' . ') : whole;
  const words = tokens(birth ? withoutBirth(whole, all, birth, ' born ') : whole);
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
  const after = birth && personAfter(text);
  const said = birth ? nameWithBirth(text, after !== undefined) : findName(text, listed ? 'free' : context);
  const name =
    context === 'asked' && NO.test(flat) && said !== undefined && !/name/.test(flat) ? undefined : said;
  const unnamed = name === undefined ? useful : withoutName(useful, name);
  const yes = saidYes(words, flat);
  const no = saidNo(flat);
  return {
    text: turn.trim(),
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
    named: isNamed(text),
    kin: kinIn(flat),
    birth: birth?.phrase,
    after,
    spelled: births ? spelledWords(text) : [],
    phone,
    language: languageIn(flat),
    shift: shiftOf(flat),
  };
}

/** "Sara Khan, 3rd of May 1990": what stands before a birth date is whose it is. */
function nameWithBirth(text: string, other: boolean): string | undefined {
  const before = text.slice(0, text.indexOf(' . '));
  return findName(before, 'asked') ?? nameAtEnd(before) ?? (other ? undefined : findName(text, 'free'));
}

/** "…, born in May 1990, and it's for my son Ali": who comes after the birth date. */
function personAfter(text: string): { kin: string; name: string | undefined } | undefined {
  const at = text.indexOf(' . ');
  if (kinIn(tokens(text.slice(0, at)).join(' ')) !== undefined) return undefined;
  const rest = text.slice(at + 3);
  const kin = kinIn(tokens(rest).join(' '));
  return kin === undefined ? undefined : { kin, name: findName(rest, 'free') };
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
