import type { JobContext } from '@livekit/agents';
import { type RemoteParticipant, type Room, RoomEvent } from '@livekit/rtc-node';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import type { TaskId } from '../src/clinic/ids.ts';
import { DIALLER_ATTRIBUTE, TASK_ATTRIBUTE } from '../src/clinic/tasks.ts';
import { DIALLING } from '../src/config/desk-defaults.ts';
import { toE164 } from '../src/clinic/phone.ts';
import { CALL } from '../src/config/defaults.ts';
import type { TakenOver } from './resume.ts';

/** What the bridge tells of a caller. Numbers are E.164, and absent where the caller hides theirs. */
export interface CallerLine {
  participant: RemoteParticipant;
  callerNumber: string | undefined;
  dialledNumber: string | undefined;
  /** From the dispatch's metadata or the rule's attributes: how the clinic is known when the number is hidden. */
  clinicSlug: string | undefined;
  /** Set when the dispatch says that the call was another agent's. */
  takenOver: TakenOver | undefined;
  /** Set when we have called them, and not they us: then the `caller` is who picked up. */
  outbound: OutboundLine | undefined;
}

/** Which task a call is for, and which worker has to be named when what came of it is written back. */
export interface OutboundLine {
  readonly taskId: TaskId;
  readonly dialler: string;
}

const metadataSchema = z.object({
  clinic: z.string().max(63).optional(),
  handover: z.boolean().optional(),
  takeover: z.boolean().optional(),
  task: z.uuid().optional(),
});
const outboundSchema = z.object({ task: z.uuid(), dialler: z.string().min(1).max(100) });

/** Reads the caller off the participant's attributes (livekit-sip sets them) and the dispatch's metadata. */
export function readCallerLine(participant: RemoteParticipant, dispatchMetadata: string): CallerLine {
  const attributes = participant.attributes;
  const metadata = readMetadata(dispatchMetadata);
  const outbound = readOutbound(attributes);
  return {
    participant,
    // The bridge writes E.164 already: the country only matters for numbers that it did not normalise.
    callerNumber: toE164(attributes['sip.phoneNumber'], 'US'),
    // Of a call of ours it is the trunk's, which several clinics may share.
    dialledNumber: outbound === undefined ? toE164(attributes['sip.trunkPhoneNumber'], 'US') : undefined,
    clinicSlug: metadata.clinic ?? attributes['clinic'],
    takenOver: metadata.handover === true ? 'handed_over' : metadata.takeover === true ? 'lost' : undefined,
    outbound,
  };
}

/** From the participant's attributes: they are there for whoever takes the call over, too. */
function readOutbound(attributes: Readonly<Record<string, string>>): OutboundLine | undefined {
  const parsed = outboundSchema.safeParse({
    task: attributes[TASK_ATTRIBUTE],
    dialler: attributes[DIALLER_ATTRIBUTE],
  });
  return parsed.success ? { taskId: parsed.data.task as TaskId, dialler: parsed.data.dialler } : undefined;
}

function readMetadata(metadata: string): z.infer<typeof metadataSchema> {
  try {
    return metadataSchema.parse(JSON.parse(metadata));
  } catch {
    return {}; // none, or somebody else's: the number decides
  }
}

/**
 * The caller, who is in the room already or about to enter it; undefined when they hung up before we came. Whom we call is dialled only when
 * we are there.
 */
export async function waitForCaller(ctx: JobContext): Promise<RemoteParticipant | undefined> {
  const limit = new AbortController();
  const weCall = readMetadata(ctx.job?.metadata ?? '').task !== undefined;
  const limitMs = weCall ? DIALLING.arrivalMs : CALL.arrivalMs;
  const nobody = wait(limitMs, undefined, { signal: limit.signal }).catch(() => undefined);
  try {
    // Rejects when the room is gone: the caller is, too.
    return await Promise.race([ctx.waitForParticipant().catch(() => undefined), nobody]);
  } finally {
    limit.abort();
  }
}

/**
 * Waits until the call is `active`: while it rings nobody hears anything, and our own track is what makes the bridge answer. A participant
 * without a call status (a browser) is there at once.
 * @returns False when the caller left, or was never connected within the limit.
 */
export async function waitUntilActive(
  room: Room,
  participant: RemoteParticipant,
  limitMs: number = CALL.answerMs,
): Promise<boolean> {
  const active = () => {
    const status = participant.attributes['sip.callStatus'];
    return status === undefined || status === 'active';
  };
  if (!room.remoteParticipants.has(participant.identity)) return false;
  if (active()) return true;
  return await new Promise<boolean>((resolve) => {
    const finish = (result: boolean) => {
      clearTimeout(timer);
      room.off(RoomEvent.ParticipantAttributesChanged, changed);
      room.off(RoomEvent.ParticipantDisconnected, left);
      resolve(result);
    };
    const changed = () => {
      if (active()) finish(true);
    };
    const left = (gone: RemoteParticipant) => {
      if (gone.identity === participant.identity) finish(false);
    };
    const timer = setTimeout(() => finish(false), limitMs);
    room.on(RoomEvent.ParticipantAttributesChanged, changed);
    room.on(RoomEvent.ParticipantDisconnected, left);
  });
}
