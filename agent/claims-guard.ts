import { type ClaimKind, findClaims } from '../src/clinic/claims.ts';
import { NOT_DONE_SENTENCES } from '../src/clinic/fixed-sentences.ts';
import { TOOL_SENTENCES } from '../src/clinic/fixed-tool-sentences.ts';
import { callLanguage } from '../src/clinic/phrasebook.ts';
import { sentencesOf } from '../src/clinic/plain-words.ts';
import type { CallState } from './call-state.ts';
import type { ToolReply } from './tools/run-tool.ts';

/** What the flags of a tool's reply make true. */
const FLAGS: Readonly<Record<string, readonly ClaimKind[]>> = {
  booked: ['booked'],
  moved: ['moved', 'booked'],
  cancelled: ['cancelled'],
  stored: ['message'],
  waiting: ['waiting_list'],
  registered: ['registered'],
  transferring: ['transferring'],
};

/** What the agent may say to have done once a tool has given this reply. */
export function madeTrue(reply: ToolReply): ClaimKind[] {
  return Object.entries(FLAGS).flatMap(([flag, claims]) => (reply[flag] === true ? claims : []));
}

/** Where a voice may pause: what stands before it can be judged and said. */
const CLAUSE_END = /[,;:.!?…؟۔،][)"'”’]?\s+|\n+/gu;

/**
 * Lets a model's words through to the voice clause by clause, and holds back what claims to have been done what no tool has done: instead the
 * caller hears that it has not, and the rest of the answer is dropped. Costs no time of its own, for a voice begins with a clause.
 */
export class ClaimsGuard {
  readonly #state: CallState;
  /** All words so far. */
  #words = '';
  /** How much of them has been let through. */
  #passed = 0;
  #stopped = false;

  constructor(state: CallState) {
    this.#state = state;
  }

  /** Takes the next piece of the answer; gives what can be said now. */
  take(piece: string): string {
    if (this.#stopped) return '';
    this.#words += piece;
    const ends = [...this.#words.matchAll(CLAUSE_END)];
    const last = ends.at(-1);
    return last === undefined ? '' : this.#passUpTo(last.index + last[0].length);
  }

  /** The answer, or this part of it, is complete; gives what is left of it. */
  end(): string {
    return this.#stopped ? '' : this.#passUpTo(this.#words.length);
  }

  #passUpTo(end: number): string {
    if (end <= this.#passed) return '';
    const claim = untrue(this.#state, this.#words.slice(0, end));
    if (claim !== undefined) return this.#withhold(claim);
    const piece = this.#words.slice(this.#passed, end);
    this.#passed = end;
    return piece;
  }

  #withhold(claim: ClaimKind): string {
    this.#stopped = true;
    this.#state.log.error({ claim }, 'a claim without a row was not said');
    const language = callLanguage(this.#state.language);
    const text = `${NOT_DONE_SENTENCES[claim][language]} ${TOOL_SENTENCES.whatToDo[language]}`;
    // What was begun is a sentence by itself.
    const begun = this.#words.slice(0, this.#passed).trimEnd();
    return begun === '' || /[.!?…؟۔]$/u.test(begun) ? text : `... ${text}`;
  }
}

/** The first claim that nothing in this call has made true. */
function untrue(state: CallState, words: string): ClaimKind | undefined {
  return sentencesOf(words)
    .flatMap((sentence) => findClaims(sentence))
    .find(({ claim }) => !isTrue(state, claim))?.claim;
}

function isTrue({ done, booked, listed }: CallState, claim: ClaimKind): boolean {
  if (done.has(claim)) return true;
  // An appointment of before that was read out is booked, too.
  return claim === 'booked' && (booked.length > 0 || listed.size > 0);
}
