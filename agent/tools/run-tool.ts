import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import { ownWords } from '../../src/clinic/sentences.ts';
import { CALL } from '../../src/config/defaults.ts';
import { type ErrorCode, OpenhoursError, isOpenhoursError } from '../../src/errors.ts';
import type { CallState } from '../call-state.ts';
import { madeTrue } from '../claims-guard.ts';
import { LOCKED_TEXT, WHO_TEXT } from './who.ts';

/**
 * What a tool gives back. `say`, where it stands, is spoken as it is, without asking the model again: dates and confirmations are worded
 * by code from what is stored, and the caller waits for one model answer less.
 */
export interface ToolReply {
  say?: string;
  [key: string]: unknown;
}

const APOLOGY = TOOL_SENTENCES.apology.en;

/** Errors that are no fault of anything: what the caller is told instead of the apology. */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  PATIENT_NOT_VERIFIED: WHO_TEXT,
  IDENTITY_LOCKED: LOCKED_TEXT,
  APPOINTMENT_CHANGED: TOOL_SENTENCES.appointmentChanged.en,
  APPOINTMENT_PAST: TOOL_SENTENCES.appointmentPast.en,
  INPUT_INVALID: TOOL_SENTENCES.inputInvalid.en,
};

/** After these what was read back still waits for a yes; any other tool has asked something else meanwhile. */
const KEEPS_PROPOSAL: readonly string[] = ['confirm', 'adjust_speech', 'switch_language'];
/** … and after these the keys that were asked for are still expected. */
const KEEPS_KEYPAD: readonly string[] = ['request_keypad', 'adjust_speech', 'switch_language'];

/**
 * Runs a tool: after the one before it, with a time limit, on record, and with errors turned into a sentence, for a caller never hears raw
 * error text. The reply is in English; in a call in another language fixed sentences are said in it, and the model gets all others to put into
 * it.
 */
export function runTool(
  state: CallState,
  name: string,
  args: unknown,
  execute: () => Promise<ToolReply>,
): Promise<ToolReply> {
  const run = state.running.then(() => runNow(state, name, args, execute));
  state.running = run.catch(() => undefined);
  return run;
}

async function runNow(
  state: CallState,
  name: string,
  args: unknown,
  execute: () => Promise<ToolReply>,
): Promise<ToolReply> {
  const startedMs = performance.now();
  let reply: ToolReply;
  let errorCode: string | null = null;
  if (state.proposal !== undefined && !KEEPS_PROPOSAL.includes(name)) dropEarlierProposal(state);
  if (!KEEPS_KEYPAD.includes(name)) dropEarlierRequest(state);
  try {
    reply = await withLimit(execute());
  } catch (error) {
    const code = isOpenhoursError(error) ? error.code : 'CALL_FAILED';
    errorCode = code;
    state.log.error({ tool: name, errorCode, error }, 'tool failed');
    const sentence = SENTENCES[code];
    reply =
      sentence === undefined ? { error: code, say: APOLOGY } : { error: code.toLowerCase(), say: sentence };
  }
  for (const claim of madeTrue(reply)) state.done.add(claim);
  if (name !== 'switch_language') reply = inLanguage(state, reply);
  const durationMs = performance.now() - startedMs;
  state.log.info({ tool: name, errorCode, durationMs: Math.round(durationMs), pii: { args } }, 'tool run');
  state.ledger.toolRun({ name, arguments: args, result: reply, errorCode, durationMs });
  remember(state, name, args, reply);
  state.ledger.addToTurn({ tool: name, parts: { toolMs: Math.round(durationMs) } });
  return reply;
}

/** "Yes" answers the last question. */
function dropEarlierProposal(state: CallState): void {
  if (state.proposal !== undefined && state.proposal.turnIndex < state.ledger.turnIndex) {
    state.proposal = undefined;
  }
}

/** Whoever went on to something else types nothing more: 0 means a person again. */
function dropEarlierRequest({ keypad, ledger }: CallState): void {
  if (keypad.request !== undefined && keypad.request.turnIndex < ledger.turnIndex) keypad.request = undefined;
}

function inLanguage(state: CallState, { say, ...reply }: ToolReply): ToolReply {
  if (say === undefined) return reply;
  if (state.language === 'en') return { ...reply, say };
  const own = ownWords(say, state.language);
  if (own !== undefined) return { ...reply, say: own };
  return { ...reply, tell_the_caller: say, language: state.language };
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
/** A longer one is nothing a successor's model needs; less than what `resume.ts` takes back. */
const KEPT_CHARS = 4_000;

function remember(state: CallState, name: string, args: unknown, reply: ToolReply): void {
  const { turnIndex } = state.ledger;
  const asked = JSON.stringify(args) ?? '{}';
  state.toolMemory.push({
    turn: turnIndex,
    name,
    args: asked.length > KEPT_CHARS ? '{}' : asked,
    output: JSON.stringify(reply),
  });
  state.toolMemory.splice(0, state.toolMemory.length - KEPT_RUNS);
  state.changed();
}
