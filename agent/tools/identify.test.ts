import { describe, expect, test } from 'vitest';
import { ALI, SARA, makeCall, verify } from '../../test/support/call-state.ts';
import { freeSlot } from '../../test/support/clinic.ts';
import { SqlFailure } from '../../test/support/database.ts';
import { prepareBooking } from './book.ts';
import { findSlots } from './find-slots.ts';
import { identifyPatient } from './identify.ts';
import { listAppointments } from './list-appointments.ts';
import { registerPatient } from './register.ts';
import { runTool } from './run-tool.ts';
import { joinWaitingList } from './waiting-list.ts';

const CHILD = { full_name: ALI.full_name, date_of_birth: ALI.date_of_birth };
const RIGHT = { full_name: 'sara notreal.', date_of_birth: 'May third nineteen ninety' };
const WRONG = { full_name: 'Sara Notreal', date_of_birth: '4 May 1990' };

describe('a patient who says name and birth date', () => {
  test('is verified, and the model goes on with what the caller wants', async () => {
    const { state, asked } = makeCall();
    const reply = await identifyPatient(state, RIGHT);
    expect(reply).toMatchObject({ verified: true, patient: 'p1', full_name: 'Sara Notreal' });
    expect(reply.say).toBeUndefined();
    expect(asked('identify_patient')).toMatchObject([
      { p_name: 'sara notreal', p_date_of_birth: '1990-05-03' },
    ]);
  });

  test('has the same short name however often they are verified', async () => {
    const { state } = makeCall();
    await identifyPatient(state, RIGHT);
    await identifyPatient(state, CHILD);
    expect(await identifyPatient(state, RIGHT)).toMatchObject({ patient: 'p1' });
    expect([...state.verified].map(([name, { full_name }]) => `${name} ${full_name}`)).toEqual([
      'p1 Sara Notreal',
      'p2 Ali Notreal',
    ]);
  });

  test('gets what they had asked for before at once', async () => {
    const call = makeCall([freeSlot('2026-11-24T10:00')]);
    await findSlots(call.state, { service: 'check-up' });
    await prepareBooking(call.state, { slot_id: 's1' });
    const booking = await identifyPatient(call.state, RIGHT);
    expect(booking.say).toBe(
      "Thank you, Sara Notreal. That's a check-up with Dr. Invented A on Tuesday the 24th of November at 10 in the morning, for Sara Notreal. Is that right?",
    );
    await joinWaitingList(call.state, { service: 'cleaning', day: 'friday', patient: 'p2' });
    const waiting = await identifyPatient(call.state, CHILD);
    expect(waiting.say).toMatch(
      /^Thank you, Ali Notreal\. Ali Notreal is on the waiting list now, for a cleaning on Friday/,
    );
    expect(await identifyPatient(call.state, CHILD)).not.toHaveProperty('say');
  });

  test('gets it with the next try when the database failed in between', async () => {
    let down = true;
    const call = makeCall(
      [],
      {},
      {
        patient_appointments: () => {
          if (down) throw new SqlFailure('gone', 500);
          return [];
        },
      },
    );
    await listAppointments(call.state, {});
    const run = () =>
      runTool(call.state, 'identify_patient', RIGHT, () => identifyPatient(call.state, RIGHT));
    expect(await run()).toMatchObject({ error: 'DATABASE_FAILED' });
    down = false;
    expect((await run()).say).toMatch(
      /^Thank you, Sara Notreal\. I can't see any appointment of Sara Notreal/,
    );
  });
});

describe('a wrong answer', () => {
  test('repeats what was heard, and tells nothing of the records', async () => {
    const { state } = makeCall();
    const nobody = { ...WRONG, full_name: 'No Body' };
    const [known, unknown] = [await identifyPatient(state, WRONG), await identifyPatient(state, nobody)];
    expect(known).toEqual({
      verified: false,
      attempts_left: 2,
      say: "I can't match Sara Notreal, born on the 4th of May 1990, with our records. Could you give me the full name and date of birth once more? Or tell me if you are new here.",
    });
    expect(unknown.say).toBe(known.say?.replace('Sara Notreal', 'No Body'));
  });

  test('is not counted again when the model repeats itself within a turn', async () => {
    const call = makeCall();
    for (let run = 0; run < 10; run += 1) {
      expect(await identifyPatient(call.state, WRONG)).toMatchObject({ attempts_left: 2 });
    }
    expect(call.asked('identify_patient')).toHaveLength(1);
  });

  test('that is only begun anew is not counted: of a name with the birth date of before, the birth date is asked for', async () => {
    const call = makeCall();
    await identifyPatient(call.state, WRONG);
    call.callerSpeaks();
    // "It's Sara Notreal." – and after a breath "born on the third of May".
    const half = await identifyPatient(call.state, WRONG);
    expect(half).toEqual({
      verified: false,
      error: 'same_as_before',
      say: 'Sorry, could you tell me the date of birth once more, with day, month and year?',
    });
    expect(await identifyPatient(call.state, WRONG)).toEqual(half);
    call.callerSpeaks();
    expect(await identifyPatient(call.state, RIGHT)).toMatchObject({ verified: true });
    expect(call.asked('identify_patient')).toHaveLength(2);
  });

  test('that the caller insists on counts in the end', async () => {
    const call = makeCall();
    const left: unknown[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      left.push((await identifyPatient(call.state, WRONG)).attempts_left);
      call.callerSpeaks();
    }
    expect(left).toEqual([2, undefined, 1, undefined, undefined]);
    expect(call.state.locked).toBe(true);
  });

  test('for the third time offers a message for the front desk, and nothing else helps from then on', async () => {
    const call = makeCall();
    for (const day of ['4', '5', '6']) {
      await identifyPatient(call.state, { ...WRONG, date_of_birth: `${day} May 1990` });
    }
    const locked = {
      verified: false,
      locked: true,
      say: "I'm sorry, I can't verify that on the phone. I can take a message for our front desk instead. What shall I tell them?",
    };
    call.callerSpeaks();
    expect(await identifyPatient(call.state, RIGHT)).toEqual(locked);
    expect(registerPatient(call.state, RIGHT)).toEqual(locked);
    expect(await listAppointments(call.state, {})).toEqual(locked);
    expect(call.state.verified.size).toBe(0);
  });

  test('does not take away whom the call has verified before', async () => {
    const call = makeCall();
    await verify(call);
    for (const day of ['4', '5', '6']) {
      await identifyPatient(call.state, { full_name: 'Ali Notreal', date_of_birth: `${day} May 1990` });
    }
    expect(await listAppointments(call.state, { patient: 'p1' })).toMatchObject({ appointments: [] });
    expect(await listAppointments(call.state, { patient: 'Ali Notreal' })).toMatchObject({ locked: true });
  });

  test.each([{ date_of_birth: 'soon' }, { full_name: '...' }, { phone: '7' }])(
    'is none where it is not clear, and costs nothing: %j',
    async (unclear) => {
      const call = makeCall();
      expect(await identifyPatient(call.state, { ...RIGHT, ...unclear })).toHaveProperty('error');
      expect(call.asked('identify_patient')).toEqual([]);
    },
  );
});

test('of two people with one name and birth date the number on record tells which', async () => {
  const call = makeCall();
  call.patients.push({ ...SARA, patient_id: 'patient-other', phone: '+923005550188' });
  expect(await identifyPatient(call.state, RIGHT)).toEqual({
    verified: false,
    need: 'phone',
    attempts_left: 3,
    say: 'Thank you. And which phone number do we have on record for you?',
  });
  expect(await identifyPatient(call.state, { ...RIGHT, phone: '0300 555 0188' })).toMatchObject({
    verified: true,
  });
  expect(call.state.verified.get('p1')?.patient_id).toBe('patient-other');
});
