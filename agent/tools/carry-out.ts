import type { CallState, Wish } from '../call-state.ts';
import { prepareBooking } from './book.ts';
import { listAppointments } from './list-appointments.ts';
import type { ToolReply } from './run-tool.ts';
import { joinWaitingList } from './waiting-list.ts';

/** Does what the caller asked for before it was known for whom. Undefined when there is nothing. */
export async function carryOut(state: CallState, patient: string): Promise<ToolReply | undefined> {
  const { wish } = state;
  if (wish === undefined) return undefined;
  try {
    const reply = await doFor(state, wish, patient);
    state.wish = undefined;
    state.changed();
    return reply;
  } catch (error) {
    // What failed is tried again when the caller proves it once more.
    state.wish = wish;
    throw error;
  }
}

function doFor(state: CallState, wish: Wish, patient: string): Promise<ToolReply> {
  switch (wish.kind) {
    case 'booking':
      return prepareBooking(state, { slot_id: wish.slotId, patient });
    case 'list':
      return listAppointments(state, { patient });
    case 'waiting_list':
      return joinWaitingList(state, { ...wish.details, patient });
    default:
      return wish satisfies never;
  }
}
