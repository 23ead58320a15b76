import { TOOL_SENTENCES } from '../../src/clinic/fixed-tool-sentences.ts';
import { isOpenhoursError } from '../../src/errors.ts';
import { type CallState, type OfferedSlot, atClinic, callKey } from '../call-state.ts';
import { findSlots } from './find-slots.ts';
import type { ToolReply } from './run-tool.ts';

/** The slot of a short name, or the question which one is meant. */
export function offeredSlot(
  state: CallState,
  slotId: string,
): { offered: OfferedSlot } | { reply: ToolReply } {
  const offered = state.offered.get(slotId.trim().toLowerCase());
  if (offered !== undefined) return { offered };
  const known = [...state.offered.keys()];
  return { reply: { error: 'unknown_slot', known, say: TOOL_SENTENCES.whichTime.en } };
}

/** Keeps a slot while it is confirmed. Where somebody was faster: the reply that offers others. */
export async function holdOffered(state: CallState, offered: OfferedSlot): Promise<ToolReply | undefined> {
  const { slot, service } = offered;
  return await orAnother(state, offered, async () => {
    await state.appointments.hold(callKey(state), {
      practitionerId: slot.practitioner_id,
      serviceId: service.id,
      startsAt: slot.starts_at,
    });
    return undefined;
  });
}

/** Does something with a slot; if it cannot be had any more, offers others of that day. */
export async function orAnother<T>(
  state: CallState,
  offered: OfferedSlot,
  take: () => Promise<T>,
): Promise<T | ToolReply> {
  try {
    return await take();
  } catch (error) {
    if (!isOpenhoursError(error, 'SLOT_TAKEN') && !isOpenhoursError(error, 'SLOT_INVALID')) throw error;
    return await offerAnother(state, offered);
  }
}

/** Offers other times of that day, and drops what was to be done with this one. */
export async function offerAnother(state: CallState, offered: OfferedSlot): Promise<ToolReply> {
  state.proposal = undefined;
  const day = atClinic(state, offered.slot.starts_at).toISODate() ?? '';
  const other = await findSlots(state, { service: offered.service.slug, day });
  return {
    ...other,
    error: 'slot_taken',
    say: `I'm sorry, that time has just been taken. ${other.say ?? ''}`,
  };
}
