/**
 * One agent of a call, without the sound: opens the call or takes it over, reads a time back, and books it. Says on its output how far it
 * is. `bench/kills.ts` kills it; the next one goes on from what stands in the database.
 */
import { llm } from '@livekit/agents';
import { type CallState, newToolState } from '../agent/call-state.ts';
import { Ledger } from '../agent/ledger.ts';
import { restoreConversation, restoreState } from '../agent/resume.ts';
import { storeState } from '../agent/stored-state.ts';
import { prepareBooking } from '../agent/tools/book.ts';
import { confirm } from '../agent/tools/confirm.ts';
import { findSlots } from '../agent/tools/find-slots.ts';
import { registerPatient } from '../agent/tools/register.ts';
import { Appointments } from '../src/clinic/appointments.ts';
import { Calls } from '../src/clinic/calls.ts';
import { openDatabase } from '../src/clinic/database.ts';
import type { WorkerId } from '../src/clinic/ids.ts';
import { OpenhoursError } from '../src/errors.ts';
import { createLogger } from '../src/log.ts';

const [url = '', serviceRoleKey = '', room = ''] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);

say('begun');
const db = openDatabase({ url, serviceRoleKey });
const calls = new Calls(db);
const log = createLogger({ level: 'silent', pretty: false });
const opened = await calls.open({
  room,
  callerNumber: '+923005550101',
  dialledNumber: '+922135550100',
  clinicSlug: undefined,
  workerId: `worker-${process.pid}` as WorkerId,
  shiftId: undefined,
});
say('opened');
if (opened.clinic === null) throw new OpenhoursError('CLINIC_UNKNOWN', 'the sample clinic is missing');
const key = { id: opened.call_id, epoch: opened.epoch };
const ledger = new Ledger(calls, key, log, { firstTurn: opened.resumed?.next_index ?? 0 });
const state: CallState = {
  ...newToolState(db, opened.clinic),
  callId: key.id,
  epoch: key.epoch,
  clinic: opened.clinic,
  callerNumber: '+923005550101',
  appointments: new Appointments(db),
  ledger,
  log,
  booked: [],
  resumed: opened.resumed !== null,
  toolMemory: [],
  goodbye: false,
  silenced: false,
  changed: () => ledger.state(() => storeState(state)),
  nowMs: Date.now,
};
if (opened.resumed !== null) {
  restoreState(state, opened.resumed);
  restoreConversation(llm.ChatContext.empty(), opened.resumed, state.toolMemory);
}
while (state.booked.length === 0) {
  if (state.proposal === undefined) {
    ledger.beginTurn({ caller_text: 'A check-up, please.' });
    await findSlots(state, { service: 'check-up' });
    say('offered');
    ledger.beginTurn({ caller_text: 'The first one.' });
    const [slotId = ''] = state.offered.keys();
    const asked = await prepareBooking(state, { slot_id: slotId });
    if (asked['error'] === 'patient_not_verified') {
      ledger.beginTurn({ caller_text: 'I am new: David Brown, born on the 1st of January 1980.' });
      registerPatient(state, { full_name: 'David Brown', date_of_birth: '1 January 1980' });
    }
    say('read back');
  }
  ledger.beginTurn({ caller_text: 'Yes, that is right.' });
  say('agreed');
  // A new patient's yes is followed by the booking, read back.
  const reply = await confirm(state);
  if (reply['error'] !== undefined) state.proposal = undefined;
}
say(`told ${state.booked.at(-1)?.starts_at ?? ''}`);
await ledger.written();
process.exit(0);
