import type { CallKey } from './calls.ts';
import type { Claim, ClaimKind } from './claims.ts';
import { type Database, callFunction } from './database.ts';
import type { CallId } from './ids.ts';

/** A claim of which 1,000 characters of the sentence are kept, and where it was made. */
export interface SaidClaim extends Claim {
  readonly turnIndex: number;
}

/** What the audit of a call found. */
export interface CallAudit {
  claims: number;
  matched: number;
  /** Claims without a row that makes them true. */
  mismatches: { turn_index: number; claim: ClaimKind; said: string | null }[];
}

/** What was made of a call after it ended; what is left out stays as it is. */
export interface CallRecord {
  /** Up to 4,000 characters. */
  summary?: string;
  /** One or a few words, up to 100 characters. */
  disposition?: string;
  /** US dollars, as `costOf` gives them. */
  cost?: number;
}

/** What was said to be done compared with what is stored, and what else is written of a call once it is over. */
export class ClaimsLedger {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /**
   * Stores what the agent claimed; one of a kind in a turn. Resolves to how many are stored.
   * @throws OpenhoursError CALL_TAKEN_OVER when the call is another worker's, INPUT_INVALID for a claim that is none.
   */
  record(call: CallKey, claims: readonly SaidClaim[]): Promise<number> {
    return callFunction<number>(this.#db, 'record_claims', {
      p_call_id: call.id,
      p_epoch: call.epoch,
      p_claims: claims.map(({ turnIndex, claim, said }) => ({ turn_index: turnIndex, claim, said })),
    });
  }

  /**
   * Looks for the row behind each claim. A row that came only after the next turn had begun does not bear a claim out.
   * @throws OpenhoursError STATE_INVALID when there is no such call.
   */
  audit(callId: CallId): Promise<CallAudit> {
    return callFunction<CallAudit>(this.#db, 'audit_call', { p_call_id: callId });
  }

  /**
   * Notes the language of a call and what became of the recording line; what is left out stays.
   * @throws OpenhoursError CALL_TAKEN_OVER when the call is another worker's.
   */
  note(call: CallKey, facts: { language?: string; recordingConsent?: string }): Promise<void> {
    return callFunction(this.#db, 'note_call', {
      p_call_id: call.id,
      p_epoch: call.epoch,
      p_language: facts.language ?? null,
      p_recording_consent: facts.recordingConsent ?? null,
    });
  }

  /**
   * Adds what was made of a call to its row.
   * @throws OpenhoursError STATE_INVALID when there is no such call.
   */
  finish(callId: CallId, { summary, disposition, cost }: CallRecord): Promise<void> {
    return callFunction(this.#db, 'finish_call_record', {
      p_call_id: callId,
      p_summary: summary ?? null,
      p_disposition: disposition ?? null,
      p_cost_micros: cost === undefined ? null : Math.round(cost * 1_000_000),
    });
  }
}
