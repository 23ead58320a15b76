import { describe, expect, test } from 'vitest';
import {
  ADA,
  BEN,
  CLINIC,
  ELSEWHERE,
  EVA,
  HIDDEN,
  HOME,
  HOME_NUMBER,
  MAX,
  MAX_TOO,
  NOW,
  OF_NO_CLINIC,
  OLD,
  OVER,
  SIGNS,
  type SqlCallKey,
  id,
  useIdentityClinic,
  wrong,
} from '../../test/support/identity-clinic.ts';
import { openDatabase } from '../clinic/database.ts';

const { sql, ask, database, identify, identifyAda, byCode, register, gate, list } = useIdentityClinic();

const REFUSED = { raised: 'patient_not_verified', status: 403 };
const TAKEN_OVER = { raised: 'call_taken_over', status: 409 };
const LOCKED = { raised: 'identity_locked', status: 403 };

/** An hour that can be booked. */
const OFFER_SQL = `
  insert into clinic_hours values ('${CLINIC}', 1, '08:00', '12:00');
  insert into practitioners (id, clinic_id, name) values ('${id('d', 1)}', '${CLINIC}', 'Anna');
  insert into services (id, clinic_id, slug, name, duration_minutes) values ('${id('e', 1)}', '${CLINIC}', 'visit', 'Visit', 30);
  insert into practitioner_services values ('${id('d', 1)}', '${id('e', 1)}');`;
const VICTIMS = [ADA, BEN, MAX, MAX_TOO, OLD, SIGNS, EVA];
const SECRETS = [...VICTIMS, ...['01', '03', '04', '05', '06', '07'].map((n) => `155501${n}`), '$2a$'];
const repeat = <T>(times: number, make: (n: number) => T): T[] =>
  Array.from({ length: times }, (_, n) => make(n));
const days = (n: number) => `1990-05-${String(n + 4).padStart(2, '0')}`;
const lock = (call: SqlCallKey) => Promise.all(repeat(3, (n) => identify(call, 'Ada Test', days(n))));

/** Attempts to learn or change something of a patient who was not verified, each with what was rightly verified before. */
const ATTACKS: Record<string, { before?: () => Promise<unknown>; attack: () => Promise<unknown> }> = {
  'another call’s verification': {
    before: () => identifyAda(HOME),
    attack: () => gate(HIDDEN, ADA),
  },
  'another call’s list': {
    before: () => identifyAda(HOME),
    attack: () => list(HIDDEN),
  },
  'another patient of the same home': {
    before: () => identifyAda(HOME),
    attack: () => gate(HOME, BEN),
  },
  'another clinic’s patient, all answers right': {
    attack: () => identify(HIDDEN, 'Eva Elsewhere', '1985-12-24'),
  },
  'another clinic’s patient, from that clinic’s call': { attack: () => gate(ELSEWHERE, ADA) },
  'a verification that joins two clinics': {
    before: () => sql(`insert into call_patients values ('${HIDDEN.p_call_id}', '${EVA}', 'name_and_birth')`),
    attack: async () => [await gate(HIDDEN, EVA), await list(HIDDEN)],
  },
  'a worker whose call was taken over, with what it had verified': {
    before: () => identifyAda(HOME),
    attack: () => Promise.all([gate, identifyAda, list].map((use) => use({ ...HOME, p_epoch: 1 }, ADA))),
  },
  'no epoch, or one that is still to come': {
    before: () => identifyAda(HOME),
    attack: async () => {
      const keys = [null, 3, 2_147_483_647].map((p_epoch) => ({ ...HOME, p_epoch }));
      return Promise.all(keys.flatMap((key) => [gate(key, ADA), list(key), identifyAda(key)]));
    },
  },
  'a call that does not exist, or none': {
    attack: async () => {
      const keys = [id('a', 9), null].map((p_call_id) => ({ p_call_id, p_epoch: 2 }));
      return Promise.all(
        keys.flatMap((key) => [gate(key, ADA), identifyAda(key), byCode(key, '4711'), list(key)]),
      );
    },
  },
  'a call that is over': {
    attack: () =>
      Promise.all([identifyAda(OVER), byCode(OVER, '4711'), register(OVER, 'Ada Test', '1990-05-03')]),
  },
  'a call of no clinic': {
    attack: () =>
      Promise.all([identifyAda(OF_NO_CLINIC), byCode(OF_NO_CLINIC, '4711'), gate(OF_NO_CLINIC, ADA)]),
  },
  'right answers after the lock': {
    before: () => lock(HOME),
    attack: () =>
      Promise.all([
        identifyAda(HOME),
        byCode(HOME, '4711'),
        register(HOME, 'Ada Test', '1990-05-03'),
        gate(HOME, ADA),
      ]),
  },
  'ids that are guessed, or no ids': {
    attack: () =>
      Promise.all([...VICTIMS, id('f', 9), null, HIDDEN.p_call_id, CLINIC].map((it) => gate(HIDDEN, it))),
  },
  'arguments in each other’s place': {
    attack: () =>
      Promise.all([
        gate({ p_call_id: ADA, p_epoch: 2 }, HIDDEN.p_call_id),
        identify(HIDDEN, '1990-05-03', 'Ada Test'),
        identify(HIDDEN, HOME_NUMBER, '1990-05-03', { p_phone: 'Ada Test' }),
      ]),
  },
  'arguments of other types': {
    attack: () =>
      Promise.all([
        identify(HIDDEN, { full_name: 'Ada Test' }, '1990-05-03'),
        identify(HIDDEN, ['Ada Test', 'Ben Test'], '1990-05-03'),
        register(HIDDEN, ['Ada Test', 'a'.repeat(10_000)], '1990-05-03'),
        gate(HIDDEN, [ADA]),
        gate(HIDDEN, `${ADA}' or true --`),
        byCode(HOME, { code: 4711 }),
      ]),
  },
  'nulls and half of the answers': {
    attack: () =>
      Promise.all([
        identify(HOME, null, '1990-05-03'),
        identify(HOME, 'Ada Test', null),
        identify(HOME, null, null),
      ]),
  },
  'half of the name': {
    attack: () =>
      Promise.all(['Ada', 'Test', 'Ada Ada Test'].map((name) => identify(HOME, name, '1990-05-03'))),
  },
  'wildcards and patterns': {
    attack: () => Promise.all(['%', 'Ada%', '.*'].map((name) => identify(HIDDEN, name, '1990-05-03'))),
  },
  'a name of signs, as somebody’s on record': {
    attack: () => Promise.all(['%_!', '', '😀'].map((name) => identify(HIDDEN, name, '1970-02-02'))),
  },
  'SQL for a name': {
    attack: () =>
      Promise.all(
        [
          "' or '1'='1",
          "Ada Test'; update patients set phone = null; --",
          "Ada Test') union select * from patients --",
        ].map((name) => identify(HIDDEN, name, '1990-05-03')),
      ),
  },
  'SQL for a name that is registered': {
    attack: () => register(HIDDEN, "Robert'; delete from patients; --", '1999-01-01'),
  },
  'ten thousand characters': {
    attack: () =>
      Promise.all(
        ['Ada Test '.repeat(1_112), `Ada Test${' '.repeat(10_000)}`, 'Ada Test\u200b'.repeat(1_000)].map(
          (name) => identify(HIDDEN, name, '1990-05-03'),
        ),
      ),
  },
  'letters that look alike': {
    attack: () =>
      Promise.all(['Аda Test', 'Ada Tеst', 'Αda Test'].map((name) => identify(HIDDEN, name, '1990-05-03'))),
  },
  'a character that no text can hold': { attack: () => identify(HIDDEN, 'Ada Test\u0000', '1990-05-03') },
  'dates that are none': {
    attack: () =>
      Promise.all(
        ['infinity', '1990-02-31', '1990', '0001-05-03 BC', ''].map((date) =>
          identify(HIDDEN, 'Ada Test', date),
        ),
      ),
  },
  'twenty wrong guesses at once, and then the right one': {
    attack: async () => [
      await Promise.all(repeat(20, (n) => identify(HOME, 'Ada Test', days(n)))),
      await identifyAda(HOME),
    ],
  },
  'guesses of every kind at once, and then the right ones': {
    attack: async () => [
      await Promise.all(
        repeat(4, (n) => [
          identify(HOME, 'Ada Test', days(n)),
          byCode(HOME, `000${n}`),
          register(HOME, 'Ada Test', days(n + 4)),
        ]).flat(),
      ),
      await Promise.all([identifyAda(HOME), byCode(HOME, '4711'), register(HOME, 'Ada Test', '1990-05-03')]),
    ],
  },
  'registering a name with birth dates until one fits': {
    attack: async () => {
      const answers = [];
      for (const date of [...repeat(3, days), '1990-05-03'])
        answers.push(await register(HIDDEN, 'Ada Test', date));
      expect(answers.at(-1)).toEqual(LOCKED);
      return answers;
    },
  },
  'registering by name and number to get a record without a birth date': {
    attack: async () => [
      await register(HIDDEN, 'Old Record', '1990-05-03', { p_phone: '+4915550100' }),
      await gate(HIDDEN, OLD),
    ],
  },
  'registering one of two who have that name and birth date': {
    attack: () => register(HIDDEN, 'Max Double', '1980-01-31', { p_phone: '+4915550100' }),
  },
  'numbers tried for one of two': {
    attack: async () => {
      const answers = [];
      for (const p_phone of ['%', '+4915550100', '+4915550102', '+4915550103']) {
        answers.push(await identify(HIDDEN, 'Max Double', '1980-01-31', { p_phone }));
      }
      return answers;
    },
  },
  'a request that registered somebody, sent again for another': {
    before: () => register(HIDDEN, 'Cleo New', '2001-02-03', { p_request_id: 'r1' }),
    attack: () => register(HIDDEN, 'Ada Test', '1990-05-03', { p_request_id: 'r1' }),
  },
  'a code from another number': { attack: () => byCode(HIDDEN, '4711') },
  'a code at another clinic': { attack: () => byCode(ELSEWHERE, '4711') },
  'codes that are none': {
    attack: () => Promise.all([null, '4711 ', '0'.repeat(10_000)].map((code) => byCode(HOME, code))),
  },
  'the hash for a code': {
    attack: async () => {
      const [row] = await sql(`select code_hash from patients where id = '${ADA}'`);
      return byCode(HOME, row?.['code_hash']);
    },
  },
  'booking by name and number, as earlier versions do': {
    before: () => sql(OFFER_SQL),
    attack: async () => {
      const answer = await ask('book_appointment', {
        p_call_id: HOME.p_call_id,
        p_epoch: HOME.p_epoch,
        p_request_id: 'b1',
        p_clinic_id: CLINIC,
        p_practitioner_id: id('d', 1),
        p_service_id: id('e', 1),
        p_starts_at: '2026-11-30T08:00:00Z',
        p_patient_name: 'Ada Test',
        p_patient_phone: HOME_NUMBER,
        p_now: NOW,
      });
      expect(answer).toMatchObject({ created: true });
      return answer;
    },
  },
  'the keys of somebody who is not the service': {
    before: () => identifyAda(HOME),
    attack: async () => {
      const anon = openDatabase({ url: database().url, serviceRoleKey: database().anonKey });
      const { data, error } = await anon.rpc('require_patient', {
        ...HOME,
        p_patient_id: ADA,
        p_action: 'x',
      });
      expect(error?.code).toBe('42501');
      const { data: patients } = await anon.from('patients').select('*');
      return [data as unknown, patients];
    },
  },
};

describe('nobody learns or changes anything of a patient who was not verified, by', () => {
  const state = () =>
    sql(`
      select to_jsonb(p) as patient,
        (select jsonb_agg(to_jsonb(v) order by v.call_id) from call_patients v where v.patient_id = p.id) as verified,
        (select count(*) from appointments a where a.patient_id = p.id) as appointments
      from patients p
      where p.id in ('${VICTIMS.join("','")}') order by p.id`);

  test.each(Object.entries(ATTACKS))('%s', async (_, { before, attack }) => {
    await before?.();
    const untouched = await state();
    const answer = JSON.stringify(await attack());
    for (const secret of SECRETS) expect(answer).not.toContain(secret);
    expect(answer).not.toMatch(/"verified":true|"created":false/);
    expect(await state()).toEqual(untouched);
    const [calls] = await sql('select max(identity_failures) as failures from calls');
    expect(calls?.['failures']).toBeLessThanOrEqual(3);
  });

  test('what an answer says of who exists: it says nothing', async () => {
    expect(await gate(HIDDEN, ADA)).toEqual(REFUSED);
    expect(await gate(HIDDEN, id('f', 9))).toEqual(REFUSED);
    expect(await gate({ ...HOME, p_epoch: 1 }, ADA)).toEqual(TAKEN_OVER);
    expect(await identify(HIDDEN, 'Ada Test', '1990-05-04')).toEqual(wrong(2));
    expect(await identify(HOME, 'Nobody Here', '1990-05-04')).toEqual(wrong(2));
    expect(await register(HIDDEN, 'Ada Test', '1990-05-04')).toMatchObject({ created: true });
    expect(await register(HOME, 'Nobody Here', '1990-05-04')).toMatchObject({ created: true });
  });
});
