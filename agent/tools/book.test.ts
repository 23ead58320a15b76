import { describe, expect, test } from 'vitest';
import { type TestCall, makeCall } from '../../test/support/call-state.ts';
import { DR_B, freeSlot } from '../../test/support/clinic.ts';
import { SqlFailure } from '../../test/support/database.ts';
import { cleanName, confirmBooking, confirmBookingTool, prepareBooking } from './book.ts';
import { findSlots } from './find-slots.ts';
import { runTool } from './run-tool.ts';

const SLOTS = ['09:00', '10:00', '11:00', '12:00', '13:00'].map((time) => freeSlot(`2026-11-24T${time}`));
const DETAILS = { slot_id: 's2', patient_name: 'Sara Notreal' };

/** A call in which three times of Tuesday have been offered: s1 to s3. */
async function offered(
  ...[overrides, functions]: [Parameters<typeof makeCall>[1]?, Parameters<typeof makeCall>[2]?]
) {
  const call = makeCall([...SLOTS], overrides, functions);
  await findSlots(call.state, { service: 'check-up', day: 'tuesday' });
  call.callerSpeaks();
  return call;
}

async function readBack(call: TestCall) {
  await prepareBooking(call.state, DETAILS);
  call.callerSpeaks();
}

describe('a name', () => {
  test.each([
    ['Sara Notreal', 'Sara Notreal'],
    ['  sara   notreal. ', 'sara notreal'],
    ['Zoë O’Mara-Öz', 'Zoë O’Mara-Öz'],
    ['سارہ خان', 'سارہ خان'],
    ['Sara\nNotreal\u0000', 'Sara Notreal'],
    ['Sara ❤️', 'Sara'],
    ['Sara 👍🏽 Notreal 🇵🇰', 'Sara Notreal'],
    ['Zoe\u0308', 'Zoë'],
  ])('is kept as it was said: %j', (input, expected) => expect(cleanName(input)).toBe(expected));

  test.each([
    '',
    '   ',
    '😀',
    '❤️',
    '🇵🇰',
    '12345',
    '...',
    '\u0000',
    '\uD800',
    'x'.repeat(121),
    'x'.repeat(10_000),
  ])('is none: %j', (input) => expect(cleanName(input)).toBeUndefined());
});

describe('before anything is booked', () => {
  test('the day, the time, the dentist and the name are read back', async () => {
    const call = await offered();
    const reply = await prepareBooking(call.state, DETAILS);
    expect(reply.say).toBe(
      "That's a check-up with Dr. Invented A on Tuesday the 24th of November at 10 in the morning, for Sara Notreal. Is that right?",
    );
    expect(call.asked('book_appointment')).toEqual([]);
    expect(call.state.booked).toEqual([]);
  });

  test('a number the caller said is read back in groups, and is the one that is stored', async () => {
    const call = await offered();
    const reply = await prepareBooking(call.state, { ...DETAILS, phone: '0300 5550199' });
    expect(reply.say).toContain('for Sara Notreal, phone 0 3 0 0, 5 5 5, 0 1 9 9. Is that right?');
    call.callerSpeaks();
    await confirmBooking(call.state);
    expect(call.asked('book_appointment')).toMatchObject([{ p_patient_phone: '+923005550199' }]);
  });

  test.each([
    [{ slot_id: 's9' }, 'unknown_slot', 'Sorry, which of those times would you like?'],
    [{ slot_id: '2026-11-24T10:00' }, 'unknown_slot', 'Sorry, which of those times would you like?'],
    [{ patient_name: '😀' }, 'name_invalid', 'Sorry, could you tell me your full name?'],
    [{ patient_name: 'x'.repeat(10_000) }, 'name_invalid', 'Sorry, could you tell me your full name?'],
    [{ phone: '12' }, 'phone_invalid', 'Sorry, could you say the phone number once more, digit by digit?'],
    [{ phone: 'yes' }, 'phone_invalid', 'Sorry, could you say the phone number once more, digit by digit?'],
  ])('what is not clear is asked again: %j', async (wrong, error, say) => {
    const call = await offered();
    expect(await prepareBooking(call.state, { ...DETAILS, ...wrong })).toMatchObject({ error, say });
    expect(call.state.proposal).toBeUndefined();
  });

  test('an empty phone number is none: the number the call came from is taken', async () => {
    const call = await offered();
    expect(await prepareBooking(call.state, { ...DETAILS, phone: ' ' })).toMatchObject({ read_back: true });
    expect(call.state.proposal?.patientPhone).toBe(call.state.callerNumber);
  });

  test('a caller with a hidden number is asked for one, and a number they say is taken', async () => {
    const call = await offered({ callerNumber: undefined });
    expect(await prepareBooking(call.state, DETAILS)).toEqual({
      missing: 'phone',
      say: 'Which phone number can we reach you on?',
    });
    expect(call.state.proposal).toBeUndefined();
    const reply = await prepareBooking(call.state, { ...DETAILS, phone: '0300 5550199' });
    expect(reply).toMatchObject({ read_back: true });
  });
});

describe('a booking', () => {
  test('is made after the caller’s yes, and said with its weekday as it is stored', async () => {
    const call = await offered();
    await readBack(call);
    const reply = await confirmBooking(call.state);
    expect(reply).toEqual({
      booked: true,
      say: "You're booked for Tuesday the 24th of November at 10 in the morning with Dr. Invented A. Is there anything else I can do for you?",
    });
    expect(call.state.booked).toMatchObject([{ patient_name: 'Sara Notreal' }]);
    expect(call.asked('book_appointment')).toMatchObject([
      {
        p_call_id: call.state.callId,
        p_starts_at: '2026-11-24T05:00:00Z',
        p_patient_name: 'Sara Notreal',
        p_patient_phone: '+923005550101',
      },
    ]);
  });

  test('is not made when nothing was read back', async () => {
    const call = await offered();
    expect(await confirmBooking(call.state)).toMatchObject({ error: 'nothing_read_back' });
    expect(call.asked('book_appointment')).toEqual([]);
  });

  test('is not made in the turn in which it was read back: the details are asked once more', async () => {
    const call = await offered();
    await prepareBooking(call.state, DETAILS);
    const reply = await confirmBooking(call.state);
    expect(reply.error).toBe('not_confirmed');
    expect(reply.say).toBe(
      'A check-up with Dr. Invented A on Tuesday the 24th of November at 10 in the morning, for Sara Notreal: is that right?',
    );
    expect(call.asked('book_appointment')).toEqual([]);
  });

  test('is made once, however often it is confirmed or read back again', async () => {
    const call = await offered();
    await readBack(call);
    const first = await confirmBooking(call.state);
    const second = await confirmBooking(call.state);
    await prepareBooking(call.state, { ...DETAILS, patient_name: 'sara notreal.' });
    call.callerSpeaks();
    const third = await confirmBooking(call.state);
    expect([second.say, third.say]).toEqual([first.say, first.say]);
    expect(call.state.booked).toHaveLength(1);
    expect(new Set(call.asked('book_appointment').map((args) => args.p_request_id)).size).toBe(1);
  });

  test('of another time, or for another name, is another booking', async () => {
    const call = await offered();
    const ids: (string | undefined)[] = [];
    for (const details of [
      DETAILS,
      { ...DETAILS, slot_id: 's3' },
      { ...DETAILS, patient_name: 'Ali Notreal' },
    ]) {
      await prepareBooking(call.state, details);
      ids.push(call.state.proposal?.requestId);
    }
    expect(new Set(ids).size).toBe(3);
  });
});

describe('a time that somebody else has just taken', () => {
  test('is not claimed: others of that day are offered', async () => {
    const call = await offered();
    await readBack(call);
    call.free.splice(1, 1);
    const reply = await confirmBooking(call.state);
    expect(reply.error).toBe('slot_taken');
    expect(reply.say).toMatch(
      /^I'm sorry, that time has just been taken\. On Tuesday the 24th of November I have 9 in the morning, 11 in the morning or 12 noon/,
    );
    expect(reply.say).not.toMatch(/booked/);
    expect(call.state.booked).toEqual([]);
    call.callerSpeaks();
    expect(await confirmBooking(call.state)).toMatchObject({ error: 'nothing_read_back' });
  });

  test('leaves the other offers under the names they were given', async () => {
    const call = await offered();
    const names = () => new Map([...call.state.offered].map(([name, { slot }]) => [name, slot.starts_at]));
    const before = names();
    await readBack(call);
    call.free.splice(1, 1);
    await confirmBooking(call.state);
    expect([...names()]).toEqual(expect.arrayContaining([...before]));
    expect(call.state.offered.size).toBe(4);
  });

  test('is offered with the other dentist if that one is free', async () => {
    const call = await offered();
    await readBack(call);
    call.free.splice(1, 1, freeSlot('2026-11-24T10:00', DR_B));
    expect((await confirmBooking(call.state)).slots).toMatchObject([
      { time: '09:00' },
      { time: '10:00', practitioner: DR_B.name },
      { time: '11:00' },
    ]);
  });

  test('or that cannot be booked any more is treated alike', async () => {
    const call = await offered(
      {},
      {
        book_appointment: () => {
          throw new SqlFailure('slot_invalid', 422);
        },
      },
    );
    await readBack(call);
    expect(await confirmBooking(call.state)).toMatchObject({ error: 'slot_taken' });
  });
});

test('when the database fails, the caller hears an apology and no booking, and may try again', async () => {
  let down = true;
  const call = await offered(
    {},
    {
      book_appointment: (args) => {
        if (down) throw new SqlFailure('deadlock detected', 500, '40P01');
        return { created: true, starts_at: args.p_starts_at, practitioner: 'Dr. Invented A' };
      },
    },
  );
  await readBack(call);
  const confirm = () => runTool(call.state, 'confirm_booking', {}, () => confirmBooking(call.state));
  const failed = await confirm();
  expect(failed.error).toBe('DATABASE_FAILED');
  expect(failed.say).toMatch(/^I'm sorry/);
  expect(failed.say).not.toMatch(/booked|deadlock/);
  expect(call.state.booked).toEqual([]);
  down = false;
  expect(await confirm()).toMatchObject({ booked: true });
  const [first, second] = call.asked('book_appointment');
  expect(second?.p_request_id).toBe(first?.p_request_id);
});

test('the model cannot put words into a confirmation: it has no parameters', () => {
  const { parameters } = confirmBookingTool(makeCall().state);
  expect(
    (parameters as { safeParse: (input: unknown) => { data?: unknown } }).safeParse({ slot_id: 's1' }).data,
  ).toEqual({});
});
