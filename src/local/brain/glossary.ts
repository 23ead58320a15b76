import { SPANISH, URDU } from './glossary-words.ts';
import { tokens } from './words.ts';

/** A language that is understood by its words: Spanish, and Urdu in either script. */
export type Foreign = 'es' | 'ur';

/** Longest phrase of a glossary, in words. */
const LONGEST = 5;
const ENGLISH =
  /^(the|a|an|i|im|id|to|is|my|you|your|want|would|like|please|for|at|on|of|and|have|can|need|it|that|this|with|yes|what|when|book|name|thank|thanks|do|we)$/;

/** Words of these languages that are English ones too, or are borrowed: they do not tell a language. */
const SHARED = new Set(
  (
    'no me once control dental hay con mi su de un a es en o y si ' +
    'do he han par main mai char bees tees pir sham bas nau das saat ek ji ka ke ki ko se din hello'
  ).split(' '),
);

const GLOSSARIES: Readonly<Record<Foreign, ReadonlyMap<string, string>>> = {
  es: readGlossary(SPANISH),
  ur: readGlossary(URDU),
};

/** "quiero=i want; una cita=an appointment": phrases folded as a recogniser's words are. */
function readGlossary(entries: string): ReadonlyMap<string, string> {
  return new Map(
    entries
      .split(';')
      .map((entry) => entry.split('='))
      .flatMap(([phrases = '', english = '']) =>
        phrases.split('|').map((phrase) => [tokens(phrase).join(' '), english.trim()] as const),
      )
      .filter(([phrase]) => phrase !== ''),
  );
}

/** A turn in English words, with the language it was in. */
export interface Translated {
  text: string;
  language: Foreign;
}

/** What a turn in Spanish or Urdu says in English, word by word; undefined for what is English, or nothing known. */
export function translate(text: string, spoken: string): Translated | undefined {
  const words = tokens(text);
  const english = words.filter((word) => ENGLISH.test(word)).length;
  for (const language of ['es', 'ur'] as const) {
    const { said, known, told } = inEnglish(words, GLOSSARIES[language]);
    const enough = spoken === language || (told >= 2 && told >= 0.4 * words.length);
    if (enough && known > english) return { text: said, language };
  }
  return undefined;
}

function inEnglish(
  words: readonly string[],
  glossary: ReadonlyMap<string, string>,
): { said: string; known: number; told: number } {
  const said: string[] = [];
  let known = 0;
  let told = 0;
  for (let at = 0; at < words.length;) {
    const size = sizeAt(words, at, glossary);
    if (size === 0) said.push(words[at] ?? '');
    else {
      const phrase = words.slice(at, at + size).join(' ');
      const meant = glossary.get(phrase) ?? '';
      said.push(meant);
      known += size;
      if (!SHARED.has(phrase) && !meant.replace(' ', '').includes(phrase.replace(' ', ''))) told += size;
    }
    at += Math.max(1, size);
  }
  return { said: said.filter((word) => word !== '').join(' '), known, told };
}

function sizeAt(words: readonly string[], at: number, glossary: ReadonlyMap<string, string>): number {
  for (let size = Math.min(LONGEST, words.length - at); size > 0; size--)
    if (glossary.has(words.slice(at, at + size).join(' '))) return size;
  return 0;
}
