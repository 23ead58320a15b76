import type { DaySpec } from './dates.ts';
import type { Lexicon } from './lexicon.ts';
import type { Pick } from './pick.ts';
import type { PromptFacts } from './prompt.ts';
import type { Option, ToolResult } from './results.ts';
import type { JsonObject, Tool, ToolRole } from './schema.ts';
import type { Asked } from './speak.ts';
import type { DayPart, SaidTime } from './times.ts';
import type { Heard } from './understand.ts';

/** What is known of the caller's wish so far. */
export interface Wish {
  service?: string;
  day?: { spec: DaySpec; phrase: string };
  part?: DayPart;
  time?: SaidTime;
  practitioner?: string;
  name?: string;
  /** The date of birth that goes with the name, in the caller's words. */
  birth?: string;
  /** A date of birth that was not understood: perhaps the rest of it comes. */
  birthSoFar?: string;
  phone?: string;
  /** A message for the team, in the caller's words. */
  text?: string;
}

/** A patient whom the call has verified. */
export interface KnownPatient {
  /** How tools call them: `p1`. */
  key: string;
  name: string;
  /** What the caller called them: "daughter". */
  kin: string | undefined;
}

/** What is known of the person it is about. */
export interface Persons {
  known: KnownPatient[];
  /** The one that the matter in hand is for. */
  current: string | undefined;
  /** Somebody else than those known is meant: "my daughter", or just a name that is none of theirs. */
  other: boolean;
  kin: string | undefined;
  /** Who it is for, when the caller says first who is calling: "this is Sara Khan, it's for my son". */
  next: { kin: string; name: string | undefined } | undefined;
  /** A tool has asked who it is, and nobody was verified since. */
  asked: boolean;
  /** A tool wants the telephone number on record. */
  needsPhone: boolean;
  /** Not on record yet. */
  newcomer: boolean;
  /** The name with which nobody was found. */
  refused: string | undefined;
  /** Too many wrong answers. */
  locked: boolean;
}

/** The conversation so far, replayed from the messages: nothing is kept between requests. */
export interface Memory {
  wish: Wish;
  /** The wish of the matter that was done last: "and the same for my son". */
  doneWish: Wish;
  options: Option[];
  chosen: string | undefined;
  persons: Persons;
  /** Appointments on record; undefined while they were not looked up. */
  appointments: Option[] | undefined;
  appointment: string | undefined;
  /** What was laid out last, to be chosen from. */
  table: 'slots' | 'appointments';
  /** The language that was switched to. */
  language: string;
  /** Calls since the caller last spoke, and in the turns before. */
  calls: Called[];
  /** The newest call of something of a patient's. */
  lastPersonal: string | undefined;
  /** How often the caller has spoken. */
  turn: number;
  /** The tool whose details wait for the caller's yes. */
  prepared: string | undefined;
  /** What kind of tool read them back. */
  readBack: ToolRole | undefined;
  /** What the caller wants done: a booking, or the name of another tool. */
  goal: string | undefined;
  asked: Asked | undefined;
  /** What the caller was just asked to type: what they say to it answers the same question. */
  keys: 'birth' | 'phone' | undefined;
  lastSaid: string;
  /** What was said before that. */
  saidBefore: string;
  lastArgs: JsonObject | undefined;
  lastFields: JsonObject;
  /** A question that could not be answered: the message to pass on, if the caller wants that. */
  openQuestion: string | undefined;
  /** Results of the tools called last, in order, and who gave them. */
  results: { tool: Tool | undefined; result: ToolResult }[];
  /** The caller's newest turn, and what it did. */
  heard: Heard | undefined;
  pick: Pick;
  changed: boolean;
}

/** A tool call of the conversation: `find_slots {"service":…}`, and the caller's turn it answered. */
export interface Called {
  call: string;
  turn: number;
}

/** What the replay reads with. */
export interface Setting {
  tools: readonly Tool[];
  lexicon: Lexicon;
  prompt: PromptFacts;
}

/** The goal of booking an appointment. */
export const BOOK = 'book';

/** A memory of nothing. */
export function newMemory(): Memory {
  return {
    wish: {},
    doneWish: {},
    options: [],
    chosen: undefined,
    persons: {
      known: [],
      current: undefined,
      other: false,
      kin: undefined,
      next: undefined,
      asked: false,
      needsPhone: false,
      newcomer: false,
      refused: undefined,
      locked: false,
    },
    appointments: undefined,
    appointment: undefined,
    table: 'slots',
    language: 'en',
    calls: [],
    lastPersonal: undefined,
    turn: 0,
    prepared: undefined,
    readBack: undefined,
    goal: undefined,
    asked: undefined,
    keys: undefined,
    lastSaid: '',
    saidBefore: '',
    lastArgs: undefined,
    lastFields: {},
    openQuestion: undefined,
    results: [],
    heard: undefined,
    pick: { kind: 'silent' },
    changed: false,
  };
}

/** The first offered tool of a role. */
export function byRole(setting: Setting, role: ToolRole): Tool | undefined {
  return setting.tools.find((tool) => tool.role === role);
}

/** True where patients are verified by name and birth date before anything of theirs is touched. */
export function verifies(setting: Setting): boolean {
  return byRole(setting, 'identify') !== undefined;
}
