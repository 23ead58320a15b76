import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SqlFailure, fakeDatabase } from '../../test/support/database.ts';
import { projectRoot } from '../config/paths.ts';
import { type OpenhoursError } from '../errors.ts';
import { SCHEMA_VERSION, callFunction, checkDatabase, openDatabase } from './database.ts';

const failureOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => undefined,
    (error: unknown) => error as OpenhoursError,
  );

describe('what went wrong in the database is told by its code', () => {
  test.each([
    ['slot_taken', 409, 'PT409', 'SLOT_TAKEN'],
    ['slot_invalid', 422, 'PT422', 'SLOT_INVALID'],
    ['name_invalid', 422, 'PT422', 'INPUT_INVALID'],
    ['phone_invalid', 422, 'PT422', 'INPUT_INVALID'],
    ['clinic_unknown', 404, 'PT404', 'CLINIC_UNKNOWN'],
    ['JWT expired', 401, 'PGRST301', 'CREDENTIALS_REFUSED'],
    ['permission denied for function', 403, '42501', 'CREDENTIALS_REFUSED'],
    ['no such function', 404, 'PGRST202', 'SCHEMA_OUTDATED'],
    ['no such table', 404, 'PGRST205', 'SCHEMA_OUTDATED'],
    ['fetch failed', 0, '', 'SERVICE_UNREACHABLE'],
    ['deadlock detected', 500, '40P01', 'DATABASE_FAILED'],
  ])('%s (%d %s) is %s', async (message, status, sqlstate, code) => {
    const { db } = fakeDatabase({
      some_function: () => {
        throw new SqlFailure(message, status, sqlstate);
      },
    });
    const error = await failureOf(callFunction(db, 'some_function', {}));
    expect(error).toMatchObject({ code, details: { what: 'some_function', status, sqlstate } });
  });
});

test('a function’s answer is passed on as it is', async () => {
  const { db, calls } = fakeDatabase({ some_function: ({ p_number }) => [p_number] });
  expect(await callFunction(db, 'some_function', { p_number: 7 })).toEqual([7]);
  expect(calls).toEqual([{ name: 'some_function', args: { p_number: 7 } }]);
});

test('the schema this code wants is that of the newest migration', () => {
  const newest =
    readdirSync(join(projectRoot(), 'supabase', 'migrations'))
      .sort()
      .at(-1) ?? '';
  expect(newest.split('_')[0]).toBe(SCHEMA_VERSION);
});

test('a database that is as new as the code or newer is taken, an older one named with both versions', async () => {
  const withVersion = (version: string) => fakeDatabase({ schema_version: () => version }).db;
  await checkDatabase(withVersion(SCHEMA_VERSION));
  await checkDatabase(withVersion('99990101000000'));
  const error = await failureOf(checkDatabase(withVersion('20200101000000')));
  expect(error?.code).toBe('SCHEMA_OUTDATED');
  expect(error?.message).toContain('20200101000000');
  expect(error?.message).toContain(SCHEMA_VERSION);
});

test('a database without our schema is told apart from one that is down', async () => {
  expect((await failureOf(checkDatabase(fakeDatabase({}).db)))?.code).toBe('SCHEMA_OUTDATED');

  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const db = openDatabase({ url: `http://127.0.0.1:${port}`, serviceRoleKey: 'invented' });
  expect((await failureOf(checkDatabase(db)))?.code).toBe('SERVICE_UNREACHABLE');
});

test('a database that takes a request and never answers is one that cannot be reached', async () => {
  const server = createServer(() => undefined).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const db = openDatabase({ url: `http://127.0.0.1:${port}`, serviceRoleKey: 'invented', requestMs: 20 });
  expect((await failureOf(checkDatabase(db)))?.code).toBe('SERVICE_UNREACHABLE');
});

test('the key goes along with every request and into no error', async () => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers.apikey as string | undefined);
    response.writeHead(401, { 'content-type': 'application/json' }).end('{"message":"Invalid API key"}');
  }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const db = openDatabase({ url: `http://127.0.0.1:${port}`, serviceRoleKey: 'an-invented-key' });
  const error = await failureOf(callFunction(db, 'some_function', {}));
  expect(seen).toEqual(['an-invented-key']);
  expect(error?.code).toBe('CREDENTIALS_REFUSED');
  expect(JSON.stringify([error?.message, error?.details])).not.toContain('an-invented-key');
});
