import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeConfig } from '../../test/support/config.ts';
import { SqlFailure, type SqlFunction, fakeDatabase } from '../../test/support/database.ts';
import { collectLog } from '../../test/support/log.ts';
import { SCHEMA_VERSION } from '../clinic/database.ts';
import type { OpenhoursError } from '../errors.ts';
import { preflight } from './preflight.ts';

/** What each service answers, by the beginning of the path. */
let status: { livekit: number; openai: number; deepgram: number };
let authorized: string[];
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  status = { livekit: 200, openai: 200, deepgram: 200 };
  authorized = [];
  server = createServer((request, response) => {
    const url = request.url ?? '';
    const service = url.startsWith('/twirp/')
      ? 'livekit'
      : url.startsWith('/openai/')
        ? 'openai'
        : 'deepgram';
    authorized.push(`${service} ${(request.headers.authorization ?? '').split(' ')[0] ?? ''} ${url}`);
    const body = status[service] === 200 ? '{}' : '{"code":"unauthenticated","msg":"no"}';
    response.writeHead(status[service], { 'content-type': 'application/json' }).end(body);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

async function check(schemaVersion: SqlFunction = () => SCHEMA_VERSION) {
  const origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = makeConfig({
    LIVEKIT_URL: `ws://${origin}`,
    OPENAI_BASE_URL: `http://${origin}/openai`,
    DEEPGRAM_BASE_URL: `http://${origin}`,
  });
  const { db, calls } = fakeDatabase({ schema_version: schemaVersion });
  const { log, messages } = collectLog();
  const waits: number[] = [];
  const failure = await preflight(config, db, log, async (ms) => void waits.push(ms)).then(
    () => undefined,
    (error: unknown) => error as OpenhoursError,
  );
  return { failure, calls, messages, waits };
}

test('every service is asked once, with its own key', async () => {
  const { failure, calls } = await check();
  expect(failure).toBeUndefined();
  expect(authorized.sort()).toEqual([
    'deepgram Token /v1/auth/token',
    'livekit Bearer /twirp/livekit.RoomService/ListRooms',
    'openai Bearer /openai/models',
  ]);
  expect(calls.map(({ name }) => name)).toEqual(['schema_version']);
});

describe('a refused key ends the start with 77, and its variable is named', () => {
  test.each([
    ['livekit', 'LIVEKIT_API_KEY or LIVEKIT_API_SECRET'],
    ['openai', 'OPENAI_API_KEY'],
    ['deepgram', 'DEEPGRAM_API_KEY'],
  ] as const)('%s', async (service, variable) => {
    status[service] = 401;
    const { failure } = await check();
    expect(failure).toMatchObject({ code: 'CREDENTIALS_REFUSED', kind: { exit: 77 } });
    expect(failure?.message).toContain(variable);
    expect(failure?.message).not.toContain('invented');
  });

  test('that of the database is not tried again', async () => {
    const { failure, calls } = await check(() => {
      throw new SqlFailure('JWT expired', 401, 'PGRST301');
    });
    expect(failure?.code).toBe('CREDENTIALS_REFUSED');
    expect(calls).toHaveLength(1);
  });
});

test('a service that is merely down may be back when the first call comes', async () => {
  status = { livekit: 503, openai: 500, deepgram: 502 };
  expect((await check()).failure).toBeUndefined();
});

test('a database that is not up yet is waited for, longer each time', async () => {
  let down = 3;
  const { failure, waits, messages } = await check(() => {
    down -= 1;
    if (down >= 0) throw new SqlFailure('fetch failed', 0);
    return SCHEMA_VERSION;
  });
  expect(failure).toBeUndefined();
  expect(waits).toEqual([250, 500, 1_000]);
  expect(messages()).toEqual(Array(3).fill('the database does not answer yet'));
});

test('a database that stays away ends the start with 69', async () => {
  const { failure, waits } = await check(() => {
    throw new SqlFailure('fetch failed', 0);
  });
  expect(failure).toMatchObject({ code: 'SERVICE_UNREACHABLE', kind: { exit: 69 } });
  expect(waits.reduce((sum, ms) => sum + ms)).toBe(7_750);
});

test('an older schema ends the start with 78, at once', async () => {
  const { failure, waits } = await check(() => '20200101000000');
  expect(failure).toMatchObject({ code: 'SCHEMA_OUTDATED', kind: { exit: 78 } });
  expect(waits).toEqual([]);
});
