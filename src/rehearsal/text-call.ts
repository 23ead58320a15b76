import { DateTime } from 'luxon';
import type { CallOutcome } from '../clinic/calls.ts';
import { type CallAudit, ClaimsLedger, type SaidClaim } from '../clinic/claims-ledger.ts';
import { findClaims } from '../clinic/claims.ts';
import type { Database } from '../clinic/database.ts';
import { REHEARSAL } from '../config/desk-defaults.ts';
import { OpenhoursError } from '../errors.ts';
import { attemptProblem } from './attempts.ts';
import { type Lane, prepareClinic } from './lane.ts';
import { type Pin, pinDatabase } from './pinned-database.ts';
import { SAMPLE_CLINIC } from './sample-clinic.ts';
import type { Scenario } from './scenario.ts';
import { type Snapshot, applyChange, readSnapshot } from './snapshot.ts';
import type { AgentAnswer, StartTextAgent, TextAgent, TextEnd } from './text-agent.ts';
import { type CallerMove, Reactions, type TextCaller } from './text-caller.ts';

/** One exchange. */
export interface PlayedTurn {
  /** What the caller said; null for silence, and for the greeting. */
  readonly caller: string | null;
  readonly agent: string;
  readonly tools: AgentAnswer['tools'];
  /** From the caller's words to the whole answer, ms; null for the greeting and after silence. */
  readonly latencyMs: number | null;
  /** By voice: what the recogniser made of the caller's words. */
  readonly recognised?: string | null;
  /** By voice: the caller spoke into the answer, of which nothing need have been said. */
  readonly interrupted?: true;
}

/** What only a call by voice has; ms. */
export interface CallSound {
  /** From the answer to the first word. */
  readonly greetingMs: number | null;
  /** Of each interruption, how long the agent went on; null when it did not stop. */
  readonly interruptionsMs: readonly (number | null)[];
  /** The longest stretch in which nobody made a sound and the next word was the agent's. */
  readonly deadAirMs: number;
}

/** A call as it was played, with the database before and after it. */
export interface PlayedCall {
  readonly callId: string;
  /** The greeting is the first. */
  readonly turns: readonly PlayedTurn[];
  /** Undefined for a call that took too many turns. */
  readonly ended: TextEnd | undefined;
  readonly outcome: CallOutcome;
  readonly reason: string;
  readonly claims: readonly SaidClaim[];
  readonly audit: CallAudit;
  /** What the database let through that it had to refuse. */
  readonly breaches: readonly string[];
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** By voice. */
  readonly sound?: CallSound;
}

/** What a call by text is made of. */
export interface TextCallOptions {
  readonly lane: Lane;
  readonly scenario: Scenario;
  readonly startAgent: StartTextAgent;
  readonly makeCaller: (scenario: Scenario) => TextCaller;
  /** Of this very run. */
  readonly room: string;
  /** Told once the agent is there: it has to be released when the call is over, however it ended. */
  readonly onAgent: (agent: TextAgent) => void;
}

/**
 * Plays one call: sets the clinic up, talks until somebody ends it, and has its claims audited.
 * @throws OpenhoursError CALL_FAILED when the agent does not answer in time; whatever the agent or the database throws.
 */
export async function playTextCall(options: TextCallOptions): Promise<PlayedCall> {
  const { lane, scenario } = options;
  await prepareClinic(lane, scenario.setUp);
  const before = await readSnapshot(lane.sql, lane.tables);
  const call = new TextCall(options, before);
  return await call.play();
}

class TextCall {
  readonly #options: TextCallOptions;
  readonly #before: Snapshot;
  readonly #turns: PlayedTurn[] = [];
  readonly #reactions: Reactions;
  readonly #breaches: string[] = [];
  #nowMs: number;

  constructor(options: TextCallOptions, before: Snapshot) {
    this.#options = options;
    this.#before = before;
    this.#reactions = new Reactions(options.scenario.reactions);
    this.#nowMs = DateTime.fromISO(options.scenario.clock, { zone: SAMPLE_CLINIC.zone }).toMillis();
  }

  async play(): Promise<PlayedCall> {
    const { lane, scenario, makeCaller } = this.#options;
    lane.misbehave(scenario.faults.filter(({ at }) => at !== 'database'));
    const agent = await this.#start();
    this.#options.onAgent(agent);
    this.#turns.push({ caller: null, agent: agent.greeting, tools: [], latencyMs: null });
    const ended = await this.#talk(agent, makeCaller(scenario));
    const { outcome, reason } = await agent.end(ended ?? 'caller_hung_up');
    lane.misbehave([]);
    const { claims, audit } = await auditClaims(lane, agent);
    const after = await readSnapshot(lane.sql, lane.tables);
    return {
      callId: agent.callId,
      turns: this.#turns,
      ended,
      outcome,
      reason,
      claims,
      audit,
      breaches: this.#breaches,
      before: this.#before,
      after,
    };
  }

  async #start(): Promise<TextAgent> {
    const { lane, scenario, startAgent, room } = this.#options;
    const faults = scenario.faults.filter((fault) => fault.at === 'database');
    return await startAgent({
      db: this.#database(faults),
      openai: lane.openai,
      room,
      callerNumber: scenario.number ?? undefined,
      dialledNumber: SAMPLE_CLINIC.number,
      workerId: 'rehearsal',
      nowMs: () => this.#nowMs,
      transfer: async () => scenario.staff,
      log: lane.log,
    });
  }

  /** The lane's database, with the rehearsal's clock. */
  #database(faults: Pin['faults'] = []): Database {
    const { db, clocked } = this.#options.lane;
    return pinDatabase(db, { nowMs: () => this.#nowMs, clocked, faults });
  }

  async #talk(agent: TextAgent, caller: TextCaller): Promise<TextEnd | undefined> {
    for (let turn = 0; turn < this.#options.scenario.turns; turn += 1) {
      const move = await this.#move(agent, caller);
      if ('do' in move && move.do === 'hang_up') return 'caller_hung_up';
      const startedMs = performance.now();
      const answer = await withLimit(perform(agent, move));
      this.#turns.push({
        caller: 'say' in move ? move.say : 'press' in move ? `[${move.press}]` : null,
        agent: answer.text,
        tools: answer.tools,
        latencyMs: 'do' in move ? null : performance.now() - startedMs,
      });
      if (answer.over !== undefined) return answer.over;
    }
    return undefined;
  }

  /** What the caller does next; what others do meanwhile is done first. */
  async #move(agent: TextAgent, caller: TextCaller): Promise<CallerMove> {
    const said = this.#turns.at(-1)?.agent ?? '';
    // The opening comes first, whatever the greeting is.
    if (this.#turns.length === 1) return await caller.next(said);
    const { move, effects } = this.#reactions.take(said);
    for (const { meanwhile, attempts, passMs } of effects) {
      this.#nowMs += passMs;
      if (meanwhile.length + attempts.length > 0) await agent.settled();
      const { sql, tables } = this.#options.lane;
      for (const change of meanwhile) await applyChange(sql, change, tables, this.#before);
      for (const attempt of attempts) {
        const problem = await attemptProblem(this.#database(), attempt, agent);
        if (problem !== undefined) this.#breaches.push(problem);
      }
    }
    return move ?? (await caller.next(said));
  }
}

/** Stores and audits what the agent claims in a call. It is read from the ledger: that is what was said. */
export async function auditClaims(
  { db, sql }: Pick<Lane, 'db' | 'sql'>,
  { callId, epoch }: Pick<TextAgent, 'callId' | 'epoch'>,
): Promise<{ claims: SaidClaim[]; audit: CallAudit }> {
  const rows = await sql(
    'select index, agent_text from public.call_turns where call_id = $1 order by index',
    [callId],
  );
  const claims = rows.flatMap(({ index, agent_text }) =>
    findClaims(typeof agent_text === 'string' ? agent_text : '').map((claim) => ({
      ...claim,
      turnIndex: Number(index),
    })),
  );
  const ledger = new ClaimsLedger(db);
  if (claims.length > 0) await ledger.record({ id: callId, epoch }, claims);
  return { claims, audit: await ledger.audit(callId) };
}

function perform(agent: TextAgent, move: CallerMove): Promise<AgentAnswer> {
  if ('say' in move) return agent.hear(move.say);
  return 'press' in move ? agent.press(move.press) : agent.hearNothing();
}

async function withLimit(answer: Promise<AgentAnswer>): Promise<AgentAnswer> {
  const limit = new AbortController();
  const late = new Promise<never>((_, reject) => {
    const timer = setTimeout(
      () => reject(new OpenhoursError('CALL_FAILED', `no answer within ${REHEARSAL.answerMs} ms`)),
      REHEARSAL.answerMs,
    );
    limit.signal.addEventListener('abort', () => clearTimeout(timer));
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    limit.abort();
  }
}
