import { describe, expect, test } from 'vitest';
import { applyChange, statementOf } from './snapshot.ts';

describe('values go as parameters, so that nothing of them is SQL', () => {
  test('of a row that is put in', () => {
    expect(
      statementOf({ insert: 'tasks', row: { kind: "x'); drop table tasks; --", body: { a: [1] } } }),
    ).toEqual({
      text: 'insert into public.tasks as t (kind, body) values ($1, $2) returning to_jsonb(t) as row',
      values: ["x'); drop table tasks; --", '{"a":[1]}'],
    });
  });

  test('of a row that is changed', () => {
    expect(statementOf({ update: 'tasks', where: { id: 1, key: null }, set: { status: 'done' } })).toEqual({
      text: 'update public.tasks t set status = $1 where id = $2 and key is null returning to_jsonb(t) as row',
      values: ['done', 1],
    });
  });

  test('of rows that are taken away; without a condition, all of them', () => {
    expect(statementOf({ delete: 'tasks', where: {} })).toEqual({
      text: 'delete from public.tasks t where true returning to_jsonb(t) as row',
      values: [],
    });
  });
});

test('a change by somebody else is put into the snapshot as well', async () => {
  const tables = [{ name: 'tasks', key: ['id'] }];
  const snapshot = new Map([['tasks', new Map([['[1]', { id: 1, status: 'open' }]])]]);
  const gives = (row: Record<string, unknown>) => async () => [{ row }];
  await applyChange(gives({ id: 2 }), { insert: 'tasks', row: { id: 2 } }, tables, snapshot);
  await applyChange(
    gives({ id: 1, status: 'done' }),
    { update: 'tasks', where: { id: 1 }, set: { status: 'done' } },
    tables,
    snapshot,
  );
  expect([...(snapshot.get('tasks') ?? [])]).toEqual([
    ['[1]', { id: 1, status: 'done' }],
    ['[2]', { id: 2 }],
  ]);
  await applyChange(gives({ id: 2 }), { delete: 'tasks', where: { id: 2 } }, tables, snapshot);
  expect(snapshot.get('tasks')?.size).toBe(1);
});
