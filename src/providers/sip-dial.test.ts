import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLogger } from '../log.ts';
import { SipDialler, type DialWish } from './sip-dial.ts';

let server: Server;
let answer: { status: number; body: object } | undefined;
let asked: Record<string, unknown>[];
let log: string;
beforeEach(async () => {
  asked = [];
  log = '';
  server = createServer((incoming, outgoing) => {
    let text = '';
    incoming.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    incoming.on('end', () => {
      asked.push(JSON.parse(text) as Record<string, unknown>);
      if (answer === undefined) incoming.socket.resetAndDestroy();
      else
        outgoing
          .writeHead(answer.status, { 'content-type': 'application/json' })
          .end(JSON.stringify(answer.body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

function dial(given: typeof answer, wish: Partial<DialWish> = {}) {
  answer = given;
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const logger = createLogger({ level: 'debug', destination: { write: (line) => void (log += line) } });
  return new SipDialler({ url, apiKey: 'key', apiSecret: 'secret' }, 'ST_example', logger).dial({
    room: 'outbound-invented-1',
    identity: 'callee',
    to: '+923005550123',
    ringingMs: 24_300,
    attributes: { 'openhours.task': 'task-1' },
    ...wish,
  });
}

const sip = (sipStatus: number) => ({
  status: 429,
  body: {
    code: 'resource_exhausted',
    msg: 'sip status',
    meta: { sip_status_code: String(sipStatus), sip_status: 'No' },
  },
});

test('a call waits for its answer, rings for whole seconds, and cannot stay open for ever', async () => {
  const result = await dial({ status: 200, body: { participant_identity: 'callee' } });
  expect(result).toEqual({ outcome: 'answered', sipStatus: undefined, trouble: false });
  expect(asked).toMatchObject([
    {
      sipTrunkId: 'ST_example',
      sipCallTo: '+923005550123',
      roomName: 'outbound-invented-1',
      participantIdentity: 'callee',
      participantAttributes: { 'openhours.task': 'task-1' },
      ringingTimeout: '25s',
      maxCallDuration: '960s',
      waitUntilAnswered: true,
    },
  ]);
});

describe('what the far side answers', () => {
  test.each([
    [486, 'busy', false],
    [600, 'busy', false],
    [408, 'no_answer', false],
    [480, 'no_answer', false],
    [487, 'no_answer', false],
    [603, 'no_answer', false],
    [404, 'failed', false],
    [410, 'failed', false],
    [484, 'failed', false],
    [607, 'failed', false],
    [401, 'failed', true],
    [403, 'failed', true],
    [500, 'failed', true],
    [503, 'failed', true],
  ])('%d is %s (the trunk’s trouble: %s)', async (sipStatus, outcome, trouble) => {
    expect(await dial(sip(sipStatus))).toEqual({ outcome, sipStatus, trouble });
  });

  test.each([
    ['ringing in vain', { status: 408, body: { code: 'deadline_exceeded', msg: '' } }, 'no_answer', false],
    ['a trunk that does not exist', { status: 404, body: { code: 'not_found', msg: '' } }, 'failed', true],
    ['a refused key', { status: 401, body: { code: 'unauthenticated', msg: '' } }, 'failed', true],
    ['a broken connection', undefined, 'failed', true],
  ] as const)('%s', async (_, given, outcome, trouble) => {
    expect(await dial(given)).toEqual({ outcome, sipStatus: undefined, trouble });
  });
});

test.each(['', 'anonymous', 'sip:x@example.com', '+1', '12345678901234567890', '+92 300'])(
  'what is no number (%s) is not dialled, and the next one can be',
  async (to) => {
    expect(await dial(undefined, { to })).toEqual({
      outcome: 'failed',
      sipStatus: undefined,
      trouble: false,
    });
    expect(asked).toEqual([]);
  },
);

test('the number stands in the log only where personal data is redacted', async () => {
  await dial(sip(486));
  await dial(sip(500));
  expect(log).toContain('number dialled');
  expect(log).toContain('call could not be made');
  expect(log).not.toContain('5550123');
});
