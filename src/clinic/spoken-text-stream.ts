import { spokenText } from './spoken-text.ts';

/** Words after a number that may belong to it: "10:30 in the morning", "2,000 Rs.". */
const WINDOW = 4;
/** More than this is no number and no name. */
const LONGEST_HELD = 240;
/** A word that what follows may change the sound of: numbers, amounts, titles, and what stands before an emergency number. */
const OPEN_WORD =
  /\d|^[^\p{L}\d]*(?:Rs|PKR|INR|USD|EUR|GBP|MXN|Dra?|Prof|Mrs?|Ms|Sra?|Srta)\.?$|[$€£₹₨+&(]|(?<!\p{L})(?:call|dial|ring|llame|marque|al)$/iu;
/** Its full stop ends no sentence. */
const ABBREVIATION = /^(?:.*\d)?[^\p{L}\d]*(?:Rs|Dra?|Prof|Mrs?|Ms|Sra?|Srta|[ap]\.?m?)\.$/iu;
const SENTENCE_END = /[.!?؟۔]["')\]]*$/;

/**
 * {@link spokenText} for text that comes in pieces. What is complete is given back at once; held back is a number or a title at the end, with
 * the few words that may belong to it, so that the pieces together are what the whole would have been.
 */
export class SpokenTextStream {
  readonly #language: () => string;
  #held = '';

  /** @param language Asked for each piece. */
  constructor(language: () => string) {
    this.#language = language;
  }

  /** Adds a piece; returns what can be spoken now. */
  push(piece: string): string {
    this.#held += piece;
    const cut = this.#cut();
    const ready = this.#held.slice(0, cut);
    this.#held = this.#held.slice(cut);
    return spokenText(ready, this.#language());
  }

  /** Returns what is left: no piece follows. */
  rest(): string {
    const rest = this.#held;
    this.#held = '';
    return spokenText(rest, this.#language());
  }

  #cut(): number {
    if (this.#held.length > LONGEST_HELD) return this.#held.search(/\S*$/) || this.#held.length;
    const words = [...this.#held.matchAll(/\S+(\s*)/g)];
    const last = words.at(-1);
    if (last === undefined) return this.#held.length;
    let cut = this.#held.length;
    // Without a blank behind it the last word may go on.
    if (last[1] === '') cut = words.pop()?.index ?? 0;
    for (let at = words.length - 1, passed = 0; at >= 0 && passed < WINDOW; at -= 1, passed += 1) {
      const word = words[at]?.[0].trimEnd() ?? '';
      if (SENTENCE_END.test(word) && !ABBREVIATION.test(word)) break;
      if (!OPEN_WORD.test(word)) continue;
      cut = words[at]?.index ?? cut;
      passed = -1;
    }
    return cut;
  }
}
