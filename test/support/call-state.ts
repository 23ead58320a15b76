import { type CallState, newToolState } from '../../agent/call-state.ts';
import { Ledger } from '../../agent/ledger.ts';
import { identifyPatient } from '../../agent/tools/identify.ts';
import { Appointments, type FreeSlot } from '../../src/clinic/appointments.ts';
import { Calls } from '../../src/clinic/calls.ts';
import type { CallId } from '../../src/clinic/ids.ts';
import { type DiaryRow, type PatientRow, diaryFunctions } from './call-diary.ts';
import { NOW, makeClinic } from './clinic.ts';
import { type FunctionCall, type SqlFunction, fakeDatabase } from './database.ts';
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
  /** The clinic's patients. */
  patients: PatientRow[];
  /** The clinic's appointments. */
  appointments: DiaryRow[];
  lines: LogLine[];
  /** The caller says something: the next turn begins. */
  callerSpeaks: () => void;
}

/** Two patients of the invented clinic. */
export const SARA: PatientRow = {
  patient_id: 'patient-sara',
  full_name: 'Sara Notreal',
  date_of_birth: '1990-05-03',
  phone: '+923005550199',
};
/** A child of the first one. */
export const ALI: PatientRow = {
  ...SARA,
  patient_id: 'patient-ali',
  full_name: 'Ali Notreal',
  date_of_birth: '2019-02-11',
};

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
  const patients = [{ ...SARA }, { ...ALI }];
  const appointments: DiaryRow[] = [];
  const { db, calls } = fakeDatabase({
    ...diaryFunctions({ free, patients, appointments }),
    record_turn: written,
    record_tool_run: written,
    save_call_state: written,
    close_call: () => true,
    ...functions,
  });
  const { log, lines } = collectLog();
  const callId = 'call-invented' as CallId;
  const clinic = overrides.clinic ?? makeClinic();
  const state: CallState = {
    ...newToolState(db, clinic),
    callId,
    epoch: 1,
    clinic,
    callerNumber: '+923005550101',
    appointments: new Appointments(db),
    ledger: new Ledger(new Calls(db), { id: callId, epoch: 1 }, log),
    log,
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
    patients,
    appointments,
    lines,
    callerSpeaks: () => state.ledger.beginTurn({ caller_text: 'something' }),
  };
}

/** The caller has proved who a patient is, and says the next thing. */
export async function verify(call: TestCall, { full_name, date_of_birth }: PatientRow = SARA): Promise<void> {
  await identifyPatient(call.state, { full_name, date_of_birth });
  call.callerSpeaks();
}
