import { expect, test } from 'vitest';
import type { ApplyResult, ClinicDocument } from '../clinic/clinic-document.ts';
import { readClinicFile } from '../clinic/clinic-file.ts';
import type { ClinicId } from '../clinic/ids.ts';
import { OpenhoursError } from '../errors.ts';
import { type ClinicDeps, applyClinic, exportClinic } from './clinic.ts';
import { parseYaml, writeYaml } from './clinic-yaml.ts';

const TEXT = `
slug: invented
name: Invented Clinic
time_zone: Asia/Karachi
country: PK
staff_number: '+922135550199'
numbers: ['+922135550100']
hours: { monday: 09:00-17:00 }
services: [{ slug: visit, name: Visit, duration_minutes: 30 }]
practitioners: [{ name: Anna Invented, services: all }]
`;
const CLINIC = readClinicFile(parseYaml(TEXT).value);
const none = { added: 0, changed: 0, removed: 0, deactivated: 0 };
const RESULT: ApplyResult = {
  clinic_id: 'clinic-invented' as ClinicId,
  created: false,
  changed: true,
  counts: {
    clinic: { ...none, changed: 1 },
    numbers: none,
    hours: { ...none, added: 1, removed: 1 },
    closures: none,
    services: none,
    practitioners: { ...none, deactivated: 1 },
    answers: none,
  },
  deactivated: [{ kind: 'practitioner', name: 'Bo Invented', upcoming: 3 }],
};

function makeDeps(before: ClinicDocument | null, overrides: Partial<ClinicDeps> = {}) {
  const printed: string[] = [];
  const warned: string[] = [];
  const applied: ClinicDocument[] = [];
  const deps: ClinicDeps = {
    readText: async () => TEXT,
    parse: parseYaml,
    write: writeYaml,
    find: async (slug) => (slug === 'invented' ? before : null),
    apply: async (clinic) => {
      applied.push(clinic);
      return RESULT;
    },
    agentName: 'openhours',
    print: (line) => void printed.push(line),
    warn: (line) => void warned.push(line),
    ...overrides,
  };
  return { deps, printed, warned, applied };
}

const OLDER: ClinicDocument = {
  ...CLINIC,
  name: 'Older Name',
  hours: [{ weekday: 2, opens: '09:00', closes: '17:00' }],
};

test('what changes is shown before it is changed, and what was changed afterwards', async () => {
  const { deps, printed, applied } = makeDeps(OLDER);
  const shownBefore: string[] = [];
  const apply: ClinicDeps['apply'] = (clinic) => {
    shownBefore.push(...printed);
    return deps.apply(clinic);
  };
  expect(await applyClinic('clinic.yaml', {}, { ...deps, apply })).toBe(0);
  expect(shownBefore.join('\n').split('\n')).toEqual([
    'invented',
    '  ~ name: Older Name -> Invented Clinic',
    '  + hours.monday: 09:00-17:00',
    '  - hours.tuesday: 09:00-17:00',
  ]);
  expect(applied).toEqual([CLINIC]);
  expect(printed.slice(1).join('\n').split('\n')).toEqual([
    'invented was changed',
    '  clinic: 1 changed',
    '  hours: 1 added, 1 removed',
    '  practitioners: 1 deactivated',
    'practitioner Bo Invented has appointments, and was deactivated instead of removed: 3 to come still stand',
  ]);
});

test('a dry run shows the same and changes nothing', async () => {
  const { deps, printed, applied } = makeDeps(null);
  expect(await applyClinic('clinic.yaml', { dryRun: true }, deps)).toBe(0);
  expect(applied).toEqual([]);
  expect(printed.join('\n')).toMatch(/^invented is new\n {2}\+ slug: invented\n/);
  expect(printed.at(-1)).toBe('nothing was changed: run it again without --dry-run');
});

test('a clinic that is so already is left alone, and that is said', async () => {
  const { deps, printed, applied } = makeDeps(CLINIC);
  expect(await applyClinic('clinic.yaml', {}, deps)).toBe(0);
  expect(applied).toEqual([]);
  expect(printed).toEqual(['invented is as the file says: nothing to change']);
});

test('with --json it is one document, with the changes and the counts', async () => {
  const { deps, printed } = makeDeps(OLDER);
  await applyClinic('clinic.yaml', { json: true }, deps);
  expect(printed).toHaveLength(1);
  expect(JSON.parse(printed.join(''))).toMatchObject({
    clinic: 'invented',
    dryRun: false,
    changes: [{ kind: 'change', path: 'name', before: 'Older Name', after: 'Invented Clinic' }, {}, {}],
    warnings: [],
    result: RESULT,
  });
});

test('a clinic that this environment’s worker does not answer for is warned of', async () => {
  const { deps, warned } = makeDeps(CLINIC, { agentName: 'other' });
  expect(await applyClinic('clinic.yaml', {}, deps)).toBe(0);
  expect(warned).toEqual([
    'warning: agent_name is openhours, and LIVEKIT_AGENT_NAME is other: this worker does not answer for the clinic',
  ]);
});

test('a file with mistakes changes nothing, and each is named with its line', async () => {
  const text = TEXT.replace('PK', 'Pakistan').replace('duration_minutes: 30', 'duration_minutes: 3');
  const { deps, applied, printed } = makeDeps(OLDER, { readText: async () => text });
  await expect(applyClinic('clinic.yaml', {}, deps)).rejects.toThrow(
    /2 problems:\n {2}line 5: country is "Pakistan".*\n {2}line 9: services\[0\]\.duration_minutes is 3: write/,
  );
  expect([...applied, ...printed]).toEqual([]);
});

test('a file that is not there is named', async () => {
  const readText = () => Promise.reject(Object.assign(new Error('no such file'), { code: 'ENOENT' }));
  const { deps } = makeDeps(null, { readText });
  await expect(applyClinic('nowhere.yaml', {}, deps)).rejects.toThrow(
    'nowhere.yaml cannot be read (ENOENT): check the path',
  );
});

test('what only the database knows is said in its own words', async () => {
  const hint = 'The number +922135550100 belongs to the clinic other: take it out of one of the two.';
  const apply = () =>
    Promise.reject(
      new OpenhoursError('CLINIC_FILE_INVALID', 'apply_clinic: number_taken', { details: { hint } }),
    );
  const { deps } = makeDeps(OLDER, { apply });
  await expect(applyClinic('clinic.yaml', {}, deps)).rejects.toThrow(`nothing was changed. ${hint}`);
});

test('a clinic is printed as a file that makes the same clinic', async () => {
  for (const json of [false, true]) {
    const { deps, printed } = makeDeps(CLINIC);
    expect(await exportClinic('invented', { json }, deps)).toBe(0);
    expect(readClinicFile(parseYaml(printed.join('\n')).value)).toEqual(CLINIC);
  }
});

test('a clinic that does not exist is 78, and no file', async () => {
  const { deps, printed, warned } = makeDeps(CLINIC);
  expect(await exportClinic('nobody', {}, deps)).toBe(78);
  expect(printed).toEqual([]);
  expect(warned.join()).toContain('there is no clinic "nobody"');
});
