import { DateTime } from 'luxon';
import type { CallRecords, EndedCall, RecordTurn } from '../clinic/call-records.ts';
import type { Calls } from '../clinic/calls.ts';
import { findClaims } from '../clinic/claims.ts';
import type { ClaimsLedger } from '../clinic/claims-ledger.ts';
import { type Usage, costOf } from '../clinic/cost.ts';
import type { WorkerId } from '../clinic/ids.ts';
import type { Outbox } from '../clinic/outbox.ts';
import { type RedactOptions, redact } from '../clinic/redact.ts';
import { SUMMARY } from '../config/desk-defaults.ts';
import { isOpenhoursError } from '../errors.ts';
import type { Logger } from '../log.ts';
import type { AfterCallMetrics } from '../status/metrics.ts';
import type { CalendarLinks } from './calendar-link.ts';
import { confirmationsOf } from './confirmations.ts';
import type { Line, Summarise } from './summary.ts';

/** What making a record needs. */
export interface RecordDeps {
  readonly records: Pick<CallRecords, 'take' | 'note'>;
  readonly calls: Pick<Calls, 'recordTurn' | 'recordUsage'>;
  readonly claims: Pick<ClaimsLedger, 'record' | 'audit' | 'finish'>;
  readonly outbox: Pick<Outbox, 'queue'>;
  readonly summarise: Summarise;
  readonly links: CalendarLinks;
  /** Whether somebody sends what is put into the outbox. */
  readonly sendsMessages: boolean;
  readonly metrics: AfterCallMetrics;
  readonly agentName: string;
  readonly workerId: WorkerId;
  readonly log: Logger;
  readonly nowMs: () => number;
}

/**
 * Makes the record of the call that has been over for longest: what was said is compared with what is stored, confirmations go into the outbox,
 * then cost, summary and disposition are written. Each step may be done twice and leaves the same, so that a worker that is lost on the way
 * leaves the call to the next one. Resolves to whether there was a call.
 * @throws OpenhoursError of the database; the call is taken up again later.
 */
export async function recordNextCall(deps: RecordDeps, signal?: AbortSignal): Promise<boolean> {
  const call = await deps.records.take(deps.agentName, deps.workerId);
  if (call === undefined) return false;
  const log = deps.log.child({ callId: call.call_id, clinicId: call.clinic.id });
  if (!call.audited) {
    await audit(call, deps, log);
    await confirm(call, deps, log);
    await deps.records.note(call.call_id, deps.workerId, { audited: true });
  }
  await finish(call, deps, log, signal);
  return true;
}

async function audit(call: EndedCall, { calls, claims, metrics }: RecordDeps, log: Logger): Promise<void> {
  const key = { id: call.call_id, epoch: call.epoch };
  const turns = call.clinic.redact_transcripts ? await redactTurns(call, calls) : call.turns;
  const said = turns.flatMap(({ index, agent_text }) =>
    findClaims(agent_text ?? '').map((claim) => ({ ...claim, turnIndex: index })),
  );
  if (said.length > 0) await claims.record(key, said);
  const result = await claims.audit(call.call_id);
  metrics.audited(result);
  for (const { turn_index: turn, claim } of result.mismatches) {
    log.error({ turn, claim }, 'the agent claimed what is not on record');
  }
}

/** Names that became known late in the call still stand in its earlier turns. */
async function redactTurns(call: EndedCall, calls: RecordDeps['calls']): Promise<RecordTurn[]> {
  const key = { id: call.call_id, epoch: call.epoch };
  const options = redaction(call);
  const turns: RecordTurn[] = [];
  for (const { index, caller_text, agent_text } of call.turns) {
    const redacted = {
      caller_text: caller_text === null ? null : redact(caller_text, options),
      agent_text: agent_text === null ? null : redact(agent_text, options),
    };
    turns.push({ index, ...redacted });
    const changes = {
      ...(redacted.caller_text === caller_text ? {} : { caller_text: redacted.caller_text ?? '' }),
      ...(redacted.agent_text === agent_text ? {} : { agent_text: redacted.agent_text ?? '' }),
    };
    if (Object.keys(changes).length > 0) await calls.recordTurn(key, index, changes);
  }
  return turns;
}

function redaction({ clinic, patients, ended_at }: EndedCall): RedactOptions {
  const today = DateTime.fromISO(ended_at, { zone: clinic.time_zone }).toISODate();
  return {
    today: today ?? ended_at.slice(0, 10),
    names: patients,
    keep: [clinic.name, ...clinic.practitioners],
  };
}

async function confirm(call: EndedCall, deps: RecordDeps, log: Logger): Promise<void> {
  const messages = confirmationsOf(call, deps.links, deps.nowMs());
  if (messages.length > 0 && !deps.sendsMessages) {
    log.warn('the clinic sends text messages, and TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN are not set');
    return;
  }
  for (const message of messages) {
    try {
      await deps.outbox.queue({ id: call.call_id, epoch: call.epoch }, message);
    } catch (error) {
      const refused =
        isOpenhoursError(error, 'PATIENT_NOT_VERIFIED') || isOpenhoursError(error, 'INPUT_INVALID');
      if (!refused) throw error;
      log.warn({ key: message.key, error }, 'a confirmation was refused');
    }
  }
}

async function finish(
  call: EndedCall,
  deps: RecordDeps,
  log: Logger,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { records, claims, calls, metrics, workerId } = deps;
  const lines = call.purged || call.attempt > SUMMARY.tries ? [] : linesOf(call);
  const quiet = !lines.some(({ who }) => who === 'caller');
  const made = quiet ? undefined : await deps.summarise(lines, call.attempt, signal);
  if (signal?.aborted === true && made !== undefined && 'failed' in made) return;
  if (made !== undefined && Object.keys(made.usage).length > 0) {
    await calls.recordUsage({ id: call.call_id, epoch: call.epoch }, made.usage);
  }
  const cost = costOf(added(call.usage, made?.usage ?? {})).total;
  if (made !== undefined && 'failed' in made) {
    metrics.summaryFailed();
    log.warn({ why: made.failed, attempt: call.attempt }, 'the call could not be summarised');
    await claims.finish(call.call_id, { cost });
    if (call.attempt < SUMMARY.tries) {
      await records.note(call.call_id, workerId, { retryMs: SUMMARY.retryMs });
      return;
    }
  } else if (made !== undefined) {
    // It was made from redacted words; what a model adds of its own is untrusted.
    const summary = redact(made.summary, redaction(call));
    await claims.finish(call.call_id, { cost, summary, disposition: made.disposition });
  } else {
    const nothing = call.purged || call.attempt > SUMMARY.tries ? {} : { disposition: 'nothing_said' };
    await claims.finish(call.call_id, { cost, ...nothing });
  }
  if (!(await records.note(call.call_id, workerId, { done: true }))) return;
  const summarised = made !== undefined && !('failed' in made);
  metrics.recorded(summarised);
  log.info({ cost, summarised, attempt: call.attempt }, 'call recorded');
}

/** The conversation without personal data, in the order in which it was said. */
function linesOf(call: EndedCall): Line[] {
  const options = redaction(call);
  return call.turns.flatMap(({ caller_text, agent_text }) => [
    ...(caller_text ? [{ who: 'caller' as const, text: redact(caller_text, options) }] : []),
    ...(agent_text ? [{ who: 'agent' as const, text: redact(agent_text, options) }] : []),
  ]);
}

function added(one: Usage, other: Usage): Usage {
  const sum: Record<string, number> = { ...one };
  for (const [key, amount] of Object.entries(other)) sum[key] = (sum[key] ?? 0) + amount;
  return sum;
}
