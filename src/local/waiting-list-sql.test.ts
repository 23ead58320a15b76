import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  ADA,
  ANNA,
  BEN,
  BERT,
  type BookingClinic,
  CALLS,
  ELSEWHERE,
  SURGERY,
  VISIT,
  startBookingClinic,
} from '../../test/support/booking-clinic.ts';
import type { CallKey } from '../clinic/calls.ts';
import type { ServiceId } from '../clinic/ids.ts';
import type { PartOfDay, WaitingWish } from '../clinic/patient-appointments.ts';

const [ONE, TWO, THREE] = CALLS;
const NOTHING = 'e3000000-0000-4000-8000-00000000000f' as ServiceId;
let clinic: BookingClinic;
beforeAll(async () => {
  clinic = await startBookingClinic();
});
afterAll(() => clinic.stop());
beforeEach(() => clinic.reset());

describe('the waiting list', () => {
  const join = (call: CallKey, changes: Partial<WaitingWish> = {}) =>
    clinic.patients.joinWaitingList(call, {
      requestId: clinic.request(),
      patientId: ADA,
      serviceId: VISIT,
      practitionerId: ANNA,
      from: '2026-12-01',
      to: '2026-12-04',
      partOfDay: 'morning',
      ...changes,
    });
  const entries = () =>
    clinic.sql('select *, from_date::text, to_date::text from waiting_list order by created_at');

  test('takes a wish once, however often and by whichever call it comes', async () => {
    const first = await join(ONE, { requestId: 'wish' });
    expect(first.created).toBe(true);
    const again = await Promise.all([join(ONE, { requestId: 'wish' }), join(ONE), join(TWO), join(ONE)]);
    expect(again).toEqual(again.map(() => ({ ...first, created: false })));
    await expect(join(ONE, { partOfDay: 'evening' })).resolves.toMatchObject({ created: true });
    await expect(join(THREE, { patientId: BEN })).resolves.toMatchObject({ created: true });
    expect(await entries()).toHaveLength(3);
  });

  test('fills in what was left open, from today on', async () => {
    await join(ONE, { from: '2026-01-01', to: undefined, practitionerId: undefined, partOfDay: 'any' });
    expect(await entries()).toMatchObject([
      {
        from_date: '2026-11-29',
        to_date: '2027-01-28',
        practitioner_id: null,
        status: 'open',
        call_id: ONE.id,
      },
    ]);
  });

  test.each<[string, Partial<WaitingWish>]>([
    ['INPUT_INVALID', { from: '2026-12-04', to: '2026-12-01' }],
    ['INPUT_INVALID', { from: '2026-01-01', to: '2026-01-02' }],
    ['INPUT_INVALID', { to: '2999-01-01' }],
    ['INPUT_INVALID', { from: 'infinity', to: undefined }],
    ['INPUT_INVALID', { partOfDay: "noon'; drop table waiting_list; --" as PartOfDay }],
    ['SLOT_INVALID', { serviceId: ELSEWHERE.service }],
    ['SLOT_INVALID', { serviceId: NOTHING }],
    ['SLOT_INVALID', { practitionerId: ELSEWHERE.practitioner }],
    ['SLOT_INVALID', { practitionerId: BERT, serviceId: SURGERY }],
  ])('answers %s for %j', async (code, changes) => {
    await expect(join(ONE, changes)).rejects.toMatchObject({ code });
    expect(await entries()).toEqual([]);
  });

  test('keeps one request for one patient', async () => {
    await join(ONE, { requestId: 'wish' });
    await expect(join(ONE, { requestId: 'wish', patientId: BEN })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  test('is not written by a worker whose call was taken over', async () => {
    await clinic.takeOver(ONE);
    await expect(join(ONE)).rejects.toMatchObject({ code: 'CALL_TAKEN_OVER' });
    expect(await entries()).toEqual([]);
  });
});
