import type { Caller, Heard } from '../../src/rehearsal/caller.ts';
import { type CallerScript, answerTo } from '../../src/rehearsal/scripted-caller.ts';
import { type TestStack, type TurnRow, untilTrue } from './stack.ts';

/** What the agent said, and what the caller heard of it. */
export interface Sentence {
  text: string;
  heard: Heard;
}

/** A caller whose name the local recogniser hears right. */
export const BOOKING_SCRIPT: CallerScript = {
  opening: 'Hello. I would like to book a check-up on Tuesday at ten in the morning.',
  name: 'David Brown',
  born: 'May the third, 1980',
  farewell: 'That is all, thank you. Goodbye.',
};

/** More exchanges than any script needs. */
const MAX_TURNS = 12;

/** Listens to what the agent says after the caller has spoken `turns` times, and reads its words from the ledger. */
export async function hear(stack: TestStack, caller: Caller, turns: number): Promise<Sentence> {
  const heard = await caller.listen({ timeoutMs: 30_000 });
  const stored = async () =>
    (await stack.turns(caller)).findLast(({ index }: TurnRow) => index >= turns)?.agent_text ?? undefined;
  return { heard, text: await untilTrue(stored, 10_000, `turn ${turns} of ${caller.call.callId} has words`) };
}

/**
 * Plays a script until the agent says goodbye; what the agent said, in order. `beforeReply` is told each sentence of the agent and what the
 * caller is about to answer; false ends the conversation there.
 */
export async function converse(
  stack: TestStack,
  caller: Caller,
  script: CallerScript = BOOKING_SCRIPT,
  beforeReply: (sentence: Sentence, reply: string) => Promise<boolean | void> = async () => undefined,
): Promise<Sentence[]> {
  await caller.answered;
  const said: Sentence[] = [];
  while (said.length < MAX_TURNS) {
    const sentence = await hear(stack, caller, said.length);
    said.push(sentence);
    const reply = answerTo(sentence.text, script);
    if (reply === undefined || (await beforeReply(sentence, reply)) === false) return said;
    await caller.say(reply);
  }
  throw new Error(`no end after ${MAX_TURNS} turns: ${said.map(({ text }) => text).join(' / ')}`);
}
