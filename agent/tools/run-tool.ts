import { CALL } from '../../src/config/defaults.ts';
import { OpenhoursError, isOpenhoursError } from '../../src/errors.ts';
import type { CallState } from '../call-state.ts';

/**
 * What a tool gives back. `say`, where it stands, is spoken as it is, without asking the model again: dates and confirmations are worded
 * by code from what is stored, and the caller waits for one model answer less.
 */
export interface ToolReply {
  say?: string;
  [key: string]: unknown;
}

const APOLOGY = "I'm sorry, I can't reach our appointment book just now. Could you say that once more?";

/**
 * Runs a tool: with a time limit, on record, and with errors turned into a sentence, for a caller never hears raw error text.
 */
export async function runTool(
  state: CallState,
  name: string,
  args: unknown,
  execute: () => Promise<ToolReply>,
): Promise<ToolReply> {
  const startedMs = performance.now();
  let reply: ToolReply;
  let errorCode: string | null = null;
  try {
    reply = await withLimit(execute());
  } catch (error) {
    errorCode = isOpenhoursError(error) ? error.code : 'CALL_FAILED';
    state.log.error({ tool: name, errorCode, error }, 'tool failed');
    reply = { error: errorCode, say: APOLOGY };
  }
  const durationMs = performance.now() - startedMs;
  state.log.info({ tool: name, errorCode, durationMs: Math.round(durationMs), pii: { args } }, 'tool run');
  state.ledger.toolRun({ name, arguments: args, result: reply, errorCode, durationMs });
  remember(state, name, args, reply);
  state.ledger.addToTurn({ tool: name, parts: { toolMs: Math.round(durationMs) } });
  return reply;
}

async function withLimit(reply: Promise<ToolReply>): Promise<ToolReply> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new OpenhoursError('CALL_FAILED', `no answer within ${CALL.toolMs} ms`)),
      CALL.toolMs,
    );
  });
  try {
    return await Promise.race([reply, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** So many runs are kept for a successor: the search, the proposal, and one between. */
const KEPT_RUNS = 3;

function remember(state: CallState, name: string, args: unknown, reply: ToolReply): void {
  const { turnIndex } = state.ledger;
  state.toolMemory.push({
    turn: turnIndex,
    name,
    args: JSON.stringify(args) ?? '{}',
    output: JSON.stringify(reply),
  });
  state.toolMemory.splice(0, state.toolMemory.length - KEPT_RUNS);
  state.changed();
}
