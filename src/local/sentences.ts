/** A sentence longer than this many characters is spoken in parts, cut at a comma or a space. */
const MAX_LENGTH = 240;

/** A sentence ends at punctuation that a space follows, but not after a title or an initial (`Dr. Khan`). */
const BOUNDARY = /(?<=[.!?;:]["')\]]?)(?<!\b(?:Dr|Mr|Mrs|Ms|St|No|[A-Z])\.)\s+/;

/** Splits text into what is spoken in one breath. No part is empty. */
export function splitSentences(text: string): string[] {
  return text
    .split(BOUNDARY)
    .flatMap((sentence) => splitLong(sentence.trim()))
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

function splitLong(sentence: string): string[] {
  if (sentence.length <= MAX_LENGTH) return [sentence];
  const comma = sentence.lastIndexOf(', ', MAX_LENGTH);
  const space = sentence.lastIndexOf(' ', MAX_LENGTH);
  const cut = comma > 0 ? comma + 1 : space > 0 ? space : MAX_LENGTH;
  return [sentence.slice(0, cut), ...splitLong(sentence.slice(cut).trim())];
}

/**
 * Text that arrives in pieces, as a language model writes it. `push` returns the sentences that are complete; the last one is complete
 * only when something follows it, and `flush` returns the rest.
 */
export class SentenceBuffer {
  private text = '';

  push(piece: string): string[] {
    this.text += piece;
    const parts = this.text.split(BOUNDARY);
    this.text = parts.pop() ?? '';
    return parts.flatMap(splitSentences);
  }

  flush(): string[] {
    const rest = this.text;
    this.text = '';
    return splitSentences(rest);
  }

  clear(): void {
    this.text = '';
  }
}

const PLAIN: readonly (readonly [RegExp, string])[] = [
  [/[‘’]/g, "'"],
  [/[“”„]/g, '"'],
  [/[–—]/g, ', '],
  [/…/g, '...'],
  [/€/g, ' euros '],
  [/£/g, ' pounds '],
  [/&/g, ' and '],
];

/** The text in ASCII, which is all that Flite reads: accents are dropped, quotes and dashes replaced. */
export function toAscii(text: string): string {
  const plain = PLAIN.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
  return plain
    .normalize('NFKD')
    .replace(/[^\x20-\x7e]+/g, (gap) => (/\s/.test(gap) ? ' ' : ''))
    .replace(/\s+/g, ' ')
    .trim();
}
