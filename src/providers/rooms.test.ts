import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { isOpenhoursError } from '../errors.ts';
import { Rooms } from './rooms.ts';

type Answer = { status?: number; body?: object } | 'never';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A LiveKit server that answers every request alike, and the rooms of it. */
async function livekit(answer: Answer, limitMs = 2_000) {
  const asked: { method: string; body: unknown }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      asked.push({ method: request.url?.split('/').at(-1) ?? '', body: JSON.parse(body) });
      if (answer === 'never') return;
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer.body ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const rooms = new Rooms(
    { url, apiKey: 'invented', apiSecret: 'also-invented', agentName: 'openhours' },
    limitMs,
  );
  return { rooms, asked };
}

test('rooms and who is in them are told apart as the look-out needs it', async () => {
  const listed = await livekit({
    body: {
      rooms: [
        {
          name: 'call-a',
          sid: 'RM_a',
          creationTime: '1700000000',
          creationTimeMs: '1700000000123',
          numParticipants: 2,
        },
        { name: 'call-b', sid: 'RM_b', creationTime: '1700000000' },
      ],
    },
  });
  expect(await listed.rooms.list()).toEqual([
    { name: 'call-a', sid: 'RM_a', createdAtMs: 1_700_000_000_123, numParticipants: 2 },
    { name: 'call-b', sid: 'RM_b', createdAtMs: 1_700_000_000_000, numParticipants: 0 },
  ]);

  const { rooms } = await livekit({
    body: {
      participants: [
        {
          identity: 'sip_a',
          kind: 'SIP',
          attributes: { 'sip.callStatus': 'active' },
          tracks: [{ muted: false }],
        },
        { identity: 'agent', kind: 'AGENT', tracks: [{ muted: true }] },
        { identity: 'browser', kind: 'STANDARD' },
      ],
    },
  });
  const present = await rooms.participants('call-a');
  expect(present.map(({ identity, kind, publishing }) => [identity, kind, publishing])).toEqual([
    ['sip_a', 'sip', true],
    ['agent', 'agent', false],
    ['browser', 'other', false],
  ]);
  expect(present[0]?.attributes).toEqual({ 'sip.callStatus': 'active' });
});

test('an agent is asked into a room with what it should know', async () => {
  const { rooms, asked } = await livekit({});
  await rooms.dispatch('call-a', 'openhours', '{"takeover":true}');
  expect(asked).toEqual([
    {
      method: 'CreateDispatch',
      body: expect.objectContaining({
        room: 'call-a',
        agentName: 'openhours',
        metadata: '{"takeover":true}',
      }),
    },
  ]);
});

test('what is not there is empty, or gone already', async () => {
  const { rooms } = await livekit({ status: 404, body: { code: 'not_found', msg: 'no such room' } });
  expect(await rooms.participants('call-a')).toEqual([]);
  expect(await rooms.dispatches('call-a')).toEqual([]);
  await rooms.removeParticipant('call-a', 'agent');
  await rooms.deleteRoom('call-a');
});

describe('a server that does not do as it is asked', () => {
  test('is an error with a code after the limit, when it hangs', async () => {
    const { rooms } = await livekit('never', 20);
    const error: unknown = await rooms.list().catch((thrown: unknown) => thrown);
    expect(isOpenhoursError(error, 'SERVICE_UNREACHABLE')).toBe(true);
  });

  test.each([
    [500, 'SERVICE_UNREACHABLE'],
    [401, 'CREDENTIALS_REFUSED'],
  ] as const)('is an error with a code, when it answers %s', async (status, code) => {
    const { rooms, asked } = await livekit({ status, body: { code: 'x', msg: 'x' } });
    const error: unknown = await rooms.deleteRoom('call-a').catch((thrown: unknown) => thrown);
    expect(isOpenhoursError(error, code)).toBe(true);
    expect(asked).toHaveLength(1);
  });
});
