import { DateTime } from 'luxon';
import { expect, test } from 'vitest';
import { SqlFailure, fakeDatabase } from '../../test/support/database.ts';
import { ZONE } from '../../test/support/clinic.ts';
import type { CallKey } from './calls.ts';
import type { CallId, PatientId } from './ids.ts';
import { Patients } from './patients.ts';

const CALL: CallKey = { id: 'call-invented' as CallId, epoch: 2 };
const KEY = { p_call_id: 'call-invented', p_epoch: 2 };
const BORN = DateTime.fromISO('1990-05-03T23:30', { zone: ZONE });
const NOT_VERIFIED = { verified: false, attempts_left: 1, locked: false };

function makePatients(failure?: SqlFailure) {
  const answer = (value: unknown) => () => {
    if (failure !== undefined) throw failure;
    return value;
  };
  const { db, calls } = fakeDatabase({
    identify_patient: answer(NOT_VERIFIED),
    identify_by_code: answer(NOT_VERIFIED),
    register_patient: answer({ patient_id: 'patient-invented', created: true, full_name: 'Ada Test' }),
    call_patient_list: answer([]),
    set_patient_code: answer(null),
  });
  return { patients: new Patients(db), asked: calls };
}

test('a birth date is sent as the day it is at the clinic, and a number that was not given as none', async () => {
  const { patients, asked } = makePatients();
  expect(await patients.identify(CALL, { fullName: 'Ada Test', dateOfBirth: BORN })).toEqual(NOT_VERIFIED);
  expect(asked).toEqual([
    {
      name: 'identify_patient',
      args: { ...KEY, p_name: 'Ada Test', p_date_of_birth: '1990-05-03', p_phone: null },
    },
  ]);
});

test('whatever is asked, the call and its epoch go with it', async () => {
  const { patients, asked } = makePatients();
  const claim = { fullName: 'Ada Test', dateOfBirth: BORN, phone: '+15550100' };
  await patients.identify(CALL, claim);
  await patients.identifyByCode(CALL, '4711');
  await patients.register(CALL, 'request-1', claim);
  await patients.verified(CALL);
  expect(asked.map(({ name }) => name)).toEqual([
    'identify_patient',
    'identify_by_code',
    'register_patient',
    'call_patient_list',
  ]);
  for (const { args } of asked) expect(args).toMatchObject(KEY);
  expect(asked[2]?.args).toMatchObject({ p_request_id: 'request-1', p_phone: '+15550100' });
});

test('a code is given to a patient, not to a call', async () => {
  const { patients, asked } = makePatients();
  await patients.setCode('patient-invented' as PatientId, '4711');
  expect(asked[0]?.args).toEqual({ p_patient_id: 'patient-invented', p_code: '4711' });
});

test.each([
  ['patient_not_verified', 403, 'PATIENT_NOT_VERIFIED'],
  ['identity_locked', 403, 'IDENTITY_LOCKED'],
  ['call_taken_over', 409, 'CALL_TAKEN_OVER'],
  ['birth_date_invalid', 422, 'INPUT_INVALID'],
  ['code_invalid', 422, 'INPUT_INVALID'],
  ['patient_unknown', 404, 'INPUT_INVALID'],
] as const)('%s of the database is the error %s %s', async (word, status, code) => {
  const { patients } = makePatients(new SqlFailure(word, status));
  await expect(
    patients.register(CALL, 'request-1', { fullName: 'Ada Test', dateOfBirth: BORN }),
  ).rejects.toMatchObject({ code });
});
