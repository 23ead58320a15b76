import { describe, expect, test } from 'vitest';
import { ALI, type TestCall, makeCall, verify } from '../../test/support/call-state.ts';
import { CHECK_UP, DR_A, DR_B, freeSlot } from '../../test/support/clinic.ts';
import { SqlFailure } from '../../test/support/database.ts';
import { cancel, prepareCancellation, prepareChange } from './change-appointment.ts';
import { confirm } from './confirm.ts';
import { findSlots } from './find-slots.ts';
import { listAppointments } from './list-appointments.ts';
import { runTool } from './run-tool.ts';

/** Appointments that were made before the call. */
function booked(call: TestCall, patient_id: string, ...times: string[]): void {
  for (const time of times) {
    const { starts_at, ends_at } = freeSlot(time);
    call.appointments.push({
      appointment_id: `appointment-${call.appointments.length + 1}`,
      patient_id,
      practitioner_id: DR_A.id,
      service_id: CHECK_UP.id,
      starts_at,
      ends_at,
      status: 'booked',
      request_id: `before-${call.appointments.length}`,
    });
  }
}

/** Sara has a check-up on Tuesday at ten, and is verified; Wednesday at eleven is free. */
async function withAppointment(functions: Parameters<typeof makeCall>[2] = {}): Promise<TestCall> {
  const call = makeCall([freeSlot('2026-11-25T11:00', DR_B)], {}, functions);
  booked(call, 'patient-sara', '2026-11-24T10:00');
  await verify(call);
  await listAppointments(call.state, {});
  await findSlots(call.state, { service: 'check-up', day: 'wednesday' });
  call.callerSpeaks();
  return call;
}

const CHANGE = { appointment_id: 'a1', slot_id: 's1' };

describe('a list of appointments', () => {
  test('is of one: it is read out with its weekday', async () => {
    const call = makeCall();
    booked(call, 'patient-sara', '2026-11-24T10:00');
    booked(call, 'patient-ali', '2026-11-24T10:30');
    await verify(call);
    expect(await listAppointments(call.state, {})).toEqual({
      patient: 'p1',
      appointments: [
        {
          appointment_id: 'a1',
          service: 'check-up',
          practitioner: DR_A.name,
          date: '2026-11-24',
          weekday: 'Tuesday',
          time: '10:00',
        },
      ],
      say: 'Sara Notreal has a check-up with Dr. Invented A on Tuesday the 24th of November at 10 in the morning. Would you like to move or cancel it?',
    });
  });

  test('is of many: the next three are read out, and all have a name', async () => {
    const call = makeCall();
    booked(call, 'patient-sara', ...['24', '25', '27', '30'].map((day) => `2026-11-${day}T10:00`));
    await verify(call);
    const reply = await listAppointments(call.state, {});
    expect(reply.say).toMatch(
      /^Sara Notreal has 4 appointments\. The next three are a check-up .* Tuesday .*, a check-up .* Wednesday .*, and a check-up .* Friday .* Which one is it about\?$/,
    );
    expect([...call.state.listed.keys()]).toEqual(['a1', 'a2', 'a3', 'a4']);
  });

  test('is empty, which is said', async () => {
    const call = makeCall();
    await verify(call);
    expect((await listAppointments(call.state, {})).say).toBe(
      "I can't see any appointment of Sara Notreal from today on. Would you like to make one?",
    );
  });

  test('is of nobody who is not verified', async () => {
    const call = makeCall();
    booked(call, 'patient-sara', '2026-11-24T10:00');
    for (const patient of [undefined, 'p1', 'Sara Notreal', 'patient-sara']) {
      expect(await listAppointments(call.state, { patient })).toMatchObject({
        error: 'patient_not_verified',
      });
    }
    expect(call.asked('patient_appointments')).toEqual([]);
    expect(call.state.listed.size).toBe(0);
  });
});

describe('a change', () => {
  test('is read back with both times and the name, and made after the yes', async () => {
    const call = await withAppointment();
    expect(await prepareChange(call.state, CHANGE)).toEqual({
      read_back: true,
      say: 'You want to move the check-up of Sara Notreal from Tuesday the 24th of November at 10 in the morning to Wednesday the 25th of November at 11 in the morning with Dr. Invented B. Is that right?',
    });
    expect(await confirm(call.state)).toMatchObject({ error: 'not_confirmed' });
    call.callerSpeaks();
    expect(await confirm(call.state)).toEqual({
      moved: true,
      appointment_id: 'a2',
      say: "I've moved the appointment: you're booked for Wednesday the 25th of November at 11 in the morning with Dr. Invented B. Is there anything else I can do for you?",
    });
    expect(call.appointments.map(({ status }) => status)).toEqual(['cancelled', 'booked']);
    expect(call.state.booked).toMatchObject([{ appointment_id: 'appointment-2' }]);
    expect([...call.state.listed.keys()]).toEqual(['a2']);
  });

  test('is made once', async () => {
    const call = await withAppointment();
    await prepareChange(call.state, CHANGE);
    call.callerSpeaks();
    expect(await confirm(call.state)).toEqual(await confirm(call.state));
    expect(call.appointments).toHaveLength(2);
  });

  test('to a time for another service is not read back', async () => {
    const call = await withAppointment();
    await findSlots(call.state, { service: 'cleaning', day: 'wednesday' });
    expect(await prepareChange(call.state, { ...CHANGE, slot_id: 's2' })).toEqual({
      error: 'other_service',
      say: 'That time is for a cleaning, and the appointment is a check-up. Which day would you like for the check-up?',
    });
  });

  test('to a time that is taken meanwhile leaves the old one as it is', async () => {
    const call = await withAppointment();
    await prepareChange(call.state, CHANGE);
    call.callerSpeaks();
    call.free.splice(0, 1);
    expect(await confirm(call.state)).toMatchObject({ error: 'slot_taken' });
    expect(call.appointments.map(({ status }) => status)).toEqual(['booked']);
  });

  test.each([
    ['appointment_cancelled', 409, 'appointment_changed', /has been changed meanwhile/],
    ['appointment_past', 422, 'appointment_past', /has already begun/],
    ['patient_not_verified', 403, 'patient_not_verified', /^May I have the full name and date of birth/],
  ])('that the database refuses (%s) is a sentence', async (message, status, error, say) => {
    const refuse = () => {
      throw new SqlFailure(message, status);
    };
    const call = await withAppointment({ reschedule_appointment: refuse });
    await prepareChange(call.state, CHANGE);
    call.callerSpeaks();
    const reply = await runTool(call.state, 'confirm', {}, () => confirm(call.state));
    expect(reply).toMatchObject({ error, say: expect.stringMatching(say) as string });
  });
});

describe('a cancellation', () => {
  test('is read back with day, time and name, and made after the yes', async () => {
    const call = await withAppointment();
    expect(prepareCancellation(call.state, { appointment_id: 'A1 ' })).toEqual({
      read_back: true,
      say: 'You want to cancel the check-up of Sara Notreal with Dr. Invented A on Tuesday the 24th of November at 10 in the morning. Is that right?',
    });
    expect(await confirm(call.state)).toMatchObject({ error: 'not_confirmed' });
    call.callerSpeaks();
    expect(await confirm(call.state)).toEqual({
      cancelled: true,
      say: "I've cancelled the check-up of Sara Notreal on Tuesday the 24th of November at 10 in the morning. Is there anything else I can do for you?",
    });
    expect(call.appointments.map(({ status }) => status)).toEqual(['cancelled']);
    expect(prepareCancellation(call.state, { appointment_id: 'a1' })).toMatchObject({
      error: 'unknown_appointment',
    });
  });

  test('of what somebody else has cancelled is not claimed', async () => {
    const call = await withAppointment();
    prepareCancellation(call.state, { appointment_id: 'a1' });
    const [row] = call.appointments;
    if (row !== undefined) row.status = 'cancelled';
    call.callerSpeaks();
    expect((await confirm(call.state)).say).toBe(
      'There is nothing left to do: the check-up of Sara Notreal on Tuesday the 24th of November at 10 in the morning does not stand any more. Is there anything else I can do for you?',
    );
  });

  test('of an appointment that was not read out asks which one is meant', async () => {
    const call = await withAppointment();
    for (const appointment_id of ['a2', 's1', 'p1', 'appointment-1', '', '__proto__', 'x'.repeat(10_000)]) {
      expect(prepareCancellation(call.state, { appointment_id })).toEqual({
        error: 'unknown_appointment',
        known: ['a1'],
        say: 'Sorry, which appointment do you mean?',
      });
    }
    expect(call.state.proposal).toBeUndefined();
  });

  test('of somebody who is not verified asks who they are, and then reads their appointments out', async () => {
    const call = makeCall();
    booked(call, 'patient-ali', '2026-11-24T10:00');
    expect(prepareCancellation(call.state, { appointment_id: 'a1' })).toMatchObject({
      error: 'patient_not_verified',
    });
    await verify(call, ALI);
    expect([...call.state.listed.values()].map(({ receipt }) => receipt.patient_name)).toEqual([
      'Ali Notreal',
    ]);
  });

  test('of an id that the model made up is refused by the database', async () => {
    const call = await withAppointment();
    booked(call, 'patient-ali', '2026-11-24T10:30');
    prepareCancellation(call.state, { appointment_id: 'a1' });
    const { proposal } = call.state;
    if (proposal?.kind !== 'cancellation') throw new Error('nothing was read back');
    const forged = { ...proposal.appointment.receipt, appointment_id: 'appointment-2' as never };
    await expect(
      cancel(call.state, { ...proposal, appointment: { name: 'a1', receipt: forged } }),
    ).rejects.toMatchObject({ code: 'PATIENT_NOT_VERIFIED' });
    expect(call.appointments.map(({ status }) => status)).toEqual(['booked', 'booked']);
  });
});

test('short names are never given to another appointment', async () => {
  const call = await withAppointment();
  await prepareChange(call.state, CHANGE);
  call.callerSpeaks();
  await confirm(call.state);
  booked(call, 'patient-sara', '2026-11-30T10:00');
  await listAppointments(call.state, {});
  expect([...call.state.listed.keys()]).toEqual(['a2', 'a3']);
});
