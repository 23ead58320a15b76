import { expect, test } from 'vitest';
import { fakeDatabase } from '../../test/support/database.ts';
import { callFunction } from '../clinic/database.ts';
import { isOpenhoursError } from '../errors.ts';
import { type Pin, pinDatabase } from './pinned-database.ts';

const NOW = Date.parse('2026-11-23T04:30:00Z');

function pinned(faults: Pin['faults'] = []) {
  const { db, calls } = fakeDatabase({ find_free_slots: () => [], record_turn: () => null });
  return { db: pinDatabase(db, { nowMs: () => NOW, clocked: new Set(['find_free_slots']), faults }), calls };
}

test('functions that take the present are given the scenario’s, and no others', async () => {
  const { db, calls } = pinned();
  await callFunction(db, 'find_free_slots', { p_limit: 3 });
  await callFunction(db, 'find_free_slots', { p_now: 'given' });
  await callFunction(db, 'record_turn', { p_index: 1 });
  expect(calls.map(({ args }) => args)).toEqual([
    { p_limit: 3, p_now: '2026-11-23T04:30:00.000Z' },
    { p_now: 'given' },
    { p_index: 1 },
  ]);
});

test('a function fails when the scenario wants it, and as a real one does', async () => {
  const at = 'database' as const;
  const { db, calls } = pinned([
    { at, function: 'find_free_slots', how: 'unreachable', after: 1, times: 1 },
    { at, function: 'record_turn', how: 'failed', after: 0, times: 2 },
  ]);
  const call = async (name: string) => {
    try {
      await callFunction(db, name, {});
      return 'done';
    } catch (error) {
      return isOpenhoursError(error) ? error.code : 'bug';
    }
  };
  expect([
    await call('find_free_slots'),
    await call('find_free_slots'),
    await call('find_free_slots'),
  ]).toEqual(['done', 'SERVICE_UNREACHABLE', 'done']);
  expect([await call('record_turn'), await call('record_turn'), await call('record_turn')]).toEqual([
    'DATABASE_FAILED',
    'DATABASE_FAILED',
    'done',
  ]);
  expect(calls.map(({ name }) => name)).toEqual(['find_free_slots', 'find_free_slots', 'record_turn']);
});
