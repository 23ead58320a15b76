import { voice } from '@livekit/agents';
import { type RemoteParticipant, RoomEvent } from '@livekit/rtc-node';
import { setTimeout as wait } from 'node:timers/promises';
import { BRIEFING } from '../src/config/desk-defaults.ts';
import { BRIDGED_ATTRIBUTE, STAFF_ATTRIBUTE } from '../src/providers/bridge.ts';
import { Rooms } from '../src/providers/rooms.ts';
import { type DialResult, SipDialler } from '../src/providers/sip-dial.ts';
import { createRecognizer } from '../src/providers/speech.ts';
import type { Ears } from './answering.ts';
import type { Progress } from './call.ts';
import type { CallState } from './call-state.ts';

/** Somebody at the clinic who is called into the caller's room: one try. */
export interface FrontDesk {
  /** Listens to them, and to nobody else; once it rings. */
  readonly ears: Ears;
  /** True once they were there and are no more. */
  readonly left: boolean;
  /** Keys that they have pressed. */
  readonly keys: number;
  /** Calls the number; resolves when it was answered, one way or the other. Rejects where nobody could be listened to. */
  ring(to: string, ringingMs: number): Promise<DialResult>;
  /** Keeps the two from hearing each other, as far as LiveKit does it; both hear us. Never rejects. */
  keepApart(): Promise<void>;
  /** Makes the two hear each other, and their room one that needs no agent. False where LiveKit does not do it. Never rejects. */
  join(): Promise<boolean>;
  /** Ends their call, also one that still rings or is joined. Never rejects. */
  hangUp(): Promise<void>;
  /** Listens no more. Never rejects. */
  close(): Promise<void>;
}

/** Their participant, in every room. */
const IDENTITY = 'staff';

/** Where somebody at the clinic can be called; undefined without an outbound trunk, and without their number. */
export function frontDeskOf(call: Progress, state: CallState): (() => FrontDesk) | undefined {
  if (call.deps.config.outboundTrunkId === undefined || state.clinic.staff_number === null) return undefined;
  const trunkId = call.deps.config.outboundTrunkId;
  return () => new StaffLine(call as Required<Progress>, state, trunkId);
}

/** Takes turns, and answers none. */
class Listener extends voice.Agent<CallState> {
  readonly #turnOver: () => void;

  constructor(turnOver: () => void) {
    super({ instructions: '' });
    this.#turnOver = turnOver;
  }

  override async onUserTurnCompleted(): Promise<void> {
    this.#turnOver();
    return Promise.reject(new voice.StopResponse());
  }
}

class StaffLine implements FrontDesk {
  readonly ears: Ears;
  keys = 0;
  readonly #call: Required<Progress>;
  readonly #rooms: Rooms;
  readonly #dialler: SipDialler;
  readonly #session: voice.AgentSession<CallState>;
  /** A session that is given the room itself claims what the caller's has claimed. */
  readonly #io: voice.RoomIO;
  readonly #turns = { turnIndex: 0 };
  #apart = false;
  #marked = false;
  #answered = false;
  #gone = false;

  constructor(call: Required<Progress>, state: CallState, trunkId: string) {
    const { config, prewarmed } = call.deps;
    this.#call = call;
    this.#rooms = new Rooms(config.livekit);
    this.#dialler = new SipDialler(config.livekit, trunkId, call.log);
    // A recogniser that fails here says nothing about the caller's.
    const recogniser = createRecognizer(config, state.clinic, call.log);
    this.#session = new voice.AgentSession<CallState>({
      userData: state,
      vad: prewarmed.vad,
      stt: recogniser,
      userAwayTimeout: null,
      aecWarmupDuration: null,
      turnHandling: { turnDetection: 'vad' },
    });
    this.#io = new voice.RoomIO({
      agentSession: this.#session,
      room: call.deps.ctx.room,
      inputOptions: { participantIdentity: IDENTITY, closeOnDisconnect: false, textEnabled: false },
      outputOptions: { audioEnabled: false, transcriptionEnabled: false },
    });
    this.ears = {
      session: this.#session,
      state: { clinic: state.clinic, ledger: this.#turns },
      log: call.log,
    };
  }

  /** A telephone that rings is in the room as well, and is gone before we are told why it was not answered. */
  get left(): boolean {
    return this.#answered && this.#gone;
  }

  async ring(to: string, ringingMs: number): Promise<DialResult> {
    this.#room
      .on(RoomEvent.DtmfReceived, this.#keyPressed)
      .on(RoomEvent.ParticipantDisconnected, this.#leaves)
      .on(RoomEvent.TrackPublished, this.#published);
    // Before they are called: nobody's first word is missed.
    this.#io.start();
    await this.#session.start({
      agent: new Listener(() => (this.#turns.turnIndex += 1)),
      record: false,
    });
    const result = await this.#dialler.dial({
      room: this.#name,
      identity: IDENTITY,
      to,
      ringingMs,
      attributes: { [STAFF_ATTRIBUTE]: 'true' },
      longestMs: BRIEFING.longestMs,
    });
    this.#answered = result.outcome === 'answered';
    return result;
  }

  async keepApart(): Promise<void> {
    this.#apart = true;
    await this.#separate();
    void wait(BRIEFING.apartAgainMs).then(() => this.#separate());
  }

  async join(): Promise<boolean> {
    this.#apart = false;
    for (let attempt = 1; attempt <= BRIEFING.joinTries; attempt += 1) {
      try {
        await Promise.all([
          this.#setHearing(IDENTITY, this.#caller, true),
          this.#setHearing(this.#caller, IDENTITY, true),
        ]);
        this.#marked = true;
        const mark = { [BRIDGED_ATTRIBUTE]: 'true' };
        await Promise.all([this.#caller, IDENTITY].map((who) => this.#rooms.mark(this.#name, who, mark)));
        return true;
      } catch (error) {
        this.#call.log.warn(
          { error, attempt },
          'the caller and the front desk could not be made to hear each other',
        );
        await wait(BRIEFING.joinRetryMs);
      }
    }
    return false;
  }

  async hangUp(): Promise<void> {
    try {
      await this.#rooms.removeParticipant(this.#name, IDENTITY);
      // An empty one is none.
      if (this.#marked) await this.#rooms.mark(this.#name, this.#caller, { [BRIDGED_ATTRIBUTE]: '' });
    } catch (error) {
      this.#call.log.warn({ error }, 'the front desk could not be hung up on');
    }
  }

  async close(): Promise<void> {
    this.#apart = false;
    this.#room
      .off(RoomEvent.DtmfReceived, this.#keyPressed)
      .off(RoomEvent.ParticipantDisconnected, this.#leaves)
      .off(RoomEvent.TrackPublished, this.#published);
    try {
      await this.#session.close();
      await this.#io.close();
    } catch (error) {
      this.#call.log.warn({ error }, 'the session that listened to the front desk did not close');
    }
  }

  readonly #keyPressed = (_code: number, _digit: string, participant?: RemoteParticipant) => {
    if (participant?.identity === IDENTITY) this.keys += 1;
  };

  readonly #leaves = ({ identity }: { identity: string }) => {
    if (identity === IDENTITY) this.#gone = true;
  };

  readonly #published = () => void this.#separate();

  async #separate(): Promise<void> {
    if (!this.#apart) return;
    try {
      await Promise.all([
        this.#setHearing(IDENTITY, this.#caller, false),
        this.#setHearing(this.#caller, IDENTITY, false),
      ]);
    } catch (error) {
      // They hear each other too early: no harm but a muddle.
      this.#call.log.warn({ error }, 'the caller and the front desk could not be kept apart');
    }
  }

  async #setHearing(listener: string, speaker: string, hears: boolean): Promise<void> {
    const tracks = this.#room.remoteParticipants.get(speaker)?.trackPublications.keys() ?? [];
    const sids = [...tracks];
    if (sids.length > 0) await this.#rooms.setHearing(this.#name, listener, sids, hears);
  }

  get #room() {
    return this.#call.deps.ctx.room;
  }

  get #name(): string {
    return this.#room.name ?? '';
  }

  get #caller(): string {
    return this.#call.line.participant.identity;
  }
}
