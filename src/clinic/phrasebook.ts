import type { Sentence } from './fixed-sentences.ts';
import { CALL_LANGUAGES, type CallLanguage, baseLanguage } from './languages.ts';

const HOLE = /\{(\w+)\}/g;
/** What stands in a hole is a name, a list or a time, and no text. */
const HOLE_CHARS = 300;
/** A full stop behind these ends no sentence. */
const NO_TITLE = '(?<!(?:^|[ .])(?:Dr|Dra|Prof|Mr|Mrs|Ms|Sr|Sra|St))';

interface Pattern {
  readonly pattern: RegExp;
  readonly sentence: Sentence;
  readonly language: CallLanguage;
}

/** Sentences that are known in every language of a call, found by their words in any of them. */
export class Phrasebook {
  readonly #patterns: readonly Pattern[];

  constructor(sentences: readonly Sentence[]) {
    this.#patterns = sentences.flatMap((sentence) =>
      CALL_LANGUAGES.map((language) => ({ pattern: patternOf(sentence[language]), sentence, language })),
    );
  }

  /**
   * A text in another language; undefined where it is not made of known sentences alone. `hole` words what stands in a hole.
   */
  translate(
    text: string,
    to: CallLanguage,
    hole: (words: string, name: string) => string = (words) => words,
  ): string | undefined {
    const said: string[] = [];
    for (let at = 0; at < text.length;) {
      const found = this.#longestAt(text, at);
      if (found === undefined) return undefined;
      const { sentence, groups, end } = found;
      said.push(sentence[to].replace(HOLE, (_, name: string) => hole(groups[name] ?? '', name)));
      at = end;
    }
    return said.length === 0 ? undefined : said.join(' ');
  }

  #longestAt(text: string, at: number) {
    let longest: { sentence: Sentence; groups: Record<string, string>; end: number } | undefined;
    for (const { pattern, sentence } of this.#patterns) {
      pattern.lastIndex = at;
      const match = pattern.exec(text);
      if (match === null || pattern.lastIndex <= (longest?.end ?? at)) continue;
      longest = { sentence, groups: { ...match.groups }, end: pattern.lastIndex };
    }
    return longest;
  }
}

function patternOf(template: string): RegExp {
  const parts = template.split(HOLE);
  const source = parts.map((part, index) =>
    index % 2 === 0
      ? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      : `(?<${part}>.{1,${HOLE_CHARS}}?)${NO_TITLE}`,
  );
  return new RegExp(`\\s*${source.join('')}(?=\\s|$)\\s*`, 'uy');
}

/** The language of a call by its tag: `es` of `es-MX`; English for one that no call can be in. */
export function callLanguage(tag: string): CallLanguage {
  const base = baseLanguage(tag);
  return CALL_LANGUAGES.find((language) => language === base) ?? 'en';
}

/** A template with its holes filled. */
export function filled(template: string, words: Readonly<Record<string, string>>): string {
  return template.replace(HOLE, (_, name: string) => words[name] ?? '');
}
