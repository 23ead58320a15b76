import { describe, expect, test } from 'vitest';
import { SARA, makeCall } from '../../test/support/call-state.ts';
import { makeClinic } from '../../test/support/clinic.ts';
import { SqlFailure } from '../../test/support/database.ts';
import type { CallState } from '../call-state.ts';
import { PRESSED_ZERO, TYPED_CODE, takeEntry, takeKeys } from '../keys.ts';
import { identifyPatient } from './identify.ts';
import { requestKeypad } from './keypad.ts';
import { listAppointments } from './list-appointments.ts';
import { registerPatient } from './register.ts';
import { runTool } from './run-tool.ts';

const RIGHT = '4711';

/** A call from Sara's telephone; the database knows her code. */
function makeCodeCall(overrides: Partial<CallState> = {}) {
  let failures = 0;
  const { patient_id, full_name } = SARA;
  return makeCall([], overrides, {
    identify_by_code: ({ p_code }) => {
      if (failures < 3 && p_code === RIGHT) return { verified: true, patient_id, full_name };
      failures += 1;
      return { verified: false, attempts_left: Math.max(3 - failures, 0), locked: failures >= 3 };
    },
    patient_appointments: () => [],
  });
}

type CodeCall = ReturnType<typeof makeCodeCall>;

const run = ({ state }: CodeCall, what: 'birth_date' | 'phone' | 'code' = 'code') =>
  runTool(state, 'request_keypad', { what }, () => requestKeypad(state, { what }));

/** Asks for a code, has it typed, and has it checked as the conversation does. */
async function typeCode(call: CodeCall, code: string) {
  await run(call);
  call.callerSpeaks();
  expect(takeEntry(call.state, code)).toBe(TYPED_CODE);
  expect(call.state.keypad.due).toMatchObject({
    turn: TYPED_CODE,
    name: 'request_keypad',
    args: { what: 'code' },
  });
  return await run(call);
}

describe('a request for keys', () => {
  test('says what to type and how to end it', async () => {
    const call = makeCodeCall();
    expect(await run(call, 'birth_date')).toEqual({
      keypad: 'birth_date',
      say: "Please type the date of birth on your telephone's keys: two digits for the day, two for the month, four for the year, and then the hash key.",
    });
    expect((await run(call, 'phone')).say).toMatch(/^Please type the phone number .* hash key\.$/);
  });

  test.each([
    ['birth_date', '03051990', '[typed on the keypad: 03 05 1990]'],
    ['birth_date', '030590', '[typed on the keypad: 03 05 90]'],
    ['phone', '03005550199', '[typed on the keypad: 03005550199]'],
    ['phone', '00923005550199', '[typed on the keypad: 00923005550199]'],
  ] as const)('for a %s takes %s, which the model is told as the caller’s turn', async (what, keys, turn) => {
    const call = makeCodeCall();
    await run(call, what);
    expect(takeEntry(call.state, keys)).toBe(turn);
    expect(call.state.keypad).toMatchObject({ request: undefined, due: undefined });
  });

  test.each([
    ['birth_date', '39131990'],
    ['birth_date', '03053990'],
    ['birth_date', '3'],
    ['birth_date', '0'.repeat(16)],
    ['phone', '12'],
    ['phone', '9'.repeat(16)],
    ['code', '123'],
    ['code', '123456789'],
  ] as const)('for a %s is repeated once after %s, and then it is said instead', async (what, keys) => {
    const call = makeCodeCall({ clinic: makeClinic({ staff_number: '+922135550199' }) });
    await run(call, what);
    takeEntry(call.state, keys);
    expect(call.state.keypad.due?.args).toEqual({ what });
    const again = await run(call, what);
    expect(again.say).toMatch(/^Sorry, .* Please type /);
    takeEntry(call.state, keys);
    const instead = await run(call, what);
    expect(instead).toMatchObject({ error: 'keypad_not_understood' });
    expect(instead.say).toMatch(/Could you tell me .* instead\? Press 0 for a person\.$/);
    expect(takeEntry(call.state, keys)).toBeUndefined();
    expect(call.asked('identify_by_code')).toEqual([]);
    expect((await run(call, what)).say).toMatch(/^Please type/);
  });

  test('that came to nothing promises no person where the clinic has no number for one', async () => {
    const call = makeCodeCall({ clinic: makeClinic({ staff_number: null }) });
    await run(call, 'phone');
    takeEntry(call.state, '1');
    await run(call, 'phone');
    takeEntry(call.state, '2');
    expect((await run(call, 'phone')).say).toMatch(/the phone number instead\? I can take a message\.$/);
  });

  test('is over once the caller goes on with something else', async () => {
    const call = makeCodeCall();
    await run(call, 'birth_date');
    call.callerSpeaks();
    await runTool(call.state, 'list_appointments', {}, () => listAppointments(call.state, {}));
    expect(takeKeys(call.state, '4711')).toBeUndefined();
    expect(takeKeys(call.state, '0')).toBe(PRESSED_ZERO);
  });
});

describe('a code', () => {
  test('verifies, and what had waited for it is done', async () => {
    const call = makeCodeCall();
    await listAppointments(call.state, {});
    const reply = await typeCode(call, RIGHT);
    expect(reply).toMatchObject({ verified: true, patient: 'p1', full_name: 'Sara Notreal' });
    expect(reply.say).toMatch(/^Thank you, Sara Notreal\. I can't see any appointment/);
  });

  test('stands in no row, no log and nothing that the model or another agent is given', async () => {
    const call = makeCodeCall();
    await typeCode(call, RIGHT);
    await call.state.ledger.written();
    const checked = call.calls.filter(({ name }) => name === 'identify_by_code');
    expect(checked.map(({ args }) => args.p_code)).toEqual([RIGHT]);
    const others = call.calls.filter(({ name }) => name !== 'identify_by_code');
    expect(JSON.stringify([others, call.lines, call.state.toolMemory])).not.toContain(RIGHT);
    expect(call.state.keypad.code).toBeUndefined();
  });

  test('that is wrong three times locks the call, for the right one too', async () => {
    const call = makeCodeCall();
    for (const wrong of ['1111', '2222']) {
      const reply = await typeCode(call, wrong);
      expect(reply).toMatchObject({ verified: false, keypad: 'code' });
      expect(reply.say).toMatch(/^That code does not match\. Please type your code .* Or tell me/);
    }
    expect(await typeCode(call, '3333')).toMatchObject({ verified: false, locked: true });
    expect(await run(call)).toMatchObject({ locked: true });
    expect(takeEntry(call.state, RIGHT)).toBeUndefined();
    expect(call.state.verified.size).toBe(0);
  });

  test('is not asked for on a line that hides its number, because none could fit', async () => {
    const reply = await run(makeCodeCall({ callerNumber: undefined }));
    expect(reply).toMatchObject({ error: 'code_needs_number' });
    expect(reply.say).toMatch(/full name and date of birth/);
  });

  test('is typed again where the database failed', async () => {
    let down = true;
    const call = makeCall(
      [],
      {},
      {
        identify_by_code: () => {
          if (down) throw new SqlFailure('gone', 500);
          return { verified: true, patient_id: SARA.patient_id, full_name: SARA.full_name };
        },
      },
    );
    expect(await typeCode(call, RIGHT)).toMatchObject({ error: 'DATABASE_FAILED' });
    down = false;
    expect(takeEntry(call.state, RIGHT)).toBe(TYPED_CODE);
    expect(await run(call)).toMatchObject({ verified: true });
  });
});

describe('whoever is not understood', () => {
  const born = (date_of_birth: string) => ({ full_name: 'Sara Notreal', date_of_birth });

  test('is offered the keys after the second time, whichever tool it was', async () => {
    const { state, callerSpeaks } = makeCall();
    const first = await identifyPatient(state, born('the umpteenth'));
    expect(first.say).toMatch(/^Sorry, could you tell me the date of birth once more/);
    callerSpeaks();
    const second = registerPatient(state, born('the nonth'));
    expect(second).toMatchObject({ error: 'birth_date_invalid', keypad: 'birth_date' });
    expect(second.say).toMatch(/^I am sorry, I still did not get .* Please type .* Or say it once more\.$/);
    expect(takeEntry(state, '03051990')).toBe('[typed on the keypad: 03 05 1990]');
  });

  test('is offered them for a phone number, too', async () => {
    const { state, callerSpeaks } = makeCall();
    const details = { ...born('3 May 1990'), phone: 'twelve' };
    await identifyPatient(state, details);
    callerSpeaks();
    expect(await identifyPatient(state, details)).toMatchObject({ error: 'phone_invalid', keypad: 'phone' });
  });

  test('is not offered them after one miss, whatever the model does with it, nor after two that are not in a row', async () => {
    const { state, callerSpeaks } = makeCall();
    const misses = [await identifyPatient(state, born('x')), await identifyPatient(state, born('y'))];
    callerSpeaks();
    await identifyPatient(state, born('4 May 1990'));
    callerSpeaks();
    misses.push(await identifyPatient(state, born('z')));
    expect(misses.map(({ keypad }) => keypad)).toEqual([undefined, undefined, undefined]);
    expect(state.keypad.request).toBeUndefined();
  });
});
