import type { WatchedCall } from '../clinic/calls.ts';
import { WORKER_ATTRIBUTE } from '../clinic/calls.ts';
import { LOOKOUT, RESCUE } from '../config/defaults.ts';
import { BRIDGED_ATTRIBUTE, STAFF_ATTRIBUTE } from '../providers/bridge.ts';
import type { RoomParticipant, Rooms } from '../providers/rooms.ts';
import { DeadWorkers, type Facts, type Tried, type Verdict, judge } from './lookout-rules.ts';
import { type Ending, Rescue, type RescueDeps, names } from './rescue.ts';

/** What the look-out is made of, in a worker as in a gateway. */
export interface LookoutDeps extends RescueDeps {
  readonly rooms: RescueDeps['rooms'] & Pick<Rooms, 'list' | 'participants'>;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** Whether any worker of the fleet, this one included, is open and has room. */
  readonly canTakeOver: () => boolean;
  /** Whether our own last sign of life was accepted; a gateway gives none, and says yes. */
  readonly fleetFresh: () => boolean;
  /** The rooms of the calls that this worker has accepted, with or without a process yet; a gateway has none. */
  readonly ownRooms?: () => ReadonlySet<string>;
}

/** The part of a LiveKit webhook that matters. */
export interface RoomEvent {
  readonly event: string;
  readonly room?: { readonly name: string } | undefined;
}

/** One room as it is remembered from look to look. */
interface Track {
  readonly room: string;
  /** For logs: the room's name has the caller's number in it. */
  sid: string | undefined;
  /** Agents known to be lost. */
  readonly lost: Set<string>;
  /** The call was reported lost, and no living agent has been seen since. */
  reported: boolean;
  aloneSince: number | undefined;
  goneSince: number | undefined;
  tried: Tried;
  /** Since the room is known: they are not begun anew with every agent that came and was lost again. */
  takeOvers: number;
  /** A step is being taken. */
  busy: boolean;
  /** The call is another application's. */
  foreign: boolean;
  /** How the call ended, where that is still to be written down. */
  ending: Ending | undefined;
}

/** Where it is noted that a step was begun. */
const STARTED: Readonly<Record<string, keyof Tried>> = {
  take_over: 'takeOverAt',
  transfer: 'transferAt',
  call_back: 'callBackAt',
};

/** Webhooks after which a caller may be without an agent; the last of them is for a connection that never came about. */
export const COMINGS_AND_GOINGS: readonly string[] = [
  'participant_joined',
  'participant_left',
  'participant_connection_aborted',
];

/** The caller and the agents of a room at one look. */
interface Seen {
  readonly caller: RoomParticipant | undefined;
  readonly agents: readonly { readonly identity: string; readonly ghost: boolean }[];
  readonly bridge?: Facts['bridge'];
  /** Identities of those at the clinic who were called for the caller. */
  readonly staff?: readonly string[];
}

/**
 * Finds calls that have no agent, whatever the cause, and sees to it that each is taken over, transferred, or promised a callback; the
 * rules are {@link judge}'s. Any number of them may run at once: each step is claimed in the database.
 */
export class Lookout {
  readonly #deps: LookoutDeps;
  readonly #rescue: Rescue;
  readonly #tracks = new Map<string, Track>();
  readonly #dead = new DeadWorkers();
  readonly #actions = new Set<Promise<void>>();
  readonly #failing = new Set<string>();
  #rows = new Map<string, WatchedCall>();
  #databaseUp = true;
  /** The last look saw the database, and the fleet sees us: calls of others may be judged. */
  #trusted = false;
  #looking: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(deps: LookoutDeps) {
    this.#deps = deps;
    this.#rescue = new Rescue(deps);
  }

  /** Looks now, and every {@link LOOKOUT.everyMs} from now on. */
  start(): void {
    void this.tick();
    this.#timer ??= setInterval(() => void this.tick(), LOOKOUT.everyMs).unref();
  }

  /** Begins nothing new; resolves when what was begun is done, which for a transfer takes up to 25 s. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    await this.#looking;
    await Promise.all(this.#actions);
  }

  /** The agent is lost for certain: its process is dead. Resolves when the first step is taken. */
  async markLost(room: string, identity: string): Promise<void> {
    const track = this.#track(room);
    track.lost.add(identity);
    track.reported = true;
    track.aloneSince ??= this.#deps.nowMs();
    await this.#lookAt(track);
  }

  /** A webhook of LiveKit is a hint to look at that room now. */
  async onWebhook({ event, room }: RoomEvent): Promise<void> {
    if (event === 'room_finished') return await this.tick();
    if (room === undefined || !COMINGS_AND_GOINGS.includes(event)) return;
    await this.#lookAt(this.#track(room.name));
  }

  /** Looks once, at everything. Never rejects, and never runs twice at a time: a second call waits for the first. */
  tick(): Promise<void> {
    this.#looking ??= this.#look()
      .catch((error: unknown) => this.#deps.log.error({ error }, 'the look-out failed'))
      .finally(() => (this.#looking = undefined));
    return this.#looking;
  }

  /** Whether a call, that of `room` or any, was found to need something that is not done yet. */
  isConcerned(room?: string): boolean {
    const tracks = room === undefined ? [...this.#tracks.values()] : [this.#tracks.get(room)];
    return tracks.some((track) => track !== undefined && this.#needsHelp(track));
  }

  /** LiveKit or the database did not answer the last time it was asked. */
  get blind(): boolean {
    return this.#failing.size > 0;
  }

  #needsHelp({ room, busy, foreign, reported, tried, goneSince, aloneSince }: Track): boolean {
    if (busy) return true;
    if (tried.settled === true || (foreign && !reported)) return false;
    return goneSince === undefined ? aloneSince !== undefined : this.#rows.has(room);
  }

  async #look(): Promise<void> {
    if (this.#stopped) return;
    const { rooms, calls, agentName, nowMs, fleetFresh } = this.#deps;
    const [listed, rows] = await Promise.all([
      this.#attempt('rooms', () => rooms.list()),
      this.#attempt('calls', () => calls.watched(agentName)),
    ]);
    this.#databaseUp = rows !== undefined;
    this.#trusted = rows !== undefined && fleetFresh();
    if (rows === undefined) this.#dead.unknown();
    else {
      this.#dead.look(rows, nowMs(), this.#trusted);
      this.#rows = new Map(rows.map((row) => [row.room, row]));
    }
    if (listed === undefined) return;
    const present = new Map(listed.map(({ name, sid }) => [name, sid]));
    this.#forget(present);
    for (const room of this.#rows.keys()) if (!present.has(room)) this.#track(room);
    for (const [room, sid] of present) if (!this.#isWell(room)) this.#track(room).sid = sid;
    await Promise.all(
      [...this.#tracks.values()].map(async (track) => {
        if (present.has(track.room)) track.goneSince = undefined;
        else track.goneSince ??= nowMs();
        if (track.goneSince === undefined) {
          if (!this.#isWell(track.room)) await this.#lookAt(track);
        } else this.#decide(track, { caller: undefined, agents: [] });
      }),
    );
  }

  /** True when nobody needs to ask LiveKit: the worker of the call lives, and has not lost it. */
  #isWell(room: string): boolean {
    const track = this.#tracks.get(room);
    if (track?.reported === true) return false;
    const { by, ownRooms } = this.#deps;
    // Also one that was alone when it was first seen: our agent is on its way now.
    if (ownRooms?.().has(room) === true) return true;
    if (track?.aloneSince !== undefined) return false;
    const row = this.#rows.get(room);
    if (row === undefined || this.#dead.isDead(row.worker_id)) return false;
    return row.worker_id !== by;
  }

  /** Drops what is over: the room is gone, and so is its open row; or the call is well again. */
  #forget(present: ReadonlyMap<string, string>): void {
    for (const [room, track] of this.#tracks) {
      if (track.busy) continue;
      const over = !present.has(room) && !this.#rows.has(room);
      const well = present.has(room) && !track.foreign && track.takeOvers === 0 && this.#isWell(room);
      if (over || well) this.#tracks.delete(room);
    }
  }

  #track(room: string): Track {
    const known = this.#tracks.get(room);
    if (known !== undefined) return known;
    const track: Track = {
      room,
      sid: undefined,
      lost: new Set(),
      reported: false,
      aloneSince: undefined,
      goneSince: undefined,
      tried: {},
      takeOvers: 0,
      busy: false,
      foreign: false,
      ending: undefined,
    };
    this.#tracks.set(room, track);
    return track;
  }

  async #lookAt(track: Track): Promise<void> {
    if (track.busy || this.#stopped) return;
    if (track.foreign && !track.reported && !this.#rows.has(track.room)) return;
    const people = await this.#attempt('participants', () => this.#deps.rooms.participants(track.room));
    if (people === undefined) return;
    const agents = people.filter(({ kind }) => kind === 'agent').map((agent) => this.#agent(track, agent));
    const { caller, staff, bridge } = legsOf(people);
    if (agents.some(({ ghost }) => !ghost)) {
      track.reported = false;
      track.aloneSince = undefined;
      if (!track.busy) track.tried = {};
    } else if (bridge === undefined ? caller === undefined : bridge === 'whole') {
      track.aloneSince = undefined;
    } else track.aloneSince ??= this.#deps.nowMs();
    this.#decide(track, { caller, agents, bridge, staff });
  }

  #agent(track: Track, { identity, attributes }: RoomParticipant) {
    const worker = attributes[WORKER_ATTRIBUTE];
    const dead = worker !== undefined && this.#dead.isDead(worker);
    return { identity, ghost: track.lost.has(identity) || dead };
  }

  /** Judges the room and begins the step, if one is due. */
  #decide(track: Track, seen: Seen): void {
    if (track.busy || this.#stopped) return;
    const step = judge(this.#facts(track, seen), this.#deps.nowMs());
    // Hanging up on who was left needs no row.
    if (step === 'leave' || !(step === 'hang_up' || this.#trusted || track.reported)) return;
    track.busy = true;
    const action = this.#act(track, seen, step)
      .catch((error: unknown) => {
        const { room, sid } = track;
        this.#deps.log.error({ error, step, ...names({ row: this.#rows.get(room), sid }) }, 'rescue failed');
      })
      .finally(() => {
        track.busy = false;
        this.#actions.delete(action);
      });
    this.#actions.add(action);
  }

  #facts(track: Track, { caller, agents, bridge }: Seen): Facts {
    const row = this.#rows.get(track.room);
    const workerDead = row !== undefined && this.#dead.isDead(row.worker_id);
    const rings = ['ringing', 'dialing'].includes(caller?.attributes['sip.callStatus'] ?? '');
    return {
      goneSince: track.goneSince,
      caller: caller === undefined ? 'absent' : rings ? 'ringing' : 'active',
      agents,
      bridge,
      aloneSince: track.aloneSince,
      certain: track.reported || workerDead || agents.some(({ ghost }) => ghost),
      row: row && {
        staffNumber: row.staff_number !== null,
        lost: workerDead || track.reported || track.ending !== undefined,
      },
      tried: track.tried,
      takersOpen: track.takeOvers < RESCUE.takeOvers && this.#deps.canTakeOver(),
      databaseUp: this.#databaseUp,
    };
  }

  async #act(
    track: Track,
    { caller, agents, staff = [] }: Seen,
    step: Exclude<Verdict, 'leave'>,
  ): Promise<void> {
    const { room, sid, reported, ending } = track;
    const ghosts = agents.map(({ identity }) => identity);
    const call = { room, sid, row: this.#rows.get(room), caller, ghosts, staff, reported, ending };
    // Noted before it is done: a step that fails is not repeated at every look.
    const key = STARTED[step];
    if (key !== undefined) track.tried = { ...track.tried, [key]: this.#deps.nowMs() };
    // Their worker's row is another's soon, and then nothing else tells that they are dead.
    if (step === 'take_over') {
      for (const ghost of ghosts) track.lost.add(ghost);
      track.takeOvers += 1;
    }
    const result = await this.#rescue.take(step, call);
    if (result.foreign === true) track.foreign = true;
    if (result.early === true) {
      track.takeOvers -= 1;
      track.tried = {};
    }
    if (result.transferFailed === true) track.tried = { ...track.tried, transferFailed: true };
    if (result.settled === true) track.tried = { ...track.tried, settled: true };
    if (result.ending !== undefined) track.ending = result.ending;
  }

  /** What was asked for, or undefined when it could not be had: said once, until it can again. */
  async #attempt<T>(what: string, request: () => Promise<T>): Promise<T | undefined> {
    try {
      const answer = await request();
      if (this.#failing.delete(what)) this.#deps.log.info({ what }, 'the look-out can see again');
      return answer;
    } catch (error) {
      if (!this.#failing.has(what)) this.#deps.log.warn({ what, error }, 'the look-out cannot see');
      this.#failing.add(what);
      return undefined;
    }
  }
}

/** The telephones in a room: the caller's, and whose it was called for them. */
function legsOf(people: readonly RoomParticipant[]): Pick<Seen, 'caller' | 'bridge'> & { staff: string[] } {
  const legs = people.filter(
    ({ kind, attributes }) => kind === 'sip' && attributes['sip.callStatus'] !== 'hangup',
  );
  const isStaff = ({ attributes }: RoomParticipant) => attributes[STAFF_ATTRIBUTE] !== undefined;
  const bridged = legs.some(({ attributes }) => attributes[BRIDGED_ATTRIBUTE] !== undefined);
  return {
    caller: legs.find((leg) => !isStaff(leg)),
    staff: legs.filter(isStaff).map(({ identity }) => identity),
    bridge: bridged ? (legs.length > 1 ? 'whole' : 'half') : undefined,
  };
}
