import fc from 'fast-check';
import { llm } from '@livekit/agents';
import { describe, expect, test } from 'vitest';
import { makeCall } from '../test/support/call-state.ts';
import { CHECK_UP, DR_A, DR_B, freeSlot, makeClinic } from '../test/support/clinic.ts';
import type { BookedAppointment } from '../src/clinic/appointments.ts';
import { Calls, type ResumedCall, type StoredTurn } from '../src/clinic/calls.ts';
import type { AppointmentId, CallId, PatientId } from '../src/clinic/ids.ts';
import { CUT_OFF_TEXT, FILLER_TEXTS, PASS_ON_TEXT, TAKEN_OVER_TEXT } from '../src/clinic/sentences.ts';
import { fakeDatabase } from '../test/support/database.ts';
import type { CallState } from './call-state.ts';
import { Ledger } from './ledger.ts';
import { wordedByTool } from './receptionist.ts';
import { restoreConversation, restoreState, resumeTexts, storeState } from './resume.ts';
import { confirmBooking, prepareBooking } from './tools/book.ts';

const TEN = freeSlot('2026-11-24T10:00');
const OFFER = 'On Tuesday the 24th of November I have 10 or 11 in the morning. Which suits you?';
const READ_BACK =
  "That's a check-up with Dr. Invented A on Tuesday the 24th of November at 10 in the morning, for Sara Notreal. Is that right?";
const BOOKED =
  "You're booked for Tuesday the 24th of November at 10 in the morning with Dr. Invented A. Is there anything else I can do for you?";

/** Turns as [caller, agent]; the first is the greeting. */
function resumed(
  turns: [string | null, string | null][] = [],
  overrides: Partial<ResumedCall> = {},
): ResumedCall {
  return {
    turns: turns.map(([caller_text, agent_text], index): StoredTurn => {
      return { index, caller_text, agent_text, interrupted: false };
    }),
    next_index: turns.length,
    state: {},
    appointments: [],
    handovers: 1,
    previous_worker: null,
    answered: turns.length > 0,
    ...overrides,
  };
}

function booking(slot = TEN): BookedAppointment {
  return {
    appointment_id: 'appointment-1' as AppointmentId,
    created: true,
    starts_at: slot.starts_at,
    ends_at: slot.ends_at,
    practitioner: slot.practitioner_name,
    service: CHECK_UP.name,
    patient_id: 'patient-1' as PatientId,
    patient_name: 'Sara Notreal',
  };
}

const offer = (state: CallState, slotId: string, slot = TEN) =>
  state.offered.set(slotId, { slotId, slot, service: CHECK_UP });

/** What an agent stored, as the next one reads it: through the database. */
const stored = (state: CallState) => JSON.parse(JSON.stringify(storeState(state))) as Record<string, unknown>;

async function readBack(): Promise<CallState> {
  const { state, callerSpeaks } = makeCall([TEN]);
  offer(state, 's1');
  callerSpeaks();
  await prepareBooking(state, { slot_id: 's1', patient_name: 'Sara Notreal' });
  return state;
}

/** What the new agent says after its excuse. */
function thread(from: ResumedCall, clinic = makeClinic()): string | undefined {
  const { state } = makeCall([], { clinic, resumed: true });
  restoreState(state, from);
  return resumeTexts(state, from, 'lost').thread;
}

describe('the state of a call', () => {
  const slot = fc.record({
    practitioner: fc.constantFrom(DR_A, DR_B),
    day: fc.integer({ min: 1, max: 28 }),
    hour: fc.integer({ min: 0, max: 23 }),
    service: fc.constantFrom(...makeClinic().services),
  });
  const proposal = fc.record({
    chosen: fc.nat(),
    patientName: fc.string({ unit: 'grapheme', maxLength: 120 }),
    patientPhone: fc.option(fc.string(), { nil: undefined }),
    requestId: fc.string(),
  });

  const tools = fc.array(
    fc.record({ turn: fc.integer(), name: fc.string(), args: fc.json(), output: fc.json() }),
    {
      maxLength: 3,
    },
  );

  test('is the same for the next agent, whatever was offered and read back', () => {
    fc.assert(
      fc.property(fc.array(slot, { maxLength: 40 }), fc.option(proposal), tools, (slots, chosen, runs) => {
        const { state } = makeCall([], { toolMemory: runs });
        slots.forEach(({ practitioner, day, hour, service }, index) => {
          const local = `2026-12-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00`;
          const slotId = `s${index + 1}`;
          state.offered.set(slotId, { slotId, slot: freeSlot(local, practitioner), service });
        });
        const offered =
          chosen === null ? undefined : [...state.offered.values()][chosen.chosen % slots.length];
        if (chosen !== null && offered !== undefined) {
          const { patientName, patientPhone, requestId } = chosen;
          state.proposal = { offered, patientName, patientPhone, requestId, turnIndex: 0 };
        }
        const { state: next } = makeCall();
        restoreState(next, resumed([], { state: stored(state) }));
        expect([...next.offered]).toEqual([...state.offered]);
        expect(next.proposal).toEqual(state.proposal);
        expect(next.toolMemory).toEqual(runs);
      }),
    );
  });

  test('does no harm when it is garbage: nothing was offered then', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.dictionary(fc.string(), fc.anything()),
          fc.record({
            offered: fc.oneof(fc.anything(), fc.array(fc.object())),
            proposal: fc.anything(),
            tools: fc.anything(),
          }),
        ),
        (state) => {
          const call = makeCall();
          const from = resumed([[null, 'Good day. How can I help you?']], { state });
          restoreState(call.state, from);
          expect(call.state.offered.size).toBe(0);
          expect(call.state.proposal).toBeUndefined();
          expect(resumeTexts(call.state, from, 'lost').thread).toBe('How can I help you?');
        },
      ),
    );
  });

  test.each([
    ['a time that is none', { starts_at: 'half past nine' }],
    ['an empty time', { starts_at: '' }],
    ['an end that is none', { ends_at: '24:61' }],
  ])('is left out where it has %s: no caller hears of it', async (_, damage) => {
    const state = stored(await readBack());
    Object.assign((state.offered as { slot: object }[])[0]?.slot ?? {}, damage);
    const from = resumed([[null, 'Good day. How can I help you?']], { state });
    expect(thread(from)).toBe('How can I help you?');
  });

  test('leaves out what the clinic has no more, with the proposal that needs it', async () => {
    const state = stored(await readBack());
    const clinic = makeClinic({ services: makeClinic().services.filter(({ slug }) => slug !== 'check-up') });
    const { state: next } = makeCall([], { clinic });
    restoreState(next, resumed([], { state }));
    expect(next.offered.size).toBe(0);
    expect(next.proposal).toBeUndefined();
  });

  test('holds a proposal that the next agent can book once it has read it back and the caller has agreed', async () => {
    const before = await readBack();
    const { db } = fakeDatabase({});
    const { log } = makeCall().state;
    const ledger = new Ledger(new Calls(db), { id: 'call-invented' as CallId, epoch: 2 }, log, {
      firstTurn: 4,
    });
    const { state, asked } = makeCall([TEN], { ledger, epoch: 2, resumed: true });
    restoreState(state, resumed([], { state: stored(before), next_index: 4 }));
    expect(await confirmBooking(state)).toMatchObject({ error: 'not_confirmed' });
    ledger.beginTurn({ caller_text: 'Yes.' });
    expect(await confirmBooking(state)).toMatchObject({ booked: true });
    // The same request as the first agent's: if that one had booked it after all, this is no second booking.
    expect(asked('book_appointment')[0]).toMatchObject({
      p_request_id: before.proposal?.requestId,
      p_epoch: 2,
    });
  });

  test('holds no proposal any more once that is booked', async () => {
    const { state } = makeCall();
    restoreState(state, resumed([], { state: stored(await readBack()), appointments: [booking()] }));
    expect(state.proposal).toBeUndefined();
    expect(state.booked).toHaveLength(1);
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
