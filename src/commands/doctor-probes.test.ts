import fc from 'fast-check';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeConfig } from '../../test/support/config.ts';
import { clockSkewMs } from './doctor-checks.ts';
import { SERVICES, probe } from './doctor-probes.ts';

let asked: string[];
let status: number;
let date: string | undefined;
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  [asked, status, date] = [[], 200, undefined];
  server = createServer((request, response) => {
    const { authorization = '', apikey } = request.headers;
    asked.push(
      `${request.method} ${request.url} ${authorization.split(' ')[0]} ${apikey === undefined ? '' : 'apikey'}`,
    );
    response.sendDate = date === undefined;
    if (date !== undefined && date !== '') response.setHeader('date', date);
    response.writeHead(status).end('{}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function config() {
  const origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return makeConfig({
    LIVEKIT_URL: `ws://${origin}/`,
    SUPABASE_URL: `http://${origin}`,
    OPENAI_BASE_URL: `http://${origin}/openai`,
    DEEPGRAM_BASE_URL: `http://${origin}`,
  });
}

test('every service is asked once, for something that costs nothing, with its own key', async () => {
  for (const service of SERVICES) expect(await probe(service, config())).toMatchObject({ status: 200 });
  expect(asked).toEqual([
    'POST /twirp/livekit.RoomService/ListRooms Bearer ',
    'GET /rest/v1/clinics?select=id&limit=1 Bearer apikey',
    'GET /openai/models Bearer ',
    'GET /v1/auth/token Token ',
  ]);
});

test('a refusal is passed on as its status, and says what time it is all the same', async () => {
  status = 401;
  const answer = await probe('OpenAI', config());
  expect(answer.status).toBe(401);
  expect(clockSkewMs(answer)).toBe(0);
});

test('a clock that is wrong is seen in the header', async () => {
  date = new Date(Date.now() + 3_600_000).toUTCString();
  expect((clockSkewMs(await probe('Deepgram', config())) ?? 0) / 60_000).toBeCloseTo(60, 0);
});

test.each(['', 'yesterday, perhaps'])('a header that says nothing is no time: "%s"', async (header) => {
  date = header;
  expect((await probe('Deepgram', config())).date).toBeUndefined();
});

test('nobody there is no status', async () => {
  const nobody = makeConfig({ LIVEKIT_URL: 'ws://127.0.0.1:9', OPENAI_BASE_URL: 'http://127.0.0.1:9' });
  expect(await probe('LiveKit', nobody)).toMatchObject({ status: undefined, date: undefined });
  expect(await probe('OpenAI', nobody)).toMatchObject({ status: undefined });
});

test('a skew is never claimed that is not there, and never with the wrong sign', () => {
  const ms = fc.integer({ min: -100_000, max: 100_000 });
  const delay = fc.integer({ min: 0, max: 5_000 });
  fc.assert(
    fc.property(ms, delay, delay, fc.integer({ min: 1e12, max: 2e12 }), (skew, there, back, sentAt) => {
      const date = Math.floor((sentAt + there + skew) / 1_000) * 1_000;
      const found =
        clockSkewMs({ status: 200, sentAt, receivedAt: sentAt + there + back, date }) ?? Number.NaN;
      expect(Math.abs(found)).toBeLessThanOrEqual(Math.abs(skew));
      expect(found * skew).toBeGreaterThanOrEqual(0);
      // What is left open is the header's second and the way there and back.
      expect(Math.abs(found - skew)).toBeLessThanOrEqual(1_000 + there + back);
    }),
  );
});
