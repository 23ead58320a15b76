import { EventEmitter } from 'node:events';
import type { JobContext } from '@livekit/agents';
import { type RemoteParticipant, type Room, RoomEvent } from '@livekit/rtc-node';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { stopClocks } from '../test/support/stopped-clocks.ts';
import { CALL } from '../src/config/defaults.ts';
import { readCallerLine, waitForCaller, waitUntilActive } from './phone-line.ts';

let startClocks: () => void;
beforeEach(() => (startClocks = stopClocks()));
afterEach(() => startClocks());

const caller = (attributes: Record<string, string> = {}) =>
  ({ identity: 'sip_+923005550101', attributes }) as unknown as RemoteParticipant;

describe('a line', () => {
  test('has the numbers that the bridge gives', () => {
    const line = readCallerLine(
      caller({ 'sip.phoneNumber': '+923005550101', 'sip.trunkPhoneNumber': '+922135550100' }),
      '',
    );
    expect(line).toMatchObject({
      callerNumber: '+923005550101',
      dialledNumber: '+922135550100',
      clinicSlug: undefined,
      takenOver: undefined,
    });
  });

  test('with hidden numbers is known by the dispatch’s metadata, else by the rule’s attribute', () => {
    expect(readCallerLine(caller({ clinic: 'rule' }), '')).toMatchObject({
      callerNumber: undefined,
      dialledNumber: undefined,
      clinicSlug: 'rule',
    });
    expect(readCallerLine(caller({ clinic: 'rule' }), '{"clinic":"dispatch"}').clinicSlug).toBe('dispatch');
  });

  test.each([
    ['handed over by another agent', '{"handover":true,"clinic":"invented"}', 'handed_over'],
    ['found without one', '{"takeover":true,"clinic":"invented"}', 'lost'],
    ['new', '{"clinic":"invented"}', undefined],
    ['new', '{"handover":false}', undefined],
  ])('says whether the call was %s', (_, metadata, takenOver) => {
    expect(readCallerLine(caller(), metadata).takenOver).toBe(takenOver);
  });

  test('of somebody whom we call has the task, and is not known by the trunk’s number', () => {
    const task = '5853be57-bb95-4f6c-b9d0-872861b2118e';
    const attributes = {
      'sip.phoneNumber': '+923005550101',
      'sip.trunkPhoneNumber': '+922135550100',
      'openhours.task': task,
      'openhours.dialler': 'worker-1',
      clinic: 'invented',
    };
    expect(readCallerLine(caller(attributes), '{"takeover":true}')).toMatchObject({
      callerNumber: '+923005550101',
      dialledNumber: undefined,
      clinicSlug: 'invented',
      takenOver: 'lost',
      outbound: { taskId: task, dialler: 'worker-1' },
    });
    expect(readCallerLine(caller({ ...attributes, 'openhours.task': 'x' }), '').outbound).toBeUndefined();
    expect(readCallerLine(caller(), '').outbound).toBeUndefined();
  });

  test('is an ordinary one, whatever stands in metadata that is not ours', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (metadata) => {
        expect(readCallerLine(caller({ clinic: 'rule' }), metadata)).toMatchObject({
          clinicSlug: 'rule',
          takenOver: undefined,
        });
      }),
    );
  });
});

describe('the caller', () => {
  const waiting = (waitForParticipant: () => Promise<unknown>) => {
    const found = vi.fn();
    void waitForCaller({ waitForParticipant } as unknown as JobContext).then(found);
    return found;
  };

  test('is whoever is in the room, or enters it', async () => {
    const participant = caller();
    const found = waiting(async () => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      return participant;
    });
    await vi.advanceTimersByTimeAsync(600);
    expect(found).toHaveBeenCalledWith(participant);
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['nobody comes', () => new Promise(() => undefined)],
    ['the room is gone', () => Promise.reject(new Error('room is not connected'))],
  ])('has hung up when %s', async (_, wait) => {
    const found = waiting(wait);
    await vi.advanceTimersByTimeAsync(CALL.arrivalMs + 10);
    expect(found).toHaveBeenCalledWith(undefined);
  });
});

describe('a call', () => {
  function ringing(status: string | undefined = 'ringing') {
    const participant = caller(status === undefined ? {} : { 'sip.callStatus': status });
    const remoteParticipants = new Map([[participant.identity, participant]]);
    const room = Object.assign(new EventEmitter(), { remoteParticipants });
    const active = vi.fn();
    void waitUntilActive(room as unknown as Room, participant).then(active);
    return { participant, room, active };
  }
  const settle = () => vi.advanceTimersByTimeAsync(1);

  test('is greeted once it is active, and not while it rings', async () => {
    const { participant, room, active } = ringing();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(active).not.toHaveBeenCalled();
    participant.attributes['sip.callStatus'] = 'active';
    room.emit(RoomEvent.ParticipantAttributesChanged, {}, participant);
    await settle();
    expect(active).toHaveBeenCalledWith(true);
    expect(room.eventNames()).toEqual([]);
  });

  test.each(['active', undefined])('is active at once with the status %s', async (status) => {
    const participant = caller(status === undefined ? {} : { 'sip.callStatus': status });
    const remoteParticipants = new Map([[participant.identity, participant]]);
    expect(await waitUntilActive({ remoteParticipants } as unknown as Room, participant)).toBe(true);
  });

  test('is none any more when the caller hangs up while it rings', async () => {
    const { participant, room, active } = ringing();
    room.emit(RoomEvent.ParticipantDisconnected, { identity: 'somebody else' });
    await settle();
    expect(active).not.toHaveBeenCalled();
    room.emit(RoomEvent.ParticipantDisconnected, participant);
    await settle();
    expect(active).toHaveBeenCalledWith(false);
    expect(room.eventNames()).toEqual([]);
  });

  test('is none when the caller had left before we looked', async () => {
    expect(await waitUntilActive({ remoteParticipants: new Map() } as unknown as Room, caller())).toBe(false);
  });

  test('is given up when it rings for half a minute', async () => {
    const { active } = ringing();
    await vi.advanceTimersByTimeAsync(CALL.answerMs);
    expect(active).toHaveBeenCalledWith(false);
  });
});
