import { TokenVerifier } from 'livekit-server-sdk';
import { beforeEach, expect, test } from 'vitest';
import { makeConfig } from '../../test/support/config.ts';
import { OpenhoursError } from '../errors.ts';
import type { PhoneLineEvents } from '../rehearsal/phone-line.ts';
import { type CanaryDeps, placeCanaryCall } from './canary.ts';

const config = makeConfig();
const CLINIC = { slug: 'karachi-smiles', number: '+922135550100' };
const LIMITS = { agentMs: 20, soundMs: 20, heardMs: 500 };
/** 20 ms at 16 kHz of a tone that is heard, and of nothing. */
const TONE = Int16Array.from({ length: 320 }, (_, i) => Math.round(8_000 * Math.sin(i / 4)));
const SILENCE = new Int16Array(320);

/** A LiveKit in memory; what the agent does once the canary rings is up to the test. */
class FakeLiveKit {
  agent: (events: PhoneLineEvents) => void = () => undefined;
  agentPresent = false;
  taken = false;
  token = '';
  status: string[] = [];
  readonly gone: string[] = [];

  readonly deps: CanaryDeps = {
    rooms: {
      participants: async () =>
        this.agentPresent
          ? [{ identity: 'agent', kind: 'agent', joinedAtMs: 0, attributes: {}, publishing: false }]
          : [],
      dispatches: async () => [
        { agentName: 'openhours', metadata: '', takenAgoMs: this.taken ? 5 : undefined },
      ],
      deleteRoom: async (room) => void this.gone.push(room),
    },
    openLine: async (_, token, events) => {
      this.token = token;
      queueMicrotask(() => this.agent(events));
      return {
        setStatus: async (status) => void this.status.push(status),
        close: async () => void this.gone.push('line'),
      };
    },
  };

  /** The claims of the token with which the canary joined. */
  claims() {
    return new TokenVerifier(config.livekit.apiKey, config.livekit.apiSecret).verify(this.token);
  }
}

function speak(events: PhoneLineEvents, ms: number, pcm = TONE): void {
  const from = performance.now();
  for (let at = 0; at < ms; at += 20) events.onAudio('voice', pcm, from + at, 0);
}

let liveKit: FakeLiveKit;
const call = () => placeCanaryCall(config, CLINIC, liveKit.deps, LIMITS);
beforeEach(() => (liveKit = new FakeLiveKit()));

test('an agent that comes and speaks is heard, with its times, and the room is deleted after the line', async () => {
  liveKit.agent = (events) => {
    const now = performance.now();
    events.onAgentJoined?.(now + 300);
    events.onAgentAudio(now + 320);
    speak(events, 600);
  };
  const result = await call();
  expect(result).toEqual({ agentMs: expect.closeTo(300, -2), soundMs: expect.any(Number) });
  expect(liveKit.status).toEqual(['active']);
  const { video } = await liveKit.claims();
  expect(liveKit.gone).toEqual(['line', video?.room]);
});

test('it rings as a telephone does, at the clinic’s number, with nobody to call back and nothing to transfer', async () => {
  await call();
  const claims = await liveKit.claims();
  expect(claims).toMatchObject({
    kind: 'sip',
    sub: 'sip_openhours-canary',
    video: { room: expect.stringMatching(/^openhours-canary-\w{18}$/) },
    roomConfig: { agents: [{ agentName: 'openhours', metadata: '{"clinic":"karachi-smiles"}' }] },
  });
  expect(claims.attributes).toEqual({
    'sip.callStatus': 'ringing',
    'sip.trunkPhoneNumber': '+922135550100',
  });
});

test('where no worker takes the call it says so', async () => {
  expect(await call()).toEqual({ failure: 'no_worker' });
  expect(liveKit.gone).toHaveLength(2);
});

test('a worker that takes the call, and whose process does not come, is another matter', async () => {
  liveKit.taken = true;
  expect(await call()).toEqual({ failure: 'never_came' });
});

test('an agent in the room without a track is silent', async () => {
  Object.assign(liveKit, { taken: true, agentPresent: true });
  expect(await call()).toEqual({ failure: 'silent' });
});

test.each<[string, (events: PhoneLineEvents) => void]>([
  ['sends silence', (events) => speak(events, 600, SILENCE)],
  ['clicks', (events) => speak(events, 40)],
])('an agent that only %s is silent', async (_, sound) => {
  liveKit.agent = (events) => {
    events.onAgentAudio(performance.now());
    sound(events);
  };
  expect(await call()).toEqual({ failure: 'silent' });
  expect(liveKit.gone).toHaveLength(2);
});

test.each<[string, boolean]>([
  ['before it has answered', false],
  ['before it has spoken', true],
])('an agent that hangs up %s is told apart from a silent one', async (_, answered) => {
  liveKit.agent = (events) => {
    if (answered) events.onAgentAudio(performance.now());
    events.onEnded('agent', performance.now());
  };
  expect(await call()).toEqual({ failure: 'hung_up' });
});

test('a key that LiveKit refuses is told before anything is joined', async () => {
  liveKit.deps.rooms.participants = async () => {
    throw new OpenhoursError('CREDENTIALS_REFUSED', 'refused');
  };
  await expect(call()).rejects.toMatchObject({ code: 'CREDENTIALS_REFUSED' });
  expect(liveKit.token).toBe('');
});

test('the room is deleted also where it could not be joined, or the line does not close', async () => {
  const { deps } = liveKit;
  const openLine = async () => {
    throw new OpenhoursError('SERVICE_UNREACHABLE', 'no way');
  };
  await expect(placeCanaryCall(config, CLINIC, { ...deps, openLine }, LIMITS)).rejects.toMatchObject({
    code: 'SERVICE_UNREACHABLE',
  });
  expect(liveKit.gone).toHaveLength(1);
  const stuck: CanaryDeps['openLine'] = async (...args) => ({
    ...(await deps.openLine(...args)),
    close: async () => {
      throw new TypeError('stuck');
    },
  });
  await expect(placeCanaryCall(config, CLINIC, { ...deps, openLine: stuck }, LIMITS)).rejects.toThrow(
    'stuck',
  );
  expect(liveKit.gone).toHaveLength(2);
});
