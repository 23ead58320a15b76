import { appendFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { STAFF_ATTRIBUTE } from '../providers/bridge.ts';
import type { Caller } from '../rehearsal/caller.ts';
import { type SipCall, describeSipCall, joinToken } from '../rehearsal/sip-call.ts';
import { type TwirpAnswer, identify, sipError, twirpError } from './livekit-front-sip.ts';

/** A sentence as mono PCM at 16 kHz; undefined where nothing can be spoken. */
export type CalleeVoice = (text: string) => Promise<Int16Array | undefined>;

/** Who is called, and how they answer. */
export interface Callees {
  /** Answers `CreateSIPParticipant`, with `waitUntilAnswered` once the call was answered one way or the other. */
  answer(request: {
    authorization: string | undefined;
    contentType: string | undefined;
    body: string;
  }): Promise<TwirpAnswer>;
}

/** How a number answers: by its last digits, which are those of the SIP status where there is one. Every other number is a person. */
export const CALLEE_ENDINGS = {
  '486': 'busy',
  '480': 'no_answer',
  '603': 'declined',
  '404': 'unknown',
  '503': 'no_trunk',
  '700': 'machine',
} as const;
/** What is behind a number. */
export type CalleeKind = (typeof CALLEE_ENDINGS)[keyof typeof CALLEE_ENDINGS] | 'person';

/** What they say. Nobody is behind it. */
export const CALLEE_WORDS = {
  desk: 'Front desk, hello.',
  connect: 'Yes, please connect us.',
  atService: 'This is the front desk. Goodbye.',
  // The local recogniser makes "To the loaf" of a "Hello?".
  hello: 'Good morning. Who is this, please?',
  goodbye: 'That is all, thank you. Goodbye.',
  machine: 'You have reached the voicemail of nobody. Please leave a message after the tone.',
} as const;

/** People pick up after two rings, machines after four: here all are quick. */
const PICK_UP_MS = 1_000;
/** A line that is busy says so at once. */
const REFUSAL_MS = 300;
/** Somebody who is told who is calling hears more than "one moment, please". */
const BRIEFING_MS = 2_500;
/** Then somebody just waits for the other one to hang up … */
const GOODBYES = 3;
/** … which takes no longer than this after their last word. */
const HANGS_UP_MS = 2_500;
/** Nobody stays on the line for longer. */
const LONGEST_MS = 120_000;
/** LiveKit's own, where the request has none. */
const RINGING_MS = 30_000;

// livekit-server-sdk sends JSON only; absent fields are the protocol's defaults.
const wireSchema = z.object({
  sipTrunkId: z.string().default(''),
  sipCallTo: z.string().default(''),
  roomName: z.string().default(''),
  participantIdentity: z.string().default(''),
  participantName: z.string().default(''),
  participantAttributes: z.record(z.string(), z.string()).default({}),
  ringingTimeout: z
    .string()
    .regex(/^\d+(\.\d+)?s$/)
    .optional(),
  waitUntilAnswered: z.boolean().default(false),
});
type Wire = z.infer<typeof wireSchema>;

/** What is behind a number. */
export function calleeOf(number: string): CalleeKind {
  const ending = number.slice(-3);
  return Object.hasOwn(CALLEE_ENDINGS, ending)
    ? CALLEE_ENDINGS[ending as keyof typeof CALLEE_ENDINGS]
    : 'person';
}

/**
 * The part of LiveKit's SIP service and bridge that calls numbers, for a server that has neither. Nobody is called: a stand-in joins the
 * room as the bridge's participant would, `dialing` first, and `active` when it has picked up.
 */
export class StandInCallees implements Callees {
  readonly #server: { url: string; apiKey: string; apiSecret: string };
  readonly #voice: CalleeVoice;
  readonly #logFile: string | undefined;
  readonly #stopping = new AbortController();
  readonly #lines = new Set<Caller>();
  readonly #acts = new Set<Promise<void>>();

  constructor(
    server: { url: string; apiKey: string; apiSecret: string },
    voice: CalleeVoice = async () => undefined,
    logFile?: string,
  ) {
    this.#server = { ...server, url: server.url.replace(/^http/, 'ws') };
    this.#voice = voice;
    this.#logFile = logFile;
  }

  async answer(request: Parameters<Callees['answer']>[0]): Promise<TwirpAnswer> {
    const { grants, refusal } = await identify(this.#server, request.authorization);
    if (refusal !== undefined) return { status: 401, body: refusal };
    if (!/^application\/json\b/.test(request.contentType ?? ''))
      return twirpError('bad_route', `unexpected Content-Type: "${request.contentType ?? ''}"`);
    const wire = parse(request.body);
    if (wire === undefined) return twirpError('malformed', 'the json request could not be decoded');
    if (grants?.sip?.call !== true) return twirpError('unauthenticated', 'permissions denied');
    if (wire.sipTrunkId === '') return twirpError('invalid_argument', 'missing sip trunk id');
    if (wire.sipCallTo === '') return twirpError('invalid_argument', 'missing sip callee number');
    if (wire.roomName === '') return twirpError('invalid_argument', 'missing room name');
    try {
      return await this.#call(wire);
    } catch (error) {
      return twirpError('unavailable', String(error));
    }
  }

  /** Everybody hangs up. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all([...this.#lines].map((line) => line.hangUp()));
    await Promise.all(this.#acts);
  }

  async #call(wire: Wire): Promise<TwirpAnswer> {
    const kind = calleeOf(wire.sipCallTo);
    const call = describe(wire);
    let pickUp: () => void = () => undefined;
    const line = await this.#open(call, new Promise<void>((resolve) => (pickUp = resolve)));
    await this.#log(`is called, and answers as: ${kind}`, wire);
    const answer = this.#ring(line, kind, wire, call).then((answered) => {
      if (answered.status === 200) pickUp();
      return answered;
    });
    if (!wire.waitUntilAnswered) {
      void answer.catch(() => undefined);
      return { status: 200, body: infoOf(call) };
    }
    return await answer;
  }

  async #open(call: SipCall, pickUp: Promise<void>): Promise<Caller> {
    // Its native library is loaded when somebody is called, and not whenever a stack starts.
    const { Caller } = await import('../rehearsal/caller.ts');
    const { apiKey, apiSecret, url } = this.#server;
    const line = new Caller(call, {
      url,
      apiKey,
      apiSecret,
      from: call.attributes['sip.trunkPhoneNumber'] ?? '',
      to: call.attributes['sip.phoneNumber'] ?? '',
      audio: 'telephone',
      pickUp,
      ringingTimeoutMs: LONGEST_MS,
      synthesize: async (text) => (await this.#voice(text)) ?? new Int16Array(0),
    });
    await line.dial(await joinToken(call, { apiKey, apiSecret }));
    this.#lines.add(line);
    void line.ended.then(() => this.#lines.delete(line));
    return line;
  }

  async #ring(line: Caller, kind: CalleeKind, wire: Wire, call: SipCall): Promise<TwirpAnswer> {
    const ringingMs =
      wire.ringingTimeout === undefined ? RINGING_MS : parseFloat(wire.ringingTimeout) * 1_000;
    const afterMs =
      kind === 'no_answer' ? ringingMs : kind === 'person' || kind === 'machine' ? PICK_UP_MS : REFUSAL_MS;
    const left = line.ended.then(() => 'left' as const);
    const { signal } = this.#stopping;
    const waited = delay(Math.min(afterMs, ringingMs), 'waited' as const, { signal });
    if ((await Promise.race([waited, left])) === 'left') {
      waited.catch(() => undefined);
      return twirpError('canceled', 'call hung up');
    }
    if (kind !== 'person' && kind !== 'machine') {
      await line.hangUp();
      return refusalOf(kind);
    }
    const isStaff = kind === 'person' && wire.participantAttributes[STAFF_ATTRIBUTE] !== undefined;
    const act = this.#act(line, isStaff ? 'staff' : kind, wire).finally(() => this.#acts.delete(act));
    this.#acts.add(act);
    return { status: 200, body: infoOf(call) };
  }

  async #act(line: Caller, kind: 'person' | 'machine' | 'staff', wire: Wire): Promise<void> {
    try {
      await line.answered;
      await this.#log('has picked up', wire);
      if ((await this.#voice(CALLEE_WORDS.hello)) !== undefined) {
        if (kind === 'machine') await line.say(CALLEE_WORDS.machine);
        else if (kind === 'staff') await this.#actDesk(line, wire);
        else {
          await line.say(CALLEE_WORDS.hello);
          // Whoever is not understood takes their leave again.
          for (let times = 0; times < GOODBYES; times += 1) {
            await line.listen(times === 0 ? {} : { silenceMs: HANGS_UP_MS });
            await line.say(CALLEE_WORDS.goodbye);
          }
        }
      }
      const { signal } = this.#stopping;
      if (kind !== 'staff')
        await Promise.race([line.ended, delay(LONGEST_MS, undefined, { signal, ref: false })]);
    } catch {
      // The call is over, or nobody spoke to us: that ends it as well.
    } finally {
      await line.hangUp();
      await this.#log('is on the line no more', wire);
    }
  }

  /** Somebody at the clinic: agrees to what they are told, answers the caller once, and hangs up. */
  async #actDesk(line: Caller, wire: Wire): Promise<void> {
    await line.say(CALLEE_WORDS.desk);
    for (let briefed = false; !briefed;) {
      const { firstAudioAt, endedAt } = await line.listen();
      briefed = endedAt - firstAudioAt > BRIEFING_MS;
    }
    await line.say(CALLEE_WORDS.connect);
    await this.#log('has agreed to be connected', wire);
    await line.listen(); // that they are
    await line.listen();
    await this.#log('has heard the caller', wire);
    await line.say(CALLEE_WORDS.atService);
  }

  async #log(what: string, { sipCallTo, roomName }: Wire): Promise<void> {
    if (this.#logFile === undefined) return;
    const line = {
      time: new Date().toISOString(),
      message: `STAND-IN: ${sipCallTo} ${what}`,
      room: roomName,
    };
    await appendFile(this.#logFile, `${JSON.stringify(line)}\n`).catch(() => undefined); // the call matters more
  }
}

/** How the participant of a call to a number shows in LiveKit. */
function describe({ sipCallTo, roomName, participantIdentity, participantName, ...wire }: Wire): SipCall {
  const { attributes, ...call } = describeSipCall({ from: sipCallTo, to: '+15550100000' });
  // No rule has let it in.
  const sip = Object.fromEntries(Object.entries(attributes).filter(([name]) => name !== 'sip.ruleID'));
  return {
    ...call,
    room: roomName,
    identity: participantIdentity === '' ? 'sip-participant' : participantIdentity,
    name: participantName,
    attributes: {
      ...wire.participantAttributes,
      ...sip,
      'sip.callStatus': 'dialing',
      'sip.trunkID': wire.sipTrunkId,
      'openhours.stand_in': 'true',
    },
  };
}

function infoOf({ callId, room, identity }: SipCall): object {
  return {
    participant_id: 'PA_stand_in',
    participant_identity: identity,
    room_name: room,
    sip_call_id: callId,
  };
}

function refusalOf(kind: Exclude<CalleeKind, 'person' | 'machine'>): TwirpAnswer {
  switch (kind) {
    case 'busy':
      return sipError('resource_exhausted', 486, 'Busy Here');
    case 'declined':
      return sipError('permission_denied', 603, 'Decline');
    case 'unknown':
      return sipError('not_found', 404, 'Not Found');
    case 'no_answer':
      return twirpError('deadline_exceeded', 'context deadline exceeded');
    case 'no_trunk':
      return sipError('unavailable', 503, 'Service Unavailable');
    default:
      return kind satisfies never;
  }
}

function parse(body: string): Wire | undefined {
  try {
    return wireSchema.safeParse(JSON.parse(body)).data;
  } catch {
    return undefined; // not JSON
  }
}
