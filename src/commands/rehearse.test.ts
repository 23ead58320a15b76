import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTextAgent } from '../../agent/text-agent.ts';
import { collectLog } from '../../test/support/log.ts';
import { Releasers } from '../lifecycle/releasers.ts';
import type { Lane } from '../rehearsal/lane.ts';
import { rehearse } from '../rehearsal/rehearse.ts';
import type { RehearsalReport } from '../rehearsal/report.ts';
import {
  DENTISTS,
  PATIENTS,
  SERVICES,
  appointment,
  atClinic,
  booked,
  facts,
} from '../rehearsal/sample-clinic.ts';
import { type ScenarioInput, defineScenario } from '../rehearsal/scenario.ts';
import { readSnapshot } from '../rehearsal/snapshot.ts';
import type { StartTextAgent } from '../rehearsal/text-agent.ts';
import { ScriptedTextCaller } from '../rehearsal/text-caller.ts';
import { standInLanguage, startLane } from './rehearsal-lanes.ts';

const releasers = new Releasers();
const { log } = collectLog();
let lanes: Lane[] = [];

beforeAll(async () => {
  const openai = await standInLanguage(releasers);
  lanes = await Promise.all([startLane(openai, log, releasers), startLane(openai, log, releasers)]);
}, 60_000);
afterAll(() => releasers.release());

function play(
  inputs: readonly ScenarioInput[],
  { runs = 1, startAgent = startTextAgent }: { runs?: number; startAgent?: StartTextAgent } = {},
): Promise<RehearsalReport> {
  return rehearse({
    scenarios: inputs.map(defineScenario),
    runs,
    lanes,
    startAgent,
    makeCaller: (scenario) => new ScriptedTextCaller(scenario),
    language: 'stand-in',
    callers: 'scripted',
  });
}

/** What was wrong with each call, in the order of the scenarios. */
const problemsOf = (report: RehearsalReport) =>
  report.scenarios.map(({ runs }) =>
    runs.flatMap(({ problems }) => problems.map((one) => `${one.in}: ${one.text}`)),
  );

const { sara } = PATIENTS;
const check = { at: '2026-11-24T10:00', by: DENTISTS.omar, service: SERVICES.checkUp };
const booking = {
  id: 'booking',
  title: 'An invented booking on Tuesday',
  tags: ['test'],
  persona: 'Sara Notreal wants a check-up.',
  opening: "I'd like to book a check-up on Tuesday at ten in the morning.",
  facts: facts(sara),
  expect: {
    outcome: 'booked',
    verified: [sara.id],
    changes: [booked({ ...check, patient: sara.id })],
    claims: ['booked'],
  },
} satisfies ScenarioInput;

test('a scenario is played as often as asked, each time in the same clinic', async () => {
  const report = await play([booking], { runs: 4 });
  expect(problemsOf(report)).toEqual([[]]);
  expect(report).toMatchObject({ calls: 4, passed: 4 });
}, 30_000);

describe('a call fails', () => {
  test('that claims a booking which is not there', async () => {
    const claim = "You're booked for Tuesday at ten.";
    /** Whatever holds such a sentence back in the agent: here it has been said. */
    const liar: StartTextAgent = async (options) => {
      const agent = await startTextAgent(options);
      const { callId, epoch, greeting } = agent;
      return {
        callId,
        epoch,
        greeting,
        hear: (text) => agent.hear(text),
        hearNothing: () => agent.hearNothing(),
        press: (digits) => agent.press(digits),
        settled: () => agent.settled(),
        release: () => agent.release(),
        end: async (how) => {
          await agent.settled();
          const said = { p_call_id: callId, p_index: 1, p_turn: { agent_text: claim }, p_epoch: epoch };
          await options.db.rpc('record_turn', said).throwOnError();
          return await agent.end(how);
        },
      };
    };
    const parking = { ...booking, opening: 'Is there parking?', facts: {} };
    const report = await play([{ ...parking, expect: { outcome: 'completed', claims: ['booked'] } }], {
      startAgent: liar,
    });
    expect(problemsOf(report)).toEqual([
      ["claims: no row makes it true (booked): You're booked for Tuesday at ten."],
    ]);
  }, 30_000);

  test('in which the database lets something through, or keeps no record of a refusal', async () => {
    const parking = { ...booking, opening: 'Is there parking?', facts: {} };
    const report = await play([
      {
        ...parking,
        reactions: [
          {
            when: 'free parking',
            attempts: [
              {
                function: 'patient_appointments',
                arguments: { p_patient_id: sara.id },
                refused: 'slot_taken',
              },
              { function: 'find_free_slots', arguments: {}, refused: 'patient_not_verified' },
              {
                function: 'schema_version',
                arguments: { p_call_id: undefined, p_epoch: undefined },
                refused: 'x',
              },
            ],
          },
        ],
        expect: { outcome: 'completed', traces: [{ in: 'access_log', row: { action: 'identify_failed' } }] },
      },
    ]);
    const [problems] = problemsOf(report);
    expect(problems?.[0]).toContain('patient_not_verified, expected slot_taken');
    expect(problems?.[1]).toContain('find_free_slots');
    expect(problems?.[2]).toContain('let through with');
    expect(problems?.[3]).toBe('state: not on record: access_log {"action":"identify_failed"}');
  }, 30_000);

  test('that books something else, or leaves something undone', async () => {
    const report = await play([
      {
        ...booking,
        expect: { ...booking.expect, changes: [booked({ ...check, by: DENTISTS.sana, patient: sara.id })] },
      },
      { ...booking, id: 'nothing', expect: { ...booking.expect, changes: [] } },
    ]);
    const [otherDentist, tooMuch] = problemsOf(report);
    expect(otherDentist?.[0]).toContain('missing: appointments added');
    expect(otherDentist?.[0]).toContain(`practitioner_id is "${DENTISTS.omar}", expected "${DENTISTS.sana}"`);
    expect(tooMuch).toHaveLength(1);
    expect(tooMuch?.[0]).toContain('not expected: appointments added');
  }, 30_000);

  test('that damages a row of somebody else on the way', async () => {
    const id = 'a1000000-0000-4000-8000-000000000001';
    const other = appointment({ ...check, at: '2026-11-27T12:00', id, patientId: PATIENTS.tariq.id });
    const vandal: StartTextAgent = async (options) => {
      const agent = await startTextAgent(options);
      await Promise.all(
        lanes.map(({ sql }) =>
          sql(`update public.appointments set status = 'cancelled' where id = $1`, [id]),
        ),
      );
      return agent;
    };
    const report = await play([{ ...booking, setUp: [other] }], { startAgent: vandal });
    expect(problemsOf(report)).toEqual([
      [`state: not expected: appointments changed "${id}": status from "booked" to "cancelled"`],
    ]);
  }, 30_000);

  test('that breaks off, and the others go on', async () => {
    const broken: StartTextAgent = (options) =>
      options.room.includes('broken') ? Promise.reject(new Error('no agent')) : startTextAgent(options);
    const report = await play([{ ...booking, id: 'broken' }, booking], { startAgent: broken });
    expect(problemsOf(report)).toEqual([['call: no agent'], []]);
    expect(report).toMatchObject({ ok: false, calls: 2, passed: 1 });
  }, 30_000);
});

test('what somebody else does during the call is not the agent’s doing', async () => {
  const report = await play([
    {
      ...booking,
      reactions: [
        {
          when: /date of birth/,
          meanwhile: [
            appointment({ ...check, at: '2026-11-27T12:00', patientId: PATIENTS.tariq.id }),
            { update: 'patients', where: { id: PATIENTS.tariq.id }, set: { phone: '+923005550777' } },
            { delete: 'patients', where: { id: PATIENTS.zainab.id } },
          ],
        },
      ],
    },
  ]);
  expect(problemsOf(report)).toEqual([[]]);
}, 30_000);

test('the clock is the scenario’s, for the agent and for the database', async () => {
  const report = await play([
    {
      ...booking,
      id: 'another-year',
      clock: '2031-02-03T09:30',
      expect: {
        ...booking.expect,
        changes: [booked({ ...check, at: '2031-02-04T10:00', patient: sara.id })],
        says: ['Tuesday the 4th of February'],
      },
    },
  ]);
  expect(problemsOf(report)).toEqual([[]]);
}, 30_000);

test('a call by text stands in the ledger as a call by voice does', async () => {
  const [lane] = lanes;
  if (lane === undefined) throw new Error('no lane');
  const report = await rehearse({
    scenarios: [defineScenario(booking)],
    runs: 1,
    lanes: [lane],
    startAgent: startTextAgent,
    makeCaller: (scenario) => new ScriptedTextCaller(scenario),
    language: 'stand-in',
    callers: 'scripted',
  });
  const turns = report.scenarios[0]?.runs[0]?.turns ?? [];
  const stored = await lane.sql('select * from public.call_turns order by index');
  expect(stored.map(({ caller_text, agent_text }) => [caller_text, agent_text])).toEqual(
    turns.map(({ caller, agent }) => [caller, agent]),
  );
  expect(stored.slice(1).every(({ latency_ms }) => Number(latency_ms) >= 0)).toBe(true);
  const [call] = await lane.sql('select * from public.calls');
  expect(call).toMatchObject({ outcome: 'booked', reason: 'goodbye', caller_number: '+923005550999' });
  expect(Object.keys(call?.['usage'] as object).length).toBeGreaterThan(0);
  const tools = await lane.sql('select name from public.tool_runs order by started_at');
  expect(tools.map(({ name }) => name)).toEqual(turns.flatMap((turn) => turn.tools.map(({ name }) => name)));
}, 30_000);

test('the sample’s people are those of the seed', async () => {
  const [lane] = lanes;
  if (lane === undefined) throw new Error('no lane');
  await lane.reset();
  const rows = await readSnapshot(lane.sql, lane.tables);
  for (const { id, name, phone, dateOfBirth } of Object.values(PATIENTS)) {
    const row = rows.get('patients')?.get(JSON.stringify([id]));
    expect(row).toMatchObject({ full_name: name, phone, date_of_birth: dateOfBirth });
  }
  for (const { id, minutes } of Object.values(SERVICES)) {
    expect(rows.get('services')?.get(JSON.stringify([id]))).toMatchObject({ duration_minutes: minutes });
  }
  for (const id of Object.values(DENTISTS))
    expect(rows.get('practitioners')?.has(JSON.stringify([id]))).toBe(true);
  expect(atClinic('2026-11-24T10:00')).toBe('2026-11-24T10:00:00+05:00');
});
