import { createHash } from 'node:crypto';
import { AccessToken } from 'livekit-server-sdk';
import { beforeEach, describe, expect, test } from 'vitest';
import { collectLog } from '../../test/support/log.ts';
import { GATEWAY } from '../config/gateway-defaults.ts';
import type { RoomEvent } from '../lifecycle/takeover.ts';
import { createGatewayApp } from './app.ts';
import { webhookReader } from './auth.ts';

const KEY = { apiKey: 'an-invented-key', apiSecret: 'an-invented-secret-of-some-length' };
const BODY = JSON.stringify({
  event: 'participant_joined',
  room: { sid: 'RM_1', name: 'call-_+15005550006_invented' },
  id: 'EV_1',
  createdAt: '1795000000',
  somethingNew: true,
});

let watched: RoomEvent[] = [];
let answer: () => Promise<boolean>;
const { log, lines } = collectLog();
const app = createGatewayApp({
  read: webhookReader(KEY),
  watchdog: {
    watch: async (event) => {
      watched.push(event);
      return await answer();
    },
  },
  log,
});
beforeEach(() => {
  watched = [];
  answer = async () => true;
});

/** The header that LiveKit sends with this body. */
async function signature(body: string, { apiKey, apiSecret } = KEY): Promise<string> {
  const token = new AccessToken(apiKey, apiSecret, { ttl: 300 });
  token.sha256 = createHash('sha256').update(body).digest('base64');
  return await token.toJwt();
}

const post = (body: string, authorization?: string) =>
  app.request('/webhooks/livekit', {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/webhook+json', ...(authorization ? { authorization } : {}) },
  });

test('anybody may ask whether the gateway is there', async () => {
  const response = await app.request('/health');
  expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
});

describe('POST /webhooks/livekit', () => {
  test('takes what LiveKit has signed, and answers when the call was seen to', async () => {
    const response = await post(BODY, await signature(BODY));
    expect([response.status, await response.json()]).toEqual([200, { handled: true }]);
    expect(watched).toMatchObject([
      { event: 'participant_joined', room: { name: 'call-_+15005550006_invented' } },
    ]);
    expect(JSON.stringify(lines)).not.toContain('15005550006');
  });

  test('has LiveKit send again what could not be seen to', async () => {
    answer = async () => false;
    expect((await post(BODY, await signature(BODY))).status).toBe(503);
  });

  test.each<[string, () => Promise<string> | undefined]>([
    ['no signature', () => undefined],
    ['no token', async () => 'Bearer nonsense'],
    [
      'the signature of another key',
      () => signature(BODY, { ...KEY, apiSecret: 'another-invented-secret-of-length' }),
    ],
    ['the signature of another body', () => signature(BODY.replace('joined', 'left'))],
  ])('refuses %s, and looks at nothing', async (_what, header) => {
    const response = await post(BODY, await header());
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: expect.stringContaining('not signed') as string });
    expect(watched).toEqual([]);
  });

  test('refuses what is too long before it is read', async () => {
    const body = 'x'.repeat(GATEWAY.bodyBytes + 1);
    expect((await post(body, await signature(body))).status).toBe(413);
  });

  test('keeps the reason of a bug to itself', async () => {
    answer = () => Promise.reject(new Error('with an inside'));
    const response = await post(BODY, await signature(BODY));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('inside');
  });
});

test('what is not there says what is', async () => {
  const response = await app.request('/api/admin');
  expect(response.status).toBe(404);
  expect(await response.text()).toContain('POST /webhooks/livekit');
});
