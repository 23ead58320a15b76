import { DateTime } from 'luxon';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Appointments } from '../../src/clinic/appointments.ts';
import { Calls, type ResumedCall } from '../../src/clinic/calls.ts';
import { type SaidClaim, ClaimsLedger } from '../../src/clinic/claims-ledger.ts';
import { findClaims } from '../../src/clinic/claims.ts';
import { type Database, openDatabase } from '../../src/clinic/database.ts';
import type { WorkerId } from '../../src/clinic/ids.ts';
import { PatientAppointments } from '../../src/clinic/patient-appointments.ts';
import { type TestDatabase, openTestDatabase } from '../../test/support/test-database.ts';
import { collectLog } from '../../test/support/log.ts';
import { type CallState, newToolState } from '../call-state.ts';
import { Ledger } from '../ledger.ts';
import { Receptionist } from '../receptionist.ts';
import { restoreState, resumeTexts } from '../resume.ts';
import { storeState } from '../stored-state.ts';

// The tools over the real functions and rules: what is said is what stands in the tables.

/** A Monday morning at the sample clinic, which is open until the evening. */
const NOW = DateTime.fromISO('2026-11-23T08:30', { zone: 'Asia/Karachi' });

let database: TestDatabase;
let db: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  db = openDatabase({ url: database.url, serviceRoleKey: database.serviceRoleKey });
});
afterAll(() => database.stop());

const sql = <Row extends object>(text: string): Promise<Row[]> => database.sql<Row>(text);
beforeEach(async () => {
  await sql(
    'delete from waiting_list; delete from tasks; delete from appointments; delete from calls; delete from patients',
  );
});

interface Reply {
  say?: string;
  [key: string]: unknown;
}

/** One agent of a call, by its tools. */
async function answer(room: string) {
  const calls = new Calls(db);
  const opened = await calls.open({
    room,
    callerNumber: '+923005550101',
    dialledNumber: '+922135550100',
    clinicSlug: undefined,
    workerId: 'worker-invented' as WorkerId,
    shiftId: undefined,
  });
  const { clinic, resumed } = opened;
  if (clinic === null) throw new Error('the sample clinic is missing');
  const key = { id: opened.call_id, epoch: opened.epoch };
  const clock = () => NOW.toJSDate();
  const { log } = collectLog();
  const ledger = new Ledger(calls, key, log, { firstTurn: resumed?.next_index ?? 0 });
  const state: CallState = {
    ...newToolState(db, clinic),
    diary: new PatientAppointments(db, clock),
    callId: key.id,
    epoch: key.epoch,
    clinic,
    callerNumber: '+923005550101',
    appointments: new Appointments(db, clock),
    ledger,
    log,
    booked: [],
    resumed: resumed !== null,
    toolMemory: [],
    goodbye: false,
    silenced: false,
    changed: () => ledger.state(() => storeState(state)),
    nowMs: () => NOW.toMillis(),
  };
  if (resumed !== null) restoreState(state, resumed);
  const claims: SaidClaim[] = [];
  /** The caller says something, and the model calls a tool. */
  const run = async (name: string, args: object = {}): Promise<Reply> => {
    ledger.beginTurn({ caller_text: 'something' });
    const tools = new Receptionist(state).toolCtx.functionTools as Record<
      string,
      { execute: (args: object, options: never) => Promise<unknown> }
    >;
    const reply = (await tools[name]?.execute(args, {} as never)) as Reply;
    const { turnIndex } = ledger;
    claims.push(...findClaims(reply.say ?? '').map((claim) => ({ ...claim, turnIndex })));
    ledger.addToTurn({ agent_text: reply.say ?? '' });
    await ledger.written();
    return reply;
  };
  const audit = async () => {
    const audits = new ClaimsLedger(db);
    await audits.record(key, claims);
    return await audits.audit(key.id);
  };
  return { state, run, audit, resumed };
}

const MUM = { full_name: 'Sara Notreal', date_of_birth: '3 May 1990', phone: '0300 5550199' };
const SON = { full_name: 'Ali Notreal', date_of_birth: '11 February 2019' };

test('a call with everything in it: each claim has its row, and each patient their own appointment', async () => {
  const { run, audit, state } = await answer('everything');
  await run('find_slots', { service: 'check-up', day: 'tuesday' });
  expect(await run('prepare_booking', { slot_id: 's1' })).toMatchObject({ error: 'patient_not_verified' });
  await run('register_patient', MUM);
  await run('confirm');
  await run('confirm');
  expect((await run('confirm')).say).toMatch(
    /^Thank you, Sara Notreal is registered now\. That's a check-up .* for Sara Notreal\. Is that right\?$/,
  );
  expect(await run('confirm')).toMatchObject({ booked: true, appointment_id: 'a1' });

  await run('find_slots', { service: 'check-up', day: 'wednesday' });
  await run('register_patient', SON);
  await run('confirm');
  // The number has had its yes in this call.
  expect(await run('confirm')).toMatchObject({ registered: true, patient: 'p2' });
  expect(await run('prepare_booking', { slot_id: 's4' })).toMatchObject({ error: 'which_patient' });
  expect((await run('prepare_booking', { slot_id: 's4', patient: 'p2' })).say).toContain('for Ali Notreal');
  expect((await run('confirm')).say).toMatch(/^Ali Notreal is booked for Wednesday/);

  await run('prepare_change', { appointment_id: 'a1', slot_id: 's5' });
  expect((await run('confirm')).say).toMatch(
    /^I've moved the appointment: Sara Notreal is booked for Wednesday/,
  );
  expect(await run('list_appointments', { patient: 'p1' })).toMatchObject({
    appointments: [{ weekday: 'Wednesday' }],
  });
  await run('prepare_cancellation', { appointment_id: 'a2' });
  expect((await run('confirm')).say).toMatch(/^I've cancelled the check-up of Ali Notreal on Wednesday/);
  await run('join_waiting_list', { service: 'check-up', day: 'friday', patient: 'p2' });
  await run('leave_message', { message: 'Please bring the x-ray.', urgent: true });

  expect(await audit()).toMatchObject({ claims: 9, matched: 9, mismatches: [] });
  const rows = await sql(
    'select p.full_name, a.status from appointments a join patients p on p.id = a.patient_id order by a.created_at',
  );
  expect(rows).toEqual([
    { full_name: 'Sara Notreal', status: 'cancelled' },
    { full_name: 'Ali Notreal', status: 'cancelled' },
    { full_name: 'Sara Notreal', status: 'booked' },
  ]);
  expect(await sql('select full_name, date_of_birth::text, phone from patients order by created_at')).toEqual(
    [
      { full_name: 'Sara Notreal', date_of_birth: '1990-05-03', phone: '+923005550199' },
      { full_name: 'Ali Notreal', date_of_birth: '2019-02-11', phone: '+923005550199' },
    ],
  );
  expect(state.booked).toHaveLength(1);
});

test('another call verifies the patient, and has nothing of anybody else', async () => {
  const first = await answer('first');
  for (const person of [MUM, SON]) {
    await first.run('register_patient', person);
    await first.run('confirm');
    await first.run('confirm');
    if (person === MUM) await first.run('confirm');
  }
  await first.run('find_slots', { service: 'check-up', day: 'tuesday' });
  for (const [slot_id, patient] of [
    ['s1', 'p1'],
    ['s2', 'p2'],
  ]) {
    await first.run('prepare_booking', { slot_id, patient });
    await first.run('confirm');
  }
  const second = await answer('second');
  await second.run('list_appointments');
  expect((await second.run('identify_patient', SON)).say).toMatch(
    /^Thank you, Ali Notreal\. Ali Notreal has a check-up/,
  );
  expect(await second.run('list_appointments', { patient: 'Sara Notreal' })).toMatchObject({
    error: 'patient_not_verified',
  });
  for (const day of ['4', '5', '6']) {
    await second.run('identify_patient', { ...MUM, date_of_birth: `${day} May 1990`, phone: undefined });
  }
  expect(await second.run('identify_patient', MUM)).toMatchObject({ locked: true });
  await second.run('register_patient', MUM);
  expect(await second.run('confirm')).toMatchObject({ error: 'nothing_read_back' });
  await second.run('prepare_cancellation', { appointment_id: 'a1' });
  expect(await second.run('confirm')).toMatchObject({ cancelled: true });
  expect(await sql("select count(*)::int as n from appointments where status = 'booked'")).toEqual([
    { n: 1 },
  ]);
});

test('two calls at one time: what the first one has had read back, the second one is not offered', async () => {
  const [one, two] = [await answer('one'), await answer('two')];
  await one.run('find_slots', { service: 'check-up', day: 'tuesday' });
  await two.run('find_slots', { service: 'check-up', day: 'tuesday' });
  await one.run('prepare_booking', { slot_id: 's1' });
  expect(await two.run('prepare_booking', { slot_id: 's1' })).toMatchObject({ error: 'slot_taken' });
  const wanted = one.state.offered.get('s1')?.slot;
  const offered = [...two.state.offered.values()].slice(3).map(({ slot }) => slot);
  expect(offered).not.toContainEqual(wanted);
});

test('the next agent of a call knows who is verified and what was read back, and books it once', async () => {
  const first = await answer('handed-over');
  await first.run('register_patient', MUM);
  await first.run('confirm');
  await first.run('confirm');
  await first.run('confirm');
  await first.run('find_slots', { service: 'check-up', day: 'tuesday' });
  await first.run('prepare_booking', { slot_id: 's1' });
  const next = await answer('handed-over');
  expect(resumeTexts(next.state, next.resumed as ResumedCall, 'lost').thread).toMatch(
    /^You wanted a check-up .* for Sara Notreal\. Is that right\?$/,
  );
  expect(await next.run('confirm')).toMatchObject({ booked: true });
  expect(await first.run('confirm')).toMatchObject({ error: 'CALL_TAKEN_OVER' });
  expect(await sql("select count(*)::int as n from appointments where status = 'booked'")).toEqual([
    { n: 1 },
  ]);
});
