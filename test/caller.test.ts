import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ParticipantKind } from '@livekit/rtc-node';
import { AgentDispatchClient, RoomServiceClient, TrackSource } from 'livekit-server-sdk';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { isOpenhoursError } from '../src/errors.ts';
import { type LocalLiveKit, startLiveKit } from '../src/local/livekit.ts';
import { levelDbfs } from '../src/rehearsal/audio.ts';
import { type Caller, type CallerEvent, placeCall, type PlaceCallOptions } from '../src/rehearsal/caller.ts';
import { disposeLines } from '../src/rehearsal/phone-line.ts';
import { EchoAgent, tone } from './echo-agent.ts';

const folder = mkdtempSync(join(tmpdir(), 'openhours-caller-'));
/** The same cache as the command line's, so that the server is built once for a machine. */
const cacheDir = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'openhours');
const start = (options: { port?: number } = {}) =>
  startLiveKit({
    ...options,
    cacheDir,
    stateDir: join(folder, 'state'),
    logDir: join(folder, 'logs'),
    path: process.env['PATH'] ?? '',
    env: Object.fromEntries(
      Object.entries(process.env).filter((entry): entry is [string, string] => !!entry[1]),
    ),
    onProgress: (message) => process.stderr.write(`${message}\n`),
  });

let livekit: LocalLiveKit;
const callers: Caller[] = [];
const agents: EchoAgent[] = [];
beforeAll(async () => {
  livekit = await start();
}, 900_000); // a machine's first build
afterEach(async () => {
  await Promise.all(callers.splice(0).map((caller) => caller.hangUp()));
  await Promise.all(agents.splice(0).map((agent) => agent.leave()));
});
afterAll(async () => {
  await livekit.stop();
  expect(readdirSync(join(folder, 'state'))).toEqual([]);
  rmSync(folder, { recursive: true });
  await disposeLines();
});

async function dial(options: Partial<PlaceCallOptions> = {}): Promise<Caller> {
  const caller = await placeCall({
    url: livekit.url,
    apiKey: livekit.apiKey,
    apiSecret: livekit.apiSecret,
    from: '+4915112345678',
    to: '+922135550100',
    audio: 'wideband',
    // One word, one tenth of a second.
    synthesize: (text) => Promise.resolve(tone(text.split(' ').length * 100)),
    ...options,
  });
  callers.push(caller);
  return caller;
}

async function agentFor(
  caller: Caller,
  options: { delayMs?: () => number; toneMs?: number } = {},
): Promise<EchoAgent> {
  const agent = new EchoAgent(livekit, { delayMs: () => 200, ...options });
  agents.push(agent);
  await agent.join(caller.call.room);
  await caller.answered;
  return agent;
}

const rooms = () => new RoomServiceClient(livekit.httpUrl, livekit.apiKey, livekit.apiSecret);

describe('the local LiveKit server', () => {
  test.skipIf(!existsSync('/usr/bin/ss'))('listens on loopback only, also while a call is up', async () => {
    await agentFor(await dial());
    const sockets = execFileSync('ss', ['-lntupH'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(`:${livekit.udpPort} `) || line.includes(new URL(livekit.url).port));
    expect(sockets).toHaveLength(2);
    for (const socket of sockets) expect(socket).toMatch(/ 127\.0\.0\.1:\d+ /);
  });

  test('that is to use a taken port is an error, and the one that has it goes on', async () => {
    const taken = Number(new URL(livekit.url).port);
    const error: unknown = await start({ port: taken }).catch((e: unknown) => e);
    expect(isOpenhoursError(error, 'LOCAL_PROCESS_FAILED')).toBe(true);
    await expect(rooms().listRooms()).resolves.toBeDefined(); // with the keys of the one that has it
  });

  test('does not mind a second one, with keys of its own', async () => {
    const second = await start();
    try {
      expect(second.url).not.toBe(livekit.url);
      const withForeignKeys = new RoomServiceClient(second.httpUrl, livekit.apiKey, livekit.apiSecret);
      await expect(withForeignKeys.listRooms()).rejects.toThrow();
    } finally {
      await second.stop();
    }
    await expect(fetch(second.httpUrl)).rejects.toThrow();
    expect((await fetch(livekit.httpUrl)).status).toBe(200);
  });
});

describe('a caller', () => {
  test('joins as a telephone that rings until an agent is heard, and is then active', async () => {
    const events: string[] = [];
    const caller = await dial({
      onEvent: ({ type }) => events.push(type),
      ruleAttributes: { clinic: 'sample' },
    });
    const participant = () => rooms().getParticipant(caller.call.room, caller.call.identity);
    const ringing = await participant();
    expect(ringing.kind).toBe(ParticipantKind.SIP);
    expect(ringing.attributes).toEqual(caller.call.attributes);
    expect(events).toEqual(['ringing']);

    const agent = await agentFor(caller);
    await vi.waitFor(() => expect(agent.callStatus).toEqual(['active']));
    const active = await participant();
    expect(active.attributes['sip.callStatus']).toBe('active');
    expect(active.tracks.map(({ mimeType, source }) => [mimeType, source])).toEqual([
      ['audio/opus', TrackSource.MICROPHONE],
    ]);
    expect(events).toEqual(['ringing', 'answered']);

    await caller.hangUp();
    await vi.waitFor(() => expect(agent.callStatus).toEqual(['active', 'hangup']));
    expect(await caller.ended).toMatchObject({ by: 'caller' });
  });

  test('measures a delay that is known to within 60 ms, and always by the same error to within 30 ms', async () => {
    const delays = [150, 900, 300, 600, 400];
    let turn = 0;
    const caller = await dial();
    const agent = await agentFor(caller, { delayMs: () => delays[turn++] ?? 0 });
    void agent.speak();
    const greeting = await caller.listen({ silenceMs: 300 });
    expect(greeting.latencyMs).toBeUndefined();

    const measured: number[] = [];
    const errors: number[] = [];
    for (const [i] of delays.entries()) {
      const said = await caller.say('five words of a tone');
      expect(said.endedAt - said.startedAt).toBeCloseTo(500, -1);
      const { latencyMs = NaN } = await caller.listen({ silenceMs: 300 });
      measured.push(latencyMs);
      // Against what really passed between the last sound sent and the first sound of the answer, by one clock.
      errors.push(latencyMs - ((agent.repliedAt[i + 1] ?? NaN) - said.endedAt));
    }
    // What is left is the agent's native queue and the codec: about 20 ms.
    process.stderr.write(`latency measured minus true: ${errors.map(Math.round).join(', ')} ms\n`);
    for (const error of errors) expect(Math.abs(error)).toBeLessThan(60);
    expect(Math.max(...errors) - Math.min(...errors)).toBeLessThan(30);
    const { greetingMs, turns, longestSilenceMs } = caller.measurements;
    expect(greetingMs.fromActive).toBeGreaterThan(0);
    expect(turns.map(({ latencyMs }) => latencyMs)).toEqual(measured);
    expect(longestSilenceMs).toBeGreaterThanOrEqual(Math.max(...measured) - 1);
    await caller.hangUp();
    expect(caller.measurements).toMatchObject({ holes: 0, lateFrames: 0 });
    expect(caller.measurements.concealedMs).toBeLessThan(50);
  });

  test('hears what the agent says, through a telephone’s band in its own direction', async () => {
    const caller = await dial({ audio: 'telephone' });
    const agent = await agentFor(caller, { toneMs: 600 });
    await caller.say('hello');
    const heard = await caller.listen({ silenceMs: 300 });
    expect(agent.heardUntil).toHaveLength(1);
    expect(heard.endedAt - heard.firstAudioAt).toBeCloseTo(600, -2);
    // With the margin of 200 ms before it; sample positions are whole numbers.
    expect(levelDbfs(heard.pcm, 16 * 350, 16 * 650)).toBeCloseTo(levelDbfs(tone(100)), -1);
    expect(levelDbfs(caller.heardPcm(heard.firstAudioAt + 100, heard.firstAudioAt + 500))).toBeGreaterThan(
      -25,
    );
  });

  test('measures how fast an interrupted agent falls silent', async () => {
    const caller = await dial();
    const agent = await agentFor(caller, { delayMs: () => 1_000 });
    void agent.speak(tone(5_000));
    const interrupting = caller.interrupt('stop please I have another question now', { afterMs: 300 });
    await vi.waitFor(() => expect(agent.quietSince).toBeUndefined(), { interval: 5, timeout: 5_000 });
    const noticedAt = performance.now();
    agent.interrupt();
    const turn = await interrupting;
    const reply = await caller.listen({ silenceMs: 300 });
    expect(reply.firstAudioAt).toBeGreaterThan(turn.endedAt + 900);
    const measured = caller.measurements.turns[0];
    expect(measured?.bargeInMs).toBeGreaterThan(noticedAt - turn.startedAt);
    // The agent's native queue of 40 ms and the way back.
    expect(measured?.bargeInMs).toBeLessThan(noticedAt - turn.startedAt + 150);
  });

  test('has the agent dispatched with the call', async () => {
    const caller = await dial({ agentName: 'openhours', metadata: '{"clinic":"sample"}' });
    const dispatches = new AgentDispatchClient(livekit.httpUrl, livekit.apiKey, livekit.apiSecret);
    expect(await dispatches.listDispatch(caller.call.room)).toMatchObject([
      { agentName: 'openhours', metadata: '{"clinic":"sample"}' },
    ]);
  });

  test('presses keys', async () => {
    const caller = await dial();
    const agent = await agentFor(caller);
    await caller.press('12#*0');
    await vi.waitFor(() => expect(agent.keys).toEqual(['1', '2', '#', '*', '0']));
    const error: unknown = await caller.press('1a').catch((e: unknown) => e);
    expect(isOpenhoursError(error, 'INPUT_INVALID')).toBe(true);
  });

  test('notices that the agent hung up, and can say no more', async () => {
    const caller = await dial();
    const agent = await agentFor(caller);
    const listening = caller.listen().catch((e: unknown) => e);
    await agent.hangUpCaller();
    expect(await caller.ended).toMatchObject({ by: 'agent' });
    for (const error of [await listening, await caller.say('hello').catch((e: unknown) => e)]) {
      expect(isOpenhoursError(error, 'CALL_FAILED')).toBe(true);
    }
    await caller.hangUp(); // nothing is left to do
    expect(await caller.ended).toMatchObject({ by: 'agent' });
  });

  test('stays on the line in silence when the agent leaves', async () => {
    const events: CallerEvent['type'][] = [];
    const caller = await dial({ onEvent: ({ type }) => events.push(type) });
    const agent = await agentFor(caller);
    await agent.room.disconnect();
    await vi.waitFor(() => expect(events).toContain('agent-left'));
    expect(events).not.toContain('ended');
    const error: unknown = await caller.listen({ timeoutMs: 100 }).catch((e: unknown) => e);
    expect(isOpenhoursError(error, 'CALL_FAILED')).toBe(true);
  });

  test('hangs up when nobody answers', async () => {
    const caller = await dial({ ringingTimeoutMs: 50 });
    const error: unknown = await caller.answered.catch((e: unknown) => e);
    expect(isOpenhoursError(error, 'CALL_FAILED')).toBe(true);
    expect(await caller.ended).toMatchObject({ by: 'caller' });
  });

  test('that cannot reach the server is told so', async () => {
    const error: unknown = await dial({ url: 'ws://127.0.0.1:9' }).catch((e: unknown) => e);
    expect(isOpenhoursError(error, 'SERVICE_UNREACHABLE')).toBe(true);
  });
});
