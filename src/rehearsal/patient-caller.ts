import type { CallerMove, TextCaller } from './text-caller.ts';
import { topicsOf } from './text-caller.ts';

/** How an agent says that it has not understood, without asking for anything in particular. */
const ASKS_AGAIN =
  /again|once more|did not get that|didn't (quite )?(get|catch)|could not hear|can(no|')t hear|still there|pardon|we were cut off/i;
/** Whoever has said it this often in one call has said it. */
const REPEATS = 4;

/** Somebody on the telephone: what was not understood they say again, and else what another caller says. */
export class PatientCaller implements TextCaller {
  readonly #inner: TextCaller;
  #said: string | undefined;
  #repeats = 0;

  constructor(inner: TextCaller) {
    this.#inner = inner;
  }

  async next(agentText: string): Promise<CallerMove> {
    const lost = ASKS_AGAIN.test(agentText) && topicsOf(agentText).length === 0;
    if (lost && this.#said !== undefined && this.#repeats < REPEATS) {
      this.#repeats += 1;
      return { say: this.#said };
    }
    const move = await this.#inner.next(agentText);
    if ('say' in move) this.#said = move.say;
    return move;
  }
}
