import { z } from 'zod';
import type { CallGivenUp, CallOutcome, Calls, GivenUpCall, WatchedCall } from '../clinic/calls.ts';
import { toE164 } from '../clinic/phone.ts';
import { LOOKOUT, RESCUE } from '../config/defaults.ts';
import type { Logger } from '../log.ts';
import type { RoomParticipant, Rooms } from '../providers/rooms.ts';
import type { TransferResult, TransferWish } from '../providers/sip-transfer.ts';
import type { Verdict } from './lookout-rules.ts';

/** What the look-out needs of the database; `Calls` has it. */
export interface WatchedCalls extends Pick<Calls, 'watched' | 'claimRescue'> {
  giveUp(call: CallGivenUp): Promise<Pick<GivenUpCall, 'outcome'>>;
}

/** What a rescue is made of. */
export interface RescueDeps {
  readonly rooms: Pick<Rooms, 'dispatches' | 'dispatch' | 'removeParticipant' | 'deleteRoom'>;
  readonly calls: WatchedCalls;
  readonly transfer: { transfer(wish: TransferWish): Promise<Pick<TransferResult, 'outcome'>> };
  readonly agentName: string;
  /** Who looks: a worker's id, or `gateway`. */
  readonly by: string;
  readonly log: Logger;
}

/** How a call ended, in the words of the ledger. */
export interface Ending {
  readonly outcome: CallOutcome;
  readonly reason: string;
}

/** A call without an agent, as it was seen last. */
export interface CallInNeed {
  readonly room: string;
  /** For logs: the room's name has the caller's number in it. */
  readonly sid: string | undefined;
  readonly row: WatchedCall | undefined;
  readonly caller: RoomParticipant | undefined;
  /** Identities of agents that are still in the room, though their processes are lost. */
  readonly ghosts: readonly string[];
  /** Identities of those who were called for the caller, and not yet connected with them. */
  readonly staff: readonly string[];
  /** Its own worker reported it lost. */
  readonly reported: boolean;
  /** How it ended, where that could not be written down yet. */
  readonly ending: Ending | undefined;
}

/** What came of a step. */
export interface StepResult {
  /** The call is another application's: hands off. */
  readonly foreign?: true;
  /** A worker has just taken the call: its agent is on its way, and nothing was done. */
  readonly early?: true;
  readonly transferFailed?: true;
  /** The call has its end, and it is on record … */
  readonly settled?: true;
  /** … or it has its end, and that is still to be written down. */
  readonly ending?: Ending;
}

interface Origin {
  readonly clinic: string | undefined;
  /** Since a worker accepted it; known only where no agent has ever written its row. */
  readonly takenAgoMs?: number | undefined;
}

const TRANSFERRED: Ending = { outcome: 'transferred', reason: 'agent_lost' };
const OWED: Ending = { outcome: 'callback_owed', reason: 'agent_lost' };

const dispatchMetadata = z.object({ clinic: z.string().max(63) });

/** The steps that help a call without an agent. Each is claimed first, so that one of several observers takes it. */
export class Rescue {
  readonly #deps: RescueDeps;

  constructor(deps: RescueDeps) {
    this.#deps = deps;
  }

  /** Takes one step. @throws OpenhoursError of the database or of LiveKit: the step may be taken again. */
  async take(step: Exclude<Verdict, 'leave'>, call: CallInNeed): Promise<StepResult> {
    if (step === 'close_row') return await this.#closeRow(call);
    if (step === 'hang_up') return await this.#hangUp(call);
    const origin = await this.#origin(call);
    if (origin === undefined) return { foreign: true };
    switch (step) {
      case 'take_over':
        if (origin.takenAgoMs !== undefined && origin.takenAgoMs < LOOKOUT.arrivalMs) return { early: true };
        return await this.#takeOver(call, origin.clinic);
      case 'transfer':
        return await this.#transfer(call, origin.clinic);
      case 'call_back':
        return await this.#callBack(call, origin.clinic);
      default:
        return step satisfies never;
    }
  }

  /** Where the call came from: the clinic's slug, where it is known; undefined for a call that never was for our agent. */
  async #origin(call: CallInNeed): Promise<Origin | undefined> {
    const clinic = call.row?.clinic_slug ?? call.caller?.attributes['clinic'];
    // A row without a clinic may be that of any agent name.
    if (call.reported || (call.row !== undefined && call.row.clinic_slug !== null)) return { clinic };
    const dispatches = await this.#deps.rooms.dispatches(call.room);
    const ours = dispatches.filter(({ agentName }) => agentName === this.#deps.agentName);
    if (ours.length === 0) return undefined;
    const named = ours.map(({ metadata }) => clinicOf(metadata)).find((slug) => slug !== undefined);
    const [takenAgoMs] = ours.flatMap((dispatch) => dispatch.takenAgoMs ?? []).sort((a, b) => a - b);
    return { clinic: named ?? clinic, takenAgoMs };
  }

  async #takeOver(call: CallInNeed, clinic: string | undefined): Promise<StepResult> {
    if (!(await this.#claimTakeOver(call))) return {};
    const { rooms, agentName, log } = this.#deps;
    log.warn({ ...names(call), ghosts: call.ghosts.length }, 'call has no agent: taking over');
    const metadata = JSON.stringify({ takeover: true, ...(clinic === undefined ? {} : { clinic }) });
    const remove = (identity: string) =>
      rooms.removeParticipant(call.room, identity).catch((error: unknown) => {
        log.warn({ error, ...names(call) }, 'lost agent not removed');
      });
    // Who waits to be connected would be taken for the caller.
    await Promise.all([
      ...call.staff.map(remove),
      ...call.ghosts.map(remove),
      rooms.dispatch(call.room, agentName, metadata),
    ]);
    return {};
  }

  /** The other of the two has hung up. Nothing is claimed: a room that is gone already is no trouble. */
  async #hangUp(call: CallInNeed): Promise<StepResult> {
    this.#deps.log.info(names(call), 'one of two who were connected has hung up');
    await this.#deps.rooms.deleteRoom(call.room);
    return {};
  }

  async #claimTakeOver(call: CallInNeed): Promise<boolean> {
    const { calls, by, log } = this.#deps;
    try {
      return await calls.claimRescue(call.room, 'take_over', by, LOOKOUT.retryMs);
    } catch (error) {
      // Nobody else knows yet of a call that its own worker reports lost.
      if (!call.reported) throw error;
      log.warn({ error, ...names(call) }, 'call is taken over without a claim');
      return true;
    }
  }

  async #transfer(call: CallInNeed, clinic: string | undefined): Promise<StepResult> {
    const { calls, transfer, by, log } = this.#deps;
    const to = call.row?.staff_number;
    if (to == null || call.caller === undefined) return { transferFailed: true };
    if (!(await calls.claimRescue(call.room, 'transfer', by, RESCUE.transferMs))) return {};
    log.warn(names(call), 'call has no agent: transferring to the clinic');
    const { identity } = call.caller;
    const wish = { room: call.room, identity, to, ringingMs: RESCUE.ringingMs, playDialtone: true };
    const { outcome } = await transfer.transfer(wish);
    if (outcome === 'completed') return await this.#end(call, clinic, TRANSFERRED);
    // Somebody who hung up in silence is called back, too.
    if (outcome === 'caller_left') return await this.#end(call, clinic, OWED);
    return { transferFailed: true };
  }

  async #callBack(call: CallInNeed, clinic: string | undefined): Promise<StepResult> {
    const { calls, rooms, by, log } = this.#deps;
    if (!(await calls.claimRescue(call.room, 'call_back', by, LOOKOUT.retryMs))) return {};
    const { outcome } = await this.#giveUp(call, clinic, OWED);
    log.warn({ ...names(call), outcome }, 'call has no agent: hanging up');
    await rooms.deleteRoom(call.room);
    return { settled: true };
  }

  async #closeRow(call: CallInNeed): Promise<StepResult> {
    const outcome = call.row?.answered_at == null ? 'abandoned' : 'failed';
    const ending = call.ending ?? { outcome, reason: 'worker_lost' };
    await this.#giveUp(call, call.row?.clinic_slug ?? undefined, ending);
    this.#deps.log.warn({ ...names(call), ...ending }, 'call of a lost worker closed');
    return { settled: true };
  }

  async #end(call: CallInNeed, clinic: string | undefined, ending: Ending): Promise<StepResult> {
    try {
      await this.#giveUp(call, clinic, ending);
      return { settled: true };
    } catch (error) {
      this.#deps.log.error({ error, ...names(call) }, 'outcome not written: it is tried again');
      return { ending };
    }
  }

  #giveUp({ room, row, caller }: CallInNeed, clinic: string | undefined, ending: Ending) {
    const attributes = caller?.attributes ?? {};
    return this.#deps.calls.giveUp({
      room,
      clinicSlug: clinic,
      // The bridge writes E.164 already: the country only matters for numbers that it did not normalise.
      dialledNumber: row?.dialled_number ?? toE164(attributes['sip.trunkPhoneNumber'], 'US'),
      callerNumber: row?.caller_number ?? toE164(attributes['sip.phoneNumber'], 'US'),
      workerId: row?.worker_id ?? this.#deps.by,
      ...ending,
    });
  }
}

/** What a log may say of a call. */
export function names({ row, sid }: Pick<CallInNeed, 'row' | 'sid'>): Record<string, string | undefined> {
  return { callId: row?.call_id, roomSid: sid };
}

function clinicOf(metadata: string): string | undefined {
  try {
    return dispatchMetadata.parse(JSON.parse(metadata)).clinic;
  } catch {
    return undefined; // empty, or somebody else's: the number decides
  }
}
