import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { SqlFailure, type SqlFunction, fakeDatabase } from '../test/support/database.ts';
import { collectLog } from '../test/support/log.ts';
import { Calls } from '../src/clinic/calls.ts';
import type { CallId } from '../src/clinic/ids.ts';
import { CALL } from '../src/config/defaults.ts';
import { Ledger } from './ledger.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const RUN = { name: 'find_slots', arguments: {}, result: {}, errorCode: null, durationMs: 1 };

function makeLedger(
  functions: Record<string, SqlFunction> = {},
  nowMs: () => number = Date.now,
  firstTurn = 0,
) {
  const written = () => null;
  const { db, calls } = fakeDatabase({
    answer_call: written,
    record_turn: written,
    record_tool_run: written,
    save_call_state: written,
    close_call: () => true,
    ...functions,
  });
  const { log, lines } = collectLog();
  return {
    ledger: new Ledger(new Calls(db), { id: 'call-invented' as CallId, epoch: 1 }, log, { nowMs, firstTurn }),
    calls,
    lines,
  };
}

/** A function that fails so often and then works: the database is gone, unless another status is given. */
function failing(times: number, status = 0): SqlFunction {
  let left = times;
  return () => {
    left -= 1;
    if (left >= 0) throw new SqlFailure('fetch failed', status);
    return null;
  };
}

async function closed(ledger: Ledger): Promise<void> {
  const closing = ledger.close('booked', 'goodbye');
  await vi.runAllTimersAsync();
  await closing;
}

test('rows are written one after the other, in the order of what happened, the outcome last', async () => {
  let writing = 0;
  const slow: SqlFunction = async () => {
    writing += 1;
    expect(writing).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    writing -= 1;
    return null;
  };
  const { ledger, calls } = makeLedger({ answer_call: slow, record_turn: slow, record_tool_run: slow });
  ledger.answered(800);
  ledger.addToTurn({ agent_text: 'Good day.' });
  ledger.beginTurn({ caller_text: 'A check-up on Tuesday.' });
  ledger.toolRun(RUN);
  ledger.addToTurn({ agent_text: 'On Tuesday I have 9.' });
  ledger.beginTurn({ caller_text: 'The first one.' });
  await closed(ledger);
  expect(calls.map(({ name, args }) => [name, args.p_index ?? args.p_turn_index])).toEqual([
    ['answer_call', undefined],
    ['record_turn', 0],
    ['record_turn', 1],
    ['record_tool_run', 1],
    ['record_turn', 1],
    ['record_turn', 2],
    ['close_call', undefined],
  ]);
});

test('a row belongs to the turn in which it came about, however late it is written', async () => {
  const { ledger, calls } = makeLedger();
  ledger.beginTurn({ caller_text: 'one' });
  ledger.toolRun(RUN);
  ledger.beginTurn({ caller_text: 'two' });
  await closed(ledger);
  expect(calls.find(({ name }) => name === 'record_tool_run')?.args.p_turn_index).toBe(1);
  expect(ledger.turnIndex).toBe(2);
});

test('the conversation does not wait for a row', () => {
  const { ledger, calls } = makeLedger({ record_turn: () => new Promise(() => undefined) });
  ledger.beginTurn({ caller_text: 'one' });
  ledger.beginTurn({ caller_text: 'two' });
  expect(ledger.turnIndex).toBe(2);
  expect(calls).toEqual([]);
});

test('a row that could not be written is tried again, and those after it wait for it', async () => {
  const { ledger, calls, lines } = makeLedger({ record_turn: failing(2) });
  ledger.beginTurn({ caller_text: 'one' });
  await closed(ledger);
  expect(calls.map(({ name }) => name)).toEqual(['record_turn', 'record_turn', 'record_turn', 'close_call']);
  expect(lines.map(({ message }) => message)).toEqual(['call closed']);
});

test('a row that cannot be written is given up and logged without its content, and the next ones are written', async () => {
  const { ledger, calls, lines } = makeLedger({ record_turn: failing(1_000, 500) });
  ledger.beginTurn({ caller_text: 'I am Sara Notreal.' });
  ledger.toolRun(RUN);
  await closed(ledger);
  expect(calls.filter(({ name }) => name === 'record_turn')).toHaveLength(4);
  expect(calls.slice(-2).map(({ name }) => name)).toEqual(['record_tool_run', 'close_call']);
  expect(lines[0]).toMatchObject({
    severity: 'ERROR',
    message: 'a row of the call could not be written',
    what: 'turn',
  });
  expect(JSON.stringify(lines)).not.toContain('Notreal');
});

test('closing never throws, even when nothing can be written at all', async () => {
  const down = failing(1_000);
  const { ledger, lines } = makeLedger({ record_turn: down, close_call: down });
  ledger.beginTurn({ caller_text: 'one' });
  await closed(ledger);
  expect(lines.filter(({ severity }) => severity === 'ERROR')).toHaveLength(2);
  expect(lines.map(({ message }) => message)).not.toContain('call closed');
});

test('the outcome is written once, and logged once it stands', async () => {
  const { ledger, calls, lines } = makeLedger({ close_call: failing(1) });
  ledger.beginTurn({ caller_text: 'one' });
  await closed(ledger);
  expect(calls.filter(({ name }) => name === 'close_call').map(({ args }) => args.p_outcome)).toEqual([
    'booked', // refused
    'booked',
  ]);
  expect(lines).toMatchObject([{ message: 'call closed', outcome: 'booked', reason: 'goodbye', turns: 1 }]);
});

test('a sentence stands in the turn in which it began, also when its text comes after the next turn has begun', async () => {
  let now = 1_000;
  const { ledger, calls } = makeLedger({}, () => now);
  ledger.agentSaid('Good day.', 1_200, { interrupted: false });
  now = 5_000;
  ledger.beginTurn({ caller_text: 'Goodbye.' });
  now = 9_000;
  ledger.beginTurn({ caller_text: 'Wait.' });
  ledger.agentSaid('Thank you for', 6_000, { interrupted: true });
  ledger.agentSaid('One moment.', 9_100, { interrupted: false });
  ledger.agentSaid('What can I do?', 9_900, { interrupted: false });
  await closed(ledger);
  const said = calls.flatMap(({ args }) => {
    const turn = args.p_turn as { agent_text?: string } | undefined;
    return turn?.agent_text === undefined ? [] : [[args.p_index, turn.agent_text]];
  });
  expect(said).toEqual([
    [0, 'Good day.'],
    [1, 'Thank you for'],
    [2, 'One moment.'],
    [2, 'One moment. What can I do?'],
  ]);
});

describe('the state for a successor', () => {
  test('is the newest one: several changes in a row are written once', async () => {
    let offered = 0;
    const { ledger, calls } = makeLedger();
    for (const change of [1, 2, 3]) {
      offered = change;
      ledger.state(() => ({ offered }));
    }
    await closed(ledger);
    const saved = calls.filter(({ name }) => name === 'save_call_state');
    expect(saved.map(({ args }) => args.p_state)).toEqual([{ offered: 3 }]);
  });

  test('is written again when it changes after it was written', async () => {
    let offered = 1;
    const { ledger, calls } = makeLedger();
    ledger.state(() => ({ offered }));
    await ledger.written();
    offered = 2;
    ledger.state(() => ({ offered }));
    await closed(ledger);
    const saved = calls.filter(({ name }) => name === 'save_call_state');
    expect(saved.map(({ args }) => args.p_state)).toEqual([{ offered: 1 }, { offered: 2 }]);
  });

  test('is there once all rows are said to be written', async () => {
    const { ledger, calls } = makeLedger();
    ledger.beginTurn({ caller_text: 'one' });
    ledger.state(() => ({}));
    await ledger.written();
    expect(calls.map(({ name }) => name)).toEqual(['record_turn', 'save_call_state']);
  });
});

describe('a database that is gone', () => {
  test('is waited for while the call lasts: every row is written, in its order', async () => {
    const started = performance.now();
    const { ledger, calls, lines } = makeLedger({
      record_turn: () => {
        if (performance.now() - started < 60_000) throw new SqlFailure('fetch failed', 0);
        return null;
      },
    });
    for (const text of ['one', 'two', 'three']) ledger.beginTurn({ caller_text: text });
    ledger.toolRun(RUN);
    await vi.advanceTimersByTimeAsync(59_000);
    expect(new Set(calls.map(({ args }) => args.p_index))).toEqual(new Set([1]));
    await vi.advanceTimersByTimeAsync(2_000);
    expect(calls.slice(-4).map(({ name, args }) => [name, args.p_index ?? args.p_turn_index])).toEqual([
      ['record_turn', 1],
      ['record_turn', 2],
      ['record_turn', 3],
      ['record_tool_run', 3],
    ]);
    expect(lines).toEqual([]);
  });

  test('is not waited for longer than 3 s once the call is over, and the outcome is said to be missing', async () => {
    const { ledger, lines } = makeLedger({ record_turn: failing(1_000), close_call: failing(1_000) });
    for (let turn = 0; turn < 20; turn += 1) ledger.beginTurn({ caller_text: 'one' });
    const startedAt = performance.now();
    let tookMs: number | undefined;
    let onRecord: boolean | undefined;
    void ledger.close('booked', 'goodbye').then((result) => {
      tookMs = performance.now() - startedAt;
      onRecord = result;
    });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(onRecord).toBe(false);
    expect(tookMs).toBeLessThanOrEqual(CALL.closeRowsMs + 500);
    expect(lines.filter(({ what }) => what === 'outcome')).toHaveLength(1);
  });

  test('is not waited for longer when it hangs instead of refusing', async () => {
    const { ledger } = makeLedger({ record_turn: () => new Promise(() => undefined) });
    ledger.beginTurn({ caller_text: 'one' });
    let onRecord: boolean | undefined;
    void ledger.close('booked', 'goodbye').then((result) => (onRecord = result));
    await vi.advanceTimersByTimeAsync(CALL.closeRowsMs + 500);
    expect(onRecord).toBe(false);
  });

  test('that is back in time has the outcome on record', async () => {
    const { ledger } = makeLedger({ close_call: failing(5) });
    const closing = ledger.close('booked', 'goodbye');
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await closing).toBe(true);
  });
});

describe('a call that another agent has taken over', () => {
  const taken: SqlFunction = () => {
    throw new SqlFailure('call_taken_over', 409);
  };

  test('is left to it: nothing more is written or tried again, and whoever talks is told once', async () => {
    const { ledger, calls, lines } = makeLedger({ record_turn: taken });
    const told = vi.fn();
    ledger.onTakenOver = told;
    ledger.beginTurn({ caller_text: 'one' });
    ledger.toolRun(RUN);
    ledger.state(() => ({}));
    ledger.beginTurn({ caller_text: 'two' });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(told).toHaveBeenCalledTimes(1);
    expect(calls.map(({ name }) => name)).toEqual(['record_turn']);
    expect(lines.filter(({ severity }) => severity === 'ERROR')).toEqual([]);
  });

  test('has its outcome from the other one: this one writes none, and none is missing', async () => {
    const { ledger, calls } = makeLedger({ record_turn: taken });
    ledger.beginTurn({ caller_text: 'one' });
    await ledger.written();
    expect(await ledger.close('completed', 'goodbye')).toBe(true);
    expect(calls.map(({ name }) => name)).not.toContain('close_call');
  });

  test('is noticed by the outcome at the latest', async () => {
    const { ledger, lines } = makeLedger({ close_call: taken });
    expect(await ledger.close('completed', 'goodbye')).toBe(true);
    expect(lines.map(({ message }) => message)).not.toContain('call closed');
  });
});

test('the turns of an agent that takes over follow those of the one before', async () => {
  const { ledger, calls } = makeLedger({}, () => 5_000, 7);
  expect(ledger.turnIndex).toBe(7);
  ledger.agentSaid('Sorry, we were cut off for a moment.', 5_000, {});
  ledger.beginTurn({ caller_text: 'At ten.' });
  ledger.agentSaid('Thank you.', 5_000, {});
  await closed(ledger);
  const turns = calls.filter(({ name }) => name === 'record_turn').map(({ args }) => args.p_index);
  expect(turns).toEqual([7, 8, 8]);
});
