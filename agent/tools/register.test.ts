import { describe, expect, test } from 'vitest';
import { SARA, makeCall } from '../../test/support/call-state.ts';
import { freeSlot } from '../../test/support/clinic.ts';
import { SqlFailure } from '../../test/support/database.ts';
import { prepareBooking } from './book.ts';
import { confirm } from './confirm.ts';
import { findSlots } from './find-slots.ts';
import { registerPatient } from './register.ts';
import { runTool } from './run-tool.ts';

const NEW = { full_name: 'Zoë O’Mara', date_of_birth: '12 12 2001', phone: '0300 5550177' };

describe('a new patient', () => {
  test('hears every field, the name spelled and the number in groups, and nothing is stored yet', () => {
    const { state, calls } = makeCall();
    expect(registerPatient(state, NEW)).toEqual({
      read_back: true,
      say: "That's Zoë O’Mara, spelled Z O Ë, O M A R A, born on the 12th of December 2001, phone 0 3 0 0, 5 5 5, 0 1 7 7. Is that right?",
    });
    expect(calls).toEqual([]);
  });

  test('who says no number has the one they call from, which is not read out', () => {
    const { state } = makeCall();
    const { say } = registerPatient(state, { ...NEW, phone: undefined });
    expect(say).toMatch(
      /born on the 12th of December 2001, with the phone number you are calling from\. Is that right\?$/,
    );
    expect(state.proposal).toMatchObject({ phone: '+923005550101' });
  });

  test.each([undefined, 'anonymous'])('whose number is hidden is asked for one (%j)', (callerNumber) => {
    const { state } = makeCall([], { callerNumber });
    expect(registerPatient(state, { ...NEW, phone: '' })).toEqual({
      missing: 'phone',
      say: 'Which phone number can we reach you on?',
    });
    registerPatient(state, NEW);
    expect(state.proposal?.patientPhone).toBe('+923005550177');
  });

  test('is stored only after the caller’s yes, as it was read back last', async () => {
    const call = makeCall();
    registerPatient(call.state, NEW);
    expect(await confirm(call.state)).toMatchObject({ error: 'not_confirmed' });
    call.callerSpeaks();
    registerPatient(call.state, { ...NEW, full_name: 'Zoe Omara' });
    call.callerSpeaks();
    expect(await confirm(call.state)).toEqual({
      registered: true,
      patient: 'p1',
      full_name: 'Zoe Omara',
      say: 'Thank you, Zoe Omara is registered now. Which appointment would you like?',
    });
    expect(call.asked('register_patient')).toMatchObject([
      { p_name: 'Zoe Omara', p_date_of_birth: '2001-12-12', p_phone: '+923005550177' },
    ]);
  });

  test('is stored once, however often it is confirmed', async () => {
    const call = makeCall();
    registerPatient(call.state, NEW);
    call.callerSpeaks();
    const first = await confirm(call.state);
    expect(await confirm(call.state)).toEqual(first);
    registerPatient(call.state, NEW);
    call.callerSpeaks();
    await confirm(call.state);
    expect(call.patients).toHaveLength(3);
    expect(new Set(call.asked('register_patient').map((args) => args.p_request_id)).size).toBe(1);
  });

  test('goes on with the time they had chosen', async () => {
    const call = makeCall([freeSlot('2026-11-24T10:00')]);
    await findSlots(call.state, { service: 'check-up' });
    await prepareBooking(call.state, { slot_id: 's1' });
    registerPatient(call.state, NEW);
    call.callerSpeaks();
    expect((await confirm(call.state)).say).toBe(
      "Thank you, Zoë O’Mara is registered now. That's a check-up with Dr. Invented A on Tuesday the 24th of November at 10 in the morning, for Zoë O’Mara. Is that right?",
    );
    // The yes was to the registration, and not to the booking.
    expect(await confirm(call.state)).toMatchObject({ error: 'not_confirmed' });
    call.callerSpeaks();
    expect(await confirm(call.state)).toMatchObject({ booked: true });
  });

  test('who is on record already is not said to be registered', async () => {
    const call = makeCall();
    registerPatient(call.state, { full_name: SARA.full_name, date_of_birth: SARA.date_of_birth });
    call.callerSpeaks();
    expect((await confirm(call.state)).say).toBe(
      'Thank you, Sara Notreal. Which appointment would you like?',
    );
  });

  test('is not stored in a call that is locked', async () => {
    const call = makeCall(
      [],
      {},
      {
        register_patient: () => {
          throw new SqlFailure('identity_locked', 403);
        },
      },
    );
    registerPatient(call.state, NEW);
    call.callerSpeaks();
    const run = () => runTool(call.state, 'confirm', {}, () => confirm(call.state));
    expect(await run()).toMatchObject({
      error: 'identity_locked',
      say: expect.stringMatching(/^I'm sorry, I can't verify that on the phone/) as string,
    });
    expect(await run()).toMatchObject({ error: 'nothing_read_back' });
  });
});

test('a request id has nothing of the person in it, and is short enough for the database', () => {
  const { state } = makeCall();
  registerPatient(state, { ...NEW, full_name: `Zoë ${'İ'.repeat(110)}` });
  expect(state.proposal?.requestId).toMatch(/^register\/[\w-]{43}$/);
});
