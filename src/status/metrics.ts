import { Counter, Registry } from 'prom-client';
import type { CallAudit } from '../clinic/claims-ledger.ts';
import type { PurgeCounts } from '../clinic/privacy.ts';

/** What follows calls, counted for Prometheus. No caller's data passes here: labels are words of our own. */
export class AfterCallMetrics {
  readonly #registry: Registry;
  readonly #claims: Counter<'result'>;
  readonly #mismatches: Counter<'claim'>;
  readonly #records: Counter<'summary'>;
  readonly #summaryFailures: Counter;
  readonly #messages: Counter<'result'>;
  readonly #purged: Counter<'table'>;

  constructor(registry: Registry = new Registry()) {
    this.#registry = registry;
    const registers = [registry];
    this.#claims = new Counter({
      name: 'openhours_claims_total',
      help: 'Actions the agent said it had taken, by whether a stored row bears them out',
      labelNames: ['result'],
      registers,
    });
    this.#mismatches = new Counter({
      name: 'openhours_claim_mismatches_total',
      help: 'Claims without a row that makes them true, by kind',
      labelNames: ['claim'],
      registers,
    });
    this.#records = new Counter({
      name: 'openhours_call_records_total',
      help: 'Calls whose record is complete, with or without a summary',
      labelNames: ['summary'],
      registers,
    });
    this.#summaryFailures = new Counter({
      name: 'openhours_summary_failures_total',
      help: 'Tries at a summary that failed',
      registers,
    });
    this.#messages = new Counter({
      name: 'openhours_messages_total',
      help: 'Tries to send a text message, by what came of it',
      labelNames: ['result'],
      registers,
    });
    this.#purged = new Counter({
      name: 'openhours_purged_rows_total',
      help: 'Rows whose words were deleted because they had been kept long enough',
      labelNames: ['table'],
      registers,
    });
  }

  /** What the audit of one call found. */
  audited({ claims, matched, mismatches }: CallAudit): void {
    this.#claims.inc({ result: 'matched' }, matched);
    this.#claims.inc({ result: 'unmatched' }, claims - matched);
    for (const { claim } of mismatches) this.#mismatches.inc({ claim });
  }

  /** A record is complete. */
  recorded(summarised: boolean): void {
    this.#records.inc({ summary: summarised ? 'yes' : 'no' });
  }

  /** A try at a summary failed. */
  summaryFailed(): void {
    this.#summaryFailures.inc();
  }

  /** A try to send a message is over. */
  message(result: 'sent' | 'retry' | 'failed'): void {
    this.#messages.inc({ result });
  }

  /** What was kept long enough is deleted. */
  purged(counts: PurgeCounts): void {
    for (const table of Object.keys(counts) as (keyof PurgeCounts)[])
      this.#purged.inc({ table }, counts[table]);
  }

  /** All of it in Prometheus's text format. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }
}
