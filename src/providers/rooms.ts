import { AgentDispatchClient, type ParticipantInfo, RoomServiceClient } from 'livekit-server-sdk';
import { RESCUE } from '../config/defaults.ts';
import type { Config } from '../config/load.ts';
import { OpenhoursError } from '../errors.ts';

/** A room as LiveKit lists it. Its name has the caller's number in it: a log names the `sid`. */
export interface ListedRoom {
  readonly name: string;
  readonly sid: string;
  /** Epoch, by the clock of LiveKit. */
  readonly createdAtMs: number;
  readonly numParticipants: number;
}

/** Somebody in a room. */
export interface RoomParticipant {
  readonly identity: string;
  readonly kind: 'sip' | 'agent' | 'other';
  /** Epoch, by the clock of LiveKit. */
  readonly joinedAtMs: number;
  readonly attributes: Readonly<Record<string, string>>;
  /** True while a track is published that is not muted. */
  readonly publishing: boolean;
}

/** An agent that was asked into a room, whether it came or not. */
export interface RoomDispatch {
  readonly agentName: string;
  readonly metadata: string;
  /** Since a worker took it last, by the clocks of LiveKit and of this machine; undefined when none has, or when its job has ended. */
  readonly takenAgoMs: number | undefined;
}

/** LiveKit's `ParticipantInfo.Kind` (livekit_models.proto), which the SDK does not export. */
const KINDS: Readonly<Record<number, RoomParticipant['kind']>> = { 3: 'sip', 4: 'agent' };

/** LiveKit's `JobStatus` (livekit_agent.proto), which the SDK does not export: a worker has accepted the job. */
const JS_RUNNING = 1;

/**
 * LiveKit's rooms, asked over its server API. Each request has 2 s; a room or participant that does not exist is empty, or gone already.
 * Every method throws OpenhoursError SERVICE_UNREACHABLE when LiveKit does not answer, and CREDENTIALS_REFUSED when it refuses the key.
 */
export class Rooms {
  readonly #rooms: RoomServiceClient;
  readonly #dispatches: AgentDispatchClient;

  constructor({ url, apiKey, apiSecret }: Config['livekit'], limitMs: number = RESCUE.requestMs) {
    const address = url.replace(/^ws/, 'http');
    // Without the client's own failover, which waits beyond the limit and writes to the console: whoever asks here asks again anyhow.
    const options = { requestTimeout: limitMs / 1_000, failover: false };
    this.#rooms = new RoomServiceClient(address, apiKey, apiSecret, options);
    this.#dispatches = new AgentDispatchClient(address, apiKey, apiSecret, options);
  }

  /** Every room of the LiveKit project, also those of other agents. */
  async list(): Promise<ListedRoom[]> {
    const rooms = await ask('list rooms', () => this.#rooms.listRooms(), []);
    return rooms.map(({ name, sid, creationTime, creationTimeMs, numParticipants }) => ({
      name,
      sid,
      createdAtMs: epochMs(creationTimeMs, creationTime),
      numParticipants,
    }));
  }

  /** Who is in the room; nobody when there is no such room. */
  async participants(room: string): Promise<RoomParticipant[]> {
    const present = await ask('list participants', () => this.#rooms.listParticipants(room), []);
    return present.map(toParticipant);
  }

  /** Which agents were asked into the room, also those that never came. */
  async dispatches(room: string): Promise<RoomDispatch[]> {
    const dispatches = await ask('list dispatches', () => this.#dispatches.listDispatch(room), []);
    return dispatches.map(({ agentName, metadata, state }) => ({
      agentName,
      metadata,
      takenAgoMs: takenAgoMs((state?.jobs ?? []).map((job) => job.state)),
    }));
  }

  /** Asks an agent into the room. LiveKit would make a room that does not exist. */
  async dispatch(room: string, agentName: string, metadata: string): Promise<void> {
    await ask(
      'dispatch an agent',
      () => this.#dispatches.createDispatch(room, agentName, { metadata }),
      undefined,
    );
  }

  /** Removes somebody from the room: an agent whose process is dead would stay for 20 s. */
  async removeParticipant(room: string, identity: string): Promise<void> {
    await ask('remove a participant', () => this.#rooms.removeParticipant(room, identity), undefined);
  }

  /** Makes somebody hear tracks of others, or hear them no more; what they publish themselves is heard as before. */
  async setHearing(room: string, identity: string, trackSids: string[], hears: boolean): Promise<void> {
    await ask(
      'change what is heard',
      () => this.#rooms.updateSubscriptions(room, identity, trackSids, hears),
      undefined,
    );
  }

  /** Adds attributes to somebody's. */
  async mark(room: string, identity: string, attributes: Readonly<Record<string, string>>): Promise<void> {
    await ask(
      'mark a participant',
      () => this.#rooms.updateParticipant(room, identity, { attributes: { ...attributes } }),
      undefined,
    );
  }

  /** Deletes the room, which hangs up. */
  async deleteRoom(room: string): Promise<void> {
    await ask('delete a room', () => this.#rooms.deleteRoom(room), undefined);
  }
}

function takenAgoMs(
  jobs: readonly ({ status: number; startedAt: bigint } | undefined)[],
): number | undefined {
  const taken = jobs.filter((job) => job?.status === JS_RUNNING).map((job) => job?.startedAt ?? 0n);
  if (taken.length === 0) return undefined;
  const newest = taken.reduce((last, next) => (next > last ? next : last));
  return Math.max(0, Date.now() - Number(newest / 1_000_000n));
}

function toParticipant(info: ParticipantInfo): RoomParticipant {
  return {
    identity: info.identity,
    kind: KINDS[info.kind] ?? 'other',
    joinedAtMs: epochMs(info.joinedAtMs, info.joinedAt),
    attributes: info.attributes,
    publishing: info.tracks.some(({ muted }) => !muted),
  };
}

/** Servers before 1.8 tell whole seconds only. */
function epochMs(ms: bigint, seconds: bigint): number {
  return ms === 0n ? Number(seconds) * 1_000 : Number(ms);
}

async function ask<T, Missing>(
  what: string,
  request: () => Promise<T>,
  missing: Missing,
): Promise<T | Missing> {
  try {
    return await request();
  } catch (cause) {
    const status = statusOf(cause);
    if (status === 404) return missing;
    const refused = status === 401 || status === 403;
    throw new OpenhoursError(
      refused ? 'CREDENTIALS_REFUSED' : 'SERVICE_UNREACHABLE',
      `LiveKit did not ${what}: ${refused ? 'LIVEKIT_API_KEY or LIVEKIT_API_SECRET was refused' : 'it did not answer as it should'}`,
      { cause, details: { status } },
    );
  }
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined;
  return typeof error.status === 'number' ? error.status : undefined;
}
