import type { CallOutcome } from '../clinic/calls.ts';
import type { CallId } from '../clinic/ids.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { OpenhoursError } from '../errors.ts';
import type { Caller, Ended } from './caller.ts';
import type { Row } from './matching.ts';
import { type Sound, heardSounds, longestOwedSilence } from './owed-silence.ts';
import type { Scenario } from './scenario.ts';
import { type Snapshot, applyChange, readSnapshot } from './snapshot.ts';
import type { TextEnd } from './text-agent.ts';
import { type CallSound, type PlayedCall, type PlayedTurn, auditClaims } from './text-call.ts';
import { type CallerMove, Reactions, type TextCaller } from './text-caller.ts';
import { type VoiceLane, prepareVoiceCall } from './voice-lane.ts';
import { VoiceEar, type Words } from './voice-ear.ts';

/** What a call by voice is made of. */
export interface VoiceCallOptions {
  readonly lane: VoiceLane;
  readonly scenario: Scenario;
  readonly makeCaller: (scenario: Scenario) => TextCaller;
  /** Told once the telephone rings: it has to be hung up when the call is over, however it ended. */
  readonly onDialled: (caller: Caller) => void;
}

/** A caller without a number of their own to show calls from somewhere. */
const SOME_NUMBER = '+923005550999';
/** Somebody who hears nothing asks so often, and then hangs up. */
const NUDGES = 2;
/** The last rows are written while the line is closed. */
const ROWS_MS = 15_000;
const POLL_MS = 150;

/** An exchange as it is put together. */
interface Exchange {
  caller: string | null;
  agent: string;
  /** Which of the caller's spoken turns it is; undefined for silence, keys and the greeting. */
  spoken: number | undefined;
  upTo: number;
  interrupted?: true;
}

/**
 * Plays one call over the telephone: sets the clinic up, rings, talks until somebody ends it, and has its claims audited.
 * @throws OpenhoursError CALL_FAILED when nobody answers, the line breaks, or the agent falls silent.
 */
export async function playVoiceCall(options: VoiceCallOptions): Promise<PlayedCall> {
  const { lane, scenario } = options;
  await prepareVoiceCall(lane, scenario);
  const before = await readSnapshot(lane.sql, lane.tables);
  const { line, noiseDbfs } = scenario.voice;
  const caller = await lane.dial({
    from: scenario.number ?? SOME_NUMBER,
    hiddenNumber: scenario.number === null,
    audio: line,
    ...(noiseDbfs === undefined ? {} : { noiseDbfs }),
  });
  options.onDialled(caller);
  return await new VoiceCall(options, caller, before).play();
}

class VoiceCall {
  readonly #options: VoiceCallOptions;
  readonly #caller: Caller;
  readonly #before: Snapshot;
  readonly #ear: VoiceEar;
  readonly #reactions: Reactions;
  readonly #exchanges: Exchange[] = [];
  /** Stretches in which the caller has chosen to say nothing. */
  readonly #chosen: { startedAt: number; endedAt: number }[] = [];
  readonly #nudges: number[] = [];
  #spoken = 0;

  constructor(options: VoiceCallOptions, caller: Caller, before: Snapshot) {
    this.#options = options;
    this.#caller = caller;
    this.#before = before;
    this.#ear = new VoiceEar(options.lane, caller);
    this.#reactions = new Reactions(options.scenario.reactions);
  }

  async play(): Promise<PlayedCall> {
    const { lane, scenario, makeCaller } = this.#options;
    await this.#caller.answered;
    const finished = await this.#talk(makeCaller(scenario));
    await this.#caller.hangUp();
    const ended = await this.#caller.ended;
    if (ended.by === 'line') throw new OpenhoursError('CALL_FAILED', 'the line broke');
    const row = await this.#closedRow();
    this.#note(await this.#ear.unread());
    const callId = String(row['id']) as CallId;
    const { claims, audit } = await auditClaims(lane, { callId, epoch: Number(row['epoch']) });
    const after = await this.#settled();
    return {
      callId,
      turns: await this.#turns(callId),
      ended: finished ? endOf(ended) : undefined,
      outcome: row['outcome'] as CallOutcome,
      reason: String(row['reason']),
      claims,
      audit,
      breaches: [],
      before: this.#before,
      after,
      sound: this.#sound(ended),
    };
  }

  /** Talks until the call is over; false when it took too many turns. */
  async #talk(caller: TextCaller): Promise<boolean> {
    const { turns } = this.#options.scenario;
    this.#exchanges.push({ caller: null, agent: '', spoken: undefined, upTo: -1 });
    for (;;) {
      await this.#interrupt();
      if (!(await this.#listen())) return true;
      if (this.#exchanges.length > turns) return false;
      const move = await this.#move(caller);
      if (this.#ear.over || ('do' in move && move.do === 'hang_up')) return true;
      await this.#make(move);
    }
  }

  /** Hears the agent out; false when the call is over. @throws OpenhoursError CALL_FAILED when there is nothing to hear. */
  async #listen(): Promise<boolean> {
    const silence = this.#chosen.at(-1);
    for (;;) {
      const words = await this.#ear.hear();
      if (silence?.endedAt === Infinity) silence.endedAt = words?.firstAudioAt ?? performance.now();
      if (words !== undefined) this.#note(words);
      if (this.#ear.over) return false;
      if (words !== undefined) return true;
      if (this.#nudges.length >= NUDGES)
        throw new OpenhoursError('CALL_FAILED', 'the agent fell silent, and the caller hung up');
      await this.#say('Hello?', true);
    }
  }

  async #make(move: CallerMove): Promise<void> {
    const exchange: Exchange = { caller: null, agent: '', spoken: undefined, upTo: -1 };
    this.#exchanges.push(exchange);
    if ('say' in move) {
      exchange.caller = move.say;
      exchange.spoken = await this.#say(move.say);
    } else if ('press' in move) {
      exchange.caller = `[${move.press}]`;
      await this.#caller.press(move.press);
    } else this.#chosen.push({ startedAt: performance.now() - POLL_MS, endedAt: Infinity });
  }

  /** Speaks; a line that was closed meanwhile is noticed by who listens. Gives which of the spoken turns it is. */
  async #say(text: string, nudge = false): Promise<number | undefined> {
    try {
      const { startedAt } = await this.#caller.say(text);
      if (nudge) this.#nudges.push(startedAt);
      return this.#spoken++;
    } catch (error) {
      if (this.#ear.over) return undefined;
      throw error;
    }
  }

  /** Cuts in where the scenario wants it. */
  async #interrupt(): Promise<void> {
    const turn = this.#exchanges.length - 1;
    const planned = this.#options.scenario.voice.interruptions.find((one) => one.turn === turn);
    if (planned === undefined) return;
    await this.#caller.interrupt(planned.say, { afterMs: planned.afterMs });
    const spoken = this.#spoken++;
    const cut = this.#exchanges.at(-1);
    if (cut !== undefined) cut.interrupted = true;
    this.#exchanges.push({ caller: planned.say, agent: '', spoken, upTo: -1 });
  }

  #note({ text, cutOff, upTo }: Words): void {
    const last = this.#exchanges.at(-1);
    const cut = this.#exchanges.at(-2) ?? last;
    if (cut !== undefined && cutOff !== '') cut.agent = `${cut.agent} ${cutOff}`.trim();
    if (last === undefined) return;
    last.agent = `${last.agent} ${text}`.trim();
    last.upTo = Math.max(last.upTo, upTo);
  }

  /** What the caller does next; what others do meanwhile is done first. */
  async #move(caller: TextCaller): Promise<CallerMove> {
    const said = this.#exchanges.at(-1)?.agent ?? '';
    // The opening comes first, whatever the greeting is.
    if (this.#exchanges.length === 1) return await caller.next(said);
    const { move, effects } = this.#reactions.take(said);
    const { sql, tables } = this.#options.lane;
    for (const change of effects.flatMap(({ meanwhile }) => meanwhile)) {
      await applyChange(sql, change, tables, this.#before);
    }
    return move ?? (await caller.next(said));
  }

  async #closedRow(): Promise<Row> {
    const deadline = performance.now() + ROWS_MS;
    for (;;) {
      const [row] = await this.#options.lane.sql('select * from public.calls where room = $1', [
        this.#caller.call.room,
      ]);
      if (row !== undefined && row['outcome'] !== null) return row;
      if (performance.now() > deadline)
        throw new OpenhoursError('CALL_FAILED', `the call has no outcome after ${ROWS_MS} ms`);
      await delay(POLL_MS);
    }
  }

  /** Every table, once the worker writes no more about the call. */
  async #settled(): Promise<Snapshot> {
    const { lane } = this.#options;
    await lane.idle();
    return await readSnapshot(lane.sql, lane.tables);
  }

  async #turns(callId: string): Promise<PlayedTurn[]> {
    const { sql } = this.#options.lane;
    const rows = await sql('select index, caller_text from public.call_turns where call_id = $1', [callId]);
    const runs = await sql(
      'select turn_index, name, arguments, result from public.tool_runs where call_id = $1 order by started_at',
      [callId],
    );
    const measured = this.#caller.measurements.turns;
    let from = -1;
    return this.#exchanges.map(({ caller, agent, spoken, upTo, interrupted }) => {
      const within = (index: unknown) => Number(index) > from && Number(index) <= upTo;
      const heard = rows
        .filter(({ index }) => within(index))
        .flatMap(({ caller_text: text }) => (typeof text === 'string' ? text : []));
      const tools = runs
        .filter(({ turn_index }) => within(turn_index))
        .map((one) => ({
          name: String(one['name']),
          arguments: JSON.stringify(one['arguments']),
          result: JSON.stringify(one['result']),
        }));
      from = Math.max(from, upTo);
      const latencyMs = spoken === undefined ? null : (measured[spoken]?.latencyMs ?? null);
      const recognised = heard.length === 0 ? null : heard.join(' ');
      const turn = { caller, agent, tools, latencyMs, recognised };
      return interrupted === undefined ? turn : { ...turn, interrupted };
    });
  }

  #sound({ at: endedAt }: Ended): CallSound {
    const { answeredAt = endedAt, turns, greetingMs } = this.#caller.measurements;
    const said = turns.map(({ startedAt, endedAt: until }): Sound => {
      const by = this.#nudges.includes(startedAt) ? 'nudge' : 'caller';
      return { startedAt, endedAt: until, by };
    });
    const chosen = this.#chosen.map((one): Sound => ({ ...one, by: 'caller' }));
    const sounds = [...heardSounds(this.#caller, answeredAt, endedAt), ...said, ...chosen];
    return {
      greetingMs: greetingMs.fromActive === undefined ? null : Math.round(greetingMs.fromActive),
      interruptionsMs: turns
        .filter(({ interrupting }) => interrupting)
        .map(({ bargeInMs }) => (bargeInMs === undefined ? null : Math.round(bargeInMs))),
      deadAirMs: longestOwedSilence(sounds, answeredAt, endedAt),
    };
  }
}

function endOf({ by }: Ended): TextEnd {
  if (by === 'transferred') return 'transferred';
  return by === 'caller' ? 'caller_hung_up' : 'goodbye';
}
