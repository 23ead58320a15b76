import { mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DisconnectReason, RoomEvent } from '@livekit/rtc-node';
import { AccessToken, RoomServiceClient, ServerError, SipClient, type VideoGrant } from 'livekit-server-sdk';
import { WebSocket } from 'ws';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLogger } from '../src/log.ts';
import { type FrontOrder, type LiveKitFront, startLiveKitFront } from '../src/local/livekit-front.ts';
import { type LocalLiveKit, startLiveKit } from '../src/local/livekit.ts';
import { SipTransfer } from '../src/providers/sip-transfer.ts';
import { type Caller, placeCall } from '../src/rehearsal/caller.ts';
import { disposeLines } from '../src/rehearsal/phone-line.ts';
import { EchoAgent, tone } from './echo-agent.ts';

const folder = mkdtempSync(join(tmpdir(), 'openhours-front-'));
const cacheDir = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'openhours');
const TO = '+922135550111';

let livekit: LocalLiveKit;
let front: LiveKitFront;
let transfers: SipTransfer;
const callers: Caller[] = [];
const agents: EchoAgent[] = [];
beforeAll(async () => {
  livekit = await startLiveKit({
    cacheDir,
    stateDir: join(folder, 'state'),
    logDir: join(folder, 'logs'),
    path: process.env['PATH'] ?? '',
    env: Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]),
    ),
    onProgress: (message) => process.stderr.write(`${message}\n`),
  });
  front = await startLiveKitFront({ server: livekit.url, ...keys() });
  transfers = new SipTransfer({ url: front.url, ...keys() }, createLogger({ level: 'silent' }));
}, 900_000); // a machine's first build
afterEach(async () => {
  front.control({ reset: true });
  await Promise.all(callers.splice(0).map((caller) => caller.hangUp()));
  await Promise.all(agents.splice(0).map((agent) => agent.leave()));
});
afterAll(async () => {
  await front.stop();
  await livekit.stop();
  rmSync(folder, { recursive: true });
  await disposeLines();
});

const keys = () => ({ apiKey: livekit.apiKey, apiSecret: livekit.apiSecret });
const rooms = (url = front.url) => new RoomServiceClient(url.replace('ws', 'http'), ...Object.values(keys()));
const inRoom = async ({ call }: Caller) =>
  (await rooms(livekit.url).listParticipants(call.room)).some(({ identity }) => identity === call.identity);

async function callThrough(): Promise<{ caller: Caller; agent: EchoAgent }> {
  const caller = await placeCall({
    url: front.url,
    ...keys(),
    from: '+4915112345678',
    to: '+922135550100',
    audio: 'wideband',
    synthesize: () => Promise.resolve(tone(200)),
  });
  callers.push(caller);
  const behindFront = { ...livekit, url: front.url, httpUrl: front.url.replace('ws', 'http') };
  const agent = new EchoAgent(behindFront, { delayMs: () => 200 });
  agents.push(agent);
  await agent.join(caller.call.room);
  await caller.answered;
  return { caller, agent };
}

const transfer = ({ call }: Caller, ringingMs = 10_000) =>
  transfers.transfer({ room: call.room, identity: call.identity, to: TO, ringingMs });

/** The caller is heard and hears the answer, as soon as both sides have come back. */
const isAnswered = (caller: Caller) =>
  vi.waitFor(
    async () => {
      await caller.say('hello again');
      await caller.listen({ silenceMs: 300, timeoutMs: 1_500 });
    },
    { timeout: 20_000 },
  );

async function order(body: FrontOrder | object): Promise<number> {
  const response = await fetch(`${front.controlUrl}/_control`, {
    method: 'POST',
    body: JSON.stringify(body),
  });
  return response.status;
}

describe('the front of the LiveKit server', () => {
  test('hands requests and answers through unchanged', async () => {
    const token = new AccessToken(livekit.apiKey, livekit.apiSecret);
    token.addGrant({ roomList: true });
    const headers = { Authorization: `Bearer ${await token.toJwt()}`, 'Content-Type': 'application/json' };
    for (const [path, init] of [
      ['/', {}],
      ['/nowhere', {}],
      ['/twirp/livekit.RoomService/ListRooms', { method: 'POST', headers, body: '{}' }],
      ['/twirp/livekit.RoomService/DeleteRoom', { method: 'POST', headers, body: '{"room":"x"}' }],
      ['/twirp/livekit.RoomService/ListRooms', { method: 'POST', headers: {}, body: '{' }],
    ] as const) {
      const [passed, direct] = await Promise.all([
        fetch(`${front.url.replace('ws', 'http')}${path}`, init),
        fetch(`${livekit.httpUrl}${path}`, init),
      ]);
      const seen = async (response: Response) => {
        const kept = [...response.headers].filter(
          ([name]) => !['connection', 'keep-alive', 'date'].includes(name),
        );
        return [response.status, response.statusText, kept, await response.text()];
      };
      expect(await seen(passed)).toEqual(await seen(direct));
    }
  });

  test('carries whole calls', async () => {
    const { caller, agent } = await callThrough();
    await caller.say('hello');
    await caller.listen({ silenceMs: 300 });
    expect(agent.heardUntil).toHaveLength(1);
    await agent.hangUpCaller();
    expect(await caller.ended).toMatchObject({ by: 'agent' });
  });

  test('takes no order it does not understand', async () => {
    expect(await order({ transfer: { outcome: 'perhaps' } })).toBe(400);
    expect(await order({ network: {} })).toBe(400);
    expect(await order({ networks: { down: true } })).toBe(400);
    expect(await order({ network: { down: false } })).toBe(200);
    expect((await fetch(`${front.controlUrl}/elsewhere`)).status).toBe(404);
  });
});

describe('a transfer', () => {
  test('that succeeds takes the caller away, and the participant leaves by itself about a second later', async () => {
    const { caller, agent } = await callThrough();
    const left = new Promise<[number, DisconnectReason | undefined]>((resolve) =>
      agent.room.once(RoomEvent.ParticipantDisconnected, ({ disconnectReason }) =>
        resolve([performance.now(), disconnectReason]),
      ),
    );
    expect(await order({ transfer: { outcome: 'completed', delayMs: 100 } })).toBe(200);
    expect(await transfer(caller)).toEqual({ outcome: 'completed', sipStatus: undefined });
    const succeededAt = performance.now();
    expect(await caller.ended).toMatchObject({ by: 'transferred' });
    expect(await inRoom(caller)).toBe(true);
    const [leftAt, reason] = await left;
    expect(leftAt - succeededAt).toBeGreaterThan(600);
    expect(leftAt - succeededAt).toBeLessThan(1_500);
    expect(reason).toBe(DisconnectReason.CLIENT_INITIATED);
    expect(agent.callStatus).toEqual(['active', 'hangup']);
    const listed = (await (await fetch(`${front.controlUrl}/_transfers`)).json()) as object[];
    expect(listed).toEqual(front.transfers());
    expect(listed.at(-1)).toMatchObject({
      room: caller.call.room,
      identity: caller.call.identity,
      transferTo: `tel:${TO}`,
      ringingMs: 10_000,
      outcome: 'completed',
    });
  });

  test('is told from a hang-up also when the agent ends the call right after it', async () => {
    const { caller, agent } = await callThrough();
    front.control({ transfer: { outcome: 'completed', delayMs: 0 } });
    expect(await transfer(caller)).toMatchObject({ outcome: 'completed' });
    await agent.hangUpCaller();
    expect(await caller.ended).toMatchObject({ by: 'transferred' });
  });

  test.each([
    ['busy', 'busy', 486],
    ['refused', 'failed', 603],
    ['no_answer', 'no_answer', undefined],
  ] as const)('that ends %s leaves the call up', async (outcome, result, sipStatus) => {
    const { caller, agent } = await callThrough();
    front.control({ transfer: { outcome } });
    expect(await transfer(caller, 1_000)).toEqual({ outcome: result, sipStatus });
    expect(front.transfers().at(-1)).toMatchObject({ outcome });
    await caller.say('still there');
    await caller.listen({ silenceMs: 300 });
    expect(agent.heardUntil).toHaveLength(1);
  });

  test('of a caller who has left, or leaves while it rings, says so', async () => {
    const { caller } = await callThrough();
    const before = front.transfers().length;
    front.control({ transfer: { outcome: 'completed', delayMs: 500 } });
    const transferring = transfer(caller);
    await vi.waitFor(() => expect(front.transfers()).toHaveLength(before + 1), { interval: 5 });
    await caller.hangUp();
    expect(await transferring).toMatchObject({ outcome: 'caller_left' });
    expect(front.transfers().at(-1)).toMatchObject({ outcome: 'caller_left' });
    expect(await caller.ended).toMatchObject({ by: 'caller' });
    expect(await transfer(caller)).toMatchObject({ outcome: 'caller_left' });
    expect(front.transfers()).toHaveLength(before + 1);
  });

  test('needs the grants that LiveKit asks for, and a caller', async () => {
    const { caller } = await callThrough();
    const { room } = caller.call;
    const ask = async (
      video: VideoGrant,
      call: boolean,
      identity = caller.call.identity,
      to = `tel:${TO}`,
    ) => {
      const token = new AccessToken(livekit.apiKey, livekit.apiSecret);
      token.addGrant(video);
      token.addSIPGrant({ call });
      const sip = new SipClient(front.url, livekit.apiKey, livekit.apiSecret, { token: await token.toJwt() });
      const error: unknown = await sip.transferSipParticipant(room, identity, to).catch((e: unknown) => e);
      return error instanceof ServerError ? [error.status, error.code] : error;
    };
    const admin = { roomAdmin: true, room };
    expect(await ask(admin, false)).toEqual([401, 'unauthenticated']);
    expect(await ask({ room }, true)).toEqual([401, 'unauthenticated']);
    expect(await ask({ roomAdmin: true, room: 'another' }, true)).toEqual([401, 'unauthenticated']);
    expect(await ask(admin, true, caller.call.identity, TO)).toEqual([400, 'invalid_argument']);
    expect(await ask(admin, true, 'nobody')).toEqual([404, 'not_found']);
    expect(await ask(admin, true, 'echo')).toEqual([400, 'invalid_argument']);
    const forged = new SipClient(front.url, livekit.apiKey, 'another secret');
    const error: unknown = await forged.transferSipParticipant(room, 'x', 'tel:+1').catch((e: unknown) => e);
    expect(error).toMatchObject({ status: 401, code: undefined });
    expect(await inRoom(caller)).toBe(true);
  });
});

describe('the network', () => {
  test('that is down refuses requests and cuts the signalling of calls; they come back with it', async () => {
    const { caller } = await callThrough();
    expect(await order({ network: { down: true } })).toBe(200);
    await expect(rooms().listRooms()).rejects.toThrow('fetch failed');
    expect(await transfer(caller)).toMatchObject({ outcome: 'failed' });
    expect(await order({ network: { down: false } })).toBe(200);
    await expect(rooms().listRooms()).resolves.toBeDefined();
    await isAnswered(caller);
  });

  test('that is frozen answers nothing, closes nothing, and goes on where it stood', async () => {
    const token = new AccessToken(livekit.apiKey, livekit.apiSecret, { identity: 'x' });
    token.addGrant({ agent: true });
    const worker = new WebSocket(`${front.url}/agent`, {
      headers: { Authorization: `Bearer ${await token.toJwt()}` },
    });
    await new Promise((resolve) => worker.once('open', resolve));
    const pong = () =>
      new Promise<number>((resolve) => worker.once('pong', () => resolve(performance.now())));
    const healthy = pong();
    worker.ping();
    await healthy;

    front.control({ network: { freeze: true } });
    const asked = rooms().listRooms();
    const answered = Promise.all([asked, pong()]).then(() => 'answered');
    worker.ping();
    expect(await Promise.race([answered, delay(200, 'silence')])).toBe('silence');
    expect(worker.readyState).toBe(WebSocket.OPEN);
    front.control({ network: { freeze: false } });
    expect(await answered).toBe('answered');
    worker.close();
    await new Promise((resolve) => worker.once('close', resolve));
  });

  test('that is frozen does not hang a transfer', async () => {
    const { caller } = await callThrough();
    front.control({ network: { freeze: true } });
    const since = performance.now();
    expect(await transfer(caller, 500)).toMatchObject({ outcome: 'failed' });
    expect(performance.now() - since).toBeLessThan(5_200);
  });
});

test('the server can be restarted behind the front, and calls come back', async () => {
  const { caller } = await callThrough();
  const back = livekit.restart({ downMs: 300 });
  await vi.waitFor(() => expect(rooms().listRooms()).rejects.toThrow('fetch failed'), { interval: 20 });
  await back;
  await expect(rooms().listRooms()).resolves.toBeDefined();
  await isAnswered(caller);
});
