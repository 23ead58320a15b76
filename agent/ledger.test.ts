import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { SqlFailure, type SqlFunction, fakeDatabase } from '../test/support/database.ts';
import { collectLog } from '../test/support/log.ts';
import { Calls } from '../src/clinic/calls.ts';
import type { CallId } from '../src/clinic/ids.ts';
import { Ledger } from './ledger.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const RUN = { name: 'find_slots', arguments: {}, result: {}, errorCode: null, durationMs: 1 };

function makeLedger(functions: Record<string, SqlFunction> = {}, nowMs: () => number = Date.now) {
  const written = () => null;
  const { db, calls } = fakeDatabase({
    answer_call: written,
    record_turn: written,
    record_tool_run: written,
    close_call: () => true,
    ...functions,
  });
  const { log, lines } = collectLog();
  return { ledger: new Ledger(new Calls(db), 'call-invented' as CallId, log, nowMs), calls, lines };
}

/** A function that fails so often and then works. */
function failing(times: number): SqlFunction {
  let left = times;
  return () => {
    left -= 1;
    if (left >= 0) throw new SqlFailure('fetch failed', 0);
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
  const { ledger, calls, lines } = makeLedger({ record_turn: failing(1_000) });
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
