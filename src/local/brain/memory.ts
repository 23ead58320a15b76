import type { DaySpec } from './dates.ts';
import type { Lexicon } from './lexicon.ts';
import type { Pick } from './pick.ts';
import type { PromptFacts } from './prompt.ts';
import type { Option, ToolResult } from './results.ts';
import type { JsonObject, Tool } from './schema.ts';
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
  phone?: string;
  /** A message for the team, in the caller's words. */
  text?: string;
}

/** The conversation so far, replayed from the messages: nothing is kept between requests. */
export interface Memory {
  wish: Wish;
  options: Option[];
  idKey: string | undefined;
  chosen: string | undefined;
  /** The tool whose details wait for the caller's yes. */
  prepared: string | undefined;
  /** What the caller wants done: a booking, or the name of another tool. */
  goal: string | undefined;
  asked: Asked | undefined;
  lastSaid: string;
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

/** What the replay reads with. */
export interface Setting {
  tools: readonly Tool[];
  lexicon: Lexicon;
  prompt: PromptFacts;
}

/** The goal of booking an appointment. */
export const BOOK = 'book';
