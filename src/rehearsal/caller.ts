import { setTimeout as delay } from 'node:timers/promises';
import { OpenhoursError } from '../errors.ts';
import { LINE_RATE, soundBounds, telephoneBand } from './audio.ts';
import { Hearing, type Speech } from './hearing.ts';
import { type CallerTurn, measure, type Measurements, replyTo } from './measure.ts';
import { type EndedBy, PhoneLine, type SoundLoss } from './phone-line.ts';
import { describeSipCall, joinToken, type SipCall, type SipCallOptions } from './sip-call.ts';

/** What happened on the line; `at` is `performance.now()`. */
export type CallerEvent = { readonly at: number } & (
  | { readonly type: 'ringing' | 'answered' | 'agent-left' }
  | { readonly type: 'said'; readonly turn: CallerTurn }
  | { readonly type: 'heard'; readonly heard: Heard }
  | { readonly type: 'ended'; readonly by: EndedBy }
);

/** How to place a call. */
export interface PlaceCallOptions extends SipCallOptions {
  /** ws://… of the LiveKit server. */
  url: string;
  apiKey: string;
  apiSecret: string;
  /** The agent to dispatch; without one the room waits for whoever joins. */
  agentName?: string;
  /** The dispatch's metadata. */
  metadata?: string;
  /** `telephone` is 300–3400 Hz, `wideband` up to 8 kHz. */
  audio: 'telephone' | 'wideband';
  /** The level of the noise around the caller, dBFS; that of a quiet line (-66) when absent. */
  noiseDbfs?: number;
  /** The caller's voice: a sentence as mono PCM at 16 kHz. */
  synthesize: (text: string) => Promise<Int16Array>;
  /** For somebody who is called: the call is answered when this resolves, and not by the agent's sound. */
  pickUp?: Promise<unknown>;
  /** After ringing this long in vain the caller hangs up. */
  ringingTimeoutMs?: number;
  onEvent?: (event: CallerEvent) => void;
}

/** What the agent said in one go; times are `performance.now()` milliseconds. */
export interface Heard {
  readonly firstAudioAt: number;
  readonly endedAt: number;
  /** Mono at 16 kHz, with a little silence around it. */
  readonly pcm: Int16Array;
  /** After the caller's last turn; undefined for the greeting, or when the agent had begun before. */
  readonly latencyMs: number | undefined;
}

/** How long to listen. */
export interface ListenOptions {
  /** The agent has finished when it is quiet for this long. */
  silenceMs?: number;
  /** The agent must have begun within this time. */
  timeoutMs?: number;
}

/** When the call ended, and who hung up. */
export interface Ended {
  readonly by: EndedBy;
  readonly at: number;
}

/** A call's times and what went wrong with its sound. */
export interface CallMeasurements extends Measurements, SoundLoss {
  /** Frames that arrived over 60 ms late while the agent spoke. */
  readonly lateFrames: number;
  /** Holes of 50–400 ms that the agent's side tore into its own speech; see {@link Hearing}. */
  readonly holes: number;
}

/** A live answer comes in 0.5 s; carriers give up after 30–60 s. */
const RINGING_TIMEOUT_MS = 30_000;
const SILENCE_MS = 700;
const LISTEN_TIMEOUT_MS = 15_000;
/** Of clean synthetic speech: soft consonants are louder, the noise of synthesis is not. */
const VOICE_DBFS = -50;
const POLL_MS = 10;
/** Kept around what was heard, so that a recogniser sees where words begin and end. */
const MARGIN_MS = 200;

/**
 * Dials: joins a new room as LiveKit's SIP bridge would and dispatches the agent. Resolves while it rings.
 * @throws OpenhoursError SERVICE_UNREACHABLE when the room cannot be joined.
 */
export async function placeCall(options: PlaceCallOptions): Promise<Caller> {
  const call = describeSipCall(options);
  const caller = new Caller(call, options);
  await caller.dial(await joinToken(call, options));
  return caller;
}

/** Somebody on the telephone; made by {@link placeCall}. */
export class Caller {
  readonly call: SipCall;
  /** Resolves when the agent's audio is there; rejects with CALL_FAILED when nobody answers. */
  readonly answered: Promise<void>;
  /** Resolves when the call is over; never rejects. */
  readonly ended: Promise<Ended>;
  readonly #options: PlaceCallOptions;
  readonly #hearing = new Hearing();
  readonly #turns: CallerTurn[] = [];
  readonly #dialledAt = performance.now();
  #joinAt = this.#dialledAt;
  #answeredAt: number | undefined;
  #over: Ended | undefined;
  /** What the agent said before this has been listened to. */
  #listenedUntil = 0;
  #line: PhoneLine | undefined;
  #ringing: NodeJS.Timeout | undefined;
  #answer!: { resolve: () => void; reject: (error: OpenhoursError) => void };
  #end!: (ended: Ended) => void;

  constructor(call: SipCall, options: PlaceCallOptions) {
    this.call = call;
    this.#options = options;
    this.answered = new Promise((resolve, reject) => (this.#answer = { resolve, reject }));
    this.answered.catch(() => undefined); // whoever does not wait for the answer is told by `ended`
    this.ended = new Promise((resolve) => (this.#end = resolve));
  }

  /** Joins the room; called by {@link placeCall}. */
  async dial(token: string): Promise<void> {
    const events = {
      onAudio: (...frame: Parameters<Hearing['accept']>) => this.#hearing.accept(...frame),
      onAgentAudio: (at: number) => this.#agentHeard(at),
      onAgentLeft: (at: number) => this.#tell({ type: 'agent-left', at }),
      onEnded: (by: EndedBy, at: number) => this.#finish(by, at),
    };
    this.#line = await PhoneLine.open(this.#options.url, token, events, this.#options.noiseDbfs);
    this.#joinAt = performance.now();
    this.#tell({ type: 'ringing', at: this.#joinAt });
    if (this.#answeredAt !== undefined) return this.#line.setStatus('active'); // by an agent that was in the room already
    this.#ringing = setTimeout(
      () => void this.hangUp(),
      this.#options.ringingTimeoutMs ?? RINGING_TIMEOUT_MS,
    );
  }

  /**
   * Speaks, in real time; resolves when the last sound is on the wire.
   * @throws OpenhoursError CALL_FAILED when the call is over, INPUT_INVALID when the voice has no sound for the text.
   */
  async say(text: string): Promise<CallerTurn> {
    return this.#speak(text, await this.#voice(text), false);
  }

  /**
   * Speaks while the agent does: waits until it has spoken for `afterMs` (default 0).
   * @throws OpenhoursError CALL_FAILED when the agent does not speak within 15 s, or the call is over.
   */
  async interrupt(text: string, { afterMs = 0 }: { afterMs?: number } = {}): Promise<CallerTurn> {
    const pcm = await this.#voice(text);
    let since: number | undefined;
    await this.#until(LISTEN_TIMEOUT_MS, 'there was nothing to interrupt', (now) => {
      since = this.#hearing.isSpeaking(now)
        ? (since ?? this.#hearing.speech.at(-1)?.startedAt ?? now)
        : undefined;
      return since !== undefined && now - since >= afterMs;
    });
    return this.#speak(text, pcm, true);
  }

  /**
   * Waits until the agent has spoken and then been quiet for `silenceMs`: its answer to the caller's last turn, or whatever it has said since
   * the last time. When the call ends meanwhile, what was said until then.
   * @throws OpenhoursError CALL_FAILED when the agent says nothing within `timeoutMs`, or nothing until the call ends.
   */
  async listen({
    silenceMs = SILENCE_MS,
    timeoutMs = LISTEN_TIMEOUT_MS,
  }: ListenOptions = {}): Promise<Heard> {
    const turn = this.#turns.at(-1);
    let first: Speech | undefined;
    const began = (now: number) => {
      const fresh = this.#hearing.speech.filter(({ startedAt }) => startedAt >= this.#listenedUntil);
      first ??=
        turn && turn.startedAt >= this.#listenedUntil ? replyTo(turn, this.#hearing.speech, now) : fresh[0];
      return first !== undefined;
    };
    await this.#until(timeoutMs, `the agent said nothing within ${timeoutMs} ms`, began);
    const finished = (now: number) => this.#over !== undefined || !this.#hearing.isSpeaking(now, silenceMs);
    await this.#until(Infinity, '', finished);
    const firstAudioAt = first?.startedAt ?? 0;
    const endedAt = this.#hearing.speech.at(-1)?.endedAt ?? firstAudioAt;
    this.#listenedUntil = endedAt;
    const reply = this.measurements.turns.find(({ replyAt }) => replyAt === firstAudioAt);
    const pcm = this.heardPcm(firstAudioAt - MARGIN_MS, endedAt + MARGIN_MS);
    const heard: Heard = { firstAudioAt, endedAt, pcm, latencyMs: reply?.latencyMs };
    this.#tell({ type: 'heard', at: performance.now(), heard });
    return heard;
  }

  /**
   * Presses keys.
   * @throws OpenhoursError INPUT_INVALID for what is no key, CALL_FAILED when the call is over.
   */
  press(digits: string): Promise<void> {
    return this.#openLine().sendDtmf(digits);
  }

  /** What was received between two times: mono PCM at 16 kHz. The last 10 minutes are kept. */
  heardPcm(from: number, to: number): Int16Array {
    return this.#hearing.audio(from, to);
  }

  /** The call's times so far. */
  get measurements(): CallMeasurements {
    const times = measure({
      dialledAt: this.#dialledAt,
      joinAt: this.#joinAt,
      answeredAt: this.#answeredAt,
      until: this.#over?.at ?? performance.now(),
      turns: this.#turns,
      agentSpeech: this.#hearing.speech,
    });
    const loss = this.#line?.soundLoss ?? { concealedMs: 0, concealments: 0 };
    return { ...times, ...loss, lateFrames: this.#hearing.lateFrames, holes: this.#hearing.holes };
  }

  /** Hangs up; resolves when everything is released. Hanging up twice, or after the agent did, is fine. */
  async hangUp(): Promise<void> {
    this.#finish('caller', performance.now());
    await this.#line?.close();
  }

  async #voice(text: string): Promise<Int16Array> {
    const spoken = await this.#options.synthesize(text);
    const pcm = this.#options.audio === 'telephone' ? telephoneBand(spoken) : spoken;
    // Without the silence around it: the turn begins and ends with sound, so that its times are true.
    const bounds = soundBounds(pcm, LINE_RATE, VOICE_DBFS);
    if (!bounds) throw new OpenhoursError('INPUT_INVALID', `the voice has no sound for "${text}"`);
    return pcm.subarray(bounds.start, bounds.end);
  }

  async #speak(text: string, pcm: Int16Array, interrupting: boolean): Promise<CallerTurn> {
    const turn: CallerTurn = { text, interrupting, ...(await this.#openLine().play(pcm)) };
    this.#turns.push(turn);
    this.#tell({ type: 'said', at: turn.endedAt, turn });
    return turn;
  }

  #openLine(): PhoneLine {
    if (!this.#line || this.#over)
      throw new OpenhoursError('CALL_FAILED', `${this.call.callId}: the call is over`);
    return this.#line;
  }

  #agentHeard(at: number): void {
    const { pickUp } = this.#options;
    if (pickUp === undefined) this.#answered(at);
    else void pickUp.then(() => this.#answered(performance.now()));
  }

  #answered(at: number): void {
    if (this.#answeredAt !== undefined || this.#over) return;
    clearTimeout(this.#ringing);
    this.#answeredAt = at;
    // When it cannot be set the line is about to end, and says so itself.
    this.#line?.setStatus('active').catch(() => undefined);
    this.#tell({ type: 'answered', at });
    this.#answer.resolve();
  }

  #finish(by: EndedBy, at: number): void {
    if (this.#over) return;
    clearTimeout(this.#ringing);
    this.#over = { by, at };
    this.#answer.reject(
      new OpenhoursError('CALL_FAILED', `${this.call.callId}: ended before it was answered`),
    );
    this.#tell({ type: 'ended', at, by });
    this.#end(this.#over);
  }

  #tell(event: CallerEvent): void {
    this.#options.onEvent?.(event);
  }

  async #until(timeoutMs: number, otherwise: string, condition: (now: number) => boolean): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const now = performance.now();
      if (condition(now)) return;
      const why = this.#over ? 'the call ended' : now > deadline ? otherwise : undefined;
      if (why !== undefined) throw new OpenhoursError('CALL_FAILED', `${this.call.callId}: ${why}`);
      await delay(POLL_MS);
    }
  }
}
