import type { JobContext, voice } from '@livekit/agents';
import {
  ConnectionState,
  type Participant,
  ParticipantKind,
  type RemoteParticipant,
  type Room,
  TrackKind,
} from '@livekit/rtc-node';
import { AgentDispatchClient } from 'livekit-server-sdk';
import type { Tasks } from '../src/clinic/tasks.ts';
import type { Config } from '../src/config/load.ts';
import type { Logger } from '../src/log.ts';
import { Rooms } from '../src/providers/rooms.ts';
import { SipTransfer, type TransferOutcome } from '../src/providers/sip-transfer.ts';
import type { Announcer } from './announcer.ts';
import type { CallState } from './call-state.ts';
import type { FrontDesk } from './front-desk.ts';
import type { ProviderTrouble } from './provider-trouble.ts';
import type { Receiver } from './receiver.ts';
import type { UsageMeter } from './usage.ts';

/** A call in which somebody is talked to: what its parts share. */
export interface LiveCall {
  readonly session: voice.AgentSession<CallState>;
  readonly state: CallState;
  readonly announcer: Announcer;
  readonly receiver: Receiver;
  readonly line: OpenLine;
  /** Where somebody at the clinic can be called into this room; makes the line anew for each try. */
  readonly openFrontDesk?: (() => FrontDesk) | undefined;
  readonly room: Room;
  readonly tasks: Tasks;
  readonly trouble: ProviderTrouble;
  readonly usage: UsageMeter;
  /** The conversation begins with an answer that the caller waits for: another agent was to give it. */
  owesAnswer: boolean;
  readonly log: Logger;
}

/** The dispatch's metadata by which a successor knows that it takes over in order. */
export const HANDOVER_METADATA = 'handover';

/** What can be done with the line apart from speaking on it. */
export class OpenLine {
  readonly #ctx: JobContext;
  readonly #config: Config;
  readonly #caller: RemoteParticipant;
  readonly #clinicSlug: string | undefined;
  readonly #log: Logger;

  constructor(
    ctx: JobContext,
    config: Config,
    caller: RemoteParticipant,
    clinicSlug: string | undefined,
    log: Logger,
  ) {
    this.#ctx = ctx;
    this.#config = config;
    this.#caller = caller;
    this.#clinicSlug = clinicSlug;
    this.#log = log;
  }

  /** True for the one whose call this is. */
  isCaller({ identity }: Pick<Participant, 'identity'>): boolean {
    return identity === this.#caller.identity;
  }

  /** True once the caller is not in the room any more; a connection that is being made anew shows nobody. */
  callerLeft(): boolean {
    const { remoteParticipants } = this.#ctx.room;
    return !this.reconnecting() && !remoteParticipants.has(this.#caller.identity);
  }

  /** True while the connection to the room is being made anew. */
  reconnecting(): boolean {
    return this.#ctx.room.connectionState === ConnectionState.CONN_RECONNECTING;
  }

  /** True while the caller sends sound that does not reach us. */
  callerUnheard(): boolean {
    const tracks = [
      ...(this.#ctx.room.remoteParticipants.get(this.#caller.identity)?.trackPublications ?? []),
    ];
    const sounds = tracks.filter(([, { kind }]) => kind === TrackKind.KIND_AUDIO);
    return sounds.length > 0 && sounds.every(([, { subscribed }]) => !subscribed);
  }

  /** The other agents in the room. */
  otherAgents(): Participant[] {
    return agentsIn(this.#ctx.room);
  }

  /** Removes them: the call is this agent's by its epoch, and one that was thought dead would talk at the same time. */
  async removeOtherAgents(): Promise<void> {
    const rooms = new Rooms(this.#config.livekit);
    const room = this.#ctx.room.name ?? '';
    await Promise.all(this.otherAgents().map(({ identity }) => rooms.removeParticipant(room, identity)));
  }

  /** Asks LiveKit for another agent of our name in this room: it rings the workers that take calls. */
  async dispatchSuccessor(): Promise<void> {
    const { url, apiKey, apiSecret, agentName } = this.#config.livekit;
    const client = new AgentDispatchClient(url.replace(/^ws/, 'http'), apiKey, apiSecret);
    const metadata = JSON.stringify({ [HANDOVER_METADATA]: true, clinic: this.#clinicSlug });
    await client.createDispatch(this.#ctx.room.name ?? '', agentName, { metadata });
  }

  /** Sends the caller to another number, by REFER. */
  async transfer(to: string, ringingMs: number): Promise<TransferOutcome> {
    const sip = new SipTransfer(this.#config.livekit, this.#log);
    const { outcome } = await sip.transfer({
      room: this.#ctx.room.name ?? '',
      identity: this.#caller.identity,
      to,
      ringingMs,
    });
    return outcome;
  }
}

/** The agents in a room apart from this one. */
export function agentsIn(room: Room): RemoteParticipant[] {
  return [...room.remoteParticipants.values()].filter(({ kind }) => kind === ParticipantKind.AGENT);
}
