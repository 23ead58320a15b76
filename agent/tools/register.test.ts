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

/** The caller says yes to what was read back last. */
function yes(call: ReturnType<typeof makeCall>) {
  call.callerSpeaks();
  return confirm(call.state);
}

/** The caller says yes to all of it; what they hear at last. */
async function yesToAll(call: ReturnType<typeof makeCall>) {
  let reply = await yes(call);
  while (reply['confirmed'] !== undefined) reply = await yes(call);
  return reply;
}

const NAME = 'The name is Zoë O’Mara, spelled Z O Ë, O M A R A. Is that right?';
const BORN = 'And born on the 12th of December 2001. Is that right?';
const PHONE = 'And the phone number is 0 3 0 0, 5 5 5, 0 1 7 7. Is that right?';

describe('a new patient', () => {
  test('hears one field after the other, each with a yes of its own, and is stored after the last', async () => {
    const call = makeCall();
    expect(registerPatient(call.state, NEW)).toEqual({ read_back: true, say: NAME });
    expect(await yes(call)).toEqual({ confirmed: 'name', read_back: true, say: BORN });
    expect(await yes(call)).toEqual({ confirmed: 'birth_date', read_back: true, say: PHONE });
    expect(call.asked('register_patient')).toEqual([]);
    expect(await yes(call)).toEqual({
      registered: true,
      patient: 'p1',
      full_name: 'Zoë O’Mara',
      say: 'Thank you, Zoë O’Mara is registered now. Which appointment would you like?',
    });
    expect(call.asked('register_patient')).toMatchObject([
      { p_name: 'Zoë O’Mara', p_date_of_birth: '2001-12-12', p_phone: '+923005550177' },
    ]);
  });

  test('is not stored by a model that says yes in the place of the caller', async () => {
    const call = makeCall();
    registerPatient(call.state, NEW);
    for (let again = 0; again < 5; again += 1) {
      expect(await confirm(call.state)).toEqual({ error: 'not_confirmed', say: NAME });
    }
    await yes(call);
    for (let again = 0; again < 5; again += 1) {
      expect(await confirm(call.state)).toEqual({ error: 'not_confirmed', say: BORN });
    }
    expect(call.asked('register_patient')).toEqual([]);
  });

  test.each<[string, Partial<typeof NEW>, string]>([
    [
      'the name',
      { full_name: 'Zoe Omara' },
      'The name is Zoe Omara, spelled Z O E, O M A R A. Is that right?',
    ],
    [
      'the birth date',
      { date_of_birth: '12 11 2001' },
      'And born on the 12th of November 2001. Is that right?',
    ],
    [
      'the number',
      { phone: '0300 5550178' },
      'And the phone number is 0 3 0 0, 5 5 5, 0 1 7 8. Is that right?',
    ],
  ])('who corrects %s at the end hears that again, and nothing else', async (_, correction, sentence) => {
    const call = makeCall();
    registerPatient(call.state, NEW);
    await yes(call);
    await yes(call);
    call.callerSpeaks();
    expect(registerPatient(call.state, { ...NEW, ...correction }).say).toBe(sentence);
    const said = [(await yes(call)).say ?? ''];
    if (said[0]?.endsWith('Is that right?')) said.push((await yes(call)).say ?? '');
    // The number had not had its yes.
    expect(said.slice(0, -1)).toEqual(correction.phone === undefined ? [PHONE] : []);
    expect(said.at(-1)).toMatch(/ is registered now\./);
  });

  test('is asked for what is missing when it is due', async () => {
    const call = makeCall([], { callerNumber: undefined });
    expect(registerPatient(call.state, { full_name: NEW.full_name })).toEqual({ read_back: true, say: NAME });
    expect(await yes(call)).toEqual({
      confirmed: 'name',
      missing: 'birth_date',
      say: 'And what is the date of birth?',
    });
    call.callerSpeaks();
    const known = { full_name: NEW.full_name, date_of_birth: NEW.date_of_birth };
    expect(registerPatient(call.state, known)).toEqual({ read_back: true, say: BORN });
    expect(await yes(call)).toEqual({
      confirmed: 'birth_date',
      missing: 'phone',
      say: 'Which phone number can we reach you on?',
    });
    call.callerSpeaks();
    expect(registerPatient(call.state, NEW)).toEqual({ read_back: true, say: PHONE });
    expect(await yes(call)).toMatchObject({ registered: true });
  });

  test('who says no number has the one they call from, which is not read out', async () => {
    const call = makeCall();
    registerPatient(call.state, { ...NEW, phone: undefined });
    await yes(call);
    expect((await yes(call)).say).toBe(
      'And we can reach you on the number you are calling from. Is that right?',
    );
    expect(call.state.proposal).toMatchObject({ phone: '+923005550101' });
  });

  test('keeps what they have said yes to through a question in between', async () => {
    const call = makeCall();
    registerPatient(call.state, NEW);
    await yes(call);
    call.callerSpeaks();
    await runTool(call.state, 'leave_message', {}, async () => ({ stored: true }));
    expect(await confirm(call.state)).toMatchObject({ error: 'nothing_read_back' });
    expect(registerPatient(call.state, NEW).say).toBe(BORN);
  });

  test.each([
    ['es', /^El nombre es Zoë O’Mara, se escribe/, 'Y nació el doce de diciembre de 2001. ¿Es correcto?'],
    ['ur', /^نام Zoë O’Mara ہے، ہجے/, 'اور تاریخ پیدائش بارہ دسمبر 2001 ہے۔ کیا یہ درست ہے؟'],
  ])('hears it in the language of the call, word for word: %s', async (language, name, born) => {
    const call = makeCall();
    call.state.language = language;
    const run = (tool: string, execute: () => ReturnType<typeof confirm>) =>
      runTool(call.state, tool, {}, execute);
    const first = await run('register_patient', async () => registerPatient(call.state, NEW));
    expect(first.say).toMatch(name);
    call.callerSpeaks();
    expect((await run('confirm', () => confirm(call.state))).say).toBe(born);
  });

  test('is stored once, however often it is confirmed', async () => {
    const call = makeCall();
    registerPatient(call.state, NEW);
    const first = await yesToAll(call);
    expect(await confirm(call.state)).toEqual(first);
    registerPatient(call.state, NEW);
    await yesToAll(call);
    expect(call.patients).toHaveLength(3);
    expect(new Set(call.asked('register_patient').map((args) => args.p_request_id)).size).toBe(1);
  });

  test('goes on with the time they had chosen', async () => {
    const call = makeCall([freeSlot('2026-11-24T10:00')]);
    await findSlots(call.state, { service: 'check-up' });
    await prepareBooking(call.state, { slot_id: 's1' });
    registerPatient(call.state, NEW);
    expect((await yesToAll(call)).say).toBe(
      "Thank you, Zoë O’Mara is registered now. That's a check-up with Dr. Invented A on Tuesday the 24th of November at 10 in the morning, for Zoë O’Mara. Is that right?",
    );
    // The yes was to the registration, and not to the booking.
    expect(await confirm(call.state)).toMatchObject({ error: 'not_confirmed' });
    expect(await yes(call)).toMatchObject({ booked: true });
  });

  test('who is on record already is not said to be registered', async () => {
    const call = makeCall();
    registerPatient(call.state, { full_name: SARA.full_name, date_of_birth: SARA.date_of_birth });
    expect((await yesToAll(call)).say).toBe('Thank you, Sara Notreal. Which appointment would you like?');
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
    await yes(call);
    await yes(call);
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
