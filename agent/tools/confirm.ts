import { llm } from '@livekit/agents';
import { z } from 'zod';
import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import { isOpenhoursError } from '../../src/errors.ts';
import type { CallState, Proposal } from '../call-state.ts';
import { book } from './book.ts';
import { cancel, move } from './change-appointment.ts';
import { readBackText } from './proposals.ts';
import { confirmField } from './register.ts';
import { type ToolReply, runTool } from './run-tool.ts';

/** The tool that does what was read back. */
export function confirmTool(state: CallState) {
  return llm.tool({
    name: 'confirm',
    description:
      'Do what was just read back: the booking, the change or the cancellation; of a new patient each detail that was read back. Call it only after the caller has said yes to that.',
    parameters: z.object({}),
    execute: (args) => runTool(state, 'confirm', args, () => confirm(state)),
  });
}

/** Does what was read back, once, and only after the caller has spoken since; exported for tests without a model. */
export async function confirm(state: CallState): Promise<ToolReply> {
  const { proposal } = state;
  if (proposal === undefined) return { error: 'nothing_read_back', say: TOOL_SENTENCES.whatToDo.en };
  if (proposal.done !== undefined) return { ...proposal.done };
  if (state.ledger.turnIndex <= proposal.turnIndex) {
    return { error: 'not_confirmed', say: readBackText(state, proposal) };
  }
  try {
    const reply = await carryOutProposal(state, proposal);
    if (reply.error === undefined) proposal.done = reply;
    state.changed();
    return reply;
  } catch (error) {
    // What cannot be changed any more is not tried again; all else may be.
    if (CANNOT_BE.some((code) => isOpenhoursError(error, code))) state.proposal = undefined;
    throw error;
  }
}

const CANNOT_BE = ['APPOINTMENT_CHANGED', 'APPOINTMENT_PAST', 'IDENTITY_LOCKED', 'INPUT_INVALID'] as const;

function carryOutProposal(state: CallState, proposal: Proposal): Promise<ToolReply> {
  switch (proposal.kind) {
    case 'booking':
      return book(state, proposal);
    case 'change':
      return move(state, proposal);
    case 'cancellation':
      return cancel(state, proposal);
    case 'registration':
      return confirmField(state, proposal);
    default:
      return proposal satisfies never;
  }
}
