import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type TestCall, makeCall } from '../test/support/call-state.ts';
import { CHECK_UP, DR_A, DR_B, freeSlot, makeClinic } from '../test/support/clinic.ts';
import { fakeDatabase } from '../test/support/database.ts';
import { SARA_CLAIM, TEN, booking, readBack, resumed, stored, thread } from '../test/support/resumed-call.ts';
import { Calls } from '../src/clinic/calls.ts';
import type { CallId, PatientId } from '../src/clinic/ids.ts';
import { type CallState, type Proposal, REGISTRATION_FIELDS } from './call-state.ts';
import { Ledger } from './ledger.ts';
import { restoreState, resumeTexts } from './resume.ts';
import { confirm } from './tools/confirm.ts';
import { listAppointments } from './tools/list-appointments.ts';

/** What an arbitrary gives. */
type Arbitrated<A> = A extends fc.Arbitrary<infer T> ? T : never;

describe('the state of a call', () => {
  const slot = fc.record({
    practitioner: fc.constantFrom(DR_A, DR_B),
    day: fc.integer({ min: 1, max: 28 }),
    hour: fc.integer({ min: 0, max: 23 }),
    service: fc.constantFrom(...makeClinic().services),
  });
  const person = fc.record({
    patient_id: fc.string(),
    full_name: fc.string({ unit: 'grapheme', maxLength: 120 }),
  });
  const rest = { requestId: fc.string(), patientPhone: fc.option(fc.string(), { nil: undefined }) };
  const proposal = fc.oneof(
    fc.record({ kind: fc.constantFrom('booking', 'change', 'cancellation'), chosen: fc.nat(), ...rest }),
    fc.record({
      kind: fc.constant('registration'),
      field: fc.constantFrom(...REGISTRATION_FIELDS),
      fullName: fc.string({ unit: 'grapheme' }),
      dateOfBirth: fc.constant('1990-05-03'),
      phone: fc.string(),
      ...rest,
    }),
  );

  const tools = fc.array(
    fc.record({ turn: fc.integer(), name: fc.string(), args: fc.json(), output: fc.json() }),
    {
      maxLength: 3,
    },
  );

  /** Fills a state as tools would have. */
  function fill(
    state: CallState,
    slots: Arbitrated<typeof slot>[],
    people: Arbitrated<typeof person>[],
  ): void {
    slots.forEach(({ practitioner, day, hour, service }, index) => {
      const local = `2026-12-${String(day).padStart(2, '0')}T${String(hour).padStart(2, '0')}:00`;
      const slotId = `s${index + 1}`;
      state.offered.set(slotId, { slotId, slot: freeSlot(local, practitioner), service });
    });
    people.forEach(({ patient_id, full_name }, index) => {
      state.verified.set(`p${index + 1}`, { patient_id: `${patient_id}-${index}` as PatientId, full_name });
      const receipt = { ...booking(), patient_id: patient_id as PatientId, status: 'booked' as const };
      const ids = { practitioner_id: DR_A.id, service_id: CHECK_UP.id };
      state.listed.set(`a${index + 1}`, { name: `a${index + 1}`, receipt: { ...receipt, ...ids } });
    });
    state.listedSoFar = state.listed.size;
  }

  /** One that has what it needs. */
  function proposed(state: CallState, given: Arbitrated<typeof proposal>): Proposal | undefined {
    const common = { requestId: given.requestId, patientPhone: given.patientPhone, turnIndex: 0 };
    if ('fullName' in given) return { ...given, ...common, kind: 'registration' };
    const pick = <Item>(map: Map<string, Item>) => [...map.values()][given.chosen % Math.max(map.size, 1)];
    const [offered, patient, appointment] = [pick(state.offered), pick(state.verified), pick(state.listed)];
    if (offered === undefined || patient === undefined || appointment === undefined) return undefined;
    if (given.kind === 'booking') return { kind: 'booking', offered, patient, ...common };
    if (given.kind === 'change') return { kind: 'change', offered, appointment, ...common };
    return { kind: 'cancellation', appointment, ...common };
  }

  test('is the same for the next agent, whatever was offered, verified and read back', () => {
    const people = fc.array(person, { maxLength: 4 });
    fc.assert(
      fc.property(fc.array(slot, { maxLength: 40 }), people, proposal, tools, (slots, known, given, runs) => {
        const { state } = makeCall([], {
          toolMemory: runs,
          slower: true,
          language: 'es',
          phone: '+923005550199',
        });
        fill(state, slots, known);
        state.proposal = proposed(state, given);
        const { state: next } = makeCall();
        restoreState(next, resumed([], { state: stored(state) }));
        expect([...next.offered]).toEqual([...state.offered]);
        expect([...next.verified]).toEqual([...state.verified]);
        expect([...next.listed]).toEqual([...state.listed]);
        expect(next.proposal).toEqual(state.proposal);
        expect(next.toolMemory).toEqual(runs);
        expect(next).toMatchObject({ slower: true, language: 'es', phone: '+923005550199' });
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
            wish: fc.anything(),
            verified: fc.oneof(fc.anything(), fc.array(fc.object())),
            listed: fc.oneof(fc.anything(), fc.array(fc.object())),
            tools: fc.anything(),
          }),
        ),
        (state) => {
          const call = makeCall();
          const from = resumed([[null, 'Good day. How can I help you?']], { state });
          restoreState(call.state, from);
          expect(call.state.offered.size).toBe(0);
          expect(call.state.verified.size).toBe(0);
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
    const next = makeCall([TEN], { ledger, epoch: 2, resumed: true });
    const { state, asked } = next;
    restoreState(state, resumed([], { state: stored(before), next_index: 4 }));
    await state.patients.identify({ id: state.callId, epoch: 2 }, SARA_CLAIM); // whom the call has in the database
    expect(await confirm(state)).toMatchObject({ error: 'not_confirmed' });
    ledger.beginTurn({ caller_text: 'Yes.' });
    expect(await confirm(state)).toMatchObject({ booked: true });
    // The same request as the first agent's: if that one had booked it after all, this is no second booking.
    expect(asked('book_for_patient')[0]).toMatchObject({
      p_request_id: before.proposal?.requestId,
      p_epoch: 2,
    });
  });

  test('is no proof: what this call has not verified, the database refuses to the next agent too', async () => {
    const { state, callerSpeaks, appointments } = makeCall([TEN], { resumed: true });
    restoreState(state, resumed([], { state: stored(await readBack()) }));
    callerSpeaks();
    await expect(confirm(state)).rejects.toMatchObject({ code: 'PATIENT_NOT_VERIFIED' });
    expect(appointments).toEqual([]);
  });

  test('that was lost leaves the verified patients to the database, which knows them', async () => {
    const call: TestCall = makeCall([], { resumed: true });
    await call.state.patients.identify({ id: call.state.callId, epoch: 1 }, SARA_CLAIM);
    expect(await listAppointments(call.state, {})).toMatchObject({ patient: 'p1', appointments: [] });
  });

  test('holds no proposal any more once that is booked', async () => {
    const { state } = makeCall();
    restoreState(state, resumed([], { state: stored(await readBack()), appointments: [booking()] }));
    expect(state.proposal).toBeUndefined();
    expect(state.booked).toHaveLength(1);
  });
});
