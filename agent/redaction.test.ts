import { expect, test } from 'vitest';
import type { ClinicProfile } from '../src/clinic/clinics.ts';
import { Calls } from '../src/clinic/calls.ts';
import type { CallId } from '../src/clinic/ids.ts';
import { fakeDatabase } from '../test/support/database.ts';
import { collectLog } from '../test/support/log.ts';
import { Ledger } from './ledger.ts';
import { redactionFor } from './redaction.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const clinic = (redact: boolean) =>
  ({
    ...{ name: 'Invented Dental', time_zone: 'Europe/Berlin', redact_transcripts: redact },
    practitioners: [{ name: 'Dr. Sara Invented' }],
  }) as ClinicProfile;

function makeLedger(redact = true, state: Record<string, unknown> | undefined = undefined) {
  const written = () => null;
  const { db, calls } = fakeDatabase({
    record_turn: written,
    record_tool_run: written,
    save_call_state: written,
  });
  const resumed = state === undefined ? null : ({ state } as never);
  const { log } = collectLog();
  const ledger = new Ledger(new Calls(db), { id: 'call-invented' as CallId, epoch: 1 }, log, {
    redaction: redactionFor({ clinic: clinic(redact), resumed }, () => NOW),
  });
  /** The rows as they are in the end: a turn is written over. */
  const stored = async () => {
    await ledger.written();
    const turns = new Map<unknown, object>();
    for (const { name, args } of calls) {
      if (name !== 'record_turn') continue;
      turns.set(args['p_index'], { ...turns.get(args['p_index']), ...(args['p_turn'] as object) });
    }
    return { turns: [...turns.values()], runs: calls.filter(({ name }) => name === 'record_tool_run') };
  };
  return { ledger, calls, stored };
}
const identify = {
  name: 'identify_patient',
  arguments: { full_name: 'Ada Notreal', date_of_birth: '3rd of May 1990', phone: '0300 5550101' },
  result: { verified: true, patient: 'p1', full_name: 'Ada Notreal', say: 'Thank you, Ada Notreal.' },
  ...{ errorCode: null, durationMs: 1 },
};

test('numbers, birth dates and names are not stored, of caller, agent or tools', async () => {
  const { ledger, calls, stored } = makeLedger();
  ledger.beginTurn({ caller_text: 'My name is Ada Notreal, born on the 3rd of May 1990.' });
  ledger.toolRun(identify);
  ledger.agentSaid('Thank you, Ada Notreal. You are booked with Dr. Sara Invented.', Date.now(), {
    tool: 'identify_patient',
  });
  ledger.beginTurn({ caller_text: 'My number is 0300 5550101, see you.' });
  const { turns, runs } = await stored();
  expect(turns).toEqual([
    {
      caller_text: 'My name is [name], born on the [birth date].',
      agent_text: 'Thank you, [name]. You are booked with Dr. Sara Invented.',
      tool: 'identify_patient',
    },
    { caller_text: 'My number is [phone], see you.' },
  ]);
  expect(runs[0]?.args).toMatchObject({
    p_arguments: { full_name: '[name]', date_of_birth: '[birth date]', phone: '[phone]' },
    p_result: { verified: true, patient: 'p1', say: 'Thank you, [name].' },
  });
  expect(JSON.stringify(calls)).not.toMatch(/Notreal|5550101|1990/);
});

test('a name that becomes known later goes from the turns before it', async () => {
  const { ledger, stored } = makeLedger();
  ledger.beginTurn({ caller_text: 'Ada Notreal here about Tuesday' });
  ledger.beginTurn({ caller_text: 'the same day' });
  ledger.toolRun(identify);
  expect((await stored()).turns).toEqual([
    { caller_text: '[name] here about Tuesday' },
    { caller_text: 'the same day' },
  ]);
});

test('an agent that takes the call over knows the names, and the state it needs is stored whole', async () => {
  const { ledger, calls, stored } = makeLedger(true, {
    verified: [{ name: 'p1', full_name: 'Ada Notreal' }],
  });
  ledger.beginTurn({ caller_text: 'yes, Ada Notreal' });
  ledger.state(() => ({ verified: [{ name: 'p1', full_name: 'Ada Notreal' }] }));
  expect((await stored()).turns).toEqual([{ caller_text: 'yes, [name]' }]);
  expect(calls.at(-1)).toMatchObject({
    name: 'save_call_state',
    args: { p_state: { verified: [{ full_name: 'Ada Notreal' }] } },
  });
});

test('a clinic that does not ask for it has everything stored', async () => {
  const { ledger, stored } = makeLedger(false);
  ledger.beginTurn({ caller_text: 'My name is Ada Notreal.' });
  ledger.toolRun(identify);
  const { turns, runs } = await stored();
  expect(turns).toEqual([{ caller_text: 'My name is Ada Notreal.' }]);
  expect(runs[0]?.args).toMatchObject({ p_arguments: identify.arguments });
});

test('a task has what was said redacted, and the number to call back', async () => {
  const body = {
    message: 'Ada Notreal, born on the 3rd of May 1990, please call 0300 5550101 about the x-ray.',
    callback_number: '+923005550101',
    patients: ['Ada Notreal'],
  };
  const { ledger } = makeLedger();
  ledger.toolRun(identify);
  expect(ledger.taskBody(body)).toEqual({
    message: '[name], born on the [birth date], please call [phone] about the x-ray.',
    callback_number: '+923005550101',
    patients: ['[name]'],
  });
  expect(makeLedger(false).ledger.taskBody(body)).toEqual(body);
  await ledger.written();
});
