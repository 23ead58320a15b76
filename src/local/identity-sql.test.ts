import { SignJWT } from 'jose';
import { describe, expect, test } from 'vitest';
import {
  ADA,
  BEN,
  CLINIC,
  HIDDEN,
  HOME,
  HOME_NUMBER,
  MAX,
  MAX_TOO,
  type SqlCallKey,
  id,
  useIdentityClinic,
  wrong,
} from '../../test/support/identity-clinic.ts';
import { openDatabase } from '../clinic/database.ts';

const { sql, ask, database, identify, identifyAda, byCode, register, gate, list } = useIdentityClinic();

/** What is in the access log of a call, in order. */
const actions = async (call: { p_call_id: string }) =>
  (await sql(`select action from access_log where call_id = '${call.p_call_id}' order by id`)).map(
    ({ action }) => action,
  );
const ADA_VERIFIED = { verified: true, patient_id: ADA, full_name: 'Ada Test' };

describe('name and birth date', () => {
  test.each(['Ada Test', ' test  ADA ', 'Àdä Tést', 'ADA-TEST', 'Ａda Test'])(
    'verify the patient who says %j',
    async (name) => {
      expect(await identify(HIDDEN, name, '1990-05-03')).toEqual(ADA_VERIFIED);
      expect(await gate(HIDDEN, ADA)).toMatchObject({ id: ADA, phone: HOME_NUMBER });
      expect(await actions(HIDDEN)).toEqual(['identify', 'test']);
    },
  );

  test.each([
    ["Séan O'Brien-Núñez", 'NUNEZ sean obrien', true],
    ['محمد علی', 'مُحَمَّد علی', true],
    ['कुमार', 'कमर', false],
    ['Anna Lee', 'Annalee', false],
    ['أحمد', 'احمد', true],
  ])('take %j and %j for one name: %s', async (stored, said, same) => {
    const [row] = await sql(`select fold_name($n$${stored}$n$) = fold_name($n$${said}$n$) as same`);
    expect(row?.['same']).toBe(same);
  });

  test('leave three tries in a call, whoever it is in the hands of; after that, right answers do not help', async () => {
    expect(await identify(HIDDEN, 'Ada Test', '1990-05-04')).toEqual(wrong(2));
    expect(await identify(HIDDEN, 'Nobody Here', '1990-05-03')).toEqual(wrong(1));
    const next = (await ask('open_call', {
      p_room: 'hidden',
      p_dialled: null,
      p_clinic_slug: null,
      p_caller: null,
      p_worker_id: 'worker-2',
    })) as { epoch: number };
    const call = { ...HIDDEN, p_epoch: next.epoch };
    expect(await identify(call, 'Ada Test', '1990-03-05')).toEqual(wrong(0));
    expect(await identify(call, 'Ada Test', '1990-05-03')).toEqual(wrong(0));
    expect(await actions(HIDDEN)).toEqual([
      ...Array.from({ length: 3 }, () => 'identify_failed'),
      'identify_locked',
    ]);
  });

  test('keep a parent and two children apart in one call, and whoever takes it over has all of them', async () => {
    expect(await list(HOME)).toEqual([]);
    await identify(HOME, 'Ada Test', '1990-05-03', { p_now: '2026-11-29T12:00:00Z' });
    await identify(HOME, 'Ben Test', '2018-07-09', { p_now: '2026-11-29T12:01:00Z' });
    await register(HOME, 'Cleo Test', '2020-01-02', { p_now: '2026-11-29T12:02:00Z' });
    await sql(`update calls set epoch = 3 where id = '${HOME.p_call_id}'`);
    const names = (await list({ ...HOME, p_epoch: 3 })) as { full_name: string }[];
    expect(names.map(({ full_name }) => full_name)).toEqual(['Ada Test', 'Ben Test', 'Cleo Test']);
    expect((await actions(HOME)).slice(-3)).toEqual(['list', 'list', 'list']);
  });

  test('of two patients need the telephone number; only a wrong one is a wrong answer', async () => {
    const max = (call: SqlCallKey, p_phone?: string) =>
      identify(call, 'Max Double', '1980-01-31', { p_phone });
    expect(await max(HIDDEN)).toEqual({ ...wrong(3), need: 'phone' });
    expect(await max(HIDDEN, ' ')).toEqual({ ...wrong(3), need: 'phone' });
    expect(await max(HIDDEN, HOME_NUMBER)).toEqual({ ...wrong(2), need: 'phone' });
    expect(await max(HIDDEN, '0049 (155) 50104')).toMatchObject({ verified: true, patient_id: MAX_TOO });
    await sql(`update calls set caller_number = '4915550103' where id = '${HOME.p_call_id}'`);
    expect(await max(HOME)).toMatchObject({ verified: true, patient_id: MAX });
  });
});

describe('a code', () => {
  test('verifies the one patient of the caller’s number who has it', async () => {
    expect(await byCode(HOME, '4711')).toEqual(ADA_VERIFIED);
    expect(await byCode(HOME, '4712')).toEqual(wrong(2));
    expect(await byCode(HOME, '88990011')).toMatchObject({ patient_id: BEN });
    expect(await gate(HOME, BEN)).toMatchObject({ id: BEN });
    expect(await actions(HOME)).toEqual(['identify_code', 'identify_code_failed', 'identify_code', 'test']);
  });

  test('is replaced by a new one, and says nothing when two of a home have the same', async () => {
    const set = (p_code: unknown, p_patient_id = BEN) => ask('set_patient_code', { p_patient_id, p_code });
    expect(await set('1234')).toBeNull();
    expect(await byCode(HOME, '88990011')).toEqual(wrong(2));
    expect(await byCode(HOME, '1234')).toMatchObject({ patient_id: BEN });
    await set('4711');
    expect(await byCode(HOME, '4711')).toEqual(wrong(1));
    for (const code of [null, '', '123', '123456789', '12a4', '١٢٣٤']) {
      expect(await set(code)).toEqual({ raised: 'code_invalid', status: 422 });
    }
    expect(await set('1234', id('f', 9))).toEqual({ raised: 'patient_unknown', status: 404 });
    const [stored] = await sql(`select code_hash from patients where id = '${BEN}'`);
    expect(stored?.['code_hash']).toMatch(/^\$2a\$08\$/);
  });

  test('is not in what the gate gives out, and the clinic’s users see who was let in', async () => {
    await identifyAda(HIDDEN);
    expect(await gate(HIDDEN, ADA)).toMatchObject({ id: ADA, code_hash: null });
    const token = await new SignJWT({ role: 'authenticated', clinic_id: CLINIC })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(new TextEncoder().encode(database().jwtSecret));
    const user = openDatabase({ url: database().url, serviceRoleKey: token });
    expect((await user.from('call_patients').select('how')).data).toEqual([{ how: 'name_and_birth' }]);
    expect((await user.from('access_log').select('action, patient_id')).data).toEqual([
      { action: 'identify', patient_id: ADA },
      { action: 'test', patient_id: ADA },
    ]);
  });
});

describe('registering', () => {
  test('makes a patient whom the call has verified, once per request', async () => {
    const first = await register(HIDDEN, '  Cleo   New ', '2001-02-03', { p_phone: '+4915550108' });
    expect(first).toMatchObject({ created: true, full_name: 'Cleo New' });
    const { patient_id } = first as { patient_id: string };
    const again = await register(HIDDEN, '  Cleo   New ', '2001-02-03', { p_phone: '+4915550108' });
    expect(again).toEqual({ patient_id, created: false, full_name: 'Cleo New' });
    expect(await gate(HIDDEN, patient_id)).toMatchObject({
      phone: '+4915550108',
      date_of_birth: '2001-02-03',
    });
    const [row] = await sql(`select how from call_patients where patient_id = '${patient_id}'`);
    expect(row).toEqual({ how: 'registered' });
    const taken = { p_request_id: 'register   Cleo   New  2001-02-03' };
    expect(await register(HIDDEN, 'Dora New', '2001-02-03', taken)).toEqual({
      raised: 'request_invalid',
      status: 422,
    });
  });

  test('who is on record is that patient, whose record stays as it is', async () => {
    const answer = await register(HIDDEN, 'ada test', '1990-05-03', { p_phone: '+4915550199' });
    expect(answer).toEqual({ patient_id: ADA, created: false, full_name: 'Ada Test' });
    const [row] = await sql(
      `select how, phone from call_patients join patients on patient_id = patients.id where patient_id = '${ADA}'`,
    );
    expect(row).toEqual({ how: 'name_and_birth', phone: HOME_NUMBER });
  });

  test('one person in many calls at once makes one patient', async () => {
    const calls = [HOME, HIDDEN, HOME, HIDDEN, HOME, HIDDEN];
    const answers = await Promise.all(
      calls.map((call, n) =>
        register(call, n % 2 ? 'Cleo New' : 'new cleo', '2001-02-03', { p_request_id: `r${n}` }),
      ),
    );
    const made = answers as { created: boolean; patient_id: string }[];
    expect(made.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(made.map(({ patient_id }) => patient_id)).size).toBe(1);
  });

  test('father and son can have one name and one telephone, beside an old record without a birth date', async () => {
    const phone = { p_phone: '+4915550105' };
    const father = await register(HIDDEN, 'Old Record', '1960-02-03', phone);
    const son = await register(HOME, 'Old Record', '1990-02-03', phone);
    expect([father, son]).toMatchObject([{ created: true }, { created: true }]);
  });

  test.each([
    ['name_invalid', { p_name: ' ' }],
    ['name_invalid', { p_name: null }],
    ['name_invalid', { p_name: 'a'.repeat(121) }],
    ['name_invalid', { p_name: '😀' }],
    ['name_invalid', { p_name: '12 34' }],
    ['name_invalid', { p_name: 'Ada\nTest' }],
    ['name_invalid', { p_name: 'Ada \u202etseT' }],
    ['birth_date_invalid', { p_date_of_birth: null }],
    ['birth_date_invalid', { p_date_of_birth: '1900-01-01' }],
    ['birth_date_invalid', { p_date_of_birth: 'infinity' }],
    ['birth_date_invalid', { p_date_of_birth: '2026-11-30' }],
    ['phone_invalid', { p_phone: '0155 50100' }],
    ['request_invalid', { p_request_id: null }],
    ['request_invalid', { p_request_id: 'r'.repeat(201) }],
  ])('%s is the answer to %j', async (raised, changes) => {
    const before = await sql('select count(*) from patients');
    expect(await register(HIDDEN, 'Cleo New', '2001-02-03', changes)).toEqual({ raised, status: 422 });
    expect(await sql('select count(*) from patients')).toEqual(before);
  });
});
