import { randomBytes } from 'node:crypto';
import { CANARY } from '../config/desk-defaults.ts';
import type { Config } from '../config/load.ts';
import { Rooms } from '../providers/rooms.ts';
import { Hearing } from '../rehearsal/hearing.ts';
import { type EndedBy, PhoneLine, type PhoneLineEvents } from '../rehearsal/phone-line.ts';
import { type SipCall, joinToken } from '../rehearsal/sip-call.ts';

/** The canary's participant; no caller of the SIP bridge has a word in the place of the number. */
export const CANARY_IDENTITY = 'sip_openhours-canary';
/** How the rooms of canary calls begin, and `calls.room` with them. */
export const CANARY_ROOM = 'openhours-canary-';

/** Whom to call. */
export interface CanaryClinic {
  readonly slug: string;
  /** One of the clinic's own numbers, E.164. */
  readonly number: string;
}

/** Why nothing was heard: `never_came` is a call that a worker took, and whose process did not come. */
export type CanaryFailure = 'no_worker' | 'never_came' | 'silent' | 'hung_up';

/** What became of the call; times in ms since it rang. */
export type CanaryResult =
  { readonly agentMs: number; readonly soundMs: number } | { readonly failure: CanaryFailure };

/** What the canary needs of LiveKit; tests pass their own. */
export interface CanaryDeps {
  readonly rooms: Pick<Rooms, 'participants' | 'dispatches' | 'deleteRoom'>;
  readonly openLine: (
    url: string,
    token: string,
    events: PhoneLineEvents,
  ) => Promise<Pick<PhoneLine, 'setStatus' | 'close'>>;
}

/** The LiveKit of the configuration. */
export function canaryDeps({ livekit }: Config): CanaryDeps {
  return { rooms: new Rooms(livekit), openLine: (...call) => PhoneLine.open(...call) };
}

/**
 * Calls a clinic as its patients do: a room with the attributes of LiveKit's SIP bridge, into which the agent is dispatched by name. Listens
 * until it has spoken for {@link CANARY.heardMs}, hangs up, and deletes the room, whatever happened.
 *
 * The canary hides its number and has no `sip.callID`: whatever goes wrong on the agent's side, there is nobody to call back, and nothing that
 * LiveKit would transfer.
 * @throws OpenhoursError CREDENTIALS_REFUSED, or SERVICE_UNREACHABLE when LiveKit or the room cannot be reached.
 */
export async function placeCanaryCall(
  { livekit }: Pick<Config, 'livekit'>,
  clinic: CanaryClinic,
  { rooms, openLine }: CanaryDeps,
  limits: Limits = CANARY,
): Promise<CanaryResult> {
  const call = describeCanaryCall(clinic.number);
  // A room that cannot be joined does not say whether it was the key.
  await rooms.participants(call.room);
  const token = await joinToken(call, { ...livekit, metadata: JSON.stringify({ clinic: clinic.slug }) });
  const ear = new Ear();
  try {
    const line = await openLine(livekit.url, token, ear);
    try {
      return await listen(call.room, line, rooms, ear, limits);
    } finally {
      await line.close();
    }
  } finally {
    await rooms.deleteRoom(call.room);
  }
}

type Limits = Readonly<Record<keyof typeof CANARY, number>>;

function describeCanaryCall(dialled: string): SipCall {
  const callId = randomBytes(9).toString('hex');
  return {
    callId,
    room: `${CANARY_ROOM}${callId}`,
    identity: CANARY_IDENTITY,
    name: 'openhours doctor',
    attributes: { 'sip.callStatus': 'ringing', 'sip.trunkPhoneNumber': dialled },
  };
}

async function listen(
  room: string,
  line: Pick<PhoneLine, 'setStatus'>,
  rooms: CanaryDeps['rooms'],
  ear: Ear,
  limits: Limits,
): Promise<CanaryResult> {
  const rangAt = performance.now();
  await ear.until(() => ear.answered, limits.agentMs);
  if (ear.endedBy !== undefined) return { failure: 'hung_up' };
  if (!ear.answered) return { failure: await whyUnanswered(room, rooms) };
  // When it cannot be set the line is about to end, and says so itself.
  await line.setStatus('active').catch(() => undefined);
  await ear.until(() => ear.heardMs >= limits.heardMs, limits.soundMs);
  if (ear.heardMs < limits.heardMs) return { failure: ear.endedBy === undefined ? 'silent' : 'hung_up' };
  const sinceRing = (at: number | undefined) => Math.max(0, Math.round((at ?? rangAt) - rangAt));
  return { agentMs: sinceRing(ear.joinedAt), soundMs: sinceRing(ear.firstSoundAt) };
}

async function whyUnanswered(room: string, rooms: CanaryDeps['rooms']): Promise<CanaryFailure> {
  const [present, dispatches] = await Promise.all([rooms.participants(room), rooms.dispatches(room)]);
  if (present.some(({ kind }) => kind === 'agent')) return 'silent';
  return dispatches.some(({ takenAgoMs }) => takenAgoMs !== undefined) ? 'never_came' : 'no_worker';
}

/** What comes over the line; instants are `performance.now()`. */
class Ear implements PhoneLineEvents {
  joinedAt: number | undefined;
  answered = false;
  endedBy: EndedBy | undefined;
  readonly #hearing = new Hearing();
  #changed = () => undefined as void;

  get firstSoundAt(): number | undefined {
    return this.#hearing.speech[0]?.startedAt;
  }

  get heardMs(): number {
    return this.#hearing.speech.reduce((sum, { startedAt, endedAt }) => sum + endedAt - startedAt, 0);
  }

  onAudio(...frame: Parameters<PhoneLineEvents['onAudio']>): void {
    this.#hearing.accept(...frame);
    this.#changed();
  }

  onAgentJoined(at: number): void {
    this.joinedAt ??= at;
  }

  onAgentAudio(at: number): void {
    this.joinedAt ??= at;
    this.answered = true;
    this.#changed();
  }

  onAgentLeft(): void {
    // Its sound ends with it, and the room soon after.
  }

  onEnded(by: EndedBy): void {
    this.endedBy = by;
    this.#changed();
  }

  /** Resolves when the condition holds, the call is over, or the time is up. */
  async until(holds: () => boolean, limitMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#changed = () => {
        if (!holds() && this.endedBy === undefined) return;
        clearTimeout(timer);
        resolve();
      };
      this.#changed();
    });
  }
}
