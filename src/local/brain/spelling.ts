import { alike, soundKey } from './words.ts';

/** Letters said one by one: at least this many make a word of their own. */
const FEWEST_LETTERS = 3;
const SPELLS = /\b(spell|spelled|spelt|spelling|letters?|thats|its|it is|with)\b|^([a-z] ?){3,}$/;

/** Words that were spelled out in a turn: "K H A N", "K as in kilo, H, A, double N". */
export function spelledWords(text: string): string[] {
  const flat = lettered(text);
  if (!SPELLS.test(flat)) return [];
  const runs: string[] = [];
  let run = '';
  for (const word of [...flat.split(' '), '.']) {
    if (/^\p{L}$/u.test(word)) {
      run += word;
      continue;
    }
    if (run.length >= FEWEST_LETTERS) runs.push(run);
    run = '';
  }
  return runs;
}

/** Lower-case words; "S as in Sam" and "double s" are letters. */
function lettered(text: string): string {
  return text
    .slice(0, 600)
    .toLowerCase()
    .replace(/\b(\p{L})(?:[.,])?\s+(?:as in|like in|like|for)\s+\p{L}+/gu, '$1')
    .replace(/\bdouble\s+(\p{L})\b/gu, '$1 $1')
    .replace(/(?<=\b\p{L})-(?=\p{L}\b)/gu, ' ')
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{M}]+/gu, ' ')
    .trim();
}

/** A name put right by what was spelled: the word that sounds like it is replaced, or both words of a name that was spelled whole. */
export function respelled(name: string, spelled: readonly string[]): string[] {
  return spelled.reduce<string[]>(respell, name.toLowerCase().split(' '));
}

/** Puts a spelled word in the place of the one it spells, else adds it. */
export function respell(words: readonly string[], spelled: string): string[] {
  if (words.length > 1 && alike(words.join(''), spelled) >= 0.75) return splitLike(words, spelled);
  const scores = words.map(
    (word) => alike(word, spelled) + (soundKey(word)[0] === soundKey(spelled)[0] ? 0.3 : 0),
  );
  const best = Math.max(0, ...scores);
  return best >= 0.6
    ? words.map((word, at) => (at === scores.indexOf(best) ? spelled : word))
    : [...words, spelled];
}

/** "sarakhan" as the two words it was spelled for. */
function splitLike(words: readonly string[], spelled: string): string[] {
  const [first = '', ...others] = words;
  if (others.length === 0) return [spelled];
  const rest = others.join('');
  let best = first.length;
  let score = -1;
  for (let cut = 1; cut < spelled.length; cut++) {
    const fit = alike(first, spelled.slice(0, cut)) + alike(rest, spelled.slice(cut));
    if (fit > score) [best, score] = [cut, fit];
  }
  return [spelled.slice(0, best), ...splitLike(others, spelled.slice(best))];
}
