import type { CallState } from '../../agent/call-state.ts';
import { Ledger } from '../../agent/ledger.ts';
import { Appointments, type FreeSlot } from '../../src/clinic/appointments.ts';
import { Calls } from '../../src/clinic/calls.ts';
import type { CallId } from '../../src/clinic/ids.ts';
import { NOW, makeClinic } from './clinic.ts';
import { type FunctionCall, type SqlFunction, SqlFailure, fakeDatabase } from './database.ts';
import { type LogLine, collectLog } from './log.ts';

/** A call in progress with its database. */
export interface TestCall {
  state: CallState;
  /** Every SQL function that was asked, in order. */
  calls: FunctionCall[];
  /** The arguments of each time a function was asked. */
  asked: (name: string) => Record<string, unknown>[];
  /** The slots that are free; booking one takes it away. */
  free: FreeSlot[];
  lines: LogLine[];
  /** The caller says something: the next turn begins. */
  callerSpeaks: () => void;
}

/**
 * A call to the invented clinic in which `free` can be booked. The appointment book and the ledger are the real ones, over a database whose
 * SQL functions are played; `functions` replaces some of them.
 */
export function makeCall(
  free: FreeSlot[] = [],
  overrides: Partial<CallState> = {},
  functions: Record<string, SqlFunction> = {},
): TestCall {
  const written = () => null;
  const { db, calls } = fakeDatabase({
    ...bookFunctions(free),
    record_turn: written,
    record_tool_run: written,
    close_call: () => true,
    ...functions,
  });
  const { log, lines } = collectLog();
  const callId = 'call-invented' as CallId;
  const state: CallState = {
    callId,
    epoch: 1,
    clinic: makeClinic(),
    callerNumber: '+923005550101',
    appointments: new Appointments(db),
    ledger: new Ledger(new Calls(db), { id: callId, epoch: 1 }, log),
    log,
    offered: new Map(),
    proposal: undefined,
    booked: [],
    resumed: false,
    toolMemory: [],
    goodbye: false,
    silenced: false,
    changed: () => undefined,
    nowMs: () => NOW.toMillis(),
    ...overrides,
  };
  return {
    state,
    calls,
    asked: (name) => calls.filter((call) => call.name === name).map(({ args }) => args),
    free,
    lines,
    callerSpeaks: () => state.ledger.beginTurn({ caller_text: 'something' }),
  };
}

/** The rules of the appointment book that the tools rely on, as the SQL functions have them. */
function bookFunctions(free: FreeSlot[]): Record<string, SqlFunction> {
  const receipts = new Map<unknown, Record<string, unknown>>();
  return {
    find_free_slots: ({ p_from, p_to, p_practitioner_id }) =>
      free.filter((slot) => {
        const starts = Date.parse(slot.starts_at);
        const wanted = p_practitioner_id === null || p_practitioner_id === slot.practitioner_id;
        return wanted && starts >= Date.parse(String(p_from)) && starts <= Date.parse(String(p_to));
      }),
    book_appointment: (args) => {
      const before = receipts.get(args.p_request_id);
      if (before !== undefined) return { ...before, created: false };
      const index = free.findIndex(
        (slot) =>
          slot.starts_at === args.p_starts_at && slot.practitioner_id === (args.p_practitioner_id as string),
      );
      const [slot] = index < 0 ? [] : free.splice(index, 1);
      if (slot === undefined) throw new SqlFailure('slot_taken', 409);
      const receipt = {
        appointment_id: `appointment-${receipts.size + 1}`,
        created: true,
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
        practitioner: slot.practitioner_name,
        service: String(args.p_service_id),
        patient_id: 'patient-1',
        patient_name: String(args.p_patient_name),
      };
      receipts.set(args.p_request_id, receipt);
      return receipt;
    },
  };
}
