import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { differences, stateProblems } from './difference.ts';
import { type MatchContext, type Row, anyTime } from './matching.ts';
import { type ScenarioInput, defineScenario } from './scenario.ts';
import type { Snapshot } from './snapshot.ts';

const CALL = 'c0000000-0000-4000-8000-000000000001';
const PATIENT = 'f1000000-0000-4000-8000-000000000010';

function snapshot(tables: Record<string, Row[]>): Snapshot {
  return new Map(
    Object.entries(tables).map(([name, rows]) => [
      name,
      new Map(rows.map((row) => [String(row['id']), row])),
    ]),
  );
}

const callRow = { id: CALL, outcome: 'booked', reason: 'goodbye', caller_number: null };

/** What is wrong when the data goes from one state to another and this was expected. */
function problems(
  before: Record<string, Row[]>,
  after: Record<string, Row[]>,
  expected: Partial<ScenarioInput['expect']>,
): string[] {
  const now = snapshot({ calls: [callRow], ...after });
  const context: MatchContext = { callId: CALL, rowsOf: (table) => [...(now.get(table)?.values() ?? [])] };
  const { expect: wanted } = defineScenario({
    id: 'invented',
    title: 'An invented scenario',
    persona: 'Nobody',
    opening: 'Hello',
    expect: { outcome: 'booked', ...expected },
  });
  return stateProblems(differences(snapshot(before), now), wanted, context);
}

describe('a call passes when exactly what was expected is different', () => {
  test('nothing', () => {
    expect(problems({ patients: [{ id: 1 }] }, { patients: [{ id: 1 }] }, {})).toEqual([]);
  });

  test('an added row, whatever else is in it', () => {
    const added = [{ added: 'appointments', row: { status: 'booked' } }];
    expect(problems({}, { appointments: [{ id: 1, status: 'booked' }] }, { changes: added })).toEqual([]);
  });

  test('a changed row, with the columns that were named and no other', () => {
    const before = { appointments: [{ id: 1, status: 'booked', cancelled_at: null }] };
    const after = {
      appointments: [{ id: 1, status: 'cancelled', cancelled_at: '2026-11-23T04:30:00+00:00' }],
    };
    const to = { status: 'cancelled', cancelled_at: anyTime };
    expect(problems(before, after, { changes: [{ changed: 'appointments', row: { id: 1 }, to }] })).toEqual(
      [],
    );
  });

  test('a removed row', () => {
    const changes = [{ removed: 'tasks', row: { kind: 'message' } }];
    expect(problems({ tasks: [{ id: 1, kind: 'message' }] }, { tasks: [] }, { changes })).toEqual([]);
  });

  test('two rows of which one pattern fits both', () => {
    const appointments = [
      { id: 1, patient: 'a', status: 'booked' },
      { id: 2, patient: 'b', status: 'booked' },
    ];
    const changes = [
      { added: 'appointments', row: { status: 'booked' } },
      { added: 'appointments', row: { patient: 'a' } },
    ];
    expect(problems({}, { appointments }, { changes })).toEqual([]);
  });

  test('what the call writes about itself', () => {
    const own = { id: 1, call_id: CALL };
    const after = {
      call_turns: [own],
      tool_runs: [own],
      call_claims: [own],
      access_log: [{ ...own, patient_id: null }],
    };
    expect(problems({}, after, {})).toEqual([]);
  });

  test('a patient who was verified, and what was read of them', () => {
    const own = { id: 1, call_id: CALL, patient_id: PATIENT };
    expect(problems({}, { call_patients: [own], access_log: [own] }, { verified: [PATIENT] })).toEqual([]);
  });
});

describe('collateral damage fails', () => {
  const booked = { id: 1, status: 'booked', notes: 'x' };

  test.each<[string, Record<string, Row[]>, Record<string, Row[]>, RegExp]>([
    ['a row of another table', {}, { outbox: [{ id: 9 }] }, /not expected: outbox added/],
    ['a row that is gone', { patients: [{ id: 7 }] }, {}, /not expected: patients removed {"id":7}/],
    [
      'somebody else’s row',
      { appointments: [booked] },
      { appointments: [{ ...booked, notes: 'y' }] },
      /notes from "x" to "y"/,
    ],
    ['the ledger of another call', {}, { call_turns: [{ id: 1, call_id: 'another' }] }, /call_turns added/],
    ['a second call', {}, { calls: [callRow, { id: 'other' }] }, /not expected: calls added/],
    [
      'reading of a patient',
      {},
      { access_log: [{ id: 1, call_id: CALL, patient_id: PATIENT }] },
      /read of a patient/,
    ],
    [
      'verifying somebody',
      {},
      { call_patients: [{ id: 1, call_id: CALL, patient_id: PATIENT }] },
      /verified/,
    ],
    ['a call that is not on record', {}, { calls: [] }, /not on record/],
  ])('%s', (_, before, after, problem) => {
    expect(problems(before, after, {}).join('\n')).toMatch(problem);
  });

  test('one column more than was to change', () => {
    const changes = [{ changed: 'appointments', row: { id: 1 }, to: { status: 'cancelled' } }];
    const after = { appointments: [{ id: 1, status: 'cancelled', notes: 'y' }] };
    expect(problems({ appointments: [booked] }, after, { changes }).join('\n')).toContain(
      'notes changed to "y"',
    );
  });

  test('one row more of a kind that was expected', () => {
    const changes = [{ added: 'tasks', row: { kind: 'message' } }];
    const tasks = [
      { id: 1, kind: 'message' },
      { id: 2, kind: 'message' },
    ];
    expect(problems({}, { tasks }, { changes })).toEqual([
      'not expected: tasks added {"id":2,"kind":"message"}',
    ]);
  });
});

test('what is missing is named with what came nearest', () => {
  const changes = [{ added: 'appointments', row: { status: 'booked', starts_at: 'ten' } }];
  const after = { appointments: [{ id: 1, status: 'booked', starts_at: 'nine' }] };
  expect(problems({}, after, { changes })[0]).toBe(
    'missing: appointments added {"status":"booked","starts_at":"ten"} (the nearest: starts_at is "nine", expected "ten")',
  );
});

test('another outcome, and a patient who was to be verified, are told', () => {
  expect(problems({}, {}, { outcome: 'completed' })).toEqual([
    'calls.outcome is "booked", expected "completed"',
  ]);
  expect(problems({}, {}, { call: { caller_number: '+1' } })).toEqual([
    'calls.caller_number is null, expected "+1"',
  ]);
  expect(problems({}, {}, { verified: [PATIENT] })).toEqual([`not verified: "${PATIENT}"`]);
});

test('whatever changes is found, and undoing it is the opposite', () => {
  const rows = fc.dictionary(fc.constantFrom('1', '2', '3', '4'), fc.integer({ min: 0, max: 2 }));
  const state = fc.dictionary(fc.constantFrom('patients', 'tasks'), rows);
  const toSnapshot = (tables: Record<string, Record<string, number>>) =>
    snapshot(
      Object.fromEntries(
        Object.entries(tables).map(([name, of]) => [
          name,
          Object.entries(of).map(([id, value]) => ({ id, value })),
        ]),
      ),
    );
  fc.assert(
    fc.property(state, state, (one, other) => {
      const [a, b] = [toSnapshot(one), toSnapshot(other)];
      expect(differences(a, a)).toEqual([]);
      const opposite = { added: 'removed', removed: 'added', changed: 'changed' } as const;
      const keys = (found: ReturnType<typeof differences>) =>
        found.map(({ table, kind, row }) => `${table} ${kind} ${String(row['id'])}`).sort();
      const undone = differences(b, a).map((each) => ({ ...each, kind: opposite[each.kind] }));
      expect(keys(differences(a, b))).toEqual(keys(undone));
    }),
  );
});
