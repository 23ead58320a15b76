import type { Caller, Heard } from '../../src/rehearsal/caller.ts';
import type { CallerScript } from '../../src/rehearsal/scripted-caller.ts';
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

/** Listens to what the agent says after the caller has spoken `turns` times, and reads its words from the ledger. */
export async function hear(stack: TestStack, caller: Caller, turns: number): Promise<Sentence> {
  const heard = await caller.listen({ timeoutMs: 30_000 });
  const stored = async () =>
    (await stack.turns(caller)).findLast(({ index }: TurnRow) => index >= turns)?.agent_text ?? undefined;
  return { heard, text: await untilTrue(stored, 10_000, `turn ${turns} of ${caller.call.callId} has words`) };
}
