import type { CallOutcome } from '../clinic/calls.ts';
import { openDatabase } from '../clinic/database.ts';
import { setTimeout as delay } from 'node:timers/promises';
import { type Caller, type PlaceCallOptions, placeCall } from './caller.ts';
import { type CallerScript, answerTo } from './scripted-caller.ts';

/** One exchange as it will be reported. */
export interface ReportedTurn {
  /** What the caller said. */
  caller: string;
  /** What the recogniser made of it. */
  heard: string | null;
  /** What the caller heard as the answer. */
  agent: string | null;
  /** End of the caller's speech → first sound of the answer, measured at the caller's ear. */
  latencyMs: number | null;
  tool: string | null;
  /** Where the worker says the time went. */
  parts: Record<string, number>;
}

/** One call as it will be reported. */
export interface CallReport {
  id: string;
  outcome: CallOutcome | null;
  reason: string | null;
  /** From the moment the call was `active` to the first sound. */
  greetingMs: number | null;
  greetingFromRingMs: number | null;
  greeting: string | null;
  turns: ReportedTurn[];
  longestSilenceMs: number;
}

/** The appointment a call led to. */
export interface AppointmentReport {
  id: string;
  starts_at: string;
  service: string;
  practitioner: string;
  patient: string;
  status: string;
}

/** What happens as it happens. */
export type CallNews =
  | { type: 'ringing' | 'answered' }
  | { type: 'agent' | 'caller'; text: string; latencyMs?: number | undefined };

/** How to make a call and where its rows are. */
export interface OneCallOptions extends Omit<PlaceCallOptions, 'onEvent'> {
  supabaseUrl: string;
  serviceRoleKey: string;
  script: CallerScript;
  onNews?: (news: CallNews) => void;
}

/** More exchanges than any script needs. */
const MAX_TURNS = 12;
/** The rows of the last turn are written while the line is closed. */
const ROWS_MS = 5_000;

interface TurnRow {
  index: number;
  caller_text: string | null;
  agent_text: string | null;
  latency_ms: number | null;
  parts: Record<string, number>;
  tool: string | null;
}

/** Plays a whole call: rings, listens, answers, says goodbye, and reads from the database what came of it. */
export async function playCall(
  options: OneCallOptions,
): Promise<{ call: CallReport; appointment: AppointmentReport | null }> {
  const rows = new CallRows(options);
  const news = options.onNews ?? (() => undefined);
  const caller = await placeCall({
    ...options,
    onEvent: ({ type }) => {
      if (type === 'ringing' || type === 'answered') news({ type });
    },
  });
  try {
    await caller.answered;
    await talk(caller, rows, options.script, news);
    await Promise.race([caller.ended, delay(ROWS_MS)]);
  } finally {
    await caller.hangUp();
  }
  return await rows.report(caller);
}

async function talk(
  caller: Caller,
  rows: CallRows,
  script: CallerScript,
  news: (item: CallNews) => void,
): Promise<void> {
  for (let turn = 0; turn < MAX_TURNS; turn += 1) {
    const heard = await caller.listen();
    const agentText = await rows.agentText(caller.call.room, turn);
    news({ type: 'agent', text: agentText, latencyMs: heard.latencyMs });
    const reply = answerTo(agentText, script);
    if (reply === undefined) return;
    news({ type: 'caller', text: reply });
    await caller.say(reply);
  }
}

/** The rows of a call, read as an operator would. */
class CallRows {
  readonly #db: ReturnType<typeof openDatabase>;

  constructor({ supabaseUrl, serviceRoleKey }: OneCallOptions) {
    this.#db = openDatabase({ url: supabaseUrl, serviceRoleKey });
  }

  /** What the agent said in a turn, once it stands in the database. */
  async agentText(room: string, turn: number): Promise<string> {
    const deadline = performance.now() + ROWS_MS;
    for (;;) {
      const rows = await this.#turns(room);
      const text = rows.findLast((row) => row.index >= turn)?.agent_text ?? null;
      if (text !== null || performance.now() > deadline) return text ?? '';
      await delay(20);
    }
  }

  async report(caller: Caller): Promise<{ call: CallReport; appointment: AppointmentReport | null }> {
    const room = caller.call.room;
    const row = await this.#endedCall(room);
    const turns = await this.#turns(room);
    const { measurements } = caller;
    const said = measurements.turns;
    const call: CallReport = {
      id: row?.id ?? '',
      outcome: row?.outcome ?? null,
      reason: row?.reason ?? null,
      greetingMs: rounded(measurements.greetingMs.fromActive),
      greetingFromRingMs: rounded(measurements.greetingMs.fromJoin),
      greeting: turns[0]?.agent_text ?? null,
      longestSilenceMs: Math.round(measurements.longestSilenceMs),
      turns: said.map((turn, index) => {
        const stored = turns.find((candidate) => candidate.index === index + 1);
        return {
          caller: turn.text,
          heard: stored?.caller_text ?? null,
          agent: stored?.agent_text ?? null,
          latencyMs: rounded(turn.latencyMs),
          tool: stored?.tool ?? null,
          parts: stored?.parts ?? {},
        };
      }),
    };
    return { call, appointment: row === null ? null : await this.#appointment(row.id) };
  }

  async #turns(room: string): Promise<TurnRow[]> {
    const { data } = await this.#db
      .from('call_turns')
      .select('index, caller_text, agent_text, latency_ms, parts, tool, calls!inner(room)')
      .eq('calls.room', room)
      .order('index');
    return data ?? [];
  }

  async #endedCall(room: string): Promise<{ id: string; outcome: CallOutcome; reason: string } | null> {
    const deadline = performance.now() + ROWS_MS;
    for (;;) {
      const { data } = await this.#db
        .from('calls')
        .select('id, outcome, reason')
        .eq('room', room)
        .maybeSingle();
      if (data?.outcome != null || performance.now() > deadline) return data;
      await delay(50);
    }
  }

  async #appointment(callId: string): Promise<AppointmentReport | null> {
    const { data } = await this.#db
      .from('appointments')
      .select('id, starts_at, status, services(name), practitioners(name), patients(full_name)')
      .eq('call_id', callId)
      .eq('status', 'booked')
      .limit(1)
      .maybeSingle();
    if (data === null) return null;
    const joined = data as unknown as {
      id: string;
      starts_at: string;
      status: string;
      services: { name: string };
      practitioners: { name: string };
      patients: { full_name: string };
    };
    return {
      id: joined.id,
      starts_at: joined.starts_at,
      service: joined.services.name,
      practitioner: joined.practitioners.name,
      patient: joined.patients.full_name,
      status: joined.status,
    };
  }
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value);
}
