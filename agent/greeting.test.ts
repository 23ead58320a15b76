import { EventEmitter } from 'node:events';
import { ParticipantKind, RoomEvent } from '@livekit/rtc-node';
import { describe, expect, test } from 'vitest';
import { NOW, makeClinic } from '../test/support/clinic.ts';
import { collectLog } from '../test/support/log.ts';
import type { ClinicProfile } from '../src/clinic/clinics.ts';
import type { Progress } from './call.ts';
import { answersNow, greetEarly } from './greeting.ts';
import type { TakenOver } from './resume.ts';

interface Situation {
  /** Hours since 08:30 on a Monday. */
  hoursLater?: number;
  openByHand?: boolean;
  knownClinic?: ClinicProfile | undefined;
  prepared?: boolean;
  takenOver?: TakenOver;
  otherAgent?: boolean;
  status?: string;
  heard?: boolean;
}

/** A call that has just entered its room; `played` counts what the caller heard. */
function arriving({ hoursLater = 1, status = 'active', ...situation }: Situation = {}) {
  const participant = { identity: 'sip_1', attributes: { 'sip.callStatus': status } };
  const others = situation.otherAgent ? [['agent-1', { kind: ParticipantKind.AGENT }] as const] : [];
  const room = Object.assign(new EventEmitter(), {
    remoteParticipants: new Map<string, unknown>([['sip_1', participant], ...others]),
  });
  const played: Int16Array[] = [];
  const call = {
    deps: {
      ctx: { room },
      prepared: {
        load: () => Promise.resolve(situation.prepared === false ? undefined : new Int16Array(10)),
      },
      openByHand: situation.openByHand ?? false,
      nowMs: () => NOW.plus({ hours: hoursLater }).toMillis(),
    },
    startedMs: performance.now(),
    log: collectLog().log,
    line: { participant, takenOver: situation.takenOver },
    receiver: {
      play: (samples: Int16Array) => {
        played.push(samples);
        return Promise.resolve(situation.heard ?? true);
      },
    },
    knownClinic: 'knownClinic' in situation ? situation.knownClinic : makeClinic(),
  } as unknown as Progress;
  return { call, played, participant, room };
}

describe('a call to a clinic that was known before', () => {
  test('is greeted before the database has answered', async () => {
    const { call, played } = arriving();
    const greeting = await greetEarly(call);
    expect(greeting?.text).toBe('Invented Dental, good day. How can I help you?');
    expect(await greeting?.heard).toBe(true);
    expect(played).toHaveLength(1);
  });

  test('is greeted once it is answered, not while it rings', async () => {
    const { call, played, participant, room } = arriving({ status: 'ringing' });
    const greeting = greetEarly(call);
    await Promise.resolve();
    expect(played).toHaveLength(0);
    await new Promise((resolve) => setImmediate(resolve));
    participant.attributes['sip.callStatus'] = 'active';
    room.emit(RoomEvent.ParticipantAttributesChanged);
    expect(await greeting).toBeDefined();
    expect(played).toHaveLength(1);
  });

  test('says whether the caller spoke into the greeting', async () => {
    const { call } = arriving({ heard: false });
    expect(await (await greetEarly(call))?.heard).toBe(false);
  });

  test('is not greeted when the caller has hung up', async () => {
    const { call, played, room } = arriving();
    room.remoteParticipants.clear();
    expect(await greetEarly(call)).toBeUndefined();
    expect(played).toEqual([]);
  });

  test.each<[string, Situation]>([
    ['the clinic is closed', { hoursLater: 12 }],
    ['the clinic has not opened yet', { hoursLater: 0 }],
    ['the clinic is not known', { knownClinic: undefined }],
    ['the greeting is not prepared', { prepared: false }],
    ['another agent has handed the call over', { takenOver: 'handed_over' }],
    ['the call has lost its agent', { takenOver: 'lost' }],
    ['another agent is in the room', { otherAgent: true }],
  ])('is not greeted like that when %s', async (_, situation) => {
    const { call, played } = arriving(situation);
    expect(await greetEarly(call)).toBeUndefined();
    expect(played).toEqual([]);
  });

  test('is greeted at any hour in a shift that was made by hand', async () => {
    const { call } = arriving({ hoursLater: 12, openByHand: true });
    expect(await greetEarly(call)).toBeDefined();
  });
});

test.each([
  ['opening time', 0.5, true],
  ['a minute before closing time', 8.48, true],
  ['closing time', 8.5, false],
])('%s counts as it does for callers', (_, hoursLater, open) => {
  const { call } = arriving({ hoursLater });
  expect(answersNow(call, makeClinic())).toBe(open);
});
