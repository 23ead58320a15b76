import { DateTime } from 'luxon';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { spokenDate, spokenTime } from '../src/clinic/spoken.ts';
import type { Caller } from '../src/rehearsal/caller.ts';
import { BOOKING_SCRIPT, converse } from './support/conversation.ts';
import { processesBelow } from './support/processes.ts';
import { CALLER_NUMBER, CLINIC_ZONE, TestStack, nothingLeft, untilTrue } from './support/stack.ts';

interface Appointment {
  id: string;
  call_id: string | null;
  starts_at: Date;
  practitioner_id: string;
  practitioner: string;
  service: string;
  patient: string;
  status: string;
}

let stack: TestStack;
let idleProcesses: number;
beforeAll(async () => {
  stack = await TestStack.start();
  idleProcesses = await untilTrue(idle, 20_000, 'the worker has its idle process');
}, 900_000); // a machine's first build
afterEach(() => stack.hangUpAll());
afterAll(() => stack?.stop());

/** The worker's processes, once the job process that waits for a call is there. */
function idle(): number | undefined {
  const below = processesBelow(stack.worker.child.pid);
  return below.some(({ command }) => command.includes('job_proc')) ? below.length : undefined;
}

const appointments = (callId?: string) =>
  stack.sql<Appointment>(
    `select a.id, a.call_id, a.starts_at, a.practitioner_id, p.name practitioner, s.name service, t.full_name patient, a.status
     from appointments a join practitioners p on p.id = a.practitioner_id join services s on s.id = a.service_id
     join patients t on t.id = a.patient_id where $1::uuid is null or a.call_id = $1 order by a.created_at`,
    [callId ?? null],
  );

/** The one appointment that the call led to. */
async function appointmentOf(caller: Caller): Promise<Appointment> {
  const { id } = await stack.closedRow(caller);
  const rows = await appointments(id);
  expect(rows).toHaveLength(1);
  return rows[0] as Appointment;
}

const spoken = ({ starts_at, practitioner }: Appointment) => {
  const start = DateTime.fromJSDate(starts_at, { zone: CLINIC_ZONE });
  return { day: spokenDate(start), time: spokenTime(start), practitioner };
};

describe('a whole call by voice', () => {
  test('books the slot that was spoken, after the caller said yes, over a telephone line', async () => {
    const caller = await stack.dial({ audio: 'telephone' });
    const readBacks: string[] = [];
    const said = await converse(stack, caller, BOOKING_SCRIPT, async ({ text }, reply) => {
      if (reply !== 'Yes, that is right.') return;
      readBacks.push(text);
      const row = await stack.callRow(caller);
      expect(await appointments(row?.id), 'nothing is booked before the caller says yes').toEqual([]);
    });
    expect((await caller.ended).by).toBe('agent');

    const call = await stack.closedRow(caller);
    const appointment = await appointmentOf(caller);
    const { day, time, practitioner } = spoken(appointment);
    expect(said[0]?.text).toMatch(/Karachi Smiles Dental/);
    expect(said[0]?.heard.pcm.length).toBeGreaterThan(16_000);
    expect(readBacks).toHaveLength(1);
    expect(readBacks[0]).toContain(
      `with ${practitioner} on ${day} at ${time}, for David Brown. Is that right?`,
    );
    const booked = said.find(({ text }) => text.includes("You're booked"));
    expect(booked?.text).toContain(`booked for ${day} at ${time} with ${practitioner}`);
    expect(appointment).toMatchObject({ service: 'Check-up', patient: 'David Brown', call_id: call.id });
    expect(call).toMatchObject({ outcome: 'booked', reason: 'goodbye', caller_number: CALLER_NUMBER });
    expect(call.answered_at?.getTime()).toBeLessThan(call.ended_at?.getTime() ?? 0);

    const turns = await stack.turns(caller);
    expect(turns[0]).toMatchObject({ index: 0, caller_text: null, agent_text: said[0]?.text });
    expect(turns.map(({ index }) => index)).toEqual(turns.map((_, index) => index));
    for (const turn of turns.slice(1)) {
      expect(turn.caller_text, `turn ${turn.index}`).not.toBe('');
      expect(turn.latency_ms, `turn ${turn.index}`).toBeGreaterThan(0);
      expect(Object.keys(turn.parts), `turn ${turn.index}`).toContain('speechMs');
      expect(Object.keys(turn.parts), `turn ${turn.index}`).toContain('endpointingMs');
    }
    const tools = await stack.sql<{ name: string; error_code: string | null }>(
      'select name, error_code from tool_runs where call_id = $1 order by started_at',
      [call.id],
    );
    expect(tools.map(({ name }) => name)).toEqual([
      'find_slots',
      'prepare_booking',
      'identify_patient',
      'confirm',
      'end_call',
    ]);
    expect(tools.every(({ error_code }) => error_code === null)).toBe(true);
    await untilTrue(() => stack.roomIsGone(caller), 2_000, 'the room is gone');
  });

  test('finds the clinic by the dispatch when the caller hides their number', async () => {
    const caller = await stack.dial({ hiddenNumber: true, metadata: '{"clinic":"karachi-smiles"}' });
    await caller.answered;
    await caller.listen();
    await caller.say('No, thank you. Goodbye.');
    const goodbye = await caller.listen();
    expect(goodbye.pcm.length).toBeGreaterThan(16_000);
    expect((await caller.ended).by).toBe('agent');
    const [clinic] = await stack.sql<{ id: string }>("select id from clinics where slug = 'karachi-smiles'");
    expect(await stack.closedRow(caller)).toMatchObject({
      clinic_id: clinic?.id,
      caller_number: null,
      outcome: 'completed',
    });
    expect((await stack.turns(caller))[0]?.agent_text).toMatch(/Karachi Smiles Dental/);
  });

  test('leaves nothing behind: no room, no process, no call without an outcome, nothing booked twice', async () => {
    await nothingLeft(stack);
    expect(await stack.sql('select 1 from calls')).toHaveLength(2);
    await untilTrue(
      () => idle() === idleProcesses,
      15_000,
      `${idleProcesses} processes, as before the calls`,
    );
    const booked = (await appointments()).filter(({ status }) => status === 'booked');
    expect(booked.filter(({ call_id }) => call_id !== null)).toHaveLength(1);
  });

  test('writes neither a key nor a caller’s number, name or words into the log', () => {
    const log = stack.workerLog();
    const { LIVEKIT_API_SECRET = '', SUPABASE_SERVICE_ROLE_KEY = '', OPENAI_API_KEY = '' } = stack.stack.env;
    const secrets = [LIVEKIT_API_SECRET, SUPABASE_SERVICE_ROLE_KEY, OPENAI_API_KEY];
    const personal = [
      CALLER_NUMBER.slice(1),
      '92300555097',
      'David',
      'Brown',
      'third of May',
      'check-up on Tuesday',
    ];
    expect(secrets.every((secret) => secret.length > 6)).toBe(true);
    const leaks = log
      .split('\n')
      .filter((line) => [...secrets, ...personal].some((text) => line.includes(text)));
    expect(leaks).toEqual([]);
  });
});
