import { llm } from '@livekit/agents';
import { z } from 'zod';
import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import { KEYPAD } from '../../src/config/desk-defaults.ts';
import { type CallState, callKey } from '../call-state.ts';
import { KEYPAD_SUBJECTS, type KeypadSubject } from '../keypad-state.ts';
import { lockIdentity, welcome } from './identify.ts';
import { MISTYPED_TEXTS, askForKeys } from './keypad-texts.ts';
import { type ToolReply, runTool } from './run-tool.ts';
import { WHO_TEXT, lockedReply } from './who.ts';

/** The tool that asks for keys, and checks a code that was typed. */
export function requestKeypadTool(state: CallState) {
  return llm.tool({
    name: 'request_keypad',
    description:
      "Have the caller type on their telephone's keys: a date of birth or phone number that you cannot understand, or the code they have from the clinic, which verifies them as well as name and date of birth do.",
    parameters: z.object({ what: z.enum(KEYPAD_SUBJECTS).describe('What the caller shall type.') }),
    execute: (args) => runTool(state, 'request_keypad', args, () => requestKeypad(state, args)),
  });
}

/** Asks for keys; of a code that was typed already it says whose it is. Exported for tests without a model. */
export async function requestKeypad(state: CallState, { what }: { what: KeypadSubject }): Promise<ToolReply> {
  const { keypad } = state;
  if (what === 'code') {
    if (state.locked) return lockedReply();
    if (keypad.code !== undefined) return await checkCode(state, keypad.code);
    // A code is looked for among the patients of the number that calls.
    if (state.callerNumber === undefined) return { error: 'code_needs_number', say: WITHOUT_CODE };
  }
  const again = keypad.request?.what === what && keypad.mistyped > 0;
  if (!again) return askForKeys(state, what);
  if (keypad.mistyped < KEYPAD.tries) return askForKeys(state, what, MISTYPED_TEXTS[what]);
  keypad.request = undefined;
  keypad.mistyped = 0;
  const person =
    state.clinic.staff_number === null ? TOOL_SENTENCES.canTakeMessage.en : TOOL_SENTENCES.pressZero.en;
  return { error: 'keypad_not_understood', say: `${MISTYPED_TEXTS[what]} ${INSTEAD[what]} ${person}` };
}

const WITHOUT_CODE = `${TOOL_SENTENCES.codeNeedsNumber.en} ${WHO_TEXT}`;

const INSTEAD: Readonly<Record<KeypadSubject, string>> = {
  birth_date: TOOL_SENTENCES.birthInstead.en,
  phone: TOOL_SENTENCES.phoneInstead.en,
  code: TOOL_SENTENCES.whoInstead.en,
};

async function checkCode(state: CallState, code: string): Promise<ToolReply> {
  const { keypad } = state;
  keypad.code = undefined;
  // Stands until it is checked: where the database fails, the code is typed again.
  const wrong = askForKeys(state, 'code', TOOL_SENTENCES.codeNoMatch.en, TOOL_SENTENCES.orTellWho.en);
  const result = await state.patients.identifyByCode(callKey(state), code);
  if (!result.verified && !result.locked)
    return { verified: false, attempts_left: result.attempts_left, ...wrong };
  keypad.request = undefined;
  return result.verified ? await welcome(state, result) : lockIdentity(state);
}
