/**
 * What becomes of a match: other text, the same text (which then stays, whatever later rules think), or nothing decided. `today` is the clinic's
 * present day, ISO.
 */
export type Decision = (match: RegExpExecArray, today: string) => string | undefined;

/** Something to look for, and what to do with it. */
export interface Rule {
  readonly pattern: RegExp;
  readonly decide: Decision;
}

/** A stretch of text; what is settled is not looked at again. */
interface Piece {
  readonly text: string;
  readonly settled: boolean;
}

/** The beginning of a word or a number, in any script. */
export const START = String.raw`(?<![\p{L}\p{M}\p{N}])`;
/** … and the end of one. */
export const END = String.raw`(?![\p{L}\p{M}\p{N}])`;

/**
 * A rule from the source of a regular expression, which looks at all matches, whatever their case. Those that hold for every text are made
 * once: to compile them all takes 0.5 s.
 */
export function rule(source: string, decide: Decision): Rule {
  return { pattern: new RegExp(source, 'giu'), decide };
}

/** The source of an expression for one of several phrases, the longest first. */
export function anyOf(phrases: readonly string[]): string {
  return [...phrases]
    .sort((a, b) => b.length - a.length)
    .map(escapeRegExp)
    .join('|');
}

/** A text that stands for itself in a regular expression. */
export function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** Arabic and Urdu digits as ours. */
export function ascii(text: string): string {
  return text.replace(/[٠-٩۰-۹]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf));
}

/** The text after all rules, one after the other; what one rule has decided the next ones leave alone. */
export function applyRules(text: string, rules: readonly Rule[], today: string): string {
  let pieces: Piece[] = [{ text, settled: false }];
  for (const each of rules) {
    pieces = pieces.flatMap((piece) => (piece.settled ? [piece] : applied(each, piece.text, today)));
  }
  return pieces.map((piece) => piece.text).join('');
}

/** True where a rule's pattern is found. */
export function isFound({ pattern }: Rule, text: string): boolean {
  pattern.lastIndex = 0;
  return pattern.test(text);
}

function applied({ pattern, decide }: Rule, text: string, today: string): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  // Not `matchAll`, which compiles a copy of the pattern for each text. No rule matches nothing.
  pattern.lastIndex = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const made = decide(match, today);
    if (made === undefined) continue;
    if (match.index > from) pieces.push({ text: text.slice(from, match.index), settled: false });
    pieces.push({ text: made, settled: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) pieces.push({ text: text.slice(from), settled: false });
  return pieces;
}
