import { DateTime } from 'luxon';
import type { OpenedCall, TurnRecord } from '../src/clinic/calls.ts';
import type { ClinicProfile } from '../src/clinic/clinics.ts';
import { redact, redactJson } from '../src/clinic/redact.ts';

/** Keys under which tools and the stored state have a person's name. */
const NAME_KEY = /^(?:full_?name|patient_?name)$/i;
/** Deeper, and longer, no document of ours is. */
const DEPTH = 8;
const NAME_CHARS = 120;

/** What a turn has of words. */
type Words = Pick<TurnRecord, 'caller_text' | 'agent_text'>;

/**
 * Takes personal data out of what a call's ledger writes, for clinics that ask for it. Names become known as the call goes on: turns that were
 * written before are then to be written again.
 */
export class LedgerRedaction {
  readonly #clinic: Pick<ClinicProfile, 'name' | 'time_zone' | 'practitioners'>;
  readonly #nowMs: () => number;
  readonly #names = new Set<string>();
  /** As they were said; never stored. */
  readonly #turns = new Map<number, Words>();

  constructor(
    clinic: Pick<ClinicProfile, 'name' | 'time_zone' | 'practitioners'>,
    nowMs: () => number = Date.now,
  ) {
    this.#clinic = clinic;
    this.#nowMs = nowMs;
  }

  /** The turn as it may be stored. */
  turn(index: number, turn: TurnRecord): TurnRecord {
    this.#turns.set(index, { ...this.#turns.get(index), ...wordsOf(turn) });
    return { ...turn, ...this.#redacted(wordsOf(turn)) };
  }

  /** Arguments or a result of a tool as they may be stored. */
  document(value: unknown): unknown {
    return redactJson(value, this.#options());
  }

  /** Learns the names in a document; gives the turns that are to be written again for them. */
  learn(document: unknown): { index: number; turn: Words }[] {
    const known = this.#names.size;
    const before = [...this.#turns].map(([index, words]) => ({ index, words, turn: this.#redacted(words) }));
    this.#collect(document, 0);
    if (this.#names.size === known) return [];
    return before.flatMap(({ index, words, turn: old }) => {
      const turn = this.#redacted(words);
      return turn.caller_text === old.caller_text && turn.agent_text === old.agent_text
        ? []
        : [{ index, turn }];
    });
  }

  #redacted(words: Words): Words {
    const options = this.#options();
    return Object.fromEntries(Object.entries(words).map(([key, text]) => [key, redact(text, options)]));
  }

  #options() {
    const today = DateTime.fromMillis(this.#nowMs(), { zone: this.#clinic.time_zone }).toISODate();
    return {
      today: today ?? '1970-01-01',
      names: [...this.#names],
      keep: [this.#clinic.name, ...this.#clinic.practitioners.map(({ name }) => name)],
    };
  }

  #collect(value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null || depth > DEPTH) return;
    for (const [key, item] of Object.entries(value)) {
      if (typeof item === 'string' && NAME_KEY.test(key) && item.trim() !== '') {
        this.#names.add(item.slice(0, NAME_CHARS));
      } else this.#collect(item, depth + 1);
    }
  }
}

/** The redaction of a call's ledger, with the names that a former agent knew; undefined where the clinic wants none. */
export function redactionFor(
  { clinic, resumed }: Pick<OpenedCall, 'clinic' | 'resumed'>,
  nowMs: () => number,
): LedgerRedaction | undefined {
  if (clinic?.redact_transcripts !== true) return undefined;
  const redaction = new LedgerRedaction(clinic, nowMs);
  redaction.learn(resumed?.state);
  return redaction;
}

function wordsOf({ caller_text, agent_text }: TurnRecord): Words {
  return {
    ...(caller_text === undefined ? {} : { caller_text }),
    ...(agent_text === undefined ? {} : { agent_text }),
  };
}
