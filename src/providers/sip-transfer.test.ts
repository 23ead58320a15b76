import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../log.ts';
import { SipTransfer, type TransferWish } from './sip-transfer.ts';

interface Asked {
  method: string;
  body: Record<string, unknown>;
}

/** How LiveKit answers a method; undefined breaks the connection. */
type Answers = Record<string, { status: number; body: object } | undefined>;

const PRESENT = { GetParticipant: { status: 200, body: {} } };
const GONE = {
  GetParticipant: { status: 404, body: { code: 'not_found', msg: 'participant does not exist' } },
};
const sip = (httpStatus: number, code: string, sipStatus: number) => ({
  status: httpStatus,
  body: { code, msg: 'sip status', meta: { sip_status_code: String(sipStatus), sip_status: 'No' } },
});

let server: Server;
let answers: Answers;
let asked: Asked[];
let log: string;
beforeEach(async () => {
  asked = [];
  log = '';
  server = createServer((incoming, outgoing) => void reply(incoming, outgoing)).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

async function reply(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of incoming.setEncoding('utf8')) text += chunk as string;
  const method = incoming.url?.split('/').at(-1) ?? '';
  asked.push({ method, body: JSON.parse(text) as Record<string, unknown> });
  const answer = answers[method];
  if (answer === undefined) incoming.socket.resetAndDestroy();
  else
    outgoing
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer.body));
}

function transfer(given: Answers, wish: Partial<TransferWish> = {}) {
  answers = given;
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const logger = createLogger({ level: 'debug', destination: { write: (line) => void (log += line) } });
  return new SipTransfer({ url, apiKey: 'key', apiSecret: 'secret' }, logger).transfer({
    room: 'call-_+4915112345678_x',
    identity: 'sip_+4915112345678',
    to: '+922135550111',
    ringingMs: 20_000,
    ...wish,
  });
}

describe('a transfer', () => {
  test('asks LiveKit for a tel: address and whole seconds of ringing', async () => {
    const given = { TransferSIPParticipant: { status: 200, body: {} } };
    expect(await transfer(given, { ringingMs: 12_300 })).toEqual({
      outcome: 'completed',
      sipStatus: undefined,
    });
    expect(asked).toEqual([
      {
        method: 'TransferSIPParticipant',
        body: {
          roomName: 'call-_+4915112345678_x',
          participantIdentity: 'sip_+4915112345678',
          transferTo: 'tel:+922135550111',
          ringingTimeout: '13s',
        },
      },
    ]);
  });

  test.each([
    ['busy', sip(429, 'resource_exhausted', 486), 486],
    ['busy', sip(429, 'resource_exhausted', 600), 600],
    ['no_answer', sip(429, 'resource_exhausted', 480), 480],
    ['no_answer', sip(408, 'deadline_exceeded', 408), 408],
    ['failed', sip(403, 'permission_denied', 603), 603],
    // The far side does not exist; the caller does.
    ['failed', sip(404, 'not_found', 404), 404],
  ] as const)('is %s when LiveKit reports %j', async (outcome, answer, sipStatus) => {
    expect(await transfer({ TransferSIPParticipant: answer })).toEqual({ outcome, sipStatus });
    expect(asked).toHaveLength(1);
  });

  const timedOut = {
    TransferSIPParticipant: { status: 408, body: { code: 'deadline_exceeded', msg: 'context deadline' } },
  };
  const cancelled = { TransferSIPParticipant: { status: 408, body: { code: 'canceled', msg: 'hung up' } } };
  const broken = { TransferSIPParticipant: undefined };
  const noBridge = {
    TransferSIPParticipant: { status: 500, body: { code: 'internal', msg: 'sip not connected' } },
  };
  test.each([
    ['no_answer', 'nobody picked up', { ...timedOut, ...PRESENT }],
    ['caller_left', 'the caller hung up while it rang', { ...timedOut, ...GONE }],
    ['caller_left', 'the bridge says so and the caller is gone', { ...cancelled, ...GONE }],
    ['failed', 'the connection broke', { ...broken, ...PRESENT }],
    ['failed', 'the connection broke and nobody can say more', broken],
    ['failed', 'there is no bridge', { ...noBridge, ...PRESENT }],
  ] as const)('is %s when %s', async (outcome, _why, given) => {
    expect(await transfer(given)).toEqual({ outcome, sipStatus: undefined });
    // Once: a second REFER could reach a far side that has answered the first.
    expect(asked.filter(({ method }) => method === 'TransferSIPParticipant')).toHaveLength(1);
  });

  test('of a caller who is not in the room asks no further', async () => {
    expect(await transfer({ TransferSIPParticipant: GONE.GetParticipant })).toMatchObject({
      outcome: 'caller_left',
    });
    expect(asked).toHaveLength(1);
  });

  test.each(['22135550111', 'tel:+922135550111', '+12', ''])('to "%s" fails without a call', async (to) => {
    expect(await transfer({}, { to })).toMatchObject({ outcome: 'failed' });
    expect(asked).toEqual([]);
  });

  test('is logged with its outcome and without anybody’s number', async () => {
    await transfer({ TransferSIPParticipant: sip(403, 'permission_denied', 603) });
    await transfer({ TransferSIPParticipant: undefined, ...GONE });
    expect(log).toContain('"outcome":"failed"');
    expect(log).toContain('"sipStatus":603');
    expect(log).toContain('"outcome":"caller_left"');
    expect(log).not.toMatch(/\d{7}/);
  });
});
