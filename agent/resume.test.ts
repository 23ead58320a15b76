import fc from 'fast-check';
import { llm } from '@livekit/agents';
import { describe, expect, test } from 'vitest';
import { makeCall, verify } from '../test/support/call-state.ts';
import { DR_B, freeSlot } from '../test/support/clinic.ts';
import { TEN, booking, offer, readBack, resumed, stored, thread } from '../test/support/resumed-call.ts';
import { CUT_OFF_TEXT, FILLER_TEXTS, PASS_ON_TEXT, TAKEN_OVER_TEXT } from '../src/clinic/sentences.ts';
import type { CallState } from './call-state.ts';
import { TYPED_CODE, takeKeys } from './keys.ts';
import { wordedByTool } from './receptionist.ts';
import { knownNames, restoreConversation, restoreState, resumeTexts } from './resume.ts';
import { prepareBooking } from './tools/book.ts';
import { prepareCancellation, prepareChange } from './tools/change-appointment.ts';
import { confirm } from './tools/confirm.ts';
import { askForKeys } from './tools/keypad-texts.ts';
import { registerPatient } from './tools/register.ts';

const OFFER = 'On Tuesday the 24th of November I have 10 or 11 in the morning. Which suits you?';
const READ_BACK =
  "That's a check-up with Dr. Invented A on Tuesday the 24th of November at 10 in the morning, for Sara Notreal. Is that right?";
const BOOKED =
  "You're booked for Tuesday the 24th of November at 10 in the morning with Dr. Invented A. Is there anything else I can do for you?";

test('keys that were asked for are asked for by the next agent, which knows nothing of those that were typed', () => {
  const { state } = makeCall();
  askForKeys(state, 'code');
  state.keypad.keys = '47';
  const kept = stored(state);
  expect(JSON.stringify(kept)).not.toContain('47');
  const from = resumed([[null, 'Hello. How can I help you?']], { state: kept });
  expect(thread(from)).toBe("Please type your code on your telephone's keys, and then the hash key.");
  const next = makeCall([], { resumed: true }).state;
  restoreState(next, from);
  expect(takeKeys(next, '4711#')).toBe(TYPED_CODE);
});

describe('what was read back is asked again by the next agent', () => {
  /** Sara's appointment on Tuesday, as a1, and a free time on Wednesday, as s1. */
  async function withAppointment(): Promise<CallState> {
    const later = freeSlot('2026-11-25T11:00', DR_B);
    const call = makeCall([TEN, later]);
    offer(call.state, 's9');
    await verify(call);
    await prepareBooking(call.state, { slot_id: 's9' });
    call.callerSpeaks();
    await confirm(call.state);
    call.callerSpeaks();
    offer(call.state, 's1', later);
    return call.state;
  }

  test('a change', async () => {
    const state = await withAppointment();
    await prepareChange(state, { appointment_id: 'a1', slot_id: 's1' });
    expect(thread(resumed([], { state: stored(state), appointments: [booking()], answered: true }))).toBe(
      'You wanted to move the check-up of Sara Notreal from Tuesday the 24th of November at 10 in the morning to Wednesday the 25th of November at 11 in the morning with Dr. Invented B. Is that right?',
    );
  });

  test('a cancellation', async () => {
    const state = await withAppointment();
    prepareCancellation(state, { appointment_id: 'a1' });
    expect(thread(resumed([], { state: stored(state), appointments: [booking()], answered: true }))).toBe(
      'You wanted to cancel the check-up of Sara Notreal with Dr. Invented A on Tuesday the 24th of November at 10 in the morning. Is that right?',
    );
  });

  test('a registration', () => {
    const { state } = makeCall();
    registerPatient(state, { full_name: 'Zoe Omara', date_of_birth: '12 12 2001', phone: '0300 5550177' });
    expect(thread(resumed([], { state: stored(state), answered: true }))).toBe(
      'You wanted to register a new patient. The name is Zoe Omara, spelled Z O E, O M A R A. Is that right?',
    );
  });
});

describe('the model of the next agent knows', () => {
  const turns: [string | null, string | null][] = [
    [null, 'Good day.'],
    ['A check-up.', OFFER],
    ['At ten.', null],
  ];
  const remembered = (chatCtx: llm.ChatContext) =>
    chatCtx.items.map((item) => {
      if (item.type === 'message') return [item.role, item.textContent];
      return item.type === 'function_call_output' ? ['tool', item.output] : [item.type];
    });

  test('the short names that were given', async () => {
    const state = await readBack();
    expect(knownNames(state)).toEqual(['- p1: Sara Notreal, a verified patient']);
  });

  test('the conversation so far, in its order', () => {
    const chatCtx = llm.ChatContext.empty();
    restoreConversation(chatCtx, resumed(turns), []);
    expect(remembered(chatCtx)).toEqual([
      ['assistant', 'Good day.'],
      ['user', 'A check-up.'],
      ['assistant', OFFER],
      ['user', 'At ten.'],
    ]);
  });

  test('what the tools answered before the last sentence, and does not say it again', () => {
    const chatCtx = llm.ChatContext.empty();
    const output = JSON.stringify({ slots: [{ slot_id: 's1' }], say: OFFER });
    restoreConversation(chatCtx, resumed(turns.slice(0, 2)), [
      { turn: 1, name: 'find_slots', args: '{}', output },
    ]);
    expect(remembered(chatCtx)).toEqual([
      ['assistant', 'Good day.'],
      ['user', 'A check-up.'],
      ['function_call'],
      ['tool', output],
      ['assistant', OFFER],
    ]);
    expect(wordedByTool(chatCtx)).toBeUndefined();
  });

  test('what the tools answered, and not the half of an answer that was heard: it is given again', () => {
    const chatCtx = llm.ChatContext.empty();
    const output = JSON.stringify({ slots: [{ slot_id: 's1' }], say: OFFER });
    const cut: [string | null, string | null][] = [
      ...turns.slice(0, 1),
      ['A check-up.', `On Tuesday the ${PASS_ON_TEXT}`],
    ];
    restoreConversation(chatCtx, resumed(cut), [{ turn: 1, name: 'find_slots', args: '{}', output }]);
    expect(remembered(chatCtx)).toEqual([
      ['assistant', 'Good day.'],
      ['user', 'A check-up.'],
      ['function_call'],
      ['tool', output],
    ]);
    expect(wordedByTool(chatCtx)).toBe(OFFER);
  });

  test('tool replies of turns too old to be on record, first of all', () => {
    const chatCtx = llm.ChatContext.empty();
    const from = resumed(turns);
    from.turns = from.turns.slice(2);
    restoreConversation(chatCtx, from, [{ turn: 0, name: 'find_slots', args: '{}', output: '{}' }]);
    expect(remembered(chatCtx)).toEqual([['function_call'], ['tool', '{}'], ['user', 'At ten.']]);
  });
});

describe('what the next agent says first', () => {
  test('is the greeting when the caller has heard nothing yet', () => {
    const { state } = makeCall();
    expect(resumeTexts(state, resumed(), 'lost')).toEqual({
      excuse: 'Invented Dental, good day. How can I help you?',
      thread: '',
    });
  });

  test('is an excuse when the call was lost, and thanks when it was handed over', () => {
    const { state } = makeCall();
    const from = resumed([[null, 'Good day. How can I help you?']]);
    expect(resumeTexts(state, from, 'lost').excuse).toBe(CUT_OFF_TEXT);
    expect(resumeTexts(state, from, 'handed_over').excuse).toBe(TAKEN_OVER_TEXT);
  });

  test('is an excuse too when the greeting was heard and is not on record', () => {
    const { state } = makeCall();
    expect(resumeTexts(state, resumed([], { answered: true }), 'lost')).toEqual({
      excuse: CUT_OFF_TEXT,
      thread: 'How can I help you?',
    });
  });

  test('ends with the proposal that was read back, and its question', async () => {
    const state = stored(await readBack());
    const turns: [string | null, string | null][] = [
      [null, 'Good day.'],
      ['At ten, for Sara Notreal.', READ_BACK],
    ];
    const expected =
      'You wanted a check-up with Dr. Invented A on Tuesday the 24th of November at 10 in the morning, for Sara Notreal. Is that right?';
    expect(thread(resumed(turns, { state }))).toBe(expected);
    // Also when the caller's answer was lost with the agent.
    expect(thread(resumed([...turns, ['Yes.', null]], { state }))).toBe(expected);
  });

  test('ends with the slots that were offered', () => {
    const { state } = makeCall();
    offer(state, 's1');
    const turns: [string | null, string | null][] = [
      [null, 'Good day.'],
      ['A check-up.', OFFER],
    ];
    expect(thread(resumed(turns, { state: stored(state) }))).toBe(OFFER);
  });

  test('ends with the booking when the caller had just agreed, and had not heard yet that it was made', async () => {
    const turns: [string | null, string | null][] = [
      [null, 'Good day.'],
      ['At ten, for Sara Notreal.', READ_BACK],
      ['Yes.', null],
    ];
    const from = resumed(turns, { state: stored(await readBack()), appointments: [booking()] });
    expect(thread(from)).toBe(BOOKED);
  });

  test('ends with the booking when that was the last thing said, or was cut off', async () => {
    const turns = (said: string): [string | null, string | null][] => [
      [null, 'Good day.'],
      ['At ten, for Sara Notreal.', READ_BACK],
      ['Yes.', said],
    ];
    const rest = { state: stored(await readBack()), appointments: [booking()] };
    expect(thread(resumed(turns(BOOKED), rest))).toBe(BOOKED);
    expect(thread(resumed(turns("You're"), rest))).toBe(BOOKED);
    expect(thread(resumed(turns(BOOKED.slice(0, BOOKED.indexOf(' Dr.'))), rest))).toBe(BOOKED);
  });

  test('leaves a booking alone that has been talked about, and goes on from there', async () => {
    const from = resumed(
      [
        [null, 'Good day.'],
        ['At ten, for Sara Notreal.', READ_BACK],
        ['Yes.', BOOKED],
        ['Where are you?', 'At 1 Invented Street. Can I help you with anything else?'],
      ],
      { state: stored(await readBack()), appointments: [booking()] },
    );
    expect(thread(from)).toBe('At 1 Invented Street. Can I help you with anything else?');
  });

  test('ends with the second booking when only the first one was heard of', async () => {
    const second = freeSlot('2026-11-25T11:00', DR_B);
    const from = resumed(
      [
        ['Yes.', BOOKED],
        ['And one for my son.', 'On Wednesday I have 11 in the morning. May I have a name for it?'],
        ['Ali Notreal.', "That's a check-up on Wednesday. Is that right?"],
        ['Yes.', null],
      ],
      { state: stored(await readBack()), appointments: [booking(), booking(second)] },
    );
    expect(thread(from)).toContain(
      "You're booked for Wednesday the 25th of November at 11 in the morning with Dr. Invented B.",
    );
  });

  test.each([
    ['got no answer', null],
    ['got only a filler', FILLER_TEXTS[0]],
    ['got half an answer', 'On Tuesday the 24th of'],
    ['got half an answer, and was passed on', `On Tuesday the 24th of ${PASS_ON_TEXT}`],
  ])('is the model’s when the caller’s last sentence %s', (_, said) => {
    const turns: [string | null, string | null][] = [
      [null, 'Good day. How can I help you?'],
      ['A check-up, please.', said],
    ];
    expect(thread(resumed(turns))).toBeUndefined();
  });

  test('repeats the last question, and not what came before it', () => {
    const turns: [string | null, string | null][] = [
      [null, 'Good day.'],
      ['A check-up.', 'We are closed on Thursday. Would Friday suit you?'],
    ];
    expect(thread(resumed(turns))).toBe('Would Friday suit you?');
  });

  test('is never empty, and never names what is not there, whatever was said before', () => {
    const text = fc.option(fc.oneof(fc.string(), fc.constantFrom(OFFER, READ_BACK, BOOKED, '?', '. ?')));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 20 }),
        fc.boolean(),
        (turns, booked) => {
          const from = resumed(turns, { appointments: booked ? [booking()] : [] });
          const said = thread(from) ?? 'an answer';
          expect(said.trim()).not.toBe('');
          expect(said).not.toMatch(/undefined|null|NaN|Invalid/);
        },
      ),
    );
  });
});
