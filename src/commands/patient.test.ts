import { expect, test } from 'vitest';
import type { ClinicId, PatientId } from '../clinic/ids.ts';
import type { FoundPatient, PatientQuery } from '../clinic/patient-search.ts';
import type { ErasureCounts, PatientExport } from '../clinic/privacy.ts';
import { ExitCode, OpenhoursError } from '../errors.ts';
import { type PatientDeps, erasePatient, exportPatient } from './patient.ts';

const ID = 'f4000000-0000-4000-8000-000000000001';
const ADA: FoundPatient = {
  patient_id: ID as PatientId,
  full_name: 'Ada Notreal',
  date_of_birth: '1990-05-03',
  erased_at: null,
};
const COUNTS: ErasureCounts = {
  ...{ patients: 1, calls: 2, call_turns: 9, tool_runs: 0, call_claims: 0, appointments: 1, waiting_list: 0 },
  ...{ tasks: 0, outbox: 0, mentions: { call_turns: 3, tasks: 0 } },
};

function makeDeps(patients: FoundPatient[] | undefined = [ADA], erase?: () => Promise<ErasureCounts>) {
  const out: string[] = [];
  const err: string[] = [];
  const asked: PatientQuery[] = [];
  const erasures: string[] = [];
  const deps: PatientDeps = {
    search: async (_, query) => {
      asked.push(query);
      return patients === undefined ? undefined : { clinic_id: 'c1' as ClinicId, patients };
    },
    privacy: {
      exportPatient: async () =>
        ({
          patient: { full_name: 'Ada Notreal' },
          appointments: [{}, {}],
          calls: [],
        }) as unknown as PatientExport,
      erasePatient: async (_, patient) => {
        if (erase !== undefined) return await erase();
        erasures.push(patient);
        return COUNTS;
      },
    },
    print: (line) => void out.push(line),
    warn: (line) => void err.push(line),
  };
  return { deps, out, err, asked, erasures };
}

test('an export says what there is, and with --json is the whole document and nothing else', async () => {
  const { deps, out, err } = makeDeps();
  expect(await exportPatient({ clinic: 'invented', patient: ID }, deps)).toBe(ExitCode.ok);
  expect(out.join('\n')).toContain('appointments: 2');
  out.length = 0;
  expect(await exportPatient({ clinic: 'invented', patient: ID, json: true }, deps)).toBe(ExitCode.ok);
  expect(JSON.parse(out.join('\n'))).toMatchObject({ patient: { full_name: 'Ada Notreal' } });
  expect(err).toEqual([]);
});

test('a patient is found by name and date of birth', async () => {
  const { deps, asked } = makeDeps();
  await exportPatient({ clinic: 'invented', name: 'Ada Notreal', born: '1990-05-03' }, deps);
  expect(asked).toEqual([{ name: 'Ada Notreal', born: '1990-05-03' }]);
});

test('nothing is erased without --yes: it says who it would be', async () => {
  const { deps, err, erasures } = makeDeps();
  expect(await erasePatient({ clinic: 'invented', patient: ID }, deps)).toBe(ExitCode.config);
  expect(err.join('\n')).toMatch(/Ada Notreal, born 1990-05-03[^]*Nothing was changed[^]*--yes/);
  expect(erasures).toEqual([]);
});

test('with --yes it is erased, and the rows are counted', async () => {
  const { deps, out, erasures } = makeDeps();
  expect(await erasePatient({ clinic: 'invented', patient: ID, yes: true }, deps)).toBe(ExitCode.ok);
  expect(erasures).toEqual([ID]);
  expect(out.join('\n')).toContain('call_turns: 9');
  expect(out.join('\n')).toContain('call_turns, in what others said: 3');
});

test('a patient who is on the line is left alone, with the reason', async () => {
  const { deps, err } = makeDeps([ADA], () =>
    Promise.reject(new OpenhoursError('STATE_INVALID', 'patient_on_call')),
  );
  expect(await erasePatient({ clinic: 'invented', patient: ID, yes: true }, deps)).toBe(ExitCode.unavailable);
  expect(err.join('\n')).toContain('when it is over');
});

test.each([
  [{}, 'say who'],
  [{ name: 'Ada Notreal' }, 'say who'],
  [{ patient: 'Ada Notreal' }, 'a UUID'],
  [{ patient: ID, name: 'Ada Notreal', born: '1990-05-03' }, 'not both'],
  [{ name: 'Ada Notreal', born: '1990-02-30' }, 'such as 1990-05-03'],
  [{ name: 'Ada Notreal', born: 'in May' }, 'such as 1990-05-03'],
])('options that name nobody are refused and ask nobody: %j', async (options, why) => {
  const { deps, err, asked } = makeDeps();
  expect(await erasePatient({ clinic: 'invented', yes: true, ...options }, deps)).toBe(ExitCode.config);
  expect(err.join('\n')).toContain(why);
  expect(asked).toEqual([]);
});

test('no clinic, no patient and several patients are told apart, and nothing is erased', async () => {
  const twin = { ...ADA, patient_id: 'f4000000-0000-4000-8000-000000000002' as PatientId };
  const query = { clinic: 'invented', name: 'Ada Notreal', born: '1990-05-03', yes: true };
  const nowhere = makeDeps();
  nowhere.deps = { ...nowhere.deps, search: async () => undefined };
  for (const [{ deps, err, erasures }, why] of [
    [nowhere, 'no clinic "invented"'],
    [makeDeps([]), 'no such patient'],
    [makeDeps([ADA, twin]), twin.patient_id],
  ] as const) {
    expect(await erasePatient(query, deps)).toBe(ExitCode.config);
    expect(err.join('\n')).toContain(why);
    expect(erasures).toEqual([]);
  }
});
