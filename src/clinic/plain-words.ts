/** Whether marks on Latin letters are told apart: a recogniser leaves them out, a language model does not ("cancele", "cancelé"). */
export type Accents = 'kept' | 'dropped';

/** Titles whose full stop ends no sentence. */
const TITLE = /(?:^|\s)(?:dr|dra|mr|mrs|ms|prof|sr|sra|srta|st)\.$/i;
const HALF_DAY = /\b[ap]\.\s?m\.$/i;

/** Arabic letters that keyboards and recognisers write for Urdu ones. */
const URDU_LETTERS: Record<string, string> = {
  ي: 'ی',
  ى: 'ی',
  ك: 'ک',
  ه: 'ہ',
  ة: 'ہ',
  ھ: 'ہ',
  ۀ: 'ہ',
  ں: 'ن',
};

/** A longer word is none, and would make every comparison slow. */
const LONGEST_WORD = /(\S{40})\S+/g;
const NOT = / (can|could|do|does|did|will|would|is|are|was|were|has|have|had|should) ?not(?= )/g;

/** Letters in one form only: lower case, one code for each Urdu letter, Latin letters with or without their marks. */
export function foldLetters(text: string, accents: Accents = 'dropped'): string {
  const composed = text.normalize('NFKC').toLowerCase();
  const marked = accents === 'kept' ? composed : composed.normalize('NFD');
  return marked
    .replace(accents === 'kept' ? /[\u064b-\u065f\u0670]/g : /\p{M}/gu, '')
    .replace(/[يىكهةھۀں]/g, (letter) => URDU_LETTERS[letter] ?? letter)
    .replace(/[٠-٩۰-۹]/g, (digit) => String((digit.codePointAt(0) ?? 0) & 0xf))
    .normalize('NFC');
}

/**
 * The words of a text as code compares them: folded, without punctuation, one space between words and at either end, "can not", "cannot" and
 * "can't" all as "cant". Takes time in proportion to the text, and never throws.
 */
export function plainWords(text: string, accents: Accents = 'dropped'): string {
  const words = foldLetters(text, accents)
    .replace(/(?!\u200c)\p{Cf}/gu, '')
    .replace(/['’‘ʼ`´]/g, '')
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ' ')
    .trim()
    .replace(LONGEST_WORD, '$1');
  return ` ${words} `.replace(
    NOT,
    (_, verb: string) => ` ${verb === 'can' ? 'ca' : verb === 'will' ? 'wo' : verb}nt`,
  );
}

/** The sentences of a text, each with what ends it. "Dr." and "10.30" end none. */
export function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  let open = '';
  for (const piece of text.split(/(?<=[.!?؟۔]["'”’)]?)\s+|(?<=[؟۔])|\n+/u)) {
    const goesOn =
      TITLE.test(open.slice(-6)) || (HALF_DAY.test(open.slice(-6)) && /^[\p{Ll}\d]/u.test(piece));
    if (open !== '' && !goesOn) sentences.push(open);
    open = goesOn ? `${open} ${piece}` : piece.trim();
  }
  if (open !== '') sentences.push(open);
  return sentences;
}

/**
 * One pattern for any of several phrases, to be matched with {@link plainWords}. Phrases are sources of regular expressions in which `~3 `
 * stands for up to three words, none of them a plain "no" or "but"; every gap is bounded, so that matching takes time in proportion to the text.
 */
export function phrasePattern(phrases: readonly string[], accents: Accents = 'dropped'): RegExp {
  return new RegExp(`(?<= )(?:${phraseSource(phrases, accents)})(?= )`, 'gu');
}

/** A gap of a phrase ends at these: what stands beyond them is denied, or something else. */
const GAP_WORD = '(?!(?:no|not|never|without|isnt|but|sin|pero|ni|nahi|nahin|نہین) )\\S+ ';

/** The same as a source, to be built into a larger pattern. */
export function phraseSource(phrases: readonly string[], accents: Accents = 'dropped'): string {
  return phrases
    .map((phrase) => foldLetters(phrase, accents).replace(/~(\d+) /g, `(?:${GAP_WORD}){0,$1}`))
    .join('|');
}

/** Every match of a {@link phrasePattern}, also those that overlap. */
export function* phrasesIn(
  words: string,
  pattern: RegExp,
): Generator<{ start: number; end: number; said: string }> {
  pattern.lastIndex = 0;
  for (let match = pattern.exec(words); match !== null; match = pattern.exec(words)) {
    yield { start: match.index, end: match.index + match[0].length, said: match[0] };
    pattern.lastIndex = words.indexOf(' ', match.index) + 1;
  }
}
