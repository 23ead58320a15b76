import { describe, expect, test } from 'vitest';
import { ALI, type TestCall, makeCall, verify } from '../../test/support/call-state.ts';
import { DR_B, freeSlot } from '../../test/support/clinic.ts';
import { SqlFailure } from '../../test/support/database.ts';
import { prepareBooking } from './book.ts';
import { prepareCancellation } from './change-appointment.ts';
import { confirm, confirmTool } from './confirm.ts';
import { findSlots } from './find-slots.ts';
import { runTool } from './run-tool.ts';

const SLOTS = ['09:00', '10:00', '11:00', '12:00', '13:00'].map((time) => freeSlot(`2026-11-24T${time}`));
const DETAILS = { slot_id: 's2' };
const READ_BACK =
  "That's a check-up with Dr. Invented A on Tuesday the 24th of November at 10 in the morning, for Sara Notreal. Is that right?";

/** A call in which three times of Tuesday have been offered, s1 to s3, and Sara is verified. */
async function offered(
  ...[overrides, functions]: [Parameters<typeof makeCall>[1]?, Parameters<typeof makeCall>[2]?]
) {
  const call = makeCall([...SLOTS], overrides, functions);
  await findSlots(call.state, { service: 'check-up', day: 'tuesday' });
  await verify(call);
  return call;
}

async function readBack(call: TestCall, details: Parameters<typeof prepareBooking>[1] = DETAILS) {
  const reply = await prepareBooking(call.state, details);
  call.callerSpeaks();
  return reply;
}

describe('before anything is booked', () => {
  test('the day, the time, the dentist and the name are read back, and the time is kept', async () => {
    const call = await offered();
    expect(await prepareBooking(call.state, DETAILS)).toEqual({
      read_back: true,
      patient: 'p1',
      say: READ_BACK,
    });
    expect(call.asked('hold_slot')).toMatchObject([{ p_starts_at: '2026-11-24T05:00:00Z', p_seconds: 180 }]);
    expect(call.asked('book_for_patient')).toEqual([]);
    expect(call.state.booked).toEqual([]);
  });

  test.each(['s9', '2026-11-24T10:00', '', 'constructor', '__proto__', 'x'.repeat(10_000)])(
    'a slot that was not offered is asked for again: %j',
    async (slot_id) => {
      const call = await offered();
      expect(await prepareBooking(call.state, { slot_id })).toMatchObject({
        error: 'unknown_slot',
        say: 'Sorry, which of those times would you like?',
      });
      expect(call.state.proposal).toBeUndefined();
    },
  );

  test('a time that somebody else holds is not read back: others are offered', async () => {
    const call = await offered();
    call.free.splice(1, 1);
    const reply = await prepareBooking(call.state, DETAILS);
    expect(reply).toMatchObject({ error: 'slot_taken' });
    expect(reply.say).toMatch(
      /^I'm sorry, that time has just been taken\. On Tuesday the 24th of November I have 9/,
    );
    expect(call.state.proposal).toBeUndefined();
  });
});

describe('a booking for somebody who is not verified', () => {
  test.each([undefined, '', 'p1', 'p2', 'Sara Notreal', 'patient-sara', '; drop table patients'])(
    'is not read back, and asks for name and birth date: %j',
    async (patient) => {
      const call = makeCall([...SLOTS]);
      await findSlots(call.state, { service: 'check-up', day: 'tuesday' });
      expect(await prepareBooking(call.state, { ...DETAILS, patient })).toEqual({
        error: 'patient_not_verified',
        say: 'May I have the full name and date of birth, please?',
      });
      expect(call.state.proposal).toBeUndefined();
      call.callerSpeaks();
      expect(await confirm(call.state)).toMatchObject({ error: 'nothing_read_back' });
      expect(call.asked('book_for_patient')).toEqual([]);
    },
  );

  test('is read back as soon as they are, without being asked for again', async () => {
    const call = makeCall([...SLOTS]);
    await findSlots(call.state, { service: 'check-up', day: 'tuesday' });
    await prepareBooking(call.state, DETAILS);
    await verify(call);
    expect(await confirm(call.state)).toMatchObject({ booked: true });
  });

  test('does not come back once the caller has looked for another time', async () => {
    const call = makeCall([...SLOTS]);
    await findSlots(call.state, { service: 'check-up', day: 'tuesday' });
    await prepareBooking(call.state, DETAILS);
    await findSlots(call.state, { service: 'check-up', day: 'tuesday', time: '13:00' });
    await verify(call);
    expect(call.state.proposal).toBeUndefined();
  });
});

describe('a booking', () => {
  test('is made after the caller’s yes, and said with its weekday as it is stored', async () => {
    const call = await offered();
    await readBack(call);
    const reply = await confirm(call.state);
    expect(reply).toEqual({
      booked: true,
      appointment_id: 'a1',
      say: "You're booked for Tuesday the 24th of November at 10 in the morning with Dr. Invented A. Is there anything else I can do for you?",
    });
    expect(call.state.booked).toMatchObject([{ patient_name: 'Sara Notreal' }]);
    expect(call.asked('book_for_patient')).toMatchObject([
      {
        p_call_id: call.state.callId,
        p_epoch: 1,
        p_starts_at: '2026-11-24T05:00:00Z',
        p_patient_id: 'patient-sara',
      },
    ]);
  });

  test('is not made when nothing was read back', async () => {
    const call = await offered();
    expect(await confirm(call.state)).toMatchObject({ error: 'nothing_read_back' });
    expect(call.asked('book_for_patient')).toEqual([]);
  });

  test('is not made in the turn in which it was read back: the details are asked once more', async () => {
    const call = await offered();
    await prepareBooking(call.state, DETAILS);
    expect(await confirm(call.state)).toEqual({ error: 'not_confirmed', say: READ_BACK });
    expect(call.asked('book_for_patient')).toEqual([]);
  });

  test('is the one that was read back last', async () => {
    const call = await offered();
    await readBack(call);
    await readBack(call, { slot_id: 's3' });
    await confirm(call.state);
    expect(call.appointments.map(({ starts_at }) => starts_at)).toEqual(['2026-11-24T06:00:00Z']);
  });

  test('is not made once something else has been asked since', async () => {
    const call = await offered();
    await readBack(call);
    await runTool(call.state, 'find_slots', {}, () => findSlots(call.state, { service: 'check-up' }));
    call.callerSpeaks();
    expect(await confirm(call.state)).toMatchObject({ error: 'nothing_read_back' });
  });

  test('is made once, however often it is confirmed or read back again', async () => {
    const call = await offered();
    await readBack(call);
    const first = await confirm(call.state);
    const second = await confirm(call.state);
    // A model that begins again must not hear that somebody was faster.
    const third = await readBack(call);
    expect([second.say, third.say]).toEqual([first.say, first.say]);
    expect(call.state.booked).toHaveLength(1);
    expect(call.appointments).toHaveLength(1);
  });

  test('can be made again after it was cancelled in the same call', async () => {
    const call = await offered();
    await readBack(call);
    await confirm(call.state);
    prepareCancellation(call.state, { appointment_id: 'a1' });
    call.callerSpeaks();
    expect(await confirm(call.state)).toMatchObject({ cancelled: true });
    expect(call.state.booked).toEqual([]);
    await readBack(call);
    expect(await confirm(call.state)).toMatchObject({ booked: true, appointment_id: 'a2' });
    expect(call.appointments.map(({ status }) => status)).toEqual(['cancelled', 'booked']);
    expect(call.state.booked).toHaveLength(1);
  });
});

describe('a parent with two children', () => {
  test('is asked for whom, and each child gets its own appointment', async () => {
    const call = await offered();
    await verify(call, ALI);
    expect(await prepareBooking(call.state, DETAILS)).toEqual({
      error: 'which_patient',
      patients: [
        { patient: 'p1', full_name: 'Sara Notreal' },
        { patient: 'p2', full_name: 'Ali Notreal' },
      ],
      say: 'Is that for Sara Notreal or Ali Notreal?',
    });
    for (const [slot_id, patient, name] of [
      ['s2', 'p2', 'Ali Notreal'],
      ['s3', 'sara notreal', 'Sara Notreal'],
    ] as const) {
      expect((await readBack(call, { slot_id, patient })).say).toContain(`, for ${name}. Is that right?`);
      expect((await confirm(call.state)).say).toMatch(new RegExp(`^${name} is booked for Tuesday`));
    }
    expect(call.appointments.map(({ patient_id }) => patient_id)).toEqual(['patient-ali', 'patient-sara']);
  });

  test('of whom one is not verified gets nothing for that one', async () => {
    const call = await offered();
    for (const patient of ['p2', 'Ali Notreal', 'patient-ali', 'Ali']) {
      expect(await prepareBooking(call.state, { ...DETAILS, patient })).toMatchObject({
        error: 'patient_not_verified',
      });
    }
    call.callerSpeaks();
    expect(await confirm(call.state)).toMatchObject({ error: 'nothing_read_back' });
  });
});

describe('a time that somebody else has just taken', () => {
  test('is not claimed: others of that day are offered', async () => {
    const call = await offered();
    await readBack(call);
    call.free.splice(1, 1);
    const reply = await confirm(call.state);
    expect(reply.error).toBe('slot_taken');
    expect(reply.say).toMatch(
      /^I'm sorry, that time has just been taken\. On Tuesday the 24th of November I have 9 in the morning, 11 in the morning or 12 noon/,
    );
    expect(reply.say).not.toMatch(/booked/);
    expect(call.state.booked).toEqual([]);
    call.callerSpeaks();
    expect(await confirm(call.state)).toMatchObject({ error: 'nothing_read_back' });
  });

  test('leaves the other offers under the names they were given', async () => {
    const call = await offered();
    const names = () => new Map([...call.state.offered].map(([name, { slot }]) => [name, slot.starts_at]));
    const before = names();
    await readBack(call);
    call.free.splice(1, 1);
    await confirm(call.state);
    expect([...names()]).toEqual(expect.arrayContaining([...before]));
    expect(call.state.offered.size).toBe(4);
  });

  test('is offered with the other dentist if that one is free', async () => {
    const call = await offered();
    await readBack(call);
    call.free.splice(1, 1, freeSlot('2026-11-24T10:00', DR_B));
    expect((await confirm(call.state)).slots).toMatchObject([
      { time: '09:00' },
      { time: '10:00', practitioner: DR_B.name },
      { time: '11:00' },
    ]);
  });

  test('or that cannot be booked any more is treated alike', async () => {
    const refuse = () => {
      throw new SqlFailure('slot_invalid', 422);
    };
    const call = await offered({}, { book_for_patient: refuse });
    await readBack(call);
    expect(await confirm(call.state)).toMatchObject({ error: 'slot_taken' });
  });
});

test('when the database fails, the caller hears an apology and no booking, and may try again', async () => {
  let down = true;
  const receipt = { created: true, status: 'booked', appointment_id: 'one', starts_at: SLOTS[1]?.starts_at };
  const call = await offered(
    {},
    {
      book_for_patient: () => {
        if (down) throw new SqlFailure('deadlock detected', 500, '40P01');
        return { ...receipt, practitioner: 'Dr. Invented A' };
      },
    },
  );
  await readBack(call);
  const run = () => runTool(call.state, 'confirm', {}, () => confirm(call.state));
  const failed = await run();
  expect(failed.error).toBe('DATABASE_FAILED');
  expect(failed.say).toMatch(/^I'm sorry/);
  expect(failed.say).not.toMatch(/booked|deadlock/);
  expect(call.state.booked).toEqual([]);
  down = false;
  expect(await run()).toMatchObject({ booked: true });
  const [first, second] = call.asked('book_for_patient');
  expect(second?.p_request_id).toBe(first?.p_request_id);
});

test('a request id is short enough for the database whatever is booked', async () => {
  const call = await offered();
  await prepareBooking(call.state, DETAILS);
  const uuids = 3 * (36 - 'practitioner-A'.length);
  expect((call.state.proposal?.requestId.length ?? 0) + uuids).toBeLessThan(200);
});

test('the model cannot put words into a confirmation: it has no parameters', () => {
  const { parameters } = confirmTool(makeCall().state);
  expect(
    (parameters as { safeParse: (input: unknown) => { data?: unknown } }).safeParse({ slot_id: 's1' }).data,
  ).toEqual({});
});
