import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LiveKitSip } from './sip-directory.ts';
import { ruleContent } from './sip-rule.ts';

/** What the server answers, by the method's name, and what it was asked. */
let answers: Record<string, { status: number; body: object }>;
let asked: { method: string; body: unknown }[];
let server: ReturnType<typeof createServer>;

beforeEach(async () => {
  answers = {};
  asked = [];
  server = createServer((request, response) => {
    const method = (request.url ?? '').split('/').at(-1) ?? '';
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString()));
    request.on('end', () => {
      asked.push({ method, body: JSON.parse(text) });
      const { status, body } = answers[method] ?? { status: 200, body: {} };
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const sip = () =>
  new LiveKitSip({
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    apiKey: 'an-invented-key',
    apiSecret: 'an-invented-secret-of-32-letters',
  });

const LISTED_RULE = {
  sipDispatchRuleId: 'SDR_one',
  name: 'by hand',
  trunkIds: ['ST_one'],
  metadata: 'kept',
  hidePhoneNumber: true,
  inboundNumbers: ['+922135550777'],
  rule: { dispatchRuleDirect: { roomName: 'one-for-all', pin: '1234' } },
  roomConfig: { name: 'kept-too', agents: [{ agentName: 'openhours', metadata: '{}' }] },
};

test('trunks and rules are read as LiveKit lists them', async () => {
  answers = {
    ListSIPInboundTrunk: {
      status: 200,
      body: { items: [{ sipTrunkId: 'ST_one', name: 'one', numbers: ['+922135550100'] }] },
    },
    ListSIPDispatchRule: {
      status: 200,
      body: {
        items: [
          LISTED_RULE,
          { sipDispatchRuleId: 'SDR_two', rule: { dispatchRuleIndividual: { roomPrefix: 'call-' } } },
          { sipDispatchRuleId: 'SDR_empty' },
        ],
      },
    },
  };
  expect(await sip().trunks()).toEqual([{ id: 'ST_one', name: 'one', numbers: ['+922135550100'] }]);
  expect(await sip().rules()).toMatchObject([
    {
      id: 'SDR_one',
      kind: 'other',
      pin: '1234',
      hidePhoneNumber: true,
      agents: [{ agentName: 'openhours', metadata: '{}' }],
    },
    { id: 'SDR_two', kind: 'individual', roomPrefix: 'call-', pin: '', agents: [], trunkIds: [] },
    { id: 'SDR_empty', kind: 'other', pin: '' },
  ]);
});

test('a trunk and a rule are created over the wire as LiveKit takes them', async () => {
  answers['CreateSIPInboundTrunk'] = { status: 200, body: { sipTrunkId: 'ST_new' } };
  expect(await sip().createTrunk('openhours one', ['+922135550100'])).toBe('ST_new');
  await sip().createRule('openhours one', ['ST_new'], ruleContent('openhours', 'one'));
  await sip().addNumbers('ST_new', ['+922135550101']);
  expect(asked).toEqual([
    {
      method: 'CreateSIPInboundTrunk',
      body: {
        trunk: expect.objectContaining({ name: 'openhours one', numbers: ['+922135550100'] }) as object,
      },
    },
    {
      method: 'CreateSIPDispatchRule',
      body: expect.objectContaining({
        name: 'openhours one',
        trunkIds: ['ST_new'],
        attributes: { clinic: 'one' },
        rule: { dispatchRuleIndividual: { roomPrefix: 'call-' } },
        roomConfig: { agents: [{ agentName: 'openhours', metadata: '{"clinic":"one"}' }] },
      }) as object,
    },
    {
      method: 'UpdateSIPInboundTrunk',
      body: { sipTrunkId: 'ST_new', update: { numbers: { add: ['+922135550101'] } } },
    },
  ]);
});

test('a rule is changed without losing what else is set for it', async () => {
  answers['ListSIPDispatchRule'] = { status: 200, body: { items: [LISTED_RULE] } };
  await sip().changeRule('SDR_one', ['ST_two'], ruleContent('openhours', 'one'));
  expect(asked.at(-1)).toEqual({
    method: 'UpdateSIPDispatchRule',
    body: {
      sipDispatchRuleId: 'SDR_one',
      replace: {
        sipDispatchRuleId: 'SDR_one',
        name: 'by hand',
        metadata: 'kept',
        inboundNumbers: ['+922135550777'],
        trunkIds: ['ST_one', 'ST_two'],
        attributes: { clinic: 'one' },
        rule: { dispatchRuleIndividual: { roomPrefix: 'call-' } },
        roomConfig: { name: 'kept-too', agents: [{ agentName: 'openhours', metadata: '{"clinic":"one"}' }] },
      },
    },
  });
});

test.each([
  [401, 'CREDENTIALS_REFUSED', /LIVEKIT_API_KEY/],
  [500, 'SERVICE_UNREACHABLE', /sip not connected/],
])('an answer of %i is %s', async (status, code, message) => {
  answers['ListSIPInboundTrunk'] = {
    status,
    body: { code: 'internal', msg: 'sip not connected (redis required)' },
  };
  const failure = await sip()
    .trunks()
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code });
  expect(String(failure)).toMatch(message);
});

test('a server that is not there is unreachable', async () => {
  const nobody = new LiveKitSip({ url: 'ws://127.0.0.1:9', apiKey: 'an-invented-key', apiSecret: 'secret' });
  await expect(nobody.rules()).rejects.toMatchObject({ code: 'SERVICE_UNREACHABLE', kind: { exit: 69 } });
});
