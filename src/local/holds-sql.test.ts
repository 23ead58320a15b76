import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ANNA,
  BEN,
  BERT,
  type BookingClinic,
  CALLS,
  CLEANING,
  CLINIC,
  ELSEWHERE,
  MONDAY,
  SURGERY,
  URGENT,
  VISIT,
  at,
  clinicTime,
  outcomesOf,
  startBookingClinic,
} from '../../test/support/booking-clinic.ts';
import type { ServiceId } from '../clinic/ids.ts';

const [ONE, TWO, THREE] = CALLS;
let clinic: BookingClinic;
beforeAll(async () => {
  clinic = await startBookingClinic();
});
afterAll(() => clinic.stop());
beforeEach(() => clinic.reset());

const holds = () => clinic.sql('select * from slot_holds order by starts_at');

describe('a time that a call holds', () => {
  test('is its own: others neither see nor get it, and booking uses it up', async () => {
    const hold = await clinic.hold(ONE);
    expect(Date.parse(hold.expires_at)).toBe(Date.parse(clinic.now) + 180_000);
    expect(await clinic.free(TWO)).not.toContain('08:00');
    expect(await clinic.free(undefined)).not.toContain('08:00');
    expect(await clinic.free(ONE)).toContain('08:00');
    await expect(clinic.hold(TWO, { startsAt: at('08:15') })).rejects.toMatchObject({ code: 'SLOT_TAKEN' });
    await expect(clinic.book(TWO, { startsAt: at('08:15') })).rejects.toMatchObject({ code: 'SLOT_TAKEN' });
    await clinic.hold(TWO, { practitionerId: BERT });
    expect(await clinic.book(ONE)).toMatchObject({ created: true, status: 'booked' });
    expect(await holds()).toMatchObject([{ call_id: TWO.id }]);
  });

  test('is free again the moment it expires, and whoever comes by deletes it', async () => {
    await clinic.hold(ONE);
    clinic.wait(179);
    await expect(clinic.hold(TWO)).rejects.toMatchObject({ code: 'SLOT_TAKEN' });
    clinic.wait(1);
    expect(await clinic.free(TWO)).toContain('08:00');
    await clinic.hold(TWO, { startsAt: at('14:00') });
    expect(await holds()).toMatchObject([{ call_id: TWO.id }]);
    await clinic.book(TWO);
    await expect(clinic.book(ONE)).rejects.toMatchObject({ code: 'SLOT_TAKEN' });
  });

  test('that has expired keeps nobody waiting, even while somebody else deletes it', async () => {
    await clinic.hold(ONE);
    clinic.wait(180);
    await clinic.whileLocked('select from slot_holds for update', async () => {
      expect(await clinic.book(TWO)).toMatchObject({ created: true });
    });
  });

  test('can still be booked after it has expired, if nobody else took it', async () => {
    await clinic.hold(ONE);
    clinic.wait(3_600);
    expect(await clinic.book(ONE)).toMatchObject({ created: true });
  });

  test('held again is the same hold, for longer and never for less', async () => {
    const first = await clinic.hold(ONE);
    clinic.wait(60);
    const second = await clinic.hold(ONE);
    expect(second.hold_id).toBe(first.hold_id);
    expect(Date.parse(second.expires_at) - Date.parse(first.expires_at)).toBe(60_000);
    expect(await clinic.hold(ONE, { holdMs: 1_000 })).toEqual(second);
    expect(await holds()).toHaveLength(1);
  });

  test.each([
    [86_400_000, 600],
    [-5, 1],
  ])('for %d ms is held for %d s', async (holdMs, seconds) => {
    const { expires_at } = await clinic.hold(ONE, { holdMs });
    expect(Date.parse(expires_at) - Date.parse(clinic.now)).toBe(seconds * 1_000);
  });

  test('is one of three at most: the one that expires first makes room', async () => {
    for (const time of ['08:00', '08:30', '09:00', '09:30']) {
      await clinic.hold(ONE, { startsAt: at(time) });
      clinic.wait(1);
    }
    expect((await holds()).map((row) => clinicTime((row['starts_at'] as Date).toISOString()))).toEqual([
      '08:30',
      '09:00',
      '09:30',
    ]);
    await Promise.all(
      ['08:00', '08:30', '09:00', '09:30', '14:00'].map((time) =>
        clinic.hold(TWO, { startsAt: at(time), practitionerId: BERT }),
      ),
    );
    expect(await clinic.sql(`select from slot_holds where call_id = '${TWO.id}'`)).toHaveLength(3);
  });

  test('stays with the call when another worker takes it over', async () => {
    await clinic.hold(ONE);
    const next = await clinic.takeOver(ONE);
    await expect(clinic.hold(ONE)).rejects.toMatchObject({ code: 'CALL_TAKEN_OVER' });
    await expect(clinic.book(ONE)).rejects.toMatchObject({ code: 'CALL_TAKEN_OVER' });
    await expect(clinic.book(TWO)).rejects.toMatchObject({ code: 'SLOT_TAKEN' });
    expect(await clinic.free(next)).toContain('08:00');
    expect(await clinic.book(next)).toMatchObject({ created: true });
    expect(await holds()).toEqual([]);
  });

  test('is given back as the call ends, and an ended call holds no more', async () => {
    await clinic.hold(ONE);
    await clinic.client.rpc('close_call', { p_call_id: ONE.id, p_outcome: 'abandoned' }).throwOnError();
    expect(await holds()).toEqual([]);
    await expect(clinic.hold(ONE)).rejects.toMatchObject({ code: 'STATE_INVALID' });
    expect(await clinic.hold(TWO)).toHaveProperty('hold_id');
  });

  test('is not refused for the lead time that began while it was read back', async () => {
    clinic.now = at('07:00');
    await clinic.hold(ONE);
    clinic.wait(120);
    await expect(clinic.book(TWO)).rejects.toMatchObject({ code: 'SLOT_INVALID' });
    expect(await clinic.book(ONE)).toMatchObject({ created: true });
    clinic.now = at('07:30');
    await clinic.hold(ONE, { startsAt: at('08:30') });
    clinic.wait(180);
    await expect(clinic.book(ONE, { startsAt: at('08:30') })).rejects.toMatchObject({ code: 'SLOT_INVALID' });
  });

  test('cannot have begun, however long it was held', async () => {
    clinic.now = at('08:14');
    const urgent = { serviceId: URGENT, startsAt: at('08:15') };
    await clinic.hold(ONE, urgent);
    clinic.wait(61);
    await expect(clinic.book(ONE, urgent)).rejects.toMatchObject({ code: 'SLOT_INVALID' });
  });

  test.each([
    ['a time outside the hours', ONE, { startsAt: at('12:00') }],
    ['a time that is past', ONE, { startsAt: '2026-11-23T08:00:00+01:00' }],
    ['a time without end', ONE, { startsAt: 'infinity' }],
    ['a service the practitioner does not offer', ONE, { practitionerId: BERT, serviceId: SURGERY }],
    ['another clinic’s practitioner', ONE, { practitionerId: ELSEWHERE.practitioner }],
    ['another clinic’s service', ONE, { serviceId: ELSEWHERE.service }],
    ['this clinic’s time for a call elsewhere', ELSEWHERE.call, {}],
  ])('cannot be %s', async (_, call, changes) => {
    await expect(clinic.hold(call, changes)).rejects.toMatchObject({ code: 'SLOT_INVALID' });
    expect(await holds()).toEqual([]);
  });
});

describe('many who want one time at once', () => {
  test('leave it to one call, which may ask as often as it likes', async () => {
    const { done, codes } = await outcomesOf(
      Array.from({ length: 12 }, (_, n) => clinic.hold(CALLS[n % 3] ?? ONE)),
    );
    expect(done).toBe(4);
    expect(codes).toEqual(Array.from({ length: 8 }, () => 'SLOT_TAKEN'));
    expect(await holds()).toHaveLength(1);
  });

  test('by holding, booking and moving: one has it, and the others hear that it is taken', async () => {
    for (const time of ['08:00', '08:30', '09:00', '09:30', '14:00']) {
      const startsAt = at(time);
      const own = await clinic.book(THREE, { startsAt, practitionerId: BERT, patientId: BEN });
      const { done, codes } = await outcomesOf([
        clinic.hold(ONE, { startsAt }),
        clinic.book(TWO, { startsAt }),
        clinic.move(THREE, own.appointment_id, startsAt, ANNA),
      ]);
      expect({ done, codes }).toEqual({ done: 1, codes: ['SLOT_TAKEN', 'SLOT_TAKEN'] });
    }
  });
});

describe('buffers', () => {
  test('keep the practitioner free after the appointment, and before one that is there', async () => {
    await clinic.book(ONE, { serviceId: CLEANING, startsAt: at('08:30') });
    expect(await clinic.free(TWO)).toEqual(['08:00', '09:30', '14:00', '14:30']);
    expect(await clinic.free(TWO, CLEANING)).toEqual(['09:30', '14:00', '14:30']);
    await expect(clinic.book(TWO, { startsAt: at('09:14') })).rejects.toMatchObject({ code: 'SLOT_TAKEN' });
    await expect(clinic.hold(TWO, { serviceId: CLEANING })).rejects.toMatchObject({ code: 'SLOT_TAKEN' });
    await clinic.book(TWO);
    await clinic.book(TWO, { startsAt: at('09:15') });
  });

  test('of a hold count as those of a booking, and may go beyond closing time', async () => {
    await clinic.hold(ONE, { serviceId: CLEANING });
    expect(await clinic.free(TWO)).toEqual(['09:00', '09:30', '14:00', '14:30']);
    expect(await clinic.book(ONE, { serviceId: CLEANING, startsAt: at('14:30') })).toMatchObject({
      ends_at: `${MONDAY}T14:00:00+00:00`,
    });
  });

  test('stay what they were when the appointment was booked', async () => {
    await clinic.book(ONE, { serviceId: CLEANING });
    await clinic.sql(`update services set buffer_minutes = 60 where id = '${CLEANING}'`);
    await clinic.book(TWO, { startsAt: at('08:45') });
  });

  test('stand in the clinic’s profile beside the lead times', async () => {
    const { data } = await clinic.client.rpc('clinic_profile', { p_clinic_id: CLINIC }).throwOnError();
    expect((data as { services: unknown[] }).services).toMatchObject([
      { slug: 'cleaning', buffer_minutes: 15, lead_time_minutes: null },
      { slug: 'surgery', buffer_minutes: 0, lead_time_minutes: 1440 },
      { slug: 'urgent', buffer_minutes: 0, lead_time_minutes: 0 },
      { slug: 'visit', buffer_minutes: 0, lead_time_minutes: null },
    ]);
  });

  test('and neighbours: what is offered can be had, and no two appointments ever block one time', async () => {
    const times = fc
      .integer({ min: 0, max: 24 })
      .map((n) => at(`0${8 + Math.floor(n / 12)}:${String((n % 12) * 5).padStart(2, '0')}`));
    const wishes = fc.array(
      fc.record({
        startsAt: times,
        serviceId: fc.constantFrom(VISIT, CLEANING, URGENT),
        buffer: fc.integer({ min: 0, max: 30 }),
      }),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(wishes, async (list) => {
        await clinic.reset();
        for (const { buffer, ...wish } of list) {
          await clinic.sql(`update services set buffer_minutes = ${buffer} where id = '${wish.serviceId}'`);
          await outcomesOf([clinic.book(ONE, wish)]);
        }
        const offered = await clinic.free(TWO, CLEANING);
        for (const time of offered) await clinic.hold(TWO, { serviceId: CLEANING, startsAt: at(time) });
        const all = ['08:00', '08:30', '09:00', '09:30', '14:00', '14:30'];
        for (const time of all.filter((one) => !offered.includes(one)))
          await expect(clinic.hold(TWO, { serviceId: CLEANING, startsAt: at(time) })).rejects.toThrow();
        const overlaps = `select from appointments a join appointments b on a.id < b.id and a.blocked && b.blocked where a.clinic_id = '${CLINIC}'`;
        expect(await clinic.sql(overlaps)).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });
});

describe('lead times', () => {
  test.each<[string, ServiceId, string, string[]]>([
    ['the clinic’s', VISIT, '07:01', ['08:30', '09:00', '09:30', '14:00', '14:30']],
    ['the service’s own, longer', SURGERY, '07:00', []],
    ['the service’s own: none', URGENT, '09:31', ['14:00', '14:30']],
  ])('are %s', async (_, serviceId, now, expected) => {
    clinic.now = at(now);
    expect(await clinic.free(ONE, serviceId)).toEqual(expected);
    for (const time of ['08:00', '14:00']) {
      const attempt = clinic.hold(ONE, { serviceId, startsAt: at(time) });
      if (expected.includes(time)) expect(await attempt).toHaveProperty('hold_id');
      else await expect(attempt).rejects.toMatchObject({ code: 'SLOT_INVALID' });
    }
  });

  test('of a day allow the next day at the same hour, not a minute earlier', async () => {
    clinic.now = '2026-11-29T08:00:00+01:00';
    expect(await clinic.free(ONE, SURGERY)).toEqual(['08:00', '08:30']);
    clinic.wait(1);
    expect(await clinic.free(ONE, SURGERY)).toEqual(['08:30']);
    await expect(clinic.book(ONE, { serviceId: SURGERY })).rejects.toMatchObject({ code: 'SLOT_INVALID' });
  });
});

describe('when the clocks change', () => {
  test('half past two comes twice in autumn: both can be held, booked and told apart', async () => {
    clinic.now = '2026-10-24T12:00:00Z';
    const [summer, winter] = ['2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00'] as const;
    await clinic.hold(ONE, { startsAt: summer });
    const second = await clinic.book(TWO, { startsAt: winter });
    const first = await clinic.book(ONE, { startsAt: summer });
    expect([first, second].map(({ starts_at }) => clinicTime(starts_at))).toEqual(['02:30', '02:30']);
    expect(Date.parse(second.starts_at) - Date.parse(first.starts_at)).toBe(3_600_000);
  });

  test('a buffer is time that passes, not time on the clock', async () => {
    clinic.now = '2027-03-27T12:00:00Z';
    const [before, at0300, at0315] = ['01:30:00+01:00', '03:00:00+02:00', '03:15:00+02:00'].map(
      (time) => `2027-03-28T${time}`,
    ) as [string, string, string];
    await clinic.book(ONE, { serviceId: CLEANING, startsAt: before });
    await expect(clinic.book(TWO, { startsAt: at0300 })).rejects.toMatchObject({ code: 'SLOT_TAKEN' });
    expect(await clinic.book(TWO, { startsAt: at0315 })).toMatchObject({
      ends_at: '2027-03-28T01:45:00+00:00',
    });
  });
});
