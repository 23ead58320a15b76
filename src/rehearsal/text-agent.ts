import type { CallOutcome } from '../clinic/calls.ts';
import type { Database } from '../clinic/database.ts';
import type { CallId } from '../clinic/ids.ts';
import type { Config } from '../config/load.ts';
import type { Logger } from '../log.ts';

/** What an agent needs to take a call by text. */
export interface TextAgentOptions {
  readonly db: Database;
  readonly openai: Config['openai'];
  /** Unique, as LiveKit's would be. */
  readonly room: string;
  /** E.164, or undefined for a hidden number. */
  readonly callerNumber: string | undefined;
  readonly dialledNumber: string;
  readonly workerId: string;
  /** The present, ms since the epoch. */
  readonly nowMs: () => number;
  /** What comes of a transfer. */
  readonly transfer: (to: string) => Promise<'completed' | 'busy' | 'no_answer' | 'failed'>;
  readonly log: Logger;
}

/** How a call by text ended. */
export type TextEnd = 'goodbye' | 'caller_hung_up' | 'caller_silent' | 'transferred' | 'lost_turns';

/** What the agent does when it has heard something. */
export interface AgentAnswer {
  /** Everything that would be heard, in order; empty when nothing would. */
  readonly text: string;
  /** The tools that ran for it, in order. */
  readonly tools: readonly { name: string; arguments: string; result: string }[];
  /** Set when the agent ends the call with this. */
  readonly over: TextEnd | undefined;
}

/** The agent's side of one call by text. The composition of the parts that are under test is in `agent/text-agent.ts`. */
export interface TextAgent {
  readonly callId: CallId;
  /** Of the agent in the call; 1. */
  readonly epoch: number;
  readonly greeting: string;
  /** The caller has said something. */
  hear(text: string): Promise<AgentAnswer>;
  /** The caller says nothing for as long as anybody waits. */
  hearNothing(): Promise<AgentAnswer>;
  /** The caller presses keys. */
  press(keys: string): Promise<AgentAnswer>;
  /** Resolves when every row so far is written. */
  settled(): Promise<void>;
  /** Ends the call; resolves when its outcome and every row is written. */
  end(how: TextEnd): Promise<{ outcome: CallOutcome; reason: string }>;
  /** Gives back what the agent holds; the call need not have ended. The next call need not wait for it. Never rejects. */
  release(): Promise<void>;
}

/** Opens a call and greets the caller. */
export type StartTextAgent = (options: TextAgentOptions) => Promise<TextAgent>;
