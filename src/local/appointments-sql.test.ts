import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  ADA,
  ANNA,
  BEN,
  BERT,
  type BookingClinic,
  CALLS,
  CLEANING,
  CLINIC,
  ELSEWHERE,
  EVE,
  SURGERY,
  VISIT,
  at,
  clinicTime,
  outcomesOf,
  startBookingClinic,
} from '../../test/support/booking-clinic.ts';
import type { CallKey } from '../clinic/calls.ts';
import type { AppointmentId, PatientId } from '../clinic/ids.ts';

const [ONE, TWO, THREE] = CALLS;
const NOBODY = 'f3000000-0000-4000-8000-00000000000f';
let clinic: BookingClinic;
beforeAll(async () => {
  clinic = await startBookingClinic();
});
afterAll(() => clinic.stop());
beforeEach(() => clinic.reset());

const failureOf = (attempt: Promise<unknown>): Promise<Record<string, unknown>> =>
  attempt.then(
    (value) => ({ value }),
    (error: unknown) => ({ ...(error as object), message: (error as Error).message }),
  );
/** Everything of the clinic that could be changed, to be compared. */
const everything = () =>
  clinic.sql(
    `select id, status, starts_at, practitioner_id, moved_from from appointments where clinic_id = '${CLINIC}' order by id`,
  );
const logged = (call: CallKey) =>
  clinic.sql(
    `select action, row_table, row_id, patient_id from access_log where call_id = '${call.id}' and row_table <> 'patients' order by id`,
  );

/** What a model may make up: none of it is a patient of call THREE, who has verified Ben alone. */
const STRANGERS: [string, CallKey, PatientId][] = [
  ['a patient of this clinic', THREE, ADA],
  ['a patient nobody has verified', ONE, EVE],
  ['a patient of another clinic', ONE, ELSEWHERE.patient],
  ['a patient that does not exist', ONE, NOBODY as PatientId],
  ['a patient of this clinic for another clinic’s call', ELSEWHERE.call, ADA],
  ['nobody', ONE, null as unknown as PatientId],
  ['a patient of a call that does not exist', { id: NOBODY as CallKey['id'], epoch: 1 }, ADA],
  [
    'a patient of the call for a worker that cannot prove it has it',
    { id: ONE.id, epoch: null as unknown as number },
    ADA,
  ],
];

describe('booking for a patient', () => {
  test('gives the receipt of what is stored, and leaves a line in the access log', async () => {
    const receipt = await clinic.book(ONE, { patientId: BEN });
    expect(receipt).toMatchObject({
      created: true,
      status: 'booked',
      starts_at: '2026-11-30T07:00:00+00:00',
      ends_at: '2026-11-30T07:30:00+00:00',
      practitioner: 'Anna',
      service: 'Visit',
      patient_id: BEN,
      patient_name: 'Ben Test',
    });
    expect(await logged(ONE)).toEqual([
      {
        action: 'book_appointment',
        row_table: 'appointments',
        row_id: receipt.appointment_id,
        patient_id: BEN,
      },
    ]);
  });

  test('of many calls that want one time at once, one gets it', async () => {
    const { done, codes } = await outcomesOf(
      Array.from({ length: 12 }, (_, n) =>
        n % 2 ? clinic.book(ONE) : clinic.book(THREE, { patientId: BEN }),
      ),
    );
    expect({ done, codes }).toEqual({ done: 1, codes: Array.from({ length: 11 }, () => 'SLOT_TAKEN') });
  });

  test('one request, sent many times at once for two practitioners, makes one appointment', async () => {
    const receipts = await Promise.all(
      Array.from({ length: 8 }, (_, n) =>
        clinic.book(ONE, { requestId: 'same', practitionerId: n % 2 ? ANNA : BERT }),
      ),
    );
    expect(new Set(receipts.map(({ appointment_id }) => appointment_id)).size).toBe(1);
    expect(receipts.filter(({ created }) => created)).toHaveLength(1);
  });

  test('a request that comes again late is answered with what it made, for those who may know it', async () => {
    const first = await clinic.book(ONE, { requestId: 'same' });
    clinic.now = at('12:00');
    expect(await clinic.book(ONE, { requestId: 'same' })).toEqual({ ...first, created: false });
    await clinic.sql(`delete from call_patients where call_id = '${ONE.id}' and patient_id = '${ADA}'`);
    expect(await failureOf(clinic.book(ONE, { requestId: 'same', patientId: BEN }))).toMatchObject({
      code: 'PATIENT_NOT_VERIFIED',
    });
  });

  test.each(['', 'x'.repeat(201), null as unknown as string])(
    'the request id %j is refused',
    async (requestId) => {
      await expect(clinic.book(ONE, { requestId })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
    },
  );

  test.each(STRANGERS)(
    '%s cannot be booked for, nor listed, nor put on the waiting list',
    async (_, call, patientId) => {
      const wish = {
        requestId: 'wish',
        patientId,
        serviceId: VISIT,
        practitionerId: undefined,
        from: undefined,
        to: undefined,
      };
      const failures = await Promise.all([
        failureOf(clinic.book(call, { patientId })),
        failureOf(clinic.patients.list(call, patientId)),
        failureOf(clinic.patients.joinWaitingList(call, { ...wish, partOfDay: 'any' })),
      ]);
      for (const failure of failures) expect(failure).toMatchObject({ code: 'PATIENT_NOT_VERIFIED' });
      expect(await everything()).toEqual([]);
      expect(await clinic.sql('select from waiting_list')).toEqual([]);
    },
  );

  test('a service or practitioner of another clinic is refused, as is one that does not do it', async () => {
    for (const changes of [
      { practitionerId: ELSEWHERE.practitioner },
      { serviceId: ELSEWHERE.service },
      { practitionerId: ELSEWHERE.practitioner, serviceId: ELSEWHERE.service },
      { practitionerId: BERT, serviceId: SURGERY },
    ])
      await expect(clinic.book(ONE, changes)).rejects.toMatchObject({ code: 'SLOT_INVALID' });
    expect(await everything()).toEqual([]);
  });
});

describe('a patient’s appointments', () => {
  test('are those to come, earliest first, and no one else’s', async () => {
    await clinic.book(ONE, { patientId: BEN, startsAt: at('09:00') });
    await clinic.book(ONE, { startsAt: at('14:00') });
    await clinic.book(TWO, { startsAt: at('08:00') });
    const cancelled = await clinic.book(ONE, { startsAt: at('08:30') });
    await clinic.cancel(ONE, cancelled.appointment_id);
    const times = async (call: CallKey, patientId: PatientId) =>
      (await clinic.patients.list(call, patientId)).map(({ starts_at }) => clinicTime(starts_at));
    expect(await times(ONE, ADA)).toEqual(['08:00', '14:00']);
    expect(await times(THREE, BEN)).toEqual(['09:00']);
    expect((await logged(THREE)).map(({ action, patient_id }) => [action, patient_id])).toEqual([
      ['list_appointments', BEN],
    ]);
    clinic.now = at('08:00');
    expect(await times(ONE, ADA)).toEqual(['14:00']);
  });

  test('are not told to a worker whose call was taken over', async () => {
    await clinic.takeOver(ONE);
    const attempts = [
      clinic.patients.list(ONE, ADA),
      clinic.book(ONE),
      clinic.cancel(ONE, NOBODY as AppointmentId),
    ];
    expect(await outcomesOf(attempts)).toEqual({ done: 0, codes: attempts.map(() => 'CALL_TAKEN_OVER') });
  });
});

describe('moving an appointment', () => {
  test('books the new one in place of the old one, with the same service', async () => {
    const old = await clinic.book(ONE, { serviceId: CLEANING });
    clinic.now = at('06:00');
    const moved = await clinic.move(TWO, old.appointment_id, at('14:00'), BERT);
    expect(moved).toMatchObject({
      created: true,
      status: 'booked',
      practitioner: 'Bert',
      service: 'Cleaning',
      patient_id: ADA,
      moved_from: old.appointment_id,
    });
    const [row] = await clinic.sql(`select * from appointments where id = '${old.appointment_id}'`);
    expect(row).toMatchObject({
      status: 'cancelled',
      cancelled_by_call: TWO.id,
      cancelled_at: new Date(clinic.now),
    });
    expect((await logged(TWO)).map(({ row_id }) => row_id)).toEqual([
      old.appointment_id,
      moved.appointment_id,
    ]);
    expect(await clinic.free(ONE)).toContain('08:00');
    await expect(clinic.book(ONE, { practitionerId: BERT, startsAt: at('14:30') })).rejects.toMatchObject({
      code: 'SLOT_TAKEN',
    });
  });

  test.each(['08:00', '08:15', '08:45'])(
    'from 08:15 to %s, which its own time overlaps, is possible',
    async (time) => {
      const old = await clinic.book(ONE, { serviceId: CLEANING, startsAt: at('08:15') });
      const moved = await clinic.move(ONE, old.appointment_id, at(time));
      expect(clinicTime(moved.starts_at)).toBe(time);
      expect(await clinic.patients.list(ONE, ADA)).toHaveLength(1);
    },
  );

  test.each([
    ['one that is taken', '09:00', 'SLOT_TAKEN'],
    ['one that another call holds', '09:30', 'SLOT_TAKEN'],
    ['one outside the hours', '12:00', 'SLOT_INVALID'],
    ['one that does not exist', '25:00', 'DATABASE_FAILED'],
  ])('to %s changes nothing', async (_, time, code) => {
    const old = await clinic.book(ONE);
    await clinic.book(TWO, { startsAt: at('09:00') });
    await clinic.hold(TWO, { startsAt: at('09:30') });
    const before = await everything();
    await expect(clinic.move(ONE, old.appointment_id, at(time))).rejects.toMatchObject({ code });
    expect(await everything()).toEqual(before);
  });

  test('is done once per request, and uses up the hold', async () => {
    const old = await clinic.book(ONE);
    await clinic.hold(ONE, { startsAt: at('09:00') });
    const move = {
      requestId: 'move',
      appointmentId: old.appointment_id,
      practitionerId: undefined,
      startsAt: at('09:00'),
    };
    const receipts = await Promise.all(
      Array.from({ length: 6 }, () => clinic.patients.reschedule(ONE, move)),
    );
    expect(new Set(receipts.map(({ appointment_id }) => appointment_id)).size).toBe(1);
    expect(receipts.filter(({ created }) => created)).toHaveLength(1);
    expect(new Set(receipts.map(({ moved_from }) => moved_from))).toEqual(new Set([old.appointment_id]));
    expect(await clinic.sql('select from slot_holds')).toEqual([]);
    await expect(clinic.book(ONE, { requestId: 'move' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  test('by two calls to two times at once: one moves it, the other learns that it is gone', async () => {
    const old = await clinic.book(ONE);
    const { done, codes } = await outcomesOf([
      clinic.move(ONE, old.appointment_id, at('09:00'), BERT),
      clinic.move(TWO, old.appointment_id, at('14:00')),
      clinic.move(TWO, old.appointment_id, at('09:30'), BERT),
    ]);
    expect({ done, codes }).toEqual({ done: 1, codes: ['APPOINTMENT_CHANGED', 'APPOINTMENT_CHANGED'] });
    expect(await clinic.patients.list(ONE, ADA)).toHaveLength(1);
  });

  test('waits for both practitioners in one order, whichever it comes from', async () => {
    const ben = await clinic.book(THREE, { patientId: BEN, practitionerId: BERT });
    let move: Promise<unknown> | undefined;
    await clinic.whileLocked(`select from practitioners where id = '${ANNA}' for update`, async () => {
      move = clinic.move(THREE, ben.appointment_id, at('09:00'), ANNA);
      await vi.waitUntil(
        async () => (await clinic.sql('select from pg_locks where not granted')).length > 0,
        {
          timeout: 5_000,
        },
      );
      // Fails at once if the move had Bert before it waits for Anna.
      await clinic.sql(`select from practitioners where id = '${BERT}' for update nowait`);
    });
    expect(await move).toMatchObject({ practitioner: 'Anna' });
  });

  test('to and fro between two practitioners at once never ends in a deadlock', async () => {
    for (let round = 0; round < 4; round += 1) {
      await clinic.reset();
      const ada = await clinic.book(ONE);
      const ben = await clinic.book(THREE, { patientId: BEN, practitionerId: BERT });
      const { done, codes } = await outcomesOf([
        clinic.move(ONE, ada.appointment_id, at('09:00'), BERT),
        clinic.move(THREE, ben.appointment_id, at('09:00'), ANNA),
        clinic.hold(ONE, { startsAt: at('09:00') }),
        clinic.hold(THREE, { startsAt: at('09:00'), practitionerId: BERT }),
        clinic.takeOver(TWO).then((call) => clinic.book(call, { startsAt: at('09:30') })),
      ]);
      expect(done).toBeGreaterThanOrEqual(3);
      expect(codes.filter((code) => code !== 'SLOT_TAKEN')).toEqual([]);
    }
  });
});

describe('cancelling', () => {
  test('frees the time, and again is the same, whoever asks', async () => {
    const { appointment_id } = await clinic.book(ONE);
    const first = await clinic.cancel(ONE, appointment_id);
    expect(first).toMatchObject({ appointment_id, status: 'cancelled', created: true });
    expect(await clinic.free(TWO)).toContain('08:00');
    clinic.now = at('12:00');
    for (const call of [ONE, TWO])
      expect(await clinic.cancel(call, appointment_id)).toEqual({ ...first, created: false });
    const [row] = await clinic.sql(
      `select cancelled_by_call from appointments where id = '${appointment_id}'`,
    );
    expect(row).toEqual({ cancelled_by_call: ONE.id });
  });

  test('by many at once cancels once', async () => {
    const { appointment_id } = await clinic.book(ONE);
    const receipts = await Promise.all(
      Array.from({ length: 6 }, (_, n) => clinic.cancel(n % 2 ? ONE : TWO, appointment_id)),
    );
    expect(receipts.filter(({ created }) => created)).toHaveLength(1);
  });

  test('one that was moved is refused, since its successor stands', async () => {
    const old = await clinic.book(ONE);
    const next = await clinic.move(ONE, old.appointment_id, at('09:00'));
    for (const attempt of [
      () => clinic.cancel(ONE, old.appointment_id),
      () => clinic.move(ONE, old.appointment_id, at('14:00')),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'APPOINTMENT_CHANGED' });
    await clinic.cancel(ONE, next.appointment_id);
    await expect(clinic.move(ONE, next.appointment_id, at('14:00'))).rejects.toMatchObject({
      code: 'APPOINTMENT_CHANGED',
    });
  });

  test('or moving one that has begun is refused', async () => {
    const { appointment_id } = await clinic.book(ONE);
    clinic.now = at('08:00');
    await expect(clinic.cancel(ONE, appointment_id)).rejects.toMatchObject({ code: 'APPOINTMENT_PAST' });
    await expect(clinic.move(ONE, appointment_id, at('14:00'))).rejects.toMatchObject({
      code: 'APPOINTMENT_PAST',
    });
  });

  test('or moving somebody else’s is refused in the very words for one that does not exist', async () => {
    const hers = await clinic.book(ONE);
    const [elsewhere] = await clinic.sql(`
      insert into appointments (clinic_id, patient_id, practitioner_id, service_id, starts_at, ends_at, call_id)
      select t.clinic_id, t.id, '${ELSEWHERE.practitioner}', '${ELSEWHERE.service}', '${at('09:00')}', '${at('09:30')}', '${ELSEWHERE.call.id}'
      from patients t where t.id = '${ELSEWHERE.patient}' returning id`);
    const before = await everything();
    for (const act of [
      (id: AppointmentId) => failureOf(clinic.cancel(THREE, id)),
      (id: AppointmentId) => failureOf(clinic.move(THREE, id, at('14:00'))),
    ]) {
      const missing = await act(NOBODY as AppointmentId);
      expect(missing).toMatchObject({ code: 'PATIENT_NOT_VERIFIED' });
      expect(await act(hers.appointment_id)).toEqual(missing);
      expect(await act(elsewhere?.['id'] as AppointmentId)).toEqual(missing);
      expect(await act(null as unknown as AppointmentId)).toEqual(missing);
    }
    expect(await everything()).toEqual(before);
  });
});
