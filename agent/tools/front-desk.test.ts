import { describe, expect, test } from 'vitest';
import { makeCall, verify } from '../../test/support/call-state.ts';
import { freeSlot, makeClinic } from '../../test/support/clinic.ts';
import { SqlFailure } from '../../test/support/database.ts';
import { prepareBooking } from './book.ts';
import { findSlots } from './find-slots.ts';
import { leaveMessage } from './leave-message.ts';
import { runTool } from './run-tool.ts';
import { adjustSpeech, switchLanguage } from './speech.ts';
import { transfer } from './transfer.ts';

describe('a message for the front desk', () => {
  test('is stored before it is said to be, with the number and whom it is about', async () => {
    const call = makeCall();
    await verify(call);
    const reply = await leaveMessage(call.state, {
      message: ' Please call  me\nabout the crown. ',
      urgent: true,
    });
    expect(reply).toEqual({
      stored: true,
      say: "I've left your message with our front desk. Is there anything else I can do for you?",
    });
    expect(call.asked('leave_message')).toMatchObject([
      {
        p_kind: 'message',
        p_priority: 10,
        p_body: {
          message: 'Please call me about the crown.',
          callback_number: '+923005550101',
          patients: ['Sara Notreal'],
        },
      },
    ]);
  });

  test('that is not stored is not said to be', async () => {
    const call = makeCall(
      [],
      {},
      {
        leave_message: () => {
          throw new SqlFailure('gone', 500);
        },
      },
    );
    const reply = await runTool(call.state, 'leave_message', {}, () =>
      leaveMessage(call.state, { message: 'Hello.' }),
    );
    expect(reply.say).not.toMatch(/message|left/);
  });

  test('is cut where it is far too long, and asked for where it is none', async () => {
    const call = makeCall([], { callerNumber: undefined });
    await leaveMessage(call.state, { message: 'word '.repeat(10_000) });
    const [{ p_body } = {}] = call.asked('leave_message');
    expect((p_body as { message: string }).message.length).toBeLessThanOrEqual(3_000);
    expect(p_body).not.toHaveProperty('callback_number');
    for (const message of ['', '   ', '\u0000', '😀', '...']) {
      expect(await leaveMessage(call.state, { message })).toEqual({
        error: 'message_empty',
        say: 'What shall I tell our front desk?',
      });
    }
    expect(call.asked('leave_message')).toHaveLength(1);
  });
});

describe('a caller who wants a person', () => {
  test('hears that they are connected, and the conversation knows why', () => {
    const { state, callerSpeaks } = makeCall([], { clinic: makeClinic({ staff_number: '+922135550111' }) });
    callerSpeaks();
    expect(transfer(state, { reason: ' wants\na person ' })).toEqual({
      transferring: true,
      say: 'I am connecting you with our front desk.',
    });
    expect(state.transferWish).toMatchObject({ reason: 'wants a person', turnIndex: 1 });
  });

  test('at a clinic without a number is offered a message, and connected with nobody', () => {
    const { state } = makeCall();
    expect(transfer(state, { reason: 'x' }).say).toMatch(
      /^I can't connect you from here, but I can take a message/,
    );
    expect(state.transferWish).toBeUndefined();
  });
});

describe('a caller who finds the speech too fast', () => {
  test('hears what was read back once more, and it can still be confirmed', async () => {
    const call = makeCall([freeSlot('2026-11-24T10:00')]);
    await verify(call);
    await findSlots(call.state, { service: 'check-up' });
    const { say } = await prepareBooking(call.state, { slot_id: 's1' });
    call.callerSpeaks();
    const reply = await runTool(call.state, 'adjust_speech', {}, async () =>
      adjustSpeech(call.state, { slower: true }),
    );
    expect(reply).toEqual({ slower: true, say: `Of course. ${say}` });
    expect(call.state.slower).toBe(true);
    expect(call.state.proposal).toBeDefined();
  });

  test('is asked whether to repeat, and may have it faster again', () => {
    const { state } = makeCall();
    expect(adjustSpeech(state, { slower: true }).say).toMatch(/^Of course, I will speak more slowly\./);
    adjustSpeech(state, { slower: false });
    expect(state.slower).toBe(false);
  });
});

describe('a caller who speaks another language', () => {
  const clinic = { ...makeClinic(), languages: ['en', 'ur-PK', 'es'] };

  test('is answered in it, and from then on the model puts replies into it', async () => {
    const { state } = makeCall([], { clinic });
    const run = () =>
      runTool(state, 'switch_language', {}, async () => switchLanguage(state, { language: 'es' }));
    expect(await run()).toEqual({
      language: 'es',
      say: 'Con gusto, sigamos en español. ¿En qué puedo ayudarle?',
    });
    expect(await runTool(state, 'end_call', {}, async () => ({ say: 'Goodbye.' }))).toEqual({
      tell_the_caller: 'Goodbye.',
      language: 'es',
    });
  });

  test('that the clinic does not offer is told so', () => {
    const { state } = makeCall();
    expect(switchLanguage(state, { language: 'ur' })).toEqual({
      error: 'language_not_offered',
      say: "I'm sorry, here I can only speak English. How can I help you?",
    });
    expect(state.language).toBe('en');
  });
});
